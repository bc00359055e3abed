r"""Probabilities and expectations: over the tables of a finite model, and under named laws."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..verdict import DerivationError
from .finite import Slots
from .laws import Law
from .node import Term, Value
from .worlds import TABLES, World


@dataclass(frozen=True)
class Slot:
    """A place in $p(\\dots)$: a variable in its current state, or a named event."""

    variable: str
    name: str
    event: tuple[int, ...] | None = None

    def states(self, world: World) -> tuple[int, ...]:
        """The states that this place stands for."""
        return (world[self.name],) if self.event is None else self.event


@dataclass(frozen=True)
class Probability(Term):
    r"""$p(z\mid x)$, $P(M \mid C)$: summed from the tables."""

    name: str
    of: tuple[Slot, ...]
    given: tuple[Slot, ...]
    is_density = True

    def value(self, world: World) -> Value:
        of, given = (self._slots_in(world, part) for part in (self.of, self.given))
        return world.model().probability(self.name, of, given)

    def needs(self) -> frozenset[str]:
        free = {slot.name for slot in (*self.of, *self.given) if slot.event is None}
        return frozenset({*free, TABLES})

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that it is a distribution over."""
        return tuple(slot.name for slot in self.of if slot.event is None)

    @staticmethod
    def _slots_in(world: World, slots: tuple[Slot, ...]) -> Slots:
        return tuple((slot.variable, slot.states(world)) for slot in slots)


@dataclass(frozen=True)
class TableExpectation(Term):
    r"""$\mathbb E_{q(z\mid x)}[\dots] = \sum_z q(z\mid x)\,\dots$"""

    weights: tuple[Probability, ...]
    body: Term

    def binds(self) -> frozenset[str]:
        return frozenset(v for weight in self.weights for v in weight.variables)

    def value(self, world: World) -> Value:
        names = [v for weight in self.weights for v in weight.variables]
        return sp.Add(
            *(
                sp.Mul(*(weight.value(inner) for weight in self.weights), self.body.value(inner))
                for inner in world.states(names)
            )
        )


@dataclass(frozen=True)
class Draw(Term):
    r"""$x \sim \mathcal N(\mu, \sigma^2)$ in the subscript of an expectation."""

    variable: Term
    law: Law

    def value(self, world: World) -> Value:
        raise DerivationError("a draw has no value of its own")

    def symbol(self, world: World) -> Value:
        """The symbol that is drawn, or the vector of symbols."""
        drawn = self.variable.value(world)
        if not isinstance(drawn, (sp.Symbol, sp.MatrixBase)):
            raise DerivationError(f"a draw of {drawn}, which is not a plain variable")
        return drawn

    def mean(self, value: Value, world: World) -> Value:
        """The expectation of a value over this draw."""
        if isinstance(value, sp.MatrixBase):
            return value.applyfunc(lambda entry: self.mean(entry, world))
        return self.law.mean(value, self.symbol(world), world)


def mean_over(draws: tuple[Draw, ...], value: Value, world: World) -> Value:
    """The expectation of a value over several draws, the last one first."""
    for draw in reversed(draws):
        value = draw.mean(value, world)
    return value


@dataclass(frozen=True)
class Expectation(Term):
    r"""$\mathbb E_{x\sim\mathcal N(\mu,\sigma^2)}[\dots]$; a draw may depend on earlier ones."""

    draws: tuple[Draw, ...]
    body: Term

    def value(self, world: World) -> Value:
        return mean_over(self.draws, self.body.value(world), world)


@dataclass(frozen=True)
class Density(Term):
    r"""$\mathcal N(x; \mu, \sigma^2)$, $\mathrm{Beta}(\theta; a, b)$: a density at a point."""

    point: Term
    law: Law
    is_density = True

    def value(self, world: World) -> Value:
        return self.law.density(self.point.value(world), world)

    def log_value(self, world: World) -> Value:
        return self.law.log_density(self.point.value(world), world)


@dataclass(frozen=True)
class Divergence(Term):
    r"""$D_{\mathrm{KL}}(\mathcal N(\mu_1,\sigma_1^2)\,\|\,\mathcal N(\mu_2,\sigma_2^2))$"""

    left: Law
    right: Law

    def value(self, world: World) -> Value:
        return self.left.divergence(self.right, world)
