"""A reason that runs accepts the step it describes, and refuses a true step with a false reason."""

import pytest

from diffusion_derived.derivation import Derivation, DerivationError, Notation, tables
from diffusion_derived.derivation.ledger import Ledger
from diffusion_derived.derivation.reasons import rules

PLAIN = Notation(
    real="x y m",
    positive="v a b",
    unit=r"\alpha \theta",
    natural="n",
    functions={"f": "x", "g": "x"},
    positive_functions={"h": "x"},
    let={r"\beta": r"1-\alpha", r"\bar x": r"\frac{x+y}{2}"},
)
TABLES = Notation(worlds=tables({"x": 2, "z": 2}, p="p(z) p(x|z)", q="q(z|x)", at={"x": 0}))
EVENTS = Notation(
    worlds=tables({"s": 2, "c": 2}, P="P(s) P(c|s)"),
    events={"M": ("s", 0), "W": ("s", 1), "C": ("c", 0)},
)
E = r"\mathbb{E}_{q(z\mid x)}"

TRUE_STEPS = [
    (PLAIN, "(x+y)^2", "x^2+2xy+y^2", rules.expand()),
    (PLAIN, "x(a+b)+y+bx", r"(a+2b)\,x+y", rules.collect("x")),
    (PLAIN, "x^2-2mx", "(x-m)^2-m^2", rules.complete_square("x")),
    (PLAIN, r"\beta x", r"(1-\alpha)x", rules.definition(r"\beta")),
    (PLAIN, r"2\bar x", "x+y", rules.definition(r"\bar x")),
    (PLAIN, r"\log(ab)", r"\log a+\log b", rules.logarithms()),
    (PLAIN, r"\frac{d}{dx}\left[x^3\right]", "3x^2", rules.differentiate()),
    (PLAIN, r"\int_0^1 \theta^2\,d\theta", r"\frac{1}{3}", rules.integrate()),
    (PLAIN, r"\Gamma(a+1)", r"a\,\Gamma(a)", rules.gamma_function()),
    (PLAIN, r"\mathcal N(x;m,v)",
     r"\frac{1}{\sqrt{2\pi v}}\exp\left(-\frac{(x-m)^2}{2v}\right)",
     rules.density()),
    (PLAIN, r"\mathbb{E}_{x\sim\mathcal N(m,v)}[x^2]", "m^2+v", rules.moments()),
    (PLAIN, r"\operatorname{Var}_{x\sim\mathcal N(m,v)}[ax+b]", "a^2v", rules.moments()),
    (PLAIN, r"\mathbb{E}_{x\sim\mathcal N(m,v)}[ax+b]",
     r"a\,\mathbb{E}_{x\sim\mathcal N(m,v)}[x]+b\,\mathbb{E}_{x\sim\mathcal N(m,v)}[1]",
     rules.linearity()),
    (TABLES, "p(x,z)", r"p(x\mid z)\,p(z)", rules.product_rule()),
    (TABLES, r"\sum_z p(x,z)", "p(x)", rules.sum_rule()),
    (TABLES, rf"{E}[\log p(x,z)-\log q(z\mid x)]",
     rf"{E}[\log p(x,z)]-{E}[\log q(z\mid x)]", rules.linearity()),
    (TABLES, r"D_{\mathrm{KL}}(q(z\mid x)\,\|\,p(z))",
     rf"{E}\left[\log\frac{{q(z\mid x)}}{{p(z)}}\right]", rules.divergence()),
    (EVENTS, r"P(M\mid C)", r"\frac{P(C\mid M)P(M)}{P(C)}", rules.product_rule()),
    (EVENTS, "P(C)", r"P(C,M)+P(C,W)", rules.sum_rule()),
]  # fmt: skip


def chain(notation):
    return Derivation("A test", notation, label="eq-test", ledger=Ledger())


@pytest.mark.parametrize(("notation", "above", "below", "rule"), TRUE_STEPS)
def test_a_true_reason_runs(notation, above, below, rule):
    assert chain(notation).start(above).step(below, rule).lines[1].ran


@pytest.mark.parametrize(("notation", "above", "below", "rule"), TRUE_STEPS)
def test_the_same_step_with_every_other_reason_is_refused(notation, above, below, rule):
    others = {str(r): r for *_, r in TRUE_STEPS if r.facts and not r.facts & rule.facts}
    for other in others.values():
        with pytest.raises(DerivationError, match="is true, but not because"):
            chain(notation).start(above).step(below, other)


def test_two_facts_are_needed_together():
    above, below = r"\log p(x,z)", r"\log p(x\mid z)+\log p(z)"
    both = rules.product_rule() & rules.logarithms()
    assert chain(TABLES).start(above).step(below, both).lines[1].ran
    for one in (rules.product_rule(), rules.logarithms()):
        with pytest.raises(DerivationError, match="do not agree"):
            chain(TABLES).start(above).step(below, one)


def test_a_positive_function_is_positive_under_a_derivative():
    both = rules.logarithms() & rules.linearity()
    above = r"\frac{d}{dx}\log\left(h(x)\,h(2x)\right)"
    below = r"\frac{d}{dx}\log h(x)+\frac{d}{dx}\log h(2x)"
    assert chain(PLAIN).start(above).step(below, both).lines[1].ran


def test_a_fact_that_is_not_used_is_refused():
    with pytest.raises(DerivationError, match="holds without the laws of logarithms"):
        chain(PLAIN).start("(x+y)^2").step("x^2+2xy+y^2", rules.logarithms())


@pytest.mark.parametrize(
    ("above", "below", "rule", "message"),
    [
        ("(x+y)^2", "x(x+y)+y(x+y)", rules.expand(), "not multiplied out"),
        ("x(a+b)+bx", "ax+2bx", rules.collect("x"), "two places"),
        ("x^2-2mx", "x(x-2m)", rules.complete_square("x"), "outside a square"),
    ],
)
def test_the_form_that_was_promised_is_held(above, below, rule, message):
    with pytest.raises(DerivationError, match=message):
        chain(PLAIN).start(above).step(below, rule)


def test_linearity_does_not_pull_out_what_depends_on_the_variable():
    wrong = rf"p(z)\,{E}[1]"
    with pytest.raises(DerivationError):
        chain(TABLES).start(rf"{E}[p(z)]").step(wrong, rules.linearity())


def test_words_can_be_told_differently_without_changing_the_rule():
    rule = rules.product_rule().saying("the definition of a conditional probability")
    line = chain(TABLES).start("p(x,z)").step(r"p(x\mid z)\,p(z)", rule).lines[1]
    assert line.ran and line.because == "the definition of a conditional probability"
