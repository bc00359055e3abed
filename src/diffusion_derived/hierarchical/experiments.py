"""One level against two, and a second level that dies: trained on the digits (chapter 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from diffusion_derived import checks
from diffusion_derived.data import Images
from diffusion_derived.estimates import Estimate, average
from diffusion_derived.hierarchical import recipes
from diffusion_derived.hierarchical.recipes import Recipe, Run, Score, evaluate, fit


@dataclass(frozen=True, eq=False)
class Tie:
    """One level and two, trained from the same seeds: a score each for every seed.

    `runs` holds the two trained models of the first seed. Chapter 8.
    """

    one: tuple[Score, ...]
    two: tuple[Score, ...]
    runs: tuple[Run, Run]

    def bits(self, name: str = "elbo") -> tuple[Estimate, Estimate]:
        """Bits a pixel of one level and of two, with error bars over the seeds. Chapter 8."""
        return over_seeds(_bits(self.one, name)), over_seeds(_bits(self.two, name))

    def difference(self, name: str = "elbo") -> Estimate:
        """Bits a pixel of two levels less those of one, paired by seed. Chapter 8."""
        return over_seeds(_bits(self.two, name) - _bits(self.one, name))

    def upper(self) -> Estimate:
        """The divergence of the second level in nats, over the seeds. Chapter 8."""
        return over_seeds([score.upper.mean() for score in self.two])


def tie(digits: Images, seeds: Sequence[int] = (0, 1, 2)) -> Tie:
    """Train one level and two from every seed and score them on the test digits.

    Raises `ValueError` for fewer than two seeds. Chapter 8.
    """
    if len(set(seeds)) < 2:
        checks.refuse("seeds", seeds, "at least two different ones, for an error bar")
    pairs = [(recipes.ONE_LEVEL, recipes.TWO_LEVELS)] * len(seeds)
    trained = [
        tuple(fit(r, digits, seed) for r in pair)
        for pair, seed in zip(pairs, seeds, strict=True)
    ]  # fmt: skip
    one, two = (
        tuple(evaluate(pair[place].model, digits.test) for pair in trained) for place in (0, 1)
    )
    return Tie(one, two, trained[0])


@dataclass(frozen=True, eq=False)
class Outcome:
    """A training of the second level: the run and its score on the test digits. Chapter 8."""

    run: Run
    score: Score


COLLAPSE = (recipes.MERGED_AT_ONCE, recipes.SHIFTED_AT_ONCE, recipes.MERGED)
"""The naive merge, the same with a shift in place of the merge, and the merge charged slowly."""


def collapse(
    digits: Images, which: Sequence[Recipe] = COLLAPSE, steps: int | None = None, seed: int = 0
) -> dict[str, Outcome]:
    """Train each recipe and score it on the test digits; the keys are the recipes' names.

    `steps` replaces the recipes' own numbers of steps. Chapter 8.
    """
    found = {}
    for recipe in which:
        run = fit(recipe if steps is None else replace(recipe, steps=steps), digits, seed)
        found[recipe.name] = Outcome(run, evaluate(run.model, digits.test))
    return found


def over_seeds(values: ArrayLike) -> Estimate:
    """The mean of one number a seed, with its standard error over the seeds. Chapter 8."""
    return average(values)


def message_share(run: Run, digits: Images) -> float:
    r"""The median part $s/(s+v)$ that a message has in the merged belief, over the test digits.

    Near 0 the picture has no say in $z_1$, and its slopes have died with it. Raises `ValueError`
    for a model that does not merge. Chapter 8.
    """
    return recipes.share_of_message(run.model, digits.test)


def _bits(scores: Sequence[Score], name: str) -> np.ndarray:
    return np.array([score.bits(name).value for score in scores])
