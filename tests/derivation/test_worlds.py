"""Finite models: every probability against enumeration in plain numbers."""

from __future__ import annotations

import itertools
import random

import pytest
import sympy as sp

from diffusion_derived.derivation.decision.domain import random_point
from diffusion_derived.derivation.language.notation import Notation, equal
from diffusion_derived.derivation.tree.finite import tables
from diffusion_derived.derivation.verdict import PROVED, REFUTED, DerivationError

CHAIN = tables({"x": 2, "z": 3, "w": 2}, p="p(w) p(z|w) p(x|z)", q="q(z|x) q(w|z,x)", at={"x": 1})


def _numbers(model):
    symbols = set().union(*(entry.free_symbols for entry in model.entries.values()))
    return random_point(symbols, random.Random(3))


def _enumerated(model, at, wanted, given):
    """p(wanted | given) by adding up the whole joint, in exact fractions."""
    of, z_given, x_given = model.factors["p"]

    def joint(w, z, x):
        cells = [(of, (w,), ()), (z_given, (z,), (w,)), (x_given, (x,), (z,))]
        return sp.Mul(*(model.entries["p", f, o, g].subs(at) for f, o, g in cells))

    def mass(fixed):
        return sum(
            joint(w, z, x)
            for w, z, x in itertools.product(range(2), range(3), range(2))
            if all({"w": w, "z": z, "x": x}[name] == state for name, state in fixed.items())
        )

    return mass({**wanted, **given}) / mass(given)


@pytest.mark.parametrize(
    ("of", "given"),
    [
        *(("x", ""), ("z", ""), ("x z", ""), ("z", "x"), ("w", "x")),
        *(("w z", "x"), ("x", "w"), ("z", "x w")),
    ],
)
def test_probabilities_are_those_of_the_enumerated_joint(of, given):
    (model,) = CHAIN
    at = _numbers(model)
    states = {"x": 1, "z": 2, "w": 0}
    wanted, known = ({v: states[v] for v in part.split()} for part in (of, given))
    slots = [tuple((v, (s,)) for v, s in part.items()) for part in (wanted, known)]
    found = model.probability("p", *slots).subs(at)
    assert found == _enumerated(model, at, wanted, known)


def test_every_symbolic_distribution_sums_to_one():
    for model in tables({"z": (2, 3, 4), "x": 2}, p="p(z) p(x|z)"):
        total = sum(
            model.probability("p", (("z", (z,)), ("x", (x,))), ())
            for z in range(model.size("z"))
            for x in range(2)
        )
        assert sp.cancel(total) == 1


def test_an_event_is_the_sum_over_its_states():
    (model,) = CHAIN
    whole = model.probability("p", (("z", (0, 1, 2)),), (("x", (1,)),))
    assert sp.cancel(whole) == 1


@pytest.mark.parametrize(
    ("tex", "message"),
    [
        ("q(z)", r"q\(z\) is undefined: it depends on x"),
        ("q(x)", r"q\(x\) is undefined"),
        (r"q(x,z)", "is undefined: it depends on x"),
        (r"p(z\mid z)", "names z twice"),
    ],
)
def test_what_the_model_leaves_open_is_an_error(tex, message):
    notation = Notation(worlds=CHAIN)
    with pytest.raises(DerivationError, match=message):
        notation.values(notation.read(tex))


def test_a_markov_chain_screens_off_what_it_does_not_generate():
    notation = Notation(
        worlds=tables({"x": 2, "a": 2, "b": 2}, p="p(x)", q="q(a|x) q(b|a)", at={"x": 0})
    )
    term = notation.read(r"\sum_{a} q(b\mid a)\,q(a\mid x)")
    assert equal(notation, term, notation.read(r"q(b\mid x)")).status == PROVED
    with pytest.raises(DerivationError, match="it depends on x"):
        notation.values(notation.read(r"q(a\mid b)"))


