"""The widgets of chapters 5 and 6 in the built book, moved by hand, over http and from a file.

What they then show is compared with the library of their chapter.
"""

import json
import math
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator
from test_browser_pages import served, visit  # noqa: F401  (fixtures)
from test_browser_widgets import WAYS, drag, number, slide, widgets

from diffusion_derived import elbo, mixture
from diffusion_derived.information import kl_normal_full
from diffusion_derived.widgets.em_stepper import HIGH, POINTS, START, WIDE


def click(widget: Locator, *keys: str) -> None:
    """Press buttons, those of no use now included."""
    for key in keys:
        widget.locator(f'button[data-key="{key}"]').click(force=True)


def values(widget: Locator, name: str) -> list[float]:
    """Some numbers that a widget shows together, with all their digits."""
    shown = widget.locator(f'[data-number="{name}"]').get_attribute("data-value")
    return json.loads(f"[{shown}]")


def after(points: list, rounds: int, components: int = 2) -> tuple[float, float]:
    """Log-likelihood after some rounds of EM from the widget's start, and after one E more."""
    start = mixture.GaussianMixture(
        np.full(components, 1 / components),
        START[:components],
        np.tile(np.eye(2), (components, 1, 1)),
    )
    *_, last = mixture.fit(points, start, rounds, floor=0.01)
    shares = mixture.e_step(last.mixture, points)
    return last.log_likelihood, mixture.lower_bound(last.mixture, points, shares)


@WAYS
def test_the_em_stepper(visit: Callable, way: str) -> None:  # noqa: F811
    page = visit("notebooks/05_em", way)
    for widget in widgets(page, "em"):
        for rounds in range(1, 4):
            click(widget, "e")
            assert number(widget, "bound") == pytest.approx(
                number(widget, "log-likelihood"), abs=1e-9
            )
            click(widget, "m")
            right, _ = after(POINTS, rounds)
            assert number(widget, "log-likelihood") == pytest.approx(right, abs=1e-8)
            assert number(widget, "bound") < number(widget, "log-likelihood") - 0.01
        click(widget, "back", "e", "m", "e", "m")

        widget.locator(".wg-sheet").scroll_into_view_if_needed()
        sheet = widget.locator(".wg-sheet").bounding_box()
        scale = sheet["width"] / WIDE
        x, y = (sheet["x"] + scale * POINTS[16][0], sheet["y"] + scale * (HIGH - POINTS[16][1]))
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 0.5 * scale, y - 1.5 * scale, steps=4)
        page.mouse.up()
        moved = [*POINTS[:16], values(widget, "chosen"), *POINTS[17:]]
        assert moved[16] == pytest.approx([POINTS[16][0] + 0.5, POINTS[16][1] + 1.5], abs=0.05)
        right, touching = after(moved, 4)
        assert number(widget, "log-likelihood") == pytest.approx(right, abs=1e-8)
        click(widget, "e")
        assert number(widget, "bound") == pytest.approx(touching, abs=1e-8)


@WAYS
def test_the_elbo_bars(visit: Callable, way: str) -> None:  # noqa: F811
    page = visit("notebooks/06_elbo", way)
    coin = elbo.CoinElbo(7, 10)
    for widget in widgets(page, "elbo"):
        for share in (0, 0.2, 0.7, 1):
            width = drag(page, widget, "width", share)
            mean = slide(widget, "mean", 5)
            found = [number(widget, name) for name in ("elbo", "kl", "total")]
            bound, gap = coin.elbo(mean, width), coin.kl(mean, width)
            assert found == pytest.approx([bound, gap, math.log(1 / 11)], abs=1e-10)
        widget.locator('input[data-key="axis"]').nth(1).check()
        assert [number(widget, name) for name in ("elbo", "kl", "total")] == found


@WAYS
def test_the_mean_field_ellipses(visit: Callable, way: str) -> None:  # noqa: F811
    page = visit("notebooks/06_elbo", way)
    for widget in widgets(page, "mean-field"):
        rho, one = slide(widget, "rho", 7), slide(widget, "sigma_1", 4)
        two = float(widget.locator('input[data-key="sigma_2"]').input_value())
        cov = np.array([[one**2, rho * one * two], [rho * one * two, two**2]])
        widget.locator('input[data-key="steps"]').press("Home")
        start = values(widget, "mean")
        for record in elbo.coordinate_ascent([0, 0], cov, start, [0.25, 0.25], 2):
            assert values(widget, "mean") == pytest.approx(record.mean, abs=1e-9)
            assert number(widget, "reverse") == pytest.approx(record.kl, abs=1e-9)
            q = record.mean, np.diag(record.variances)
            forward = kl_normal_full([0, 0], cov, *q)
            assert number(widget, "forward") == pytest.approx(forward, rel=1e-9)
            click(widget, "next")
        best = elbo.mean_field([0, 0], cov)
        assert values(widget, "best") == pytest.approx(np.sqrt(best.variances), abs=1e-9)
