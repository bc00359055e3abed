"""ELBO bars and mean-field ellipse of chapter 6: maths against SciPy and NumPy, pages by hand."""

import itertools
import json
import math
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page
from scipy import integrate, optimize, special, stats

from diffusion_derived import elbo
from diffusion_derived.widgets import ElboBars, MeanFieldEllipse

pytestmark = pytest.mark.browser

LOG_EVIDENCE = math.log(1 / 11)
MEANS = (-2, -0.55, 0, 0.7, 1.23, 3)
WIDTHS = (0.1, 0.33, 0.62, 1, 2.4, 3)


def value(page: Page, name: str) -> float:
    return float(page.locator(f'[data-number="{name}"]').get_attribute("data-value"))


def values(page: Page, name: str) -> list[float]:
    shown = page.locator(f'[data-number="{name}"]').get_attribute("data-value")
    return json.loads(f"[{shown}]")


def press(page: Page, key: str, *keys: str) -> None:
    for each in keys:
        page.locator(f'[data-key="{key}"]').press(each)


def click(page: Page, *keys: str) -> None:
    for key in keys:
        page.locator(f'button[data-key="{key}"]').click(force=True)


# ---- ELBO bars: mathematics ----


def log_joint(logit: float) -> float:
    """log of C(10, 7) theta^7 (1 - theta)^3, times the logistic density of the logit."""
    coin = 7 * special.log_expit(logit) + 3 * special.log_expit(-logit)
    return math.log(math.comb(10, 7)) + coin + stats.logistic.logpdf(logit)


def by_quadrature(integrand: Callable, mean: float, width: float) -> float:
    ends = (mean - 12 * width, mean + 12 * width)
    found, error = integrate.quad(
        integrand, *ends, points=[mean], epsabs=1e-12, epsrel=1e-12, limit=400
    )
    assert error < 1e-9
    return found


def log_posterior(logit: float) -> float:
    """log density of the logit of a Beta(8, 4)."""
    return 8 * special.log_expit(logit) + 4 * special.log_expit(-logit) - special.betaln(8, 4)


@pytest.mark.parametrize(("mean", "width"), list(itertools.product(MEANS, WIDTHS)))
def test_elbo_and_kl_agree_with_scipy(maths: Callable, mean: float, width: float) -> None:
    q = stats.norm(mean, width)
    bound = by_quadrature(lambda t: q.pdf(t) * (log_joint(t) - q.logpdf(t)), mean, width)
    gap = by_quadrature(lambda t: q.pdf(t) * (q.logpdf(t) - log_posterior(t)), mean, width)
    found = maths("elbo_bars", "[m.elbo(...x), m.kl(...x)]", [mean, width])
    assert found == pytest.approx([bound, gap], abs=1e-9)


def test_elbo_and_kl_are_those_of_the_library(maths: Callable) -> None:
    coin = elbo.CoinElbo(7, 10)
    for mean, width in itertools.product(MEANS, WIDTHS):
        found = maths("elbo_bars", "[m.elbo(...x), m.kl(...x)]", [mean, width])
        assert found == pytest.approx([coin.elbo(mean, width), coin.kl(mean, width)], abs=1e-10)


def test_elbo_and_kl_add_up_at_every_place_of_the_sliders(maths: Callable) -> None:
    """501 means by 291 widths: all places that the two sliders can take."""
    worst = maths(
        "elbo_bars",
        """(() => { let worst = 0, least = Infinity;
             for (let i = 0; i <= 500; i += 1)
               for (let j = 0; j <= 290; j += x) {
                 const [mean, width] = [-2 + i / 100, 0.1 + ((j + i) % 291) / 100];
                 const gap = m.kl(mean, width);
                 worst = Math.max(worst, Math.abs(m.elbo(mean, width) + gap - m.LOG_EVIDENCE));
                 least = Math.min(least, gap);
               }
             return [worst, least, m.LOG_EVIDENCE]; })()""",
        29,
    )
    assert worst[0] < 1e-10
    assert worst[1] > 0
    assert worst[2] == pytest.approx(LOG_EVIDENCE, abs=1e-15)


def test_the_log_evidence_is_the_area_under_the_joint() -> None:
    area, _ = integrate.quad(lambda t: math.exp(log_joint(t)), -40, 40, epsabs=1e-13)
    assert math.log(area) == pytest.approx(LOG_EVIDENCE, abs=1e-10)


