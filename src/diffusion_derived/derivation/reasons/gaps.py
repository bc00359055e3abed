"""What is known of a difference: its sign, and how fast it vanishes. Decided in every world."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from ..decision.decide import decide_broken, decide_nonnegative, decide_zero
from ..language.notation import Notation, located
from ..tree.quadrature import quadrature_below
from ..tree.terms import OutsideReach, Term
from ..tree.worlds import World
from ..verdict import PROVED, REFUTED, UNDECIDED, DerivationError, Verdict


def nonnegative(notation: Notation, term: Term) -> Verdict:
    """Decide that the term is at least 0 for all allowed values. Sufficient conditions only."""
    verdicts = [decide_nonnegative(term.value(world)) for world in notation.worlds(term)]
    return next((v for v in verdicts if v.status != PROVED), verdicts[-1])


def broken(notation: Notation, term: Term) -> Verdict:
    """REFUTED with a counterexample if the term is below 0 somewhere: an inequality that fails."""
    for world in notation.worlds(term):
        verdict = _broken_in(term, world)
        if verdict.status == REFUTED:
            return located(notation, verdict, world, verdict.seconds)
    return Verdict(UNDECIDED, detail="no point was found at which the inequality fails")


def _broken_in(term: Term, world: World) -> Verdict:
    """The same in one world; what no formula covers is looked at by quadrature."""
    try:
        return decide_broken(term.value(world))
    except OutsideReach as error:
        witness = quadrature_below(term.value(replace(world, open_integrals=True)))
        status = REFUTED if witness else UNDECIDED
        return Verdict(status, "quadrature", str(witness or error), witness)


def vanishing_order(notation: Notation, difference: Term, var: str, order: int) -> Verdict:
    r"""Decide that the difference is $O(\text{var}^{\text{order}})$ as var tends to 0."""
    if order < 1:
        raise DerivationError(f"order {order}: expected a whole number of at least 1")
    verdicts = []
    for world in notation.worlds(difference):
        small = notation.read(var).value(world)
        if not isinstance(small, sp.Symbol):
            raise DerivationError(f"var {var!r} is not a plain symbol")
        leading = sp.series(difference.value(world), small, 0, order).removeO()
        verdicts.append(decide_zero(leading))
    return next((v for v in verdicts if v.status != PROVED), Verdict(PROVED, "series"))
