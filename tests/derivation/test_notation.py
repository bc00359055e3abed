"""A notation: what is declared, over what a statement ranges, and what its verdict says."""

from __future__ import annotations

import pytest
import sympy as sp

from diffusion_derived.derivation.language.notation import Notation, equal
from diffusion_derived.derivation.tree.node import OutsideReach
from diffusion_derived.derivation.verdict import (
    PROVED,
    REFUTED,
    UNDECIDED,
    DerivationError,
    TexError,
)

BETA = Notation(unit=r"\theta", positive="a b", random={r"\theta": r"\mathrm{Beta}(a,b)"})
SOFTMAX = Notation(
    indexed={"z_k": "real"},
    sizes={"K": (2, 3)},
    indices={"k": "K", "j": "K"},
    let={"r_k": r"\frac{e^{z_k}}{\sum_j e^{z_j}}"},
)


def _same(notation, left, right):
    return equal(notation, notation.read(left), notation.read(right))


def test_definitions_are_read_in_order_and_in_worlds():
    notation = Notation(
        unit=r"\alpha_t \bar\alpha_{t-1}",
        let={r"\beta_t": r"1-\alpha_t", r"\bar\alpha_t": r"\alpha_t\,\bar\alpha_{t-1}"},
    )
    assert _same(notation, r"1-\bar{\alpha}_t", r"1-(1-\beta_t)\bar\alpha_{t-1}").status == PROVED
    assert notation.definition(r"\beta_t") == r"1-\alpha_t"
    assert notation.definition(r"\bar{\alpha}_{t}") == r"\alpha_t\,\bar\alpha_{t-1}"
    with pytest.raises(DerivationError, match="has no definition"):
        notation.definition(r"\alpha_t")


def test_a_definition_may_not_use_what_comes_later():
    with pytest.raises(TexError, match="undeclared symbol b"):
        Notation(real="x", let={"a": "b+x", "b": "x"})


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"real": "x", "positive": "x"}, "x is declared twice"),
        ({"real": "x", "let": {"x": "1"}}, "x is declared twice"),
        ({"real": "f", "functions": {"f": "x"}}, "f is declared twice"),
        ({"indexed": {"x_i": "real"}, "real": "x_1"}, "member of the family x"),
        ({"indexed": {"x": "real"}}, "expected an index"),
        ({"indexed": {"x_i": "odd"}}, "'odd' is none of"),
        ({"sizes": {"K": 0}}, "whole numbers of at least 1"),
        ({"indices": {"k": "K"}}, "not in sizes"),
        ({"real": "x +"}, "is not a name"),
    ],
)
def test_declarations_that_make_no_sense(declared, message):
    with pytest.raises(DerivationError, match=message):
        Notation(**declared)


def test_a_free_index_means_every_value():
    term = SOFTMAX.read("r_k")
    assert [dict(world.bound) for world in SOFTMAX.worlds(term)] == [
        {"K": 2, "k": 1},
        {"K": 2, "k": 2},
        {"K": 3, "k": 1},
        {"K": 3, "k": 2},
        {"K": 3, "k": 3},
    ]
    assert SOFTMAX.grade(term) == "family"
    assert SOFTMAX.scope(term) == "K = 2, 3"


def test_a_bound_index_needs_only_its_size():
    term = SOFTMAX.read(r"\sum_{k=1}^{K} r_k")
    assert len(SOFTMAX.worlds(term)) == 2
    assert equal(SOFTMAX, term, SOFTMAX.read("1")).status == PROVED


def test_without_sizes_or_tables_there_is_one_world():
    term = BETA.read(r"\theta^2")
    assert len(BETA.worlds(term)) == 1
    assert (BETA.scope(term), BETA.grade(term)) == ("all values", "proof")


def test_a_counterexample_names_the_size_and_the_index():
    verdict = _same(SOFTMAX, r"\frac{\partial}{\partial z_k}\log\sum_j e^{z_j}", "r_1")
    assert verdict.status == REFUTED
    assert dict(verdict.witness.point)["K"] == "2"
    assert dict(verdict.witness.point)["k"] == "2"


def test_any_refuted_world_wins():
    # true for K = 2 and false for K = 3
    assert _same(SOFTMAX, r"\sum_{k=1}^{K} 1", "2").status == REFUTED


def test_a_refuted_world_wins_over_an_undecided_one_before_it():
    # for K = 2 the integral has no value, for K = 3 the left side is 3
    notation = Notation(real="x", sizes={"K": (2, 3)})
    left = r"(3-K)\int_0^1 x^{-2}\,dx+K"
    assert _same(notation, left, "1").status == REFUTED
    assert _same(notation, left, "3").status == UNDECIDED