@pytest.mark.parametrize("axis", ["logit", "theta"])
@pytest.mark.parametrize(("mean", "width"), [(0, 1), (0.7, 0.62), (1, 0.2)])
def test_the_curves_are_densities(maths: Callable, axis: str, mean: float, width: float) -> None:
    found = maths("elbo_bars", "m.densities(...x)", [axis, mean, width])
    xs = np.array(found["xs"])
    if axis == "theta":
        posterior = stats.beta(8, 4).pdf(xs)
        q = stats.norm(mean, width).pdf(special.logit(xs)) / (xs * (1 - xs))
    else:
        theta = special.expit(xs)
        posterior = stats.beta(8, 4).pdf(theta) * theta * (1 - theta)
        q = stats.norm(mean, width).pdf(xs)
    assert found["posterior"] == pytest.approx(posterior, rel=1e-9, abs=1e-12)
    assert found["q"] == pytest.approx(q, rel=1e-9, abs=1e-12)
    assert np.trapezoid(found["posterior"], xs) == pytest.approx(1, abs=2e-3)
    assert np.trapezoid(found["q"], xs) == pytest.approx(1, abs=2e-3)
    assert maths("elbo_bars", "m.ceiling(x)", found) > max(posterior)


# ---- ELBO bars: the page ----


def test_bars_follow_the_sliders(static_page: Callable) -> None:
    page = static_page(ElboBars())
    press(page, "mean", *["ArrowRight"] * 30)
    press(page, "width", *["ArrowLeft"] * 20)
    q = stats.norm(0.3, 0.8)
    bound = by_quadrature(lambda t: q.pdf(t) * (log_joint(t) - q.logpdf(t)), 0.3, 0.8)
    assert value(page, "elbo") == pytest.approx(bound, abs=1e-9)
    assert value(page, "total") == pytest.approx(LOG_EVIDENCE, abs=1e-10)
    assert value(page, "kl") == pytest.approx(LOG_EVIDENCE - bound, abs=1e-9)


@pytest.mark.parametrize("ends", list(itertools.product(("Home", "End"), repeat=2)))
def test_the_sum_holds_at_the_sliders_ends(static_page: Callable, ends: tuple) -> None:
    page = static_page(ElboBars())
    for key, end in zip(("mean", "width"), ends, strict=True):
        press(page, key, end)
    assert value(page, "elbo") + value(page, "kl") == pytest.approx(LOG_EVIDENCE, abs=1e-10)
    assert value(page, "kl") > 1
    widths = page.locator(".wg-picture rect[data-role=q]").evaluate_all(
        "n => n.map(e => +e.getAttribute('width'))"
    )
    assert all(np.isfinite(widths)) and min(widths) >= 0


BARS = """svg => {
  const number = (node, name) => Number(node.getAttribute(name));
  const [bound, gap] = [...svg.querySelectorAll("rect[data-role=q]")];
  const mark = svg.querySelector("line[data-role=evidence]");
  return [number(bound, "x"), number(bound, "width"), number(gap, "x"), number(gap, "width"),
          number(mark, "x1")];
}"""


def test_bars_are_drawn_to_scale_and_end_at_the_log_evidence(static_page: Callable) -> None:
    page = static_page(ElboBars(mean=0.4, width=0.9))
    x, width, start, rest, mark = page.locator(".wg-picture svg").evaluate(BARS)
    assert start == pytest.approx(x + width) and start + rest == pytest.approx(mark)
    unit = rest / value(page, "kl")
    assert width / unit == pytest.approx(value(page, "elbo") + 4, rel=1e-9)
    press(page, "mean", *["ArrowLeft"] * 10)
    again = page.locator(".wg-picture svg").evaluate(BARS)
    assert again[4] == mark and again[1] < width


def test_another_line_leaves_the_bars_alone(static_page: Callable) -> None:
    page = static_page(ElboBars())
    before = [value(page, name) for name in ("elbo", "kl", "total")]
    curves = page.locator(".wg-picture path.wg-line")
    shape = curves.first.get_attribute("d")
    page.locator('input[data-key="axis"]').nth(1).check()
    assert [value(page, name) for name in ("elbo", "kl", "total")] == before
    assert curves.first.get_attribute("d") != shape
    press(page, "width", "End")
    assert "cut off" in page.locator(".wg-note").inner_text()


