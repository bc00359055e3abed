"""The widgets in a static page on disk, moved by mouse and keyboard, without a kernel."""

import re
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page
from scipy import stats

from diffusion_derived import widgets
from diffusion_derived.widgets import AreaPicture, BetaExplorer, DirichletTriangle

pytestmark = pytest.mark.browser

ALL = [getattr(widgets, name) for name in widgets.__all__]


def number(page: Page, name: str) -> str:
    return page.locator(f'[data-number="{name}"]').inner_text()


def value(page: Page, name: str) -> float:
    return float(page.locator(f'[data-number="{name}"]').get_attribute("data-value"))


def control(page: Page, key: str) -> Locator:
    return page.locator(f'[data-key="{key}"]')


def press(page: Page, key: str, *keys: str) -> None:
    for each in keys:
        control(page, key).press(each)


def slide(page: Page, key: str, target: float) -> None:
    """Drag a slider's thumb with the mouse to where `target` lies on its track."""
    thumb = 18
    knob = control(page, key)
    knob.scroll_into_view_if_needed()
    box = knob.bounding_box()
    low, high, now = (float(knob.evaluate(f"e => e.{name}")) for name in ("min", "max", "value"))

    def place(at: float) -> float:
        return box["x"] + thumb / 2 + (box["width"] - thumb) * (at - low) / (high - low)

    middle = box["y"] + box["height"] / 2
    page.mouse.move(place(now), middle)
    page.mouse.down()
    page.mouse.move(place(target), middle, steps=4)
    page.mouse.up()


# ---- area ----


def test_area_shows_the_example(static_page: Callable) -> None:
    page = static_page(AreaPicture())
    assert number(page, "evidence") == "3.4 %"
    assert number(page, "posterior") == "82.4 %"
    assert [number(page, name) for name in ("bayes-factor", "prior-odds", "posterior-odds")] == [
        "7",
        "0.667",
        "4.67",
    ]
    assert "82.4 % belongs to men" in page.locator(".wg-words").inner_text()
    assert page.get_by_role("group", name="Area picture of Bayes' rule").count() == 1


def test_areas_are_drawn_to_scale(static_page: Callable) -> None:
    page = static_page(AreaPicture(prior=0.25, rate_men=0.6, rate_women=0.3))
    boxes = page.locator(".wg-picture svg rect").evaluate_all(
        """nodes => nodes.map(n => ["x", "y", "width", "height"].map(a => +n.getAttribute(a)))"""
    )
    (x, y, side, height), men, women, men_alone, women_alone, both = boxes
    assert side == height
    bottom = y + side
    assert men == pytest.approx([x, bottom - 0.6 * side, 0.25 * side, 0.6 * side])
    assert women == pytest.approx([x + 0.25 * side, bottom - 0.3 * side, 0.75 * side, 0.3 * side])
    posterior = 0.15 / (0.15 + 0.225)
    assert [men_alone[2], women_alone[2]] == pytest.approx(
        [posterior * side, (1 - posterior) * side]
    )
    assert both[2] == side and men_alone[0] == both[0] == x


def test_area_follows_the_keyboard(static_page: Callable) -> None:
    page = static_page(AreaPicture())
    press(page, "prior", *["ArrowRight"] * 10)
    assert value(page, "posterior") == pytest.approx(7 / 8, rel=1e-12)
    press(page, "rate_men", "Home", *["ArrowRight"] * 14)
    press(page, "rate_women", "End")
    assert value(page, "evidence") == pytest.approx(0.5 * 0.07 + 0.5, rel=1e-12)
    assert control(page, "rate_men").get_attribute("aria-valuetext") == "7 %"
    assert page.locator(".wg-slider output").all_inner_texts() == ["50 %", "7 %", "100 %"]


