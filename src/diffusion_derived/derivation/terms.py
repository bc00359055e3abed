r"""The tree of an expression. Every node is immutable and has a value in every world.

A world fixes what the statement leaves open: a size $K$, a free index, the tables of a finite model.
The value is a SymPy expression (or a matrix) in the symbols that stay free.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar

import sympy as sp

from .verdict import DerivationError

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
        return sp.log(nonzero(self.value(world), "the argument of a logarithm"))

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
        return Add(self, other)

    def __sub__(self, other: Term) -> Term:
        return Sub(self, other)

    def __mul__(self, other: Term) -> Term:
        return Mul(self, other)

    def __truediv__(self, other: Term) -> Term:
        return Div(self, other)

    def __neg__(self) -> Term:
        return Neg(self)


# ---- leaves ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Number(Term):
    """An exact number: an integer, a decimal as a fraction, pi, e or infinity."""

    number: sp.Expr

    def value(self, world: World) -> Value:
        return self.number


@dataclass(frozen=True)
class Symbol(Term):
    """A declared symbol; its domain travels with its SymPy symbol. Also a declared matrix."""

    name: str
    symbol: Value

    def value(self, world: World) -> Value:
        return self.symbol


@dataclass(frozen=True)
class Bound(Term):
    """A name that the world or an enclosing node gives a value to: a size, an index, a parameter."""

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
        return self.domain(f"{self.base}_{{{','.join(map(str, at))}}}")


@dataclass(frozen=True)
class Defined(Term):
    """A name with a definition, with the values of its parameters: it means its body."""

    name: str
    body: Term
    parameters: tuple[str, ...] = ()
    arguments: tuple[Term, ...] = ()
    hidden = ("body",)

    def value(self, world: World) -> Value:
        return self.body.value(self._inner(world))

    def log_value(self, world: World) -> Value:
        return self.body.log_value(self._inner(world))

    def needs(self) -> frozenset[str]:
        return super().needs() | (self.body.needs() - set(self.parameters))

    def _inner(self, world: World) -> World:
        values = [argument.value(world) for argument in self.arguments]
        return world.bind(dict(zip(self.parameters, values, strict=True)))


# ---- arithmetic --------------------------------------------------------------------------


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
        if all(has_known_log(side) for side in self.children):
            return self.left.log_value(world) + self.right.log_value(world)
        return super().log_value(world)


class Div(Binary):
    r"""$\frac ab$"""

    def value(self, world: World) -> Value:
        left, right = self.both(world)
        return left / nonzero(scalar(right, "a denominator"), "a denominator")

    def log_value(self, world: World) -> Value:
        if all(has_known_log(side) for side in self.children):
            return self.left.log_value(world) - self.right.log_value(world)
        return super().log_value(world)


class Pow(Binary):
    """$a^b$; a matrix may be raised to a whole number."""

    def value(self, world: World) -> Value:
        base, exponent = self.both(world)
        if exponent.is_negative:
            nonzero(base, "a denominator")
        return base**exponent


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
        return sp.sqrt(scalar(self.inner.value(world), "a square root"))


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


# ---- what values must satisfy ------------------------------------------------------------


def nonzero(value: Value, what: str) -> Value:
    """The value; zero raises DerivationError."""
    if value == 0 or value in (sp.zoo, sp.nan):
        raise DerivationError(f"{what} is {value}: the expression has no value")
    return value


def scalar(value: Value, what: str) -> Value:
    """The value; a matrix raises DerivationError."""
    if isinstance(value, sp.MatrixBase):
        raise DerivationError(f"{what}: expected a number, got a {value.rows} by {value.cols} matrix")
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


def has_known_log(term: Term) -> bool:
    """Whether the term is positive by its form and knows its own logarithm."""
    if isinstance(term, (Mul, Div)):
        return all(has_known_log(side) for side in term.children)
    if isinstance(term, Defined):
        return has_known_log(term.body)
    if isinstance(term, Number):
        return bool(term.number.is_positive)
    return isinstance(term, Exp) or getattr(term, "is_density", False)
