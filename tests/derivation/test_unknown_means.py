"""Means and integrals of unknown functions: what holds for all of them, and what for one fails."""

import pytest

from diffusion_derived.derivation import Derivation, DerivationError, Lowest, Notation, equal, rules
from diffusion_derived.derivation.ledger import Ledger
from diffusion_derived.derivation.verdict import PROVED, REFUTED

N = Notation(
    real=r"z u k \mu \varepsilon",
    positive=r"\sigma",
    functions={"f": "z"},
    positive_functions={"p": "x", "r": "x z"},
    let={"P": r"\int_0^1 p(k+u)\,du", "s": r"e^{k/2}"},
)
BY_Z = r"\mathbb{{E}}_{{z\sim\mathcal N(\mu,\sigma^2)}}\left[{}\right]".format
BY_EPS = r"\mathbb{{E}}_{{\varepsilon\sim\mathcal N(0,1)}}\left[{}\right]".format
EPS = r"\varepsilon "
BY_WIDTH = rf"\frac{{\partial}}{{\partial k}}{BY_EPS(f'f(s{EPS})')}"
SLOPE = rf"\frac{{\partial}}{{\partial\mu}}{BY_Z('f(z)')}"


def decided(left, right):
    return equal(N, N.read(left), N.read(right))


@pytest.mark.parametrize(
    ("left", "right", "wrong"),
    [
        (BY_Z("f(z)"), BY_EPS(r"f(\mu+\sigma\varepsilon)"), BY_EPS(r"f(\mu+\sigma^2\varepsilon)")),
        (BY_Z("f(z)"), BY_EPS(r"f(\mu-\sigma\varepsilon)"), BY_EPS(r"-f(\mu-\sigma\varepsilon)")),
        (BY_EPS(r"\varepsilon f(\varepsilon)"), BY_EPS(r"-\varepsilon f(-\varepsilon)"),
         BY_EPS(r"\varepsilon f(-\varepsilon)")),
        (
            BY_Z("z f(z)"),
            BY_EPS(r"(\mu+\sigma\varepsilon)f(\mu+\sigma\varepsilon)"),
            BY_EPS(r"\varepsilon f(\mu+\sigma\varepsilon)"),
        ),
        (BY_Z(r"f(z)-\log\mathcal N(z;0,1)"),
         BY_Z("f(z)") + r"+\frac12\left(\mu^2+\sigma^2+\log(2\pi)\right)",
         BY_Z("f(z)") + r"+\frac12\left(\mu^2+\sigma+\log(2\pi)\right)"),
        (BY_Z(r"\log r(k\mid z)"), BY_EPS(r"\log r(k\mid \mu+\sigma\varepsilon)"),
         BY_EPS(r"\log r(\mu+\sigma\varepsilon\mid k)")),
        (SLOPE, BY_EPS(r"f'(\mu+\sigma\varepsilon)"), BY_EPS(r"f(\mu+\sigma\varepsilon)")),
        (BY_WIDTH, BY_EPS(rf"\tfrac12s{EPS}f'(s{EPS})"),
         BY_EPS(rf"s{EPS}f'(s{EPS})")),
        (r"\int_0^1\log\frac{p(k+u)}{P}\,du", r"\int_0^1\log p(k+u)\,du-\log P",
         r"\int_0^1\log p(k+u)\,du+\log P"),
    ],
)  # fmt: skip
def test_what_holds_for_every_function(left, right, wrong):
    assert decided(left, right).status == PROVED
    verdict = decided(left, wrong)
    assert verdict.status == REFUTED
    assert verdict.witness is not None


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (BY_Z("f(z)"), r"f(\mu)"),  # true of straight lines only
        (BY_Z("f(z)"), BY_Z(r"f(2\mu-z)+f'(z)")),
        (BY_Z(r"\log f(z)"), BY_Z(r"\log f(z)+z") + r"-\mu+e^{-f(0)^2-99}"),
        (r"\int_0^1p(k+u)\,du", "1"),  # nothing says that p is a density
        (rf"{BY_Z('f(z)+e^{z^4}')}", rf"{BY_Z('f(z)+e^{z^4}-z')}+\mu"),  # infinite on both sides
    ],
)
def test_what_does_not_hold_for_every_function_is_not_proved(left, right):
    assert decided(left, right).status != PROVED


def test_a_counterexample_names_a_function_for_which_it_fails():
    verdict = decided(BY_Z("f(z)"), r"f(\mu)")
    assert verdict.status == REFUTED
    assert verdict.witness.point[0] == ("f(u)", "u^2+u")
    mu, sigma = (dict(verdict.witness.point)[name] for name in (r"\mu", r"\sigma"))
    assert float(verdict.witness.difference) == pytest.approx(eval(sigma) ** 2), mu


def chain(label="eq-x"):
    return Derivation("A chain", N, label=label, ledger=Ledger())


