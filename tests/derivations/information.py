r"""Entropy and divergence on finitely many states, divergence between Gaussians, Jensen's gap."""

from __future__ import annotations

from catalogue import chain, claim, topic

from diffusion_derived.derivation import Notation, tables
from diffusion_derived.derivation.reasons import rules

STATES = Notation(
    indexed={"w_k": "positive", "v_k": "positive", "f_k": "positive"},
    sizes={"K": (2, 3)},
    indices={"k": "K", "j": "K"},
    positive="t",
    let={
        "p_k": r"\frac{w_k}{\sum_{j=1}^{K}w_j}",
        "q_k": r"\frac{v_k}{\sum_{j=1}^{K}v_j}",
        "t_k": r"\frac{q_k}{p_k}",
        r"\mathrm{H}_p": r"-\sum_{k=1}^{K}p_k\log p_k",
        r"\mathrm{H}_q": r"-\sum_{k=1}^{K}q_k\log q_k",
        "m": r"\sum_{k=1}^{K}p_k\,f_k",
    },
)
LATENT = Notation(worlds=tables({"x": 2, "z": (2, 3)}, p="p(z) p(x|z)", q="q(z|x)", at={"x": 0}))
LINE = Notation(real=r"x \mu \mu_1 \mu_2", positive=r"\sigma \sigma_1 \sigma_2")


PLANE = Notation(
    real="b e m_1 m_2 n_1 n_2",
    positive="a c d f",
    let={
        "L_1": r"\begin{pmatrix}a & 0\\ b & c\end{pmatrix}",
        "L_2": r"\begin{pmatrix}d & 0\\ e & f\end{pmatrix}",
        r"\Sigma_1": r"L_1L_1^\top",
        r"\Sigma_2": r"L_2L_2^\top",
        r"\mu_1": r"\begin{pmatrix}m_1\\ m_2\end{pmatrix}",
        r"\mu_2": r"\begin{pmatrix}n_1\\ n_2\end{pmatrix}",
    },
)


def _divergence(p: str, q: str) -> str:
    return rf"\sum_{{k=1}}^{{K}}{p}_k\log\frac{{{p}_k}}{{{q}_k}}"


@topic("Entropy, cross-entropy, KL")
def entropy():
    cross, forward, backward = r"-\sum_{k=1}^{K}p_k\log q_k", *map(_divergence, "pq", "qp")
    wrong = {
        "subtracted": rf"\mathrm{{H}}_p-{forward}",
        "entropy of q": rf"\mathrm{{H}}_q+{forward}",
        "other divergence": rf"\mathrm{{H}}_p+{backward}",
        "cross-entropy alone": r"\mathrm{H}_p",
    }
    split = chain(STATES, "eq-cross-entropy").start(cross)
    split.step(rf"-\sum_{{k=1}}^{{K}}p_k\log p_k+{forward}", rules.logarithms())
    split.step(rf"\mathrm{{H}}_p+{forward}", rules.definition(r"\mathrm{H}_p"), rejects=wrong)
    wrong = {
        "sign": r"\mathrm{H}_p-\log K",
        "half": r"\frac12\log K-\mathrm{H}_p",
        "cross-entropy": r"\log K+\mathrm{H}_p",
    }
    uniform = claim(
        STATES, "eq-kl-uniform", r"\sum_{k=1}^{K}p_k\log\frac{p_k}{1/K}",
        r"\log K-\mathrm{H}_p", wrong, "the uniform distribution",
    )  # fmt: skip
    ratio = r"\sum_{k=1}^{K}p_k\left(t_k-1-\log t_k\right)"
    wrong = {
        "one lost": r"\sum_{k=1}^{K}p_k\left(t_k-\log t_k\right)",
        "sign": r"\sum_{k=1}^{K}p_k\left(t_k-1+\log t_k\right)",
    }
    gibbs = claim(STATES, "eq-kl-ratio", forward, ratio, wrong, "both sum to one")
    return [split.qed(), uniform, gibbs, *_lemma()]


def _lemma():
    slope = r"\frac{d}{dt}\left(t-1-\log t\right)"
    d = chain(STATES, "eq-log-slope", r"The slope of $t-1-\log t$").start(slope)
    d.step(r"1-\frac1t", rules.differentiate())
    d.step(r"\frac{t-1}{t}", rules.algebra(), rejects={"sign": r"\frac{1-t}{t}"})
    yield d.qed()
    value = r"\left.\left(t-1-\log t\right)\right|_{t=1}"
    yield claim(STATES, "eq-log-touches", value, "0", {"one": "1"}, r"$\log 1=0$")