def test_area_follows_the_mouse(static_page: Callable) -> None:
    page = static_page(AreaPicture())
    slide(page, "prior", 75)
    prior = Fraction(control(page, "prior").input_value()) / 100
    assert abs(prior - Fraction(3, 4)) <= Fraction(1, 100)
    men, women = prior * Fraction(7, 100), (1 - prior) * Fraction(1, 100)
    assert value(page, "posterior") == pytest.approx(float(men / (men + women)), rel=1e-12)


@pytest.mark.parametrize("rate", [7, 1])
def test_the_rates_of_the_chapter_can_be_reached_by_mouse(static_page: Callable, rate: int) -> None:
    page = static_page(AreaPicture(rate_men=0.9))
    slide(page, "rate_men", rate)
    assert abs(float(control(page, "rate_men").input_value()) - rate) <= 0.5


def test_area_without_colour_blind_people_is_undefined(static_page: Callable) -> None:
    page = static_page(AreaPicture())
    press(page, "rate_men", "Home")
    press(page, "rate_women", "Home")
    assert number(page, "posterior") == "undefined: nobody is colour-blind"
    assert number(page, "bayes-factor") == "undefined"
    assert number(page, "evidence") == "0 %"
    control(page, "view").nth(1).check()
    assert "nobody is colour-blind" in page.locator(".wg-words").inner_text()


def test_people_are_a_thousand_marks_told_apart_by_shape(static_page: Callable) -> None:
    page = static_page(AreaPicture())
    control(page, "view").nth(1).check()
    assert "34 colour-blind, 28 of them men" in page.locator(".wg-words").inner_text()
    paths = page.locator(".wg-picture svg path").evaluate_all(
        "nodes => nodes.map(n => [n.getAttribute('class'), n.getAttribute('d')])"
    )
    crowd = paths[:4]
    squares = [d.count("z") for _, d in crowd if "h" in d]
    discs = [d.count("z") for _, d in crowd if "a" in d]
    assert squares == [372, 28] and discs == [594, 6]
    assert {kind for kind, _ in crowd} == {"wg-hollow", "wg-solid"}


def test_rounded_people_are_about(static_page: Callable) -> None:
    """8.61 men and 8.77 women in a thousand."""
    page = static_page(AreaPicture(prior=0.123, view="people"))
    assert "about 18 colour-blind, about 9 of them" in page.locator(".wg-words").inner_text()


# ---- coin ----


def shown_coin(page: Page) -> list[str]:
    return [number(page, name) for name in ("posterior", "mean", "mode", "deviation", "evidence")]


def test_coin_shows_seven_in_ten(static_page: Callable) -> None:
    page = static_page(BetaExplorer())
    assert shown_coin(page) == ["Beta(8, 4)", "0.667", "0.700", "0.131", "0.0909 = 1/11"]
    assert number(page, "predictive") == "0.667"


CURVES = """svg => {
  const number = (node, name) => Number(node.getAttribute(name));
  const axis = svg.querySelector(".wg-axis"), grid = svg.querySelector(".wg-hair");
  const unit = (number(axis, "y1") - number(grid, "y1")) / Number(grid.nextSibling.textContent);
  const width = number(axis, "x2") - number(axis, "x1");
  return Object.fromEntries([...svg.querySelectorAll("path.wg-line")].map((path) => {
    const points = path.getAttribute("d").slice(1).split("L").map((pair) => pair.split(","));
    return [path.dataset.role, points.map(([x, y]) =>
      [(x - number(axis, "x1")) / width, (number(axis, "y1") - y) / unit])];
  }));
}"""


def test_the_curves_are_the_densities(static_page: Callable) -> None:
    page = static_page(BetaExplorer(a=5, b=2.5, heads=9, tails=14))
    curves = page.locator(".wg-picture svg").evaluate(CURVES)
    shapes = {"prior": (5, 2.5), "likelihood": (10, 15), "posterior": (14, 16.5)}
    assert set(curves) == set(shapes)
    for role, shape in shapes.items():
        theta, height = np.array(curves[role]).T
        exact = stats.beta(*shape).pdf(np.clip(theta, 0, 1))
        assert np.abs(height - exact).max() < 0.02 * exact.max(), role
        assert np.trapezoid(height, theta) == pytest.approx(1, abs=0.01)


