r"""The usual slips, made by machine: terms that differ from a given one in one place.

A chain must refuse what is false, so its checks are tried on wrong variants of what is true: a sign
flipped, a factor dropped, a root forgotten, two sides of a divergence exchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import singledispatch

import sympy as sp

from .calculus import Derivative
from .laws import Normal
from .leaves import Defined, Indexed, Number, Symbol
from .matrix import Transpose
from .node import Term
from .opened import Covariance, LawEntropy, TableDivergence, TableEntropy, Variance
from .probability import Divergence, Probability
from .repeated import Product, Range, Sum
from .terms import Add, Div, Log, Mul, Neg, Pow, Sqrt, Sub

Variants = Iterator[tuple[str, Term]]


@dataclass(frozen=True)
class Mutant:
    """A term with one slip, and the slip in words."""

    what: str
    term: Term


def mutants(term: Term) -> tuple[Mutant, ...]:
    """Every mutant of a term, in reading order, each once. Some are true, some have no value."""
    found: dict[Term, Mutant] = {}
    names = _names(term)
    for node, rebuild in _places(term):
        for what, variant in (*_variants(node), *_other_name(node, names)):
            changed = rebuild(variant)
            if changed != term:
                found.setdefault(changed, Mutant(what, changed))
    return tuple(found.values())


def _places(term: Term) -> Iterator[tuple[Term, Callable[[Term], Term]]]:
    """Every node, with the function that puts another node in its place."""
    yield term, lambda new: new
    children = term.children
    for at, child in enumerate(children):
        for node, rebuild in _places(child):

            def put(new: Term, at: int = at, rebuild: Callable = rebuild) -> Term:
                return term.with_children((*children[:at], rebuild(new), *children[at + 1 :]))

            yield node, put


def _names(term: Term) -> list[Term]:
    """The symbols and defined names of a term, in the order in which they appear."""
    leaves = (n for n in term.walk() if isinstance(n, Symbol) or _is_plain_definition(n))
    return list(dict.fromkeys(leaves))


def _is_plain_definition(node: Term) -> bool:
    return isinstance(node, Defined) and not node.parameters


def _other_name(node: Term, names: list[Term]) -> Variants:
    if node in names and len(names) > 1:
        other = names[(names.index(node) + 1) % len(names)]
        yield f"{node.name} exchanged for {other.name}", other


# ---- the slips of each kind of node ------------------------------------------------------


@singledispatch
def _variants(node: Term) -> Variants:
    yield from ()


@_variants.register
def _(node: Number) -> Variants:
    if node.number.is_Rational:
        step = sp.Rational(1, node.number.q)
        yield f"{node.number} one too large", Number(node.number + step)
        yield f"{node.number} one too small", Number(node.number - step)


@_variants.register
def _(node: Indexed) -> Variants:
    *others, last = node.indices
    yield "index off by one", replace(node, indices=(*others, Add(last, Number(sp.Integer(1)))))


@_variants.register
def _(node: Add) -> Variants:
    yield "sign of a summand flipped", Sub(node.left, node.right)
    yield "first summand dropped", node.right
    yield "second summand dropped", node.left


@_variants.register
def _(node: Sub) -> Variants:
    yield "sign of a summand flipped", Add(node.left, node.right)
    yield "difference the wrong way round", Sub(node.right, node.left)
    yield "subtracted term dropped", node.left


@_variants.register
def _(node: Neg) -> Variants:
    yield "minus sign dropped", node.inner


@_variants.register
def _(node: Mul) -> Variants:
    yield "first factor dropped", node.right
    yield "second factor dropped", node.left


@_variants.register
def _(node: Div) -> Variants:
    yield "fraction upside down", Div(node.right, node.left)
    yield "denominator dropped", node.left


@_variants.register
def _(node: Pow) -> Variants:
    yield "exponent dropped", node.left
    yield "exponent one too large", Pow(node.left, Add(node.right, Number(sp.Integer(1))))


@_variants.register
def _(node: Sqrt) -> Variants:
    yield "square root forgotten", node.inner


@_variants.register
def _(node: Log) -> Variants:
    yield "logarithm forgotten", node.inner


@_variants.register
def _(node: Range) -> Variants:
    one = Number(sp.Integer(1))
    yield "sum ends one too early", replace(node, stop=Sub(node.stop, one))
    if node.omit:
        yield "index not left out", replace(node, omit=())


@_variants.register
def _(node: Sum) -> Variants:
    yield "product for a sum", Product(node.over, node.body)


@_variants.register
def _(node: Product) -> Variants:
    yield "sum for a product", Sum(node.over, node.body)


@_variants.register
def _(node: Derivative) -> Variants:
    yield "derivative forgotten", node.body
    yield "one derivative too many", replace(node, order=node.order + 1)


@_variants.register
def _(node: Normal) -> Variants:
    yield "standard deviation for variance", replace(node, variance=Sqrt(node.variance))


@_variants.register
def _(node: Transpose) -> Variants:
    yield "transposition forgotten", node.inner


@_variants.register(TableDivergence)
@_variants.register(Divergence)
def _(node: TableDivergence | Divergence) -> Variants:
    yield "divergence the wrong way round", replace(node, left=node.right, right=node.left)


@_variants.register(TableEntropy)
@_variants.register(LawEntropy)
def _(node: TableEntropy | LawEntropy) -> Variants:
    if node.left != node.right:
        yield "cross-entropy the wrong way round", replace(node, left=node.right, right=node.left)
        yield "entropy for cross-entropy", replace(node, right=node.left)


@_variants.register
def _(node: Variance) -> Variants:
    yield "square of the variance", Pow(node, Number(sp.Integer(2)))


@_variants.register
def _(node: Covariance) -> Variants:
    yield "variance for covariance", Variance(node.source, node.left)


@_variants.register
def _(node: Probability) -> Variants:
    if node.given:
        yield "conditional the wrong way round", replace(node, of=node.given, given=node.of)
        yield "joint for conditional", replace(node, of=(*node.of, *node.given), given=())
        yield "condition dropped", replace(node, given=())
    elif len(node.of) > 1:
        yield "variable dropped", replace(node, of=node.of[1:])
