r"""Signs that can be read off a polynomial, and its factors with their signs.

Every test here is sufficient, not necessary: True is a proof, False says nothing.
"""

from __future__ import annotations

import functools

import sympy as sp

MINUS_ONE = sp.Integer(-1)
Term = tuple[sp.Rational, list[tuple[sp.Symbol, int]]]
Factors = dict[sp.Expr, int]


def is_real(expr: sp.Expr) -> bool:
    """Whether every symbol of a rational expression stands for a real number."""
    return all(symbol.is_real for symbol in expr.free_symbols)


@functools.lru_cache(maxsize=4096)
def is_positive(polynomial: sp.Expr) -> bool:
    r"""Whether every term of a polynomial is manifestly $\ge 0$ and one of them is $> 0$."""
    terms = _terms(polynomial)
    return all(map(_term_nonnegative, terms)) and any(map(_term_positive, terms))


@functools.lru_cache(maxsize=4096)
def is_nonnegative(polynomial: sp.Expr) -> bool:
    r"""Whether every term of a polynomial is manifestly $\ge 0$."""
    return all(map(_term_nonnegative, _terms(polynomial)))


def _terms(polynomial: sp.Expr) -> list[Term]:
    symbols = in_turn(polynomial.free_symbols)
    if not symbols:
        return [(polynomial, [])]
    return [
        (coefficient, [(s, k) for s, k in zip(symbols, powers, strict=True) if k])
        for powers, coefficient in sp.Poly(polynomial, *symbols).terms()
    ]


def in_turn(symbols: set[sp.Symbol]) -> list[sp.Symbol]:
    """The symbols in an order that does not depend on hashing."""
    return sorted(symbols, key=lambda symbol: symbol.sort_key())


def _term_nonnegative(term: Term) -> bool:
    coefficient, powers = term
    return bool(coefficient >= 0) and all(
        symbol.is_nonnegative or (symbol.is_real and power % 2 == 0) for symbol, power in powers
    )


def _term_positive(term: Term) -> bool:
    coefficient, powers = term
    return bool(coefficient > 0) and all(symbol.is_positive for symbol, _ in powers)


def signed_factors(numerator: sp.Expr, denominator: sp.Expr) -> Factors:
    """The irreducible factors of a fraction with their exponents; numbers are split into primes.

    A manifestly negative factor is turned round, so that -1 (to the power 1) carries the sign.
    """
    factors: Factors = {}
    for part, side in ((numerator, 1), (denominator, -1)):
        for factor, power in _irreducible(part):
            factors[factor] = factors.get(factor, 0) + side * power
    factors[MINUS_ONE] = factors.get(MINUS_ONE, 0) % 2
    return {factor: power for factor, power in factors.items() if power}


def _irreducible(polynomial: sp.Expr) -> list[tuple[sp.Expr, int]]:
    content, factors = sp.factor_list(polynomial)
    found = [(MINUS_ONE, 1)] if content < 0 else []
    found += [(sp.Integer(p), k) for p, k in sp.factorrat(abs(content)).items()]
    for factor, power in factors:
        turned = sp.expand(-factor)
        if is_positive(turned):
            found += [(MINUS_ONE, power), (turned, power)]
        else:
            found.append((factor, power))
    return found
