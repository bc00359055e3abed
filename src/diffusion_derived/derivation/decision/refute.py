"""The search for a counterexample: an exact point at which an expression is certainly not zero."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import mpmath
import sympy as sp

from ..verdict import Witness
from .domain import Point, in_order, random_point, small_point
from .enclosure import Enclosure, Interval
from .jets import compared_symbols, jets, keeps_apart

NO_POINT = "no-point"
_SMALL, _ENOUGH, _TRIES, _LOOKS = 4, 6, 60, 4
_PRECISIONS = (64, 256, 1024)
_NEGLIGIBLE = mpmath.mpf(10) ** -50
_VISIBLE = mpmath.mpf("0.01")  # a smaller difference looks like rounding


def refute(expr: sp.Expr) -> Witness | str | None:
    r"""A point of the domain at which `expr` $\ne 0$, if one is found.

    Small values come first, then random ones, all exact. Unknown functions and their derivatives
    take independent values. Where the expression is tiny, the largest of a few values is shown.
    Returns None if the expression vanishes (to hundreds of digits) at several points, and
    `"no-point"` if it could be evaluated at none.
    """
    return _search(expr, lambda value: 0 not in value, _ENOUGH)


def refute_nonnegative(expr: sp.Expr) -> Witness | str | None:
    r"""A point of the domain at which `expr` $< 0$ for certain; None or `"no-point"` as above."""
    return _search(expr, lambda value: value.b < 0, _TRIES)


def _search(expr: sp.Expr, wrong: Callable[[Interval], bool], enough: int) -> Witness | str | None:
    """A point whose value is wrong; the search ends after `enough` points that are not."""
    expr, table = jets(sp.sympify(expr))
    symbols = expr.free_symbols | compared_symbols(table)
    fine, found = 0, []
    for point in _points(symbols):
        value = _value(expr, point) if keeps_apart(table, point) else None
        if value is None:
            continue
        if wrong(value):
            found.append((abs(mpmath.mpf(value.mid)), point, value))
        else:
            fine += 1
        seen = found and (found[-1][0] >= _VISIBLE or len(found) == _LOOKS)
        if seen or fine == enough or not symbols:
            break
    if found:
        _, point, value = max(found, key=lambda one: one[0])
        return Witness(_readable(point), _difference(value))
    return None if fine else NO_POINT


def _points(symbols: set[sp.Symbol]) -> Iterator[Point]:
    try:
        yield from (small_point(symbols, start) for start in range(_SMALL))
        rng = random.Random(0)
        yield from (random_point(symbols, rng) for _ in range(_TRIES))
    except ValueError:
        return


def _value(expr: sp.Expr, point: Point) -> Interval | None:
    """The value at a point, or None off the domain; precision grows until zero is left out."""
    value = None
    for bits in _PRECISIONS:
        try:
            value = Enclosure(point, bits).of(expr)
        except (ArithmeticError, TypeError, ValueError):
            continue
        if 0 not in value:
            return value
    return value if value is not None and value.delta.b < _NEGLIGIBLE else None


def _readable(point: Point) -> tuple[tuple[str, str], ...]:
    return tuple((symbol.name, str(point[symbol])) for symbol in in_order(point))


def _difference(value: Interval) -> str:
    text = mpmath.nstr(mpmath.mpf(value.mid), 3)
    return text.removesuffix(".0")
