r"""Variational inference on finite models: evidence bound, mean field, EM, the mixture's M-step."""

from __future__ import annotations

from catalogue import chain, claim, topic

from diffusion_derived.derivation import Notation, tables
from diffusion_derived.derivation.reasons import rules

LATENT = Notation(worlds=tables({"x": 2, "z": (2, 3)}, p="p(z) p(x|z)", q="q(z|x)", at={"x": 0}))
RATIO = r"\mathbb{E}_{q(z\mid x)}\left[\log\frac{p(x,z)}{%s}\right]"
ELBO, TRUE = RATIO % r"q(z\mid x)", RATIO % r"p(z\mid x)"
FACTORS = Notation(
    worlds=tables({"x": 2, "z_1": 2, "z_2": (2, 3)}, p="p(x,z_1,z_2)", q="q(z_1) q(z_2)",
                  at={"x": 0}),
    positive="Z",
    let={
        "f(z_1)": r"\mathbb{E}_{q(z_2)}\left[\log p(x,z_1,z_2)\right]",
        r"\mathrm{H}_2": r"-\mathbb{E}_{q(z_2)}\left[\log q(z_2)\right]",
    },
)  # fmt: skip
PRECISION = Notation(
    real=r"x_1 x_2 \mu_1 \mu_2 m_2 \Lambda_{12}",
    positive=r"\Lambda_{11} \Lambda_{22} v_2",
    let={
        r"\ell": r"-\frac12\left(\Lambda_{11}(x_1-\mu_1)^2+2\Lambda_{12}(x_1-\mu_1)(x_2-\mu_2)"
        r"+\Lambda_{22}(x_2-\mu_2)^2\right)",
        "f": r"\mathbb{E}_{x_2\sim\mathcal N(m_2,v_2)}\left[\ell\right]",
    },
)
PARAMETERS = Notation(
    worlds=tables({"x": 2, "z": (2, 3)}, at={"x": 0}, p="p(z) p(x|z)", **{"p'": "p'(z) p'(x|z)"}),
    let={
        "Q": r"\mathbb{E}_{p(z\mid x)}\left[\log p(x,z)\right]",
        "Q'": r"\mathbb{E}_{p(z\mid x)}\left[\log p'(x,z)\right]",
        r"\mathrm{H}": r"-\mathbb{E}_{p(z\mid x)}\left[\log p(z\mid x)\right]",
    },
)
MIXTURE = Notation(
    indexed={"x_i": "real", "r_i": "unit"},
    sizes={"N": (2, 3)},
    real=r"\mu",
    positive="v",
    unit=r"\pi_1",
    let={
        "R": r"\sum_{i=1}^{N}r_i",
        r"\hat\mu": r"\frac1R\sum_{i=1}^{N}r_i\,x_i",
        r"\hat v": r"\frac1R\sum_{i=1}^{N}r_i(x_i-\hat\mu)^2",
        "Q": r"\sum_{i=1}^{N}\left(r_i\log\left(\pi_1\,\mathcal N(x_i;\mu,v)\right)"
        r"+(1-r_i)\log(1-\pi_1)\right)",
    },
)


def _kl(q: str, p: str) -> str:
    return rf"D_{{\mathrm{{KL}}}}\left({q}\,\|\,{p}\right)"


@topic("Mean-field VI: optimal factor")
def mean_field():
    elbo = r"\mathbb{E}_{q(z_1)\,q(z_2)}\left[\log\frac{p(x,z_1,z_2)}{q(z_1)\,q(z_2)}\right]"
    optimum = r"\mathbb{E}_{q(z_1)}\left[\log q(z_1)-\log\frac{e^{f(z_1)}}{Z}\right]"
    wrong = {
        "sign of the normaliser": rf"-{optimum}-\log Z+\mathrm{{H}}_2",
        "sign of the entropy": rf"-{optimum}+\log Z-\mathrm{{H}}_2",
        "normaliser lost": rf"-{optimum}+\mathrm{{H}}_2",
        "sign of the divergence": rf"{optimum}+\log Z+\mathrm{{H}}_2",
    }
    factor = chain(FACTORS, "eq-mean-field").start(elbo)
    factor.step(
        r"\mathbb{E}_{q(z_1)}\left[f(z_1)-\log q(z_1)\right]+\mathrm{H}_2",
        "$z_2$ averaged first",
        rejects={"entropy lost": r"\mathbb{E}_{q(z_1)}\left[f(z_1)-\log q(z_1)\right]"},
    )
    factor.step(rf"-{optimum}+\log Z+\mathrm{{H}}_2", "for every $Z>0$", rejects=wrong)
    return [factor.qed(), *_gaussian_factor()]


def _gaussian_factor():
    wrong = {"half": r"\frac{1}{2\Lambda_{11}}", "precision": r"\Lambda_{11}"}
    variance = r"\left(-\frac{\partial^2}{\partial x_1^2}f\right)^{-1}"
    yield claim(PRECISION, "eq-mean-field-variance", variance, r"\frac{1}{\Lambda_{11}}", wrong,
                "complete the square")  # fmt: skip
    slope = r"\Lambda_{11}\left(\mu_1%s\frac{\Lambda_{12}}{\Lambda_{%s}}(m_2-\mu_2)-x_1\right)"
    wrong = {"sign": slope % ("+", "11"), "other precision": slope % ("-", "22")}
    yield claim(PRECISION, "eq-mean-field-mean", r"\frac{\partial}{\partial x_1}f",
                slope % ("-", "11"), wrong, "the slope vanishes at the mean")  # fmt: skip


