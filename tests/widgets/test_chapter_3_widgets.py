"""The Metropolis walk and the Monte Carlo error in the page: their luck, maths and look."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page
from scipy import integrate, special, stats
from test_widget_pages import control, number, press, slide, value

from diffusion_derived.monte_carlo import effective_sample_size
from diffusion_derived.widgets import MetropolisWalker, MonteCarloError
from diffusion_derived.widgets.metropolis import walk
from diffusion_derived.widgets.monte_carlo import estimates
from diffusion_derived.widgets.seeded import Generator

pytestmark = pytest.mark.browser


# ---- random numbers ----


def sfc32(seed: int, stream: int, words: int) -> list[int]:
    """The generator on Python's integers, as PractRand's source states it."""
    a, b, c, counter, drawn = seed, stream, 0x9E3779B9, 1, []
    for _ in range(20 + words):
        word = (a + b + counter) % 2**32
        counter += 1
        a = b ^ (b >> 9)
        b = (c + (c << 3)) % 2**32
        c = (((c << 21) % 2**32 | c >> 11) + word) % 2**32
        drawn.append(word)
    return drawn[20:]


WORDS = "(() => { const g = m.generator(...x); return Array.from({ length: 500 }, g.word); })()"


@pytest.mark.parametrize(("seed", "stream"), [(1, 0), (3, 0), (9999, 200), (2**31, 2**32 - 1)])
def test_the_generator_is_sfc32_in_page_and_print(maths: Callable, seed: int, stream: int) -> None:
    reference = sfc32(seed, stream, 500)
    assert maths("seeded", WORDS, [seed, stream]) == reference
    python = Generator(seed, [stream, 7])
    assert [int(python.word()[0]) for _ in range(500)] == reference


DRAWS = """(() => { const g = m.generator(x.seed, x.stream);
  return Array.from({ length: x.n }, g[x.kind]); })()"""


def draws(maths: Callable, kind: str, n: int, seed: int = 3, stream: int = 0) -> np.ndarray:
    found = maths("seeded", DRAWS, {"seed": seed, "stream": stream, "n": n, "kind": kind})
    return np.array(found)


def test_uniform_numbers_fill_cells_pairs_and_triples_evenly(maths: Callable) -> None:
    u = draws(maths, "uniform", 120_000)
    assert u.min() > 0 and u.max() < 1
    assert stats.kstest(u, "uniform").pvalue > 0.001
    for size, cells in ((1, 100), (2, 20), (3, 8)):
        groups = (u.reshape(-1, size) * cells).astype(int)
        counts = np.bincount(groups @ cells ** np.arange(size), minlength=cells**size)
        assert 0.001 < stats.chisquare(counts).pvalue < 0.999, size


def test_normal_numbers_are_normal(maths: Callable) -> None:
    z = draws(maths, "normal", 60_000)
    assert stats.kstest(z, "norm").pvalue > 0.001
    tail = np.sum(np.abs(z) > 3)
    assert abs(tail - 60_000 * 2 * stats.norm.sf(3)) < 4 * math.sqrt(60_000 * 2 * stats.norm.sf(3))
    assert abs(np.corrcoef(z[:-1], z[1:])[0, 1]) < 4 / math.sqrt(60_000)


def test_neighbouring_seeds_and_streams_have_nothing_in_common(maths: Callable) -> None:
    n = 20_000
    first = draws(maths, "uniform", n)
    for seed, stream in ((4, 0), (3, 1), (2, 0)):
        other = draws(maths, "uniform", n, seed, stream)
        assert abs(np.corrcoef(first, other)[0, 1]) < 4 / math.sqrt(n)


# ---- the walk ----

POSTERIOR = stats.beta(8, 4)
STEPS = [0.02, 0.6, 2, 20]


def log_density(logit: np.ndarray) -> np.ndarray:
    theta = special.expit(logit)
    return POSTERIOR.logpdf(theta) + np.log(theta) + special.log_expit(-logit)


def test_the_density_is_that_of_a_logit(maths: Callable) -> None:
    x = np.linspace(-30, 30, 241)
    found = maths("metropolis", "x.map(m.logDensity)", x.tolist())
    exact = 8 * special.log_expit(x) + 4 * special.log_expit(-x) - special.betaln(8, 4)
    assert found == pytest.approx(exact, abs=1e-11)
    near = np.linspace(-8, 8, 65)
    found = maths("metropolis", "x.map(m.logDensity)", near.tolist())
    assert found == pytest.approx(log_density(near), abs=1e-10)
    assert maths("metropolis", "[-1e6, 1e6].map(m.logDensity).every(Number.isFinite)")


WALK = """(() => { const w = m.walk(x.seed, x.step); w.extend(x.draws);
  return { ...w, ...m.summary(w, x.draws), extend: null }; })()"""


def walked(maths: Callable, seed: int, step: float, draws: int) -> dict:
    return maths("metropolis", WALK, {"seed": seed, "step": step, "draws": draws})


@pytest.mark.parametrize("step", STEPS)
def test_page_and_print_walk_the_same_way(maths: Callable, step: float) -> None:
    found = walked(maths, 3, step, 1000)
    assert found["logits"] == pytest.approx(walk(3, step, 1000), abs=1e-9)


def test_a_walk_made_longer_is_the_same_walk(maths: Callable) -> None:
    short, long = walked(maths, 5, 0.6, 40), walked(maths, 5, 0.6, 400)
    assert long["logits"][:40] == short["logits"]
    pieces = (
        "(() => { const w = m.walk(5, 0.6); [1, 7, 400].forEach(w.extend); return w.logits; })()"
    )
    assert maths("metropolis", pieces) == long["logits"]


WALKS = """x.seeds.map((seed) => {
  const w = m.walk(seed, x.step); w.extend(3000); return w.logits; })"""


def exact_acceptance(step: float) -> float:
    """Mean of min(1, ratio) over the posterior and the proposals, on a grid of both."""
    x = np.linspace(-4, 7, 1101)
    z = np.linspace(-6, 6, 601)
    density = np.exp(log_density(x))
    ratio = np.exp(
        np.minimum(
            0,
            8 * step * z
            - 12 * (np.logaddexp(0, x[:, None] + step * z) - np.logaddexp(0, x[:, None])),
        )
    )
    accepted = integrate.simpson(stats.norm.pdf(z) * ratio, x=z, axis=1)
    return float(integrate.simpson(density * accepted, x=x))


@pytest.mark.parametrize("step", [0.6, 2, 5])
def test_many_walks_reach_the_posterior_and_are_accepted_as_they_should(
    maths: Callable, step: float
) -> None:
    """Thirty walks of other seeds; errors from the spread between them."""
    logits = np.array(maths("metropolis", WALKS, {"step": step, "seeds": list(range(1, 31))}))
    theta = special.expit(logits[:, 200:])
    for of, exact in (
        (theta, 2 / 3),
        ((theta - 2 / 3) ** 2, POSTERIOR.var()),
        (theta < POSTERIOR.ppf(0.1), 0.1),
        (theta > POSTERIOR.ppf(0.95), 0.05),
    ):
        means = of.mean(axis=1)
        assert abs(means.mean() - exact) < 4 * stats.sem(means)
    moved = np.mean(np.diff(logits, prepend=0) != 0, axis=1)
    assert abs(moved.mean() - exact_acceptance(step)) < 4 * stats.sem(moved)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("draws", [8, 9, 100, 1000, 5000])
def test_what_a_walk_is_worth(maths: Callable, step: float, draws: int) -> None:
    for seed in (1, 2, 3):
        found = walked(maths, seed, step, draws)
        theta = special.expit(found["logits"])
        if np.ptp(theta) == 0:
            assert found["size"] is None
            continue
        assert found["size"] == pytest.approx(effective_sample_size([theta]), rel=1e-6)
        assert found["error"] == pytest.approx(
            np.std(theta, ddof=1) / math.sqrt(found["size"]), rel=1e-9
        )
        moved = np.diff([0, *found["logits"]]) != 0
        assert found["acceptance"] == pytest.approx(moved.mean())
        assert found["mean"] == pytest.approx(theta.mean(), abs=1e-12)
        centred = theta - theta.mean()
        neighbours = centred[1:] @ centred[:-1] / (centred @ centred)
        assert found["lag"] == pytest.approx(neighbours, abs=1e-12)


def test_the_effective_size_of_a_known_chain(maths: Callable) -> None:
    """x_t = 0.8 x_(t-1) + noise: n draws are worth n (1 - 0.8)/(1 + 0.8) = n/9."""
    rng = np.random.default_rng(3)
    noise = rng.standard_normal(40_000) * 0.6
    chain = [rng.standard_normal()]
    for e in noise:
        chain.append(0.8 * chain[-1] + e)
    sizes = [
        maths("chains", "m.effectiveSampleSize(x)", chain[at : at + 5000])
        for at in range(0, 40_000, 5000)
    ]
    assert np.mean(sizes) == pytest.approx(5000 / 9, rel=0.1)
    found = maths("chains", "m.autocorrelation(x, 3)", chain)
    assert found == pytest.approx([1, 0.8, 0.64, 0.512], abs=0.03)


def test_too_few_draws_are_worth_nothing_yet(maths: Callable) -> None:
    nothing = dict.fromkeys(("acceptance", "mean", "size", "error", "lag"))
    assert {k: v for k, v in walked(maths, 3, 0.6, 0).items() if k in nothing} == nothing
    for few in ([], [0.5], [0.5] * 7, [0.5] * 100):
        assert maths("chains", "m.effectiveSampleSize(x)", few) is None
    assert maths("chains", "m.autocorrelation(x, 2)", [0.5] * 9) == [1, 0, 0]


# ---- the walk in its page ----


def test_the_walker_shows_a_thousand_draws(static_page: Callable) -> None:
    page = static_page(MetropolisWalker())
    theta = special.expit(walk(3, 0.6, 1000))
    assert number(page, "draws") == "1,000"
    assert value(page, "mean") == pytest.approx(theta.mean(), abs=1e-9)
    assert value(page, "size") == pytest.approx(effective_sample_size([theta]), rel=1e-6)
    assert abs(value(page, "mean") - 2 / 3) < 4 * value(page, "error")
    assert page.get_by_role("group", name="Metropolis walk").count() == 1


def test_the_walker_goes_draw_by_draw(static_page: Callable) -> None:
    page = static_page(MetropolisWalker(step=2))
    press(page, "restart", "Enter")
    assert number(page, "draws") == "0" and number(page, "mean") == "none yet"
    press(page, "one", "Enter", "Space", "Enter")
    assert value(page, "mean") == pytest.approx(special.expit(walk(3, 2, 3)).mean(), abs=1e-9)
    assert page.locator(".wg-picture circle").count() == 4
    refused = 3 - round(3 * value(page, "acceptance"))
    ends = page.locator('.wg-picture path[data-role="noise"]').count()
    assert ends == refused


def test_the_walker_runs_pauses_and_ends(static_page: Callable) -> None:
    page = static_page(MetropolisWalker(draws=0, step=2))
    control(page, "run").click()
    page.wait_for_function("+document.querySelector('[data-number=draws]').dataset.value > 20")
    control(page, "run").click()
    paused = value(page, "draws")
    assert 20 < paused < 1000 and control(page, "run").inner_text() == "1,000 draws"
    page.wait_for_timeout(100)
    assert value(page, "draws") == paused
    page.emulate_media(reduced_motion="reduce")
    control(page, "run").click()
    page.wait_for_function(
        "n => +document.querySelector('[data-number=draws]').dataset.value === n", arg=paused + 1000
    )
    theta = special.expit(walk(3, 2, int(paused) + 1000))
    assert value(page, "mean") == pytest.approx(theta.mean(), abs=1e-9)


def test_the_walker_stops_at_its_most(static_page: Callable) -> None:
    page = static_page(MetropolisWalker(draws=4999))
    press(page, "one", "Enter", "Enter")
    assert number(page, "draws") == "5,000"
    assert "nan" not in page.locator(".wg").inner_text().lower()


def test_step_and_seed_make_another_walk(static_page: Callable) -> None:
    page = static_page(MetropolisWalker(draws=500))
    for key in ("Home", "End"):
        press(page, "step", key)
        step = 0.02 if key == "Home" else 20
        theta = special.expit(walk(3, step, 500))
        assert page.locator(".wg-slider output").inner_text() == f"{step:g}"
        assert value(page, "mean") == pytest.approx(theta.mean(), abs=1e-9)
    control(page, "seed").click()
    assert value(page, "mean") == pytest.approx(special.expit(walk(4, 20, 500)).mean(), abs=1e-9)


HISTOGRAM = """svg => [...svg.querySelectorAll("rect.wg-bar")].map((bar) =>
  ["x", "y", "width", "height"].map((name) => Number(bar.getAttribute(name))))"""
EXACT_CURVE = """svg => svg.querySelector("path[data-role=posterior]").getAttribute("d")
  .slice(1).split("L").map((pair) => pair.split(",").map(Number))"""


def test_bars_and_curve_have_one_scale(static_page: Callable) -> None:
    page = static_page(MetropolisWalker(step=2, draws=3000))
    drawing = page.locator(".wg-picture svg")
    bars = np.array(drawing.evaluate(HISTOGRAM))
    x, _ = np.array(drawing.evaluate(EXACT_CURVE)).T
    logits = np.linspace(4, -2.6, x.size)[::-1]
    scale = (x - x.min()).max() / np.exp(log_density(logits)).max()
    assert x - x.min() == pytest.approx(scale * np.exp(log_density(logits)), abs=0.25)
    counts, _ = np.histogram(walk(3, 2, 3000), np.linspace(-2.6, 4, 34))
    expected = scale * counts[counts > 0] / (3000 * 0.2)
    assert bars[:, 2] == pytest.approx(expected, rel=0.01, abs=0.2)


# ---- the error of an average ----


def test_what_is_averaged(maths: Callable) -> None:
    theta = np.linspace(0, 1, 101)
    found = maths("monte_carlo", "x.map(m.likelihood)", theta.tolist())
    assert found == pytest.approx(stats.binom(10, theta).pmf(7), abs=1e-13)
    mean, _ = integrate.quad(lambda t: stats.binom(10, t).pmf(7), 0, 1, epsabs=1e-13)
    square, _ = integrate.quad(lambda t: stats.binom(10, t).pmf(7) ** 2, 0, 1, epsabs=1e-13)
    assert maths("monte_carlo", "[m.EXACT, m.DEVIATION]") == pytest.approx(
        [mean, math.sqrt(square - mean**2)], abs=1e-12
    )


TRIAL = """(() => { const t = m.experiment(x.seed, x.n);
  let calls = 1;
  while (!t.advance(x.n, x.milliseconds)) calls += 1;
  const all = m.estimates(t.kept.get(x.n), x.n);
  return { calls, all, ...m.verdict(all), last: t.last(x.n) }; })()"""


def trial(maths: Callable, seed: int, n: int, milliseconds: float = 1e9) -> dict:
    argument = {"seed": seed, "n": n, "milliseconds": milliseconds}
    return maths("monte_carlo", TRIAL, argument)


@pytest.mark.parametrize("n", [10, 11, 100, 1000])
def test_page_and_print_draw_the_same(maths: Callable, n: int) -> None:
    found = trial(maths, 1, n)
    averages, errors = estimates(1, n, 200)
    assert [each["value"] for each in found["all"]] == pytest.approx(averages, rel=1e-10)
    assert [each["error"] for each in found["all"]] == pytest.approx(errors, rel=1e-7)
    inside = np.abs(averages - 1 / 11) <= stats.norm.ppf(0.95) * errors
    assert found["inside"] == inside.sum()
    assert found["spread"] == pytest.approx(averages.std(ddof=1), rel=1e-9)


def test_pieces_make_the_same_whole(maths: Callable) -> None:
    whole, pieces = trial(maths, 2, 20_000), trial(maths, 2, 20_000, 0.5)
    assert pieces["calls"] > 5 and whole["calls"] == 1
    assert pieces["all"] == whole["all"] and pieces["last"] == 20_000


def exact_coverage(n: int, runs: int = 40_000) -> float:
    """Share of 90 % bars that hold 1/11, with NumPy's generator."""
    theta = np.random.default_rng(8).random((runs, n))
    values = stats.binom(10, theta).pmf(7)
    error = values.std(axis=1, ddof=1) / math.sqrt(n)
    return float(np.mean(np.abs(values.mean(axis=1) - 1 / 11) <= stats.norm.ppf(0.95) * error))


