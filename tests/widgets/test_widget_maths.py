"""Every number that a widget computes in the page, against exact fractions and SciPy."""

import itertools
import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from scipy import special, stats

pytestmark = pytest.mark.browser

PRIORS = ["0", "1/100", "1/8", "2/5", "1/2", "123/1000", "99/100", "1"]
RATES = ["0", "1/200", "49/10000", "1/100", "7/100", "1/2", "199/200", "1"]
AREA_GRID = [tuple(map(Fraction, point)) for point in itertools.product(PRIORS, RATES, RATES)]
COIN_GRID = list(
    itertools.product((0.5, 1, 1.5, 7.5, 20), (0.5, 1, 2, 20), (0, 1, 7, 50), (0, 1, 3, 50))
)
DIE_GRID = [
    ([n1, n2, n3], c)
    for n1, n2, n3, c in itertools.product((0, 1, 50), (0, 3, 50), (0, 7), (0.5, 1, 2.5, 20))
]


def ratio(a: Fraction, b: Fraction) -> Fraction | float | None:
    if b == 0:
        return None if a == 0 else math.inf
    return a / b


def as_floats(point: tuple) -> list[float]:
    return [float(value) for value in point]


# ---- area ----


def test_bayes_agrees_with_exact_fractions(maths: Callable) -> None:
    points = [as_floats(point) for point in AREA_GRID]
    computed = maths("area", "x.map(p => m.bayes(...p))", points)
    for (prior, rate_men, rate_women), found in zip(AREA_GRID, computed, strict=True):
        men, women = prior * rate_men, (1 - prior) * rate_women
        expected = {
            "men": men,
            "women": women,
            "evidence": men + women,
            "posterior": ratio(men, men + women),
            "bayesFactor": ratio(rate_men, rate_women),
            "priorOdds": ratio(prior, 1 - prior),
            "posteriorOdds": ratio(men, women),
        }
        assert set(found) == set(expected)
        for name, value in expected.items():
            if value is None or value == math.inf:
                assert found[name] == value, (prior, rate_men, rate_women, name)
            else:
                assert found[name] == pytest.approx(float(value), rel=1e-12, abs=1e-15)


def test_the_example_of_the_chapter(maths: Callable) -> None:
    found = maths("area", "m.bayes(0.4, 0.07, 0.01)")
    assert found["posterior"] == pytest.approx(14 / 17, rel=1e-14)
    assert found["evidence"] == pytest.approx(0.034, rel=1e-14)
    assert found["bayesFactor"] == pytest.approx(7, rel=1e-14)


def largest_remainder(quotas: list[Fraction], total: int) -> list[int]:
    floors = [math.floor(quota) for quota in quotas]
    by_remainder = sorted(range(len(quotas)), key=lambda i: (floors[i] - quotas[i], i))
    for i in by_remainder[: total - sum(floors)]:
        floors[i] += 1
    return floors


def test_a_thousand_people_are_a_thousand(maths: Callable) -> None:
    points = [as_floats(point) for point in AREA_GRID]
    computed = maths("area", "x.map(p => m.people(...p))", points)
    for (prior, rate_men, rate_women), found in zip(AREA_GRID, computed, strict=True):
        men, women = prior * rate_men, (1 - prior) * rate_women
        quotas = [1000 * share for share in (men, prior - men, women, 1 - prior - women)]
        names = ("menBlind", "menSeeing", "womenBlind", "womenSeeing")
        assert [found[name] for name in names] == largest_remainder(quotas, 1000)
        assert found["rounded"] == any(quota.denominator > 1 for quota in quotas)


def test_the_thousand_of_the_example_need_no_rounding(maths: Callable) -> None:
    expected = {"menBlind": 28, "menSeeing": 372, "womenBlind": 6, "womenSeeing": 594}
    assert maths("area", "m.people(0.4, 0.07, 0.01)") == expected | {"rounded": False}


# ---- coin ----


def test_density_agrees_with_scipy(maths: Callable) -> None:
    xs = [0, 1e-6, 0.02, 0.3, 0.5, 0.77, 0.999, 1]
    shapes = [(a, b) for a in (0.5, 1, 1.5, 20, 70) for b in (0.5, 1, 3, 70)]
    points = [[x, a, b] for x in xs for a, b in shapes]
    computed = maths("beta_explorer", "x.map(p => m.density(...p))", points)
    for (x, a, b), found in zip(points, computed, strict=True):
        assert found == pytest.approx(stats.beta(a, b).pdf(x), rel=1e-10, abs=1e-300), (x, a, b)


