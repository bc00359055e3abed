"""Chapter 1 against counting: every exact answer is a count of people or of alleles."""

import itertools
from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from diffusion_derived import bayes

PRIOR = [F(40, 100), F(60, 100)]
RATES = [F(7, 100), F(1, 100)]


@st.composite
def populations(draw, variables=2):
    """Counts of people by the values of some variables, at least one person in each cell."""
    shape = draw(st.tuples(*[st.integers(2, 3)] * variables))
    size = int(np.prod(shape))
    cells = draw(st.lists(st.integers(1, 50), min_size=size, max_size=size))
    return np.array(cells, dtype=object).reshape(shape)


def shares(counts):
    """Exact shares of people."""
    return counts * F(1, counts.sum())


def test_a_thousand_people():
    """400 men of whom 28, 600 women of whom 6: counted, not multiplied."""
    people = ["man, yes"] * 28 + ["man, no"] * 372 + ["woman, yes"] * 6 + ["woman, no"] * 594
    affected = [person for person in people if person.endswith("yes")]
    men = sum(person.startswith("man") for person in affected)
    assert bayes.evidence(PRIOR, RATES) == F(len(affected), len(people)) == F(34, 1000)
    assert bayes.posterior(PRIOR, RATES)[0] == F(men, len(affected)) == F(14, 17)


def test_equal_priors_and_the_base_rate():
    assert bayes.posterior([F(1, 2)] * 2, RATES)[0] == F(7, 8)
    shares_of_men = [bayes.posterior([p, 1 - p], RATES)[0] for p in (F(1, 10), F(2, 5), F(1, 2))]
    assert shares_of_men == sorted(shares_of_men)


@given(populations())
def test_posterior_is_a_share_of_those_counted(counts):
    prior = shares(counts).sum(axis=1)
    table = [[F(cell, sum(row)) for cell in row] for row in counts]
    expected = np.array([[F(cell, sum(column)) for cell in column] for column in counts.T])
    assert (bayes.posterior(prior, table) == expected.T).all()
    assert (bayes.joint(prior, table) == shares(counts)).all()
    first = [row[0] for row in table]
    assert (bayes.posterior(prior, first) == expected[0]).all()
    assert bayes.evidence(prior, first) == F(sum(counts[:, 0]), counts.sum())


@given(populations())
def test_floats_follow_the_fractions(counts):
    prior = shares(counts).sum(axis=1)
    likelihood = [F(row[0], sum(row)) for row in counts]
    exact = bayes.posterior(prior, likelihood)
    floats = bayes.posterior(prior.astype(float), np.array(likelihood, dtype=float))
    assert floats.dtype == float and exact.dtype == object
    np.testing.assert_allclose(floats, exact.astype(float), rtol=1e-12)
    assert isinstance(bayes.evidence(prior.astype(float), np.array(likelihood, float)), float)


@given(populations(), st.permutations([0, 1, 2]))
def test_updates_in_any_order_equal_one_update(counts, order):
    prior = shares(counts).sum(axis=1)
    tests = [[F(row[0], sum(row)) for row in counts], [F(1, k + 2) for k in range(len(counts))]]
    tests.append([F(k + 1, 9) for k in range(len(counts))])
    at_once = bayes.posterior(prior, np.array(tests).prod(axis=0))
    assert (bayes.update(prior, *(tests[k] for k in order)) == at_once).all()
    assert (bayes.update(prior) == prior).all()


@given(populations(variables=3))
def test_sum_rule_and_chain_rule_by_counting(counts):
    table = shares(counts)
    pair = bayes.marginal(table, keep=(0, 1))
    for i, j in itertools.product(*map(range, pair.shape)):
        assert pair[i, j] == F(sum(counts[i, j]), counts.sum())
    assert bayes.conditional(table, given=0)[0, 0, 0] == F(counts[0, 0, 0], counts[0].sum())
    first, second = bayes.marginal(table, 0), bayes.conditional(pair, given=0)
    third = bayes.conditional(table, given=(0, 1))
    assert (first[:, None, None] * second[:, :, None] * third == table).all()


@given(populations())
def test_independence(counts):
    rows, columns = shares(counts).sum(axis=1), shares(counts).sum(axis=0)
    product = np.outer(rows, columns)
    assert bayes.are_independent(product) and bayes.are_independent(product.astype(float))
    moved = product.copy()
    nudge = product.min() / 2
    moved[0, 0] += nudge
    moved[0, 1] -= nudge
    assert not bayes.are_independent(moved)
    assert not bayes.are_independent(moved.astype(float))


@given(st.fractions(F(1, 1000), F(999, 1000)), st.fractions(0, 1), st.fractions(F(1, 999), 1))
def test_odds_form_agrees_with_the_rule(prior, first, second):
    factor = bayes.bayes_factor(first, second)
    odds = bayes.posterior_odds(bayes.odds(prior), factor)
    assert bayes.probability_of(odds) == bayes.posterior([prior, 1 - prior], [first, second])[0]


def test_odds_of_the_example():
    assert bayes.odds(F(2, 5)) == F(2, 3)
    assert bayes.bayes_factor(F(7, 100), F(1, 100)) == 7
    assert bayes.posterior_odds(F(2, 3), 7) == F(14, 3)
    assert bayes.odds(0.2) == pytest.approx(0.25)


@given(st.integers(0, 12), st.integers(1, 12))
def test_genotypes_by_drawing_every_allele(affected, others):
    alleles = [1] * affected + [0] * others
    rates = bayes.genotype_rates(F(affected, len(alleles)))
    pairs = [sum(pair) for pair in itertools.product(alleles, repeat=2)]
    assert rates.men == F(alleles.count(1), len(alleles))
    assert rates.women == F(pairs.count(2), len(pairs))
    assert rates.carriers == F(pairs.count(1), len(pairs))


