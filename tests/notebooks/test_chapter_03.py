"""Chapter 3 derives what it promises, refuses what it must, and its numbers are the library's."""

import re
from math import isclose, pi, sqrt

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad
from scipy.special import beta as euler

from diffusion_derived import monte_carlo as mc
from diffusion_derived.derivation import Notation
from diffusion_derived.derivation.grades import CHECKED
from nbfiles import NOTEBOOKS, entries, read

NOTEBOOK = read(NOTEBOOKS / "03_monte_carlo.ipynb")
LEDGER = {entry["label"]: entry for entry in entries(NOTEBOOK)}
OUTPUTS = {cell.id: cell.outputs for cell in NOTEBOOK.cells if cell.cell_type == "code"}
PROSE = "\n".join(cell.source for cell in NOTEBOOK.cells if cell.cell_type == "markdown")
PROMISED = {
    "eq-linearity": "family",
    "eq-lotus": "family",
    "eq-variance-of-sum": "family",
    "eq-independent-draws": "family",
    "eq-variance-of-mean": "induction",
    "eq-coin-second-moment": "proof",
    "eq-binomial-variance": "family",
    "eq-dirichlet-marginal": "proof",
    "eq-gauss-radial": "proof",
    "eq-gauss-integral": "proof",
    "eq-uniform-variance": "proof",
    "eq-normal-mean": "proof",
    "eq-normal-variance": "proof",
    "eq-logistic-density": "proof",
    "eq-logistic-mean": "proof",
    "eq-logistic-quantile": "proof",
    "eq-inverse-cdf": "proof",
    "eq-levels-sum": "family",
    "eq-importance": "family",
    "eq-weights-variance": "family",
    "eq-harmonic": "family",
    "eq-harmonic-second": "proof",
    "eq-harmonic-infinite": "proof",
    "eq-detailed-balance": "family",
    "eq-metropolis": "proof",
    "eq-evidence-cancels": "family",
    "eq-correlated-mean": "family",
    "eq-power-slope": "family",
    "eq-product-moment": "family",
}
CITED = {"eq-gauss-limits", "eq-gauss-polar", "eq-harmonic-area"}
REFUSED = {
    "mc-variance-of-sum": "“variances add, always”",
    "mc-mean": "where",  # the standard deviation where the variance stands
    "mc-logistic": "the CDF where the density is meant",
    "mc-levels": "the last level without its tail",
    "mc-importance": "weights upside down",
    "mc-harmonic": "“the evidence itself”",
    "mc-metropolis": "every proposal accepted",
    "mc-cancels": "the prior forgotten",
    "mc-correlated": "“as if independent”",
    "mc-power": "the logarithm of the mean",
}


def html(cell: str) -> str:
    """The HTML that a cell shows."""
    return "".join(output.get("data", {}).get("text/html", "") for output in OUTPUTS[cell])


def printed(cell: str) -> str:
    """The text that a cell shows."""
    return "".join(o.get("text", "") or o.data.get("text/plain", "") for o in OUTPUTS[cell])


def rows(cell: str) -> dict[str, list[str]]:
    """A printed table: the first column, and the others."""
    lines = re.findall(r"^(\S.*?)  +(\S.*)$", printed(cell).partition("---")[2], re.M)
    return {name: re.split(r"  +", rest) for name, rest in lines if not name.startswith("-")}


def result(label: str) -> str:
    """The right-hand side of an equation, as the reader sees it."""
    return LEDGER[label]["tex"].split(" = ")[-1]


def value(tex: str, **numbers) -> float:
    """What a formula in these symbols gives for these numbers."""
    notation = Notation(positive=r"\sigma n r")
    [found] = notation.values(notation.read(tex))
    at = {notation.values(notation.read(name))[0]: number for name, number in numbers.items()}
    return float(found.subs(at))


@pytest.mark.parametrize("label", PROMISED)
def test_what_is_promised_is_derived(label):
    assert LEDGER[label]["grade"] == PROMISED[label]


def test_only_what_is_cited_is_left_undecided():
    assert {label for label, e in LEDGER.items() if e["grade"] not in CHECKED} == CITED


