"""Which form of enclave a tenant is in. With one form it is that one; with several, tenants fall to them by lot in
proportion to their space, so that no rent and no package is paid twice."""

from __future__ import annotations

import numpy as np

from sim.bands import band
from sim.population.premises import ENCLAVE, KINDS
from sim.population.ties import ENCLAVE as ENCLAVE_TIE


def parts(world) -> np.ndarray:
    """Share of the enclave space that each form of the rules offers (forms,)."""
    opened = float(world.carriers.base[world.carriers.kind == ENCLAVE].sum())
    space = np.array([form.space * opened + form.area for form in world.rules.premises.forms])
    return space / space.sum() if space.any() else np.full(len(space), 1 / max(len(space), 1))


def form_of(world, rows) -> np.ndarray:
    """Index of the form of each tenant (rows,)."""
    forms = world.rules.premises.forms
    if len(forms) < 2:
        return np.zeros(len(rows), np.int64)
    return np.minimum(band(world.firms.lot[rows], np.cumsum(parts(world))), len(forms) - 1).astype(np.int64)


def term(world, rows, name: str):
    """A term of the form of each tenant: (rows,), or one number where all are alike."""
    values = [getattr(form, name) for form in world.rules.premises.forms]
    if len(set(values)) < 2:
        return values[0] if values else 0
    return np.array(values)[form_of(world, rows)]


def served(world, support, rows) -> np.ndarray | slice:
    """Which of these enclave tenants a support is for."""
    forms = world.rules.premises.forms
    if len(forms) < 2:
        return slice(None)
    names = [form.agency for form in forms]
    if support.agency not in names:
        return slice(None)
    return np.flatnonzero(form_of(world, rows) == names.index(support.agency))


def part(world, support) -> float:
    """Share of the empty enclave space that a support stands for."""
    forms = world.rules.premises.forms
    if len(forms) < 2:
        return 1.0
    return float(sum(share for form, share in zip(forms, parts(world)) if form.agency == support.agency))


def of_tenants(world, name: str, rows):
    """A term of the support of each enclave tenant: package or share of a claw-back, (rows,) or one number."""
    supports = [x for x in world.rules.premises.supports if KINDS[ENCLAVE] in x.kinds]
    if len(world.rules.premises.forms) < 2:
        return sum(getattr(x, name) for x in supports)
    found = np.zeros(len(rows))
    for support in supports:
        found[served(world, support, rows)] += getattr(support, name)
    return found


def tie_partners(world) -> None:
    """Projects that enter enclaves of the nearest hub begin with a tie to one of the universities that run them."""
    firms, entered, table = world.firms, world.entered, world.carriers
    if not any(form.partners for form in world.rules.premises.forms):
        return
    rows = entered[firms.hub[entered] == np.argmin(table.hub_distance)]
    if not len(rows):
        return
    partners = np.broadcast_to(term(world, rows, "partners"), rows.shape)
    known = np.flatnonzero(world.universities.hosts("shanghai"))  # in the order of the documents
    rows, partners = rows[partners > 0], np.minimum(partners[partners > 0], len(known))
    if not len(known):
        return
    found = known[(firms.identity[rows] % partners)]
    new = np.flatnonzero(~world.ties.tied(found, rows))
    world.ties.add(world.season, found[new], rows[new], 0, ENCLAVE_TIE)
