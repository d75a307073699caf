"""The kinds of value a number can have beyond plain ones: quarters, paths over quarters, priors."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

# 2000Q1, before any programme began, and 2041Q1, the stop of one that lasts through 2040; index 0 is 2021Q1.
FIRST, LAST = -84, 80
QUARTERS = "a quarter from 2000Q1 to 2041Q1"
SHAPES = ("uniform", "triangular", "log_uniform")
_QUARTER = re.compile(r"([0-9]{4})Q([1-4])")


def quarter_index(name: str) -> int | None:
    """Index of a quarter such as `2021Q2` (0 = 2021Q1), or None if `name` is not one from 2000Q1 to 2041Q1."""
    match = _QUARTER.fullmatch(name) if isinstance(name, str) else None
    index = (int(match[1]) - 2021) * 4 + int(match[2]) - 1 if match else None
    return index if index is not None and FIRST <= index <= LAST else None


def quarter_name(index: int) -> str:
    """Name of a quarter: 0 → `2021Q1`, -1 → `2020Q4`."""
    return f"{2021 + index // 4}Q{index % 4 + 1}"


@dataclass(frozen=True, slots=True)
class Steps:
    """A path: `values[i]` holds from `quarters[i]` (rising indices, the first ≤ 0) until the next.

    The first value holds before its quarter too: a run may look back beyond what a file tells.
    """

    quarters: tuple[int, ...]
    values: tuple[float, ...]

    def at(self, quarter: int) -> float:
        """Value in one quarter (index, 0 = 2021Q1)."""
        return self.values[max(bisect_right(self.quarters, quarter) - 1, 0)]

    def over(self, quarters: np.ndarray) -> np.ndarray:
        """Values in each of `quarters` (indices, any shape), float64 of the same shape."""
        places = np.searchsorted(self.quarters, quarters, side="right") - 1
        return np.asarray(self.values, dtype=np.float64)[np.maximum(places, 0)]

    def written(self) -> dict[str, float]:
        """As a file writes it: quarter name → value."""
        return {quarter_name(q): value for q, value in zip(self.quarters, self.values, strict=True)}


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of a number before calibration: `shape` on [low, high], `mode` (the default) for triangular.

    `scales` says that it is a factor on all values of a path and has no unit; otherwise it has the number's unit.
    """

    shape: str
    low: float
    high: float
    mode: float
    scales: bool = False

    def ppf(self, u: float | np.ndarray) -> float | np.ndarray:
        """Quantile at probability `u` in [0, 1]; a float for a float, an array for an array."""
        u = np.asarray(u, dtype=np.float64)
        low, width = self.low, self.high - self.low
        if self.shape == "triangular":
            left = self.mode - low
            x = np.where(
                u * width < left,
                low + np.sqrt(u * width * left),
                self.high - np.sqrt((1 - u) * width * (width - left)),
            )
        elif self.shape == "log_uniform":
            x = low * (self.high / low) ** u
        else:
            x = low + u * width
        x = np.clip(x, low, self.high)
        return float(x) if x.ndim == 0 else x
