"""Quotes: their hashes are always checked; that they stand in the documents, wherever the documents are at hand.

INNOSIM_SOURCES names the folder of the documents. Where CI or INNOSIM_REQUIRE_SOURCES=1 is set its absence is a failure:
a check that nobody notices missing is none.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping

import pytest

from sim.errors import InnosimError
from sim.parameters import Registry, places, provenance, registry

TEXT = "第一行\n给予163家市区高企分别免申兑现45万元奖励。\n"
ENTRY = """\
award.hnte.amount:
  default: 450000
  unit: RMB/firm
  meaning: {zh: 奖励, en: award}
  range: [0, 1e8]
  kind: document
  source: paid without application
  document: doc.txt
  quote: 分别免申兑现45万元奖励
"""


def problems(environment: Mapping[str, str]) -> list[str]:
    """All problems of the shipped quotes that can be found in this environment."""
    folder = environment.get("INNOSIM_SOURCES")
    required = environment.get("CI") or environment.get("INNOSIM_REQUIRE_SOURCES") == "1"
    found = [p for place in places() for p in provenance.check_hashes(registry(place))]
    if folder:
        found += [p for place in places() for p in provenance.check_sources(registry(place), folder)]
    elif required:
        found.append("INNOSIM_SOURCES must name the folder of the documents")
    return found


def test_every_shipped_quote_is_the_one_that_was_checked():
    assert problems(os.environ) == []


def test_missing_documents_fail_where_they_are_required():
    assert problems({"CI": "true"})[-1:] == ["INNOSIM_SOURCES must name the folder of the documents"]
    assert problems({"INNOSIM_REQUIRE_SOURCES": "1"}) == problems({"CI": "1"})


def test_a_folder_without_the_documents_fails(tmp_path):
    used = {n.document for place in places() for n in registry(place) if n.document}
    assert {f"{name}: the document is not in the folder" for name in used} <= set(
        problems({"INNOSIM_SOURCES": str(tmp_path)})
    )


@pytest.fixture
def documents(tmp_path):
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "doc.txt").write_text(TEXT, encoding="utf-8", newline="\n")
    return tmp_path / "sources"


def numbers(folder, entry: str = ENTRY) -> Registry:
    (folder / "n.yaml").write_text(entry, encoding="utf-8")
    return Registry.read([folder / "n.yaml"])


def test_what_is_written_passes_both_checks(documents, tmp_path):
    good = numbers(tmp_path)
    known = provenance.collect([good], documents)
    assert known["documents"] == {"doc.txt": hashlib.sha256(TEXT.encode()).hexdigest()}
    assert provenance.check_hashes(good, known) == provenance.check_sources(good, documents, known) == []


def test_an_edited_quote_is_found_without_the_documents(documents, tmp_path):
    known = provenance.collect([numbers(tmp_path)], documents)
    edited = numbers(tmp_path, ENTRY.replace("45万元奖励", "54万元奖励"))
    assert "n.yaml:1: award.hnte.amount: document or quote differs" in provenance.check_hashes(edited, known)[0]
    assert "the quote is not in doc.txt" in provenance.check_sources(edited, documents, known)[0]


def test_a_new_or_removed_quote_is_found_without_the_documents(documents, tmp_path):
    good = numbers(tmp_path)
    known = provenance.collect([good], documents)
    assert len(provenance.check_hashes(good, {"documents": {}, "quotes": {}})) == 2
    assert "is no number of kind document" in provenance.check_hashes(Registry([]), known)[0]


def test_a_changed_or_missing_document_is_found(documents, tmp_path):
    good = numbers(tmp_path)
    known = provenance.collect([good], documents)
    (documents / "doc.txt").write_bytes((TEXT + "!").encode())
    assert "not the document whose hash" in provenance.check_sources(good, documents, known)[0]
    (documents / "doc.txt").unlink()
    assert "not in the folder" in provenance.check_sources(good, documents, known)[0]
    with pytest.raises(InnosimError, match="not in the folder"):
        provenance.collect([good], documents)


def test_quotes_of_places_are_kept_apart(documents, tmp_path):
    (tmp_path / "here.yaml").write_text(ENTRY.replace("award.hnte.", "place."), encoding="utf-8")
    here = Registry.read([], tmp_path / "here.yaml")
    known = provenance.collect([here], documents)
    assert list(known["quotes"]) == ["here/place.amount"]
    assert provenance.check_hashes(here, known) == provenance.check_hashes(Registry([], "there"), known) == []


def test_the_command_checks_and_writes(tmp_path, documents, monkeypatch, capsys):
    good = numbers(tmp_path)
    monkeypatch.setattr(provenance, "registry", lambda place: good)
    monkeypatch.setattr(provenance, "places", lambda: ["here"])
    monkeypatch.setattr(provenance, "SHIPPED", tmp_path / "quotes.json")
    assert provenance.main(["--write", str(documents)]) == 0
    assert provenance.main(["--check", str(documents)]) == 0
    assert "1 quotes from 1 documents" in capsys.readouterr().out
    assert provenance.main(["--check", str(tmp_path)]) == 1
    assert provenance.main(["--write", str(tmp_path)]) == 1
    assert "not in the folder" in capsys.readouterr().err