@pytest.mark.parametrize(
    ("label", "ground"),
    [
        ("eq-gauss-integral", "eq-gauss-polar"),
        ("eq-gauss-integral", "eq-gauss-radial"),
        ("eq-gauss-radial", "eq-gauss-limits"),
        ("eq-normal-variance", "eq-gauss-integral"),
        ("eq-variance-of-mean", "eq-independent-draws"),
        ("eq-coin-second-moment", "eq-evidence-coin"),
        ("eq-harmonic-infinite", "eq-harmonic-area"),
    ],
)
def test_what_an_equation_rests_on_is_named(label, ground):
    assert ground in LEDGER[label]["rests_on"]


def test_the_cited_step_to_the_plane_does_not_rest_on_what_it_is_for():
    assert "eq-gauss-integral" not in LEDGER["eq-gauss-polar"]["rests_on"]


@pytest.mark.parametrize("cell", REFUSED)
def test_the_mistake_is_shown_refused(cell):
    assert re.search(rf"Refused: [^<]*{re.escape(REFUSED[cell])}", html(cell))


def test_the_average_of_draws_that_remember_is_the_sum_over_all_pairs():
    n, r, sigma = 5, 0.7, 1.3
    lags = abs(np.subtract.outer(range(n), range(n)))
    summed = sigma**2 * (r**lags).sum() / n**2
    assert isclose(
        value(result("eq-correlated-mean"), **{r"\sigma": sigma, "n": n, "r": r}), summed
    )
    slip = result("eq-correlated-mean").replace("1+r", "1-r")
    assert not isclose(value(slip, **{r"\sigma": sigma, "n": n, "r": r}), summed)
    assert isclose(value(result("eq-variance-of-mean"), **{r"\sigma": 2, "n": 8}), 0.5)


def test_the_numbers_of_the_guess():
    moment = 4840 / 2261
    squared = quad(lambda t: stats.binom.pmf(7, 10, t) ** 2, 0, 1)[0]
    assert isclose(121 * squared, moment, rel_tol=1e-9)
    spread = sqrt(moment - 1) / 11
    assert f"{spread:.4f}" == "0.0971" and f"{spread / 10:.4f}" == "0.0097"
    assert f"{sqrt(moment - 1):.3f}" == "1.068" and "1.068" in PROSE
    assert round((moment**10 - 1) / (moment - 1), -1) == 1770 and "1,770" in PROSE
    assert f"{(moment**20 - 1) / (moment - 1) / 1e6:.1f}" == "3.6"
    assert f"{np.log(1 / 11):.3f}" == "-2.398"


def test_the_room_that_the_posterior_leaves():
    low, high = stats.beta(8, 4).interval(0.95)
    assert high - low == pytest.approx(0.5, abs=0.01)
    assert (high - low) ** 20 == pytest.approx(1e-6, rel=0.1)
    assert 1.1406 / (euler(10, 5) * euler(6, 3) / euler(8, 4) ** 2 - 1) == pytest.approx(
        31.6, abs=1
    )


def test_ten_draws_judge_their_own_spread_badly():
    draws = stats.binom.pmf(7, 10, np.random.default_rng(1).uniform(size=(20_000, 10)))
    bar = 1.645 * draws.std(axis=1, ddof=1) / sqrt(10)
    assert np.mean(abs(draws.mean(axis=1) - 1 / 11) < bar) == pytest.approx(0.86, abs=0.01)


def test_the_variance_of_the_logistic_that_is_cited():
    whole = quad(lambda z: z * z * stats.logistic.pdf(z), -60, 60)[0]
    assert isclose(whole, pi**2 / 3, rel_tol=1e-9) and f"{pi**2 / 12:.3f}" == "0.822"


@pytest.mark.parametrize(("a", "b"), [(1, 1), (2, 1.5), (6, 3), (12, 6)])
def test_chi_square_of_a_proposal_is_what_the_cell_computes(a, b):
    posterior, q = stats.beta(8, 4), stats.beta(a, b)
    exact = quad(lambda t: posterior.pdf(t) ** 2 / q.pdf(t), 0, 1)[0] - 1
    chi = euler(16 - a, 8 - b) * euler(a, b) / euler(8, 4) ** 2 - 1
    assert isclose(exact, chi, rel_tol=1e-6)
    shown = float(rows("mc-proposals-table")[f"Beta({a}, {b})"][0])
    assert shown == pytest.approx(sqrt(chi / 1000), abs=6e-4)


