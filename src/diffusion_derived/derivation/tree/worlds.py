"""Worlds: the members of the family on which a statement must hold.

A world gives a value to every size and free index, a state to every observed variable, and tables
to a finite model. A statement without any of these has one world, in which nothing is fixed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..verdict import DerivationError
from .finite import Tables, tables

__all__ = ["TABLES", "Tables", "World", "tables"]

TABLES = "tables"  # the need that only a finite model can meet


@dataclass(frozen=True)
class World:
    """What is fixed here: values of names, and perhaps the tables of a model."""

    bound: Mapping[str, Any] = field(default_factory=dict)
    tables: Tables | None = None
    lemmas: set[str] = field(default_factory=set, compare=False, repr=False)
    open_integrals: bool = False  # leave what no formula covers (a limit too), instead of raising

    def bind(self, values: Mapping[str, Any]) -> World:
        """This world with more names bound."""
        return replace(self, bound={**self.bound, **values})

    def states(self, names: Iterable[str]) -> Iterator[World]:
        """This world with the named variables in each of their states."""
        names = tuple(names)
        sizes = [range(self.model().size(name)) for name in names]
        for states in itertools.product(*sizes):
            yield self.bind(dict(zip(names, states, strict=True)))

    def model(self) -> Tables:
        """The tables of this world; without any, DerivationError."""
        if self.tables is None:
            raise DerivationError("probabilities of a finite model need worlds=tables(...)")
        return self.tables

    def note(self, lemma: str) -> None:
        """Remember that a value used this lemma."""
        if lemma:
            self.lemmas.add(lemma)

    def __getitem__(self, name: str) -> Any:
        if name not in self.bound:
            raise DerivationError(f"{name} has no value here: bind it by a sum, or give its size")
        return self.bound[name]

    def __str__(self) -> str:
        parts = [f"{name} = {value}" for name, value in self.bound.items()]
        return ", ".join([*(self.tables.describe() if self.tables else []), *parts])
