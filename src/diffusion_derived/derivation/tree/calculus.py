r"""Derivatives, integrals, limits, unknown functions; and, by name, sums and products."""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy as sp

from ..verdict import DerivationError
from .limits import limit, side
from .node import OutsideReach, Term, Value, scalar
from .open_integrals import EXCHANGE_LEMMA, integrate, tidied
from .repeated import Product, Range, Repeated, States, Sum
from .unknown import unknown
from .worlds import World


@dataclass(frozen=True)
class Derivative(Term):
    r"""$\frac{\partial^n}{\partial x^n}$ of the body; by a vector, the gradient $\nabla_x$."""

    body: Term
    variable: Term
    order: int = 1

    def value(self, world: World) -> Value:
        body, at = self.body.value(world), self.variable.value(world)
        if isinstance(at, sp.MatrixBase):
            return self._gradient(scalar(body, "a gradient"), at, world)
        return _slope(body, _plain(at), self.order, world)

    def _gradient(self, body: Value, at: Value, world: World) -> Value:
        if self.order != 1:
            raise OutsideReach("only first derivatives by a vector")
        return at.applyfunc(lambda entry: _slope(body, _plain(entry), 1, world))


@dataclass(frozen=True)
class Unknown(Term):
    """An unknown smooth function, differentiated `orders` times, at some arguments."""

    name: str
    positive: bool
    orders: tuple[int, ...]
    arguments: tuple[Term, ...]

    def value(self, world: World) -> Value:
        values = [sp.expand(scalar(a.value(world), self.name)) for a in self.arguments]
        return unknown(self.name, self.orders, self.positive)(*values)


@dataclass(frozen=True)
class Integral(Term):
    r"""$\int_a^b \dots\,dx$; which lemma it used is noted in the world."""

    body: Term
    variable: Term
    lower: Term
    upper: Term

    def value(self, world: World) -> Value:
        x = _plain(self.variable.value(world))
        lower, upper = self.lower.value(world), self.upper.value(world)
        return integrate(scalar(self.body.value(world), "an integral"), x, lower, upper, world)


@dataclass(frozen=True)
class Limit(Term):
    r"""$\lim_{v\to a}$, from above when $a$ is the edge of the domain."""

    body: Term
    variable: Term
    target: Term
    seconds: float = field(default=10.0, compare=False)

    def value(self, world: World) -> Value:
        x, body = _plain(self.variable.value(world)), self.body.value(world)
        target = self.target.value(world)
        try:
            return limit(body, x, target, self.seconds)
        except OutsideReach:
            if not world.open_integrals:
                raise
            inside = sp.Dummy("x", **x.assumptions0)
            return sp.Limit(body.subs(x, inside), inside, target, side(x, target))


@dataclass(frozen=True)
class At(Term):
    r"""The body at a point: $\left.f\right|_{x=a}$."""

    body: Term
    variable: Term
    point: Term

    def value(self, world: World) -> Value:
        x = _plain(self.variable.value(world))
        return self.body.value(world).subs(x, self.point.value(world))


def _slope(body: Value, x: sp.Symbol, order: int, world: World) -> Value:
    """The derivative; where it goes under an integral that stays open, the world takes note."""
    if any(x in one.free_symbols for one in body.atoms(sp.Integral)):
        world.note(EXCHANGE_LEMMA)
    return tidied(body.diff(x, order))


def _plain(variable: Value) -> sp.Symbol:
    if not isinstance(variable, sp.Symbol):
        raise DerivationError(f"expected a plain symbol as the variable, got {variable}")
    return variable


__all__ = [
    "At",
    "Derivative",
    "Integral",
    "Limit",
    "Product",
    "Range",
    "Repeated",
    "States",
    "Sum",
    "Unknown",
]
