"""Symbols that know which values they may take, exact points of theirs, and a time limit."""

from __future__ import annotations

import contextlib
import random
import signal
import threading
import time
from collections.abc import Iterable, Iterator

import sympy as sp

Point = dict[sp.Symbol, sp.Rational]

_R = sp.Rational
_UNIT = tuple(_R(*pq) for pq in ((1, 2), (1, 3), (1, 4), (2, 3), (3, 4), (1, 5), (2, 5)))
_POSITIVE = tuple(_R(*pq) for pq in ((1, 1), (2, 1), (1, 2), (3, 1), (1, 3), (3, 2), (4, 1)))
_REAL = tuple(_R(*pq) for pq in ((1, 1), (2, 1), (-1, 1), (1, 2), (3, 1), (-2, 1), (0, 1)))
_WHOLE = tuple(sp.Integer(n) for n in (2, 1, 3, 0, 4, 5, 6))
_TRIES = 200


class UnitSymbol(sp.Symbol):
    r"""A symbol whose values lie in the open interval $(0, 1)$."""

    __slots__ = ()

    def __new__(cls, name: str, **assumptions: bool) -> UnitSymbol:
        return super().__new__(cls, name, **(assumptions | {"positive": True}))


def unit(name: str) -> sp.Symbol:
    r"""A symbol for a number in $(0, 1)$, such as a probability."""
    return UnitSymbol(name)


def positive(name: str) -> sp.Symbol:
    r"""A symbol for a number in $(0, \infty)$."""
    return sp.Symbol(name, positive=True)


def real(name: str) -> sp.Symbol:
    r"""A symbol for a number in $(-\infty, \infty)$."""
    return sp.Symbol(name, real=True)


def natural(name: str) -> sp.Symbol:
    r"""A symbol for an integer $\ge 1$."""
    return sp.Symbol(name, integer=True, positive=True)


def whole(name: str) -> sp.Symbol:
    r"""A symbol for an integer $\ge 0$."""
    return sp.Symbol(name, integer=True, nonnegative=True)


def domain_of(symbol: sp.Symbol) -> str:
    """The word for the values that a symbol may take: "unit", "positive", "real", ..., or ""."""
    if isinstance(symbol, UnitSymbol):
        return "unit"
    if symbol.is_integer:
        return "natural" if symbol.is_positive else "whole"
    if symbol.is_positive:
        return "positive"
    return "real" if symbol.is_real else ""


def allows(symbol: sp.Symbol, value: sp.Expr) -> bool:
    """Whether `value` satisfies every assumption that `symbol` carries."""
    if isinstance(symbol, UnitSymbol) and not (0 < value < 1):
        return False
    return all(getattr(value, f"is_{fact}") is truth for fact, truth in symbol.assumptions0.items())


def in_order(symbols: Iterable[sp.Symbol]) -> list[sp.Symbol]:
    """The symbols in an order that is the same in every run."""
    return sorted(symbols, key=lambda symbol: (symbol.name, symbol.sort_key()))


def small_point(symbols: Iterable[sp.Symbol], start: int = 0) -> Point:
    r"""Small readable values such as $\tfrac12$, one for each symbol; `start` shifts them."""
    point: Point = {}
    for place, symbol in enumerate(in_order(symbols), start):
        point[symbol] = _small_value(symbol, place, taken=set(point.values()))
    return point


def random_point(symbols: Iterable[sp.Symbol], rng: random.Random) -> Point:
    """Exact rational values, each drawn inside its symbol's domain.

    Raises ValueError if no drawn value meets a symbol's assumptions.
    """
    return {symbol: _draw(symbol, rng) for symbol in in_order(symbols)}


def scattered_point(symbols: Iterable[sp.Symbol], rng: random.Random) -> Point:
    """Small readable values in any order, which may also coincide."""
    return {
        symbol: rng.choice([value for value in _small_values(symbol) if allows(symbol, value)])
        for symbol in in_order(symbols)
    }


def _small_value(symbol: sp.Symbol, place: int, taken: set[sp.Rational]) -> sp.Rational:
    """A value that no other symbol has, as long as there is one: equal values hide differences."""
    values = _small_values(symbol)
    turn = place % len(values)
    allowed = [value for value in (*values[turn:], *values[:turn]) if allows(symbol, value)]
    fresh = [value for value in allowed if value not in taken]
    return (fresh or allowed or [_draw(symbol, random.Random(place))])[0]


def _small_values(symbol: sp.Symbol) -> tuple[sp.Rational, ...]:
    if isinstance(symbol, UnitSymbol):
        return _UNIT
    if symbol.is_integer:
        return _WHOLE
    return _POSITIVE if symbol.is_positive else _REAL


def _draw(symbol: sp.Symbol, rng: random.Random) -> sp.Rational:
    for _ in range(_TRIES):
        value = _candidate(symbol, rng)
        if allows(symbol, value):
            return value
    raise ValueError(f"symbol {symbol}: no exact value found that meets {symbol.assumptions0}")


def _candidate(symbol: sp.Symbol, rng: random.Random) -> sp.Rational:
    if isinstance(symbol, UnitSymbol):
        return _R(rng.randint(1, 96), 97)
    if symbol.is_integer:
        return sp.Integer(rng.randint(0 if symbol.is_nonnegative else -9, 9))
    return _R(rng.randint(1 if symbol.is_positive else -300, 300), 97)


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeoutError in the body after `seconds` of processor time; limits may be nested.

    Processor time, so that a verdict does not depend on what else the machine does. Uses the POSIX
    alarm of the main thread. In another thread, or where there is no such alarm (Windows), the
    body runs without a limit. The alarm repeats, because SymPy may swallow one.
    """
    if not _has_alarm():
        yield
        return
    started = time.process_time()
    outer_handler = signal.getsignal(signal.SIGVTALRM)
    outer_left, _ = signal.getitimer(signal.ITIMER_VIRTUAL)
    signal.signal(signal.SIGVTALRM, _time_is_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, min(seconds, outer_left or seconds), 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, outer_handler or signal.SIG_DFL)
        if outer_left:
            left = outer_left - (time.process_time() - started)
            signal.setitimer(signal.ITIMER_VIRTUAL, max(left, 1e-6), 1.0)


def _has_alarm() -> bool:
    on_main_thread = threading.current_thread() is threading.main_thread()
    return on_main_thread and hasattr(signal, "setitimer")


def _time_is_up(*_: object) -> None:
    raise TimeoutError("the time limit was reached")
