"""How a bank sees a loan: chance of default from the books, what can be pledged, and the rate it needs."""

from __future__ import annotations

import numpy as np


def default_odds(p, leverage, cash, margin, log_size_gap, young):
    """Log-odds a year of default from the books a bank sees (rows,)."""
    odds = p["credit.risk_leverage"] * leverage
    odds += p["credit.risk_level"]
    odds -= p["credit.risk_cash"] * cash.clip(-p["credit.risk_cash_limit"], p["credit.risk_cash_limit"])
    odds -= p["credit.risk_margin"] * margin.clip(p["credit.risk_margin_floor"], p["credit.risk_margin_ceiling"])
    odds -= p["credit.risk_size"] * log_size_gap
    odds += p["credit.risk_youth"] * young
    return odds


def required_rate(default, loss, cover, funding):
    """Rate at which `rate·(1 − PD) = funding + (1 − g)·LGD·PD` (rows,) share/year."""
    rate = (1 - cover) * loss * default
    rate += funding
    rate /= np.clip(1 - default, 1e-12, np.inf)
    return rate


def pledge(world, rows, size):
    """Assets a firm can pledge (rows,) RMB: technology firms have less."""
    p = world.numbers
    assets = p["credit.collateral_intangible"] * world.firms.hightech.take(rows, mode="clip")
    assets = np.subtract(1, assets, out=assets)
    assets *= p["credit.collateral_share"]
    assets *= size
    return assets


def seen(odds, noise, p, cover):
    """What the bank believes; it looks less closely when others bear the loss."""
    believed = noise * (1 + p["credit.screening_loss"] * cover)
    believed += odds
    believed = np.exp(np.negative(believed, out=believed), out=believed)
    believed += 1
    return np.divide(1, believed, out=believed)
