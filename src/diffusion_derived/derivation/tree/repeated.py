r"""Sums and products over an index, or over the states of a finite model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp

from ..verdict import DerivationError
from .node import OutsideReach, Term, Value, multiply, same_shape
from .worlds import TABLES, World


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

    @property
    def names(self) -> tuple[str, ...]:
        """The names that are bound."""
        return (self.index,)

    def value(self, world: World) -> Value:
        raise DerivationError("a range has no value")

    def _whole(self, end: Value) -> int:
        if not end.is_integer:
            raise DerivationError(f"{self.index} runs to {end}, which is not a whole number")
        if not end.is_Integer:
            raise OutsideReach(f"{self.index} runs to {end}: give {end} a value in sizes={{...}}")
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

    def needs(self) -> frozenset[str]:
        return frozenset({TABLES})

    @property
    def names(self) -> tuple[str, ...]:
        """The names that are bound."""
        return self.variables


@dataclass(frozen=True)
class Repeated(Term):
    """Something done over an index or over states."""

    over: Range | States
    body: Term

    def binds(self) -> frozenset[str]:
        return frozenset(self.over.names)

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
