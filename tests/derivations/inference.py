r"""Bayes' rule on a finite model, the coin with a Beta prior, the dice with a Dirichlet prior."""

from __future__ import annotations

from catalogue import chain, claim, topic

from diffusion_derived.derivation import Notation, tables
from diffusion_derived.derivation.reasons import rules

SEXES = {
    "worlds": tables({"s": 2, "c": 2}, P="P(s) P(c|s)"),
    "events": {"M": ("s", 0), "W": ("s", 1), "C": ("c", 0)},
}
TESTED = Notation(**SEXES)
COLOUR = Notation(**SEXES, given={"P(M)": "0.4", r"P(C\mid M)": "0.07", r"P(C\mid W)": "0.01"})
COIN = Notation(unit=r"\theta", positive="a b", whole="k m", let={"n": "k+m"})
DICE = Notation(unit=r"\theta", positive="a_1 a_2 a_3", real=r"\theta_1 \theta_2")
SIMPLEX = Notation(
    positive="w_1 w_2 w_3 a_1 a_2 a_3 n_1 n_2 n_3",
    let={
        "w": "w_1+w_2+w_3",
        r"\theta_1": r"\frac{w_1}{w}",
        r"\theta_2": r"\frac{w_2}{w}",
        r"\theta_3": r"\frac{w_3}{w}",
        "Z(u,v,r)": r"\frac{\Gamma(u)\,\Gamma(v)\,\Gamma(r)}{\Gamma(u+v+r)}",
        "a": "a_1+a_2+a_3",
        "n": "n_1+n_2+n_3",
    },
)

TOTAL = r"P(C\mid M)\,P(M)+P(C\mid W)\,P(W)"
BAYES = rf"\frac{{P(C\mid M)\,P(M)}}{{{TOTAL}}}"


@topic("Bayes colour blindness")
def bayes():
    value = chain(COLOUR, "eq-colour-blind").start(r"P(M\mid C)").step(BAYES, rules.sum_rule())
    value.step(
        r"\frac{0.07\cdot 0.4}{0.07\cdot 0.4+0.01\cdot 0.6}",
        "the given probabilities",
        rejects={"equal priors": r"\frac{0.07\cdot 0.5}{0.07\cdot 0.5+0.01\cdot 0.5}"},
    )
    wrong = {"fourteen in twenty": r"\frac{14}{20}", "two digits": "0.82", "28/35": "28/35"}
    value.step(r"\frac{14}{17}", rules.algebra(), rejects=wrong)
    one = chain(TESTED, "eq-joint-sums-to-one").start(r"\sum_{s,c} P(s,c)")
    three = r"P(M,C)+P(M,\bar C)+P(W,C)"
    one.step(rf"{three}+P(W,\bar C)", "every cell", rejects={"one cell lost": three})
    one.step("1", rules.sum_rule())
    rule = chain(TESTED, "eq-bayes").start(r"P(M\mid C)")
    rule.step(r"\frac{P(M,C)}{P(C)}", rules.product_rule())
    rule.step(r"\frac{P(C\mid M)\,P(M)}{P(C)}", rules.product_rule())
    top = r"P(C\mid M)\,P(M)"
    wrong = {
        "the healthy women": rf"\frac{{{top}}}{{{top}+P(\bar C\mid W)\,P(W)}}",
        "no prior": r"\frac{P(C\mid M)}{P(C\mid M)+P(C\mid W)}",
        "one prior for both": rf"\frac{{{top}}}{{{top}+P(C\mid W)\,P(M)}}",
    }
    rule.step(BAYES, rules.sum_rule(), rejects=wrong)
    return [value.qed(), one.qed(), rule.qed()]


@topic("Beta-coin posterior 7/10")
def beta_coin():
    likelihood = r"\binom{10}{7}\theta^7(1-\theta)^3"
    total = rf"\int_0^1 {likelihood}\,d\theta"
    evidence = chain(COIN, "eq-coin-evidence").start(total)
    evidence.step(
        r"\binom{10}{7}\,\mathrm{B}(8,4)", rules.integrate(),
        rejects={"exponents as parameters": r"\binom{10}{7}\,\mathrm{B}(7,3)"},
    )  # fmt: skip
    wrong = {"one in ten": "1/10", "no binomial": r"\mathrm{B}(8,4)", "one in twelve": "1/12"}
    evidence.step("1/11", rules.algebra(r"$120\cdot 7!\,3!/11!$"), rejects=wrong)
    posterior = chain(COIN, "eq-coin-posterior").start(rf"\frac{{{likelihood}}}{{{total}}}")
    posterior.step(
        rf"11\,{likelihood}", rules.integrate(), rejects={"evidence forgotten": likelihood}
    )
    posterior.step(
        r"\mathrm{Beta}(\theta;8,4)", rules.density(),
        rejects={"no prior counts": r"\mathrm{Beta}(\theta;7,3)",
                 "two prior counts": r"\mathrm{Beta}(\theta;9,5)"},
    )  # fmt: skip
    mean = chain(COIN, "eq-coin-mean").start(r"\int_0^1\theta\,\mathrm{Beta}(\theta;8,4)\,d\theta")
    mean.step(r"\mathbb{E}_{\theta\sim\mathrm{Beta}(8,4)}[\theta]", "an expectation")
    wrong = {"share of heads": r"\frac{7}{10}", "three in four": r"\frac34"}
    mean.step(r"\frac{8}{8+4}", rules.moments()).step(r"\frac23", rules.algebra(), rejects=wrong)
    return [evidence.qed(), posterior.qed(), mean.qed(), *_mode(), *_any_coin()]


