"""The ledger keeps what was decided, and lets nothing rest on what was not."""

import json

import pytest

from diffusion_derived.derivation import DerivationError, ledger
from diffusion_derived.derivation.ledger import Entry, Ledger


def entry(label="eq-a", title="A", tex="a = b", grade="proof"):
    return Entry(label, "1", title, tex, grade, ("because",), rests_on=("eq-b",))


def test_an_entry_survives_json():
    text = json.dumps(entry().as_json())
    assert Entry.from_json(json.loads(text)) == entry()


def test_a_cell_that_is_run_again_replaces_its_entry():
    book = Ledger()
    book.add(entry())
    book.add(entry(tex="a = c"))
    assert [e.tex for e in book] == ["a = c"]


def test_two_derivations_may_not_share_a_label():
    book = Ledger()
    book.add(entry())
    with pytest.raises(DerivationError, match="'eq-a' names 'A'"):
        book.add(entry(title="B"))


def test_an_unknown_label_is_named():
    with pytest.raises(DerivationError, match="'eq-nowhere'"):
        Ledger().get("eq-nowhere")


@pytest.mark.parametrize("grade", ["cited", "assumption", "definition"])
def test_what_was_not_decided_carries_nothing(grade):
    book = Ledger()
    book.add(entry(grade=grade))
    with pytest.raises(DerivationError, match=grade):
        book.checked("eq-a")


def test_an_equation_of_an_earlier_chapter_is_found(monkeypatch):
    monkeypatch.setattr(ledger, "published", lambda: {"eq-old": entry("eq-old")})
    assert Ledger().checked("eq-old").title == "A"
