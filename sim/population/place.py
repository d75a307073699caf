"""A place as arrays: its districts, sectors and the distances between districts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

EARTH_RADIUS = 6371.0  # km


@dataclass(frozen=True)
class Place:
    """Districts and sectors in the order of the number file; `distance` (districts, districts) in km."""

    districts: tuple[str, ...]
    sectors: tuple[str, ...]
    urban: np.ndarray
    manufacturing: np.ndarray
    growth_gap: np.ndarray
    distance: np.ndarray
    zone: np.ndarray  # whether a district has a provincial or national high-tech zone
    belt: np.ndarray  # share of its firms inside the sci-tech belt


def keys(numbers, group: str) -> tuple[str, ...]:
    """Names of a group such as `district`, in file order."""
    return tuple(dict.fromkeys(id.split(".")[2] for id in numbers.under(f"place.{group}")))


def column(numbers, group: str, names: tuple[str, ...], field: str) -> np.ndarray:
    """One field of a group as an array."""
    return np.array([numbers[f"place.{group}.{name}.{field}"] for name in names])


def build(numbers) -> Place:
    """The place of these numbers."""
    districts, sectors = keys(numbers, "district"), keys(numbers, "sector")
    latitude = np.radians(column(numbers, "district", districts, "latitude"))
    longitude = np.radians(column(numbers, "district", districts, "longitude"))
    half = np.sin((latitude[:, None] - latitude) / 2) ** 2
    half = half + np.cos(latitude[:, None]) * np.cos(latitude) * np.sin((longitude[:, None] - longitude) / 2) ** 2
    return Place(
        districts,
        sectors,
        column(numbers, "district", districts, "urban").astype(bool),
        column(numbers, "sector", sectors, "manufacturing").astype(bool),
        column(numbers, "sector", sectors, "growth_gap").astype(float),
        2 * EARTH_RADIUS * np.arcsin(np.sqrt(half)),
        column(numbers, "district", districts, "zone").astype(bool),
        column(numbers, "district", districts, "belt").astype(float),
    )