def test_genotypes_of_the_example():
    assert bayes.genotype_rates(F(7, 100)).women == F(49, 10_000)


def test_simulated_population_follows_the_joint():
    counts = bayes.simulate_population(10**6, PRIOR, RATES, np.random.default_rng(1))
    table = bayes.joint(PRIOR, [[rate, 1 - rate] for rate in RATES]).astype(float)
    assert counts.shape == (2, 2) and counts.sum() == 10**6
    assert stats.chisquare(counts.ravel(), table.ravel() * 10**6).pvalue > 1e-3


def test_z_scores_of_simulations_are_standard_normal():
    rng, scores = np.random.default_rng(7), []
    for _ in range(400):
        affected = bayes.simulate_population(10**6, PRIOR, RATES, rng)[:, 0]
        total = int(affected.sum())
        scores.append(bayes.z_score(affected[0] / total, F(14, 17), total))
    assert stats.kstest(scores, "norm").pvalue > 1e-3
    wrong = bayes.z_score(affected[0] / total, 0.07, total)
    assert wrong > 100


@given(st.integers(1, 10**6), st.floats(0.01, 0.99), st.floats(0, 1))
def test_z_score_squared_is_the_chi_square_statistic(n, expected, observed):
    cells = np.array([observed, 1 - observed]) * n
    reference = stats.chisquare(cells, np.array([expected, 1 - expected]) * n).statistic
    assert bayes.z_score(observed, expected, n) ** 2 == pytest.approx(reference, rel=1e-6, abs=1e-9)


JOINT = [[F(1, 4), F(1, 4)], [F(1, 2), 0]]
RNG = np.random.default_rng(0)
REFUSED = [
    (lambda: bayes.posterior([1.2, -0.2], RATES), r"prior = 1\.2: expected a probability"),
    (lambda: bayes.posterior([0.5, 0.6], RATES), r"prior = \[0\.5, 0\.6\]: .* add up to 1, not 1"),
    (lambda: bayes.posterior([F(1, 2), F(1, 3)], RATES), r"prior = \[1/2, 1/3\]: .* not 5/6"),
    (lambda: bayes.posterior(PRIOR, [0.1, 7]), r"likelihood = 7\.?0?: expected a probability"),
    (lambda: bayes.posterior(PRIOR, [0.1]), r"likelihood = \[0\.1\]: .* each of 2 priors"),
    (lambda: bayes.posterior(PRIOR, [0, 0]), r"evidence = 0: expected a number above 0"),
    (lambda: bayes.posterior(PRIOR, [[1, 0], [1, 0]]), r"evidence = \[1, 0\]: .* above 0"),
    (lambda: bayes.posterior(PRIOR, [[0.5, 0.4], [0, 1]]), r"likelihood row = .* not 0\.9"),
    (lambda: bayes.posterior([PRIOR], RATES), r"prior = \[\[2/5, 3/5\]\]: expected one prob"),
    (lambda: bayes.posterior([], []), r"prior = \[\]: expected a list .* not empty"),
    (lambda: bayes.posterior(0.4, RATES), r"prior = 0\.4: expected a list"),
    (lambda: bayes.posterior(["a", "b"], RATES), r"prior = 'a': expected a number"),
    (lambda: bayes.posterior([True, False], RATES), r"prior = True: expected a number"),
    (lambda: bayes.posterior([float("nan"), 1], RATES), r"prior = nan: expected a finite"),
    (lambda: bayes.posterior(PRIOR, [[1, 0], [1]]), r"likelihood = .*: expected"),
    (lambda: bayes.update(PRIOR, [[1, 0], [0, 1]]), r"likelihood = .* one number for each"),
    (lambda: bayes.marginal([[1, 1], [1, 1]], 0), r"table = .* add up to 1, not 4"),
    (lambda: bayes.marginal(JOINT, 2), r"axes = 2: expected axes between 0 and 1"),
    (lambda: bayes.conditional([[1, 0], [0, 0]], 0), r"given = 0: .* probability above 0"),
    (lambda: bayes.are_independent([F(1, 2), F(1, 2)]), r"table = .* two variables"),
    (lambda: bayes.odds(1), r"probability = 1: expected a probability below 1"),
    (lambda: bayes.odds(1.2), r"probability = 1\.2: expected a probability"),
    (lambda: bayes.probability_of(-1), r"odds = -1: expected a number of at least 0"),
    (lambda: bayes.bayes_factor(0.5, 0), r"other_likelihood = 0: expected a probability above 0"),
    (lambda: bayes.bayes_factor(1.5, 1), r"likelihood = 1\.5: expected a probability"),
    (lambda: bayes.posterior_odds(1, -2), r"factor = -2: expected a Bayes factor"),
    (lambda: bayes.posterior_odds(-1, 2), r"odds = -1: expected"),
    (lambda: bayes.genotype_rates(1.01), r"allele_frequency = 1\.01: expected a probability"),
    (lambda: bayes.simulate_population(0, PRIOR, RATES, RNG), r"n = 0: .* at least 1"),
    (lambda: bayes.simulate_population(9, PRIOR, [[1, 0], [0, 1]], RNG), r"likelihood = .* one"),
    (lambda: bayes.simulate_population(9, PRIOR, RATES, 3), r"rng = 3: expected a numpy"),
    (lambda: bayes.z_score(0.5, 1, 10), r"expected = 1: .* strictly between"),
    (lambda: bayes.z_score(1.5, 0.5, 10), r"observed = 1\.5: expected a probability"),
    (lambda: bayes.z_score(0.5, 0.5, 2.5), r"n = 2\.5: expected a whole number"),
]


@pytest.mark.parametrize("call, message", REFUSED)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