@pytest.mark.parametrize(("n", "coverage"), [(10, None), (1000, 0.9), (20_000, 0.9)])
def test_nine_bars_in_ten_hold_the_evidence(
    maths: Callable, n: int, coverage: float | None
) -> None:
    coverage = exact_coverage(n) if coverage is None else coverage
    seeds = range(1, 6) if n > 1000 else range(1, 21)
    runs = [trial(maths, seed, n) for seed in seeds]
    total = 200 * len(runs)
    share = sum(run["inside"] for run in runs) / total
    assert abs(share - coverage) < 4 * math.sqrt(coverage * (1 - coverage) / total) + 0.005
    values = np.array([each["value"] for run in runs for each in run["all"]])
    expected = math.sqrt(40 / 2261 - 1 / 121) / math.sqrt(n)
    assert abs(values.mean() - 1 / 11) < 4 * expected / math.sqrt(total)
    assert values.std(ddof=1) == pytest.approx(expected, rel=4 / math.sqrt(2 * total))


# ---- the error in its page ----


def settled(page: Page) -> None:
    page.wait_for_selector('.wg[data-busy="false"]')


def test_the_error_shows_a_hundred_draws(static_page: Callable) -> None:
    page = static_page(MonteCarloError())
    settled(page)
    averages, errors = estimates(1, 100, 200)
    assert number(page, "estimate") == f"{averages[0]:.4f} ± {errors[0]:.4f}"
    assert number(page, "exact") == "0.0909 = 1/11"
    assert number(page, "error") == "0.0097"
    inside = np.sum(np.abs(averages - 1 / 11) <= stats.norm.ppf(0.95) * errors)
    assert number(page, "inside") == f"{inside} of 200"
    missed = np.sum(np.abs(averages - 1 / 11)[:100] > stats.norm.ppf(0.95) * errors[:100])
    assert page.locator(".wg-picture .wg-bar-miss").count() == missed
    assert page.locator(".wg-picture circle.wg-ring").count() == missed
    assert page.locator(".wg-picture .wg-bar-hit").count() == 100 - missed