def _mode():
    slope = r"\frac{d}{d\theta}\log\mathrm{Beta}(\theta;8,4)"
    wrong = {
        "tails added": r"\frac{7}{\theta}+\frac{3}{1-\theta}",
        "parameters for counts": r"\frac{8}{\theta}-\frac{4}{1-\theta}",
    }
    yield (
        chain(COIN, "eq-coin-slope").start(slope)
        .step(r"\frac{7}{\theta}-\frac{3}{1-\theta}", "differentiate", rejects=wrong)
        .step(r"\frac{10}{\theta(1-\theta)}\left(\frac{7}{10}-\theta\right)", rules.algebra(),
              rejects={"mean for mode": r"\frac{10}{\theta(1-\theta)}\left(\frac23-\theta\right)"})
        .qed()
    )  # fmt: skip
    at = r"\left.\frac{d}{d\theta}\mathrm{Beta}(\theta;8,4)\right|_{\theta=%s}"
    wrong = {"the mean": at % r"\frac23"}
    yield claim(COIN, "eq-coin-mode", at % r"\frac{7}{10}", "0", wrong, "the mode")


def _any_coin():
    evidence = r"\int_0^1\binom{n}{k}\theta^k(1-\theta)^{n-k}\,d\theta"
    wrong = {"n": r"\frac1n", "n + 2": r"\frac{1}{n+2}"}
    yield claim(COIN, "eq-any-evidence", evidence, r"\frac{1}{n+1}", wrong, "Euler's integral")
    first, second = r"a\,\theta^{a-1}(1-\theta)^{b-1}", r"\theta^a(1-\theta)^{b-1}"
    yield claim(
        COIN, "eq-beta-derivative",
        r"\frac{d}{d\theta}\left(\theta^a(1-\theta)^b\right)", rf"{first}-(a+b)\,{second}",
        {"b lost": rf"{first}-a\,{second}"}, rules.differentiate(),
    )  # fmt: skip
    yield claim(
        COIN, "eq-beta-recursion",
        r"\frac{a+b}{a}\,\mathrm{B}(a+1,b)", r"\frac{\Gamma(a)\,\Gamma(b)}{\Gamma(a+b)}",
        {"shifted below": r"\frac{\Gamma(a)\,\Gamma(b)}{\Gamma(a+b+1)}"}, rules.gamma_function(),
    )  # fmt: skip


@topic("Dirichlet dice (K=3) posterior")
def dice():
    triangle = (
        r"\int_0^1\int_0^{1-\theta_1}\theta_1^2\,\theta_2\,(1-\theta_1-\theta_2)^3"
        r"\,d\theta_2\,d\theta_1"
    )
    gammas = r"\frac{\Gamma(3)\,\Gamma(2)\,\Gamma(4)}{\Gamma(%s)}"
    wrong = {
        "sum off by one": gammas % 8,
        "exponents as parameters": r"\frac{\Gamma(2)\,\Gamma(1)\,\Gamma(3)}{\Gamma(6)}",
    }
    stick = chain(DICE, "eq-stick-breaking").start(
        r"\int_0^1\theta^{a_1-1}(1-\theta)^{a_2+a_3-1}\,d\theta"
        r"\cdot\frac{\Gamma(a_2)\,\Gamma(a_3)}{\Gamma(a_2+a_3)}"
    )
    top = r"\Gamma(a_1)\,\Gamma(a_2)\,\Gamma(a_3)"
    stick.step(
        rf"\frac{{{top}}}{{\Gamma(a_1+a_2+a_3)}}", rules.integrate() & rules.gamma_function(),
        rejects={"rest of the stick lost": rf"\frac{{{top}}}{{\Gamma(a_1)}}"},
    )  # fmt: skip
    return [
        claim(DICE, "eq-dice-evidence", triangle, gammas % 9, wrong, "integrate twice"),
        stick.qed(),
        *_dice_posterior(),
    ]


def _powers(*exponents):
    return r"\,".join(rf"\theta_{i}^{{{e}}}" for i, e in enumerate(exponents, start=1))


def _dice_posterior():
    prior, counted = "Z(a_1,a_2,a_3)", "Z(a_1+n_1,a_2+n_2,a_3+n_3)"
    likelihood, kernel = _powers("n_1", "n_2", "n_3"), _powers("a_1-1", "a_2-1", "a_3-1")
    result = rf"\frac{{{_powers('a_1+n_1-1', 'a_2+n_2-1', 'a_3+n_3-1')}}}{{{counted}}}"
    posterior = chain(SIMPLEX, "eq-dice-posterior")
    posterior.start(rf"\frac{{{likelihood}\,{kernel}/{prior}}}{{{counted}/{prior}}}")
    slip = _powers("a_1+n_1", "a_2+n_2-1", "a_3+n_3-1")
    wrong = {
        "exponent": rf"\frac{{{slip}}}{{{counted}}}",
        "normaliser of the prior": result.replace(counted, prior),
    }
    yield posterior.step(result, "collect the powers", rejects=wrong).qed()
    yield claim(
        SIMPLEX, "eq-dice-predictive",
        rf"\frac{{Z(a_1+n_1+1,a_2+n_2,a_3+n_3)}}{{{counted}}}", r"\frac{a_1+n_1}{a+n}",
        {"the mode": r"\frac{a_1+n_1-1}{a+n-3}", "the prior": r"\frac{a_1}{a}"},
        r"$\Gamma(a+1)=a\,\Gamma(a)$",
    )  # fmt: skip
