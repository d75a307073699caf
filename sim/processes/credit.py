"""Credit: service of old debt, demand, the banks' decision product by product, investment with what was found."""

from __future__ import annotations

import numpy as np

from sim.arrays import at_least, at_most, rows_of
from sim.processes import distinctions, equity, labels, lending, talks, visits
from sim.processes.risk import default_odds, pledge, required_rate, seen


def serve_debt(world) -> None:
    """Interest, subsidies, guarantee fees and instalments on what was owed at the start of the quarter."""
    firms, p, n, ledger, books = world.firms, world.numbers, world.firms.count, world.ledger, world.books
    books.new[:] = 0
    books.defaulted[:] = 0
    for book, name in enumerate(books.names):
        rows = rows_of(books.balance[book, :n] > 0)
        if not len(rows):
            continue
        owed = books.balance[book].take(rows, mode="clip")
        interest = owed * books.rate[book].take(rows, mode="clip")
        interest /= 4
        interest = np.rint(interest, out=interest)
        profit = -interest
        ledger.from_firms("interest", interest, "banks", rows)
        world.bank_flow("income", interest, rows)
        product = world.products.get(name)
        if product is not None:
            if product.subsidy:
                profit += world.agencies[name].pay_now(world, "subsidy", rows, np.rint(owed * product.subsidy / 4))
            for kind, account, charge in world.agencies[name].charges(product):
                fee = np.rint(owed * charge / 4)
                ledger.from_firms(kind, fee, account, rows)
                profit -= fee
        firms.profit_year[rows] += profit
        principal = np.minimum(books.installment[book].take(rows, mode="clip"), owed)
        ledger.from_firms("principal", principal, "banks", rows)
        books.repay(book, principal, rows, owed)
        world.bank_flow("repaid", principal, rows)
    expense = np.rint(p["credit.bank_expense"] / 4 * books.total.sum())
    ledger.transfer("bank_expense", expense, "banks", "households")
    world.bank_expense(expense)


def borrow(world) -> None:
    """Firms ask for what separates them from their desired debt and from the least cash; banks decide."""
    firms, p, n = world.firms, world.numbers, world.firms.count
    annual = 4 * firms.sales[:n]
    debt = world.books.debt(n)
    desired = firms.leverage[:n] * annual
    desired *= demand_factor(world, n)
    wanted = desired - debt
    wanted = at_least(wanted, 0.0, out=wanted)
    short = p["credit.cash_floor"] * annual
    short -= firms.cash[:n]
    short = at_least(short, 0.0, out=short)
    short *= desired > 0
    wanted += short
    ceiling = 2 * desired
    ceiling -= debt
    ceiling = at_least(ceiling, 0.0, out=ceiling)
    wanted = np.minimum(wanted, ceiling, out=wanted)
    ticket = p["credit.minimum_ticket"]
    least = min((product.least for product in world.products.values() if product.least), default=ticket)
    rows = rows_of(firms.alive[:n] & (wanted >= min(least, ticket)))
    need = np.rint(wanted.take(rows))
    sound = firms.below.take(rows) == 0
    size, owed = annual.take(rows), debt.take(rows)
    odds = _book_odds(world, rows, size, owed)
    noise = _judgement(world, world.luck.normal("bank", rows), rows)
    aware = firms.awareness.take(rows, mode="clip") < world.rules.delivery.awareness
    aware |= talks.heard(world, rows)
    knows, noise = visits.seen(world, rows, aware, noise)
    # What the bank would lend alone: nothing to a firm in arrears or beyond the highest rate, and no more than the
    # collateral and a little unsecured credit carry.
    rate = _ordinary_rate(world, rows, size, owed + need, seen(odds, noise, p, 0.0))
    carries = capacity(world, rows, size) - world.books.balance[0].take(rows, mode="clip")
    carries = at_least(carries, 0.0, out=carries)
    alone = np.floor(carries) * (sound & (rate <= p["credit.rate_cap"]))
    sound, tier = sound & knows, firms.tier.take(rows, mode="clip")
    for name, product in world.products.items():
        if product.round_share:
            continue
        # Pool loans are for sound firms; a guarantee is for what the bank alone refuses.
        book = world.books.names.index(name)
        open_to = (knows if product.guarantor else sound) & (tier >= product.minimum_tier)
        wants = at_least(need - alone, 0.0) if product.guarantor else need
        terms = open_to, wants, odds, noise, p["credit.loss_unsecured"]
        if not product.for_all or product.information:
            firm = lending.Applicants(rows, size, owed, need, alone, carries, ceiling[rows], rate)
            terms = lending.terms(world, book, product, firm, *terms)
        at, amount = _offer(world, book, product, rows, *terms)
        need[at] = np.maximum(need[at] - amount, 0)
    # Ordinary loans up to what the bank carries alone.
    amount = np.minimum(need, alone)
    at = rows_of(amount >= ticket)
    amount = amount.take(at)
    _disburse(world, 0, rows.take(at), amount, rate.take(at))
    need[at] -= amount
    world.unmet = np.zeros(n)
    # Part of the debt it wants that a firm cannot find.
    reach = firms.leverage.take(rows, mode="clip") * size
    need /= at_least(reach, 1.0, out=reach)
    world.unmet[rows] = at_most(need, 1.0, out=need)
    if least < ticket:  # who wants less than a usual loan may be served, but counts on none
        world.unmet[rows[wanted[rows] < ticket]] = 0


