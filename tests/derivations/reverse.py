r"""One step back: the terms of the bound as squared errors, in every parametrisation."""

from __future__ import annotations

from catalogue import chain, claim, topic
from ddpm import MU

from diffusion_derived.derivation import Notation
from diffusion_derived.derivation.reasons import rules

KL = Notation(real=r"\mu \hat\mu", positive=r"v s")
EPS = Notation(
    real=r"x_t x_0 \varepsilon \hat\varepsilon",
    positive=r"\sigma_t",
    unit=r"\alpha_t \bar\alpha_{t-1}",
    let={
        r"\beta_t": r"1-\alpha_t",
        r"\bar\alpha_t": r"\alpha_t\,\bar\alpha_{t-1}",
        r"\tilde\mu": r"\frac{1}{\sqrt{\alpha_t}}"
        r"\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\varepsilon\right)",
        r"\hat\mu": r"\frac{1}{\sqrt{\alpha_t}}"
        r"\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\hat\varepsilon\right)",
    },
)
ANGLE = Notation(
    real=r"x_0 \hat x_0 \varepsilon",
    unit="a",
    let={
        "s": r"\sqrt{1-a^2}",
        "x_t": r"a\,x_0+s\,\varepsilon",
        "v": r"a\,\varepsilon-s\,x_0",
        r"\nabla": r"-\frac{\varepsilon}{s}",
        r"\hat\varepsilon": r"\frac{x_t-a\,\hat x_0}{s}",
        r"\hat v": r"a\,\hat\varepsilon-s\,\hat x_0",
    },
)
DATA = Notation(
    real=r"x_{t-1} x_t",
    unit=r"\alpha_t \bar\alpha_{t-1}",
    positive="v_0",
    let={
        r"\beta_t": r"1-\alpha_t",
        r"\bar\alpha_t": r"\alpha_t\,\bar\alpha_{t-1}",
        "V": r"\bar\alpha_{t-1}\,v_0+1-\bar\alpha_{t-1}",
        r"\ell": r"\log\mathcal N(x_t;\sqrt{\alpha_t}\,x_{t-1},\beta_t)"
        r"+\log\mathcal N(x_{t-1};0,V)",
    },
)
SNR = Notation(
    real=r"z_s z_t x \hat x \delta t h",
    positive=r"\alpha_s \alpha_t \sigma_s \sigma_t \rho",
    functions={r"\gamma": "t", "F": "t"},
    let={
        "r": r"\frac{\alpha_t}{\alpha_s}",
        r"\sigma_{t\mid s}^2": r"\sigma_t^2-r^2\sigma_s^2",
    },
)


@topic("L_{t-1} equal-variance KL = ||mu~-mu||^2/2s^2; general remainder")
def equal_variance():
    divergence = r"D_{\mathrm{KL}}\left(\mathcal N(\mu,v)\,\|\,\mathcal N(\hat\mu,%s)\right)"
    wrong = {
        "half lost": r"\frac{(\mu-\hat\mu)^2}{v}",
        "variance lost": r"\frac{(\mu-\hat\mu)^2}{2}",
        "sum": r"\frac{(\mu+\hat\mu)^2}{2v}",
    }
    equal = claim(KL, "eq-kl-equal-variance", divergence % "v", r"\frac{(\mu-\hat\mu)^2}{2v}",
                  wrong, rules.moments())  # fmt: skip
    rest = r"\frac12\left(\frac vs-1-\log\frac vs\right)"
    unequal = claim(
        KL, "eq-kl-remainder", rf"{divergence % 's'}-\frac{{(\mu-\hat\mu)^2}}{{2s}}", rest,
        {"none": "0", "sign of the log": rest.replace(r"-\log", r"+\log")},
        rules.moments() & rules.logarithms(),
    )  # fmt: skip
    return [equal, unequal]


