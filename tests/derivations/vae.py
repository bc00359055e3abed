r"""The variational autoencoder: its closed-form divergence, gradients through noise, two layers."""

from __future__ import annotations

from catalogue import chain, claim, topic

from diffusion_derived.derivation import Notation, tables
from diffusion_derived.derivation.reasons import rules

ENCODER = Notation(
    real=r"x \mu c c_0 c_1 c_2 c_3 c_4 \varepsilon",
    positive=r"\sigma",
    let={"f(u)": "c_0+c_1u+c_2u^2+c_3u^3+c_4u^4"},
)
LATENTS = Notation(
    indexed={r"\mu_j": "real", r"\sigma_j": "positive"},
    sizes={"d": (1, 2, 3)},
    let={
        r"\mu": r"\begin{pmatrix}\mu_1\\ \mu_2\end{pmatrix}",
        r"\Sigma": r"\begin{pmatrix}\sigma_1^2 & 0\\ 0 & \sigma_2^2\end{pmatrix}",
        "o": r"\begin{pmatrix}0\\ 0\end{pmatrix}",
        "I": r"\begin{pmatrix}1 & 0\\ 0 & 1\end{pmatrix}",
    },
)
LAYERS = Notation(
    worlds=tables(
        {"x": 2, "z_1": 2, "z_2": 2},
        p="p(z_2) p(z_1|z_2) p(x|z_1)",
        q="q(z_1|x) q(z_2|z_1)",
        at={"x": 0},
    )
)


def _kl(q: str, p: str) -> str:
    return rf"D_{{\mathrm{{KL}}}}\left({q}\,\|\,{p}\right)"


@topic("VAE: KL(N(m,s2)||N(0,1)), any dims")
def closed_form():
    right = r"\frac12\left(\mu^2+\sigma^2-1\right)-\log\sigma"
    wrong = {
        "sign": rf"-\left({right}\right)",
        "variance in the logarithm": right.replace(r"\log\sigma", r"\log\sigma^2"),
        "one half lost": right.replace(r"\frac12", ""),
        "plus one": right.replace("-1", "+1"),
        "variance lost": right.replace(r"+\sigma^2", ""),
    }
    normal, standard = r"\mathcal N(\mu,\sigma^2)", r"\mathcal N(0,1)"
    mean = chain(ENCODER, "eq-vae-kl").start(_kl(normal, standard))
    ratio = r"-\log\sigma-\frac{(x-\mu)^2}{2\sigma^2}+\frac{x^2}{2}"
    mean.step(rf"\mathbb{{E}}_{{x\sim{normal}}}\left[{ratio}\right]", "two log-densities")
    mean.step(right, rules.moments() & rules.logarithms(), rejects=wrong)
    density, other = r"\mathcal N(x;\mu,\sigma^2)", r"\mathcal N(x;0,1)"
    integral = rf"\int {density}\left(\log{density}-\log{other}\right)dx"
    wrong = {"other divergence": r"\frac{1+\mu^2}{2\sigma^2}-\frac12+\log\sigma"}
    direct = claim(ENCODER, "eq-vae-kl-integral", integral, right, wrong, "integrate term by term")
    return [mean.qed(), direct, *_many_latents()]


def _many_latents():
    summand = r"\mu_j^2+\sigma_j^2-1-\log\sigma_j^2"
    right = r"\frac12\sum_{j=1}^{d}\left(%s\right)"
    total = r"\sum_{j=1}^{d}" + _kl(r"\mathcal N(\mu_j,\sigma_j^2)", r"\mathcal N(0,1)")
    wrong = {"dimension": right % summand.replace("-1", "-d")}
    yield claim(LATENTS, "eq-vae-kl-sum", total, right % summand, wrong, "coordinate by coordinate")
    whole = _kl(r"\mathcal N(\mu,\Sigma)", r"\mathcal N(o,I)")
    right = r"\frac12\left(\operatorname{tr}\Sigma+\mu^\top\mu-2-\log\det\Sigma\right)"
    wrong = {"dimension": right.replace("-2", "-1"), "sign": right.replace(r"-\log", r"+\log")}
    yield claim(LATENTS, "eq-vae-kl-plane", whole, right, wrong, "two independent coordinates")