def test_coin_numbers_agree_with_scipy(maths: Callable) -> None:
    computed = maths(
        "beta_explorer",
        """x.map(([a, b, h, t]) =>
             [m.mean(a + h, b + t), m.deviation(a + h, b + t), m.evidence(a, b, h, t)])""",
        COIN_GRID,
    )
    for (a, b, heads, tails), found in zip(COIN_GRID, computed, strict=True):
        after = stats.beta(a + heads, b + tails)
        evidence = stats.betabinom(heads + tails, a, b).pmf(heads)
        assert found == pytest.approx([after.mean(), after.std(), evidence], rel=1e-9)


@pytest.mark.parametrize("n", [0, 1, 10, 100])
def test_under_a_flat_prior_every_count_is_equally_likely(maths: Callable, n: int) -> None:
    found = maths("beta_explorer", f"[0, {n // 2}, {n}].map(h => m.evidence(1, 1, h, {n} - h))")
    assert found == pytest.approx([float(Fraction(1, n + 1))] * 3, rel=1e-12)


def highest_place(a: float, b: float) -> str | float:
    """Where the density is highest, looked up on a fine grid that includes both ends."""
    x = np.linspace(0, 1, 20001)
    y = stats.beta(a, b).pdf(x)
    if np.ptp(y) < 1e-9:
        return "none"
    top = x[y == y.max()]
    return "ends" if len(top) == 2 and np.isinf(y.max()) else float(top[0])


def test_mode_is_where_the_density_is_highest(maths: Callable) -> None:
    shapes = list(itertools.product((0.5, 1, 1.5, 2, 8, 70), repeat=2))
    computed = maths("beta_explorer", "x.map(p => m.mode(...p))", shapes)
    for (a, b), found in zip(shapes, computed, strict=True):
        expected = highest_place(a, b)
        if isinstance(expected, str):
            assert found == expected, (a, b)
        else:
            assert found == pytest.approx(expected, abs=5e-5), (a, b)


def test_no_bounded_curve_leaves_the_picture(maths: Callable) -> None:
    shapes = list(itertools.product((1, 1.5, 8, 70), repeat=2))
    tops = maths("beta_explorer", "x.map(([a, b]) => m.ceiling([{ a, b }]))", shapes)
    x = np.linspace(0, 1, 20001)
    for (a, b), top in zip(shapes, tops, strict=True):
        assert top > stats.beta(a, b).pdf(x).max()


def test_a_curve_without_a_highest_point_gets_a_finite_picture(maths: Callable) -> None:
    shapes = [(0.5, 0.5), (0.5, 70), (20, 0.5)]
    tops = maths("beta_explorer", "x.map(([a, b]) => m.ceiling([{ a, b }]))", shapes)
    assert all(2 < top < 1000 for top in tops)


# ---- die ----


def test_log_density_agrees_with_scipy(maths: Callable) -> None:
    probes = [(0.25, 0.5, 0.25), (0.001, 0.001, 0.998), (0.9, 0.05, 0.05), (0.334, 0.333, 0.333)]
    points = [[list(theta), counts, c] for theta in probes for counts, c in DIE_GRID]
    computed = maths(
        "dirichlet", "x.map(([t, n, c]) => m.logDensity(t, m.posterior(n, c)))", points
    )
    for (theta, counts, c), found in zip(points, computed, strict=True):
        expected = stats.dirichlet(np.array(counts) + c).logpdf(theta)
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_means_are_exact_fractions(maths: Callable) -> None:
    computed = maths(
        "dirichlet",
        "x.map(([n, c]) => [m.mean(m.posterior(n, c)), m.fractions(m.posterior(n, c))])",
        DIE_GRID,
    )
    for (counts, c), (mean, fractions) in zip(DIE_GRID, computed, strict=True):
        alpha = [Fraction(count) + Fraction(c) for count in counts]
        exact = [each / sum(alpha) for each in alpha]
        assert mean == pytest.approx([float(each) for each in exact], rel=1e-14)
        assert [Fraction(words) for words in fractions] == exact
        shown = [Fraction(words).denominator for words in fractions]
        written = [int(words.split("/")[1]) for words in fractions]
        assert math.lcm(*shown) == written[0] == written[1] == written[2]