def follow_equity(world) -> None:
    """Loans to firms that owners have just backed, beside what they want of a bank: they go where the equity goes."""
    for name, product in world.products.items():
        rows = lending.just_backed(world, product)
        if not len(rows):
            continue
        firms, p, book = world.firms, world.numbers, world.books.names.index(name)
        size, owed = 4 * firms.sales[rows], world.books.balance[:, rows].sum(axis=0)
        noise = _judgement(world, world.luck.normal("bank", rows), rows)
        open_to = (firms.below[rows] == 0) & (firms.awareness[rows] < world.rules.delivery.awareness)
        open_to &= firms.tier[rows] >= product.minimum_tier
        wants = np.floor(product.round_share * firms.equity_left[rows] - world.books.balance[book, rows])
        odds = _book_odds(world, rows, size, owed)
        at, amount = _offer(world, book, product, rows, open_to, wants, odds, noise, p["credit.loss_unsecured"])
        lending.spend_like_equity(world, rows[at], amount)


def demand_factor(world, n):
    """Desired debt against that at the rates of the start, (n,): (net rate / rate of the start)^−elasticity.

    The net rate moves with the prime rate for everybody and with an interest subsidy for those who may have it.
    """
    firms, p = world.firms, world.numbers
    start = p.at("credit.prime_rate", -1) + p["credit.start_spread"]
    net = p.at("credit.prime_rate", world.quarter) + p["credit.start_spread"]
    factor = np.full(n, (net / start) ** -p["credit.demand_elasticity"])
    # The largest subsidy that a firm may have counts, so products are gone through from the smallest.
    for product in sorted(world.products.values(), key=lambda product: product.subsidy):
        if product.subsidy and product.quota > 0:
            open_to = (firms.awareness[:n] < world.rules.delivery.awareness) & (firms.tier[:n] >= product.minimum_tier)
            factor[open_to] = (max(net - product.subsidy, 1e-3) / start) ** -p["credit.demand_elasticity"]
    return factor


