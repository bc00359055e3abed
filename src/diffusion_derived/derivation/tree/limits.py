r"""Limits by SymPy, believed only where they also hold at points.

SymPy compares $e^{-a/v}$ and $e^{-b/v}$ as if one of them always won, and may give a limit that is
right for $a > b$ only. So a limit that is found with symbols is held against the limits with
numbers in their place: in either order, and equal.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import sympy as sp
from sympy.core.function import AppliedUndef

from ..decision.domain import Point, UnitSymbol, scattered_point, time_limit
from .node import OutsideReach, Value

_POINTS, _NEEDED = 10, 5
_NEGLIGIBLE = sp.Float("1e-20", 30)
_NOT_FOUND = (NotImplementedError, TypeError, ValueError)


def limit(body: Value, x: sp.Symbol, target: Value, seconds: float) -> Value:
    """The limit; OutsideReach if SymPy finds none, or one that fails at a point."""
    if any(one.has(AppliedUndef) for one in body.atoms(sp.Integral)):
        raise OutsideReach(f"the limit in {x} of an integral of an unknown function")
    applied = {f: _stand_in(f, x) for f in body.atoms(AppliedUndef)}
    try:
        with time_limit(seconds):
            found = _first_that_holds(body.xreplace(applied), x, target)
    except (*_NOT_FOUND, TimeoutError) as error:
        raise OutsideReach(f"the limit in {x} was not found: {error}") from error
    return found.xreplace({symbol: f for f, symbol in applied.items()})


def side(x: sp.Symbol, target: Value) -> str:
    """From above where the target is an edge of the domain, else from both sides."""
    at_edge = target.is_infinite or x.is_nonnegative and target == 0
    return "+" if at_edge else "+-"


def _stand_in(applied: AppliedUndef, x: sp.Symbol) -> sp.Symbol:
    """A symbol for the value of an unknown function, which must not depend on the variable."""
    if applied.has(x):
        raise OutsideReach(f"the limit in {x} of {applied}, which is unknown there")
    return sp.Dummy("f", **({"positive": True} if applied.is_positive else {"real": True}))


def _first_that_holds(body: Value, x: sp.Symbol, target: Value) -> Value:
    """The limit of the first form of the body that SymPy can take, and that holds at points."""
    fault: Exception = ValueError("no form of it has one")
    for form, back in _forms(body):
        try:
            found = _by_sympy(form, x, target).xreplace(back)
            _check_at_points(body, x, target, found)
            return found
        except _NOT_FOUND as error:
            fault = error
    raise fault


def _forms(body: Value) -> Iterator[tuple[Value, dict]]:
    r"""The body; with $\frac{e^a}{e^a+e^b}$ as $\frac{1}{1+e^{b-a}}$; and with $p = 1/(1+u)$.

    Then SymPy asks for the sign of $b - a$, and knows that $\log p$ is negative where $0 < p < 1$.
    """
    yield body, {}
    yield 1 / sp.powsimp(sp.expand(1 / body)), {}
    units = [s for s in body.free_symbols if isinstance(s, UnitSymbol)]
    odds = {s: sp.Dummy("u", positive=True) for s in units}
    if units:
        form = body.xreplace({s: 1 / (1 + u) for s, u in odds.items()})
        yield sp.powsimp(sp.expand_log(form)), {u: 1 / s - 1 for s, u in odds.items()}


def _by_sympy(body: Value, x: sp.Symbol, target: Value) -> Value:
    found = sp.limit(body, x, target, side(x, target))
    if found.has(sp.Limit, sp.nan, sp.zoo, sp.AccumBounds):
        raise ValueError(f"{found}")
    return found


def _check_at_points(body: Value, x: sp.Symbol, target: Value, found: Value) -> None:
    """Raise ValueError unless the limit found also holds with numbers for the other symbols."""
    symbols = (body.free_symbols | target.free_symbols | found.free_symbols) - {x}
    rng, agreed = random.Random(0), 0
    for _ in range(_POINTS if symbols else 0):
        point = scattered_point(symbols, rng)
        here, there = _limit_at(body, x, target, point), found.subs(point)
        if here is None or there is sp.nan:
            continue
        if not _same(here, there) or found.has(sp.oo, -sp.oo) and not there.is_infinite:
            where = ", ".join(f"{symbol} = {value}" for symbol, value in point.items())
            raise ValueError(f"it is not {found} at {where}")
        agreed += 1
    if symbols and agreed < _NEEDED:
        raise ValueError(f"{found} could not be checked at points")


def _limit_at(body: Value, x: sp.Symbol, target: Value, point: Point) -> Value | None:
    try:
        here = _by_sympy(body.subs(point), x, target.subs(point))
    except _NOT_FOUND:
        return None
    return here if here.is_extended_real else None


def _same(here: Value, there: Value) -> bool:
    if here.is_infinite or there.is_infinite:
        return here == there
    return bool(abs(sp.N(here - there, 30)) < _NEGLIGIBLE * (1 + abs(sp.N(here, 30))))
