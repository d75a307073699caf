"""Vetting: applications for a certificate are read level by level before they are filed.

Every level may find what is relabelled or weak and send the file back; what passes is better prepared. The first level is
an office that the applicant pays. Levels read one after the other before the season closes, so each level more leaves
time for fewer files. A firm that knows of it weighs the risk when it decides how to reach the threshold.
"""

from __future__ import annotations

import numpy as np


def found(vetting, flaw):
    """Chance that some level finds a flaw (rows,); `flaw` 0 to 1, 1 = plain to see."""
    each = vetting.catch * flaw
    return 1 - (1 - each * (1 - vetting.capture)) * (1 - each) ** (vetting.levels - 1)


def standing(chance, validity):
    """Part of the time with a certificate when every application is sent back with this chance and tried again next year."""
    held = validity * (1 - chance)
    return held / np.maximum(held + chance, 1e-9)


def plain(vetting, relabelled, reported):
    """How plain relabelling is to see (rows,): its share of reported R&D against the share found like any other."""
    return np.clip(relabelled / np.maximum(reported, 1.0) / vetting.plain, 0.0, 1.0)


def subject(world, rows):
    """Whether the files of these firms are read beforehand (rows,)."""
    return world.firms.lot[rows] < world.rules.vetting.share


# -- what the firm foresees -----------------------------------------------------------------------------------------
def fee(world, rows):
    """What the first level charges the applicant (rows,) RMB."""
    vetting = world.rules.vetting
    return vetting.fee * world.firms.hassle[rows] * subject(world, rows) if vetting.levels else 0.0


def risk(world, rows, benefit, reported):
    """Yearly loss expected from one more relabelled yuan (rows,), to first order: d standing / d chance at zero is
    −1/validity, and the chance rises with the relabelled share by the sum of what the levels catch."""
    vetting = world.rules.vetting
    slope = vetting.catch * (vetting.levels - vetting.capture) / vetting.plain
    worth = np.maximum(benefit, 0.0) / world.numbers["hnte.validity"]
    return worth * slope / np.maximum(reported, 1.0) * subject(world, rows)


def foreseen(world, rows, relabelled, reported):
    """Part of the time in which a firm that relabels so much expects to hold a certificate (rows,)."""
    vetting = world.rules.vetting
    chance = found(vetting, plain(vetting, relabelled, reported)) * subject(world, rows)
    return standing(chance, world.numbers["hnte.validity"])


# -- what happens ---------------------------------------------------------------------------------------------------
def in_time(world, rows):
    """Those whose files are read before the season closes (rows,): the largest firms first, or by lot; the rest wait."""
    vetting, firms = world.rules.vetting, world.firms
    if not vetting.levels:
        return rows
    read = subject(world, rows)
    theirs = rows[read]
    order = -firms.sales_1[theirs] if vetting.largest_first else firms.lot[theirs]
    taken = theirs[np.lexsort((firms.lot[theirs], order))[: int(vetting.files)]]
    return np.sort(np.concatenate([rows[~read], taken]))


def read(world, rows, odds):
    """Which files are sent back (rows,), and the log-odds that the review adds to the others (rows,).

    A file is flawed as far as last year's reported R&D is relabelled, and weak when it would more likely fail than pass.
    """
    vetting, firms = world.rules.vetting, world.firms
    if not vetting.levels:
        return np.zeros(len(rows), bool), 0.0
    flaw = plain(vetting, firms.rd_1[rows] - firms.rd_real_1[rows], firms.rd_1[rows])
    flaw = np.maximum(flaw, odds < 0)
    seen = subject(world, rows)
    back = seen & (world.luck.uniform("vetting", rows) < found(vetting, flaw))
    return back, vetting.levels * vetting.bonus * seen