def test_one_world_for_each_size():
    notation = Notation(worlds=tables({"x": 2, "z": (2, 3)}, p="p(z) p(x|z)", at={"x": 0}))
    term = notation.read(r"\log p(x)")
    assert len(notation.worlds(term)) == 2
    assert notation.scope(term) == "all tables |x|=2, |z|=2, 3"
    assert notation.grade(term) == "family"


def test_a_variable_that_was_not_observed_takes_every_state():
    notation = Notation(worlds=tables({"x": 2, "z": 3}, p="p(z) p(x|z)"))
    term = notation.read(r"p(x\mid z)p(z)")
    assert len(notation.worlds(term)) == 6
    assert equal(notation, term, notation.read("p(x,z)")).status == PROVED


@pytest.mark.parametrize(
    ("sizes", "options", "message"),
    [
        ({"x": 1}, {"p": "p(x)"}, "a size of 1"),
        ({"x": 2}, {"p": "p(x) p(y|x)"}, "no size is given for y"),
        ({"x": 2}, {"p": "p(x) p(x)"}, "generated twice"),
        ({"x": 2}, {"p": "p x"}, "expected factors"),
        ({"x": 2}, {"p": "p(x)", "at": {"x": 2}}, "x has no state 2"),
        ({"x": 2}, {"p": "p(x)", "at": {"y": 0}}, "none of the variables"),
    ],
)
def test_a_model_that_makes_no_sense(sizes, options, message):
    with pytest.raises(DerivationError, match=message):
        tables(sizes, **options)


# ---- events ------------------------------------------------------------------------------

TWO = tables({"s": 2, "c": 2}, P="P(s) P(c|s)")
EVENTS = {"M": ("s", 0), "W": ("s", 1), "C": ("c", 0)}


def test_colour_blindness_in_exact_numbers():
    notation = Notation(
        worlds=TWO,
        events=EVENTS,
        given={"P(M)": "2/5", r"P(C\mid M)": "0.07", r"P(C\mid W)": "0.01"},
    )
    term = notation.read(r"P(M\mid C)")
    assert notation.values(term) == [sp.Rational(14, 17)]
    assert notation.number(term) == pytest.approx(14 / 17)
    assert notation.scope(term) == "the given probabilities"
    assert notation.grade(term) == "proof"


def test_bayes_rule_holds_for_any_two_events():
    notation = Notation(worlds=TWO, events=EVENTS)
    left = notation.read(r"P(M\mid C)")
    right = notation.read(r"\frac{P(C\mid M)P(M)}{P(C)}")
    assert equal(notation, left, right).status == PROVED
    assert equal(notation, left, notation.read(r"P(C\mid M)")).status == REFUTED
    assert notation.grade(left, right) == "proof"


def test_given_probabilities_may_be_symbols():
    notation = Notation(
        unit=r"\pi r_M r_W",
        worlds=TWO,
        events=EVENTS,
        given={"P(M)": r"\pi", r"P(C\mid M)": "r_M", r"P(C\mid W)": "r_W"},
    )
    left = notation.read(r"\frac{P(M\mid C)}{P(\bar M\mid C)}")
    right = notation.read(r"\frac{r_M}{r_W}\cdot\frac{\pi}{1-\pi}")
    assert equal(notation, left, right).status == PROVED


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"events": {"M": ("s", 2)}}, "event M: s has no states"),
        ({"events": {"M": ("y", 0)}}, "event M: y has no states"),
        ({"given": {"P(M)": "1.2"}}, r"P\(M\) = 6/5 is not between 0 and 1"),
        ({"given": {r"P(M\mid C)": "0.5"}}, "is no factor of"),
        ({"given": {"P(s)": "0.5"}}, "must name single states"),
    ],
)
def test_events_and_numbers_that_make_no_sense(changed, message):
    with pytest.raises(DerivationError, match=message):
        Notation(**{"worlds": TWO, "events": EVENTS, **changed})
