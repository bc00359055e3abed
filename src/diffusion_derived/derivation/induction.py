"""Proof by induction: a base case and an inductive step, both decided."""

from __future__ import annotations

from dataclasses import replace

from .chain import Derivation
from .language.notation import Notation, equal
from .ledger import LEDGER, Entry, Ledger
from .lines import Line
from .page.show import Shown
from .verdict import PROVED, DerivationError

STRONG = ("proof", "induction", "family")


class Induction(Shown):
    r"""A statement for every whole number, from two closed derivations.

    `base` decides the statement at the first number, `step` takes it from one number to the next.
    That these two give `tex` for all numbers is the scheme of induction, which is yours to read.
    `holds` says for which. With `small`, a notation that lists small sizes, `tex` itself is decided
    for those sizes first.
    """

    def __init__(
        self,
        title: str,
        tex: str,
        *,
        base: Derivation,
        step: Derivation,
        label: str,
        chapter: str | int = "",
        holds: str = "every whole number",
        small: Notation | None = None,
        ledger: Ledger = LEDGER,
    ) -> None:
        if small is not None:
            _decide_small(tex, small)
        for name, part in (("base", base), ("step", step)):
            if not part.closed or part.grade not in STRONG:
                raise DerivationError(f"{name} {part.title!r}: expected a closed, proved chain")
        self.title, self.label, self.chapter = title, label, str(chapter)
        self.base, self.step, self.closed = base, step, True
        self.lines = (
            Line("", tex, f"for {holds}", "definition"),
            *(self._part("base", base), self._part("step", step)),
        )
        self.notes = tuple(replace(note, label=None) for note in base.notes + step.notes)
        self.rests_on = (base.label, step.label, *base.rests_on, *step.rests_on)
        self.grade, self.statement, self.scope = "induction", tex, self._scope(holds)
        entry = Entry(
            label,
            self.chapter,
            title,
            tex,
            "induction",
            ("base", "step"),
            method="base and step proved",
            rests_on=self.rests_on,
            scope=self.scope,
        )
        ledger.add(entry)
        self.entries = (*base.entries, *step.entries, entry)

    def _scope(self, holds: str) -> str:
        """For what it holds, and how far the step was decided if that is a family only."""
        return f"{holds}, step for {self.step.scope}" if self.step.grade == "family" else holds

    @staticmethod
    def _part(name: str, part: Derivation) -> Line:
        return Line(name, part.statement, part.title, "induction", method=part.grade)


def _decide_small(tex: str, notation: Notation) -> None:
    left, relation, right = tex.partition(" = ")
    if not relation:
        raise DerivationError(f"tex {tex!r}: expected 'left = right'")
    verdict = equal(notation, notation.read(left), notation.read(right))
    if verdict.status != PROVED:
        why = verdict.witness or verdict.detail
        raise DerivationError(f"{tex!r} is {verdict.status} for small numbers: {why}")