def test_coin_follows_keyboard_and_mouse(static_page: Callable) -> None:
    page = static_page(BetaExplorer())
    press(page, "a", *["ArrowRight"] * 8)
    press(page, "tails", "PageUp", "End")
    slide(page, "heads", 30)
    heads = int(control(page, "heads").input_value())
    assert abs(heads - 30) <= 1
    after = stats.beta(5 + heads, 51)
    assert number(page, "posterior") == f"Beta({5 + heads}, 51)"
    assert value(page, "mean") == pytest.approx(after.mean(), rel=1e-12)
    assert value(page, "deviation") == pytest.approx(after.std(), rel=1e-12)
    evidence = stats.betabinom(heads + 50, 5, 1).pmf(heads)
    assert value(page, "evidence") == pytest.approx(evidence, rel=1e-9)
    assert number(page, "mode") == f"{(4 + heads) / (54 + heads):.3f}"


@pytest.mark.parametrize(
    ("values", "mode"),
    [
        ({"a": 1, "b": 1, "heads": 0, "tails": 0}, "none, flat"),
        ({"a": 0.5, "b": 0.5, "heads": 0, "tails": 0}, "at both ends"),
        ({"a": 1, "b": 1, "heads": 0, "tails": 3}, "0, at an end"),
        ({"a": 20, "b": 0.5, "heads": 5, "tails": 0}, "1, at an end"),
    ],
)
def test_modes_at_the_border_are_said_in_words(
    static_page: Callable, values: dict, mode: str
) -> None:
    page = static_page(BetaExplorer(**values))
    assert number(page, "mode") == mode


def test_a_density_that_rises_without_bound_is_said_to_be_cut(static_page: Callable) -> None:
    page = static_page(BetaExplorer(a=0.5, b=0.5, heads=0, tails=3))
    note = page.locator(".wg-note")
    assert "The prior and the posterior have no highest point" in note.inner_text()
    assert page.locator(".wg-picture svg > path.wg-solid").count() == 3
    press(page, "a", "ArrowRight")
    assert "The prior has no highest point" in note.inner_text()
    press(page, "b", "ArrowRight")
    assert note.is_hidden()


def test_every_curve_is_told_by_dash_as_well_as_by_colour(static_page: Callable) -> None:
    page = static_page(BetaExplorer())
    looks = page.locator(".wg-picture .wg-line").evaluate_all(
        """nodes => nodes.map(node => {
             const style = getComputedStyle(node);
             return [style.stroke, style.strokeDasharray]; })"""
    )
    assert len(looks) == 3
    assert len({colour for colour, _ in looks}) == len({dash for _, dash in looks}) == 3
    assert "scaled to area 1" in page.locator(".wg-key").inner_text()


# ---- die ----


def test_die_shows_its_numbers(static_page: Callable) -> None:
    page = static_page(DirichletTriangle())
    assert number(page, "posterior") == "Dirichlet(7, 4, 2)"
    assert number(page, "mean") == "0.538, 0.308, 0.154"
    assert number(page, "predictive") == "7/13, 4/13, 2/13"
    expected = stats.dirichlet([7, 4, 2]).logpdf([0.25, 0.5, 0.25])
    assert value(page, "log-density") == pytest.approx(expected, rel=1e-10)


def test_die_follows_its_sliders(static_page: Callable) -> None:
    page = static_page(DirichletTriangle())
    press(page, "counts-1", "Home")
    press(page, "counts-3", "End")
    press(page, "concentration", "ArrowLeft")
    assert number(page, "posterior") == "Dirichlet(0.5, 3.5, 50.5)"
    expected = stats.dirichlet([0.5, 3.5, 50.5]).logpdf([0.25, 0.5, 0.25])
    assert value(page, "log-density") == pytest.approx(expected, rel=1e-10)
    assert "no highest point" in page.locator(".wg-note").inner_text()