@topic("KL between Gaussians (1-D)")
def gaussians():
    first, second = (rf"\mathcal N(\mu_{i},\sigma_{i}^2)" for i in "12")
    left = rf"D_{{\mathrm{{KL}}}}\left({first}\,\|\,{second}\right)"
    spread = r"\frac{\sigma_1^2+(\mu_1-\mu_2)^2}{2\sigma_2^2}"
    ratio, result = r"\log\frac{\sigma_2}{\sigma_1}", r"%s+%s-\frac12"
    right = result % (ratio, spread)
    wrong = {
        "sign": rf"-\left({right}\right)",
        "logarithm upside down": result % (r"\log\frac{\sigma_1}{\sigma_2}", spread),
        "two lost": result % (ratio, spread.replace("{2", "{")),
        "variance of the first": result % (ratio, spread.replace(r"{2\sigma_2", r"{2\sigma_1")),
        "one half lost": rf"{ratio}+{spread}",
    }
    d = chain(LINE, "eq-kl-gauss").start(left)
    log_ratio = r"\log\frac{\mathcal N(x;\mu_1,\sigma_1^2)}{\mathcal N(x;\mu_2,\sigma_2^2)}"
    mean = rf"\mathbb{{E}}_{{x\sim{first}}}\left[{log_ratio}\right]"
    d.step(mean, "definition of the KL divergence")
    return [d.step(right, rules.moments() & rules.logarithms(), rejects=wrong).qed()]


@topic("KL between Gaussians (2-D, full covariance)")
def plane():
    left = r"D_{\mathrm{KL}}\left(\mathcal N(\mu_1,\Sigma_1)\,\|\,\mathcal N(\mu_2,\Sigma_2)\right)"
    trace, gap = r"\operatorname{tr}\left(\Sigma_2^{-1}\Sigma_1\right)", r"(\mu_1-\mu_2)"
    result = r"\frac12\left(%s+%s%s%s\log\frac{\det\Sigma_2}{\det\Sigma_1}\right)"
    square = rf"{gap}^\top\Sigma_2^{{-1}}{gap}"
    wrong = {
        "dimension": result % (trace, square, "-1", "+"),
        "sign of the logarithm": result % (trace, square, "-2", "-"),
        "inverse of the first": result
        % (r"\operatorname{tr}\left(\Sigma_1^{-1}\Sigma_2\right)", square, "-2", "+"),
        "distance in the first": result % (trace, square.replace("_2^{", "_1^{"), "-2", "+"),
    }
    right = result % (trace, square, "-2", "+")
    return [claim(PLANE, "eq-kl-plane", left, right, wrong, "moments of the normal")]


@topic("Jensen / VLB: gap identified")
def jensen():
    elbo = r"\mathbb{E}_{q(z\mid x)}\left[\log\frac{p(x,z)}{q(z\mid x)}\right]"
    gap = r"D_{\mathrm{KL}}\left(q(z\mid x)\,\|\,%s\right)"
    right = gap % r"p(z\mid x)"
    wrong = {
        "sign": f"-{right}",
        "prior": gap % "p(z)",
        "wrong way round": r"D_{\mathrm{KL}}\left(p(z\mid x)\,\|\,q(z\mid x)\right)",
    }
    bound = chain(LATENT, "eq-vlb-gap").start(rf"\log p(x)-{elbo}")
    bound.step(
        r"\mathbb{E}_{q(z\mid x)}\left[\log p(x)-\log\frac{p(x,z)}{q(z\mid x)}\right]",
        "the evidence does not depend on $z$",
    )
    bound.step(right, rules.divergence() & rules.product_rule(), rejects=wrong)
    ratio = r"\sum_{k=1}^{K}p_k\left(\frac{f_k}{m}%s\log\frac{f_k}{m}\right)"
    wrong = {
        "one lost": ratio % "-",
        "sign": ratio % "-1+",
        "m lost": r"\sum_{k=1}^{K}p_k(f_k-1-\log f_k)",
    }
    lemma = claim(
        STATES, "eq-jensen-gap", r"\log m-\sum_{k=1}^{K}p_k\log f_k", ratio % "-1-", wrong,
        "$f_k/m$ has mean one",
    )  # fmt: skip
    return [bound.qed(), lemma]
