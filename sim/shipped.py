"""Where the files that come with the project are: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

from sim.errors import InnosimError

PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """Folder of the shipped `scenarios` or `conf`; InnosimError if the installation lacks it."""
    for place in (PACKAGE / "_shipped" / name, PACKAGE.parent / name):
        if name in ("scenarios", "conf") and place.is_dir():
            return place
    raise InnosimError(f"this installation has no folder {name!r}")
