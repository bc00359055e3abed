"""Unknowns: one symbol for each thing that stays closed, with the names that it depends on."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

from ..tree.probability import Slot

Slots = tuple[Slot, ...]


class Unknowns:
    """The unknowns met so far; two things that look the same are one unknown."""

    def __init__(self, facts: Iterable[str]) -> None:
        self.facts = frozenset(facts)
        self.unknowns: dict[tuple, sp.Symbol] = {}
        self.depends: dict[sp.Symbol, frozenset[str]] = {}

    def _probability(self, name: str, of: Slots, given: Slots = ()) -> sp.Symbol:
        names = frozenset(slot.name for slot in (*of, *given) if slot.event is None)
        return self._make((name, frozenset(of), frozenset(given)), names, positive=True)

    def _unknown(self, kind, term, world, inner, positive=False) -> sp.Symbol:
        inner = tuple(sp.cancel(sp.together(value)) for value in inner)
        names = self._names_in(inner) | {n for n in term.needs() if n in world.bound}
        return self._make((kind, *inner), names, positive)

    def _make(self, key: tuple, names: Iterable[str], positive: bool) -> sp.Symbol:
        if key not in self.unknowns:
            assumed = {"positive": True} if positive else {"real": True}
            symbol = sp.Dummy(f"u{len(self.unknowns)}", **assumed)
            self.unknowns[key], self.depends[symbol] = symbol, frozenset(names)
        return self.unknowns[key]

    def _names_in(self, values: Iterable[sp.Expr]) -> frozenset[str]:
        symbols = {s for value in values for s in value.free_symbols}
        return frozenset().union(*(self.depends.get(s, {str(s)}) for s in symbols))

    def _pull_out(self, kind: str, names: tuple[str, ...], summand: sp.Expr) -> sp.Expr:
        inside = [f for f in sp.Mul.make_args(summand) if self._names_in([f]) & set(names)]
        outside = sp.Mul(*(f for f in sp.Mul.make_args(summand) if f not in inside))
        return outside * self._apply(kind, names, sp.Mul(*inside))

    def _apply(self, kind: str, names: tuple[str, ...], value: sp.Expr) -> sp.Expr:
        value = sp.cancel(sp.together(value))
        free = self._names_in([value]) - set(names)
        return self._make((kind, names, value), free, positive=False)
