"""Arithmetic on fractions of polynomials in the generators, where r² of a root is its radicand."""

from __future__ import annotations

import random

import sympy as sp
from sympy.polys.rings import PolyElement

from .exponents import Exponents
from .generators import ROOT, Generators
from .polynomials import Fraction, Reader
from .signs import Factors, in_turn, is_positive, signed_factors


class Quotients:
    """Fractions over one set of generators; `scale` is the denominator allowed in exponents."""

    def __init__(self, scale: int = 1) -> None:
        self.scale = scale
        self.generators = Generators()
        self.exponents = Exponents(self.vanishes)

    def fraction(self, expr: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
        """Coprime numerator and denominator, expanded; raises OutsideField on division by zero."""
        reader, found = self._read(expr)
        numerator, denominator = found.numerator.cancel(reader.multiplied(found.denominator))
        return numerator.as_expr(), denominator.as_expr()

    def factors(self, expr: sp.Expr) -> Factors:
        """Irreducible factors and their exponents; {0: 1} for zero.

        A symbol s with a root r is written r² meanwhile, so that s + r has the factors r and r + 1.
        """
        numerator, denominator = self.fraction(expr)
        if numerator == 0:
            return {numerator: 1}
        symbols = self._symbols_with_roots()
        for root, symbol, order in symbols:
            numerator, denominator = (
                part.xreplace({symbol: root**order}) for part in (numerator, denominator)
            )
        found = signed_factors(numerator, denominator)
        for root, symbol, order in reversed(symbols):
            whole, left = divmod(found.pop(root, 0), order)
            found |= {root: left, symbol: whole + found.get(symbol, 0)}
        return {self.fraction(factor)[0]: power for factor, power in found.items() if power}

    def _symbols_with_roots(self) -> list[tuple[sp.Symbol, sp.Symbol, int]]:
        roots = self.generators.of_kind(ROOT).items()
        return [(root, base, order) for root, (base, order) in roots if base.is_Symbol]

    def positive(self, expr: sp.Expr) -> bool:
        """Whether every factor is manifestly positive: sufficient, not necessary."""
        return all(is_positive(factor) for factor in self.factors(expr))

    def vanishes(self, expr: sp.Expr) -> bool:
        """Whether the reduced numerator is the zero polynomial."""
        if self._differs_somewhere(expr):
            return False
        return self._read(expr)[1].numerator == 0

    def _read(self, expr: sp.Expr) -> tuple[Reader, Fraction]:
        relations = self._relations(expr.free_symbols)
        symbols = expr.free_symbols.union(*(radicand.free_symbols for _, radicand, _ in relations))
        reader = Reader(in_turn(symbols), lambda polynomial: _reduced(polynomial, relations))
        return reader, reader.read(expr)

    def _relations(self, symbols: set[sp.Symbol]) -> list[tuple[sp.Symbol, sp.Expr, int]]:
        """(root, radicand, order) of every root that can turn up, the latest first.

        Later roots may contain earlier ones, never the other way round.
        """
        symbols, found = set(symbols), []
        for root, (radicand, order) in reversed(self.generators.of_kind(ROOT).items()):
            if root in symbols:
                found.append((root, radicand, order))
                symbols |= radicand.free_symbols
        return found

    def _differs_somewhere(self, expr: sp.Expr) -> bool:
        """A quick look, exact: without roots, one value that is not zero settles the matter."""
        symbols = expr.free_symbols
        if any(self.generators.key(ROOT, symbol) for symbol in symbols):
            return False
        rng = random.Random(0)
        value = expr.xreplace({s: sp.Integer(rng.randint(2, 10**6)) for s in in_turn(symbols)})
        return bool(value.is_Rational and value != 0)


def _reduced(
    polynomial: PolyElement, relations: list[tuple[sp.Symbol, sp.Expr, int]]
) -> PolyElement:
    """The polynomial with root**order replaced by the radicand, for every relation."""
    ring = polynomial.ring
    for root, radicand, order in relations:
        place = ring.symbols.index(root)
        groups: dict[int, PolyElement] = {}
        for powers, coefficient in polynomial.terms():
            times, left = divmod(powers[place], order)
            powers = (*powers[:place], left, *powers[place + 1 :])
            groups.setdefault(times, ring.zero)[powers] = coefficient
        if groups.keys() - {0}:
            value = ring.from_expr(radicand)
            polynomial = sum((part * value**times for times, part in groups.items()), ring.zero)
    return polynomial
