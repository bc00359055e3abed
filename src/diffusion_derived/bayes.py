r"""Bayes' rule for finitely many hypotheses (chapter 1).

$$p(H \mid D) = \frac{p(H)\,p(D \mid H)}{p(D)}, \qquad p(D) = \sum_H p(H)\,p(D \mid H)$$

Integers and fractions go in, fractions come out; floats go in, floats come out.
The code is the same for both. H is the number of hypotheses, D the number of possible data.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from diffusion_derived import checks
from diffusion_derived.checks import Number


def joint(prior: ArrayLike, likelihood: ArrayLike) -> np.ndarray:
    r"""Probability of hypothesis and data together, $p(H, D) = p(H)\,p(D \mid H)$.

    `prior` has shape (H,). `likelihood` has shape (H,) for one observed D, or (H, D) for
    a table that lists every possible D, whose rows add up to 1. The result has the shape of
    `likelihood`. Raises `ValueError` for a number outside [0, 1], a prior or a row that does
    not add up to 1, or shapes that do not fit. Chapter 1.
    """
    prior = checks.distribution("prior", prior)
    likelihood = checks.probabilities("likelihood", likelihood)
    if prior.ndim != 1:
        checks.refuse("prior", prior, "one probability for each hypothesis")
    if likelihood.ndim > 2 or len(likelihood) != len(prior):
        checks.refuse("likelihood", likelihood, f"one entry or row for each of {len(prior)} priors")
    if likelihood.ndim == 1:
        return prior * likelihood
    for row in likelihood:
        checks.distribution("likelihood row", row)
    return prior[:, None] * likelihood


def evidence(prior: ArrayLike, likelihood: ArrayLike) -> Number | np.ndarray:
    r"""Probability of the data under all hypotheses, $p(D) = \sum_H p(H)\,p(D \mid H)$.

    A number for a likelihood of shape (H,), an array of shape (D,) for a table (H, D).
    Raises what `joint` raises. Chapter 1.
    """
    total = joint(prior, likelihood).sum(axis=0)
    return float(total) if isinstance(total, np.floating) else total


def posterior(prior: ArrayLike, likelihood: ArrayLike) -> np.ndarray:
    r"""Probability of each hypothesis given the data, $p(H \mid D) = p(H, D) / p(D)$.

    Shape (H,), or (H, D) with one posterior in each column. Raises what `joint` raises, and
    `ValueError` if the evidence is 0: the data were impossible. Chapter 1.
    """
    total = evidence(prior, likelihood)
    if np.any(total == 0):
        checks.refuse("evidence", total, "a number above 0")
    return joint(prior, likelihood) / total


def update(prior: ArrayLike, *likelihoods: ArrayLike) -> np.ndarray:
    r"""Posterior after several data, one at a time: each posterior is the next prior.

    $p(H \mid D_1, D_2) \propto p(H)\,p(D_1 \mid H)\,p(D_2 \mid H)$ if the data are independent
    given H, so the order does not matter and neither does doing it at once. Each likelihood
    has shape (H,). Raises what `posterior` raises. Chapter 1.
    """
    belief = checks.distribution("prior", prior)
    for likelihood in likelihoods:
        if np.ndim(likelihood) != 1:
            checks.refuse("likelihood", likelihood, "one number for each hypothesis")
        belief = posterior(belief, likelihood)
    return belief


def marginal(table: ArrayLike, keep: int | tuple[int, ...]) -> np.ndarray:
    r"""Sum rule: the variables that are not kept are summed away, $p(x) = \sum_y p(x, y)$.

    `table` holds a joint distribution, one axis for each variable; `keep` names the axes that
    stay. Raises `ValueError` for a table that is no distribution or an axis that is not
    there. Chapter 1.
    """
    table = checks.distribution("table", table)
    return table.sum(axis=_other_axes(table, keep))


def conditional(table: ArrayLike, given: int | tuple[int, ...]) -> np.ndarray:
    r"""Distribution of the other variables given some, $p(y \mid x) = p(x, y) / p(x)$.

    Same shape as `table`; `given` names the axes of x. Raises what `marginal` raises, and
    `ValueError` if a given value has probability 0. Chapter 1.
    """
    table = checks.distribution("table", table)
    totals = table.sum(axis=_other_axes(table, given), keepdims=True)
    if np.any(totals == 0):
        checks.refuse("given", given, "variables whose values all have probability above 0")
    return table / totals


def are_independent(table: ArrayLike, tolerance: float = 1e-12) -> bool:
    r"""Whether $p(x, y) = p(x)\,p(y)$ for every entry of a joint table of shape (X, Y).

    Fractions must agree exactly, floats to `tolerance`. Raises `ValueError` for a table that
    is no distribution over two variables. Chapter 1.
    """
    table = checks.distribution("table", table)
    if table.ndim != 2:
        checks.refuse("table", table, "a joint distribution of two variables")
    gap = abs(table - np.outer(marginal(table, 0), marginal(table, 1))).max()
    return bool(gap <= (0 if table.dtype == object else tolerance))


def odds(probability: Number) -> Number:
    r"""Odds of a probability, $p / (1 - p)$.

    Raises `ValueError` outside [0, 1) : a certainty has no odds. Chapter 1.
    """
    probability = checks.probability("probability", probability)
    if probability == 1:
        checks.refuse("probability", probability, "a probability below 1")
    return checks.ratio(probability, 1 - probability)


def probability_of(odds: Number) -> Number:
    r"""Probability that has these odds, $o / (1 + o)$.

    Raises `ValueError` for negative odds. Chapter 1.
    """
    odds = checks.number("odds", odds)
    if odds < 0:
        checks.refuse("odds", odds, "a number of at least 0")
    return checks.ratio(odds, 1 + odds)


def bayes_factor(likelihood: Number, other_likelihood: Number) -> Number:
    r"""How much better one hypothesis predicted the data, $p(D \mid H_1) / p(D \mid H_2)$.

    Raises `ValueError` for a likelihood outside [0, 1] or a second one of 0. Chapter 1.
    """
    likelihood = checks.probability("likelihood", likelihood)
    other_likelihood = checks.probability("other_likelihood", other_likelihood)
    if other_likelihood == 0:
        checks.refuse("other_likelihood", 0, "a probability above 0")
    return checks.ratio(likelihood, other_likelihood)


def posterior_odds(prior_odds: Number, factor: Number) -> Number:
    r"""Bayes' rule as a product: posterior odds = Bayes factor × prior odds.

    Raises `ValueError` if one of them is negative. Chapter 1.
    """
    probability_of(prior_odds)
    if checks.number("factor", factor) < 0:
        checks.refuse("factor", factor, "a Bayes factor of at least 0")
    return factor * prior_odds


class GenotypeRates(NamedTuple):
    """Shares that an X-linked recessive allele affects: men, women, and women who carry it."""

    men: Number
    women: Number
    carriers: Number


def genotype_rates(allele_frequency: Number) -> GenotypeRates:
    r"""Rates of an X-linked recessive trait from the frequency $q$ of its allele.

    A man has one X: rate $q$. A woman has two and needs both: $q^2$ under Hardy-Weinberg
    proportions; $2q(1-q)$ of women carry one copy and are not affected. Raises `ValueError`
    outside [0, 1]. Chapter 1.
    """
    q = checks.probability("allele_frequency", allele_frequency)
    return GenotypeRates(men=q, women=q * q, carriers=2 * q * (1 - q))


def simulate_population(
    n: int, prior: ArrayLike, likelihood: ArrayLike, rng: np.random.Generator
) -> np.ndarray:
    r"""Counts of `n` people drawn one after the other: first the hypothesis, then the data.

    `prior` and `likelihood` have shape (H,). Returns whole numbers of shape (H, 2): column 0
    with the data, column 1 without. Raises what `joint` raises. Chapter 1.
    """
    n = checks.count("n", n, least=1)
    if joint(prior, likelihood).ndim != 1:
        checks.refuse("likelihood", likelihood, "one number for each hypothesis")
    weights = np.array(prior, dtype=float)
    people = checks.generator("rng", rng).multinomial(n, weights / weights.sum())
    with_data = rng.binomial(people, np.array(likelihood, dtype=float))
    return np.column_stack([with_data, people - with_data])


def z_score(observed: Number, expected: Number, n: int) -> float:
    r"""Standard errors between an observed share of `n` and the expected probability.

    $z = (\text{observed} - p) / \sqrt{p(1-p)/n}$; about 95 % of fair simulations fall within
    2. Raises `ValueError` outside [0, 1], or if p is 0 or 1, where nothing varies. Chapter 1.
    """
    observed = checks.probability("observed", observed)
    expected = checks.probability("expected", expected)
    if expected in (0, 1):
        checks.refuse("expected", expected, "a probability strictly between 0 and 1")
    n = checks.count("n", n, least=1)
    return float(observed - expected) / float(expected * (1 - expected) / n) ** 0.5


def _other_axes(table: np.ndarray, axes: int | tuple[int, ...]) -> tuple[int, ...]:
    chosen = np.atleast_1d(axes).tolist()
    if any(axis not in range(table.ndim) for axis in chosen):
        checks.refuse("axes", axes, f"axes between 0 and {table.ndim - 1}")
    return tuple(axis for axis in range(table.ndim) if axis not in chosen)
