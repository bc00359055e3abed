"""A counterexample by quadrature, where no formula covers an integral: it refutes, never proves."""

from __future__ import annotations

import mpmath as mp
import sympy as sp
from sympy.core.function import AppliedUndef

from ..decision.domain import Point, in_order, small_point, time_limit
from ..verdict import Witness

_POINTS, _SECONDS = 3, 5.0  # seconds for all points together
_AGREE, _APART = mp.mpf("1e-8"), mp.mpf("1e-5")


def quadrature_witness(expr: sp.Expr) -> Witness | None:
    """A point at which two precisions agree that the expression is not zero, if one is found."""
    if expr.atoms(AppliedUndef):
        return None
    try:
        with time_limit(_SECONDS):
            return _search(expr)
    except TimeoutError:
        return None


def _search(expr: sp.Expr) -> Witness | None:
    for start in range(_POINTS):
        point = small_point(expr.free_symbols, start)
        at_point = expr.subs(point)
        value = None if at_point.has(sp.zoo, sp.nan) else _agreed(at_point)
        if value is not None and abs(value) > _APART:
            return Witness(_readable(point), mp.nstr(value, 3))
    return None


def _agreed(expr: sp.Expr) -> mp.mpf | None:
    """The value if it is real and the same to eight digits at two precisions."""
    try:
        coarse, fine = (_evaluated(expr, digits) for digits in (12, 18))
    except (ArithmeticError, TypeError, ValueError, NameError):
        return None
    same = abs(coarse - fine) <= _AGREE * (1 + abs(fine))
    return mp.re(fine) if same and mp.im(fine) == 0 and mp.isfinite(fine) else None


def _evaluated(expr: sp.Expr, digits: int) -> mp.mpc:
    with mp.workdps(digits):
        return mp.mpmathify(sp.lambdify([], expr, "mpmath")())


def _readable(point: Point) -> tuple[tuple[str, str], ...]:
    return tuple((symbol.name, str(point[symbol])) for symbol in in_order(point))