def test_a_derivative_that_goes_under_an_open_integral_rests_on_the_exchange():
    d = chain().start(SLOPE).step(BY_EPS(r"f'(\mu+\sigma\varepsilon)"), "chain rule").qed()
    assert "eq-exchange" in d.entries[0].rests_on
    plain = chain().start(BY_Z("f(z)")).step(BY_EPS(r"f(\mu+\sigma\varepsilon)"), "the draw").qed()
    assert "eq-exchange" not in plain.entries[0].rests_on
    known = BY_Z("z^2")
    d = chain().start(rf"\frac{{\partial}}{{\partial\mu}}{known}").step(r"2\mu", "moments").qed()
    assert "eq-exchange" not in d.entries[0].rests_on


def test_the_scope_says_that_the_integrals_of_the_unknown_are_taken_to_exist():
    words = "all values; functions whose integrals exist"
    assert N.scope(N.read(BY_Z("f(z)"))) == words
    assert N.scope(N.read("P")) == words
    assert N.scope(N.read(BY_Z("f(z)").replace(r"\mathbb{E}", r"\operatorname{Var}"))) == words
    assert N.scope(N.read("f(z)"), N.read(BY_Z("z"))) == "all values"
    assert N.scope(N.read(r"\int_0^{f(z)}u\,du")) == "all values"
    assert N.scope(N.read(BY_EPS(r"\varepsilon").replace("N(0", "N(f(z)"))) == "all values"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (r"\lim_{k\to 0}\int_0^1f(u)\,e^{ku}\,du", r"\int_0^1f(u)\,du"),
        (r"\lim_{k\to 0}\left((1+k)\int_0^1f(u)\,du\right)", "f(u)"),
        (r"\lim_{k\to 0}\int_0^1p(k+u)\,du", "p(u)"),
    ],
)
def test_nothing_is_said_of_a_limit_of_unknown_integrals(left, right):
    assert decided(left, right).status != PROVED


def test_a_rule_runs_beside_a_mean_that_stays_open():
    law = r"\mathcal N(\mu,\sigma^2)"
    kl = rf"D_{{\mathrm{{KL}}}}\left({law}\,\|\,\mathcal N(0,1)\right)"
    right = r"+\frac12\left(\mu^2+\sigma^2-\log\sigma^2-1\right)"
    d = chain().start(BY_Z("f(z)") + "+" + kl)
    with pytest.raises(DerivationError, match="but not because of 'linearity'"):
        d.step(BY_Z("f(z)") + right, rules.linearity())
    d.step(BY_Z("f(z)") + right, rules.moments() & rules.logarithms())
    assert d.lines[-1].ran


class TestBounds:
    """A gap that is an integral: of instances of a lemma, from a lower end to an upper one."""

    RATIO = r"\frac{p(k+u)}{P}"
    BOUND = r"\int_0^1\log p(k+u)\,du"
    GAP = rf"\int_0^1\left({RATIO}-1-\log{RATIO}\right)du"

    @pytest.fixture
    def ledger(self):
        ledger = Ledger()
        line = Notation(positive="v")
        gap = r"v-1-\log v"
        d = Derivation("The logarithm", line, label="eq-bounded-log", ledger=ledger).start(gap)
        d.bound("0", "its slope", gap=gap, nonneg=Lowest("v", "1")).qed()
        return ledger

    def test_the_mean_of_a_log_is_below_the_log_of_the_mean(self, ledger):
        d = Derivation("Dequantised", N, label="eq-x", ledger=ledger).start(r"\log P")
        d.bound(self.BOUND, "Jensen", gap=self.GAP, nonneg="eq-bounded-log",
                at={"v": self.RATIO}, rejects={"no logarithm": r"\int_0^1p(k+u)\,du"})  # fmt: skip
        assert d.qed().grade == "bound"

    @pytest.mark.parametrize(
        ("gap", "place"),
        [
            (GAP.replace("_0^1", "_1^0"), RATIO),
            (GAP.replace("-1-", "-2-"), RATIO),
            (GAP, r"-\frac{p(k+u)}{P}"),
            (GAP.replace("p(k+u)", "f(k+u)"), RATIO.replace("p(k+u)", "f(k+u)")),  # may be negative
        ],
    )
    def test_a_gap_that_the_lemma_does_not_cover(self, ledger, gap, place):
        d = Derivation("Not covered", N, label="eq-x", ledger=ledger).start(gap)
        with pytest.raises(DerivationError):
            d.bound("0", "?", gap=gap, nonneg="eq-bounded-log", at={"v": place})


@pytest.mark.parametrize(
    ("term", "positive"),
    [
        (r"\log\left(1+e^{z}\right)", True),
        (r"\log\left(1+z^2\right)", True),
        (r"\log\left(\frac12+e^{z}\right)", False),
        (r"\log\sigma", False),
    ],
)
def test_a_log_of_something_above_one_is_not_negative(term, positive):
    d = chain().start(term)
    if positive:
        assert d.bound("0", "above one", gap=term, nonneg=term + "+0").qed().grade == "bound"
    else:
        with pytest.raises(DerivationError):
            d.bound("0", "above one", gap=term, nonneg=term + "+0")
