"""A counterexample speaks the reader's language: events, not states of a table."""

from fractions import Fraction

import pytest

from diffusion_derived.derivation import Notation, equal, tables
from diffusion_derived.derivation.language.witness_names import readable

EVENTS = {"M": ("s", (0,)), "W": ("s", (1,)), "C": ("c", (0,))}
SIZES = {"s": 2, "c": 2, "z": 3}


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        ("P(c=0|s=1)", r"P(C\mid W)"),
        ("P(c=1|s=0)", r"P(\bar C\mid M)"),
        ("p(z=2)", "p(z{=}2)"),
        ("weight of p(z=1)", "w_{p(z{=}1)}"),
        (r"\alpha_t", r"\alpha_t"),
    ],
)
def test_names(inside, shown):
    assert readable(inside, EVENTS, SIZES) == shown


def test_a_refuted_reading_names_events_and_gives_values_at_which_it_fails():
    notation = Notation(
        worlds=tables({"s": 2, "c": 2}, P="P(s) P(c|s)"),
        events={"M": ("s", 0), "W": ("s", 1), "C": ("c", 0)},
    )
    verdict = equal(notation, notation.read(r"P(M\mid C)"), notation.read(r"P(C\mid M)"))
    values = {name: float(Fraction(value)) for name, value in verdict.witness.point}
    prior, men, women = values["P(M)"], values[r"P(C\mid M)"], values[r"P(C\mid W)"]
    posterior = men * prior / (men * prior + women * (1 - prior))
    assert posterior - men == pytest.approx(float(verdict.witness.difference), rel=0.01)
    assert notation.scope(notation.read("P(M)")) == "all probabilities"