def probe(page: Page) -> list[float]:
    return [float(part) for part in number(page, "probe").split(", ")]


def test_the_point_moves_by_keyboard_and_stays_inside(static_page: Callable) -> None:
    page = static_page(DirichletTriangle())
    press(page, "probe", "ArrowLeft", "ArrowLeft", "Shift+ArrowUp")
    assert probe(page) == [0.22, 0.43, 0.35]
    expected = stats.dirichlet([7, 4, 2]).logpdf([0.22, 0.43, 0.35])
    assert value(page, "log-density") == pytest.approx(expected, rel=1e-10)
    press(page, "probe", *["Shift+ArrowDown"] * 9)
    assert min(probe(page)) == 0.001 and sum(probe(page)) == pytest.approx(1)


def test_the_point_follows_the_mouse(static_page: Callable) -> None:
    page = static_page(DirichletTriangle())
    pad = control(page, "probe")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    theta = [0.2, 0.2, 0.6]

    def place(theta: list[float]) -> tuple[float, float]:
        x = box["x"] + box["width"] * (theta[1] + theta[2] / 2)
        return x, box["y"] + box["height"] * (1 - theta[2])

    page.mouse.move(*place([0.4, 0.4, 0.2]))
    page.mouse.down()
    page.mouse.move(*place(theta), steps=4)
    page.mouse.up()
    page.mouse.move(*place([0.1, 0.8, 0.1]))
    assert probe(page) == pytest.approx(theta, abs=0.005)
    expected = stats.dirichlet([7, 4, 2]).logpdf(probe(page))
    assert value(page, "log-density") == pytest.approx(expected, rel=1e-10)


def shade_at(page: Page, theta: list[float]) -> list[int]:
    return page.locator("canvas").evaluate(
        """(canvas, [, right, top]) => {
             const x = Math.round((canvas.width - 1) * (right + top / 2));
             const y = Math.round((canvas.height - 1) * (1 - top));
             return [...canvas.getContext("2d").getImageData(x, y, 1, 1).data]; }""",
        theta,
    )


def test_one_hue_whose_strength_is_the_density(static_page: Callable) -> None:
    page = static_page(DirichletTriangle())
    density = stats.dirichlet([7, 4, 2])
    peak = density.pdf([0.6, 0.3, 0.1])
    for theta in ([0.6, 0.3, 0.1], [0.5, 0.3, 0.2], [0.4, 0.4, 0.2]):
        red, green, blue, strength = shade_at(page, theta)
        assert strength == pytest.approx(235 * density.pdf(theta) / peak, abs=6)
        assert [red, green, blue] == pytest.approx([0x3A, 0x5F, 0xCD], abs=3)


def test_the_triangle_changes_colour_with_the_theme(static_page: Callable) -> None:
    page = static_page(DirichletTriangle())
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function("getComputedStyle(document.querySelector('.wg')).color !== ''")
    assert shade_at(page, [0.6, 0.3, 0.1])[:3] == pytest.approx([0x7B, 0xA0, 0xFF], abs=3)


# ---- all ----


@pytest.mark.parametrize("kind", ALL)
def test_the_question_is_asked(static_page: Callable, kind: type) -> None:
    page = static_page(kind(question="What if <b>none</b>?"))
    assert page.locator(".wg-question").inner_text() == "What if <b>none</b>?"
    assert kind().question.endswith("?")