def test_the_best_q_leaves_a_gap(static_page: Callable) -> None:
    """The exact posterior of the logit is no normal: its best guess is close, not equal."""

    def gap(at: np.ndarray) -> float:
        mean, width = at[0], math.exp(at[1])
        z, weight = np.polynomial.hermite_e.hermegauss(80)
        joint = [log_joint(mean + width * each) for each in z]
        return LOG_EVIDENCE - weight @ joint / weight.sum() - stats.norm(0, width).entropy()

    best = optimize.minimize(gap, [0.7, -0.5])
    mean, width = round(best.x[0], 2), round(math.exp(best.x[1]), 2)
    page = static_page(ElboBars(mean=mean, width=width))
    assert 0 < best.fun < 0.01
    assert value(page, "kl") == pytest.approx(best.fun, abs=1e-4)


# ---- mean-field ellipse: mathematics ----

SHAPES = list(itertools.product((-0.99, -0.4, 0, 0.8, 0.99), (0.25, 1, 2), (0.25, 1.3)))


def matrix(rho: float, one: float, two: float) -> np.ndarray:
    return np.array([[one**2, rho * one * two], [rho * one * two, two**2]])


def log_density(x: np.ndarray, mu: np.ndarray, cov: np.ndarray) -> np.ndarray:
    off = x - mu
    square = np.einsum("ni,in->n", off, np.linalg.solve(cov, off.T))
    return -0.5 * (square + np.linalg.slogdet(2 * np.pi * cov)[1])


def kl(mu: np.ndarray, a: np.ndarray, nu: np.ndarray, b: np.ndarray) -> float:
    """KL(N(mu, a) || N(nu, b)) by E_a[log a - log b] on a grid exact for polynomials."""
    z, weight = np.polynomial.hermite_e.hermegauss(6)
    pairs = np.array(list(itertools.product(z, z)))
    weights = np.outer(weight, weight).ravel() / weight.sum() ** 2
    x = mu + pairs @ np.linalg.cholesky(a).T
    return float(weights @ (log_density(x, mu, a) - log_density(x, nu, b)))


@pytest.mark.parametrize("shape", SHAPES)
def test_both_divergences_agree_with_quadrature(maths: Callable, shape: tuple) -> None:
    guess = {"mean": [0.7, -1.4], "sd": [0.5, 0.9]}
    found = maths("mean_field", "m.divergences(m.covariance(...x.p), x.q)", {
        "p": shape, "q": guess,
    })  # fmt: skip
    q = np.array(guess["mean"]), np.diag(np.square(guess["sd"]))
    p = np.zeros(2), matrix(*shape)
    assert found["reverse"] == pytest.approx(kl(*q, *p), rel=1e-8)
    assert found["forward"] == pytest.approx(kl(*p, *q), rel=1e-8)


