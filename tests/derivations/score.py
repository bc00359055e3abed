r"""Scores: Tweedie's formula, score matching, differential equations and DDIM."""

from __future__ import annotations

from catalogue import chain, claim, topic
from ddpm import MU

from diffusion_derived.derivation import Notation
from diffusion_derived.derivation.reasons import rules

KERNEL = r"\mathcal N(y;a\,%s,s^2)"
ATOMS = Notation(
    real="y x",
    positive="a s",
    indexed={"x_k": "real", "w_k": "positive"},
    sizes={"K": (2, 3)},
    functions={"S": "y"},
    let={
        "q": rf"\sum_{{k=1}}^{{K}} w_k\,{KERNEL % 'x_k'}",
        r"\nabla": r"\frac{1}{q}\,\frac{d}{dy}\left[q\right]",
        "m": rf"\frac{{\sum_{{k=1}}^{{K}} w_k\,x_k\,{KERNEL % 'x_k'}}}{{q}}",
    },
)
MARGINAL = Notation(real=r"x_t x_0 \varepsilon", unit=r"\bar\alpha")
LIMIT = Notation(real="x", positive=r"h \beta t v_0", let={"v": r"1-(1-v_0)\,e^{-\beta t}"})
FLOW = Notation(
    real="x y t",
    positive=r"\lambda",
    positive_functions={"p": "x t", "r": "x y t"},
    functions={"f": "x t", "g": "t", "u": "x y t", "w": "x y t"},
)
DDIM = Notation(
    real=r"x_t x_0 \varepsilon",
    unit=r"\alpha_t \bar\alpha_{t-1}",
    positive=r"\sigma_t",
    let={
        r"\beta_t": r"1-\alpha_t",
        r"\bar\alpha_t": r"\alpha_t\,\bar\alpha_{t-1}",
        "c": r"\frac{\sqrt{1-\bar\alpha_{t-1}-\sigma_t^2}}{\sqrt{1-\bar\alpha_t}}",
        r"\tilde\beta_t": r"\frac{1-\bar\alpha_{t-1}}{1-\bar\alpha_t}\,\beta_t",
        "x_{t-1}": r"\sqrt{\bar\alpha_{t-1}}\,"
        r"\frac{x_t-\sqrt{1-\bar\alpha_t}\,\varepsilon}{\sqrt{\bar\alpha_t}}"
        r"+\sqrt{1-\bar\alpha_{t-1}}\,\varepsilon",
    },
)


@topic("Tweedie: E[x0|x_t]=(x_t+(1-abar) score)/sqrt(abar)")
def tweedie():
    kernel = KERNEL % "x"
    left = rf"s^2\,\frac{{d}}{{dy}}\left[{kernel}\right]+y\,{kernel}"
    wrong = {"a lost": rf"x\,{kernel}", "sign": rf"-a\,x\,{kernel}"}
    one = claim(ATOMS, "eq-tweedie-kernel", left, rf"a\,x\,{kernel}", wrong, "differentiate")
    right = r"\frac{y+s^2\,\nabla}{a}"
    wrong = {
        "sign": right.replace("+", "-"),
        "deviation for variance": right.replace("s^2", "s"),
        "not scaled": r"y+s^2\,\nabla",
        "scaled twice": right.replace("{a}", "{a^2}"),
    }
    return [one, claim(ATOMS, "eq-tweedie", "m", right, wrong, "linear in the prior")]


@topic("Denoising score matching = explicit SM + const")
def score_matching():
    right = rf"\sum_{{k=1}}^{{K}} w_k\,{KERNEL % 'x_k'}\,S(y)\left(-\frac{{y-a\,x_k}}{{%s}}\right)"
    wrong = {
        "sign": (right % "s^2").replace("(-", "("),
        "deviation": right % "s^3",
        "not scaled": right % "1",
    }
    left = r"S(y)\,\frac{d}{dy}\left[q\right]"
    return [claim(ATOMS, "eq-dsm-cross", left, right % "s^2", wrong, "differentiate the kernels")]


@topic("score = -eps/sqrt(1-abar) and network relation")
def score_and_noise():
    density = r"\log\mathcal N(x_t;\sqrt{\bar\alpha}\,x_0,1-\bar\alpha)"
    path = r"x_t=\sqrt{\bar\alpha}\,x_0+\sqrt{1-\bar\alpha}\,\varepsilon"
    left = rf"\left.\frac{{\partial}}{{\partial x_t}}\left[{density}\right]\right|_{{{path}}}"
    wrong = {
        "sign": r"\frac{\varepsilon}{\sqrt{1-\bar\alpha}}",
        "variance for deviation": r"-\frac{\varepsilon}{1-\bar\alpha}",
        "signal for noise": r"-\frac{\varepsilon}{\sqrt{\bar\alpha}}",
    }
    right = r"-\frac{\varepsilon}{\sqrt{1-\bar\alpha}}"
    return [claim(MARGINAL, "eq-score-eps", left, right, wrong, "differentiate")]


@topic("SDE limit of DDPM")
def sde_limit():
    drift = chain(LIMIT, "eq-sde-drift").start(r"\sqrt{1-\beta h}\,x")
    drift.approx(r"x-\frac12\,\beta\,x\,h", "Taylor", var="h", order=2).qed()
    slope = claim(
        LIMIT, "eq-sde-slope", r"\lim_{h\to 0}\frac{\sqrt{1-\beta h}\,x-x}{h}",
        r"-\frac12\,\beta\,x", {"half lost": r"-\beta\,x", "sign": r"\frac12\,\beta\,x"},
        "the slope at zero",
    )  # fmt: skip
    wrong = {"half": r"-\frac12\,\beta\,v+\beta", "twice": r"-2\,\beta\,v+\beta"}
    moment = claim(LIMIT, "eq-vp-variance", r"\frac{d}{dt}\left[v\right]", r"-\beta\,v+\beta",
                   wrong, "differentiate")  # fmt: skip
    left = r"\lim_{h\to 0}\exp\left(\frac{t}{h}\log\left(1-\beta h\right)\right)"
    wrong = {"half": r"e^{-\frac12\beta t}", "sign": r"e^{\beta t}"}
    product = claim(LIMIT, "eq-abar-limit", left, r"e^{-\beta t}", wrong, "many small factors")
    return [drift, slope, moment, product]


