r"""A gap made of instances of a lemma $L \ge 0$, added up with weights that are not negative.

`eq-log-bound` says that $u - 1 - \log u \ge 0$ for $u > 0$. With $u = q(x)/p(x)$ it carries
$\mathbb E_{p(x)}\!\left[\frac{q(x)}{p(x)} - 1 - \log\frac{q(x)}{p(x)}\right] \ge 0$.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import singledispatch

import sympy as sp

from ..decision.decide import decide_nonnegative, decide_positive, decide_zero
from ..decision.domain import domain_of
from ..language.notation import Notation
from ..language.parser import Parser
from ..language.vocabulary import Vocabulary
from ..ledger import Entry
from ..tree.calculus import Integral
from ..tree.node import Value
from ..tree.open_integrals import closed
from ..tree.opened import TableDivergence
from ..tree.probability import Divergence, Expectation, TableExpectation
from ..tree.repeated import Sum
from ..tree.terms import Add, Bound, Defined, Div, Indexed, Mul, Symbol, Term
from ..tree.worlds import World
from ..verdict import PROVED, DerivationError

Holds = Callable[[Term, World], bool]  # whether the lemma itself says that a part is at least 0


def domains_of(terms: Iterable[Term]) -> tuple[tuple[str, str], ...]:
    """The plain names in some terms, each with the domain for which a statement about it holds."""
    nodes = {node for term in terms for node in term.walk() if isinstance(node, Symbol)}
    named = {n.name: domain_of(n.symbol) for n in nodes if isinstance(n.symbol, sp.Symbol)}
    return tuple(sorted(named.items()))


def check_lemma(
    notation: Notation, entry: Entry, gap: str, excess: Term, at: Mapping[str, str]
) -> None:
    """Raise DerivationError unless the lemma, at these values of its names, covers the gap."""
    holds = _lemma(notation, entry, gap, excess, at)
    worlds = (replace(world, open_integrals=True) for world in notation.worlds(excess))
    if not all(_covered(excess, world, holds) for world in worlds):
        places = ", ".join(f"{name} = {tex}" for name, tex in at.items())
        said = f"{entry.tex} with {places}" if places else entry.tex
        raise DerivationError(f"{entry.label!r} is about {said}, but the gap is {gap}")


def _lemma(
    notation: Notation, entry: Entry, gap: str, excess: Term, at: Mapping[str, str]
) -> Holds:
    left, relation, right = entry.tex.rpartition(r"\ge")
    if not relation or right.strip() != "0":
        raise DerivationError(f"{entry.label!r} says of nothing that it is at least 0: {entry.tex}")
    if at:
        return _Instance(notation, left, at, _domains(entry, at)).holds
    if left.lstrip().startswith(r"D_{\mathrm{KL}}"):
        return lambda term, world: isinstance(term, (Divergence, TableDivergence))
    plain = not any(isinstance(node, (Bound, Defined, Indexed)) for node in excess.walk())
    same = notation.same_text(gap, left) and domains_of([excess]) == entry.domains
    return lambda term, world: plain and same and term == excess


def _domains(entry: Entry, at: Mapping[str, str]) -> dict[str, str]:
    domains = dict(entry.domains)
    if set(domains) != set(at):
        names = ", ".join(domains) or "no plain names"
        raise DerivationError(f"at: {entry.label!r} is a statement about {names}, not {list(at)}")
    return domains


@dataclass(frozen=True)
class _Instance:
    """A lemma's left side with an expression in place of each of its names."""

    notation: Notation
    left: str
    at: Mapping[str, str]
    domains: Mapping[str, str]

    def holds(self, term: Term, world: World) -> bool:
        """Whether the term is this instance here, and its places are in the lemma's domain."""
        try:
            places = {name: self._place(tex, world) for name, tex in self.at.items()}
            instance = Parser(self.left, Vocabulary(), places).parse()
            difference = term.value(world) - instance.value(world)
        except (DerivationError, TypeError):
            return False
        if decide_zero(closed(difference)).status != PROVED:
            return False
        return all(_in_domain(self.domains[n], p.value(world)) for n, p in places.items())

    def _place(self, tex: str, world: World) -> Term:
        bound = {name: Bound(name) for name in world.bound if name not in self.notation.words}
        return Parser(tex, self.notation.words, bound).parse()


def _in_domain(kind: str, value: Value) -> bool:
    if kind == "real":
        return bool(value.is_real)
    value = closed(value)
    needed = {"positive": (value,), "unit": (value, 1 - value)}.get(kind)
    return needed is not None and all(decide_positive(part).status == PROVED for part in needed)


# ---- sums with weights -------------------------------------------------------------------


def _covered(term: Term, world: World, holds: Holds) -> bool:
    return holds(term, world) or _parts_covered(term, world, holds)


def _not_negative(terms: Iterable[Term], world: World) -> bool:
    return all(decide_nonnegative(closed(term.value(world))).status == PROVED for term in terms)


@singledispatch
def _parts_covered(term: Term, world: World, holds: Holds) -> bool:
    return False


@_parts_covered.register
def _(term: Add, world: World, holds: Holds) -> bool:
    return _covered(term.left, world, holds) and _covered(term.right, world, holds)


@_parts_covered.register
def _(term: Mul, world: World, holds: Holds) -> bool:
    sides = (term.left, term.right), (term.right, term.left)
    return any(_not_negative([w], world) and _covered(part, world, holds) for w, part in sides)


@_parts_covered.register
def _(term: Div, world: World, holds: Holds) -> bool:
    return _not_negative([term.right], world) and _covered(term.left, world, holds)


@_parts_covered.register
def _(term: Sum, world: World, holds: Holds) -> bool:
    return all(_covered(term.body, inner, holds) for inner in term.over.values(world))


@_parts_covered.register
def _(term: TableExpectation, world: World, holds: Holds) -> bool:
    names = [v for weight in term.weights for v in weight.variables]
    return all(
        _not_negative(term.weights, inner) and _covered(term.body, inner, holds)
        for inner in world.states(names)
    )


@_parts_covered.register
def _(term: Expectation, world: World, holds: Holds) -> bool:
    return _covered(term.body, world, holds)


@_parts_covered.register
def _(term: Integral, world: World, holds: Holds) -> bool:
    rising = decide_nonnegative(term.upper.value(world) - term.lower.value(world))
    return rising.status == PROVED and _covered(term.body, world, holds)


@_parts_covered.register
def _(term: Defined, world: World, holds: Holds) -> bool:
    return _covered(term.body, term.inside(world), holds)
