"""Numbers of kind document against the documents themselves.

The documents are not ours to distribute, so `quotes.json` ships their hashes and those of the quotes: a quote that is
edited is found without the documents, a quote that never stood there is found with them.

    python -m sim.parameters.provenance --check FOLDER     (FOLDER holds the documents)
    python -m sim.parameters.provenance --write FOLDER     (after a change of quotes)
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable
from os import PathLike
from pathlib import Path

from sim.errors import InnosimError
from sim.parameters.number import Number
from sim.parameters.registry import Registry, places, registry

SHIPPED = Path(__file__).resolve().parent / "quotes.json"


def key(number: Number) -> str:
    """Name of a quote: the number's id, with the place before it where the file of a place says it."""
    return f"{number.place}/{number.id}" if number.place else number.id


def shipped() -> dict[str, dict]:
    """`documents`: file name → SHA-256 of the file; `quotes`: key → document and SHA-256 of the quote."""
    return json.loads(SHIPPED.read_text(encoding="utf-8"))


def check_hashes(numbers: Registry, known: dict[str, dict] | None = None) -> list[str]:
    """Problems found without the documents: each quote has its shipped hash, and no hash is of a number that is gone."""
    known = shipped() if known is None else known
    problems = []
    mine = {key(number): number for number in numbers if number.kind == "document"}
    for name, number in mine.items():
        stored = known["quotes"].get(name)
        if stored is None:
            problems.append(f"{_where(number)}: no hash of its quote is shipped")
        elif stored != _entry(number):
            problems.append(f"{_where(number)}: document or quote differs from what was checked")
        if number.document not in known["documents"]:
            problems.append(f"{_where(number)}: no hash of {number.document} is shipped")
    for name in known["quotes"]:
        place, slash, _ = name.partition("/")
        # A place that builds on another may restate what all share: whether that is gone, the other place shows.
        if name not in mine and (place == numbers.place if slash else not numbers.base):
            problems.append(f"quotes.json: {name} is no number of kind document")
    return problems


def check_sources(numbers: Registry, folder: str | PathLike, known: dict[str, dict] | None = None) -> list[str]:
    """Problems found with the documents in `folder`: each has its shipped hash, each quote stands in it."""
    known = shipped() if known is None else known
    problems = []
    texts: dict[str, str] = {}
    for name in sorted({number.document for number in numbers if number.kind == "document"}):
        data = _read(Path(folder) / name)
        if data is None:
            problems.append(f"{name}: the document is not in the folder")
            continue
        if hashlib.sha256(data).hexdigest() != known["documents"].get(name):
            problems.append(f"{name}: is not the document whose hash is shipped")
        texts[name] = data.decode("utf-8", "replace")
    for number in numbers:
        if number.document in texts and number.quote not in texts[number.document]:
            problems.append(f"{_where(number)}: the quote is not in {number.document}")
    return problems


def collect(all_numbers: Iterable[Registry], folder: str | PathLike) -> dict[str, dict]:
    """What `quotes.json` must hold; InnosimError if a document or a quote is not in `folder`."""
    quotes: dict[str, dict] = {}
    names: set[str] = set()
    for numbers in all_numbers:
        quotes |= {key(n): _entry(n) for n in numbers if n.kind == "document"}
        names |= {n.document for n in numbers if n.kind == "document"}
    documents = {}
    for name in sorted(names):
        data = _read(Path(folder) / name)
        if data is None:
            raise InnosimError(f"{name}: the document is not in the folder")
        documents[name] = hashlib.sha256(data).hexdigest()
    return {"documents": documents, "quotes": dict(sorted(quotes.items()))}


def main(arguments: list[str] | None = None) -> int:
    """Check or write; prints problems, returns 0 if there are none, otherwise 1."""
    parser = argparse.ArgumentParser(prog="python -m sim.parameters.provenance", description=__doc__.split("\n")[0])
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--check", metavar="FOLDER", help="are all quotes in the documents, unchanged?")
    action.add_argument("--write", metavar="FOLDER", help="write quotes.json from the number files")
    chosen = parser.parse_args(arguments)
    folder = chosen.check or chosen.write
    try:
        all_numbers = [registry(place) for place in places()]
        known = collect(all_numbers, folder) if chosen.write else shipped()
        problems = {p for n in all_numbers for p in [*check_hashes(n, known), *check_sources(n, folder, known)]}
    except InnosimError as problem:
        problems = {str(problem)}
    for problem in sorted(problems):
        print(problem, file=sys.stderr)
    if problems:
        return 1
    if chosen.write:
        text = json.dumps(known, ensure_ascii=False, indent=1)
        SHIPPED.write_text(text + "\n", encoding="utf-8", newline="\n")
    print(f"{len(known['quotes'])} quotes from {len(known['documents'])} documents, {len(all_numbers)} places")
    return 0


def _entry(number: Number) -> dict[str, str]:
    return {"document": number.document, "sha256": hashlib.sha256(number.quote.encode()).hexdigest()}


def _where(number: Number) -> str:
    return f"{Path(number.file).name}:{number.line}: {number.id}"


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main())
