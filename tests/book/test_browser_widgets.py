"""Every widget of the built book is moved by keyboard and mouse, over http and from a file.

What it then shows is compared with SciPy and with exact fractions.
"""

import base64
import json
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
import torch
from playwright.sync_api import Locator, Page
from scipy import special, stats
from test_browser_pages import served, visit  # noqa: F401  (fixtures)

from diffusion_derived import flows
from diffusion_derived.widgets import metropolis, monte_carlo

WAYS = pytest.mark.parametrize("way", ["http", "file"])


def number(widget: Locator, name: str) -> float:
    """A number that a widget shows, with all its digits."""
    return float(widget.locator(f'[data-number="{name}"]').get_attribute("data-value"))


def slide(widget: Locator, key: str, presses: int, arrow: str = "ArrowRight") -> float:
    """Move a slider by the keyboard; where it then stands."""
    slider = widget.locator(f'input[data-key="{key}"]')
    slider.focus()
    for _ in range(presses):
        slider.press(arrow)
    return float(slider.input_value())


def drag(page: Page, widget: Locator, key: str, share: float) -> float:
    """Click a slider at a share of its length; where it then stands."""
    slider = widget.locator(f'input[data-key="{key}"]')
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    page.mouse.click(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
    return float(slider.input_value())


def widgets(page: Page, kind: str) -> list[Locator]:
    """All widgets of a kind on the page, drawn."""
    page.wait_for_selector(f'.wg[data-widget="{kind}"]')
    found = page.locator(f'.wg[data-widget="{kind}"]')
    return [found.nth(at) for at in range(found.count())]


@WAYS
def test_the_area_pictures(visit: Callable, way: str) -> None:  # noqa: F811
    page = visit("notebooks/01_bayes", way)
    for widget in widgets(page, "area"):
        slide(widget, "prior", 3)
        drag(page, widget, "rate_men", 0.5)
        prior, men, women = (
            Fraction(widget.locator(f'input[data-key="{key}"]').input_value()) / 100
            for key in ("prior", "rate_men", "rate_women")
        )
        evidence = prior * men + (1 - prior) * women
        assert number(widget, "evidence") == pytest.approx(float(evidence), abs=1e-12)
        posterior = float(prior * men / evidence)
        assert number(widget, "posterior") == pytest.approx(posterior, abs=1e-12)
        assert number(widget, "posterior-odds") == pytest.approx(posterior / (1 - posterior))


@WAYS
def test_the_beta_explorers(visit: Callable, way: str) -> None:  # noqa: F811
    page = visit("notebooks/02_beta_coin", way)
    for widget in widgets(page, "beta"):
        heads, a = slide(widget, "heads", 2), slide(widget, "a", 3)
        tails = drag(page, widget, "tails", 0.3)
        b = float(widget.locator('input[data-key="b"]').input_value())
        posterior = stats.beta(a + heads, b + tails)
        assert number(widget, "mean") == pytest.approx(posterior.mean(), abs=1e-9)
        assert number(widget, "deviation") == pytest.approx(posterior.std(), abs=1e-9)
        n = int(heads + tails)
        evidence = stats.betabinom(n, a, b).pmf(int(heads))
        assert number(widget, "evidence") == pytest.approx(evidence, rel=1e-6)


@WAYS
def test_the_triangles(visit: Callable, way: str) -> None:  # noqa: F811
    page = visit("notebooks/02_beta_coin", way)
    for widget in widgets(page, "dirichlet"):
        first = slide(widget, "counts-1", 2)
        rest = [
            float(widget.locator(f'input[data-key="counts-{face}"]').input_value())
            for face in (2, 3)
        ]
        prior = slide(widget, "concentration", 1)
        alpha = [prior + count for count in (first, *rest)]
        words = widget.locator('[data-number="mean"]').inner_text()
        assert words == ", ".join(f"{a / sum(alpha):.3f}" for a in alpha)
        pad = widget.locator('[data-key="probe"]')
        pad.focus()
        pad.press("ArrowRight")
        point = [float(x) for x in widget.locator('[data-number="probe"]').inner_text().split(",")]
        expected = stats.dirichlet(alpha).logpdf([x / sum(point) for x in point])
        assert number(widget, "log-density") == pytest.approx(expected, abs=1e-6)


def press(widget: Locator, key: str, times: int = 1) -> None:
    """Press a button of a widget by the keyboard."""
    for _ in range(times):
        widget.locator(f'button[data-key="{key}"]').press("Enter")


def shown(widget: Locator, key: str) -> float:
    """The number that stands beside a slider."""
    words = widget.locator(f'input[data-key="{key}"]').get_attribute("aria-valuetext")
    return float(words.replace("\u2212", "-").replace(",", ""))


@WAYS
def test_the_metropolis_walks(visit: Callable, way: str) -> None:  # noqa: F811
    page = visit("notebooks/03_monte_carlo", way)
    for widget in widgets(page, "metropolis"):
        slide(widget, "step", 3)
        press(widget, "seed")
        press(widget, "restart")
        press(widget, "one", 12)
        seed = int(widget.get_attribute("data-seed"))
        theta = special.expit(metropolis.walk(seed, shown(widget, "step"), 12))
        assert number(widget, "draws") == 12
        assert number(widget, "mean") == pytest.approx(theta.mean(), abs=1e-9)
        assert number(widget, "acceptance") == pytest.approx(
            np.mean(np.diff(theta, prepend=0.5) != 0)
        )


@WAYS
def test_the_monte_carlo_errors(visit: Callable, way: str) -> None:  # noqa: F811
    page = visit("notebooks/03_monte_carlo", way)
    for widget in widgets(page, "monte-carlo"):
        drag(page, widget, "n", 0.4)
        slide(widget, "n", 2, "ArrowLeft")
        page.wait_for_selector('.wg[data-widget="monte-carlo"][data-busy="false"]')
        n, seed = int(shown(widget, "n")), int(widget.get_attribute("data-seed"))
        averages, errors = monte_carlo.estimates(seed, n, 200)
        assert number(widget, "estimate") == pytest.approx(averages[0], abs=1e-9)
        assert number(widget, "spread") == pytest.approx(averages.std(ddof=1), rel=1e-6)
        inside = np.abs(averages - 1 / 11) <= stats.norm.ppf(0.95) * errors
        assert number(widget, "inside") == pytest.approx(inside.mean())


def divergence(first: Callable, second: Callable) -> float:
    """KL(first ‖ second) of two log densities, in nats."""
    x = np.linspace(-60, 60, 240_001)
    return float(np.trapezoid(np.exp(first(x)) * (first(x) - second(x)), x))


@WAYS
def test_the_two_normals(visit: Callable, way: str) -> None:  # noqa: F811
    page = visit("notebooks/04_information", way)
    for widget in widgets(page, "two-normals"):
        slide(widget, "mu_q", 3, "ArrowLeft")
        slide(widget, "sigma_p", 2)
        drag(page, widget, "sigma_q", 0.4)
        q, p = (
            stats.norm(shown(widget, f"mu_{name}"), shown(widget, f"sigma_{name}")).logpdf
            for name in "qp"
        )
        assert number(widget, "kl-qp") == pytest.approx(divergence(q, p), abs=1e-8)
        assert number(widget, "kl-pq-area") == pytest.approx(divergence(p, q), abs=1e-8)


@WAYS
def test_the_fits_by_either_divergence(visit: Callable, way: str) -> None:  # noqa: F811
    page = visit("notebooks/04_information", way)
    for widget in widgets(page, "fit-by-kl"):
        slide(widget, "separation", 2, "ArrowLeft")
        half, weight = shown(widget, "separation") / 2, shown(widget, "weight")
        slide(widget, "mu", 9)

        def p(x: np.ndarray, half: float = half, weight: float = weight) -> np.ndarray:
            left, right = (stats.norm(side * half, 0.5).logpdf(x) for side in (-1, 1))
            return np.logaddexp(np.log(weight) + left, np.log(1 - weight) + right)

        for button in ("fit-forward", "fit-reverse"):
            press(widget, button)
            words = widget.locator('[data-number="q"]').get_attribute("data-value")
            mu, sigma = (float(part) for part in words.split(","))
            q = stats.norm(mu, sigma).logpdf
            assert number(widget, "kl-qp") == pytest.approx(divergence(q, p), abs=1e-7)
            assert number(widget, "kl-pq") == pytest.approx(divergence(p, q), abs=1e-7)
            assert widget.locator(".wg-note").inner_text() != ""


def shipped(page: Page) -> np.ndarray:
    """The weights of the flow that the page carries."""
    state = page.locator('script[type="application/vnd.jupyter.widget-state+json"]')
    models = json.loads(state.inner_text())["state"].values()
    (grid,) = (one for one in models if "FlowGrid" in one["state"].get("_anywidget_id", ""))
    (weights,) = (one["data"] for one in grid["buffers"] if one["path"] == ["weights"])
    return np.frombuffer(base64.b64decode(weights), "<f4")


def ring_flow(weights: np.ndarray) -> flows.Flow:
    """The flow in PyTorch, in double precision."""
    flow, at = flows.RING.build(), 0
    with torch.no_grad():
        for part in flow.parameters():
            part.copy_(torch.tensor(weights[at : at + part.numel()]).view(part.shape))
            at += part.numel()
    return flow.double()


@WAYS
def test_the_flow_grids(visit: Callable, way: str) -> None:  # noqa: F811
    page = visit("notebooks/08_hierarchies_and_flows", way)
    (widget,) = widgets(page, "flow-grid")
    flow = ring_flow(shipped(page))
    pad = widget.locator('[data-key="place"]')
    for done in range(8):
        assert slide(widget, "layers", done and 1) == done
        pad.press("ArrowLeft")
        pad.press("Shift+ArrowUp" if done % 3 == 0 else "ArrowDown")
        x, y = ([float(part) for part in number_text(widget, name).split(",")] for name in "xy")
        with torch.no_grad():
            point = torch.tensor([x], dtype=torch.float64)
            stages = flow.path(flow(point)[0])[::-1]
            total = flow.log_prob(point).item()
        assert y == pytest.approx(stages[done][0][0].tolist(), abs=1e-5)
        left = -stages[done][1].item()
        assert number(widget, "rest") == pytest.approx(left, abs=1e-5)
        assert number(widget, "so-far") == pytest.approx(total - left, abs=1e-5)
        assert number(widget, "log-p") == pytest.approx(total, abs=1e-5)
    cells = widget.locator("svg g .wg-cell")
    shades = set(cells.evaluate_all("all => all.map(e => e.getAttribute('fill-opacity'))"))
    assert cells.count() == 256 and len(shades) == 1


def number_text(widget: Locator, name: str) -> str:
    """What a number of a widget keeps, as it is written."""
    return widget.locator(f'[data-number="{name}"]').get_attribute("data-value")
