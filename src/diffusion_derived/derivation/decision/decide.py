"""Is an expression zero, or positive, for all allowed values of its symbols?

Refute first, then prove: first by expansion, then by the normal form, last by SymPy's simplifiers.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from ..verdict import PROVED, REFUTED, UNDECIDED, Verdict, Witness
from .domain import time_limit
from .field import OutsideField, field_zero
from .inequalities import sign_of
from .refute import NO_POINT, refute, refute_nonnegative

_UNEVALUATED = (sp.Integral, sp.Sum, sp.Product, sp.Limit, sp.Derivative)
_GIVE_UP = (
    ArithmeticError,
    AttributeError,
    KeyError,
    NotImplementedError,
    OutsideField,
    RecursionError,
    sp.PolynomialError,
    TimeoutError,
    TypeError,
    ValueError,
)


Strategy = tuple[str, Callable[[sp.Expr], bool]]

TRUSTED: tuple[Strategy, ...] = (
    ("normal form", field_zero),
    ("expand", lambda expr: sp.expand(expr) == 0),
    ("expand functions, then normal form", lambda expr: field_zero(sp.expand_func(expr))),
)
SIMPLIFIERS: tuple[Strategy, ...] = (
    ("gammasimp", lambda expr: sp.gammasimp(expr.rewrite(sp.gamma)) == 0),
    ("sqrtdenest", lambda expr: sp.expand(sp.sqrtdenest(expr)) == 0),
    ("simplify", lambda expr: sp.simplify(expr) == 0),
)


@dataclass(frozen=True)
class _Failed:
    """An attempt that ended in an exception, and what a reader should know of it."""

    why: str


def decide_zero(expr: sp.Expr | sp.MatrixBase, *, limit: float = 20.0) -> Verdict:
    r"""Decide whether `expr` $= 0$ for all allowed values of its symbols; matrices entry by entry.

    `limit` is in seconds and holds for each attempt. An undecided verdict says what was tried.
    SymPy's own simplifiers are believed only where the expression also vanished at exact points.
    """
    started = time.perf_counter()
    if isinstance(expr, sp.MatrixBase):
        verdict = _entries_zero(expr, limit)
    else:
        verdict = _zero(sp.sympify(expr), limit)
    return replace(verdict, seconds=time.perf_counter() - started)


def decide_equal(
    left: sp.Expr | sp.MatrixBase, right: sp.Expr | sp.MatrixBase, *, limit: float = 20.0
) -> Verdict:
    """Decide whether two sides are equal for all allowed values.

    Both sides are looked at before the difference is taken: a finite decimal may cancel in it.
    """
    sides = sp.sympify(left), sp.sympify(right)
    shapes = [side.shape if isinstance(side, sp.MatrixBase) else () for side in sides]
    if shapes[0] != shapes[1]:
        return Verdict(UNDECIDED, detail=f"the sides have shapes {shapes[0]} and {shapes[1]}")
    for entry in (*_entries(sides[0]), *_entries(sides[1])):
        if _refusal(entry):
            return Verdict(UNDECIDED, detail=_refusal(entry))
    return decide_zero(sides[0] - sides[1], limit=limit)


def _entries(side: sp.Expr | sp.MatrixBase) -> list[sp.Expr]:
    return list(side) if isinstance(side, sp.MatrixBase) else [side]


def _entries_zero(matrix: sp.MatrixBase, limit: float) -> Verdict:
    verdicts = []
    for entry in matrix:
        verdicts.append(decide_zero(entry, limit=limit))
        if verdicts[-1].status == REFUTED:
            return verdicts[-1]
    undecided = [verdict for verdict in verdicts if verdict.status == UNDECIDED]
    return undecided[0] if undecided else Verdict(PROVED, "entry by entry")


def _zero(expr: sp.Expr, limit: float) -> Verdict:
    refusal = _refusal(expr)
    if refusal:
        return Verdict(UNDECIDED, detail=refusal)
    expr = _evaluated(expr, limit)
    if expr == 0:
        return Verdict(PROVED, "identical")
    found = _attempt(refute, expr, limit)
    if isinstance(found, Witness):
        return Verdict(REFUTED, "counterexample", str(found), found)
    if found == NO_POINT:
        return Verdict(UNDECIDED, detail=_why_no_point(expr))
    return _proof(expr, limit, found)


def _refusal(expr: sp.Expr) -> str:
    """Why an expression cannot be decided at all; empty if it can."""
    numbers = all(symbol.is_commutative for symbol in expr.free_symbols)
    if not isinstance(expr, sp.Expr) or expr.is_Matrix or not numbers:
        return f"{expr} is not an expression for a number"
    if expr.has(sp.Float):
        return "contains a decimal of finite precision: write exact fractions"
    if expr.has(sp.nan, sp.zoo):
        return "contains an undefined value"
    return ""


def _why_no_point(expr: sp.Expr) -> str:
    if expr.has(*_UNEVALUATED):
        return "an integral, sum or limit was left that could not be evaluated"
    return "no point was found at which both sides are real numbers"


def _evaluated(expr: sp.Expr, limit: float) -> sp.Expr:
    """Integrals, sums and limits evaluated by SymPy, if it can do so in time."""
    if not expr.has(*_UNEVALUATED):
        return expr
    done = _attempt(lambda held: held.doit(), expr, limit)
    return expr if isinstance(done, _Failed) else done


def _proof(expr: sp.Expr, limit: float, found: None | _Failed) -> Verdict:
    tried = [f"search: {found.why}" if found else "vanishes at several exact points"]
    for name, reaches_zero in TRUSTED if found else TRUSTED + SIMPLIFIERS:
        outcome = _attempt(reaches_zero, expr, limit)
        if outcome is True:
            return Verdict(PROVED, name)
        tried.append(f"{name}: {outcome.why if isinstance(outcome, _Failed) else 'not zero'}")
    return Verdict(UNDECIDED, detail="; ".join(tried))


def _attempt(work: Callable[[sp.Expr], Any], expr: sp.Expr, limit: float) -> Any:
    try:
        with time_limit(limit):
            return work(expr)
    except TimeoutError:
        return _Failed(f"no answer in {limit:g} s")
    except _GIVE_UP as error:
        return _Failed(str(error) or type(error).__name__)


def decide_positive(expr: sp.Expr) -> Verdict:
    """PROVED if every factor is manifestly positive; else UNDECIDED. Sufficient, not necessary."""
    return _sign_verdict(expr, ("positive",))


def decide_nonnegative(expr: sp.Expr) -> Verdict:
    """PROVED if made of positive numbers and even powers by + and ×; else UNDECIDED."""
    return _sign_verdict(expr, ("positive", "nonnegative"))


def decide_broken(expr: sp.Expr, *, limit: float = 20.0) -> Verdict:
    r"""REFUTED if a point is found at which `expr` $\ge 0$ fails; else UNDECIDED."""
    expr = sp.sympify(expr)
    refusal = _refusal(expr)
    found = _Failed(refusal) if refusal else _attempt(refute_nonnegative, expr, limit)
    if isinstance(found, Witness):
        return Verdict(REFUTED, "counterexample", str(found), found)
    return Verdict(UNDECIDED, detail="no point was found at which the inequality fails")


def _sign_verdict(expr: sp.Expr, wanted: tuple[str, ...], limit: float = 20.0) -> Verdict:
    started = time.perf_counter()
    expr = sp.sympify(expr)
    refusal = _refusal(expr)
    sign = _Failed(refusal) if refusal else _attempt(sign_of, expr, limit)
    seconds = time.perf_counter() - started
    if sign in wanted:
        return Verdict(PROVED, "signs of factors", seconds=seconds)
    why = sign.why if isinstance(sign, _Failed) else "the sign cannot be read off the factors"
    return Verdict(UNDECIDED, detail=why, seconds=seconds)
