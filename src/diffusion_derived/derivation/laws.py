r"""Named laws: their density, the mean of an expression under them, and their divergence."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from .gaussian import expectation, gauss, log_gauss
from .integrals import BETA_LEMMA, GAUSS_LEMMA, gaussian, integral
from .terms import OutsideReach, Term, Value, scalar
from .verdict import DerivationError
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

    def divergence(self, other: Law, world: World) -> Value:
        r"""$D_{\mathrm{KL}}$ of this law from another of its kind."""
        raise OutsideReach(f"the divergence between {type(self).__name__} and {type(other).__name__}")


@dataclass(frozen=True)
class Normal(Law):
    r"""$\mathcal N(m, v)$ with density $\exp\left(-\frac{(x-m)^2}{2v}\right)/\sqrt{2\pi v}$; $v$ may be a matrix."""

    mean_at: Term
    variance: Term

    def log_density(self, point: Value, world: World) -> Value:
        mean, variance = self._parameters(world)
        if isinstance(variance, sp.MatrixBase):
            return self._log_density_of_vector(point - mean, variance)
        return log_gauss(point, mean, variance)

    def density(self, point: Value, world: World) -> Value:
        mean, variance = self._parameters(world)
        if isinstance(variance, sp.MatrixBase):
            return super().density(point, world)
        return gauss(point, mean, variance)

    def mean(self, value: Value, symbol: sp.Symbol, world: World) -> Value:
        mean, variance = self._parameters(world)
        scalar(variance, "the variance of an expectation")
        if isinstance(value, sp.MatrixBase):
            return value.applyfunc(lambda entry: self.mean(entry, symbol, world))
        value = sp.expand(value)
        if value.is_polynomial(symbol):
            return expectation(value, [(symbol, (mean, variance))])
        world.note(GAUSS_LEMMA)
        return gaussian(value * self.density(symbol, world), symbol)

    def divergence(self, other: Law, world: World) -> Value:
        if not isinstance(other, Normal):
            return super().divergence(other, world)
        x = sp.Dummy("x", real=True)
        ratio = self.log_density(x, world) - other.log_density(x, world)
        return self.mean(ratio, x, world)

    def _parameters(self, world: World) -> tuple[Value, Value]:
        return self.mean_at.value(world), self.variance.value(world)

    @staticmethod
    def _log_density_of_vector(offset: Value, covariance: sp.MatrixBase) -> Value:
        distance = (offset.T * covariance.inv() * offset)[0, 0]
        size = covariance.rows * sp.log(2 * sp.pi) + sp.log(covariance.det())
        return -(distance + size) / 2


@dataclass(frozen=True)
class Beta(Law):
    r"""$\mathrm{Beta}(a, b)$ with density $\theta^{a-1}(1-\theta)^{b-1}/\mathrm B(a, b)$."""

    a: Term
    b: Term

    def log_density(self, point: Value, world: World) -> Value:
        a, b = self.a.value(world), self.b.value(world)
        return (a - 1) * sp.log(point) + (b - 1) * sp.log(1 - point) - sp.log(_beta(a, b))

    def density(self, point: Value, world: World) -> Value:
        a, b = self.a.value(world), self.b.value(world)
        return point ** (a - 1) * (1 - point) ** (b - 1) / _beta(a, b)

    def mean(self, value: Value, symbol: sp.Symbol, world: World) -> Value:
        world.note(BETA_LEMMA)
        whole = value * self.density(symbol, world)
        return integral(whole, symbol, sp.Integer(0), sp.Integer(1))[0]


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


def _beta(a: Value, b: Value) -> Value:
    return sp.gamma(a) * sp.gamma(b) / sp.gamma(a + b)
