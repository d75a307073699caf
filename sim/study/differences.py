"""What changed between the study that a folder holds and the one that is to run there.

More scenarios, seeds or draws of the same study go on with it. Anything else would mix two studies in one report's folder.
"""

from __future__ import annotations

SHOWN = 6


def differences(before: dict, now: dict) -> list[str]:
    """Each change as `field: before -> now`; empty if `now` goes on with `before`."""
    found = _code(before, now)
    old, new = before["study"], now["study"]
    for field in ("place", "quarters", "draw"):
        if old[field] != new[field]:
            found.append(f"{field}: {_said(old[field])} -> {_said(new[field])}")
    found += _mapping("numbers.", old["overrides"], new["overrides"])
    found += _draws(before, now)
    return found + _scenarios(before["scenarios"], now["scenarios"])


def _code(before: dict, now: dict) -> list[str]:
    if before["code"] == now["code"]:
        return []
    old, new = before.get("files", {}), now["files"]
    files = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    numpy = [each["versions"].get("numpy", "?") for each in (before, now)]
    release = [f"numpy: {numpy[0]} -> {numpy[1]}"] if numpy[0] != numpy[1] else []
    return release + [f"sim/{name}" for name in files]


def _draws(before: dict, now: dict) -> list[str]:
    old, new = before["sample"], now["sample"]
    if old is None or new is None:
        return [] if old == new else [f"draws: {_count(old)} -> {_count(new)}"]
    found = [f"{field}: {_said(old[field])} -> {_said(new[field])}" for field in ("method", "named") if old[field] != new[field]]
    if old["ids"] != new["ids"]:
        return [*found, f"vary: {len(old['ids'])} -> {len(new['ids'])}", *sorted(set(old["ids"]) ^ set(new["ids"]))]
    # Draws are added at the end, where the way of drawing allows it.
    short = min(len(old["rows"]), len(new["rows"]))
    same = [list(row) for row in old["rows"][:short]] == [list(row) for row in new["rows"][:short]]
    return found if same else [*found, f"draws: {_count(old)} -> {_count(new)}"]


def _count(sample: dict | None) -> str:
    return "-" if sample is None else f"{len(sample['rows'])} ({sample['method']})"


def _scenarios(before: list[dict], now: list[dict]) -> list[str]:
    old = {scenario["name"]: scenario for scenario in before}
    found = []
    for scenario in now:
        was = old.get(scenario["name"])
        if was is None or was["digest"] == scenario["digest"]:
            continue
        for programme in sorted(set(was["programmes"]) ^ set(scenario["programmes"])):
            sign = "+" if programme in scenario["programmes"] else "-"
            found.append(f"{scenario['name']}: {sign} {programme}")
        found += _mapping(f"{scenario['name']}: ", was["overrides"], scenario["overrides"])
    return found


def _mapping(start: str, old: dict, new: dict) -> list[str]:
    changed = (key for key in {**old, **new} if old.get(key) != new.get(key))
    return [f"{start}{key}: {_said(old.get(key))} -> {_said(new.get(key))}" for key in changed]


def _said(value) -> str:
    return "-" if value is None else str(value)


def shown(found: list[str]) -> str:
    """The first few, and how many more."""
    more = f"; +{len(found) - SHOWN}" if len(found) > SHOWN else ""
    return "; ".join(found[:SHOWN]) + more
