"""The record of a derivation: its lines, what they say together, and its entries in the ledger."""

from __future__ import annotations

from typing import Self

from .grades import weakest
from .language.notation import Notation
from .ledger import LEDGER, Entry, Ledger
from .lines import Line
from .page.show import Shown
from .reasons.lemmas import domains_of
from .tree.terms import Term
from .verdict import DerivationError


class Record(Shown):
    """What a chain has established so far, and what it says to a reader."""

    def __init__(
        self,
        title: str,
        notation: Notation,
        *,
        label: str,
        chapter: str | int = "",
        ledger: Ledger = LEDGER,
    ) -> None:
        if not label.startswith("eq-"):
            raise DerivationError(f"label {label!r}: a label starts with 'eq-'")
        self.title, self.notation, self.label = title, notation, label
        self.chapter, self.ledger = str(chapter), ledger
        self.lines: tuple[Line, ...] = ()
        self.notes: tuple[Line, ...] = ()
        self.rests_on: tuple[str, ...] = ()
        self.entries: tuple[Entry, ...] = ()
        self.closed = False

    # ---- what the chain says -------------------------------------------------------------

    @property
    def grade(self) -> str:
        """The grade of the weakest step."""
        return weakest(line.grade for line in self.lines[1:])

    @property
    def relation(self) -> str:
        """The relation of the last line to the first: the weakest on the way."""
        relations = [line.relation for line in self.lines[1:]]
        if {r"\ge", r"\le"} <= set(relations):
            raise DerivationError(f"{self.title!r} goes both up and down: it bounds nothing")
        return next((r for r in (r"\approx", r"\ge", r"\le") if r in relations), "=")

    @property
    def statement(self) -> str:
        """The TeX of what was derived: the first expression, the relation, the last."""
        return f"{self.lines[0].tex} {self.relation} {self.lines[-1].tex}"

    @property
    def scope(self) -> str:
        """For what values the statement holds, in words."""
        return self.notation.scope(*(line.term for line in self.lines))

    # ---- within --------------------------------------------------------------------------

    def _above(self) -> Line:
        if not self.lines or self.closed:
            raise DerivationError(f"{self.title!r}: start() first, and no step after qed()")
        return self.lines[-1]

    def _read_next(self, tex: str) -> Term:
        above, term = self._above(), self.notation.read(tex)
        if self.notation.same_text(tex, above.tex) or term == above.term:
            raise DerivationError(f"{self.title!r}: vacuous, it repeats the line above\n   {tex}")
        return term

    def _write(self, line: Line) -> Self:
        self.lines += (line,)
        if line.label:
            self._enter(self._entry(line.label, self.statement, self.lines[1:]))
        return self

    def _declare(self, line: Line) -> Self:
        if self.closed:
            raise DerivationError(f"{self.title!r}: nothing can be declared after qed()")
        self.notes += (line,)
        if line.label:
            self._enter(self._entry(line.label, line.tex, (line,)))
            self.rests_on += (line.label,)
        return self

    def _entry(self, label: str, tex: str, steps: tuple[Line, ...]) -> Entry:
        terms = [line.term for line in self.lines]
        refused = sum(len(step.refused) for step in steps)
        counted = sum(entry.refused for entry in self.entries)
        grounds = (*self.rests_on, *self.notation.lemmas(*terms))
        return Entry(
            label=label,
            chapter=self.chapter,
            title=self.title,
            tex=tex,
            grade=weakest(step.grade for step in steps),
            because=tuple(step.because for step in steps),
            ran=sum(step.ran for step in steps),
            method="; ".join(dict.fromkeys(step.method for step in steps if step.method)),
            refused=max(0, refused - counted),  # each once, at the first label that covers it
            rests_on=tuple(name for name in dict.fromkeys(grounds) if name != label),
            scope=self.notation.scope(*terms) if terms else "",
            domains=domains_of(terms[:1] + terms[-1:]) if tex.endswith(r"\ge 0") else (),
        )

    def _enter(self, entry: Entry) -> None:
        self.ledger.add(entry)
        self.entries += (entry,)