def test_the_bars_that_should_fail_do_and_the_others_do_not():
    bars = rows("mc-coverage")
    assert 0.87 < float(bars["s / √n"][1]) < 0.93
    assert float(bars["s, no √n"][1]) == 1 and float(bars["s / n"][1]) < 0.2
    proposals = rows("mc-proposals-table")
    assert float(proposals.pop("Beta(30, 15)")[3]) < 0.75
    assert min(float(row[3]) for row in proposals.values()) > 0.87
    trap = rows("mc-trap")
    assert float(trap["Beta(1, 1)"][3]) < 0.45 and float(trap["Beta(20, 20)"][3]) > 0.86
    walked = re.findall(
        r"^\d\.\d+ +(as if|eff)\D+\d\.\d+ +(\d\.\d+)", printed("mc-walk-coverage"), re.M
    )
    shares = {kind: [float(s) for k, s in walked if k == kind] for kind in ("as if", "eff")}
    assert max(shares["as if"]) < 0.6 and min(shares["eff"]) > 0.86


def test_walks_that_have_not_met_are_found_out():
    table = rows("mc-rhat")
    assert float(table["0.05"][0]) > 0.94 and float(table["0.05"][2]) > 1.5
    assert float(table["1.5"][2]) < 1.02 and int(table["1.5"][1]) > 500


def test_six_ways_and_only_the_trap_misses():
    for name, (found, error, _) in rows("mc-six").items():
        off = abs(float(found) - 1 / 11)
        assert (off > 3 * float(error)) == (name == "harmonic mean") or name == "grid"


def test_every_walker_of_the_answer_is_worth_what_it_says():
    def log_density(x):
        return -8 * np.logaddexp(0, -x) - 4 * np.logaddexp(0, x)

    rng = np.random.default_rng(11)
    for step, accepted, worth in ((0.1, 0.95, 10), (1.5, 0.45, 220), (10, 0.08, 55)):
        walk = mc.metropolis(log_density, np.zeros(200), step, 1000, rng)
        theta = 1 / (1 + np.exp(-walk.draws))
        size = np.mean([mc.effective_sample_size(draws) for draws in theta])
        assert walk.acceptance.mean() == pytest.approx(accepted, abs=0.02)
        assert size == pytest.approx(worth, rel=0.15)


def test_what_the_walk_of_short_steps_is_worth():
    def log_density(x):
        return -8 * np.logaddexp(0, -x) - 4 * np.logaddexp(0, x)

    rng = np.random.default_rng(5)
    starts = rng.beta(8, 4, size=2000)
    for step, worth in ((0.1, 6), (1.5, 220)):
        walk = mc.metropolis(log_density, np.log(starts / (1 - starts)), step, 1000, rng)
        means = (1 / (1 + np.exp(-walk.draws))).mean(axis=1)
        scatter = np.mean((means - 2 / 3) ** 2)
        assert stats.beta(8, 4).var() / scatter == pytest.approx(worth, rel=0.15)


def test_the_walks_meet_only_towards_the_end():
    def log_density(x):
        return -8 * np.logaddexp(0, -x) - 4 * np.logaddexp(0, x)

    starts = np.array([-4.0, -1.0, 1.0, 4.0])
    x = mc.metropolis(log_density, starts, 0.05, 1000, np.random.default_rng(3)).draws
    first = [int(np.argmax(x[i] > x[i + 1])) for i in range(3)]
    assert min(first) > 500 and max(first) < 1000


def test_what_the_grid_can_pay_for():
    assert "ends at eight coins" in PROSE
    assert int((1e5 / 1.5) ** (1 / 8)) == 4 and int((1e5 / 1.5) ** (1 / 9)) <= 3
    assert isclose((4**8 + 2**8) / 1e5, 2 / 3, abs_tol=0.02)
    assert (4**9 + 2**9) / 1e5 > 2


def test_prior_draws_die_and_the_others_do_not():
    table = {
        name: re.findall(r"[\d.]+", cells[-1]) for name, cells in rows("mc-dims-table").items()
    }
    error = {name: tuple(map(float, found)) for name, found in table.items() if found}
    assert error["prior"][0] > 2 * error["prior"][1] and error["prior"][1] < 1
    assert error["importance"][0] < 0.02 and error["harmonic mean"][0] > 3
    assert max(error["thermodynamic"][0], error["annealed"][0]) < 1
    assert "grid" not in error
