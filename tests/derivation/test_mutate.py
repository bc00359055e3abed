"""Machine-made slips against an oracle that shares no code with the decision procedure."""

from __future__ import annotations

import pytest
from corpus import CASES
from oracle import Reference, differ

from diffusion_derived.derivation.language.notation import Notation, equal
from diffusion_derived.derivation.language.typos import typos
from diffusion_derived.derivation.tree.mutate import mutants
from diffusion_derived.derivation.tree.node import OutsideReach
from diffusion_derived.derivation.verdict import PROVED, REFUTED, UNDECIDED, DerivationError


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_corpus_is_true_and_proved(case):
    left, right = case.notation.read(case.left), case.notation.read(case.right)
    assert differ(case.notation, left, right, points=1) is False
    assert equal(case.notation, left, right).status == PROVED


def _wrong_verdicts(notation, reference, variants, points=1):
    """The variants of one side on which the oracle and the decision disagree about the equation.

    What is false must be refuted, what is true proved. What has no value must not be proved, and
    an integral that no formula covers may stay undecided.
    """
    oracle = Reference(notation, reference, points=points)
    good = {True: {REFUTED, "error"}, False: {PROVED}, None: {REFUTED, UNDECIDED, "error"}}
    for what, term in variants:
        wrong = oracle.differs_from(term)
        try:
            status = equal(notation, reference, term).status
        except DerivationError:
            status = "error"
        if status not in good[wrong] and not (status == UNDECIDED and _beyond(notation, term)):
            yield what, wrong, status


def _beyond(notation, term) -> bool:
    try:
        notation.values(term)
    except OutsideReach:
        return True
    return False


SLOW = {"triangle", "two draws", "hierarchy", "convolution", "a limit"}  # many integrals, limits
MARKED = [
    pytest.param(case, id=name, marks=[pytest.mark.slow] if name in SLOW else [])
    for name, case in CASES.items()
]


@pytest.mark.parametrize("case", MARKED)
def test_mutants_are_refuted_exactly_when_they_are_false(case):
    sides = [case.notation.read(tex) for tex in (case.left, case.right)]
    small, large = sorted(sides, key=lambda side: sum(1 for _ in side.walk()))
    variants = [(mutant.what, mutant.term) for mutant in mutants(large)]
    assert len(variants) >= 2
    assert list(_wrong_verdicts(case.notation, small, variants, case.points)) == []


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_typos_are_refuted_exactly_when_they_are_false(case):
    reference = case.notation.read(case.left)
    variants = [(f"{t.what}: {t.tex}", t.term) for t in typos(case.right, case.notation)]
    assert variants
    assert list(_wrong_verdicts(case.notation, reference, variants, case.points)) == []


def test_mutants_are_the_same_in_every_run_and_differ_from_the_original():
    case = CASES["log-evidence"]
    term = case.notation.read(case.right)
    first, again = mutants(term), mutants(term)
    assert first == again
    assert len({mutant.term for mutant in first}) == len(first) > 15
    assert term not in {mutant.term for mutant in first}


@pytest.mark.parametrize(
    ("tex", "slip", "wrong"),
    [
        (r"a-b", "difference the wrong way round", "b-a"),
        (r"a-b", "sign of a summand flipped", "a+b"),
        (r"\frac{a}{b}", "fraction upside down", r"\frac{b}{a}"),
        (r"\sqrt{a}", "square root forgotten", "a"),
        (r"2a", "2 one too large", "3a"),
        (r"a^2", "exponent dropped", "a"),
        (r"-a", "minus sign dropped", "a"),
        (r"a+b", "a exchanged for b", "b+b"),
    ],
)
def test_a_slip_is_what_it_says(tex, slip, wrong):
    notation = Notation(positive="a b")
    found = {m.what: m.term for m in mutants(notation.read(tex))}
    assert found[slip] == notation.read(wrong)


def test_a_divergence_is_turned_round():
    case = CASES["divergence of two normals"]
    found = {m.what: m.term for m in mutants(case.notation.read(case.left))}
    swapped = r"D_{\mathrm{KL}}(\mathcal N(\mu_2,\sigma_2^2)\,\|\,\mathcal N(\mu_1,\sigma_1^2))"
    assert found["divergence the wrong way round"] == case.notation.read(swapped)


def test_typos_still_read_and_mean_something_else():
    notation = Notation(positive="a b")
    found = typos(r"\frac{a}{b}+2", notation)
    assert found == typos(r"\frac{a}{b}+2", notation)
    original = notation.read(r"\frac{a}{b}+2")
    assert all(notation.read(typo.tex) == typo.term != original for typo in found)
    assert {"b for a", "3 for 2", "- for +"} <= {typo.what for typo in found}
