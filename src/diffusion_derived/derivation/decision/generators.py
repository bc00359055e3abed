"""The generators of the normal form: one fresh symbol for each kernel, and what it stands for."""

from __future__ import annotations

from collections.abc import Hashable

import sympy as sp

UNIT, LOG, ROOT, EXP, GAMMA, OPAQUE = "unit", "log", "root", "exp", "gamma", "opaque"


class OutsideField(Exception):
    """The expression has a part that the normal form does not cover, or that is undefined."""


class Generators:
    """Fresh symbols, each named after its kind and the order in which it was met."""

    def __init__(self) -> None:
        self._symbols: dict[tuple[str, Hashable], sp.Symbol] = {}
        self._meaning: dict[sp.Symbol, tuple[str, Hashable]] = {}

    def get(self, kind: str, key: Hashable, **facts: bool) -> sp.Symbol:
        """The generator for this kernel; `facts` are assumptions that hold for its value."""
        if (kind, key) not in self._symbols:
            symbol = sp.Dummy(f"{kind}{len(self._symbols)}", **facts)
            self._symbols[kind, key] = symbol
            self._meaning[symbol] = kind, key
        return self._symbols[kind, key]

    def key(self, kind: str, symbol: sp.Expr) -> Hashable | None:
        """What `symbol` stands for if it is a generator of this kind, else None."""
        found, key = self._meaning.get(symbol, (None, None))
        return key if found == kind else None

    def of_kind(self, kind: str) -> dict[sp.Symbol, Hashable]:
        """The generators of one kind with their keys, in the order in which they were met."""
        return {s: key for s, (found, key) in self._meaning.items() if found == kind}
