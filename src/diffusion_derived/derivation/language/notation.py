r"""A chapter's notation: the names it uses, declared once, and what its statements range over.

    N = Notation(real="x_t x_0", unit=r"\alpha_t \bar\alpha_{t-1}",
                 let={r"\beta_t": r"1-\alpha_t", r"\bar\alpha_t": r"\alpha_t\,\bar\alpha_{t-1}"})
    verdict = equal(N, N.read(r"\sqrt{\beta_t}^2"), N.read(r"1-\alpha_t"))

A name that was not declared cannot be read, and raises `TexError`.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace

import sympy as sp

from ..decision.decide import decide_zero
from ..tree.existence import averages_unknown
from ..tree.node import OutsideReach, Term, Value
from ..tree.quadrature import decide_open, quadrature_witness
from ..tree.worlds import TABLES, Tables, World
from ..verdict import PROVED, REFUTED, UNDECIDED, DerivationError, Verdict, Witness
from .declarations import declare
from .names import normal_name
from .parser import Parser
from .tokens import text_of
from .witness_names import readable


class Notation:
    """What every name means. A name that is not declared, or is declared twice, is an error."""

    def __init__(
        self,
        *,
        real: str = "",
        positive: str = "",
        unit: str = "",
        natural: str = "",
        whole: str = "",
        functions: Mapping[str, str] | None = None,
        positive_functions: Mapping[str, str] | None = None,
        matrices: Mapping[str, sp.MatrixBase] | None = None,
        indexed: Mapping[str, str] | None = None,
        sizes: Mapping[str, int | Sequence[int]] | None = None,
        indices: Mapping[str, str] | None = None,
        worlds: Sequence[Tables] = (),
        events: Mapping[str, tuple[str, int | tuple[int, ...]]] | None = None,
        random: Mapping[str, str] | None = None,
        let: Mapping[str, str] | None = None,
        given: Mapping[str, str] | None = None,
    ) -> None:
        plain = {"real": real, "positive": positive, "unit": unit, "natural": natural}
        self._read: dict[str, Term] = {}
        self._lemmas: dict[Term, tuple[str, ...]] = {}
        self._values: dict[tuple, tuple[Value, set[str]]] = {}
        self.words, self.tables = declare(
            plain={**plain, "whole": whole},
            functions=functions or {},
            positive_functions=positive_functions or {},
            matrices=matrices or {},
            indexed=indexed or {},
            sizes=sizes or {},
            indices=indices or {},
            tables=tuple(worlds),
            events=events or {},
            random=random or {},
            let=let or {},
            given=given or {},
        )

    def read(self, tex: str) -> Term:
        """The term that a TeX string means; TexError shows the place of what cannot be read."""
        if tex not in self._read:
            self._read[tex] = Parser(tex, self.words).parse()
        return self._read[tex]

    def same_text(self, first: str, second: str) -> bool:
        """Whether two strings look the same to a reader, spaces and bracket sizes aside."""
        return text_of(first) == text_of(second)

    def definition(self, name: str) -> str:
        """The TeX that a defined name means."""
        wanted = normal_name(name.partition("(")[0])
        for declared, tex in self.words.defined_tex.items():
            if normal_name(declared.partition("(")[0]) == wanted:
                return tex
        raise DerivationError(f"{name!r} has no definition: expected a name in let={{...}}")

    def worlds(self, *terms: Term) -> tuple[World, ...]:
        """Every world on which a statement about these terms must hold."""
        needs = frozenset().union(*(term.needs() for term in terms))
        models = self._models(needs)
        return tuple(world for model in models for world in self._bindings(model, needs))

    def grade(self, *terms: Term) -> str:
        """'family' if the terms are decided for listed sizes only, else 'proof'."""
        needs = frozenset().union(*(term.needs() for term in terms))
        sized = self._sizes_needed(needs)
        if sized or self._over_tables(needs) and not self.words.every_state_named():
            return "family"
        return "proof"

    def scope(self, *terms: Term) -> str:
        """For what the statement is decided, in words."""
        needs = frozenset().union(*(term.needs() for term in terms))
        sizes = self.words.sizes
        parts = [f"{name} = {_listed(sizes[name])}" for name in self._sizes_needed(needs)]
        if self._over_tables(needs):
            parts.append(self._tables_in_words())
        exist = ["functions whose integrals exist"] if any(map(averages_unknown, terms)) else []
        return "; ".join([*(parts or ["all values"]), *exist])

    def lemmas(self, *terms: Term) -> tuple[str, ...]:
        """The labels of the lemmas that the values of these terms use."""
        used: list[str] = []
        for term in terms:
            used += self._lemmas_of(term)
        return tuple(dict.fromkeys(used))

    def values(self, term: Term, worlds: Sequence[World] | None = None) -> list:
        """The value of a term in each world."""
        worlds = worlds if worlds is not None else self.worlds(term)
        found = [self._value(term, world) for world in worlds]
        self._lemmas[term] = tuple(sorted({lemma for _, used in found for lemma in used}))
        return [value for value, _ in found]

    def number(self, term: Term) -> float:
        """The number that a term without symbols is."""
        value = self.values(term)[0]
        if not value.is_number or not value.is_real:
            raise DerivationError(f"expected a real number, got {value}")
        return float(value)

    # ---- within --------------------------------------------------------------------------

    def _value(self, term: Term, world: World) -> tuple[Value, set[str]]:
        """The value in one world, computed once, and the lemmas that it used."""
        key = (term, tuple(world.bound.items()), world.tables, world.open_integrals)
        if key not in self._values:
            recording = replace(world, lemmas=set())
            self._values[key] = (term.value(recording), recording.lemmas)
        return self._values[key]

    def _models(self, needs: frozenset[str]) -> tuple[Tables | None, ...]:
        if not self._over_tables(needs):
            return (None,)
        if not self.tables:
            raise DerivationError("probabilities of a finite model need worlds=tables(...)")
        return self.tables

    def _lemmas_of(self, term: Term) -> tuple[str, ...]:
        """The lemmas of one term; of one whose value stays open, those that it uses even so."""
        if term not in self._lemmas:
            worlds = self.worlds(term)
            try:
                self.values(term, worlds)
            except OutsideReach:
                self._lemmas[term] = ()
                with contextlib.suppress(OutsideReach):
                    self.values(term, [replace(world, open_integrals=True) for world in worlds])
        return self._lemmas[term]

    def _over_tables(self, needs: frozenset[str]) -> bool:
        """Whether a state or a probability of the finite model is needed."""
        return TABLES in needs or any(n.rstrip("'") in self.words.variables for n in needs)

    def _tables_in_words(self) -> str:
        if all(not entry.free_symbols for t in self.tables for entry in t.entries.values()):
            return "the given probabilities"
        if self.words.every_state_named():
            return "all probabilities"
        found = {name: {t.sizes[name] for t in self.tables} for name in self.tables[0].sizes}
        alphabets = (f"|{name}|={_listed(sorted(sizes))}" for name, sizes in found.items())
        return "all tables " + ", ".join(alphabets)

    def _sizes_needed(self, needs: frozenset[str]) -> list[str]:
        words = self.words
        wanted = needs | {words.indices[name] for name in needs if name in words.indices}
        return [name for name in words.sizes if name in wanted]

    def _bindings(self, model: Tables | None, needs: frozenset[str]):
        names = self._sizes_needed(needs)
        for chosen in itertools.product(*(self.words.sizes[name] for name in names)):
            world = World(dict(zip(names, chosen, strict=True)), model)
            yield from self._indexed(world, needs)

    def _indexed(self, world: World, needs: frozenset[str]):
        free = sorted(needs & set(self.words.indices))
        ranges = (range(1, world[self.words.indices[name]] + 1) for name in free)
        for values in itertools.product(*ranges):
            yield from self._observed(world.bind(dict(zip(free, values, strict=True))), needs)

    def _observed(self, world: World, needs: frozenset[str]):
        if world.tables is None:
            yield world
            return
        at = {name: state for name, state in world.tables.at.items() if name in needs}
        free = [n for n in sorted(needs) if n.rstrip("'") in self.words.variables and n not in at]
        yield from world.bind(at).states(free)


def equal(notation: Notation, left: Term, right: Term) -> Verdict:
    """Decide that two terms have the same value in every world of the notation."""
    verdicts: list[Verdict] = []
    for world in notation.worlds(left, right):
        verdicts.append(_decide(notation, left, right, world))
        seconds = sum(verdict.seconds for verdict in verdicts)
        if verdicts[-1].status == REFUTED:
            return located(notation, verdicts[-1], world, seconds)
    if not verdicts:
        return Verdict(UNDECIDED, detail="there is no world in which to decide this")
    for verdict in verdicts:
        if verdict.status == UNDECIDED:
            return replace(verdict, seconds=seconds)
    methods = dict.fromkeys(verdict.method for verdict in verdicts if verdict.method)
    return Verdict(PROVED, ", ".join(methods), seconds=seconds)


def _decide(notation: Notation, left: Term, right: Term, world: World) -> Verdict:
    try:
        values = _values(notation, left, right, world)
    except OutsideReach as error:
        return _by_quadrature(notation, left, right, world, str(error))
    infinite = [value.has(sp.oo, -sp.oo, sp.zoo) for value in values]
    if infinite[0] != infinite[1]:
        return Verdict(REFUTED, "limits", witness=Witness((), "infinity"))
    return decide_zero(values[0] - values[1])


def _by_quadrature(notation: Notation, left: Term, right: Term, world: World, why: str) -> Verdict:
    """What no formula covers may be refuted by numbers, or be the same integral on both sides."""
    try:
        values = _values(notation, left, right, replace(world, open_integrals=True))
    except OutsideReach:
        return Verdict(UNDECIDED, detail=why)
    difference = values[0] - values[1]
    if not isinstance(difference, sp.Expr):
        return Verdict(UNDECIDED, detail=why)
    witness = quadrature_witness(difference)
    if witness is not None:
        return Verdict(REFUTED, "quadrature", str(witness), witness)
    return decide_open(*values, why)


def _values(notation: Notation, left: Term, right: Term, world: World) -> list:
    values = [notation.values(term, [world])[0] for term in (left, right)]
    shapes = [getattr(value, "shape", ()) for value in values]
    if shapes[0] != shapes[1]:
        raise DerivationError(f"the two sides have unlike shapes: {shapes[0]} and {shapes[1]}")
    return values


def located(notation: Notation, verdict: Verdict, world: World, seconds: float) -> Verdict:
    """The verdict with the world's own choices in front of its counterexample."""
    witness, words = verdict.witness, notation.words
    if witness is not None:
        chosen = tuple((name, str(value)) for name, value in world.bound.items())
        point = tuple((readable(n, words.events, words.states_of), v) for n, v in witness.point)
        witness = Witness((*chosen, *point), witness.difference)
    return Verdict(verdict.status, verdict.method, verdict.detail, witness, seconds)


def _listed(values: Sequence[int]) -> str:
    return ", ".join(map(str, values))
