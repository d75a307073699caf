"""Put a file that table.py wrote into docs/speed.md, between its marks.

python benchmarks/page.py benchmarks/speed.json docs/speed.md
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import report, targets


def parts(found: dict) -> dict[str, str]:
    """Mark → what stands under it."""
    rounds = max(len(one["rounds"]) for one in found["cases"])
    code = {
        "profile": report.processes(found),
        "sizes": report.full(found),
        "twins": report.twins(found),
        "peers": report.peers(found),
        "rest": report.rest(found),
    }
    told = {name: f"```\n{text.strip()}\n```" for name, text in code.items()}
    told["targets"] = targets.markdown(found).strip()
    told["rounds"] = (
        f"Measured in {rounds} round{'s' * (rounds > 1)} on {found['machine']['cores']} cores that had other work, with "
        f"Python {found['machine']['python']} and NumPy {found['machine']['numpy']}."
    )
    return told


def filled(page: str, found: dict) -> str:
    """The page with every marked part replaced."""
    for mark, text in parts(found).items():
        pattern = re.compile(rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)", re.DOTALL)
        if not pattern.search(page):
            raise ValueError(f"the page has no place for {mark}")
        page = pattern.sub(lambda place, text=text: f"{place[1]}{text}\n{place[2]}", page)
    return page


def main() -> None:
    """From the file of the first argument into the page of the second."""
    source, page = (Path(argument) for argument in sys.argv[1:3])
    found = json.loads(source.read_text(encoding="utf-8"))
    page.write_text(filled(page.read_text(encoding="utf-8"), found), encoding="utf-8")


if __name__ == "__main__":
    main()
