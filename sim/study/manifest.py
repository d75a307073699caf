"""What a folder says about itself: configuration, versions, keys, and the command that repeats it.

Also the version of the code, a hash over the files that can change a number. Standard library only: workers read it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import numpy as np

from sim.errors import StudyError

FILE = "manifest.json"
FORMAT = 2
_PACKAGES = ("innosim", "numpy", "scipy", "mesa", "pandas", "xarray")
_SUFFIXES = {".py", ".yaml", ".yml", ".csv", ".json", ".npy", ".npz"}
# These show, store or schedule results; none of them can change a number, so changing them repeats no run.
_OUTSIDE = ("report/", "_shipped/", "entry.py", "cli.py", "config.py", "settings.py", "console.py", "wording.py", "listing.py", "scenario_files.py", "summary.py", "shipped.py",
            "model.py", "launch.py", "study/", "analysis/")  # fmt: skip
_INSIDE = ("study/task.py", "analysis/pairing.py")


@cache
def code_version() -> str:
    """SHA-256 over the program and data files that decide a result, and the NumPy release."""
    found = hashlib.sha256(np.__version__.encode())
    for name, content in _deciding():
        found.update(f"\0{name}\0".encode())
        found.update(content)
    return found.hexdigest()


@cache
def code_files() -> dict[str, str]:
    """File → start of its SHA-256, of the files behind `code_version`: they tell what was changed."""
    return {name: hashlib.sha256(content).hexdigest()[:16] for name, content in _deciding()}


def _deciding() -> Iterator[tuple[str, bytes]]:
    root = Path(__file__).parents[1]
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.suffix in _SUFFIXES and (name in _INSIDE or not name.startswith(_OUTSIDE)):
            yield name, path.read_bytes()


def versions(packages: Iterable[str] = _PACKAGES) -> dict[str, str]:
    """Releases of Python and of the packages under the results, or of those named; what is not installed is left out."""
    import platform  # here, because a worker asks for none of it
    from importlib import metadata

    known = {"python": platform.python_version()}
    for package in packages:
        try:
            known[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return known


def commit() -> str | None:
    """The git commit of a checkout; None for an installed package or without git."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return None
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, timeout=5, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None


def command(study: dict) -> str:
    """The command line that repeats a study, for a POSIX shell."""
    words = [
        "innosim",
        "study",
        f"place={study['place']}",
        f"scenarios=[{','.join(_quoted(s) for s in study['asked'])}]",
    ]
    seeds = study["seeds"]
    counted = seeds == list(range(1, len(seeds) + 1))
    words.append(f"seeds={len(seeds)}" if counted else f"seeds=[{','.join(map(str, seeds))}]")
    words += [f"quarters={study['quarters']}", f"draw={str(study['draw']).lower()}"]
    if study.get("draws"):
        words.append(f"method={study['method']}")
        words += [f"draws={study['draws']}"] if study["method"] in ("random", "lhs", "sobol") else []
    if study.get("vary"):
        words.append(f"vary={{{', '.join(f'{key}: {_value(value)}' for key, value in study['vary'].items())}}}")
    words.append(f"against=[{','.join(study['against'])}]")
    if study["overrides"]:
        words.append(f"numbers={{{', '.join(f'{key}: {_value(value)}' for key, value in study['overrides'].items())}}}")
    return shlex.join(words)


def _value(value) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_value, value)) + "]"
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else _quoted(str(value))


def _quoted(text: str) -> str:
    plain = text.isascii() and all(c.isalnum() or c in "_-./+" for c in text)
    return text if plain else "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def read(folder: Path) -> dict:
    """The manifest of `folder`; `StudyError` if there is none or it is not ours."""
    path = folder / FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StudyError(f"{folder}: no study here ({FILE} is missing)") from None
    except (OSError, ValueError) as error:
        raise StudyError(f"{path}: cannot be read ({error})") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise StudyError(f"{path}: not a manifest of this version")
    return found


def write(folder: Path, manifest: dict) -> None:
    """Store the manifest whole or not at all."""
    # A line for each part: indented as a whole, a study of a hundred thousand runs takes a second and as many lines.
    lines = (f"{json.dumps(name)}: {json.dumps(part, ensure_ascii=False)}" for name, part in manifest.items())
    write_whole(folder / FILE, ("{\n" + ",\n".join(lines) + "\n}\n").encode())


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a kill at any moment leaves the old one or the new one, never a part."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(beside, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise StudyError(f"{path}: cannot be written ({error.strerror})") from error
