"""The two normals and the fit by either divergence, against SciPy's integrals and minimisers."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page
from scipy import integrate, optimize, special, stats
from test_widget_pages import control, number, press, slide, value

from diffusion_derived.widgets import FitByKL, TwoNormals

pytestmark = pytest.mark.browser

MEANS = (-3, -0.4, 0, 1, 3)
WIDTHS = (0.125, 0.25, 0.5, 1, 4)
PAIRS = [
    ([mu, sigma], [nu, tau])
    for mu, sigma, nu, tau in itertools.product(MEANS, WIDTHS, (-3, 0, 2.5), WIDTHS)
]


def kl_by_scipy(mu: float, sigma: float, nu: float, tau: float) -> float:
    """KL(N(mu, sigma²) ‖ N(nu, tau²)) by Gauss and Hermite's rule, exact for polynomials."""
    z, weight = special.roots_hermitenorm(20)
    x = mu + sigma * z
    ratio = stats.norm(mu, sigma).logpdf(x) - stats.norm(nu, tau).logpdf(x)
    return float(weight @ ratio / weight.sum())


# ---- two normals ----


def test_both_ways_to_a_divergence_are_right(maths: Callable) -> None:
    found = maths("two_normals", "x.map((p) => [m.closedForm(...p), m.byQuadrature(...p)])", PAIRS)
    for (first, second), (closed, area) in zip(PAIRS, found, strict=True):
        expected = kl_by_scipy(*first, *second)
        assert closed == pytest.approx(expected, rel=1e-9, abs=1e-9)
        assert area == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_the_two_normals_of_the_book(maths: Callable) -> None:
    q, p = [1, 0.5], [0, 1]
    found = maths("two_normals", "[m.closedForm(x[0], x[1]), m.closedForm(x[1], x[0])]", [q, p])
    assert found == pytest.approx([math.log(2) + 1.25 / 2 - 0.5, 4 - math.log(2) - 0.5], abs=1e-14)
    assert found == pytest.approx([0.818, 2.807], abs=5e-4)


def test_the_integrand_encloses_the_divergence(maths: Callable) -> None:
    x = np.linspace(-12, 14, 4001)
    pair = ([1, 0.5], [0.5, 2])
    heights = maths("two_normals", "x[0].map((v) => m.integrand(v, ...x[1]))", [x.tolist(), pair])
    q, p = stats.norm(*pair[0]), stats.norm(*pair[1])
    assert heights == pytest.approx(q.pdf(x) * (q.logpdf(x) - p.logpdf(x)), abs=1e-12)
    assert np.trapezoid(heights, x) == pytest.approx(kl_by_scipy(*pair[0], *pair[1]), abs=1e-9)


def test_the_page_shows_both(static_page: Callable) -> None:
    page = static_page(TwoNormals())
    assert number(page, "kl-qp") == number(page, "kl-qp-area") == "0.818147 nats"
    assert number(page, "kl-pq") == number(page, "kl-pq-area") == "2.806853 nats"
    assert page.get_by_role("group", name="Two normals").count() == 1


def test_equal_normals_do_not_diverge(static_page: Callable) -> None:
    page = static_page(TwoNormals(mu_q=0, sigma_q=1))
    for name in ("kl-qp", "kl-pq", "kl-qp-area", "kl-pq-area"):
        assert abs(value(page, name)) < 1e-12 and number(page, name) == "0.000000 nats"
    assert "NaN" not in page.locator(".wg-picture svg").inner_html()


@pytest.mark.parametrize(("q_end", "p_end"), [("Home", "End"), ("End", "Home"), ("Home", "Home")])
def test_the_ends_of_the_sliders(static_page: Callable, q_end: str, p_end: str) -> None:
    page = static_page(TwoNormals())
    press(page, "mu_q", q_end)
    press(page, "sigma_q", q_end)
    press(page, "mu_p", p_end)
    press(page, "sigma_p", p_end)
    low, high = (-3, 0.125), (3, 4)
    q, p = (low if end == "Home" else high for end in (q_end, p_end))
    assert value(page, "kl-qp") == pytest.approx(kl_by_scipy(*q, *p), rel=1e-9, abs=1e-9)
    assert value(page, "kl-pq-area") == pytest.approx(kl_by_scipy(*p, *q), rel=1e-9, abs=1e-9)
    assert "NaN" not in page.locator(".wg-picture svg").inner_html()


