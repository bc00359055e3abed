"""The flow grid of chapter 8: its maths against PyTorch and SciPy, its page moved by hand."""

import json
from collections.abc import Callable

import numpy as np
import pytest
import torch
from playwright.sync_api import Page
from scipy import stats

from diffusion_derived import devices, flows
from diffusion_derived.widgets import FlowGrid
from diffusion_derived.widgets.flow_grid import COUPLINGS, REACH, SIZE

pytestmark = pytest.mark.browser

BASE = COUPLINGS + 1


def bent(size: float = 0.25) -> flows.Flow:
    """A flow of the ring's shape whose layers bend strongly, without a training."""
    flow, generator = flows.RING.build(), devices.generator(8)
    with torch.no_grad():
        for weights in flow.parameters():
            weights.add_(size * torch.randn(weights.shape, generator=generator))
    return flow


FLOW = bent()
PAGE = flows.page_weights(FLOW)
EXACT = bent().double()
PLACES = np.random.default_rng(8).normal(0, 1, (60, 2))


def stages(x: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Places and log-determinants so far at every stage from the data on, by PyTorch."""
    with torch.no_grad():
        z, total = EXACT(torch.as_tensor(x, dtype=torch.float64))
        path = EXACT.path(z)[::-1]
    return [(at.numpy(), (total + back).numpy()) for at, back in path]


# ---- mathematics ----


@pytest.mark.parametrize("stage", range(BASE + 1))
def test_the_page_and_python_make_the_steps_of_pytorch(maths: Callable, stage: int) -> None:
    expected = stages(PLACES)
    ways = maths("flow_grid", "x.places.map(p => m.way(x.w, x.scale, p, x.stage))", {
        "w": PAGE["weights"].tolist(), "scale": PAGE["scale"], "stage": stage,
        "places": expected[stage][0].tolist(),
    })  # fmt: skip
    own = FlowGrid(**PAGE).way(expected[stage][0], stage)
    for done, (at, log) in enumerate(expected):
        for found_at, found_log in (
            ([way[done]["at"] for way in ways], [way[done]["log"] for way in ways]), own[done],
        ):  # fmt: skip
            assert np.array(found_at) == pytest.approx(at, abs=1e-5)
            assert np.array(found_log) == pytest.approx(log, abs=1e-5)
    assert np.ptp(expected[-1][1]) > 1


def test_every_layer_goes_back_in_the_page(maths: Callable) -> None:
    argument = {"w": PAGE["weights"].tolist(), "scale": 0.6, "places": PLACES.tolist()}
    worst = maths("flow_grid", """Math.max(...x.places.flatMap(p => {
        const there = m.way(x.w, x.scale, p).at(-1).at;
        const back = m.way(x.w, x.scale, there, m.layers(x.w))[0].at;
        return back.map((v, i) => Math.abs(v - p[i])); }))""", argument)  # fmt: skip
    assert worst < 1e-8


def test_weights_of_0_leave_a_logistic_density(maths: Callable) -> None:
    ways = maths("flow_grid", "x.places.map(p => m.way(x.w, 0.6, p))", {
        "w": [0] * (COUPLINGS * SIZE), "places": PLACES.tolist(),
    })  # fmt: skip
    expected = stats.logistic(scale=0.6).logpdf(PLACES).sum(axis=1)
    assert [way[-1]["log"] for way in ways] == pytest.approx(expected, abs=1e-4)
    assert FlowGrid().way(PLACES)[-1][1] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("grid", ["data", "base"])
def test_the_cells_tile_and_their_shade_is_the_density(maths: Callable, grid: str) -> None:
    cells = maths("flow_grid", """m.cellsOf(x.w, x.scale, x.grid).map(points => ({
        from: points.map(way => way[0].at), to: points.map(way => way.at(-1).at),
        middle: points.at(-1)[0].at, shade: m.density(points.at(-1), 0) }))""",
        {"w": PAGE["weights"].tolist(), "scale": PAGE["scale"], "grid": grid})  # fmt: skip
    assert len(cells) == 256 and len(cells[0]["from"]) == 25
    start = np.array([cell["from" if grid == "data" else "to"] for cell in cells])[:, :-1]
    x, y = np.moveaxis(start, -1, 0)
    area = 0.5 * (x * np.roll(y, -1, 1) - y * np.roll(x, -1, 1)).sum(axis=1)
    assert area.sum() == pytest.approx((2 * REACH) ** 2 if grid == "data" else 1, rel=1e-3)
    middles = torch.tensor([cell["middle"] for cell in cells], dtype=torch.float64)
    expected = EXACT.log_prob(middles).exp().detach().numpy()
    assert [cell["shade"] for cell in cells] == pytest.approx(expected, rel=1e-4, abs=1e-5)


def test_the_draws_are_spread_evenly_over_the_base(maths: Callable) -> None:
    draws = np.array(maths("flow_grid", "m.drawsOf(x.w, x.scale).map(way => way.at(-1).at)", {
        "w": PAGE["weights"].tolist(), "scale": PAGE["scale"],
    }))  # fmt: skip
    assert draws.shape == (150, 2)
    counts, _, _ = np.histogram2d(*draws.T, bins=5, range=[[0, 1], [0, 1]])
    assert counts.min() >= 4 and counts.max() <= 8


# ---- the page ----


def number(page: Page, name: str) -> str:
    return page.locator(f'[data-number="{name}"]').get_attribute("data-value")


def place(page: Page, name: str = "x") -> list[float]:
    return json.loads(f"[{number(page, name)}]")


def press(page: Page, key: str, *strokes: str) -> None:
    target = page.locator(f'[data-key="{key}"]').first
    target.focus()
    for stroke in strokes:
        target.press(stroke)


def check_numbers(page: Page, done: int) -> None:
    """Every number of the page against PyTorch."""
    expected = stages(np.array([place(page)]))
    at, so_far = expected[done][0][0], expected[done][1][0]
    total = expected[-1][1][0]
    assert place(page, "y") == pytest.approx(at.tolist(), abs=1e-5)
    own = so_far - expected[done - 1][1][0] if done else 0
    found = [float(number(page, name)) for name in ("own", "so-far", "rest", "log-p")]
    assert found == pytest.approx([own, so_far, total - so_far, total], abs=1e-5)


def test_layer_by_layer_by_keyboard(static_page: Callable) -> None:
    page = static_page(FlowGrid(**PAGE))
    for done in range(BASE + 1):
        check_numbers(page, done)
        press(page, "layers", "ArrowRight")
    assert page.locator('input[data-key="layers"]').input_value() == str(BASE)
    words = page.locator(".wg-words").inner_text()
    assert "Layer 7: coordinate 2 passes" in words and "sum of the layers" in words
    press(page, "layers", "Home")
    assert "No layer" in page.locator(".wg-words").inner_text()


@pytest.mark.parametrize("done", [0, 3, BASE])
def test_the_place_moves_by_arrow_keys_at_every_stage(static_page: Callable, done: int) -> None:
    page = static_page(FlowGrid(**PAGE, layers=done, place=[0.4, -0.3]))
    before = np.array(place(page, "y"))
    press(page, "place", "ArrowRight", "ArrowUp")
    step = 0.05 if done == 0 else 0.05 / (2 * REACH)
    assert np.array(place(page, "y")) - before == pytest.approx([step, step], abs=4e-3)
    check_numbers(page, done)
    press(page, "place", *["Shift+ArrowLeft"] * 20)
    assert -REACH <= place(page)[0] < 0.4
    check_numbers(page, done)


def target(page: Page) -> tuple[float, float]:
    box = page.locator(".wg-target").first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("done", [0, 4])
def test_the_place_is_dragged_and_set_by_a_click(static_page: Callable, done: int) -> None:
    page = static_page(FlowGrid(**PAGE, layers=done))
    page.locator(".wg-sheet").scroll_into_view_if_needed()
    sheet = page.locator(".wg-sheet").bounding_box()
    page.mouse.move(*target(page))
    page.mouse.down()
    to = (sheet["x"] + 0.4 * sheet["width"], sheet["y"] + 0.4 * sheet["height"])
    page.mouse.move(*to, steps=5)
    page.mouse.up()
    assert target(page) == pytest.approx(to, abs=2.5)
    check_numbers(page, done)
    to = (sheet["x"] + 0.6 * sheet["width"], sheet["y"] + 0.55 * sheet["height"])
    page.mouse.click(*to)
    assert target(page) == pytest.approx(to, abs=2.5)
    check_numbers(page, done)


def test_a_finger_on_the_place_drags_it_and_elsewhere_scrolls(static_page: Callable) -> None:
    page = static_page(FlowGrid(**PAGE), width=390)
    x, y = target(page)
    stopped = page.locator('[data-key="place"]').evaluate(
        """(pad, places) => places.map(([clientX, clientY]) => {
             const touch = new Touch({ identifier: 1, target: pad, clientX, clientY });
             const event = new TouchEvent("touchstart", { touches: [touch], cancelable: true });
             pad.dispatchEvent(event);
             return event.defaultPrevented; })""",
        [(x, y), (x - 120, y)],
    )
    assert stopped == [True, False]


def test_the_other_grid_and_its_cells(static_page: Callable) -> None:
    page = static_page(FlowGrid(**PAGE))
    cells = page.locator(".wg-picture svg g .wg-cell")
    assert cells.count() == 256
    before = cells.first.get_attribute("d")
    page.locator('input[data-key="grid"]').last.check(force=True)
    page.wait_for_function(
        "old => document.querySelector('.wg-picture svg g .wg-cell').getAttribute('d') !== old",
        arg=before,
    )
    press(page, "layers", "End")
    shades = set(cells.evaluate_all("all => all.map(e => e.getAttribute('fill-opacity'))"))
    assert len(shades) == 1
    dots = page.locator(".wg-picture svg g circle[data-role=data]")
    assert dots.count() == 150


def test_what_is_said(static_page: Callable) -> None:
    page = static_page(FlowGrid(**PAGE, layers=2))
    label = page.locator(".wg-picture > svg").get_attribute("aria-label")
    assert "16 by 16 cells and 150 draws, after layer 2 of 7" in label
    press(page, "layers", "ArrowRight")
    page.wait_for_function("document.querySelector('.wg-spoken').textContent.includes('log p(x)')")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_wider_than_a_phone(static_page: Callable, theme: str) -> None:
    page = static_page(FlowGrid(**PAGE, layers=4), width=360, theme=theme)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


# ---- what is refused ----


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"layers": 8}, "FlowGrid.layers = 8: expected a whole number from 0 to 7"),
        ({"grid": "other"}, "expected one of 'data', 'base'"),
        ({"place": [0, 3]}, "FlowGrid.place = [0, 3]"),
        ({"scale": 0}, "FlowGrid.scale = 0"),
        ({"weights": [0.0] * 10}, "FlowGrid.weights = '10 numbers': expected 11670 numbers"),
        ({"weights": [float("nan")] * COUPLINGS * SIZE}, "FlowGrid.weights"),
    ],
)
def test_bad_values_are_refused_by_name(values: dict, message: str) -> None:
    with pytest.raises(ValueError) as refused:
        FlowGrid(**values)
    assert message in str(refused.value)


def test_only_a_flow_of_this_shape_has_page_weights() -> None:
    assert PAGE["weights"].shape == (COUPLINGS * SIZE,)
    layers = [flows.SplineCoupling(torch.tensor([True, False]))]
    for flow in (flows.Flow(layers, flows.UniformBase(2)), flows.AFFINE.build()):
        with pytest.raises(ValueError, match="a flow built as flows.RING builds it"):
            flows.page_weights(flow)
    turned = flows.RING.build()
    turned.layers[1], turned.layers[2] = turned.layers[2], turned.layers[1]
    with pytest.raises(ValueError, match="flow = Flow"):
        flows.page_weights(turned)