FAKE_MODEL = """(() => {
  const state = { ...x }, heard = {}, sent = [];
  const model = {
    get: (name) => state[name],
    set: (name, value) => {
      state[name] = value;
      (heard[`change:${name}`] ?? []).forEach((react) => react());
    },
    on: (event, react) => { (heard[event] ??= []).push(react); },
    off: (event, react) => { heard[event] = heard[event].filter((f) => f !== react); },
    save_changes: () => sent.push({ ...state }),
  };
  const el = document.body.appendChild(document.createElement("div"));
  const end = m.default.render({ model, el });
  const heads = el.querySelector('[data-key="heads"]');
  heads.value = 20;
  heads.dispatchEvent(new Event("input"));
  const shown = el.querySelector('[data-number="posterior"]').textContent;
  end();
  return { sent, shown, listening: Object.values(heard).flat().length };
})()"""


def test_a_moved_slider_tells_the_kernel_and_a_closed_view_is_deaf(maths: Callable) -> None:
    start = {"heads": 7, "tails": 3, "a": 1, "b": 1, "question": ""}
    found = maths("beta_explorer", FAKE_MODEL, start)
    assert found["sent"] == [start | {"heads": 20}]
    assert found["shown"] == "Beta(21, 4)"
    assert found["listening"] == 0


@pytest.mark.parametrize("kind", ALL)
def test_jupyterlab_leaves_the_arrow_keys_to_every_control(
    static_page: Callable, kind: type
) -> None:
    """In its command mode JupyterLab takes the arrow keys unless the focused element says no."""
    page = static_page(kind())
    controls = page.locator(".wg input, .wg button, .wg [tabindex]")
    refuse = controls.evaluate_all("n => n.map(e => e.dataset.lmSuppressShortcuts)")
    assert len(refuse) >= 2 and set(refuse) == {"true"}


HURRY = """async () => {
  const spoken = document.querySelector("[aria-live=polite]");
  const said = [];
  const once = new Promise((resolve) => new MutationObserver(() => {
    said.push(spoken.textContent);
    setTimeout(resolve, 50);
  }).observe(spoken, { childList: true }));
  const slider = document.querySelector("input[type=range]");
  for (let i = 0; i < 5; i += 1) {
    slider.stepUp();
    slider.dispatchEvent(new Event("input"));
  }
  const meanwhile = spoken.textContent;
  await once;
  return [meanwhile, said];
}"""


@pytest.mark.parametrize("kind", ALL)
def test_a_moving_slider_is_spoken_of_once_it_rests(static_page: Callable, kind: type) -> None:
    page = static_page(kind())
    assert page.locator("[aria-live]").count() == 1
    meanwhile, said = page.evaluate(HURRY)
    assert meanwhile == ""
    assert len(said) == 1 and re.search(r"\d", said[0])


@pytest.mark.parametrize("width", [900, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(static_page: Callable, theme: str, width: int) -> None:
    shown = [kind() for kind in ALL]
    shown += [AreaPicture(view="people"), AreaPicture(rate_men=0, rate_women=0)]
    shown += [BetaExplorer(a=0.5, heads=0), DirichletTriangle(counts=[0, 0, 0])]
    page = static_page(*shown, theme=theme, width=width)
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run()")
    assert [(rule["id"], [n["html"] for n in rule["nodes"]]) for rule in found["violations"]] == []
    assert len(found["passes"]) > 15


@pytest.mark.parametrize("kind", ALL)
def test_a_phone_needs_no_sideways_scrolling(static_page: Callable, kind: type) -> None:
    page = static_page(kind(), width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    widths = page.locator(".wg-slider input").evaluate_all("n => n.map(e => e.clientWidth)")
    assert min(widths) >= 120
    sizes = page.locator(".wg-picture text").evaluate_all(
        "n => n.map(e => e.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 13


def test_two_views_of_one_widget_stay_together(static_page: Callable) -> None:
    widget = BetaExplorer()
    page = static_page(widget, widget)
    control(page, "heads").first.press("ArrowRight")
    assert page.locator('[data-number="posterior"]').all_inner_texts() == ["Beta(9, 4)"] * 2
    assert control(page, "heads").last.input_value() == "8"