@topic("mu-tilde in eps form; mu_theta; L_t weight")
def eps_form():
    clean = r"\frac{x_t-\sqrt{1-\bar\alpha_t}\,\varepsilon}{\sqrt{\bar\alpha_t}}"
    right = (
        r"\frac{1}{\sqrt{\alpha_t}}"
        r"\left(x_t-\frac{\beta_t}{\sqrt{1-\bar\alpha_t}}\,\varepsilon\right)"
    )
    wrong = {
        "root of 1 - abar lost": right.replace(r"\sqrt{1-\bar\alpha_t}", r"1-\bar\alpha_t"),
        "root of alpha lost": right.replace(r"\sqrt{\alpha_t}", r"\alpha_t"),
        "root of beta": right.replace(r"\beta_t", r"\sqrt{\beta_t}"),
        "sign": right.replace("x_t-", "x_t+"),
        "not scaled": right.replace(r"\frac{1}{\sqrt{\alpha_t}}", ""),
        "index off by one": right.replace(r"1-\bar\alpha_t", r"1-\bar\alpha_{t-1}"),
    }
    mean = claim(EPS, "eq-mu-eps", MU.replace("x_0", rf"\,{clean}"), right, wrong)
    weight = r"\frac{\beta_t^2}{2\sigma_t^2\alpha_t(1-\bar\alpha_t)}"
    error = r"\left(\varepsilon-\hat\varepsilon\right)^2"
    wrong = {
        "beta once": weight.replace(r"\beta_t^2", r"\beta_t"),
        "half lost": weight.replace(r"{2\sigma", r"{\sigma"),
        "abar for alpha": weight.replace(r"\alpha_t(", r"\bar\alpha_t("),
        "root of alpha": weight.replace(r"\alpha_t(", r"\sqrt{\alpha_t}("),
    }
    loss = claim(
        EPS, "eq-eps-weight", r"\frac{(\tilde\mu-\hat\mu)^2}{2\sigma_t^2}", f"{weight}{error}",
        {name: f"{tex}{error}" for name, tex in wrong.items()},
        rules.definition(r"\tilde\mu") & rules.definition(r"\hat\mu"),
    )  # fmt: skip
    return [mean, loss]


@topic("eps / x0 / v / score parameterisations")
def parametrisations():
    sign = {"sign": r"a\,x_t+s\,v", "exchanged": r"s\,x_t-a\,v"}
    x_from_v = claim(ANGLE, "eq-x-from-v", r"a\,x_t-s\,v", "x_0",
                     {"root of the variance": "s^2x_0", "noise": r"\varepsilon"})  # fmt: skip
    back = claim(ANGLE, "eq-x-is-v", "x_0", r"a\,x_t-s\,v", sign)
    wrong = {"sign": r"s\,x_t-a\,v", "exchanged": r"a\,x_t+s\,v"}
    eps = claim(ANGLE, "eq-eps-from-v", r"\varepsilon", r"s\,x_t+a\,v", wrong)
    right = r"\frac{a\,x_0-x_t}{s^2}"
    wrong = {"sign": f"-{right}", "root": r"\frac{a\,x_0-x_t}{s}"}
    score = claim(ANGLE, "eq-score-from-x", r"\nabla", right, wrong, "definitions")
    right = r"\frac{x_t+s^2\,\nabla}{a}"
    wrong = {"sign": right.replace("+", "-"), "root": right.replace("s^2", "s")}
    tweedie = claim(ANGLE, "eq-x-from-score", "x_0", right, wrong, "solve for $x_0$")
    return [x_from_v, back, eps, score, tweedie, *_losses()]


def _losses():
    error = r"\left(x_0-\hat x_0\right)^2"
    ratio = r"\frac{a^2}{1-a^2}"
    wrong = {"upside down": r"\frac{1-a^2}{a^2}", "no squares": r"\frac{a}{1-a}"}
    eps = claim(ANGLE, "eq-eps-loss", r"\left(\varepsilon-\hat\varepsilon\right)^2", ratio + error,
                {name: tex + error for name, tex in wrong.items()})  # fmt: skip
    right = rf"\left({ratio}+1\right){error}"
    v = claim(ANGLE, "eq-v-loss", r"\left(v-\hat v\right)^2", right, {"one lost": ratio + error})
    return eps, v


