"""One displayed line of a derivation, and the wrong variants of it that were refused."""

from __future__ import annotations

from dataclasses import dataclass, field

from .tree.terms import Term
from .verdict import Witness


@dataclass(frozen=True)
class Refusal:
    """A wrong variant of a line, and the point at which it is wrong."""

    name: str
    tex: str
    witness: Witness | None


@dataclass(frozen=True)
class Line:
    """A line: its relation to the line above, how that was established, and why it is true.

    `ran` says that the reason was run as a rule. A line with a label is an equation of its own.
    """

    relation: str
    tex: str
    because: str
    grade: str
    ran: bool = False
    method: str = ""
    note: str = ""
    refused: tuple[Refusal, ...] = ()
    label: str | None = None
    term: Term | None = field(default=None, repr=False, compare=False)
