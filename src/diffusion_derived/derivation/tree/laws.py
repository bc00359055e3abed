r"""Named laws: their density, the mean of an expression under them, and their divergence."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..decision.domain import unit
from ..decision.gaussian import expectation, gauss, log_gauss
from ..verdict import DerivationError
from .node import OutsideReach, Term, Value, not_negative, same_shape
from .open_integrals import integrate
from .worlds import World


@dataclass(frozen=True)
class Law(Term):
    """A distribution with parameters."""

    def value(self, world: World) -> Value:
        raise DerivationError("a law has no value of its own")

    def log_density(self, point: Value, world: World) -> Value:
        """The log of the density (or of the probability) at a point."""
        raise NotImplementedError

    def density(self, point: Value, world: World) -> Value:
        """The density (or the probability) at a point."""
        return sp.exp(self.log_density(point, world))

    def mean(self, value: Value, symbol: sp.Symbol, world: World) -> Value:
        """The expectation of a value in `symbol`, when `symbol` follows this law."""
        raise NotImplementedError

    def drawn(self, world: World) -> Value:
        """A fresh symbol for a value of this law, or a vector of such."""
        raise NotImplementedError

    def cross_entropy(self, other: Law, world: World) -> Value:
        r"""$-\mathbb E[\log q]$ under this law, where $q$ is the density of another of its kind."""
        if type(self) is not type(other):
            kinds = f"{type(self).__name__} and {type(other).__name__}"
            raise OutsideReach(f"{kinds} are laws of different kinds")
        x = self.drawn(world)
        return -self.mean(other.log_density(x, world), x, world)

    def divergence(self, other: Law, world: World) -> Value:
        r"""$D_{\mathrm{KL}}$ of this law from another of its kind."""
        return self.cross_entropy(other, world) - self.cross_entropy(self, world)


@dataclass(frozen=True)
class Normal(Law):
    r"""$\mathcal N(m, v)$, with density $e^{-(x-m)^2/(2v)}/\sqrt{2\pi v}$; $v$ may be a matrix."""

    mean_at: Term
    variance: Term

    def log_density(self, point: Value, world: World) -> Value:
        mean, variance = self._parameters(world)
        point, mean = same_shape(point, mean)
        if isinstance(variance, sp.MatrixBase):
            return _log_gauss_vector(point - mean, variance)
        return log_gauss(point, mean, variance)

    def density(self, point: Value, world: World) -> Value:
        mean, variance = self._parameters(world)
        if isinstance(variance, sp.MatrixBase):
            return super().density(point, world)
        return gauss(*same_shape(point, mean), variance)

    def mean(self, value: Value, symbol: Value, world: World) -> Value:
        mean, variance = self._parameters(world)
        if isinstance(variance, sp.MatrixBase):
            return vector_expectation(value, symbol, mean, variance)
        value = sp.expand(value)
        if value.is_polynomial(symbol):
            return expectation(value, [(symbol, (mean, variance))])
        return integrate(value * gauss(symbol, mean, variance), symbol, -sp.oo, sp.oo, world)

    def _parameters(self, world: World) -> tuple[Value, Value]:
        mean, variance = self.mean_at.value(world), self.variance.value(world)
        wanted = (mean.rows, mean.rows) if isinstance(mean, sp.MatrixBase) else ()
        column = not wanted or mean.cols == 1
        if not column or getattr(variance, "shape", ()) != wanted:
            raise DerivationError(f"a normal law with mean {mean} and variance {variance}")
        for entry in variance.diagonal() if wanted else (variance,):
            _positive(entry, "the variance of a normal law")
        return mean, variance

    def drawn(self, world: World) -> Value:
        mean = self.mean_at.value(world)
        if isinstance(mean, sp.MatrixBase):
            return sp.ImmutableMatrix([sp.Dummy("x", real=True) for _ in mean])
        return sp.Dummy("x", real=True)


def vector_expectation(value: Value, x: Value, mean: Value, covariance: Value) -> Value:
    r"""$\mathbb E[P(x)]$ for $x\sim\mathcal N(m, S)$, by Stein's lemma.

    One factor at a time:
    $\mathbb E[x_i Q] = m_i\,\mathbb E[Q] + \sum_j S_{ij}\,\mathbb E[\partial_j Q]$.
    """
    value = sp.expand(value)
    if not value.is_polynomial(*x):
        raise OutsideReach(f"{value} is not a polynomial in {', '.join(map(str, x))}")
    polynomial = sp.Poly(value, *x)
    if not any(polynomial.degree(symbol) for symbol in x):
        return polynomial.as_expr()
    total = sp.Integer(0)
    for powers, coefficient in polynomial.terms():
        first = next((i for i, power in enumerate(powers) if power), None)
        if first is None:
            total += coefficient
            continue
        rest = sp.Mul(*(s**p for s, p in zip(x, powers, strict=True))) / x[first]
        inner = mean[first] * rest
        inner += sp.Add(*(covariance[first, j] * rest.diff(s) for j, s in enumerate(x)))
        total += coefficient * vector_expectation(inner, x, mean, covariance)
    return total


def _log_gauss_vector(offset: Value, covariance: Value) -> Value:
    distance = (offset.T * covariance.inv() * offset)[0, 0]
    size = covariance.rows * sp.log(2 * sp.pi) + sp.log(covariance.det())
    return -(distance + size) / 2


@dataclass(frozen=True)
class Beta(Law):
    r"""$\mathrm{Beta}(a, b)$ with density $\theta^{a-1}(1-\theta)^{b-1}/\mathrm B(a, b)$."""

    a: Term
    b: Term

    def log_density(self, point: Value, world: World) -> Value:
        a, b = self._parameters(world)
        return (a - 1) * sp.log(point) + (b - 1) * sp.log(1 - point) - sp.log(_beta(a, b))

    def density(self, point: Value, world: World) -> Value:
        a, b = self._parameters(world)
        return point ** (a - 1) * (1 - point) ** (b - 1) / _beta(a, b)

    def mean(self, value: Value, symbol: sp.Symbol, world: World) -> Value:
        whole = value * self.density(symbol, world)
        return integrate(whole, symbol, sp.Integer(0), sp.Integer(1), world)

    def drawn(self, world: World) -> Value:
        return unit("a value of the law")

    def _parameters(self, world: World) -> tuple[Value, Value]:
        parameters = (self.a.value(world), self.b.value(world))
        return tuple(_positive(value, "a parameter of a Beta law") for value in parameters)


@dataclass(frozen=True)
class Binomial(Law):
    r"""$\mathrm{Bin}(n, \theta)$ with probabilities $\binom nk\theta^k(1-\theta)^{n-k}$."""

    n: Term
    theta: Term

    def log_density(self, point: Value, world: World) -> Value:
        n, theta = self.n.value(world), self.theta.value(world)
        powers = point * sp.log(theta) + (n - point) * sp.log(1 - theta)
        return sp.log(sp.binomial(n, point)) + powers

    def density(self, point: Value, world: World) -> Value:
        n, theta = self.n.value(world), self.theta.value(world)
        return sp.binomial(n, point) * theta**point * (1 - theta) ** (n - point)

    def mean(self, value: Value, symbol: sp.Symbol, world: World) -> Value:
        n = self.n.value(world)
        if not n.is_Integer:
            raise OutsideReach(f"an expectation over Bin(n, theta) with n = {n}")
        whole = value * self.density(symbol, world)
        return sp.Add(*(whole.subs(symbol, k) for k in range(int(n) + 1)))

    def drawn(self, world: World) -> Value:
        return sp.Dummy("k", integer=True, nonnegative=True)


def _beta(a: Value, b: Value) -> Value:
    return sp.gamma(a) * sp.gamma(b) / sp.gamma(a + b)


def _positive(value: Value, what: str) -> Value:
    """The value; one that is certainly not positive raises DerivationError."""
    if value.is_positive is False:
        raise DerivationError(f"{what} is {value}: expected a positive number")
    return not_negative(value, what)