@topic("sigma_t^2 choices: beta_t and beta~_t are exact for N(0,1) data / point data")
def variances():
    variance = r"\left(-\frac{\partial^2}{\partial x_{t-1}^2}\ell\right)^{-1}"
    tilde = r"\frac{1-\bar\alpha_{t-1}}{1-\bar\alpha_t}\,\beta_t"
    normal = claim(DATA, "eq-sigma-normal", rf"\left.{variance}\right|_{{v_0=1}}", r"\beta_t",
                   {"posterior variance": tilde, "alpha": r"\alpha_t"})  # fmt: skip
    point = claim(DATA, "eq-sigma-point", rf"\lim_{{v_0\to 0}}{variance}", tilde,
                  {"forward variance": r"\beta_t"}, "let the data shrink to a point")  # fmt: skip
    return [normal, point]


@topic("VDM: L_{s,t} = 1/2 (SNR(s)-SNR(t)) ||x-xhat||^2")
def snr_form():
    spread = r"\sigma_{t\mid s}^2"
    joint = rf"\log\mathcal N(z_t;r\,z_s,{spread})+\log\mathcal N(z_s;\alpha_s\,x,\sigma_s^2)"
    right = rf"\frac{{{spread}\,\sigma_s^2}}{{\sigma_t^2}}"
    wrong = {
        "exchanged": rf"\frac{{{spread}\,\sigma_t^2}}{{\sigma_s^2}}",
        "spread lost": r"\frac{\sigma_s^2}{\sigma_t^2}",
        "spread alone": spread,
    }
    curvature = rf"-\frac{{\partial^2}}{{\partial z_s^2}}\left[{joint}\right]"
    variance = claim(SNR, "eq-snr-variance", rf"\left({curvature}\right)^{{-1}}", right, wrong)
    mean = rf"\frac{{r\,\sigma_s^2\,z_t+\alpha_s\,{spread}\,%s}}{{\sigma_t^2}}"
    slope = rf"\frac{{\sigma_t^2}}{{{spread}\,\sigma_s^2}}\left({mean % 'x'}-z_s\right)"
    centre = claim(SNR, "eq-snr-mean", rf"\frac{{\partial}}{{\partial z_s}}\left[{joint}\right]",
                   slope, {"sign": f"-{slope}"}, "the slope vanishes at the mean")  # fmt: skip
    return [variance, centre, _snr_loss(mean, right), _continuous()]


def _snr_loss(mean: str, variance: str):
    ratio = r"\frac{\alpha_%s^2}{\sigma_%s^2}"
    loss = r"%s\left(%s-%s\right)\left(x-\hat x\right)^2"
    at_s, at_t = ratio % ("s", "s"), ratio % ("t", "t")
    wrong = {
        "sign": loss % (r"\frac12", at_t, at_s),
        "half lost": loss % ("", at_s, at_t),
        "no squares": (loss % (r"\frac12", at_s, at_t)).replace("^2}{", "}{", 2),
    }
    true, learned = mean % "x", mean % r"\hat x"
    left = rf"\frac{{\left({true}-{learned}\right)^2}}{{2\,{variance}}}"
    return claim(SNR, "eq-snr-loss", left, loss % (r"\frac12", at_s, at_t), wrong)


def _continuous():
    ratio = r"\frac{1+e^{-\gamma(t)}}{1+e^{\gamma(t)}}"
    right = rf"\frac12\,\gamma'(t)\,{ratio}\,\delta^2"
    left = r"-\frac12\,\frac{d}{dt}\left[e^{-\gamma(t)}\right]\delta^2"
    wrong = {"ratio lost": right.replace(ratio, ""), "sign": f"-{right}"}
    return claim(SNR, "eq-snr-continuous", left, right, wrong, rules.differentiate())


@topic("VDM T->inf: sum of SNR differences -> integral")
def snr_limit():
    d = chain(SNR, "eq-snr-limit").start(r"F(t)-F(t+h)")
    d.approx(r"-F'(t)\,h", "Taylor", var="h", order=2)
    wrong = claim(SNR, "eq-snr-limit-sign", r"\lim_{\rho\to 0}\frac{(t+\rho)^3-t^3}{\rho}", "3t^2",
                  {"sign": "-3t^2"}, "the difference quotient of a cube")  # fmt: skip
    return [d.qed(), wrong]
