r"""The value of a term to somebody who knows field algebra, some named facts, and nothing else.

A reason such as "product rule" is run by giving a line this value: conditional probabilities become
ratios of joint ones, and everything that the rule does not speak of (expectations, integrals,
definitions) stays closed, one unknown for each thing that looks different. Two lines that agree in
this view agree because of the rule.
"""

from __future__ import annotations

import functools
from functools import singledispatchmethod

import sympy as sp

from ..tree.calculus import Derivative, Integral, Unknown
from ..tree.opened import (
    LawEntropy,
    Moment,
    Opened,
)
from ..tree.probability import (
    Density,
    Divergence,
    Draw,
    Expectation,
    Probability,
    TableExpectation,
)
from ..tree.repeated import Product, Range, Repeated, States, Sum
from ..tree.terms import (
    Add,
    Bound,
    Call,
    Defined,
    Div,
    Exp,
    Indexed,
    Log,
    Mul,
    Neg,
    Number,
    Pow,
    Sqrt,
    Sub,
    Symbol,
    Term,
)
from ..tree.worlds import World
from .facts import (
    DENSITY,
    DIFFERENTIATE,
    GAMMA,
    INTEGRATE,
    LINEAR,
    LOGS,
    MOMENTS,
    OPENS,
    PRODUCT,
    SUMS,
)
from .unknowns import Unknowns

_POSITIVE = (r"\Gamma", r"\mathrm{B}", "binomial", "!", r"\operatorname{sigmoid}")


