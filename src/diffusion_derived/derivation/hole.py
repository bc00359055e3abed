r"""A line left out of a derivation, for the reader to write.

    hole = Hole(NOTATION, above=r"11\,\binom{10}{7}\theta^7(1-\theta)^3", hint="one constant")
    hole.check(r"1320\,\theta^7(1-\theta)^3")

Any true expression is accepted, however it is written. A copy of the line above is not, nor an
expression that still holds what was to be removed. A wrong one is answered with a counterexample.
"""

from __future__ import annotations

from dataclasses import dataclass

from .language.notation import Notation, equal
from .verdict import PROVED, REFUTED, TexError


@dataclass(frozen=True)
class Reply:
    """The answer to an answer: `right` or not, and why."""

    right: bool
    why: str

    def __repr__(self) -> str:
        return f"{'Right' if self.right else 'Not yet'}: {self.why}"


@dataclass(frozen=True)
class Hole:
    """What stands above the hole, the rule that is meant (`hint`), and what must be gone."""

    notation: Notation
    above: str
    hint: str
    without: tuple[str, ...] = ()

    def check(self, tex: str) -> Reply:
        """Decide whether `tex` may stand below the line above."""
        try:
            answer = self.notation.read(tex)
        except TexError as error:
            return Reply(False, f"this cannot be read. {error}")
        return self._copied(tex, answer) or self._left_over(tex) or self._decided(answer)

    def _copied(self, tex: str, answer) -> Reply | None:
        same = self.notation.same_text(tex, self.above) or answer == self.notation.read(self.above)
        return Reply(False, f"this repeats the line above; {self.hint}") if same else None

    def _left_over(self, tex: str) -> Reply | None:
        left = next((token for token in self.without if token in tex), None)
        return Reply(False, f"{left} is still there; {self.hint}") if left else None

    def _decided(self, answer) -> Reply:
        verdict = equal(self.notation, self.notation.read(self.above), answer)
        if verdict.status == PROVED:
            return Reply(True, f"equal for {self.notation.scope(answer)}")
        if verdict.status == REFUTED:
            return Reply(False, f"{verdict.witness}; {self.hint}")
        return Reply(False, f"this could not be decided; write it more plainly. {verdict.detail}")