def test_the_lemma_of_an_integral_is_known():
    kernel = BETA.read(r"\int_0^1\theta^{a-1}(1-\theta)^{b-1}\,d\theta")
    polynomial = BETA.read(r"\int_0^1\theta^{7}(1-\theta)^{3}\,d\theta")
    whole = BETA.read(r"\int_0^1\theta^{7}(1-\theta)^{b-1}\,d\theta")
    assert BETA.lemmas(kernel, polynomial) == ("eq-beta-real",)
    assert BETA.lemmas(whole) == ("eq-beta-integral",)
    assert BETA.lemmas(polynomial) == ()
    assert BETA.lemmas(BETA.read(r"\mathbb{E}[\theta]")) == ("eq-beta-real",)


def test_an_integral_beyond_the_formulas_is_undecided_and_says_so():
    verdict = _same(BETA, r"\int_0^1\log(1+\theta)\,d\theta", r"2\log 2-1")
    assert verdict.status == UNDECIDED
    assert "not part of a Beta kernel" in verdict.detail


def test_an_exponent_that_may_diverge_is_not_integrated():
    term = BETA.read(r"\int_0^1\theta^{a-2}\,d\theta")
    with pytest.raises(OutsideReach, match="not known to be above -1"):
        BETA.values(term)


def test_what_no_formula_covers_may_be_refuted_by_quadrature_but_not_proved():
    verdict = _same(BETA, r"\int_0^1\log(1+\theta)\,d\theta", r"\log 2")
    assert (verdict.status, verdict.method) == (REFUTED, "quadrature")
    assert verdict.witness.difference == "-0.307"  # 2 log 2 - 1 - log 2
    unclear = _same(BETA, r"\int_0^1\theta^{a-2}\,d\theta", r"\frac{a}{a-1}")
    assert unclear.status != PROVED


REACH = Notation(real="x y", positive=r"h v w \beta")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (r"\int\mathcal N(y;0,x)\,\mathcal N(x;y,w)\,dy", r"\mathcal N(x;0,w)"),
        (r"\int\exp(-y^4)\,dy", "v"),
        (r"\int\frac{1}{1+y^4}\,dy", r"\pi"),
        (r"\lim_{h\to 0}\exp\left(\frac{1}{h}\log\left(1-\beta\right)\right)", r"e^{-\beta}"),
    ],
)
def test_a_point_refutes_what_no_formula_covers(left, right):
    assert _same(REACH, left, right).status == REFUTED


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (r"\int\frac{1}{y}\,dy", "0"),  # its two halves are infinite
        (r"\int\frac{1}{y-1}\,dy", "0"),
        (r"\int e^{y^2}\,dy", "1"),
        (r"\int\frac{1}{1+y^4}\,dy", r"\frac{\pi}{\sqrt2}"),  # true
    ],
)
def test_what_has_no_value_or_is_true_is_not_refuted_by_points(left, right):
    assert _same(REACH, left, right).status == UNDECIDED


def test_an_infinite_limit_is_no_number():
    assert _same(BETA, r"\lim_{a\to 0}\frac{b}{a}", "b").status == REFUTED


def test_a_symbolic_size_without_values_is_undecided():
    notation = Notation(natural="n")
    assert _same(notation, r"\sum_{i=1}^{n} i", r"\frac{n(n+1)}{2}").status == UNDECIDED


def test_numbers():
    assert BETA.number(BETA.read(r"\int_0^1\theta\,d\theta")) == 0.5
    with pytest.raises(DerivationError, match="expected a real number"):
        BETA.number(BETA.read(r"\theta"))


def test_unlike_shapes_are_an_error():
    notation = Notation(matrices={"u": sp.Matrix([1, 2])})
    with pytest.raises(DerivationError, match="unlike shapes"):
        _same(notation, "u", "1")


def test_reading_twice_gives_the_same_term():
    assert BETA.read(r"\theta\,(1-\theta)") == BETA.read(r"\theta (1 - \theta)")
    assert hash(BETA.read("a+b")) == hash(BETA.read("a + b"))


def test_terms_compose():
    a, b = BETA.read("a"), BETA.read("b")
    for made, tex in [
        (a + b, "a+b"),
        (a - b, "a-b"),
        (a * b, "ab"),
        (a / b, r"\frac ab"),
        (-a, "-a"),
    ]:
        assert made == BETA.read(tex)
