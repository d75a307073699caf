"""One figure a file, each with `NEEDS` (metrics), `draw(results, ax=None, lang="zh") -> Figure` and `words(results, lang)`.

`SOME` are metrics of which one at least must not be 0 throughout; `skip(reading)` says that a study does not ask for it.
"""

from __future__ import annotations

import importlib

# In the order of the page; the captions of fans refer to effects as figure 2.
FIGURES = ("fans", "effects", "ladder", "certificates", "budget", "cost", "additional", "checks", "tiers", "credit",
           "talent", "carriers", "enclaves", "funds", "networks", "attraction", "break_even", "thresholds",
           "challenges", "enclave_forms", "decompose")  # fmt: skip


def figure(name: str):
    """The module of one figure; imported when it is drawn, because Matplotlib takes a second."""
    if name not in FIGURES:
        raise KeyError(f"no figure {name!r}; there are {', '.join(FIGURES)}")
    return importlib.import_module(f"{__name__}.{name}")
