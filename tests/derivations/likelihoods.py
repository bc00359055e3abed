r"""Likelihoods of pixels and of images: logistic bins, changes of variables, bits, distances."""

from __future__ import annotations

from catalogue import chain, claim, topic

from diffusion_derived.derivation import Notation
from diffusion_derived.derivation.reasons import rules

LOGISTIC = Notation(
    real=r"x \mu",
    positive="s",
    indexed={"e_i": "real"},
    sizes={"n": 5},
    let={
        "r(x)": r"\frac{x-\mu}{s}",
        "F(x)": r"\operatorname{sigmoid}\left(r(x)\right)",
        "p(x)": r"\frac{e^{-r(x)}}{s\left(1+e^{-r(x)}\right)^2}",
    },
)
FLOW = Notation(
    real="x z a b x_1 x_2",
    positive="s u",
    functions={"g": "x_1", "h": "x_1"},
    let={"y_1": "x_1", "y_2": "x_2e^{g(x_1)}+h(x_1)"},
)
LINE = Notation(
    real=r"z m_1 m_2 \varepsilon \eta",
    positive=r"s_1 s_2 \lambda_1 \lambda_2",
    unit=r"\kappa",
    let={
        r"\rho": r"1-2\kappa",
        "T(z)": r"m_2+\frac{s_2}{s_1}(z-m_1)",
        "z_1": r"m_1+s_1\,\varepsilon",
        "z_2": r"m_2+s_2\left(\rho\,\varepsilon+\sqrt{1-\rho^2}\,\eta\right)",
        "W": "(m_1-m_2)^2+(s_1-s_2)^2",
    },
)
PLANE = Notation(
    real="b g",
    positive="a c f h",
    let={
        "R": r"\begin{pmatrix}a & b\\ b & c\end{pmatrix}",
        r"\Sigma_1": "RR",
        r"\Sigma_2": r"\begin{pmatrix}f & g\\ g & h\end{pmatrix}",
        "B": r"R\Sigma_2R",
    },
)
BITS = Notation(
    real="L",
    positive="D",
    indexed={"p_k": "positive"},
    sizes={"n": 3},
    let={"P": r"\frac1n\sum_{k=1}^{n}p_k"},
)


@topic("Logistic CDF/pdf; discretised logistic sums to 1")
def logistic():
    once = r"\frac{e^{-r(x)}}{s\left(1+e^{-r(x)}\right)}"
    wrong = {"width lost": r"s\,p(x)", "width twice": r"\frac{p(x)}{s}", "no square": once}
    slope = claim(LOGISTIC, "eq-logistic-density", r"\frac{d}{dx}F(x)", "p(x)", wrong,
                  "differentiate")  # fmt: skip
    right = r"\frac{F(x)\left(1%sF(x)\right)}{s}"
    wrong = {"width lost": r"F(x)\left(1-F(x)\right)", "sign": right % "+"}
    product = claim(LOGISTIC, "eq-logistic-product", "p(x)", right % "-", wrong)
    bins = r"F(e_1)+\sum_{i=1}^{n-1}\left(F(e_{i+1})-F(e_i)\right)"
    total = claim(LOGISTIC, "eq-logistic-bins", rf"{bins}+\left(1-F(e_n)\right)", "1",
                  {"last bin lost": "F(e_n)"}, "neighbours cancel")  # fmt: skip
    sigmoid = r"\operatorname{sigmoid}(%s)"
    mirror = claim(LOGISTIC, "eq-sigmoid-mirror", f"1-{sigmoid % 'x'}", sigmoid % "-x",
                   {"sign": sigmoid % "x"})  # fmt: skip
    return [slope, product, total, mirror]


@topic("Change of variables / flows")
def flows():
    back = r"\mathcal N\left(\frac{x-b}{s};0,1\right)"
    wrong = {"upside down": rf"s\,{back}", "factor lost": back}
    affine = claim(FLOW, "eq-affine-flow", r"\mathcal N(x;b,s^2)", rf"\frac1s\,{back}", wrong,
                   rules.density())  # fmt: skip
    slope = r"\frac{\partial}{\partial x_%s}\left[y_%s\right]"
    rows = [" & ".join(slope % (j, i) for j in "12") for i in "12"]
    jacobian = rf"\begin{{pmatrix}}{rows[0]}\\ {rows[1]}\end{{pmatrix}}"
    wrong = {"sign": "-g(x_1)", "shift counted": "g(x_1)+h(x_1)", "no logarithm": "e^{g(x_1)}"}
    coupling = claim(FLOW, "eq-coupling-flow", rf"\log\det{jacobian}", "g(x_1)", wrong,
                     "a triangular matrix")  # fmt: skip
    return [affine, coupling, *_log_normal(), _planar()]


