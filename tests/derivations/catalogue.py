"""The book's main derivations, in its own TeX, before they move into their chapters.

Each function returns closed derivations. Writing them down is the test: a step that is not decided
raises, and so does a wrong variant that is not refuted.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from diffusion_derived.derivation import Derivation, Induction, Notation
from diffusion_derived.derivation.ledger import Ledger

Build = Callable[[], "list[Derivation | Induction]"]


@dataclass(frozen=True)
class Topic:
    """One subject: its title, and the function that derives it."""

    title: str
    build: Build

    @cached_property
    def derived(self) -> tuple[Derivation | Induction, ...]:
        """Everything that it derives, built once."""
        return tuple(self.build())

    def chains(self) -> list[Derivation]:
        """Its chains of equations."""
        return [d for d in self.derived if isinstance(d, Derivation)]


TOPICS: list[Topic] = []


def every_topic() -> list[Topic]:
    """The topics of all modules in this folder."""
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if not path.stem.startswith(("test_", "conftest")):
            importlib.import_module(path.stem)
    return TOPICS


def topic(title: str) -> Callable[[Build], Build]:
    """Enter a function under a title."""

    def enter(build: Build) -> Build:
        TOPICS.append(Topic(title, build))
        return build

    return enter


def claim(
    notation: Notation, label: str, left: str, right: str, wrong: dict[str, str], reason="algebra"
) -> Derivation:
    """A derivation of one step."""
    return chain(notation, label).start(left).step(right, reason, rejects=wrong).qed()


def chain(notation: Notation, label: str, title: str = "") -> Derivation:
    """An open derivation with a ledger of its own."""
    return Derivation(title or label, notation, label=label, ledger=Ledger())


def matrix(rows: list[list[str]]) -> str:
    """The TeX of a matrix, from the TeX of its entries."""
    lines = r"\\ ".join(" & ".join(row) for row in rows)
    return rf"\begin{{pmatrix}}{lines}\end{{pmatrix}}"


def column(name: str, size: int) -> str:
    """The TeX of a column of names with an index."""
    return matrix([[f"{name}_{i}"] for i in range(1, size + 1)])


def identity(size: int) -> str:
    """The TeX of an identity matrix."""
    return matrix([[str(int(i == j)) for j in range(size)] for i in range(size)])
