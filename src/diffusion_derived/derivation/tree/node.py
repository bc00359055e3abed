r"""The tree of an expression. Every node is immutable and has a value in every world.

A world fixes what the statement leaves open: a size $K$, a free index, the tables of
a finite model. The value is a SymPy expression (or a matrix) in the symbols that stay free.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

import sympy as sp

from ..decision.decide import decide_positive
from ..decision.domain import small_point
from ..verdict import PROVED, DerivationError

if TYPE_CHECKING:
    from .worlds import World

Value = Any  # a SymPy expression or an immutable SymPy matrix


class OutsideReach(DerivationError):
    """The expression can be read, but its value is beyond what the engine computes exactly."""


@dataclass(frozen=True)
class Term:
    """A node of the tree."""

    hidden: ClassVar[tuple[str, ...]] = ()  # fields that are not part of the displayed tree

    def value(self, world: World) -> Value:
        """The value in one world."""
        raise NotImplementedError

    def log_value(self, world: World) -> Value:
        """The logarithm of the value; densities know theirs without taking a log of an exp."""
        what = "the argument of a logarithm"
        return sp.log(nonzero(not_negative(scalar(self.value(world), what), what), what))

    @property
    def is_density(self) -> bool:
        """Whether the term is positive by its form, and knows its own logarithm."""
        return False

    @property
    def children(self) -> tuple[Term, ...]:
        """The subterms, in the order in which they are displayed."""
        return tuple(child for _, child in self._slots())

    def with_children(self, children: tuple[Term, ...]) -> Term:
        """The same node over other subterms."""
        slots = [slot for slot, _ in self._slots()]
        if len(slots) != len(children):
            raise ValueError(f"children: expected {len(slots)} terms, got {len(children)}")
        new: dict[str, Any] = {}
        for (name, at), child in zip(slots, children, strict=True):
            new[name] = child if at is None else (*new.get(name, ()), child)
        return replace(self, **new)

    def binds(self) -> frozenset[str]:
        """The names that this node gives a value to, inside itself."""
        return frozenset()

    def needs(self) -> frozenset[str]:
        """The names (sizes, indices, states) that a world must give a value to."""
        inner = (child.needs() for child in self.children)
        return frozenset().union(*inner) - self.binds()

    def walk(self) -> Iterator[Term]:
        """This node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def _slots(self) -> Iterator[tuple[tuple[str, int | None], Term]]:
        for item in fields(self):
            held = getattr(self, item.name)
            if item.name in self.hidden:
                continue
            if isinstance(held, Term):
                yield (item.name, None), held
            elif isinstance(held, tuple) and held and all(isinstance(t, Term) for t in held):
                for at, child in enumerate(held):
                    yield (item.name, at), child

    def __add__(self, other: Term) -> Term:
        from .arithmetic import Add

        return Add(self, other)

    def __sub__(self, other: Term) -> Term:
        from .arithmetic import Sub

        return Sub(self, other)

    def __mul__(self, other: Term) -> Term:
        from .arithmetic import Mul

        return Mul(self, other)

    def __truediv__(self, other: Term) -> Term:
        from .arithmetic import Div

        return Div(self, other)

    def __neg__(self) -> Term:
        from .arithmetic import Neg

        return Neg(self)


def nonzero(value: Value, what: str) -> Value:
    """The value; zero raises DerivationError."""
    if value == 0 or value in (sp.zoo, sp.nan):
        raise DerivationError(f"{what} is {value}: the expression has no value")
    return value


def not_negative(value: Value, what: str) -> Value:
    """The value; one that is negative for all allowed values raises DerivationError."""
    if _negative(value):
        raise DerivationError(f"{what} is {value}, which is negative: it has no real value")
    return value


@lru_cache(maxsize=4096)
def _negative(value: sp.Expr) -> bool:
    """Whether a value is certainly negative; most are not so at a first point already."""
    number, rest = value.as_coeff_Mul()
    if number.is_negative and rest.is_positive:
        return True
    at_point = value.subs(small_point(value.free_symbols))
    return bool(at_point.is_negative) and decide_positive(-value).status == PROVED


def scalar(value: Value, what: str) -> Value:
    """The value; a matrix raises DerivationError."""
    if isinstance(value, sp.MatrixBase):
        shape = f"{value.rows} by {value.cols}"
        raise DerivationError(f"{what}: expected a number, got a {shape} matrix")
    return value


def same_shape(left: Value, right: Value) -> tuple[Value, Value]:
    """Both values; a number beside a matrix, or matrices of two shapes, raise DerivationError."""
    shapes = [v.shape if isinstance(v, sp.MatrixBase) else () for v in (left, right)]
    if shapes[0] != shapes[1]:
        kinds = " and ".join(f"{shape or 'a number'}" for shape in shapes)
        raise DerivationError(f"a sum of unlike shapes: {kinds}")
    return left, right


def multiply(left: Value, right: Value) -> Value:
    """The product of numbers and matrices; shapes that do not fit raise DerivationError."""
    if isinstance(left, sp.MatrixBase) and isinstance(right, sp.MatrixBase):
        if left.cols != right.rows:
            raise DerivationError(f"a product of shapes {left.shape} and {right.shape}")
        product = left * right
        return product[0, 0] if product.shape == (1, 1) else product
    return left * right


def power(base: Value, exponent: Value) -> Value:
    """A power; a matrix may be raised to a whole number, a singular one to none below zero."""
    scalar(exponent, "an exponent")
    if not isinstance(base, sp.MatrixBase):
        if exponent.is_negative:
            nonzero(base, "a denominator")
        return base**exponent
    if base.rows != base.cols or not exponent.is_Integer:
        raise DerivationError(f"a power {exponent} of a {base.rows} by {base.cols} matrix")
    if exponent.is_negative:
        nonzero(sp.expand(base.det()), "a determinant")
    return base**exponent
