"""Two derivations in one output: both are whole, and their entries reach the ledger."""

import pytest

from diffusion_derived.derivation import Derivation, DerivationError, Notation, SideBySide
from diffusion_derived.derivation.ledger import MIME, Ledger

NOTATION = Notation(real="a b")


def chain(label, *lines):
    d = Derivation(label.removeprefix("eq-"), NOTATION, label=label, ledger=Ledger()).start(
        "(a+b)^2"
    )
    for tex in lines:
        d.step(tex, "algebra", label="eq-middle" if tex != lines[-1] else None)
    return d


LEFT = chain("eq-left", "a^2+2ab+b^2").qed()
RIGHT = chain("eq-right", "(b+a)^2", "b^2+2ab+a^2").qed()


@pytest.fixture
def bundle():
    return SideBySide(LEFT, RIGHT, titles=("One view", "With $a$"))._repr_mimebundle_()


def test_the_entries_of_both_travel_with_the_picture(bundle):
    assert [entry["label"] for entry in bundle[MIME]] == ["eq-left", "eq-middle", "eq-right"]


def test_both_chains_are_whole_and_each_stands_under_its_title(bundle):
    page = bundle["text/html"]
    for part in (LEFT, RIGHT):
        assert part._repr_mimebundle_()["text/html"] in page
    first, second = page.split("<section")[1:]
    assert "One view" in first and "eq-left" in first and "eq-right" not in first
    assert r"With \(a\)" in second and "eq-right" in second
    assert bundle["text/plain"] == f"One view\n{LEFT.text()}\n\nWith $a$\n{RIGHT.text()}"


def test_without_titles_no_empty_line_is_shown():
    bundle = SideBySide(LEFT, RIGHT)._repr_mimebundle_()
    assert (
        "dv-view" not in bundle["text/html"]
        and 'labelledby="eq-left-view' not in bundle["text/html"]
    )
    assert bundle["text/plain"] == f"{LEFT.text()}\n\n{RIGHT.text()}"


def test_in_colab_both_are_markdown(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "google.colab", object())
    bundle = SideBySide(LEFT, RIGHT, titles=("One", ""))._repr_mimebundle_()
    assert "text/html" not in bundle
    assert bundle["text/markdown"].startswith("**One**\n\n**Derivation: left**")
    assert "**Derivation: right**" in bundle["text/markdown"]


def test_an_open_derivation_or_one_beside_itself_is_refused():
    with pytest.raises(DerivationError, match="'open' is still open"):
        SideBySide(LEFT, chain("eq-open", "a^2+2ab+b^2"))
    with pytest.raises(DerivationError, match="'eq-left' beside itself"):
        SideBySide(LEFT, LEFT)
