r"""Arithmetic: the four operations, powers, roots, logarithms and known functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from .node import Term, Value, multiply, nonzero, not_negative, power, same_shape, scalar
from .worlds import World


@dataclass(frozen=True)
class Binary(Term):
    """An operation on two terms."""

    left: Term
    right: Term

    def both(self, world: World) -> tuple[Value, Value]:
        """The values of the two sides."""
        return self.left.value(world), self.right.value(world)


class Add(Binary):
    """$a + b$"""

    def value(self, world: World) -> Value:
        left, right = same_shape(*self.both(world))
        return left + right


class Sub(Binary):
    """$a - b$"""

    def value(self, world: World) -> Value:
        left, right = same_shape(*self.both(world))
        return left - right


class Mul(Binary):
    r"""$a\,b$, also of matrices; a product that is 1 by 1 is a number."""

    def value(self, world: World) -> Value:
        return multiply(*self.both(world))

    def log_value(self, world: World) -> Value:
        if self.is_density:
            return self.left.log_value(world) + self.right.log_value(world)
        return super().log_value(world)

    @property
    def is_density(self) -> bool:
        return self.left.is_density and self.right.is_density


class Div(Binary):
    r"""$\frac ab$"""

    def value(self, world: World) -> Value:
        left, right = self.both(world)
        return left / nonzero(scalar(right, "a denominator"), "a denominator")

    def log_value(self, world: World) -> Value:
        if self.is_density:
            return self.left.log_value(world) - self.right.log_value(world)
        return super().log_value(world)

    @property
    def is_density(self) -> bool:
        return self.left.is_density and self.right.is_density


class Pow(Binary):
    """$a^b$; a matrix may be raised to a whole number."""

    def value(self, world: World) -> Value:
        return power(*self.both(world))

    def log_value(self, world: World) -> Value:
        if self.is_density:
            exponent = scalar(self.right.value(world), "an exponent")
            return exponent * self.left.log_value(world)
        return super().log_value(world)

    @property
    def is_density(self) -> bool:
        return self.left.is_density


@dataclass(frozen=True)
class Unary(Term):
    """An operation on one term."""

    inner: Term


class Neg(Unary):
    """$-a$"""

    def value(self, world: World) -> Value:
        return -self.inner.value(world)


class Sqrt(Unary):
    r"""$\sqrt a$"""

    def value(self, world: World) -> Value:
        inner = scalar(self.inner.value(world), "a square root")
        return sp.sqrt(not_negative(inner, "the argument of a square root"))

    def log_value(self, world: World) -> Value:
        return self.inner.log_value(world) / 2

    @property
    def is_density(self) -> bool:
        return self.inner.is_density


class Log(Unary):
    r"""$\log a$, the natural logarithm."""

    def value(self, world: World) -> Value:
        return self.inner.log_value(world)


class Exp(Unary):
    r"""$\exp a$"""

    def value(self, world: World) -> Value:
        return sp.exp(scalar(self.inner.value(world), "an exponent"))

    def log_value(self, world: World) -> Value:
        return self.inner.value(world)

    @property
    def is_density(self) -> bool:
        return True


@dataclass(frozen=True)
class Call(Term):
    r"""A known function of its arguments: $\Gamma$, $\mathrm B$, $\binom nk$, $n!$, $|a|$, ..."""

    name: str
    function: Any
    arguments: tuple[Term, ...]
    hidden = ("function",)

    def value(self, world: World) -> Value:
        values = [scalar(argument.value(world), self.name) for argument in self.arguments]
        return self.function(*values)
