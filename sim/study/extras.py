"""Packages that not everybody needs: imported by name, and missed with the command that brings them."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from sim.errors import StudyError


def needed(module: str, extra: str) -> ModuleType:
    """The module, or `StudyError` with the extra of innosim that has it."""
    try:
        return import_module(module)
    except ImportError as error:
        raise StudyError(f"{module} is not installed; it comes with: pip install 'innosim[{extra}]'") from error