def test_the_ends_of_the_slider(static_page: Callable) -> None:
    page = static_page(MonteCarloError())
    press(page, "n", "End")
    settled(page)
    assert value(page, "draws") == 20_000_000
    assert value(page, "error") == pytest.approx(math.sqrt((40 / 2261 - 1 / 121) / 1e5))
    assert abs(value(page, "estimate") - 1 / 11) < 5 * value(page, "error")
    assert value(page, "spread") == pytest.approx(value(page, "error"), rel=0.2)
    assert page.locator(".wg-slider output").inner_text() == "100,000"
    press(page, "n", "Home")
    settled(page)
    averages, _ = estimates(1, 10, 1)
    assert value(page, "draws") == 2000
    assert value(page, "estimate") == pytest.approx(averages[0], rel=1e-9)


def test_the_slider_stands_at_round_numbers(static_page: Callable) -> None:
    page = static_page(MonteCarloError(n=10))
    shown = []
    for _ in range(10):
        press(page, "n", "ArrowRight")
        settled(page)
        shown.append(page.locator(".wg-slider output").inner_text())
    assert shown == ["13", "16", "20", "25", "32", "40", "50", "63", "79", "100"]


def test_a_number_between_the_slider_s_places_is_kept(static_page: Callable) -> None:
    page = static_page(MonteCarloError(n=1234))
    settled(page)
    assert value(page, "draws") == 200 * 1234
    averages, _ = estimates(1, 1234, 1)
    assert value(page, "estimate") == pytest.approx(averages[0], rel=1e-9)


def test_the_error_follows_mouse_and_button(static_page: Callable) -> None:
    page = static_page(MonteCarloError())
    settled(page)
    slide(page, "n", 3)
    settled(page)
    n = int(value(page, "draws") / 200)
    assert 500 <= n <= 2000
    control(page, "seed").click()
    settled(page)
    averages, _ = estimates(2, n, 200)
    assert value(page, "spread") == pytest.approx(averages.std(ddof=1), rel=1e-9)