@pytest.mark.parametrize("direction", ["reverse", "forward"])
@pytest.mark.parametrize("shape", SHAPES[::3])
def test_an_update_is_the_best_that_one_factor_can_do(
    maths: Callable, shape: tuple, direction: str
) -> None:
    guess = {"mean": [1.1, -0.6], "sd": [0.5, 0.8]}
    p = np.zeros(2), matrix(*shape)
    for i in (0, 1):
        found = maths("mean_field", "m.update(m.covariance(...x[0]), x[1], x[2], x[3])", [
            shape, guess, i, direction,
        ])  # fmt: skip

        def lost(at: np.ndarray, i: int = i) -> float:
            mean, sd = np.array(guess["mean"]), np.array(guess["sd"])
            mean[i], sd[i] = at[0], math.exp(at[1])
            q = mean, np.diag(sd**2)
            return kl(*q, *p) if direction == "reverse" else kl(*p, *q)

        near = [found["mean"][i] + 0.3, math.log(found["sd"][i]) - 0.4]
        best = optimize.minimize(lost, near, method="Nelder-Mead", tol=1e-11)
        assert found["mean"][i] == pytest.approx(best.x[0], abs=1e-4)
        assert math.log(found["sd"][i]) == pytest.approx(best.x[1], abs=1e-4)
        assert [found["mean"][1 - i], found["sd"][1 - i]] == [
            guess["mean"][1 - i],
            guess["sd"][1 - i],
        ]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_walk_ends_where_the_closed_form_says(maths: Callable, shape: tuple) -> None:
    cov = matrix(*shape)
    rho = shape[0]
    for direction, widths in (
        ("reverse", 1 / np.sqrt(np.diag(np.linalg.inv(cov)))),
        ("forward", np.sqrt(np.diag(cov))),
    ):
        walk = maths(
            "mean_field",
            "m.walk(m.covariance(...x[0]), [-2.4, 2], 40, x[1])",
            [shape, direction],
        )
        assert walk[-1]["sd"] == pytest.approx(widths, rel=1e-9)
        means = np.array([guess["mean"] for guess in walk])
        if direction == "reverse":  # each round of two updates shrinks the mean by rho squared
            assert means[4:, 1] == pytest.approx(means[2:-2, 1] * rho**2, abs=1e-12)
        else:
            assert means[2:] == pytest.approx(np.zeros((39, 2)), abs=1e-15)
        moved = np.diff(means, axis=0)
        assert np.abs(moved[::2, 1]).max() == 0 == np.abs(moved[1::2, 0]).max()
        losses = maths(
            "mean_field",
            "x[1].map(q => m.divergences(m.covariance(...x[0]), q)[x[2]])",
            [shape, walk, direction],
        )
        assert (np.diff(losses) <= 1e-9).all()
        off = means[-1] @ np.linalg.solve(cov, means[-1]) / 2
        assert losses[-1] == pytest.approx(off - 0.5 * math.log(1 - rho**2), rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("shape", SHAPES[::4])
def test_the_walk_is_that_of_the_library(maths: Callable, shape: tuple) -> None:
    walk = maths("mean_field", "m.walk(m.covariance(...x), [-2.4, 2], 40, 'reverse')", shape)
    records = elbo.coordinate_ascent([0, 0], matrix(*shape), [-2.4, 2], [0.25, 0.25], 20)
    for found, right in zip(walk, records, strict=True):
        assert found["mean"] == pytest.approx(right.mean, abs=1e-9)
        assert found["sd"] == pytest.approx(np.sqrt(right.variances), rel=1e-9)
    best = elbo.mean_field([0, 0], matrix(*shape))
    assert walk[-1]["sd"] == pytest.approx(np.sqrt(best.variances), rel=1e-9)


def test_axes_of_the_ellipse(maths: Callable) -> None:
    for shape in SHAPES:
        long, short, angle = maths("mean_field", "m.principal(m.covariance(...x))", shape)
        values, vectors = np.linalg.eigh(matrix(*shape))
        assert [short**2, long**2] == pytest.approx(values, rel=1e-6)
        if values[1] - values[0] > 1e-9:
            along = [math.cos(angle), math.sin(angle)]
            assert abs(vectors[:, 1] @ along) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("direction", ["reverse", "forward"])
def test_the_picture_for_print_shows_the_same_walk(maths: Callable, direction: str) -> None:
    widget = MeanFieldEllipse(rho=-0.6, sigma_1=1.5, sigma_2=0.7, direction=direction, steps=7)
    walk, widths = widget._walk(matrix(-0.6, 1.5, 0.7))
    found = maths("mean_field", "m.walk(m.covariance(-0.6, 1.5, 0.7), [-2.4, 2], 7, x)", direction)
    assert walk == pytest.approx(np.array([guess["mean"] for guess in found]), abs=1e-12)
    assert widths == pytest.approx(found[-1]["sd"], abs=1e-12)


# ---- mean-field ellipse: the page ----


def test_updates_by_hand(static_page: Callable) -> None:
    page = static_page(MeanFieldEllipse())
    lost = [value(page, "reverse")]
    for _ in range(12):
        click(page, "next")
        lost.append(value(page, "reverse"))
    assert (np.diff(lost) < 0).all()
    assert values(page, "widths") == pytest.approx([0.6, 0.6], abs=1e-12)
    assert values(page, "best") == pytest.approx([0.6, 0.6], abs=1e-12)
    assert values(page, "mean") == pytest.approx([2 * 0.8**11, 2 * 0.8**12], rel=1e-9)
    assert lost[-1] == pytest.approx(-0.5 * math.log(0.36), abs=0.02)
    click(page, "back")
    assert value(page, "reverse") == lost[-2]


def test_the_button_names_the_coordinate_whose_turn_it_is(static_page: Callable) -> None:
    page = static_page(MeanFieldEllipse())
    button = page.locator('button[data-key="next"]')
    assert button.inner_text() == "Update z₁"
    click(page, "back", "next")
    assert button.inner_text() == "Update z₂"
    assert "z₁" in page.locator(".wg-words").inner_text()
    press(page, "steps", "End")
    click(page, "next")
    assert page.locator('input[data-key="steps"]').input_value() == "40"


def test_the_other_direction_keeps_the_widths_of_p(static_page: Callable) -> None:
    page = static_page(MeanFieldEllipse(sigma_1=1.5, sigma_2=0.5, steps=2))
    page.locator('input[data-key="direction"]').nth(1).check()
    assert values(page, "widths") == pytest.approx([1.5, 0.5], abs=1e-12)
    assert values(page, "mean") == [0, 0]
    assert value(page, "forward") == pytest.approx(-0.5 * math.log(0.36), abs=1e-12)
    assert "KL(p ‖ q)" in page.locator(".wg-words").inner_text()


@pytest.mark.parametrize("ends", ["Home", "End"])
def test_slider_ends_stay_finite(static_page: Callable, ends: str) -> None:
    page = static_page(MeanFieldEllipse(steps=3))
    for key in ("rho", "sigma_1", "sigma_2"):
        press(page, key, ends)
    for name in ("reverse", "forward"):
        assert math.isfinite(value(page, name)) and value(page, name) > 0
    narrow = 0.25 if ends == "Home" else 2
    assert values(page, "best") == pytest.approx([narrow * math.sqrt(1 - 0.99**2)] * 2)


def test_the_start_is_moved_by_keyboard_and_mouse(static_page: Callable) -> None:
    page = static_page(MeanFieldEllipse())
    press(page, "start", "ArrowRight", "Shift+ArrowDown")
    assert values(page, "mean") == [-2.35, 1.5]
    press(page, "start", *["Shift+ArrowLeft"] * 5)
    assert values(page, "mean") == [-4, 1.5]
    target = page.locator(".wg-target").bounding_box()
    x, y = target["x"] + target["width"] / 2, target["y"] + target["height"] / 2
    pad = page.locator('[data-key="start"]').bounding_box()
    unit = page.locator(".wg-picture clipPath rect").evaluate("e => +e.getAttribute('width') / 8")
    unit *= pad["width"] / page.locator(".wg-picture svg").evaluate("e => e.viewBox.baseVal.width")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 3 * unit, y - 1 * unit, steps=3)
    page.mouse.up()
    assert values(page, "mean") == pytest.approx([-1, 2.5], abs=0.051)
    page.mouse.move(x + 5 * unit, y + 2 * unit)
    page.mouse.down()
    page.mouse.up()
    assert values(page, "mean") == pytest.approx([-1, 2.5], abs=0.051)


