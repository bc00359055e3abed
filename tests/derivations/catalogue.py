"""The book's main derivations, in its own TeX, before they move into their chapters.

Each function returns closed derivations. Writing them down is the test: a step that is not decided
raises, and so does a wrong variant that is not refuted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from diffusion_derived.derivation import Derivation, Notation
from diffusion_derived.derivation.ledger import Ledger

Build = Callable[[], "list[Derivation]"]


@dataclass(frozen=True)
class Topic:
    """One subject: its title, and the function that derives it."""

    title: str
    build: Build


TOPICS: list[Topic] = []


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
