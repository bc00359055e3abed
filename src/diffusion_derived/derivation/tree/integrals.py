r"""Exact integrals: polynomials, Gaussians over the line, and kernels of Beta and Gamma.

Each route is a formula, not a search; `open_integrals` has what none of them covers. The Beta and
Gamma kernels rest on lemmas, whose labels the caller gets to know:

$$\int_0^c x^{a-1}(c-x)^{b-1}\,dx = c^{a+b-1}\frac{\Gamma(a)\Gamma(b)}{\Gamma(a+b)}, \qquad
\int_0^\infty x^{a-1}e^{-sx}\,dx = \frac{\Gamma(a)}{s^a}.$$
"""

from __future__ import annotations

import sympy as sp

from ..decision.decide import decide_positive
from ..decision.gaussian import expectation
from ..verdict import PROVED
from .node import OutsideReach

BETA_LEMMA, BETA_REAL_LEMMA = "eq-beta-integral", "eq-beta-real"  # a or b whole; neither
BETA_LOG_LEMMA = "eq-beta-log-mean"  # with logarithms under the integral
GAMMA_LEMMA = "eq-gamma-integral"
GAUSS_LEMMA = "eq-gauss-integral"


def expanded(body: sp.Expr) -> sp.Expr:
    """A sum of products, with logs and powers left as they are."""
    return sp.expand(body, power_base=False, log=False, power_exp=False)


def integral(body: sp.Expr, x: sp.Symbol, lower: sp.Expr, upper: sp.Expr) -> tuple[sp.Expr, str]:
    """The integral and the label of the lemma it used ("" for none); OutsideReach otherwise."""
    finite = not (lower.is_infinite or upper.is_infinite)
    if finite and body.is_polynomial(x):
        return _polynomial(body, x, lower, upper), ""
    if lower == 0 and finite:
        return _beta(body, x, upper)
    if lower == -sp.oo and upper == sp.oo:
        return gaussian(body, x), GAUSS_LEMMA
    if lower == 0 and upper == sp.oo:
        return _by_summand(body, x, _gamma_kernel), GAMMA_LEMMA
    raise OutsideReach(f"the integral of {body} in {x} from {lower} to {upper}")


def gaussian(body: sp.Expr, x: sp.Symbol) -> sp.Expr:
    r"""$\int P(x)\,e^{-Ax^2+Bx+C}\,dx$ over the line, for a sum of such terms with $A > 0$."""
    return _by_summand(body, x, _gaussian_kernel)


def _polynomial(body: sp.Expr, x: sp.Symbol, lower: sp.Expr, upper: sp.Expr) -> sp.Expr:
    terms = sp.Poly(sp.expand(body), x).terms()
    return sp.Add(*(c * (upper ** (k + 1) - lower ** (k + 1)) / (k + 1) for (k,), c in terms))


def _by_summand(body: sp.Expr, x: sp.Symbol, kernel) -> sp.Expr:
    return sp.Add(*(kernel(summand, x) for summand in sp.Add.make_args(expanded(body))))


def _gaussian_kernel(summand: sp.Expr, x: sp.Symbol) -> sp.Expr:
    total, rest, (mean, variance) = weighted(summand, x)
    if not rest.is_polynomial(x):
        raise OutsideReach(f"{summand} is not a polynomial times a Gaussian in {x}")
    return total * expectation(rest, [(x, (mean, variance))])


def weighted(summand: sp.Expr, x: sp.Symbol) -> tuple[sp.Expr, sp.Expr, tuple[sp.Expr, sp.Expr]]:
    r"""A summand $c\,h(x)\,\mathcal N(x; m, v)$ as $(c, h, (m, v))$; OutsideReach if it is none."""
    front, rest, exponent = _split(summand, x)
    if not exponent.is_polynomial(x):
        raise OutsideReach(f"{summand} is not a polynomial times a Gaussian in {x}")
    square = sp.Poly(exponent, x)
    a, b, c = (square.coeff_monomial(x**k) for k in (2, 1, 0))
    if square.degree() != 2 or not _positive(-a):
        raise OutsideReach(f"{summand} is not integrable over the line in {x}")
    mean, variance = -b / (2 * a), -1 / (2 * a)
    total = sp.exp(c - b**2 / (4 * a)) * sp.sqrt(2 * sp.pi * variance)
    return front * total, rest, (mean, variance)


