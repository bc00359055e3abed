"""Every widget of the built book is moved by keyboard and mouse, over http and from a file.

What it then shows is compared with SciPy and with exact fractions.
"""

from collections.abc import Callable
from fractions import Fraction

import pytest
from playwright.sync_api import Locator, Page
from scipy import stats
from test_browser_pages import served, visit  # noqa: F401  (fixtures)

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
