r"""The forward process in one step and in many, and its posterior."""

from __future__ import annotations

from catalogue import chain, claim, topic

from diffusion_derived.derivation import Induction, Notation
from diffusion_derived.derivation.ledger import Ledger
from diffusion_derived.derivation.reasons import rules

WALK = Notation(real="x y x_0 B C", positive="v w A a c", natural="t")
SCHEDULE = Notation(
    real=r"x x_{t-1} x_t x_0 x_1 \varepsilon",
    unit=r"\alpha \alpha_1 \alpha_t \bar\alpha_{t-1}",
    let={
        r"\bar\alpha_1": r"\alpha_1",
        r"\beta_t": r"1-\alpha_t",
        r"\bar\alpha_t": r"\alpha_t\,\bar\alpha_{t-1}",
        r"\tilde\beta_t": r"\frac{1-\bar\alpha_{t-1}}{1-\bar\alpha_t}\,\beta_t",
        r"\ell": r"\log\mathcal N(x_t;\sqrt{\alpha_t}\,x_{t-1},\beta_t)"
        r"+\log\mathcal N(x_{t-1};\sqrt{\bar\alpha_{t-1}}\,x_0,1-\bar\alpha_{t-1})",
    },
)
MARGINAL = r"\mathcal N\left(x_t;\sqrt{\bar\alpha_t}\,x_0,1-\bar\alpha_t\right)"
CLEAN = r"\frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}"
NOISY = r"\frac{\sqrt{\alpha_t}\,(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}"
MU = rf"{CLEAN}\,x_0+{NOISY}\,x_t"


@topic("Forward sum X_t = X_{t-1}+N(0,1): convolution")
def forward_sum():
    bell = r"\int e^{-A\left(y-\frac{B}{2A}\right)^2}\,dy"
    area = claim(WALK, "eq-bell-area", bell, r"\sqrt{\frac{\pi}{A}}",
                 {"two": r"\sqrt{\frac{2\pi}{A}}"}, "the area under the bell curve")  # fmt: skip
    square = r"-A\left(y-\frac{B}{%s}\right)^2+\frac{B^2}{%s}+C"
    wrong = {"half lost": square % ("2A", "2A"), "centre": square % ("A", "4A")}
    squared = claim(WALK, "eq-square", "-Ay^2+By+C", square % ("2A", "4A"), wrong,
                    rules.complete_square("y"))  # fmt: skip
    sums = r"\int\mathcal N(y;0,v)\,\mathcal N(x-y;0,w)\,dy"
    right = r"\mathcal N(x;0,%s)"
    wrong = {
        "product": right % "vw",
        "mass lost": rf"\frac{{1}}{{\sqrt2}}{right % '(v+w)'}",
        "twice": right % "v+2w",
    }
    added = claim(WALK, "eq-convolution", sums, right % "v+w", wrong, "complete the square in $y$")
    return [area, squared, added, *_walk()]


def _walk():
    at_one, right = r"\left.\mathcal N(x;0,t)\right|_{t=1}", r"\mathcal N(x;0,%s)"
    base = claim(WALK, "eq-walk-base", r"\mathcal N(x;0,1)", at_one, {}, "one step")
    sums = r"\int\mathcal N(y;0,t)\,\mathcal N(x-y;0,1)\,dy"
    wrong = {"no step": right % "t", "deviations": right % r"\left(\sqrt t+1\right)^2"}
    step = claim(WALK, "eq-walk-step", sums, right % "t+1", wrong, "variances add")
    all_steps = Induction(
        "Variance of the walk", r"q(x_t) = \mathcal N(x_t;0,t)",
        base=base, step=step, label="eq-walk", ledger=Ledger(),
    )  # fmt: skip
    return base, step, all_steps


@topic("q(x_t|x_0) closed form (sqrt(alpha) recursion)")
def closed_form():
    pushed = r"\int\mathcal N(y;c\,x_0,v)\,\mathcal N(x;a\,y,w)\,dy"
    right = r"\mathcal N(x;%s\,x_0,%s)"
    wrong = {
        "factor once": right % ("ac", "av+w"),
        "mean not scaled": right % ("c", "a^2v+w"),
        "variance not scaled": right % ("ac", "v+w"),
    }
    push = claim(WALK, "eq-push", pushed, right % ("ac", "a^2v+w"), wrong, "complete the square")
    total = r"\alpha_t(1-\bar\alpha_{t-1})+1-\alpha_t"
    wrong = {
        "sum": r"1-\alpha_t-\bar\alpha_{t-1}",
        "sign": r"1+\alpha_t\,\bar\alpha_{t-1}",
        "product": r"(1-\alpha_t)(1-\bar\alpha_{t-1})",
    }
    variance = claim(SCHEDULE, "eq-variance-step", total, r"1-\alpha_t\,\bar\alpha_{t-1}", wrong,
                     rules.algebra())  # fmt: skip
    base = claim(
        SCHEDULE, "eq-marginal-base", r"\mathcal N(x_1;\sqrt{\alpha_1}\,x_0,1-\alpha_1)",
        r"\mathcal N(x_1;\sqrt{\bar\alpha_1}\,x_0,1-\bar\alpha_1)",
        {"no root": r"\mathcal N(x_1;\bar\alpha_1\,x_0,1-\bar\alpha_1)"}, "one step",
    )  # fmt: skip
    step = _marginal_step()
    marginal = Induction(
        "All steps at once", rf"q(x_t\mid x_0) = {MARGINAL}",
        base=base, step=step, label="eq-marginal", ledger=Ledger(),
    )  # fmt: skip
    return [push, variance, base, step, marginal]


