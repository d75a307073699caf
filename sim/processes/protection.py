"""Enforcement of intellectual property: what innovators keep, what they want to innovate for it, and what others lose."""

from __future__ import annotations

import numpy as np


def wanted(rent, elasticity):
    """Factor on desired R&D when its return rises by the part `rent`: a return and a user cost are two sides of a coin."""
    return (1 + rent) ** elasticity


def kept(lead, rent):
    """Part of a productivity lead over the world outside that imitators no longer take (rows,), log points."""
    return rent * np.maximum(lead, 0.0)


def heard(protection, codified):
    """Factor on what firms learn from others near them: the codified part falls with enforcement."""
    return 1 - protection * codified