class View(Unknowns):
    """What one knows: the facts, and the unknowns met so far."""

    def of(self, term: Term, world: World) -> sp.Expr:
        """The value of a term in this view."""
        return self._of(term, world)

    # ---- one method a kind of term -------------------------------------------------------

    @singledispatchmethod
    def _of(self, term: Term, world: World) -> sp.Expr:
        return self._closed(term, world)

    @_of.register(Number)
    @_of.register(Bound)
    @_of.register(Indexed)
    @_of.register(Symbol)
    def _(self, term, world):
        value = term.value(world)
        return value if isinstance(value, sp.Expr) else self._closed(term, world)

    @_of.register
    def _(self, term: Add, world):
        return self.of(term.left, world) + self.of(term.right, world)

    @_of.register
    def _(self, term: Sub, world):
        return self.of(term.left, world) - self.of(term.right, world)

    @_of.register
    def _(self, term: Mul, world):
        return self.of(term.left, world) * self.of(term.right, world)

    @_of.register
    def _(self, term: Div, world):
        return self.of(term.left, world) / self.of(term.right, world)

    @_of.register
    def _(self, term: Pow, world):
        return self.of(term.left, world) ** self.of(term.right, world)

    @_of.register
    def _(self, term: Neg, world):
        return -self.of(term.inner, world)

    @_of.register
    def _(self, term: Sqrt, world):
        return sp.sqrt(self.of(term.inner, world))

    @_of.register
    def _(self, term: Log, world):
        inner = self.of(term.inner, world)
        known = self.facts & {LOGS, DIFFERENTIATE}
        return sp.log(inner) if known else self._unknown("log", term, world, (inner,))

    @_of.register
    def _(self, term: Exp, world):
        inner = self.of(term.inner, world)
        known = self.facts & {LOGS, DENSITY, DIFFERENTIATE} or inner == 0
        return sp.exp(inner) if known else self._unknown("exp", term, world, (inner,), True)

    @_of.register
    def _(self, term: Call, world):
        arguments = tuple(self.of(argument, world) for argument in term.arguments)
        if GAMMA in self.facts or not any(a.free_symbols for a in arguments):
            return term.function(*arguments)
        return self._unknown(term.name, term, world, arguments, term.name in _POSITIVE)

    @_of.register
    def _(self, term: Unknown, world):
        if DIFFERENTIATE in self.facts:
            return term.value(world)
        return self._closed(term, world, positive=term.positive and not any(term.orders))

    @_of.register
    def _(self, term: Defined, world):
        if OPENS + term.name in self.facts:
            values = [self.of(argument, world) for argument in term.arguments]
            return self.of(term.body, world.bind(dict(zip(term.parameters, values, strict=True))))
        arguments = tuple(self.of(argument, world) for argument in term.arguments)
        return self._unknown(term.name, term, world, arguments, True)

    @_of.register
    def _(self, term: Sum, world):
        if isinstance(term.over, Range) or SUMS in self.facts:
            return sp.Add(*self._members(term, world))
        return self._linear("sum", term, term.over.variables, term.body, world)

    @_of.register
    def _(self, term: Product, world):
        return sp.Mul(*self._members(term, world))

    @_of.register
    def _(self, term: Probability, world):
        if SUMS in self.facts:
            return term.value(world)
        if PRODUCT in self.facts and term.given:
            whole = self._probability(term.name, (*term.of, *term.given))
            return whole / self._probability(term.name, term.given)
        return self._probability(term.name, term.of, term.given)

    @_of.register
    def _(self, term: TableExpectation, world):
        if SUMS in self.facts:
            product = functools.reduce(Mul, (*term.weights, term.body))
            return self.of(Sum(States(tuple(term.binds())), product), world)
        weights = tuple(self.of(weight, self._named(world, term)) for weight in term.weights)
        return self._linear(f"mean over {weights}", term, tuple(term.binds()), term.body, world)

    @_of.register
    def _(self, term: Opened, world):
        if isinstance(term, Moment) and MOMENTS in self.facts:
            return term.value(world)
        if term.fact in self.facts:
            return self.of(term.opened(), world)
        return self._closed(term, self._named(world, term))

    @_of.register(Divergence)
    @_of.register(LawEntropy)
    def _(self, term, world):
        return term.value(world) if MOMENTS in self.facts else self._closed(term, world)

    @_of.register
    def _(self, term: Density, world):
        if DENSITY in self.facts:
            return term.law.density(self.of(term.point, world), world)
        return self._closed(term, world, positive=True)

    @_of.register
    def _(self, term: Expectation, world):
        if MOMENTS in self.facts:
            return term.value(world)
        names = tuple(str(draw.symbol(world)) for draw in term.draws)
        kind = "mean under " + ", ".join(str(self._closed(draw.law, world)) for draw in term.draws)
        return self._linear(kind, term, names, term.body, world)

    @_of.register
    def _(self, term: Integral, world):
        x = term.variable.value(world)
        if INTEGRATE in self.facts:
            return term.value(world)
        ends = (self.of(term.lower, world), self.of(term.upper, world))
        return self._linear(f"integral {ends}", term, (str(x),), term.body, world)

    @_of.register
    def _(self, term: Derivative, world):
        x, body = term.variable.value(world), self.of(term.body, world)
        hidden = {s for s in body.free_symbols if str(x) in self.depends.get(s, ())}
        if DIFFERENTIATE in self.facts and not hidden and isinstance(x, sp.Symbol):
            return body.diff(x, term.order)
        return self._linear(f"derivative {term.order}", term, (str(x),), term.body, world)

    # ---- unknowns ------------------------------------------------------------------------

    def _closed(self, term: Term, world: World, positive: bool = False) -> sp.Symbol:
        inner = tuple(
            self._closed(child, world)
            if isinstance(child, (Draw, States, Range))
            else self.of(child, world)
            for child in term.children
        )
        return self._unknown(self._shape(term), term, world, inner, positive)

    def _shape(self, term: Term) -> str:
        own = {k: v for k, v in vars(term).items() if not _holds_terms(v) and k not in term.hidden}
        return f"{type(term).__name__}{own}"

    # ---- linear operations ---------------------------------------------------------------

    def _linear(self, kind: str, term: Term, names: tuple[str, ...], body: Term, world: World):
        value = self.of(body, self._named(world, term))
        if LINEAR not in self.facts:
            return self._apply(kind, names, value)
        summands = sp.Add.make_args(sp.expand(value))
        return sp.Add(*(self._pull_out(kind, names, summand) for summand in summands))

    def _members(self, term: Repeated, world: World) -> list[sp.Expr]:
        return [self.of(term.body, inner) for inner in term.over.values(world)]

    @staticmethod
    def _named(world: World, term: Term) -> World:
        """The world in which the variables that the term binds have some state."""
        return world.bind({name: world.bound.get(name, 0) for name in term.binds()})


def _holds_terms(value: object) -> bool:
    return isinstance(value, Term) or (
        isinstance(value, tuple) and any(isinstance(item, Term) for item in value)
    )
