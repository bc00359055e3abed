r"""Sums, products, derivatives, integrals and limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import sympy as sp

from .domain import time_limit
from .integrals import integral
from .terms import OutsideReach, Term, Value, multiply, same_shape, scalar
from .unknown import unknown
from .verdict import DerivationError
from .worlds import World


@dataclass(frozen=True)
class Range(Term):
    """The whole numbers that an index runs over, `start` to `stop`, without `omit` if given."""

    index: str
    start: Term
    stop: Term
    omit: tuple[Term, ...] = ()

    def values(self, world: World) -> Iterator[World]:
        """The world with the index bound to each of its values."""
        start, stop = (self._whole(end.value(world)) for end in (self.start, self.stop))
        left_out = {self._whole(term.value(world)) for term in self.omit}
        for at in range(start, stop + 1):
            if at not in left_out:
                yield world.bind({self.index: at})

    def value(self, world: World) -> Value:
        raise DerivationError("a range has no value")

    def _whole(self, end: Value) -> int:
        if not end.is_Integer:
            raise OutsideReach(
                f"{self.index} runs to {end}: declare sizes={{...}} so that the sum can be written out"
            )
        return int(end)


@dataclass(frozen=True)
class States(Term):
    """Every state of some variables of the finite model."""

    variables: tuple[str, ...]

    def values(self, world: World) -> Iterator[World]:
        """The world with the variables in each of their states."""
        return world.states(self.variables)

    def value(self, world: World) -> Value:
        raise DerivationError("a set of states has no value")

    @property
    def index(self) -> str:
        """The variables, for messages."""
        return ", ".join(self.variables)


@dataclass(frozen=True)
class Repeated(Term):
    """Something done over an index or over states."""

    over: Range | States
    body: Term

    def binds(self) -> frozenset[str]:
        over = self.over
        return frozenset(over.variables if isinstance(over, States) else {over.index})

    def needs(self) -> frozenset[str]:
        return self.over.needs() | (self.body.needs() - self.binds())

    def members(self, world: World) -> list[Value]:
        """The value of the body for each index."""
        return [self.body.value(inner) for inner in self.over.values(world)]


class Sum(Repeated):
    r"""$\sum_{k=1}^{K} a_k$ or $\sum_z p(x, z)$"""

    def value(self, world: World) -> Value:
        members = self.members(world)
        if not members:
            return sp.Integer(0)
        total = members[0]
        for member in members[1:]:
            total, member = same_shape(total, member)
            total = total + member
        return total


class Product(Repeated):
    r"""$\prod_{i=1}^{n} a_i$"""

    def value(self, world: World) -> Value:
        total: Value = sp.Integer(1)
        for member in self.members(world):
            total = multiply(total, member)
        return total

    def log_value(self, world: World) -> Value:
        return sp.Add(*(self.body.log_value(inner) for inner in self.over.values(world)))


@dataclass(frozen=True)
class Derivative(Term):
    r"""$\frac{\partial^n}{\partial x^n}$ of the body; by a vector, the gradient $\nabla_x$."""

    body: Term
    variable: Term
    order: int = 1

    def value(self, world: World) -> Value:
        body, at = self.body.value(world), self.variable.value(world)
        if isinstance(at, sp.MatrixBase):
            return self._gradient(scalar(body, "a gradient"), at)
        return body.diff(_plain(at), self.order)

    def _gradient(self, body: Value, at: Value) -> Value:
        if self.order != 1:
            raise OutsideReach("only first derivatives by a vector")
        return at.applyfunc(lambda entry: body.diff(_plain(entry)))


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
        result, lemma = integral(scalar(self.body.value(world), "an integral"), x, lower, upper)
        world.note(lemma)
        return result


@dataclass(frozen=True)
class Limit(Term):
    r"""$\lim_{v\to a}$, from above when $a$ is the edge of the domain."""

    body: Term
    variable: Term
    target: Term
    seconds: float = field(default=10.0, compare=False)

    def value(self, world: World) -> Value:
        x, body = _plain(self.variable.value(world)), self.body.value(world)
        try:
            with time_limit(self.seconds):
                found = sp.limit(body, x, self.target.value(world), "+")
        except (NotImplementedError, TimeoutError, ValueError) as error:
            raise OutsideReach(f"the limit in {x} was not found: {error}") from error
        if found.has(sp.Limit, sp.nan, sp.zoo, sp.AccumBounds):
            raise OutsideReach(f"the limit in {x} was not found")
        return found


@dataclass(frozen=True)
class At(Term):
    r"""The body at a point: $\left.f\right|_{x=a}$."""

    body: Term
    variable: Term
    point: Term

    def value(self, world: World) -> Value:
        x = _plain(self.variable.value(world))
        return self.body.value(world).subs(x, self.point.value(world))


def _plain(variable: Value) -> sp.Symbol:
    if not isinstance(variable, sp.Symbol):
        raise DerivationError(f"expected a plain symbol as the variable, got {variable}")
    return variable

