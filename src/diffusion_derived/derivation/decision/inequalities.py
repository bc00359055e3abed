r"""Signs of expressions: sums and products of positive numbers, even powers, logs above 1.

Sufficient conditions only: a sign is returned where it can be read off, else `"unknown"`.
"""

from __future__ import annotations

import sympy as sp

from .field import Field, OutsideField, in_field
from .jets import jets
from .signs import is_nonnegative, is_positive, is_real

POSITIVE, NONNEGATIVE, UNKNOWN = "positive", "nonnegative", "unknown"


def sign_of(expr: sp.Expr) -> str:
    r"""`"positive"` ($> 0$), `"nonnegative"` ($\ge 0$) or `"unknown"`, for all allowed values."""
    expr, _ = jets(sp.sympify(expr))
    return _sign(expr)


def _sign(expr: sp.Expr) -> str:
    try:
        found = in_field(expr, _sign_of_factors)
    except OutsideField:
        found = UNKNOWN
    if found == UNKNOWN and expr.is_Add:
        return _sign_of_sum([_sign(term) for term in expr.args])
    if found == UNKNOWN and isinstance(expr, sp.log):
        return _sign(expr.args[0] - 1)
    if found == UNKNOWN and expr.is_Mul:
        return _sign_of_product([_sign(factor) for factor in expr.args])
    return found


def _sign_of_factors(field: Field, form: sp.Expr) -> str:
    factors = field.factors(form)
    if all(is_positive(factor) for factor in factors):
        return POSITIVE
    nonnegative = all(
        is_nonnegative(factor) or (power % 2 == 0 and is_real(factor))
        for factor, power in factors.items()
    )
    return NONNEGATIVE if nonnegative else UNKNOWN


def _sign_of_sum(signs: list[str]) -> str:
    if UNKNOWN in signs:
        return UNKNOWN
    return POSITIVE if POSITIVE in signs else NONNEGATIVE


def _sign_of_product(signs: list[str]) -> str:
    if UNKNOWN in signs:
        return UNKNOWN
    return NONNEGATIVE if NONNEGATIVE in signs else POSITIVE
