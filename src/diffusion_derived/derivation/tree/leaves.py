r"""The leaves of the tree: numbers, symbols, indices and defined names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from ..verdict import DerivationError
from .node import Term, Value
from .worlds import World


@dataclass(frozen=True)
class Number(Term):
    """An exact number: an integer, a decimal as a fraction, pi, e or infinity."""

    number: sp.Expr

    def value(self, world: World) -> Value:
        return self.number

    @property
    def is_density(self) -> bool:
        return bool(self.number.is_positive)


@dataclass(frozen=True)
class Symbol(Term):
    """A declared symbol; its domain travels with its SymPy symbol. Also a declared matrix."""

    name: str
    symbol: Value

    def value(self, world: World) -> Value:
        return self.symbol

    @property
    def is_density(self) -> bool:
        return isinstance(self.symbol, sp.Symbol) and bool(self.symbol.is_positive)


@dataclass(frozen=True)
class Bound(Term):
    """A name that the world, or a node around it, gives a value to: a size, an index."""

    name: str

    def value(self, world: World) -> Value:
        return sp.sympify(world[self.name])

    def needs(self) -> frozenset[str]:
        return frozenset({self.name})


@dataclass(frozen=True)
class Indexed(Term):
    r"""One member of a declared family of symbols, such as $\theta_k$, $x_{i+1}$ or $w_{1,2}$."""

    base: str
    domain: Any
    indices: tuple[Term, ...]
    hidden = ("domain",)

    def value(self, world: World) -> Value:
        at = [index.value(world) for index in self.indices]
        if not all(i.is_Integer for i in at):
            raise DerivationError(f"{self.base}: the index {at} is not a whole number")
        text = ",".join(map(str, at))
        return self.domain(f"{self.base}_{text}" if len(text) == 1 else f"{self.base}_{{{text}}}")

    @property
    def is_density(self) -> bool:
        return bool(self.domain(self.base).is_positive)


@dataclass(frozen=True)
class Defined(Term):
    """A name with a definition, with the values of its parameters: it means its body."""

    name: str
    body: Term
    parameters: tuple[str, ...] = ()
    arguments: tuple[Term, ...] = ()
    hidden = ("body",)

    def value(self, world: World) -> Value:
        return self.body.value(self.inside(world))

    def log_value(self, world: World) -> Value:
        return self.body.log_value(self.inside(world))

    @property
    def is_density(self) -> bool:
        return self.body.is_density

    def needs(self) -> frozenset[str]:
        return super().needs() | (self.body.needs() - set(self.parameters))

    def inside(self, world: World) -> World:
        """The world in which the parameters have the values of the arguments."""
        values = [argument.value(world) for argument in self.arguments]
        return world.bind(dict(zip(self.parameters, values, strict=True)))
