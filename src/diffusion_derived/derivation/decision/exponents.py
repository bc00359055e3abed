r"""Exponents up to rational multiples: which $e^A$ is a product of powers of those already met."""

from __future__ import annotations

import random
from collections.abc import Callable

import sympy as sp
from sympy.polys.matrices import DomainMatrix

_SPARE = 2


class Exponents:
    """A list of exponents, none of which is a sum of rational multiples of the others."""

    def __init__(self, vanishes: Callable[[sp.Expr], bool]) -> None:
        self.members: list[sp.Expr] = []
        self._vanishes = vanishes
        self._rng = random.Random(0)
        self._places: dict[tuple[sp.Symbol, int], sp.Integer] = {}

    def coordinates(self, exponent: sp.Expr) -> dict[sp.Expr, sp.Rational]:
        r"""The $c_i$ with `exponent` $= \sum_i c_i b_i$ over the members; it joins them if need be.

        The $c_i$ are guessed from values at random places and then checked exactly.
        """
        guess = self._guess(exponent)
        found = dict(zip(self.members, guess, strict=True)) if guess else {}
        if not guess or not self._vanishes(exponent - sp.Add(*[c * b for b, c in found.items()])):
            self.members.append(exponent)
            return {exponent: sp.Integer(1)}
        return {member: c for member, c in found.items() if c}

    def _guess(self, exponent: sp.Expr) -> list[sp.Rational] | None:
        if not self.members:
            return None
        columns = [self._values(member) for member in (*self.members, exponent)]
        if not all(value.is_Rational for column in columns for value in column):
            return None
        rows = DomainMatrix.from_Matrix(sp.Matrix(columns).T).to_field()
        return _solution(*rows.rref(), len(self.members))

    def _values(self, expr: sp.Expr) -> list[sp.Expr]:
        rows = range(len(self.members) + _SPARE)
        symbols = sorted(expr.free_symbols, key=lambda symbol: symbol.sort_key())
        return [expr.xreplace({s: self._place(s, row) for s in symbols}) for row in rows]

    def _place(self, symbol: sp.Symbol, row: int) -> sp.Integer:
        if (symbol, row) not in self._places:
            self._places[symbol, row] = sp.Integer(self._rng.randint(2, 10**4))
        return self._places[symbol, row]


def _solution(
    reduced: DomainMatrix, pivots: tuple[int, ...], unknowns: int
) -> list[sp.Rational] | None:
    """The last column in terms of the others, which are independent; None if it is not."""
    if pivots != tuple(range(unknowns)):
        return None
    return list(reduced.to_Matrix()[:unknowns, unknowns])