@topic("Reparametrisation gradient")
def reparametrisation():
    under = r"\mathbb{E}_{x\sim\mathcal N(\mu,\sigma^2)}"
    noise = r"\mathbb{E}_{\varepsilon\sim\mathcal N(0,1)}"
    slope = r"\left.\frac{d}{dx}f(x)\right|_{x=\mu+\sigma\varepsilon}"
    through = rf"{noise}\left[{slope}\right]"
    by_mean, by_width = (
        chain(ENCODER, f"eq-reparametrised-{name}").start(
            rf"\frac{{\partial}}{{\partial{by}}}{under}\left[f(x)\right]"
        )
        for name, by in (("mean", r"\mu"), ("width", r"\sigma"))
    )
    moved = rf"\frac{{\partial}}{{\partial%s}}{noise}\left[f(\mu+\sigma\varepsilon)\right]"
    by_mean.step(moved % r"\mu", r"$x=\mu+\sigma\varepsilon$")
    by_mean.step(through, "chain rule", rejects={"twice": f"2{through}", "sign": f"-{through}"})
    scaled = rf"{noise}\left[\varepsilon\,{slope}\right]"
    by_width.step(moved % r"\sigma", r"$x=\mu+\sigma\varepsilon$")
    wrong = {
        "noise lost": through,
        "divided": rf"\frac1\sigma {scaled}",
        "multiplied": rf"\sigma {scaled}",
    }
    by_width.step(scaled, "chain rule", rejects=wrong)
    score = rf"{under}\left[f(x)\,\frac{{x-\mu}}{{%s}}\right]"
    wrong = {"width once": score % r"\sigma", "sign": "-" + score % r"\sigma^2"}
    same = claim(ENCODER, "eq-score-gradient", through, score % r"\sigma^2", wrong, "Stein's lemma")
    wrong = {"half lost": r"c\mu+c^2\sigma^2", "c once": r"c\mu+\frac{c\,\sigma^2}{2}"}
    exponential = claim(
        ENCODER, "eq-exponential-mean", rf"\log{noise}\left[e^{{c(\mu+\sigma\varepsilon)}}\right]",
        r"c\mu+\frac{c^2\sigma^2}{2}", wrong, "complete the square",
    )  # fmt: skip
    return [by_mean.qed(), by_width.qed(), same, exponential]


@topic("Hierarchical VAE ELBO (T=2)")
def layers():
    under, first = r"\mathbb{E}_{q(z_1\mid x)\,q(z_2\mid z_1)}", r"\mathbb{E}_{q(z_1\mid x)}"
    model = r"p(x\mid z_1)\,p(z_1\mid z_2)\,p(z_2)"
    elbo = rf"{under}\left[\log\frac{{{model}}}{{q(z_1\mid x)\,q(z_2\mid z_1)}}\right]"
    recon = rf"{first}\left[\log p(x\mid z_1)\right]"
    divergence = first + r"\left[" + _kl(r"q(z_2\mid z_1)", "p(z_2)") + r"\right]"
    middle = rf"{under}\left[\log\frac{{%s}}{{q(z_1\mid x)}}\right]"
    right = middle % r"p(z_1\mid z_2)"
    wrong = {
        "sign": f"{recon}+{divergence}+{right}",
        "middle layer lost": f"{recon}-{divergence}",
        "prior of the first layer": f"{recon}-{divergence}+{middle % 'p(z_1)'}",
    }
    grouped = claim(
        LAYERS, "eq-two-layers", elbo, f"{recon}-{divergence}+{right}", wrong, "term by term"
    )
    gap = _kl(r"q(z_1,z_2\mid x)", r"p(z_1,z_2\mid x)")
    prior = _kl(r"q(z_1,z_2\mid x)", "p(z_1,z_2)")
    wrong = {"sign": f"{elbo}-{gap}", "prior": f"{elbo}+{prior}", "gap lost": elbo}
    whole = claim(LAYERS, "eq-two-layers-gap", r"\log p(x)", f"{elbo}+{gap}", wrong, "Bayes")
    return [grouped, whole]