def test_the_sliders_stand_at_halves_and_doubles(static_page: Callable) -> None:
    page = static_page(TwoNormals())
    press(page, "sigma_q", *["ArrowRight"] * 8)
    assert control(page, "sigma_q").get_attribute("aria-valuetext") == "1.00"
    press(page, "mu_q", *["ArrowLeft"] * 10)
    assert abs(value(page, "kl-qp")) < 1e-12


def test_the_normals_follow_the_mouse(static_page: Callable) -> None:
    page = static_page(TwoNormals())
    slide(page, "mu_p", -2)
    mu = float(control(page, "mu_p").input_value())
    assert abs(mu + 2) <= 0.1
    assert value(page, "kl-pq") == pytest.approx(kl_by_scipy(mu, 1, 1, 0.5), abs=1e-9)


LINES = """svg => [...svg.querySelectorAll("path.wg-line")].map((path) => [path.dataset.role,
  path.getAttribute("d").slice(1).split("L").map((pair) => pair.split(",").map(Number))])"""
AXIS = """svg => { const lines = [...svg.querySelectorAll(".wg-axis")];
  const axis = lines.find((line) => line.getAttribute("y1") === line.getAttribute("y2"));
  return ["x1", "x2"].map((name) => Number(axis.getAttribute(name))); }"""


def test_the_curves_are_to_scale(static_page: Callable) -> None:
    """Densities have area one on their scale; the integrands have the ratio of the divergences."""
    page = static_page(TwoNormals())
    drawing = page.locator(".wg-picture svg")
    lines = [(role, np.array(points).T) for role, points in drawing.evaluate(LINES)]
    assert [role for role, _ in lines] == ["p", "q", "q", "p"]
    (_, p), (_, q), (_, reverse), (_, forward) = lines
    left, right = drawing.evaluate(AXIS)
    x = -4 + 8 * (p[0] - left) / (right - left)
    unit = (p[1].max() - p[1].min()) / stats.norm.pdf(0)
    assert (p[1].max() - p[1]) / unit == pytest.approx(stats.norm.pdf(x), abs=0.004)
    assert (q[1].max() - q[1]) / unit == pytest.approx(stats.norm(1, 0.5).pdf(x), abs=0.004)
    areas = [np.trapezoid(y[0] - y, x) for _, y in (reverse, forward)]
    assert areas[1] / areas[0] == pytest.approx(2.806853 / 0.818147, rel=0.02)


# ---- a mixture and one normal ----

HILL = 0.5
MIXTURES = [(0, 0.5), (1, 0.3), (2, 0.5), (4, 0.5), (4, 0.8), (6, 0.05), (6, 0.5)]
NORMALS = [(0, 1), (-2, 0.5), (1.5, 0.125), (-5, 0.3), (5, 4), (0, 4)]


def log_p(x: np.ndarray, separation: float, weight: float) -> np.ndarray:
    hills = [stats.norm(side * separation / 2, HILL).logpdf(x) for side in (-1, 1)]
    return np.logaddexp(math.log(weight) + hills[0], math.log(1 - weight) + hills[1])


def integral(f: Callable, low: float, high: float) -> float:
    """Gauss and Legendre's rule on many short pieces."""
    node, weight = special.roots_legendre(12)
    edges = np.linspace(low, high, 2001)
    half = np.diff(edges)[:, None] / 2
    x = (edges[:-1, None] + edges[1:, None]) / 2 + half * node
    return float(np.sum(half * weight * f(x)))


def reverse_kl(mu: float, sigma: float, separation: float, weight: float) -> float:
    q = stats.norm(mu, sigma)
    return integral(
        lambda x: q.pdf(x) * (q.logpdf(x) - log_p(x, separation, weight)),
        mu - 12 * sigma,
        mu + 12 * sigma,
    )


def forward_kl(mu: float, sigma: float, separation: float, weight: float) -> float:
    q = stats.norm(mu, sigma)

    def integrand(x: np.ndarray) -> np.ndarray:
        p = log_p(x, separation, weight)
        return np.exp(p) * (p - q.logpdf(x))

    return integral(integrand, -separation / 2 - 6.5, separation / 2 + 6.5)


@pytest.mark.parametrize(("separation", "weight"), MIXTURES)
def test_both_divergences_from_a_mixture(maths: Callable, separation: float, weight: float) -> None:
    found = maths(
        "fit_by_kl",
        """x.normals.map(([mu, sigma]) => { const p = m.mixture(...x.mixture);
             return [m.reverse(mu, sigma, p), m.forward(mu, sigma, p)]; })""",
        {"mixture": [separation, weight], "normals": NORMALS},
    )
    for (mu, sigma), (reverse, forward) in zip(NORMALS, found, strict=True):
        exact = reverse_kl(mu, sigma, separation, weight)
        assert reverse == pytest.approx(exact, rel=1e-9, abs=1e-9), (mu, sigma)
        exact = forward_kl(mu, sigma, separation, weight)
        assert forward == pytest.approx(exact, rel=1e-9, abs=1e-9), (mu, sigma)


