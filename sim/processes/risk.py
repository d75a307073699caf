"""How a bank sees a loan: chance of default from the books, what can be pledged, and the rate it needs."""

from __future__ import annotations

import numpy as np


def default_odds(p, leverage, cash, margin, log_size_gap, young):
    """Log-odds a year of default from the books a bank sees (rows,)."""
    return (
        p["credit.risk_level"]
        + p["credit.risk_leverage"] * leverage
        - p["credit.risk_cash"] * np.clip(cash, -p["credit.risk_cash_limit"], p["credit.risk_cash_limit"])
        - p["credit.risk_margin"] * np.clip(margin, p["credit.risk_margin_floor"], p["credit.risk_margin_ceiling"])
        - p["credit.risk_size"] * log_size_gap
        + p["credit.risk_youth"] * young
    )


def required_rate(default, loss, cover, funding):
    """Rate at which `rate·(1 − PD) = funding + (1 − g)·LGD·PD` (rows,) share/year."""
    return (funding + (1 - cover) * loss * default) / np.maximum(1 - default, 1e-12)


def pledge(world, rows, size):
    """Assets a firm can pledge (rows,) RMB: technology firms have less."""
    p = world.numbers
    return p["credit.collateral_share"] * (1 - p["credit.collateral_intangible"] * world.firms.hightech[rows]) * size


def seen(odds, noise, p, cover):
    """What the bank believes; it looks less closely when others bear the loss."""
    return 1 / (1 + np.exp(-(odds + noise * (1 + p["credit.screening_loss"] * cover))))
