"""What no formula covers: a counterexample at one point, or the same integral on both sides."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp
from sympy.core.function import AppliedUndef

from ..decision.decide import decide_zero
from ..decision.domain import Point, in_order, small_point, time_limit
from ..verdict import PROVED, UNDECIDED, Verdict, Witness
from .open_integrals import closed
from .unknown import stand_ins

_POINTS, _SECONDS = 8, 3.0  # seconds for all points together
_SETTLED, _APART = 1e-8, 1e-5
_CUTS = (0.271828, -0.57721)  # a line is cut off the origin, where odd infinities would cancel
_NO_VALUE = (ArithmeticError, NameError, NotImplementedError, TypeError, ValueError)


class _Unsettled(ArithmeticError):
    """The quadrature of an integral did not converge: it may be infinite."""


def quadrature_witness(expr: sp.Expr) -> Witness | None:
    """A point at which two quadratures agree that the expression is not zero, if one is found."""
    return _witness(expr, lambda value: value != 0)


def quadrature_below(expr: sp.Expr) -> Witness | None:
    """A point at which two quadratures agree that the expression is below zero."""
    return _witness(expr, lambda value: value < 0)


def _witness(expr: sp.Expr, wrong: Callable[[float], bool]) -> Witness | None:
    for known, shown in stand_ins(expr):
        try:
            with time_limit(_SECONDS):
                found = _search(known, wrong)
        except TimeoutError:
            continue
        if found is not None:
            return Witness((*shown, *found.point), found.difference)
    return None


def decide_open(left: sp.Expr, right: sp.Expr, why: str) -> Verdict:
    """PROVED if both sides are equal whatever their integrals are, and these converge somewhere."""
    integrals = left.atoms(sp.Integral) | right.atoms(sp.Integral)
    whatever = closed(left - right)
    if not integrals or whatever.has(sp.Integral) or left.has(sp.Limit) or right.has(sp.Limit):
        return Verdict(UNDECIDED, detail=why)
    verdict = decide_zero(whatever)
    if verdict.status != PROVED or not all(map(_converges, integrals)):
        return Verdict(UNDECIDED, detail=why)
    return Verdict(PROVED, f"{verdict.method}, with the same integrals on both sides")


def _converges(integral: sp.Integral) -> bool:
    """Whether two quadratures agree on the integral at some point; of the unknown it is assumed."""
    if integral.has(AppliedUndef):
        return True
    try:
        with time_limit(_SECONDS):
            points = (small_point(integral.free_symbols, start) for start in range(_POINTS))
            return any(_settled(integral.subs(point)) for point in points)
    except TimeoutError:
        return False


def _search(expr: sp.Expr, wrong: Callable[[float], bool]) -> Witness | None:
    for start in range(_POINTS):
        point = small_point(expr.free_symbols, start)
        value = _value(expr.subs(point))
        if value is not None and wrong(value):
            return Witness(_readable(point), f"{value:.3g}")
    return None


def _value(expr: sp.Expr) -> float | None:
    """The value at a point, if two quadratures agree on it and that it is not zero."""
    settled = _settled(expr)
    return settled[0] if settled and abs(settled[0]) > _APART * settled[1] else None


def _settled(expr: sp.Expr) -> tuple[float, float] | None:
    """The value on which two quadratures agree, and the size of the largest integral in it."""
    try:
        first, again = (_Quadrature(cut) for cut in _CUTS)
        values = [float(quadrature.of(expr)) for quadrature in (first, again)]
    except _NO_VALUE:
        return None
    agree = abs(values[0] - values[1]) <= 100 * _SETTLED * first.scale
    return (values[0], first.scale) if agree else None


@dataclass
class _Quadrature:
    """Every integral of an expression by SciPy, on pieces; and the size of the largest one."""

    cut: float
    scale: float = 1.0

    def of(self, expr: sp.Expr) -> sp.Expr:
        """The expression with a number for each integral, and the value of each limit."""
        expr = expr.replace(lambda part: isinstance(part, sp.Limit), lambda part: part.doit())
        return expr.replace(lambda part: isinstance(part, sp.Integral), self._integral)

    def _integral(self, part: sp.Integral) -> sp.Float:
        ((x, lower, upper),) = part.limits
        function = _function(x, sp.powsimp(part.function))
        ends = [float(lower), float(upper)]
        if lower == -sp.oo and upper == sp.oo:
            ends.insert(1, self.cut)
        value = sum(_on_piece(function, *piece) for piece in itertools.pairwise(ends))
        self.scale = max(self.scale, abs(value))
        return sp.Float(value)


def _function(x: sp.Symbol, body: sp.Expr) -> Callable[[float], float]:
    """The body in floats, or by mpmath where a part of it is too large for a float."""
    plain, wide = sp.lambdify(x, body, "math"), sp.lambdify(x, body, "mpmath")

    def function(at: float) -> float:
        try:
            return plain(at)
        except OverflowError:
            return float(wide(at))

    return function


def _on_piece(function, start: float, stop: float) -> float:
    from scipy.integrate import quad  # only where a formula fails

    aim = {"epsabs": _SETTLED / 100, "epsrel": _SETTLED / 100}
    value, error, _, *trouble = quad(function, start, stop, full_output=1, limit=200, **aim)
    if trouble or not error <= _SETTLED * (1 + abs(value)):
        raise _Unsettled(f"{value} with error {error}")
    return value


def _readable(point: Point) -> tuple[tuple[str, str], ...]:
    return tuple((symbol.name, str(point[symbol])) for symbol in in_order(point))
