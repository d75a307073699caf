"""A firm and its twin: what each firm became in one package against the same firm, with the same luck, in another."""

from __future__ import annotations

import numpy as np

OUTCOMES = ("hnte", "alive")


def compare(with_: dict[str, np.ndarray], without: dict[str, np.ndarray]) -> dict[str, float]:
    """Counts over rows that exist in both worlds of one seed; all in firms, money in RMB.

    A recipient received more programme money with the package than without. For each outcome at the horizon:
    `_deadweight` recipients that reach it in both worlds, `_additional` only with, `_none` in neither, `_undone` only
    without; among the others `_displaced` reach it only without the package and `_spill` only with it. `received` is what
    all firms got more than without, `received_recipients` what recipients did.
    Recipients = deadweight + additional + none + undone; `_net` = additional + spill − displaced − undone.
    """
    extra = with_["received"] - without["received"]
    recipient = extra > 0
    out = {"recipients": float(recipient.sum()), "received": float(extra.sum())}
    out["received_recipients"] = float(extra[recipient].sum())
    for name in OUTCOMES:
        a, b = with_[name].astype(bool), without[name].astype(bool)
        counts = {
            "deadweight": recipient & a & b, "additional": recipient & a & ~b, "none": recipient & ~a & ~b,
            "undone": recipient & ~a & b, "displaced": ~recipient & ~a & b, "spill": ~recipient & a & ~b,
        }  # fmt: skip
        out.update({f"{name}_{key}": float(np.count_nonzero(rows)) for key, rows in counts.items()})
        out[f"{name}_net"] = float(np.count_nonzero(a) - np.count_nonzero(b))
    out.update(enclave(with_, without))
    for name in ("rd_total", "sales_total"):
        change = with_[name] - without[name]
        out[f"{name}_recipients"] = float(change[recipient].sum())
        out[f"{name}_others"] = float(change[~recipient].sum())
    return out | people(with_, without)


def people(with_: dict[str, np.ndarray], without: dict[str, np.ndarray]) -> dict[str, float]:
    """Persons who exist in both worlds of one seed, in persons, money in RMB; nothing for firms without people.

    A recipient was granted more with the package than without. Recipients = `_deadweight` (came, or lived here, in both
    worlds) + `_additional` (only with the package), of whom `_gone` have left by the end; `_displaced` came only without.
    """
    if "talent_paid" not in with_:
        return {}
    extra = with_["talent_paid"] - without["talent_paid"]
    came, anyway = with_["talent_came"], without["talent_came"]
    paid = extra > 0
    counts = {
        "recipients": paid, "deadweight": paid & anyway, "additional": paid & ~anyway,
        "additional_gone": paid & ~anyway & ~with_["talent_stays"],
        "spill": ~paid & came & ~anyway, "displaced": ~came & anyway,
    }  # fmt: skip
    out = {f"talent_{name}": float(np.count_nonzero(rows)) for name, rows in counts.items()}
    out["talent_paid"] = float(extra.sum())
    out["talent_net"] = float(np.count_nonzero(with_["talent_stays"])) - float(np.count_nonzero(without["talent_stays"]))
    return out


def enclave(with_: dict[str, np.ndarray], without: dict[str, np.ndarray]) -> dict[str, float]:
    """Projects that an enclave supported only with the package: would they have traded in the city anyway?

    `_deadweight` those that did without it (tenants of the start among them), `_additional` those that did not; of these `_kept` are there at the end.
    """
    if "supported" not in with_:
        return {}
    helped = (with_["supported"] > 0) & (without["supported"] == 0)
    came = without["sales_total"] > 0
    groups = {"deadweight": helped & came, "additional": helped & ~came, "kept": helped & ~came & with_["alive"].astype(bool)}
    found = {f"enclave_{name}": float(np.count_nonzero(rows)) for name, rows in groups.items()}
    return {"enclave_supported": float(np.count_nonzero(helped)), **found}