@topic("Probability-flow ODE has the SDE's marginals (Fokker-Planck = continuity)")
def probability_flow():
    d_x, d_xx = r"\partial_x\left[%s\right]", r"\frac{\partial^2}{\partial x^2}\left[%s\right]"
    carried, spread = d_x % r"f(x,t)\,p(x,t)", d_xx % "p(x,t)"
    planck = rf"-{carried}+\frac12\,g(t)^2\,{spread}"
    score = d_x % r"\log p(x,t)"
    flow = "-" + d_x % rf"\left(f(x,t)%s\,g(t)^2\,{score}\right)p(x,t)"
    true = flow % r"-\frac12"
    wrong = {"half lost": flow % "-", "sign": flow % r"+\frac12", "backwards": true[1:]}
    line = claim(FLOW, "eq-flow-line", planck, true, wrong, "product rule")
    return [line, _plane(), _reverse_family(planck, score, d_x, spread)]


def _plane():
    part = r"\partial_%s\left[%s\right]"
    heat = r"\frac{\partial^2}{\partial %s^2}\left[r(x,y,t)\right]"
    planck = (
        "-" + part % ("x", r"u(x,y,t)\,r(x,y,t)") + "-" + part % ("y", r"w(x,y,t)\,r(x,y,t)")
        + r"+\frac12\,g(t)^2\left(" + heat % "x" + "+" + heat % "y" + r"\right)"
    )  # fmt: skip

    def flux(name: str, axis: str) -> str:
        score = part % (axis, r"\log r(x,y,t)")
        speed = rf"{name}(x,y,t)-\frac12\,g(t)^2\,{score}"
        return part % (axis, rf"\left({speed}\right)r(x,y,t)")

    right, wrong = f"-{flux('u', 'x')}-{flux('w', 'y')}", f"-{flux('u', 'x')}+{flux('w', 'y')}"
    return claim(FLOW, "eq-flow-plane", planck, right, {"sign": wrong}, "product rule")


def _reverse_family(planck: str, score: str, d_x: str, spread: str):
    drift = rf"f(x,t)-\frac{{1+\lambda^2}}{{2}}\,g(t)^2\,{score}"
    right = "-" + d_x % rf"\left({drift}\right)p(x,t)" + rf"%s\frac12\,\lambda^2g(t)^2\,{spread}"
    wrong = {"sign": right % "+"}
    return claim(FLOW, "eq-reverse-family", planck, right % "-", wrong, "product rule")


@topic("DDIM: marginals kept for every sigma; sigma^2=beta~ is DDPM")
def ddim():
    step = r"\sqrt{\bar\alpha_{t-1}}\,x_0+c\left(%s-\sqrt{\bar\alpha_t}\,x_0\right)"
    mean = claim(DDIM, "eq-ddim-mean", step % r"\sqrt{\bar\alpha_t}\,x_0",
                 r"\sqrt{\bar\alpha_{t-1}}\,x_0", {"root": r"\bar\alpha_{t-1}\,x_0"})  # fmt: skip
    wrong = {
        "later level": r"1-\bar\alpha_t",
        "noise twice": r"1-\bar\alpha_{t-1}+\sigma_t^2",
        "noise lost": r"1-\bar\alpha_{t-1}-\sigma_t^2",
    }
    variance = claim(DDIM, "eq-ddim-variance", r"c^2\left(1-\bar\alpha_t\right)+\sigma_t^2",
                     r"1-\bar\alpha_{t-1}", wrong, rules.definition("c"))  # fmt: skip
    ratio = r"\frac{(1-\bar\alpha_{t-1})\sqrt{\alpha_t}}{1-\bar\alpha_t}"
    wrong = {"root of it": ratio, "alpha once more": rf"\left({ratio}\right)^2\alpha_t"}
    left = r"\frac{1-\bar\alpha_{t-1}-\tilde\beta_t}{1-\bar\alpha_t}"
    noisy = claim(DDIM, "eq-ddim-ddpm", left, rf"\left({ratio}\right)^2", wrong, "definitions")
    left = (step % "x_t").replace("c\\left", rf"{ratio}\left")
    wrong = {"shifted": f"{MU}+x_t", "root": MU.replace(r"\sqrt{\alpha_t}", r"\alpha_t")}
    ancestral = claim(DDIM, "eq-ddim-ancestral", left, MU, wrong, "definitions")
    return [mean, variance, noisy, ancestral, _euler()]


def _euler():
    level = r"\sqrt{\frac{1-\bar\alpha_{%s}}{\bar\alpha_{%s}}}"
    before, after = level % ("t-1", "t-1"), level % ("t", "t")
    left = r"\frac{x_{t-1}}{\sqrt{\bar\alpha_{t-1}}}-\frac{x_t}{\sqrt{\bar\alpha_t}}"
    wrong = {
        "backwards": rf"\left({after}-{before}\right)\varepsilon",
        "not scaled": r"\left(\sqrt{1-\bar\alpha_{t-1}}-\sqrt{1-\bar\alpha_t}\right)\varepsilon",
    }
    return claim(DDIM, "eq-ddim-euler", left, rf"\left({before}-{after}\right)\varepsilon", wrong,
                 "definitions")  # fmt: skip
