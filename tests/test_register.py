"""The register: every row of the documents once, each judged by an outcome whose sign was written beforehand, and none
that claims more than the code has."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import worlds

from sim import entry, register
from sim.errors import InputError
from sim.inputs import parse
from sim.metrics import METRICS
from sim.parameters import registry
from sim.programmes import CATALOGUE

ROWS = register.rows()
JUDGED = [row for row in ROWS if row.state != register.OUT]
LIVE = [row for row in ROWS if row.state == "live"]
NUMBERS = [row for row in ROWS if row.state == "number"]
# Money paid, and what programmes count of themselves: certificates, labels, recipients, tenants, deals, events.
FORBIDDEN = {
    "tier_none", "tier_pan_tech", "tier_scitech_sme", "tier_cultivation", "tier_hnte", "tier_key", "scitech_sme_registered",
    "hnte_stock", "hnte_certified_flow", "hnte_first_time", "hnte_applications", "hnte_by_district", "ladder_moves",
    "fledgling_labels", "gazelle_labels", "unicorn_labels", "rd_reported", "rd_statistical", "rd_tax_claimed", "entries",
    "loans_all_new", "loans_all_outstanding", "loans_scitech_new", "loans_scitech_outstanding", "loan_access",
    "guarantee_exposure", "expected_guarantee_loss", "misused_grants", "public_cost_city", "public_cost_all", "city_cash",
    "tax_city", "tax_province", "tax_all_governments", "matching_events", "event_ties", "tied_firms", "firms_backed",
    "spin_offs", "deals_below_cost", "rd_units", "rd_units_for_award", "rd_units_paper", "ledger_error",
}  # fmt: skip
OWN_COUNTS = ("programme_", "carrier_", "enclave_", "clawback_", "fund_", "equity_", "project", "ties", "talent_grants",
              "talent_subsid", "incubator_", "tenants_", "occupancy_", "challenge_", "club_", "attract_", "institutes_",
              "skilled_", "licence_", "broker_")  # fmt: skip
TEXT = """\
x.y:
  priority: second
  zh: 名
  en: name
  state: open
  places: [nantong]
  class: x.y
  parameters: [x.y.dose]
  channel: how
  period: "2022"
  status: planned
  outcome: rd_real
  sign: "+"
  source: assumption
