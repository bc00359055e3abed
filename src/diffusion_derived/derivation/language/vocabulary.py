"""What each declared name means, as the parser needs to know it."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, field

import sympy as sp

from ..tree.terms import Term


@dataclass(frozen=True)
class Family:
    """Symbols with an index: `make(name)` gives the symbol of one member."""

    make: Callable[[str], sp.Symbol]
    count: int


@dataclass(frozen=True)
class Definition:
    """A name that means an expression, in terms of its parameters or of its index."""

    tex: str
    body: Term
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True)
class UnknownFunction:
    """A smooth function of which nothing is known but perhaps its sign."""

    arity: int
    positive: bool


@dataclass
class Vocabulary:
    """Every declared name, by kind."""

    symbols: dict[str, Term] = field(default_factory=dict)
    families: dict[str, Family] = field(default_factory=dict)
    definitions: dict[str, Definition] = field(default_factory=dict)
    templates: dict[str, Definition] = field(default_factory=dict)  # by base: r in r_k
    functions: dict[str, UnknownFunction] = field(default_factory=dict)
    sizes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    indices: dict[str, str] = field(default_factory=dict)
    densities: dict[str, tuple[str, ...]] = field(default_factory=dict)  # what each one makes
    variables: frozenset[str] = frozenset()
    states_of: dict[str, int] = field(default_factory=dict)
    events: dict[str, tuple[str, tuple[int, ...]]] = field(default_factory=dict)
    random: dict[str, Term] = field(default_factory=dict)
    defined_tex: dict[str, str] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        plain = (self.symbols, self.definitions, self.functions, self.sizes, self.indices)
        return any(name in names for names in (*plain, self.densities))

    def near(self, name: str) -> str:
        """The declared names that look like this one, in words."""
        tables = (self.symbols, self.families, self.definitions, self.functions, self.sizes)
        known = [text for names in (*tables, self.densities) for text in names]
        close = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
        return ", ".join(close or known[:6]) or "none is declared"

    def others(self, variable: str, states: tuple[int, ...]) -> tuple[int, ...]:
        """The states of a variable that are not among these: the complement of an event."""
        return tuple(s for s in range(self.states_of[variable]) if s not in states)

    def every_state_named(self) -> bool:
        """Whether the events name all states of the model, so that its sizes are no choice."""
        named: dict[str, set[int]] = {name: set() for name in self.variables}
        for variable, states in self.events.values():
            named[variable] |= (
                {*states, *self.others(variable, states)}
                if (self.states_of[variable] == 2)
                else set(states)
            )
        return all(len(named[name]) == size for name, size in self.states_of.items())
