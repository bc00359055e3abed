r"""A function that is 0 at a point, falls before it and rises after it is nowhere negative."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..decision.decide import decide_nonnegative, decide_positive, decide_zero
from ..decision.domain import domain_of
from ..language.notation import Notation
from ..tree.node import Value
from ..tree.terms import Term
from ..verdict import PROVED, DerivationError


@dataclass(frozen=True)
class Lowest:
    """Why a gap is not negative: its lowest value is 0, at `point` of `variable`."""

    variable: str
    point: str

    def __str__(self) -> str:
        return f"it is 0 at ${self.variable}={self.point}$, falls before and rises after"

    def check(self, notation: Notation, gap: Term) -> None:
        """Raise DerivationError unless that is so, in every world, on the variable's interval."""
        variable, point = notation.read(self.variable), notation.read(self.point)
        for world in notation.worlds(gap, variable, point):
            values = (term.value(world) for term in (gap, variable, point))
            fault = _fault(*values)
            if fault:
                raise DerivationError(f"the gap is not lowest at {self.point}: {fault}")


def _fault(gap: Value, x: Value, point: Value) -> str:
    if not isinstance(x, sp.Symbol) or domain_of(x) not in ("real", "positive", "unit"):
        return f"{x} is not a variable on an interval"
    inside = {"real": (), "positive": (point,), "unit": (point, 1 - point)}[domain_of(x)]
    if not all(_positive(part) for part in inside) or point.has(x) or not point.is_real:
        return f"{point} is not known to be a point of its interval"
    if decide_zero(gap.subs(x, point)).status != PROVED:
        return "it is not 0 there"
    if not all(_positive(part) for part in _must_be_positive(gap, x)):
        return "it is not known to be smooth on the whole interval"
    if not _turns(gap.diff(x), x, point):
        return "its slope is not known to change sign there and nowhere else"
    return ""


def _turns(slope: Value, x: sp.Symbol, point: Value) -> bool:
    """Whether the slope has the sign of x - point, by its factors or because it only rises."""
    if decide_nonnegative((x - point) * slope).status == PROVED:
        return True
    rises = decide_nonnegative(slope.diff(x)).status == PROVED
    return rises and decide_zero(slope.subs(x, point)).status == PROVED


def _must_be_positive(gap: Value, x: sp.Symbol) -> list[Value]:
    """What must not reach 0: denominators, bases of powers, arguments of logs and of gammas."""
    powers = [p.base for p in gap.atoms(sp.Pow) if not (p.exp.is_Integer and p.exp > 0)]
    others = [f.args[0] for f in gap.atoms(sp.log, sp.gamma, sp.polygamma)]
    return [base for base in (*powers, *others) if base.has(x)]


def _positive(value: Value) -> bool:
    return decide_positive(value).status == PROVED