def _marginal_step():
    d = chain(SCHEDULE, "eq-marginal-step").start(
        r"\int\mathcal N(x_{t-1};\sqrt{\bar\alpha_{t-1}}\,x_0,1-\bar\alpha_{t-1})"
        r"\,\mathcal N(x_t;\sqrt{\alpha_t}\,x_{t-1},\beta_t)\,dx_{t-1}"
    )
    d.step(
        r"\mathcal N\left(x_t;\sqrt{\alpha_t}\sqrt{\bar\alpha_{t-1}}\,x_0,"
        r"\alpha_t(1-\bar\alpha_{t-1})+\beta_t\right)",
        "a Gaussian pushed through a line",
    )
    wrong = {
        "no root": MARGINAL.replace(r"\sqrt{\bar\alpha_t}", r"\bar\alpha_t"),
        "last step only": MARGINAL.replace(r"1-\bar\alpha_t", r"\beta_t"),
    }
    opened = rules.definition(r"\bar\alpha_t") & rules.definition(r"\beta_t")
    return d.step(MARGINAL, opened, rejects=wrong).qed()


@topic("sqrt(alpha) preserves unit variance")
def unit_variance():
    var = (
        r"\operatorname{Var}_{x\sim\mathcal N(0,1),\,\varepsilon\sim\mathcal N(0,1)}"
        r"\left[%s\,x+\sqrt{1-\alpha}\,\varepsilon\right]"
    )
    kept = chain(SCHEDULE, "eq-unit-variance").start(var % r"\sqrt{\alpha}")
    kept.step(
        r"\sqrt{\alpha}^2+\sqrt{1-\alpha}^2", "independent variances add",
        rejects={"deviations add": r"\left(\sqrt{\alpha}+\sqrt{1-\alpha}\right)^2"},
    )  # fmt: skip
    kept.step("1", rules.algebra())
    lost = claim(
        SCHEDULE, "eq-no-root", var % r"\alpha", r"\alpha^2+1-\alpha", {"kept": "1"},
        "independent variances add",
    )  # fmt: skip
    return [kept.qed(), lost]


@topic("Posterior q(x_{t-1}|x_t,x_0): mean & variance")
def posterior():
    variance = chain(SCHEDULE, "eq-posterior-variance")
    variance.start(r"\left(-\frac{\partial^2}{\partial x_{t-1}^2}\ell\right)^{-1}")
    variance.step(
        r"\left(\frac{\alpha_t}{\beta_t}+\frac{1}{1-\bar\alpha_{t-1}}\right)^{-1}",
        "precisions add",
        rejects={"variances added": r"\frac{\beta_t}{\alpha_t}+1-\bar\alpha_{t-1}"},
    )
    ratio = r"\frac{1-\bar\alpha_{t-1}}{1-\bar\alpha_t}"
    wrong = {
        "beta lost": ratio,
        "upside down": r"\frac{1-\bar\alpha_t}{1-\bar\alpha_{t-1}}\,\beta_t",
        "half": rf"\frac12\,{ratio}\,\beta_t",
        "roots": r"\frac{1-\sqrt{\bar\alpha_{t-1}}}{1-\sqrt{\bar\alpha_t}}\,\beta_t",
        "forward variance": r"\beta_t",
        "alpha for beta": rf"{ratio}\,\alpha_t",
    }
    variance.step(rf"{ratio}\,\beta_t", "one denominator", rejects=wrong)
    return [variance.qed(), _posterior_mean(), _posterior_density()]


def _posterior_mean():
    slope = r"\frac{1}{\tilde\beta_t}\left(%s-x_{t-1}\right)"
    wrong = {
        "no root of the clean weight": MU.replace(r"\sqrt{\bar\alpha_{t-1}}", r"\bar\alpha_{t-1}"),
        "no root of the noisy weight": MU.replace(r"\sqrt{\alpha_t}", r"\alpha_t"),
        "beta lost": MU.replace(r"\,\beta_t", ""),
        "exchanged": rf"{CLEAN}\,x_t+{NOISY}\,x_0",
        "sign": rf"{CLEAN}\,x_0-{NOISY}\,x_t",
    }
    d = chain(SCHEDULE, "eq-posterior-mean").start(r"\frac{\partial}{\partial x_{t-1}}\ell")
    d.step(
        r"\frac{\sqrt{\alpha_t}}{\beta_t}\left(x_t-\sqrt{\alpha_t}\,x_{t-1}\right)"
        r"-\frac{x_{t-1}-\sqrt{\bar\alpha_{t-1}}\,x_0}{1-\bar\alpha_{t-1}}",
        "differentiate",
    )
    d.step(slope % MU, "the slope vanishes at the mean",
           rejects={name: slope % tex for name, tex in wrong.items()})  # fmt: skip
    return d.qed()


def _posterior_density():
    joint = (
        r"\mathcal N(x_t;\sqrt{\alpha_t}\,x_{t-1},\beta_t)\,"
        r"\mathcal N(x_{t-1};\sqrt{\bar\alpha_{t-1}}\,x_0,1-\bar\alpha_{t-1})"
    )
    right = rf"\log\mathcal N\left(x_{{t-1}};{MU},%s\right)"
    true = right % r"\tilde\beta_t"
    wrong = {"one half": rf"\frac12+{true}", "forward variance": right % r"\beta_t"}
    return claim(SCHEDULE, "eq-ddpm-posterior", rf"\log\frac{{{joint}}}{{{MARGINAL}}}", true, wrong,
                 "complete the square in $x_{t-1}$")  # fmt: skip