def test_the_integrals_of_this_file_agree_with_adaptive_ones() -> None:
    q = stats.norm(1, 0.8)
    exact, error = integrate.quad(
        lambda x: q.pdf(x) * (q.logpdf(x) - log_p(x, 4, 0.3)), -9, 11, epsabs=1e-12, limit=400
    )
    assert error < 1e-9
    assert reverse_kl(1, 0.8, 4, 0.3) == pytest.approx(exact, abs=1e-9)


@pytest.mark.parametrize(("separation", "weight"), MIXTURES)
def test_forward_takes_the_moments(maths: Callable, separation: float, weight: float) -> None:
    mu, sigma = maths("fit_by_kl", "m.fitForward(m.mixture(...x))", [separation, weight])
    ends = (-separation / 2 - 6.5, separation / 2 + 6.5)
    mean = integral(lambda x: x * np.exp(log_p(x, separation, weight)), *ends)
    square = integral(lambda x: (x - mean) ** 2 * np.exp(log_p(x, separation, weight)), *ends)
    assert [mu, sigma] == pytest.approx([mean, math.sqrt(square)], abs=1e-10)
    best = forward_kl(mu, sigma, separation, weight)
    for change in ((0.05, 1), (-0.05, 1), (0, 1.05), (0, 0.95)):
        assert forward_kl(mu + change[0], sigma * change[1], separation, weight) > best


STARTS = [(0, 1), (1, 1), (-1, 1), (3, 0.3), (-4, 2), (0, 3), (5, 0.125)]


@pytest.mark.parametrize(("separation", "weight"), [*MIXTURES, (3, 0.5), (2.5, 0.5), (5, 0.35)])
def test_reverse_ends_in_a_minimum(maths: Callable, separation: float, weight: float) -> None:
    """The slope is zero and every direction leads up, by differences of another integral."""
    ends = maths(
        "fit_by_kl",
        "x.starts.map((s) => m.fitReverse(...s, m.mixture(...x.mixture)))",
        {"starts": STARTS, "mixture": [separation, weight]},
    )
    for mu, sigma in {(round(mu, 9), round(sigma, 9)) for mu, sigma in ends}:
        here = reverse_kl(mu, sigma, separation, weight)
        h = 1e-3
        around = np.array(
            [
                [
                    reverse_kl(mu + i * h, sigma * math.exp(j * h), separation, weight)
                    for j in (-1, 0, 1)
                ]
                for i in (-1, 0, 1)
            ]
        )
        slope = [(around[2, 1] - around[0, 1]) / (2 * h), (around[1, 2] - around[1, 0]) / (2 * h)]
        assert slope == pytest.approx([0, 0], abs=2e-5)
        curvature = np.array(
            [
                [around[2, 1] - 2 * here + around[0, 1], 0],
                [0, around[1, 2] - 2 * here + around[1, 0]],
            ]
        )
        curvature[0, 1] = curvature[1, 0] = (
            around[2, 2] - around[2, 0] - around[0, 2] + around[0, 0]
        ) / 4
        assert np.linalg.eigvalsh(curvature / h**2).min() > 0


def test_reverse_goes_to_the_nearest_minimum(maths: Callable) -> None:
    expression = "m.fitReverse(...x[0], m.mixture(...x[1]))"
    assert maths("fit_by_kl", expression, [[1, 1], [4, 0.5]]) == pytest.approx(
        [1.99980, 0.50040], abs=2e-5
    )
    assert maths("fit_by_kl", expression, [[-1, 1], [4, 0.5]])[0] == pytest.approx(
        -1.9998, abs=2e-5
    )
    broad = maths("fit_by_kl", expression, [[0, 1], [4, 0.5]])
    found = optimize.minimize(
        lambda at: reverse_kl(at[0], math.exp(at[1]), 4, 0.5),
        [0, 0],
        method="Nelder-Mead",
        options={"xatol": 1e-8, "fatol": 1e-12},
    )
    assert broad == pytest.approx([found.x[0], math.exp(found.x[1])], abs=1e-5)


def test_one_hill_is_hit_exactly(maths: Callable) -> None:
    for start in STARTS:
        fit = maths("fit_by_kl", "m.fitReverse(...x, m.mixture(0, 0.5))", start)
        assert fit == pytest.approx([0, HILL], abs=1e-9)
    assert maths("fit_by_kl", "m.fitForward(m.mixture(0, 0.5))") == pytest.approx([0, HILL])