def _book_odds(world, rows, size, debt):
    """Log-odds of default from reported books: reported R&D lowers the margin a bank sees, a certificate flatters."""
    firms, p = world.firms, world.numbers
    margin = firms.margin.take(rows, mode="clip")
    margin += firms.margin_luck.take(rows, mode="clip")
    for reported in (firms.intensity, firms.plan_extra, firms.plan_relabel):
        margin -= reported.take(rows, mode="clip")
    size = at_least(size, 1.0)
    log_size = np.log(size)
    log_size -= firms.size_anchor.take(rows, mode="clip")
    log_size -= world.market_index
    young = world.quarter - firms.birth.take(rows, mode="clip") < p["credit.young"]
    odds = default_odds(p, debt / size, firms.cash.take(rows, mode="clip") / size, margin, log_size, young)
    odds += p["credit.risk_arrears"] * (firms.below.take(rows, mode="clip") > 0)
    odds -= labels.belief(world, rows, world.rules.labels.bank)
    if world.rules.distinctions:
        odds -= distinctions.belief(world, rows, "bank")
    odds -= p["credit.label_signal"] * (firms.cert_year.take(rows, mode="clip") > 0)
    return odds


def capacity(world, rows, size):
    """Debt that a bank carries alone (rows,) RMB: the collateral and a little unsecured credit."""
    carried = pledge(world, rows, size)
    carried += world.numbers["credit.unsecured_limit"] * size
    return carried


def _ordinary_rate(world, rows, size, debt, default):
    """Rate a bank needs on an ordinary loan that brings debt to this level: the secured part loses less."""
    p = world.numbers
    secured = pledge(world, rows, size)
    secured /= at_least(debt, 1.0)
    secured = secured.clip(0, 1, out=secured)
    loss = p["credit.loss_secured"] * secured
    loss += p["credit.loss_unsecured"] * (1 - secured)
    return required_rate(default, loss, 0.0, p["credit.funding_cost"] + p["credit.margin"])


def _judgement(world, fresh, rows):
    """Error of the bank's view (rows,): mostly a lasting one, since what it does not know it rarely learns."""
    p = world.numbers
    keep = p["credit.noise_persistence"]
    error = keep * world.firms.opacity.take(rows, mode="clip")
    error += np.sqrt(1 - keep**2) * fresh
    error *= p["credit.signal_noise"]
    return error


def _offer(world, book, product, rows, open_to, wants, odds, noise, loss):
    """A policy product: acceptable risk at the capped rate, best first within the quota.

    Of `rows` those that are `open_to` it and want enough; returns which of them borrow, and how much. `loss` is what
    the bank thinks it loses of a bad loan, one share or (rows,).
    """
    p, nobody = world.numbers, (rows[:0], wants[:0])
    quota = product.quota - (world.books.total[book] if product.guarantor else 0.0)
    if quota <= 0:
        return nobody
    least = max(product.least or p["credit.minimum_ticket"], product.minimum_loan)
    at = rows_of(open_to & (wants >= least))
    amount = product.cap - world.books.balance[book].take(rows.take(at), mode="clip")
    amount = at_least(amount, 0.0, out=amount)
    amount = np.rint(np.minimum(wants.take(at), amount, out=amount), out=amount)
    fits = rows_of(amount >= least)
    at = at.take(fits)
    if not len(at):
        return nobody
    agency = world.agencies[product.agency]
    cover = agency.cover(product) * agency.cover_kept
    default = seen(odds.take(at), noise.take(at), p, cover)
    funding = p["credit.funding_cost"] + p["credit.margin"]
    rate = required_rate(default, loss[at] if np.ndim(loss) else loss, cover, funding)
    if product.warrant_rate:
        rate = np.maximum(rate - product.warrant_rate, funding)
    accepted = rate <= product.rate_cap
    if product.shares:  # with what others charge it must not cost more than the dearest ordinary loan
        accepted &= rate + sum(charge for _, _, charge in agency.charges(product)) <= p["credit.rate_cap"]
    ok = rows_of(accepted)
    order = ok.take(_ranked(default.take(ok), world.firms.identity, rows.take(at.take(ok))))
    amount = amount.take(fits.take(order))
    amount = amount[: int(np.searchsorted(np.cumsum(amount), quota, side="right"))]
    order = order[: len(amount)]
    at = at.take(order)
    _disburse(world, book, rows.take(at), amount, rate.take(order))
    world.books.cover[book] = agency.cover(product)
    return at, amount