@topic("EM: F = Q + H, monotone identity")
def em():
    wrong = {"sign": r"Q-\mathrm{H}", "entropy lost": "Q", "other parameters": r"Q'+\mathrm{H}"}
    free = chain(PARAMETERS, "eq-em-free-energy").start(r"\log p(x)")
    free.step(
        r"\mathbb{E}_{p(z\mid x)}\left[\log p(x,z)-\log p(z\mid x)\right]", "the same for every $z$"
    )
    free.step(
        r"Q+\mathrm{H}",
        rules.linearity() & rules.definition("Q") & rules.definition(r"\mathrm{H}"),
        rejects=wrong,
    )
    now, new = r"p(z\mid x)", r"p'(z\mid x)"
    wrong = {
        "sign": f"Q'-Q-{_kl(now, new)}",
        "wrong way round": f"Q'-Q+{_kl(new, now)}",
        "divergence lost": "Q'-Q",
    }
    gain = claim(
        PARAMETERS, "eq-em-gain", r"\log p'(x)-\log p(x)", f"Q'-Q+{_kl(now, new)}", wrong,
        "the product rule under the old posterior",
    )  # fmt: skip
    return [free.qed(), gain]


@topic("GMM M-step (mu, var, pi)")
def mixture():
    at = r"\left.\frac{\partial}{\partial\mu}Q\right|_{\mu=%s}"
    plain = {"plain mean": r"\frac1N\sum_{i=1}^{N}x_i", "N for R": r"\frac1N\sum_{i=1}^{N}r_i\,x_i"}
    stationary = {name: at % tex for name, tex in plain.items()}
    slope = r"\frac{R}{v}\left(%s-\mu\right)"
    mean = chain(MIXTURE, "eq-m-step-mean").start(r"\frac{\partial}{\partial\mu}Q")
    mean.step(r"\sum_{i=1}^{N}\frac{r_i}{v}(x_i-\mu)", "differentiate")
    mean.step(
        slope % r"\hat\mu", rules.definition(r"\hat\mu") & rules.definition("R"),
        rejects={name: slope % tex for name, tex in plain.items()},
    )  # fmt: skip
    at_mean = r"\left.\frac{\partial}{\partial v}Q\right|_{\mu=\hat\mu}"
    slope = r"\frac{R}{2v^2}\left(%s-v\right)"
    wrong = {
        "N for R": slope % r"\frac{R}{N}\hat v",
        "R - 1": slope % r"\frac{R}{R-1}\hat v",
        "deviation": slope % r"\sqrt{\hat v}",
    }
    variance = claim(
        MIXTURE, "eq-m-step-variance", at_mean, slope % r"\hat v", wrong, "differentiate"
    )
    slope = r"\frac{N}{\pi_1(1-\pi_1)}\left(%s-\pi_1\right)"
    wrong = {"a half": slope % r"\frac12", "N - 1": slope % r"\frac{R}{N-1}"}
    weight = claim(
        MIXTURE, "eq-m-step-weight", r"\frac{\partial}{\partial\pi_1}Q", slope % r"\frac{R}{N}",
        wrong, "differentiate",
    )  # fmt: skip
    zero = claim(MIXTURE, "eq-m-step-stationary", at % r"\hat\mu", "0", stationary, "the optimum")
    return [mean.qed(), variance, weight, zero]


@topic("ELBO identity log p = ELBO + KL (perspective 1)")
def evidence():
    posterior, prior = (_kl(r"q(z\mid x)", p) for p in (r"p(z\mid x)", "p(z)"))
    wrong = {
        "sign": f"{ELBO}-{posterior}",
        "prior for posterior": f"{ELBO}+{prior}",
        "prior below": f"{RATIO % 'p(z)'}+{posterior}",
        "divergence lost": ELBO,
    }
    d = chain(LATENT, "eq-elbo").start(r"\log p(x)")
    d.step(r"\mathbb{E}_{q(z\mid x)}\left[\log p(x)\right]", "$q$ sums to one")
    d.step(TRUE, rules.product_rule(), rejects={"prior below": RATIO % "p(z)"})
    d.step(f"{ELBO}+{posterior}", rules.divergence() & rules.linearity(), rejects=wrong)
    return [d.qed()]


@topic("VAE ELBO = recon - KL(q||prior) (perspective 2); = E log joint + H")
def two_terms():
    recon, joint = (rf"\mathbb{{E}}_{{q(z\mid x)}}\left[\log {p}\right]" for p in (
        r"p(x\mid z)", "p(x,z)"))  # fmt: skip
    posterior, prior = (_kl(r"q(z\mid x)", p) for p in (r"p(z\mid x)", "p(z)"))
    backward = _kl("p(z)", r"q(z\mid x)")
    wrong = {
        "sign": f"{recon}+{prior}",
        "posterior for prior": f"{recon}-{posterior}",
        "joint for likelihood": f"{joint}-{prior}",
        "wrong way round": f"{recon}-{backward}",
    }
    terms = chain(LATENT, "eq-elbo-terms").start(ELBO)
    terms.step(
        r"\mathbb{E}_{q(z\mid x)}\left[\log p(x\mid z)+\log\frac{p(z)}{q(z\mid x)}\right]",
        rules.product_rule() & rules.logarithms(),
    )
    terms.step(f"{recon}-{prior}", rules.divergence() & rules.linearity(), rejects=wrong)
    entropy = r"\mathbb{E}_{q(z\mid x)}\left[\log q(z\mid x)\right]"
    energy = chain(LATENT, "eq-elbo-energy").start(ELBO)
    energy.step(
        f"{joint}-{entropy}", rules.logarithms() & rules.linearity(),
        rejects={"sign": f"{joint}+{entropy}", "likelihood": f"{recon}-{entropy}"},
    )  # fmt: skip
    return [terms.qed(), energy.qed()]