def test_slopes_are_those_of_the_divergence(maths: Callable) -> None:
    for (mu, sigma), (separation, weight) in itertools.product([(0.3, 0.7), (-1, 2)], MIXTURES):
        found = maths(
            "fit_by_kl",
            "m.slopes(x[0], x[1], m.mixture(x[2], x[3]))",
            [mu, sigma, separation, weight],
        )
        h = 1e-4

        def at(i: float, j: float, mu=mu, sigma=sigma, p=(separation, weight)) -> float:
            return reverse_kl(mu + i, sigma * math.exp(j), *p)

        assert found["gradient"] == pytest.approx(
            [(at(h, 0) - at(-h, 0)) / (2 * h), (at(0, h) - at(0, -h)) / (2 * h)], abs=1e-6
        )
        mixed = (at(h, h) - at(h, -h) - at(-h, h) + at(-h, -h)) / (4 * h * h)
        assert found["curvature"] == pytest.approx(
            [
                (at(h, 0) - 2 * at(0, 0) + at(-h, 0)) / h**2,
                mixed,
                (at(0, h) - 2 * at(0, 0) + at(0, -h)) / h**2,
            ],
            abs=1e-4,
            rel=1e-4,
        )


# ---- the fit in its page ----


def shown_q(page: Page) -> list[float]:
    q = page.locator('[data-number="q"]').get_attribute("data-value")
    return [float(part) for part in q.split(",")]


def test_the_fit_starts_where_it_was_put(static_page: Callable) -> None:
    page = static_page(FitByKL())
    assert number(page, "q") == "N(0.00, 1.00²)"
    assert value(page, "kl-qp") == pytest.approx(reverse_kl(0, 1, 4, 0.5), abs=1e-9)
    assert value(page, "kl-pq") == pytest.approx(forward_kl(0, 1, 4, 0.5), abs=1e-9)
    assert page.locator(".wg-note").is_hidden()


def test_the_buttons_fit(static_page: Callable) -> None:
    page = static_page(FitByKL(mu=1))
    press(page, "fit-forward", "Enter")
    assert shown_q(page) == pytest.approx([0, math.sqrt(4.25)], abs=1e-12)
    assert "no normal has a smaller KL(p‖q)" in page.locator(".wg-note").inner_text()
    press(page, "mu", *["ArrowRight"] * 12)
    assert page.locator(".wg-note").is_hidden()
    press(page, "sigma", "Home", *["PageUp"] * 3)
    press(page, "fit-reverse", "Space")
    assert number(page, "q") == "N(2.00, 0.50²)"
    assert value(page, "kl-qp") == pytest.approx(math.log(2), abs=5e-4)
    assert "Every small change of q raises KL(q‖p)" in page.locator(".wg-note").inner_text()


@pytest.mark.parametrize("weight", ["Home", "End"])
@pytest.mark.parametrize("separation", ["Home", "End"])
@pytest.mark.parametrize("q", ["Home", "End"])
def test_the_ends_of_the_fit(static_page: Callable, separation: str, weight: str, q: str) -> None:
    page = static_page(FitByKL())
    press(page, "separation", separation)
    press(page, "weight", weight)
    press(page, "mu", q)
    press(page, "sigma", q)
    mixture = (0 if separation == "Home" else 6, 0.05 if weight == "Home" else 0.95)
    mu, sigma = (-5, 0.125) if q == "Home" else (5, 4)
    assert value(page, "kl-qp") == pytest.approx(reverse_kl(mu, sigma, *mixture), rel=1e-9)
    assert value(page, "kl-pq") == pytest.approx(forward_kl(mu, sigma, *mixture), rel=1e-9)
    for button in ("fit-reverse", "fit-forward"):
        control(page, button).click()
        assert page.locator(".wg-note").is_visible(), button
    assert "NaN" not in page.locator(".wg-picture svg").inner_html()


def test_the_dots_lie_on_the_curves(static_page: Callable) -> None:
    page = static_page(FitByKL(mu=1, sigma=0.8))
    drawing = page.locator(".wg-picture svg")
    curves = {}
    for role, points in drawing.evaluate(LINES)[-2:]:
        curves[role] = np.array(points).T
    for role in ("q", "p"):
        dot = page.locator(f'.wg-picture circle[data-role="{role}"]')
        x, y = (float(dot.get_attribute(name)) for name in ("cx", "cy"))
        assert y == pytest.approx(np.interp(x, *curves[role]), abs=1.5)