def _ranked(risk, identity, rows):
    """Order of these rows by risk, ties by identity. A stable sort costs several times more and ties are very rare."""
    order = np.argsort(risk)
    ranked = risk.take(order)
    if np.any(ranked[1:] == ranked[:-1]):
        order = np.lexsort((identity[rows], risk))
    return order


def _disburse(world, book, rows, amount, rate):
    if len(rows):
        world.ledger.to_firms("loan", amount, "banks", rows)
        world.books.lend(book, rows, amount, rate, world.numbers["credit.term"])
        world.bank_flow("new", amount, rows)


def invest(world) -> None:
    """Net investment from cash above the floor; what finds neither cash nor credit costs growth next quarter."""
    firms, p, n = world.firms, world.numbers, world.firms.count
    sales = firms.sales[:n]
    desired = p["credit.investment_share"] * sales
    free = firms.cash[:n] - p["credit.cash_floor"] * 4 * sales
    free = at_least(free, 0.0, out=free)
    done = np.rint(np.minimum(desired, free, out=free), out=free)
    done[rows_of(~firms.alive[:n])] = 0
    world.ledger.from_firms("investment", done, "outside")
    # Who wants next to nothing lacks nothing.
    content = rows_of(desired <= 1)
    funded = np.divide(done, at_least(desired, 1.0, out=desired), out=done)
    funded[content] = 1
    # What lenders refuse, owners' money may stand in for.
    funded *= 1 - equity.relieved(world)
    firms.funded[:n] = funded


def start(world) -> None:
    """Debt at the end of 2020: desired debt at a random point of its cycle; sci-tech and guaranteed loans inside it."""
    firms, p, books, n = world.firms, world.numbers, world.books, world.firms.count
    age = world.streams.trait("loan age").random(n)
    annual = 4 * firms.sales[:n]
    wanted = firms.leverage[:n] * annual
    # A firm borrows again when instalments have opened a gap of one ticket: one that pays back less than a ticket a
    # quarter stands somewhere inside that gap, the others have just closed it.
    slow = wanted / p["credit.term"] < p["credit.minimum_ticket"]
    debt = np.rint(wanted - age * slow * p["credit.minimum_ticket"])
    debt = np.minimum(debt, np.rint(capacity(world, np.arange(n), annual)))
    debt[debt < p["credit.minimum_ticket"]] = 0
    # Only firms that a bank would have lent to in some quarter of the past year owe anything.
    rows = np.arange(n)
    views = world.streams.trait("bank at the start").standard_normal((n, 4))
    noise = _judgement(world, views.min(axis=1), rows)
    default = seen(_book_odds(world, rows, annual, debt), noise, p, 0.0)
    debt[_ordinary_rate(world, rows, annual, debt, default) > p["credit.rate_cap"]] = 0
    fits = (firms.tier[:n] >= 1) & (debt > 0) & (firms.awareness[:n] < p["delivery.awareness"])
    lucky = world.streams.trait("loan product").random(n)
    cap = p["place.policy_loan_cap"]
    for kind, total in (("pool", p["place.scitech_loans"]), ("guarantee", p["place.guaranteed_loans"])):
        group = [book for book, its in enumerate(books.kinds) if its == kind]
        rows = np.flatnonzero(fits)
        order = rows[np.argsort(lucky[rows], kind="stable")]
        part = np.minimum(debt[order], cap)
        order = order[: int(np.searchsorted(np.cumsum(part), total, side="right"))]
        fits[order] = False
        for k, book in enumerate(group):
            mine = order[k :: len(group)]
            _place(world, book, mine, np.rint(np.minimum(debt[mine], cap)), p)
            debt[mine] -= books.balance[book, mine]
    rows = np.flatnonzero(debt)
    _place(world, 0, rows, debt[rows], p)
    books.new[:] = 0
    world.lists, world.visited = {}, None


def _place(world, book, rows, amount, p):
    books = world.books
    rate = np.full(len(rows), p.at("credit.prime_rate", -1) + p["credit.start_spread"])
    books.lend(book, rows, amount, rate, p["credit.term"])
