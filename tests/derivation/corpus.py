"""True statements that use every rule of the grammar, each in a notation of its own."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from diffusion_derived.derivation.language.notation import Notation
from diffusion_derived.derivation.tree.worlds import tables

SCHEDULE = Notation(
    real=r"x_{t-1} x_t x_0 \varepsilon",
    unit=r"\alpha_t \bar\alpha_{t-1}",
    let={r"\beta_t": r"1-\alpha_t", r"\bar\alpha_t": r"\alpha_t\,\bar\alpha_{t-1}"},
)
GAUSS = Notation(
    real=r"x y m \mu_1 \mu_2 \varepsilon",
    positive=r"\sigma_1 \sigma_2 \sigma v w",
    unit=r"\alpha",
    functions={"f": "x", "g": "t"},
    positive_functions={"p": "x t"},
    let={r"s(u)": r"\frac{1}{1+e^{-u}}"},
)
BETA = Notation(
    unit=r"\theta \theta_1 \theta_2",
    positive="a b c",
    natural="n",
    whole="k",
    random={r"\theta": r"\mathrm{Beta}(a,b)"},
)
LATENT = Notation(
    worlds=tables({"x": 2, "z": (2, 3)}, p="p(z) p(x|z)", q="q(z|x)", at={"x": 0}),
    functions={"f": "z"},
)
CHAIN = Notation(
    worlds=tables(
        {"x": 2, "z_1": 2, "z_2": 2},
        p="p(z_2) p(z_1|z_2) p(x|z_1)",
        q="q(z_1|x) q(z_2|z_1)",
        at={"x": 0},
    )
)
EVENTS = Notation(
    worlds=tables({"s": 2, "c": 2}, P="P(s) P(c|s)"),
    events={"M": ("s", 0), "W": ("s", 1), "C": ("c", 0)},
)
KERNEL = Notation(
    worlds=tables({"x": 2}, p="p(x)"),
    positive_functions={"g": "x' x"},
    let={
        r"q(x'\mid x)": r"\frac{g(x'\mid x)}{\sum_{x''}g(x''\mid x)}",
        r"a(x'\mid x)": r"\min\left(1,\frac{p(x')\,q(x\mid x')}{p(x)\,q(x'\mid x)}\right)",
    },
)
COLOUR = Notation(
    worlds=tables({"s": 2, "c": 2}, P="P(s) P(c|s)"),
    events={"M": ("s", 0), "W": ("s", 1), "C": ("c", 0)},
    given={"P(M)": "0.4", r"P(C\mid M)": "0.07", r"P(C\mid W)": "0.01"},
)
SUMS = Notation(
    indexed={r"\pi_k": "positive", "z_k": "real", "x_i": "real", "w_{ij}": "positive"},
    real=r"\mu",
    unit=r"\theta",
    positive="v",
    sizes={"K": (2, 3), "n": (2, 3)},
    indices={"k": "K", "j": "K"},
    let={
        "r_k": r"\frac{e^{z_k}}{\sum_{j=1}^{K} e^{z_j}}",
        r"\bar x": r"\frac1n\sum_{i=1}^{n} x_i",
    },
)
PLANE = Notation(
    matrices={
        "x": sp.Matrix(sp.symbols("x1 x2", real=True)),
        r"\mu": sp.Matrix(sp.symbols("m1 m2", real=True)),
        r"\Sigma": sp.Matrix([[2, 1], [1, 3]]),
        "S": sp.Matrix([[1, 0], [0, 4]]),
        "I": sp.eye(2),
    },
    real="a b",
    positive="c d",
)

MU = (
    r"\frac{\sqrt{\bar\alpha_{t-1}}\,\beta_t}{1-\bar\alpha_t}x_0"
    r"+\frac{\sqrt{\alpha_t}\,(1-\bar\alpha_{t-1})}{1-\bar\alpha_t}x_t"
)
ELBO = r"\mathbb{E}_{q(z\mid x)}\left[\log\frac{p(x,z)}{q(z\mid x)}\right]"
KL_GAUSS = r"D_{\mathrm{KL}}(\mathcal N(\mu_1,\sigma_1^2)\,\|\,\mathcal N(\mu_2,\sigma_2^2))"


@dataclass(frozen=True)
class Case:
    """A true equation."""

    notation: Notation
    left: str
    right: str
    points: int = 1  # that the oracle needs to see every slip; more where cases are distinguished


CASES = {
    "normaliser of the posterior step": Case(
        SCHEDULE,
        r"\log\frac{\mathcal N(x_t;\sqrt{\alpha_t}\,x_{t-1},\beta_t)\,"
        r"\mathcal N(x_{t-1};\sqrt{\bar\alpha_{t-1}}\,x_0,1-\bar\alpha_{t-1})}"
        r"{\mathcal N(x_t;\sqrt{\bar\alpha_t}\,x_0,1-\bar\alpha_t)}",
        rf"\log\mathcal N\left(x_{{t-1}};\;{MU},\;"
        r"\frac{1-\bar\alpha_{t-1}}{1-\bar\alpha_t}\,\beta_t\right)",
    ),
    "variance of two steps": Case(
        SCHEDULE, r"\alpha_t(1-\bar\alpha_{t-1})+\beta_t", r"1-\bar\alpha_t"
    ),
    "divergence of two normals": Case(
        GAUSS,
        KL_GAUSS,
        r"\log\frac{\sigma_2}{\sigma_1}+\frac{\sigma_1^2+(\mu_1-\mu_2)^2}{2\sigma_2^2}-\frac12",
    ),
    "fourth moment": Case(GAUSS, r"\mathbb{E}_{x\sim\mathcal N(m,v)}[x^4]", r"m^4+6m^2v+3v^2"),
    "moment generating function": Case(
        GAUSS, r"\mathbb{E}_{x\sim\mathcal N(m,v)}[e^{wx}]", r"\exp\left(mw+\frac{vw^2}{2}\right)"
    ),
    "two draws": Case(
        GAUSS,
        r"\operatorname{Var}_{x\sim\mathcal N(0,1),\,\varepsilon\sim\mathcal N(0,1)}"
        r"[\sqrt{\alpha}\,x+\sqrt{1-\alpha}\,\varepsilon]",
        r"\alpha+(1-\alpha)",
    ),
    "convolution": Case(
        GAUSS,
        r"\int \mathcal N(y;0,v)\,\mathcal N(x;y,w)\,dy",
        r"\mathcal N(x;0,v+w)",
    ),
    "score": Case(GAUSS, r"\frac{\partial}{\partial x}\log\mathcal N(x;m,v)", r"-\frac{x-m}{v}"),
    "log-derivative": Case(
        GAUSS, r"p(x,v)\,\partial_x\log p(x,v)", r"\frac{\partial p(x,v)}{\partial x}"
    ),
    "chain rule": Case(GAUSS, r"\frac{d}{dx} f(vx^2)", r"2vx\,f'(vx^2)"),
    "second derivative of a product": Case(
        GAUSS,
        r"\frac{d^2}{dx^2}(x f(x))",
        r"2f'(x)+x f''(x)",
    ),
    "logistic": Case(GAUSS, r"\frac{d}{dx} s(x)", r"s(x)(1-s(x))"),
    "a limit": Case(GAUSS, r"\lim_{v\to 0}\frac{\sqrt{w+v}-\sqrt{w}}{v}", r"\frac{1}{2\sqrt{w}}"),
    "at a point": Case(GAUSS, r"\left.\frac{d}{dx}(x^3-2x)\right|_{x=2}", "10"),
    "evidence of the coin": Case(
        BETA, r"\int_0^1\binom{10}{7}\theta^7(1-\theta)^3\,d\theta", r"1/11"
    ),
    "Euler's integral": Case(
        BETA,
        r"\int_0^1\theta^{a-1}(1-\theta)^{b-1}\,d\theta",
        r"\frac{\Gamma(a)\,\Gamma(b)}{\Gamma(a+b)}",
    ),
    "posterior of the coin": Case(
        BETA,
        r"\frac{\binom{10}{7}\theta^7(1-\theta)^3\,\mathrm{Beta}(\theta;a,b)}"
        r"{\binom{10}{7}\,\mathrm{B}(a+7,b+3)/\mathrm{B}(a,b)}",
        r"\mathrm{Beta}(\theta;a+7,b+3)",
    ),
    "mean of a Beta": Case(BETA, r"\mathbb{E}[\theta]", r"\frac{a}{a+b}"),
    "variance of a Beta": Case(BETA, r"\operatorname{Var}[\theta]", r"\frac{ab}{(a+b)^2(a+b+1)}"),
    "digamma": Case(BETA, r"\psi(a+2)", r"\psi(a)+\frac1a+\frac{1}{a+1}"),
    "mean of a logarithm": Case(BETA, r"\mathbb{E}[\log\theta]", r"\psi(a)-\psi(a+b)"),
    "binomial mean": Case(BETA, r"\sum_{j=0}^{4} j\,\mathrm{Bin}(j;4,\theta)", r"4\theta"),
    "triangle": Case(
        BETA,
        r"\int_0^1\int_0^{1-\theta_1}\theta_1^{a-1}\theta_2^{b-1}(1-\theta_1-\theta_2)^{c-1}"
        r"\,d\theta_2\,d\theta_1",
        r"\frac{\Gamma(a)\Gamma(b)\Gamma(c)}{\Gamma(a+b+c)}",
    ),
    "factorials": Case(BETA, r"\binom{n+k}{k}\,n!\,k!", r"(n+k)!"),
    "log-evidence": Case(
        LATENT, r"\log p(x)", rf"{ELBO}+D_{{\mathrm{{KL}}}}(q(z\mid x)\,\|\,p(z\mid x))"
    ),
    "total probability": Case(LATENT, r"\sum_{z} p(x\mid z)\,p(z)", r"p(x)"),
    "importance weights": Case(
        LATENT,
        r"\mathbb{E}_{q(z\mid x)}\left[\frac{p(z)}{q(z\mid x)}f(z)\right]",
        r"\mathbb{E}_{p(z)}[f(z)]",
    ),
    "hierarchy": Case(
        CHAIN,
        r"\mathbb{E}_{q(z_1\mid x)\,q(z_2\mid z_1)}\left[\log\frac{p(z_1\mid z_2)p(z_2)}"
        r"{q(z_2\mid z_1)}\right]",
        r"\mathbb{E}_{q(z_1\mid x)}\left[\log p(z_1)"
        r"-D_{\mathrm{KL}}(q(z_2\mid z_1)\,\|\,p(z_2\mid z_1))\right]",
    ),
    "variance of a mean": Case(
        LATENT,
        r"\operatorname{Var}_{p(z)\,p(z')}\left[\frac{f(z)+f(z')}{2}\right]",
        r"\frac12\operatorname{Var}_{p(z)}[f(z)]",
    ),
    "covariance": Case(
        LATENT,
        r"\operatorname{Cov}_{p(z)}[f(z),\,2-3f(z)]",
        r"-3\,\mathbb{E}_{p(z)}[f(z)^2]+3\,\mathbb{E}_{p(z)}[f(z)]^2",
    ),
    "cross-entropy": Case(
        LATENT,
        r"\mathrm{H}\left(q(z\mid x),\,p(z)\right)",
        r"\mathrm{H}\left(q(z\mid x)\right)+D_{\mathrm{KL}}(q(z\mid x)\,\|\,p(z))",
    ),
    "mutual information": Case(
        LATENT,
        r"\mathrm{I}_p(x;z)",
        r"\mathrm{H}\left(p(z)\right)+\mathrm{H}\left(p(x)\right)-\mathrm{H}(p)",
    ),
    "Bayes' rule": Case(
        EVENTS,
        r"P(M\mid C)",
        r"\frac{P(C\mid M)\,P(M)}{P(C\mid M)\,P(M)+P(C\mid \bar M)\,P(\bar M)}",
    ),
    "colour blindness": Case(COLOUR, r"P(M\mid C)", r"\frac{14}{17}"),
    "gradient of log-sum-exp": Case(
        SUMS, r"\frac{\partial}{\partial z_k}\log\sum_{j=1}^{K}e^{z_j}", r"r_k"
    ),
    "others": Case(SUMS, r"\sum_{j\ne k} r_j", r"1-r_k"),
    "likelihood of tosses": Case(
        SUMS,
        r"\log\prod_{i=1}^{n}\theta^{x_i}(1-\theta)^{1-x_i}",
        r"\sum_{i=1}^{n}\left(x_i\log\theta+(1-x_i)\log(1-\theta)\right)",
    ),
    "sum of squares": Case(
        SUMS,
        r"\sum_{i=1}^{n}(x_i-\mu)^2",
        r"\sum_{i=1}^{n}(x_i-\bar x)^2+n(\bar x-\mu)^2",
    ),
    "double sum": Case(
        SUMS,
        r"\sum_{k=1}^{K}\sum_{i=1}^{2}w_{ki}z_k",
        r"\sum_{k=1}^{K}z_k(w_{k1}+w_{k,2})",
    ),
    "score in the plane": Case(
        PLANE, r"\nabla_x\log\mathcal N(x;\mu,\Sigma)", r"-\Sigma^{-1}(x-\mu)"
    ),
    "second moment in the plane": Case(
        PLANE,
        r"\mathbb{E}_{x\sim\mathcal N(\mu,\Sigma)}[\lVert x\rVert^2]",
        r"\lVert\mu\rVert^2+\operatorname{tr}\Sigma",
    ),
    "divergence in the plane": Case(
        PLANE,
        r"D_{\mathrm{KL}}(\mathcal N(\mu,\Sigma)\,\|\,\mathcal N(0\mu,S))",
        r"\frac12\left(\operatorname{tr}(S^{-1}\Sigma)+\mu^\top S^{-1}\mu-2"
        r"+\log\frac{\det S}{\det\Sigma}\right)",
    ),
    "determinant": Case(PLANE, r"\det\begin{pmatrix}a & b\\ c & d\end{pmatrix}", r"ad-bc"),
    "minimum and maximum": Case(GAUSS, r"v\min(x,y)+v\max(x,y)", r"\max(vx,vy)-\max(-vx,-vy)", 8),
    "acceptance": Case(
        KERNEL,
        r"p(x)\,q(x'\mid x)\,a(x'\mid x)",
        r"\min\left(p(x')\,q(x\mid x'),\,p(x)\,q(x'\mid x)\right)",
        points=8,
    ),
    "absolute value": Case(PLANE, r"|a b|", r"|a|\,|b|"),
}
