r"""The linear autoencoder in closed form, gradients through noise, likelihoods of pixels."""

from __future__ import annotations

from catalogue import chain, claim, column, identity, topic

from diffusion_derived.derivation import Lowest, Notation
from diffusion_derived.derivation.reasons import rules

LINEAR = Notation(
    real="z x_1 x_2 b_1 b_2 w_1 w_2",
    positive="s",
    let={name: column(name, 2) for name in "xbw"}
    | {"I": identity(2), "C": r"ww^\top+s^2I", "c": r"w^\top w+s^2"},
)
SPACE = Notation(
    real="w_1 w_2 w_3",
    positive="s",
    let={"w": column("w", 3), "I": identity(3), "C": r"ww^\top+s^2I", "c": r"w^\top w+s^2"},
)
WIDTH = Notation(real="w", positive=r"\lambda \delta v S", natural="D")
NOISE = Notation(
    real=r"z \mu \varepsilon",
    positive=r"\sigma",
    functions={"f": "z"},
    let={"g(u)": "u^3-u"},
)
PIXELS = Notation(unit=r"\theta", positive="a b", sizes={"n": (1, 2, 3, 4)})


def _under(law: str, body: str) -> str:
    return rf"\mathbb{{E}}_{{{law}}}\left[{body}\right]"


@topic("Linear VAE = probabilistic PCA")
def linear():
    joint = r"\mathcal N(z;0,1)\,\mathcal N(x;wz+b,s^2I)"
    evidence = claim(LINEAR, "eq-ppca-evidence", rf"\int{joint}\,dz", r"\mathcal N(x;b,C)",
                     {"width for variance": r"\mathcal N(x;b,ww^\top+sI)"},
                     "integrate")  # fmt: skip
    posterior = r"\mathcal N\left(\frac{w^\top(x-b)}{%s},\frac{s^2}{c}\right)"
    q = posterior % "c"
    bound = _under(rf"z\sim{q}", rf"\log\left({joint}\right)") + rf"+\mathrm{{H}}({q})"
    tight = claim(LINEAR, "eq-linear-vae-tight", bound, r"\log\mathcal N(x;b,C)",
                  {"the noise alone": r"\log\mathcal N(x;b,s^2I)"},
                  "the true posterior")  # fmt: skip
    det = claim(SPACE, "eq-rank-one-det", r"\det C", r"s^4\,c",
                {"one power of s short": r"s^2\,c"}, "determinant lemma")  # fmt: skip
    inverse = r"\frac{1}{s^2}\left(I-\frac{ww^\top}{%s}\right)"
    inverted = claim(SPACE, "eq-rank-one-inverse", "C^{-1}", inverse % "c",
                     {"the noise forgotten": inverse % r"w^\top w"}, "multiply by $C$")  # fmt: skip
    trace = claim(SPACE, "eq-rank-one-trace", r"\operatorname{tr}\left(C^{-1}C\right)", "3",
                  {"one": "1"}, "the identity")  # fmt: skip
    return [evidence, tight, det, inverted, trace, *_widths()]


def _widths():
    at_best = r"\left(\frac D2\log\frac{2\pi S}{D}+\frac D2\right)"
    loss = r"\left(\frac D2\log(2\pi v)+\frac{S}{2v}\right)"
    best = chain(WIDTH, "eq-best-variance").start(loss)
    best.bound(at_best, "lowest at the mean squared error", gap=f"{loss}-{at_best}",
               nonneg=Lowest("v", r"\frac SD"),
               rejects={"too high": at_best.replace(r"+\frac D2", "+D")})  # fmt: skip
    fit = r"\left(-\frac12\log(%s)-\frac{\lambda}{2(%s)}\right)"
    used, unused = (fit % (c, c) for c in (r"w^2+\lambda+\delta", r"\lambda+\delta"))
    collapse = chain(WIDTH, "eq-linear-collapse").start(unused)
    collapse.bound(used, "the latent is not worth its cost", gap=f"{unused}-{used}",
                   nonneg=Lowest("w", "0"))  # fmt: skip
    slope = claim(WIDTH, "eq-collapse-slope", rf"\frac{{\partial}}{{\partial w}}{used}",
                  r"-\frac{w(w^2+\delta)}{(w^2+\lambda+\delta)^2}",
                  {"the sign": r"\frac{w(w^2+\delta)}{(w^2+\lambda+\delta)^2}"},
                  rules.differentiate())  # fmt: skip
    return [best.qed(), collapse.qed(), slope]


@topic("Gradients of means of unknown functions")
def gradients():
    law, noise = r"z\sim\mathcal N(\mu,\sigma^2)", r"\varepsilon\sim\mathcal N(0,1)"
    moved = _under(noise, r"f(\mu+\sigma\varepsilon)")
    draw = claim(NOISE, "eq-rewritten-draw", _under(law, "f(z)"), moved,
                 {"variance": moved.replace(r"\sigma", r"\sigma^2")},
                 "the draw, rewritten")  # fmt: skip
    spread = rf"\operatorname{{Var}}_{{{law}}}"
    path, score = rf"{spread}[2z]", rf"{spread}\left[z^2\,\frac{{z-\mu}}{{\sigma^2}}\right]"
    by_path = claim(NOISE, "eq-path-variance", path, r"4\sigma^2", {"a width": r"4\sigma"})
    right = r"\frac{\mu^4}{\sigma^2}+14\mu^2+15\sigma^2"
    by_score = claim(NOISE, "eq-score-variance", score, right,
                     {"no constant": right.replace("+15", "+")}, rules.moments())  # fmt: skip
    return [draw, by_path, by_score]


@topic("Pixel likelihoods sum to one")
def pixels():
    flip = r"\sum_{x=0}^{1}\theta^x(1-\theta)^{1-x}"
    counts = r"\sum_{k=0}^{n}\mathrm{Bin}(k;n,\theta)"
    level = r"\frac{\mathrm{B}(a+k,\,b+n-k)}{\mathrm{B}(a,b)}"
    spread = rf"\sum_{{k=0}}^{{n}}\binom nk{level}"
    return [
        claim(PIXELS, "eq-bernoulli-sum", flip, "1", {"two": "2"}),
        claim(PIXELS, "eq-binomial-sum", counts, "1", {"all levels alike": r"\frac{1}{n+1}"}),
        claim(PIXELS, "eq-beta-binomial-sum", spread, "1",
              {"coefficients forgotten": rf"\sum_{{k=0}}^{{n}}{level}"}),
    ]  # fmt: skip