def _beta(body: sp.Expr, x: sp.Symbol, top: sp.Expr) -> tuple[sp.Expr, str]:
    if not _positive(top):
        raise OutsideReach(f"the upper limit {top} is not known to be positive")
    lemmas = []

    def kernel(summand: sp.Expr, x: sp.Symbol) -> sp.Expr:
        front, a, b, logs = _beta_kernel(summand, x, top)
        whole = BETA_LEMMA if a.is_integer or b.is_integer else BETA_REAL_LEMMA
        lemmas.append(BETA_LOG_LEMMA if any(logs) else whole)
        return front * _beta_integral(a, b, top, logs)

    total = _by_summand(_logs_apart(body, x, top), x, kernel)
    order = (BETA_LOG_LEMMA, BETA_REAL_LEMMA)
    return total, next((lemma for lemma in order if lemma in lemmas), BETA_LEMMA)


def _logs_apart(body: sp.Expr, x: sp.Symbol, top: sp.Expr) -> sp.Expr:
    r"""$\log\left(x^i (c-x)^j f\right) = i\log x + j\log(c-x) + \log f$, for $0 < x < c$."""

    def apart(log: sp.log) -> sp.Expr:
        powers = log.args[0].as_powers_dict()
        split = {b: k for b, k in powers.items() if b in (x, top - x) and not k.has(x)}
        rest = sp.Mul(*(b**k for b, k in powers.items() if b not in split))
        return sp.Add(*(k * sp.log(b) for b, k in split.items())) + sp.log(rest)

    return body.replace(lambda part: isinstance(part, sp.log) and part.has(x), apart)


def _beta_integral(a: sp.Expr, b: sp.Expr, top: sp.Expr, logs: tuple[int, int]) -> sp.Expr:
    r"""Euler's integral; $\log x$ in it is a derivative in a, $\log(c-x)$ one in b."""
    p, q = sp.Dummy("p", positive=True), sp.Dummy("q", positive=True)
    whole = top ** (p + q - 1) * sp.gamma(p) * sp.gamma(q) / sp.gamma(p + q)
    return whole.diff(p, logs[0]).diff(q, logs[1]).subs({p: a, q: b})


def _beta_kernel(summand: sp.Expr, x: sp.Symbol, top: sp.Expr) -> tuple:
    """The factors free of x, the parameters a and b of the Beta kernel, and powers of two logs."""
    front, a, b, logs = sp.Integer(1), sp.Integer(1), sp.Integer(1), [0, 0]
    for factor in sp.Mul.make_args(summand):
        base, power = factor.as_base_exp()
        if not factor.has(x):
            front *= factor
        elif base in (sp.log(x), sp.log(top - x)) and power.is_Integer and power > 0:
            logs[base != sp.log(x)] += int(power)
        elif base == x and not power.has(x):
            a += power
        elif not power.has(x) and _vanishes_at(base, x, top):
            slope = -sp.Poly(base, x).LC()
            front, b = front * slope**power, b + power
        else:
            raise OutsideReach(f"{factor} is not part of a Beta kernel in {x}")
    for exponent in (a, b):
        if not _positive(exponent):
            raise OutsideReach(f"the exponent {exponent - 1} is not known to be above -1")
    return front, a, b, tuple(logs)


def _vanishes_at(base: sp.Expr, x: sp.Symbol, top: sp.Expr) -> bool:
    if not base.is_polynomial(x) or sp.degree(base, x) != 1:
        return False
    slope = sp.Poly(base, x).LC()
    return sp.expand(base.subs(x, top)) == 0 and _positive(-slope)


def _gamma_kernel(summand: sp.Expr, x: sp.Symbol) -> sp.Expr:
    front, power, exponent = _split(summand, x)
    rate = sp.expand(-exponent).coeff(x, 1)
    shape = sp.expand_log(sp.log(power), force=True).coeff(sp.log(x)) + 1
    exact = sp.simplify(power / x ** (shape - 1)) == 1 and sp.expand(exponent + rate * x) == 0
    if not exact or not _positive(rate) or not _positive(shape):
        raise OutsideReach(f"{summand} is not a Gamma kernel in {x}")
    return front * sp.gamma(shape) / rate**shape


def _split(summand: sp.Expr, x: sp.Symbol) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """A summand as (factors free of x, other factors, exponent of its exponentials)."""
    front, rest, exponent = sp.Integer(1), sp.Integer(1), sp.Integer(0)
    for factor in sp.Mul.make_args(summand):
        base, power = factor.as_base_exp()
        if not factor.has(x):
            front *= factor
        elif base is sp.E:
            exponent += power
        elif isinstance(base, sp.exp):
            exponent += base.args[0] * power
        else:
            rest *= factor
    return front, rest, sp.expand(exponent)


def _positive(value: sp.Expr) -> bool:
    return bool(value.is_positive) or decide_positive(value).status == PROVED
