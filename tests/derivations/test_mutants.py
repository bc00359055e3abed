"""Slips made by machine in every derived statement: refuted exactly when they are false.

What is false is said by an oracle of numbers that shares no code with the decision procedure. A
slip that takes the value away (the logarithm of a negative number) is never proved either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from catalogue import Topic, every_topic
from oracle import Reference

from diffusion_derived.derivation import Derivation, DerivationError, Notation, equal
from diffusion_derived.derivation.language.typos import typos
from diffusion_derived.derivation.tree.mutate import mutants
from diffusion_derived.derivation.tree.terms import Term
from diffusion_derived.derivation.verdict import PROVED, REFUTED, UNDECIDED

pytestmark = pytest.mark.slow

NO_VALUE = "no value"
MOST_MUTANTS, MOST_TYPOS = 16, 5  # of one statement, of one side of it
WHOLE = ("eq-ddpm-posterior", "eq-elbo", "eq-bayes")  # here all of them are tried
SOUND = {  # what may be decided when the oracle says: it differs, it is equal, it has no value
    True: (REFUTED, NO_VALUE),
    False: (PROVED,),
    None: (REFUTED, NO_VALUE, UNDECIDED),
}


class Side:
    """One side of a statement, against which wrong variants of the other are held."""

    def __init__(self, notation: Notation, term: Term) -> None:
        self.notation, self.term = notation, term
        self.few = Reference(notation, term)
        self.many = Reference(notation, term, points=8, seed=2)

    def differs_from(self, other: Term) -> bool | None:
        """What the oracle says, at more points if there was no value at a few."""
        differs = self.few.differs_from(other)
        return self.many.differs_from(other) if differs is None else differs

    def decided(self, other: Term) -> str:
        """What the engine says."""
        try:
            return equal(self.notation, self.term, other).status
        except DerivationError:
            return NO_VALUE


@dataclass(frozen=True)
class Slip:
    """A wrong variant of one side, and what came of it."""

    what: str
    decided: str
    differs: bool | None

    @property
    def sound(self) -> bool:
        """Whether the decision may stand beside what the oracle says."""
        return self.decided in SOUND[self.differs]


def equations(topic: Topic) -> list[Derivation]:
    """The chains whose last line equals the first."""
    return [chain for chain in topic.chains() if chain.relation == "="]


def slips_of_the_tree(chain: Derivation) -> Iterator[Slip]:
    """Mutants of the right side; of the left one where the right one is a plain name."""
    first, last = chain.lines[0].term, chain.lines[-1].term
    held, changed = (first, last) if mutants(last) else (last, first)
    side = Side(chain.notation, held)
    for mutant in _spread(mutants(changed), MOST_MUTANTS, chain.label):
        yield Slip(mutant.what, side.decided(mutant.term), side.differs_from(mutant.term))


def slips_of_the_pen(chain: Derivation) -> Iterator[Slip]:
    """One-token typos of the TeX on either side."""
    first, last = chain.lines[0], chain.lines[-1]
    for held, changed in ((first, last), (last, first)):
        side = Side(chain.notation, held.term)
        for typo in _spread(typos(changed.tex, chain.notation), MOST_TYPOS, chain.label):
            differs = side.differs_from(typo.term)
            yield Slip(f"{typo.what}: {typo.tex}", side.decided(typo.term), differs)


def _spread(variants: Sequence, most: int, label: str) -> list:
    """All variants of a statement that is tried as a whole; else at most so many, evenly spread."""
    if label in WHOLE or len(variants) <= most:
        return list(variants)
    return [variants[at * len(variants) // most] for at in range(most)]


def tally(slips: Sequence[Slip]) -> Counter:
    """How many slips were decided in which way."""
    return Counter(slip.decided for slip in slips)


@pytest.mark.parametrize("topic", every_topic(), ids=lambda topic: topic.title)
def test_the_oracle_agrees_with_every_statement(topic):
    for chain in equations(topic):
        side = Side(chain.notation, chain.lines[0].term)
        assert side.differs_from(chain.lines[-1].term) is False, chain.statement


@pytest.mark.parametrize("topic", every_topic(), ids=lambda topic: topic.title)
@pytest.mark.parametrize("slips_of", [slips_of_the_tree, slips_of_the_pen])
def test_slips_are_refuted_exactly_when_they_are_false(topic, slips_of):
    for chain in equations(topic):
        slips = list(slips_of(chain))
        assert [slip for slip in slips if not slip.sound] == []
        assert tally(slips)[REFUTED], f"{chain.label} refuses nothing"
