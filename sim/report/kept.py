"""Whether the report in a folder is still what its results give: a note beside it of what it was made from.

Standard library only: a finished study that is started again needs neither the report nor what it is drawn with.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from sim.study import manifest
from sim.study.journal import Journal

NOTE = ".report_{}.json"
_PACKAGES = ("matplotlib", "pillow", "jinja2")  # beside those that a manifest names


def sources(folder: Path, lang: str) -> str:
    """SHA-256 over all that decides a report: results and manifest of the folder, language, program, type, packages."""
    about = manifest.read(folder)
    with closing(Journal.read(folder)) as journal:
        results = journal.digest({key for keys in about["keys"].values() for key in keys})
    packages = manifest.versions() | manifest.versions(_PACKAGES)
    return hashlib.sha256(json.dumps([lang, results, about, packages, _program()]).encode()).hexdigest()


def keep(folder: Path, lang: str, made_from: str, lines: Sequence[str], files: Sequence[Path]) -> None:
    """Note what the report `files` were made from, and the `lines` of the summary that goes with them."""
    digests = {path.relative_to(folder).as_posix(): _digest(path) for path in files}
    note = {"sources": made_from, "lines": list(lines), "files": digests}
    manifest.write_whole(folder / NOTE.format(lang), json.dumps(note, ensure_ascii=False, indent=0).encode())


def kept(folder: Path, lang: str) -> tuple[list[str], list[Path]] | None:
    """(lines, files) as they were kept; None if a file is missing or changed or would be made from something else."""
    try:
        note = json.loads((folder / NOTE.format(lang)).read_text(encoding="utf-8"))
        files = {folder / name: digest for name, digest in note["files"].items()}
        if note["sources"] == sources(folder, lang) and all(_digest(path) == known for path, known in files.items()):
            return list(note["lines"]), list(files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass  # no note, or no longer ours
    return None


def _program() -> dict[str, str]:
    """Every file of the package with its SHA-256: any of them may show in a report."""
    root = Path(__file__).parents[1]
    files = sorted(path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(root).as_posix(): _digest(path) for path in files}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