def _log_normal():
    yield claim(FLOW, "eq-normal-mass", r"\int\mathcal N(z;0,1)\,dz", "1",
                {"not normalised": r"\sqrt{2\pi}"}, rules.integrate())  # fmt: skip
    bell, left = r"e^{-(\log u)^2/2}", r"\mathcal N(\log u;0,1)\,\frac{d}{du}\left[\log u\right]"
    wrong = {"slope lost": rf"\frac{{{bell}}}{{\sqrt{{2\pi}}}}"}
    yield claim(FLOW, "eq-log-normal", left, rf"\frac{{{bell}}}{{u\sqrt{{2\pi}}}}", wrong,
                rules.density() & rules.differentiate())  # fmt: skip


def _planar():
    identity = r"\begin{pmatrix}1 & 0\\ 0 & 1\end{pmatrix}"
    outer = r"\begin{pmatrix}a\\ b\end{pmatrix}\begin{pmatrix}x_1 & x_2\end{pmatrix}"
    wrong = {"sign": "1-ax_1-bx_2", "one lost": "ax_1+bx_2"}
    return claim(FLOW, "eq-planar-flow", rf"\det\left({identity}+{outer}\right)", "1+ax_1+bx_2",
                 wrong, "matrix determinant lemma")  # fmt: skip


@topic("Frechet distance between Gaussians (1-D; commuting; general 2x2)")
def frechet():
    means, right = "(m_1-m_2)^2", "(m_1-m_2)^2+(s_1-s_2)^2"
    left = r"\mathbb{E}_{z\sim\mathcal N(m_1,s_1^2)}\left[\left(z-T(z)\right)^2\right]"
    wrong = {
        "difference of variances": f"{means}+s_1^2-s_2^2",
        "two lost": f"{means}+s_1^2+s_2^2-s_1s_2",
        "sign": f"{means}+(s_1+s_2)^2",
    }
    cost = claim(LINE, "eq-transport-cost", left, right, wrong,
                 rules.moments())  # fmt: skip
    return [cost, *_couplings(), *_plane()]


def _couplings():
    """Every correlation between -1 and 1."""
    draws = r"\varepsilon\sim\mathcal N(0,1),\,\eta\sim\mathcal N(0,1)"
    cost = rf"\mathbb{{E}}_{{{draws}}}\left[(z_1-z_2)^2\right]"
    gap = chain(LINE, "eq-coupling-gap").start(f"{cost}-W")
    gap.step(r"(m_1-m_2)^2+s_1^2+s_2^2-2\rho s_1s_2-W", "moments of the normal")
    right = r"2s_1s_2(1%s\rho)"
    gap.step(right % "-", rules.definition("W"), rejects={"sign": right % "+"})
    bound = chain(LINE, "eq-coupling-bound").start(cost)
    bound.bound("W", "no coupling costs less", gap=right % "-", nonneg=r"4\kappa s_1s_2")
    return gap.qed(), bound.qed()


def _plane():
    trace = r"\operatorname{tr}\left(%s\right)"
    yield claim(PLANE, "eq-trace-product", trace % "B", trace % r"\Sigma_1\Sigma_2",
                {"root of the first": trace % r"R\Sigma_2"}, "a trace may be rotated")  # fmt: skip
    right = r"\det(%s)\,\det(\Sigma_2)"
    yield claim(PLANE, "eq-det-product", r"\det B", right % r"\Sigma_1",
                {"root of the first": right % "R"}, "determinants multiply")  # fmt: skip
    right = r"\lambda_1+\lambda_2+%s\sqrt{\lambda_1\lambda_2}"
    yield claim(LINE, "eq-trace-of-root", r"\left(\sqrt{\lambda_1}+\sqrt{\lambda_2}\right)^2",
                right % "2", {"two lost": right % ""}, rules.expand())  # fmt: skip


@topic("bits/dim: units and dequantisation bound")
def bits():
    bits_each = r"\frac{%s}{D\log 2}"
    right = bits_each % "L"
    wrong = {"seven": f"{right}+7", "sign": f"{right}-8", "nats": r"\frac LD+8"}
    units = claim(BITS, "eq-bits-scale", bits_each % r"L+D\log 256", f"{right}+8", wrong,
                  rules.logarithms(r"$\log 256=8\log 2$"))  # fmt: skip
    right = r"\frac1n\sum_{k=1}^{n}\left(\frac{p_k}{P}%s\log\frac{p_k}{P}\right)"
    wrong = {"sign": f"-{right % '-1-'}", "one lost": right % "-"}
    gap = claim(BITS, "eq-dequantisation-gap", r"\log P-\frac1n\sum_{k=1}^{n}\log p_k",
                right % "-1-", wrong, "$p_k/P$ has mean one")  # fmt: skip
    return [units, gap]