def test_peak_is_where_the_density_is_highest(maths: Callable) -> None:
    shapes = [[7, 4, 2], [1, 4, 2], [1, 1, 9], [51, 51, 21], [1, 1, 1], [0.5, 3, 3], [20, 20, 20]]
    peaks = maths("dirichlet", "x.map(a => m.peak(a))", shapes)
    rng = np.random.default_rng(2)
    for alpha, peak in zip(shapes, peaks, strict=True):
        if min(alpha) < 1 or max(alpha) == 1:
            assert peak is None
            continue
        others = rng.dirichlet(np.array(alpha), size=2000)
        inside = np.maximum(peak, 1e-12) / np.sum(np.maximum(peak, 1e-12))
        density = stats.dirichlet(alpha)
        assert density.logpdf(inside) >= density.logpdf(others.T).max() - 1e-6


def test_points_of_the_triangle_are_whole_thousandths(maths: Callable) -> None:
    rng = np.random.default_rng(1)
    points = [*rng.uniform(-0.3, 1.2, (300, 3)).tolist(), [1, 0, 0], [0.5, 0.5, 0], [1, 1, 1]]
    points = [point for point in points if max(point) > 0]
    once, twice = maths("dirichlet", "[x.map(m.snap), x.map(m.snap).map(m.snap)]", points)
    assert once == twice
    for point, found in zip(points, once, strict=True):
        thousandths = [round(1000 * part) for part in found]
        assert found == [part / 1000 for part in thousandths]
        assert sum(thousandths) == 1000 and min(thousandths) >= 1
        inside = np.maximum(point, 0) / np.sum(np.maximum(point, 0))
        assert np.abs(inside - found).max() <= 0.0021


def test_steps_stop_at_the_border(maths: Callable) -> None:
    step = [-0.01, 0.01, 0]
    walk = maths(
        "dirichlet",
        "[...Array(40)].reduce((w) => [...w, m.move(w.at(-1), x)], [[0.25, 0.5, 0.25]])",
        step,
    )
    assert walk[1] == [0.24, 0.51, 0.25]
    assert walk[-1] == [0.001, 0.749, 0.25]
    at_border = [0.001, 0.3, 0.699]
    assert maths("dirichlet", "m.move(x[0], x[1])", [at_border, step]) == at_border


# ---- shared ----


def test_special_functions_agree_with_scipy(maths: Callable) -> None:
    z = np.concatenate([np.linspace(0.05, 3, 60), np.linspace(3.5, 300, 200)])
    found = maths("area", "x.map(m.lgamma)", z.tolist())
    assert found == pytest.approx(special.gammaln(z), rel=1e-12, abs=1e-13)
    pairs = list(itertools.product((0.5, 1, 7.5, 70), repeat=2))
    found = maths("area", "x.map(p => m.logBeta(...p))", pairs)
    assert found == pytest.approx([special.betaln(a, b) for a, b in pairs], rel=1e-12, abs=1e-13)
    assert maths("area", "[m.xlogy(0, 0), m.xlogy(2, 0.5)]") == [0, 2 * math.log(0.5)]


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "0 %"),
        (1, "100 %"),
        (0.07, "7 %"),
        (14 / 17, "82.4 %"),
        (0.034, "3.4 %"),
        (0.0049, "0.49 %"),
        (0.00005, "0.005 %"),
        (0.9996, "99.96 %"),
        (1e-9, "below 0.0001 %"),
        (1 - 1e-9, "above 99.9999 %"),
    ],
)
def test_per_cent(maths: Callable, share: float, words: str) -> None:
    assert maths("area", "m.percent(x)", share) == words


def test_words_for_other_numbers(maths: Callable) -> None:
    found = maths("area", "[2 / 3, 14 / 3, 0, 3.2e-9, 1 / 0].map(m.significant)")
    assert found == ["0.667", "4.67", "0", "3.2 × 10^\u22129", "infinite"]
    assert maths("area", "[-0.1674, -0.0001, 2].map(v => m.fixed(v))") == [
        "\u22120.167",
        "0.000",
        "2.000",
    ]
    assert maths("area", "[7, 1000, 1234567].map(m.thousands)") == ["7", "1,000", "1,234,567"]


def test_arrays_arrive_as_they_left(maths: Callable) -> None:
    array = np.array([0.1, -2.5, 1e30, 0], "<f4")
    found = maths(
        "area",
        """(() => { const all = Uint8Array.from([9, ...x]);
             return [...m.float32(new DataView(all.buffer, 1, x.length))]; })()""",
        list(array.tobytes()),
    )
    assert found == array.tolist()