"""


def frozen() -> dict[str, str]:
    """Id → priority of the 150 rows, as they were counted in the documents."""
    with open(Path(__file__).with_name("programmes_of_documents.csv"), encoding="utf-8", newline="") as file:
        return {row["id"]: row["priority"] for row in csv.DictReader(file)}


def test_every_row_of_the_documents_is_there_once_with_its_priority():
    assert len(ROWS) == len(frozen()) == 150
    assert {row.id: row.priority for row in ROWS} == frozen()
    assert Counter(frozen().values()) == {"core": 57, "second": 63, "context": 30}


def test_the_folder_of_the_documents_is_one_where_it_is_named():
    folder = os.environ.get("INNOSIM_SOURCES")
    assert not folder or Path(folder).is_dir()


@pytest.mark.parametrize("row", JUDGED, ids=lambda row: row.id)
def test_a_row_is_judged_by_an_outcome_with_a_sign_and_a_source(row):
    assert row.outcome in METRICS and METRICS[row.outcome].dim is None
    assert row.outcome not in FORBIDDEN and not row.outcome.startswith(OWN_COUNTS)
    assert row.sign in register.SIGNS
    assert len(row.source) > 10 and len(row.channel) > 40
    assert row.places and row.period and row.status


def test_forbidden_outcomes_are_metrics():
    assert set(METRICS) >= FORBIDDEN
    assert all(any(name.startswith(head) for name in METRICS) for head in OWN_COUNTS)


@pytest.mark.parametrize("row", LIVE, ids=lambda row: row.id)
def test_a_live_row_has_a_programme_that_says_it_serves_it_and_can_be_dosed(row):
    assert row.id in CATALOGUE[row.realised].facts
    assert any(id.startswith(f"{row.realised}.") for id in row.parameters)
    assert all(id in registry() for id in row.parameters)


@pytest.mark.parametrize("row", NUMBERS, ids=lambda row: row.id)
def test_a_row_that_is_a_number_names_numbers_that_exist(row):
    assert row.priority == "second"  # a core row is a lever or it is open
    assert row.realised in register.WORDS
    assert row.parameters and all(id in registry() for id in row.parameters)


@cache
def outcomes(**numbers) -> dict[str, np.ndarray]:
    """Four years of a small city in which public funds have enough for rounds, and small firms post problems too."""
    funds = {"fund.suketou.appropriation": 1e8, "fund.suketou.start": "2020Q1"}
    posts = {"challenge.min_rd": 1e6, "challenge.smallest": 0, "challenge.hears": 1}
    package = worlds.package("status_quo")
    package = replace(package, overrides=package.overrides | {"rnd.jiebang.appropriation": 4e6})
    world = worlds.build(package, quarters=16, overrides=funds | posts | numbers)
    for _ in range(16):
        world.step()
    return world.record.series


@pytest.mark.parametrize("row", NUMBERS, ids=lambda row: row.id)
def test_the_numbers_of_a_row_at_their_ends_move_its_outcome(row):
    numbers = [registry()[id] for id in row.parameters]
    ends = {n.id: n.high if n.high != n.default else n.low for n in numbers}
    assert not np.array_equal(outcomes()[row.outcome], outcomes(**ends)[row.outcome])


def test_what_is_open_is_not_in_the_catalogue():
    # Whoever builds one sets its rows to live.
    assert [row.id for row in ROWS if row.state == "open" and row.realised in CATALOGUE] == []


def test_every_programme_of_the_catalogue_serves_a_row():
    served = {row.realised for row in LIVE}
    assert {id for id, kind in CATALOGUE.items() if not set(kind.facts) & set(frozen())} == set()
    # Those that serve a row beside another programme.
    assert set(CATALOGUE) - served == {"university.joint_projects"}


def test_rows_out_of_scope_say_why_and_claim_nothing():
    context = [row for row in ROWS if row.priority == "context"]
    assert {row.state for row in context} == {register.OUT}
    for row in context:
        assert row.note and not row.parameters
        assert row.realised is row.outcome is row.sign is row.channel is None


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [("sign: \"+\"", "sign: up", "x.y.sign"), ("outcome: rd_real", "outcome: innovation", "x.y.outcome"),
     ("  source: assumption\n", "", "x.y"), ("places: [nantong]", "places: [wuxi]", "x.y.places[0]"),
     ("priority: second", "priority: context", "x.y.state"), ("state: open", "state: out of scope", "x.y"),
     ("status: planned", "wanted: planned", "x.y.wanted"), ("source: assumption", "source: ''", "x.y.source")],
)  # fmt: skip
def test_a_bad_entry_is_refused_with_its_place(old, new, field):
    assert old in TEXT
    (node,) = parse(TEXT.replace(old, new).encode(), "family.yaml").mapping().values()
    with pytest.raises(InputError) as caught:
        register._row("x.y", "family", node)
    assert caught.value.file == "family.yaml" and caught.value.field.startswith(field)


def test_a_good_entry_is_read_whole():
    (node,) = parse(TEXT.encode(), "family.yaml").mapping().values()
    row = register._row("x.y", "family", node)
    assert (row.realised, row.parameters, row.sign, row.note) == ("x.y", ("x.y.dose",), "+", None)
    assert row.plain()["class"] == "x.y"


# -- the command -----------------------------------------------------------------------------------------------------
def listed(capsys, *words) -> list[dict]:
    assert entry.main(["programmes", "--json", *words]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_listing_has_every_row_and_the_fields_that_readers_rely_on(capsys):
    found = listed(capsys)
    assert {one["id"] for one in found} == set(frozen())
    fields = {"id", "priority", "class", "parameters", "channel", "places", "outcome", "sign", "note",
              "state", "period", "status", "source", "zh", "en"}  # fmt: skip
    assert all(fields <= set(one) for one in found)


def test_a_place_lists_its_own_rows(capsys):
    found = listed(capsys, "--place", "rugao")
    assert found and all("rugao" in one["places"] for one in found)
    assert len(found) == sum("rugao" in row.places for row in ROWS)
    assert entry.main(["programmes", "--place", "rugaos"]) == 2
    assert "'rugao'" in capsys.readouterr().err


def test_an_id_shows_the_terms_of_its_programme(capsys):
    terms = [number.id for number in registry().terms("award.hnte").values()]
    (one,) = listed(capsys, "award.hnte")
    assert one["terms"] == terms
    # Programmes have ids of their own where they serve several rows.
    (one,) = listed(capsys, "fund.of_funds")
    assert "fund.mother_fund" in one["rows"] and "fund.of_funds.sub_funds" in one["parameters"]
    for lang in ("zh", "en"):
        for id in ("award.hnte", "fund.of_funds", "exit.ipo", "whitelist.risk_share", "scope.out.fdi"):
            assert entry.main(["programmes", id, "--lang", lang]) == 0
            assert id in capsys.readouterr().out
    assert entry.main(["programmes", "award.hnt"]) == 2
    assert "'award.hnte'" in capsys.readouterr().err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_text_names_every_row_in_the_language_asked_for(lang, capsys):
    assert entry.main(["programmes", "--lang", lang]) == 0
    out = capsys.readouterr().out
    assert all(getattr(row, lang) in out for row in ROWS)
    out.encode("gb18030")