# ---- what is refused ----


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("ElboBars(mean=3.5)", "ElboBars.mean = 3.5: expected a number from -2 to 3"),
        ("ElboBars(width=0)", "ElboBars.width = 0: expected a number from 0.1 to 3"),
        ("ElboBars(width=float('nan'))", "ElboBars.width = nan"),
        ("ElboBars(axis='odds')", "ElboBars.axis = 'odds': expected one of 'logit', 'theta'"),
        ("MeanFieldEllipse(rho=1)", "MeanFieldEllipse.rho = 1: expected a number from -0.99"),
        ("MeanFieldEllipse(sigma_1=0)", "MeanFieldEllipse.sigma_1 = 0: expected a number from"),
        ("MeanFieldEllipse(sigma_2='1')", "MeanFieldEllipse.sigma_2 = '1'"),
        ("MeanFieldEllipse(direction='both')", "expected one of 'reverse', 'forward'"),
        ("MeanFieldEllipse(start=[1])", "MeanFieldEllipse.start = [1]: expected 2 numbers"),
        ("MeanFieldEllipse(steps=41)", "MeanFieldEllipse.steps = 41: expected a whole number"),
    ],
)
def test_bad_values_are_refused_by_name(source: str, message: str) -> None:
    with pytest.raises(ValueError) as refused:
        eval(source)
    assert message in str(refused.value)
