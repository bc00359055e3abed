"""The EM stepper of chapter 5: its maths against scikit-learn and SciPy, its page moved by hand."""

import json
import warnings
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page
from scipy import special, stats
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from diffusion_derived import mixture
from diffusion_derived.widgets import EmStepper
from diffusion_derived.widgets.em_stepper import FLOOR, HIGH, POINTS, START, WIDE

pytestmark = pytest.mark.browser

RNG = np.random.default_rng(5)
CLOUDS = {
    "the widget's own": POINTS,
    "nine points": [[1, 1], [2, 3], [3, 1.5], [1.5, 2], [6, 3], [7, 2], [6.5, 5], [8, 4], [9, 6]],
    "wide": RNG.uniform([0, 0], [WIDE, HIGH], (60, 2)).round(2).tolist(),
}
AWKWARD = {
    "all on one spot": [[4, 3]] * 12,
    "on a line": [[x / 2, x / 4] for x in range(1, 19)],
    "one far off": [[2 + 0.1 * i, 1 + 0.07 * (i * i % 11)] for i in range(20)] + [[10, 6.4]],
    "three points": [[0, 0], [10, 6.4], [10, 0]],
    "pairs": [[1, 1], [1, 1], [9, 6], [9, 6], [9, 6]],
}


def history(maths: Callable, points: list, start: list, components: int, moves: int) -> list[dict]:
    return maths("em_stepper", "m.history(...x)", [points, start, components, moves])


def parameters(state: dict) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    parts = state["mixture"]
    covariances = np.array([[[a, b], [b, c]] for a, b, c in (part["cov"] for part in parts)])
    weights = np.array([part["weight"] for part in parts])
    return weights, np.array([part["mean"] for part in parts]), covariances


def by_scikit_learn(points: list, start: list, components: int, rounds: int) -> GaussianMixture:
    fit = GaussianMixture(
        components,
        weights_init=np.full(components, 1 / components),
        means_init=start[:components],
        precisions_init=np.tile(np.eye(2), (components, 1, 1)),
        reg_covar=0,
        tol=0,
        max_iter=rounds,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return fit.fit(np.array(points))


# ---- mathematics ----


@pytest.mark.parametrize("components", [2, 3])
@pytest.mark.parametrize("cloud", CLOUDS)
def test_the_moves_are_those_of_scikit_learn(maths: Callable, cloud: str, components: int) -> None:
    points, rounds = CLOUDS[cloud], 20
    states = history(maths, points, START, components, 2 * rounds + 1)
    for done in range(1, rounds + 1):
        state = states[2 * done]
        if any(part.get("held") for part in state["mixture"]):
            break  # scikit-learn has no floor of this kind
        fit = by_scikit_learn(points, START, components, done)
        weights, means, covariances = parameters(state)
        assert weights == pytest.approx(fit.weights_, abs=1e-9)
        assert means == pytest.approx(fit.means_, abs=1e-8)
        assert covariances == pytest.approx(fit.covariances_, abs=1e-8)
        assert state["log"] == pytest.approx(fit.score(points) * len(points), abs=1e-7)
        after = np.array(states[2 * done + 1]["q"])
        assert after == pytest.approx(fit.predict_proba(points), abs=1e-9)
    assert done >= 2


def by_hand(points: list, state: dict) -> tuple[float, float, float]:
    """Log-likelihood, bound and divergence of a state by SciPy's densities."""
    weights, means, covariances = parameters(state)
    parts = [stats.multivariate_normal(*part) for part in zip(means, covariances, strict=True)]
    joint = np.log(weights) + np.transpose([part.logpdf(points) for part in parts])
    total = special.logsumexp(joint, axis=1, keepdims=True)
    q = np.array(state["q"])
    entropy = special.entr(q).sum()
    bound, divergence = (q * joint).sum() + entropy, (q * (total - joint)).sum() - entropy
    return float(total.sum()), float(bound), float(divergence)


@pytest.mark.parametrize("cloud", CLOUDS)
def test_log_likelihood_and_bound_agree_with_scipy(maths: Callable, cloud: str) -> None:
    points = CLOUDS[cloud]
    states = history(maths, points, START, 3, 12)
    gaps = maths("em_stepper", "x.states.map(s => m.gap(s.mixture, x.points, s.q))", {
        "states": states, "points": points,
    })  # fmt: skip
    for state, gap in zip(states, gaps, strict=True):
        log, bound, divergence = by_hand(points, state)
        assert state["log"] == pytest.approx(log, abs=1e-8)
        assert state["bound"] == pytest.approx(bound, abs=1e-8)
        assert gap == pytest.approx(divergence, abs=1e-8)
        assert bound + gap == pytest.approx(log, abs=1e-8)


@pytest.mark.parametrize("components", [2, 3])
@pytest.mark.parametrize("cloud", [*CLOUDS, *AWKWARD])
def test_the_bound_touches_after_e_and_nothing_ever_falls(
    maths: Callable, cloud: str, components: int
) -> None:
    points = (CLOUDS | AWKWARD)[cloud]
    states = history(maths, points, START, components, 80)
    numbers = [x for state in states for x in (state["log"], state["bound"], *sum(state["q"], []))]
    assert np.isfinite(np.array(numbers, float)).all()
    for move, (before, after) in enumerate(zip(states, states[1:], strict=False), 1):
        assert after["bound"] >= before["bound"] - 1e-9
        assert after["log"] >= before["log"] - 1e-9
        assert after["bound"] <= after["log"] + 1e-9
        if move % 2:
            assert after["bound"] == pytest.approx(after["log"], abs=1e-9)
            assert np.sum(after["q"], axis=1) == pytest.approx(np.ones(len(points)), abs=1e-12)


def test_after_the_first_m_the_bound_lies_below(maths: Callable) -> None:
    states = history(maths, POINTS, START, 2, 8)
    gaps = [state["log"] - state["bound"] for state in states]
    assert all(gap > 0.01 for gap in gaps[::2]) and max(gaps[1::2]) < 1e-9


@pytest.mark.parametrize("cloud", AWKWARD)
def test_a_component_that_shrinks_is_held_at_the_floor(maths: Callable, cloud: str) -> None:
    state = history(maths, AWKWARD[cloud], START, 3, 80)[-1]
    held = [part for part in state["mixture"] if part.get("held")]
    assert held
    for _, _, covariance in zip(*parameters({"mixture": held}), strict=True):
        assert np.linalg.eigvalsh(covariance)[0] == pytest.approx(FLOOR**2, rel=1e-9)


@pytest.mark.parametrize("components", [2, 3])
@pytest.mark.parametrize("cloud", [*CLOUDS, "on a line", "one far off", "three points"])
def test_the_moves_are_those_of_the_library(maths: Callable, cloud: str, components: int) -> None:
    """From the start to the end, floor included."""
    points = (CLOUDS | AWKWARD)[cloud]
    states = history(maths, points, START, components, 41)
    start = mixture.GaussianMixture(*parameters(states[0]))
    for record in mixture.fit(points, start, 20, floor=FLOOR**2):
        state = states[2 * record.step]
        found, q = record.mixture, states[2 * record.step + 1]["q"]
        assert state["log"] == pytest.approx(record.log_likelihood, abs=1e-6)
        assert found.means == pytest.approx(parameters(state)[1], abs=1e-6)
        assert found.covariances == pytest.approx(parameters(state)[2], abs=1e-6)
        assert mixture.e_step(found, points) == pytest.approx(np.array(q), abs=1e-7)
        assert state["bound"] == pytest.approx(
            mixture.lower_bound(found, points, np.array(state["q"])), abs=1e-6
        )


def test_no_allowed_covariance_beats_the_floored_one(maths: Callable) -> None:
    """The M step with a floor is the best among all covariances that are wide enough."""
    points = AWKWARD["on a line"]
    q = [[1.0, 0.0]] * len(points)
    parts = [{"weight": 0.5, "mean": [1, 1], "cov": [1, 0, 1]}] * 2
    found = maths("em_stepper", "m.mStep(...x)", [parts, points, q])[0]
    _, means, covariances = parameters({"mixture": [found]})
    best = stats.multivariate_normal(means[0], covariances[0]).logpdf(points).sum()
    rng = np.random.default_rng(1)
    for _ in range(300):
        turn, _ = np.linalg.qr(rng.normal(size=(2, 2)))
        near = covariances[0] * rng.uniform(0.8, 1.2)
        values = np.maximum(np.linalg.eigvalsh(near) * rng.uniform(0.7, 1.4, 2), FLOOR**2)
        vectors = np.linalg.eigh(near)[1] if rng.random() < 0.5 else turn
        other = vectors * values @ vectors.T
        assert stats.multivariate_normal(means[0], other).logpdf(points).sum() <= best + 1e-9


def test_a_component_without_points_keeps_its_place(maths: Callable) -> None:
    start = [{"weight": 0.5, "mean": [x, 1], "cov": [1, 0, 1]} for x in (1, 9)]
    q = [[1.0, 0.0]] * 3
    points = [[1, 1], [2, 1], [1, 3]]
    found = maths("em_stepper", "m.mStep(...x)", [start, points, q])
    assert found[1]["weight"] == 0 and found[1]["mean"] == [9, 1]
    shares, bound = maths(
        "em_stepper", "[m.eStep(x[0], x[1]), m.bound(x[0], x[1], x[2])]", [found, points, q]
    )
    assert shares == [[1, 0]] * 3 and np.isfinite(bound)


def test_ellipses_lie_along_the_eigenvectors(maths: Callable) -> None:
    for a, b, c in ((2, 0.7, 1), (1, -0.9, 1), (0.3, 0, 2), (1, 0, 1), (1, 1, 1)):
        found = maths("em_stepper", "m.principal(x)", [a, b, c])
        values, vectors = np.linalg.eigh([[a, b], [b, c]])
        assert [found["small"], found["large"]] == pytest.approx(values, abs=1e-12)
        along = [np.cos(found["angle"]), np.sin(found["angle"])]
        if values[1] - values[0] > 1e-9:
            assert abs(vectors[:, 1] @ along) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(("components", "moves"), [(2, 0), (2, 7), (3, 20)])
@pytest.mark.parametrize("cloud", ["the widget's own", "one far off"])
def test_the_picture_for_print_shows_the_same_state(
    maths: Callable, cloud: str, components: int, moves: int
) -> None:
    points = (CLOUDS | AWKWARD)[cloud]
    state = history(maths, points, START, components, moves)[-1]
    widget = EmStepper(points=points, components=components, moves=moves)
    weights, means, covariances, q = widget._fitted()
    assert [weights, means, covariances] == [
        pytest.approx(each, abs=1e-9) for each in parameters(state)
    ]
    assert q == pytest.approx(np.array(state["q"]), abs=1e-9)


# ---- the page ----


def value(page: Page, name: str) -> float:
    return float(page.locator(f'[data-number="{name}"]').get_attribute("data-value"))


def press(page: Page, key: str, *keys: str) -> None:
    for each in keys:
        page.locator(f'[data-key="{key}"]').press(each)


def click(page: Page, *keys: str) -> None:
    for key in keys:
        page.locator(f'button[data-key="{key}"]').click(force=True)


def points(page: Page) -> list[float]:
    return json.loads(
        "[" + page.locator('[data-number="chosen"]').get_attribute("data-value") + "]"
    )


def test_e_and_m_by_hand(static_page: Callable) -> None:
    page = static_page(EmStepper())
    logs, bounds = [value(page, "log-likelihood")], [value(page, "bound")]
    for key in ("e", "m") * 4:
        click(page, key)
        logs.append(value(page, "log-likelihood"))
        bounds.append(value(page, "bound"))
    for move in range(9):
        gap = logs[move] - bounds[move]
        assert gap == pytest.approx(0, abs=1e-9) if move % 2 else gap > 0.05
    assert logs[0] == logs[1] and logs[2] == logs[3] and logs[1] < logs[2]
    fit = by_scikit_learn(POINTS, START, 2, 4)
    assert logs[-1] == pytest.approx(fit.score(POINTS) * len(POINTS), abs=1e-8)
    assert value(page, "gap") == pytest.approx(logs[-1] - bounds[-1], abs=1e-9)


def test_the_move_whose_turn_it_is_not_does_nothing(static_page: Callable) -> None:
    page = static_page(EmStepper())
    states = "n => n.map(b => b.getAttribute('aria-disabled'))"
    buttons = page.locator(".wg-buttons button")
    assert buttons.evaluate_all(states) == ["false", "true", "true"]
    click(page, "m", "back")
    assert page.locator('input[data-key="moves"]').input_value() == "0"
    click(page, "e", "e")
    assert page.locator('input[data-key="moves"]').input_value() == "1"
    assert buttons.evaluate_all(states) == ["true", "false", "false"]
    click(page, "m", "back", "back", "back")
    assert page.locator('input[data-key="moves"]').input_value() == "0"


def test_words_say_what_the_move_did(static_page: Callable) -> None:
    page = static_page(EmStepper())
    words = page.locator(".wg-words")
    assert "same share" in words.inner_text()
    click(page, "e")
    assert "touches" in words.inner_text()
    before = value(page, "log-likelihood")
    click(page, "m")
    assert f"{value(page, 'log-likelihood') - before:.3f} higher" in words.inner_text()
    assert f"{value(page, 'gap'):.3f} below" in words.inner_text()


def test_a_point_is_moved_by_keyboard(static_page: Callable) -> None:
    page = static_page(EmStepper(moves=1))
    press(page, "points", "PageDown", "ArrowRight", "Shift+ArrowUp")
    x, y = POINTS[1]
    assert points(page) == [round(x + 0.1, 2), y + 1]
    moved = [POINTS[0], points(page), *POINTS[2:]]
    fit = by_scikit_learn(moved, START, 2, 1)
    click(page, "m")
    assert value(page, "log-likelihood") == pytest.approx(fit.score(moved) * 24, abs=1e-8)
    press(page, "points", *["Shift+ArrowLeft"] * 12, *["Shift+ArrowDown"] * 9)
    assert points(page) == [0, 0]
    press(page, "points", "PageUp", "PageUp")
    assert points(page) == POINTS[-1]


def place(page: Page, x: float, y: float) -> tuple[float, float]:
    sheet = page.locator(".wg-sheet").bounding_box()
    return sheet["x"] + sheet["width"] * x / WIDE, sheet["y"] + sheet["height"] * (1 - y / HIGH)


def test_a_point_is_dragged_by_mouse(static_page: Callable) -> None:
    page = static_page(EmStepper(moves=6))
    page.locator(".wg-sheet").scroll_into_view_if_needed()
    before = value(page, "log-likelihood")
    page.mouse.move(*place(page, *POINTS[16]))
    page.mouse.down()
    page.mouse.move(*place(page, 9, 6), steps=4)
    page.mouse.up()
    page.mouse.move(*place(page, 1, 1))
    assert points(page) == pytest.approx([9, 6], abs=0.03)
    assert value(page, "log-likelihood") != before
    assert value(page, "log-likelihood") >= value(page, "bound")


def test_the_start_is_moved_before_the_first_move_only(static_page: Callable) -> None:
    page = static_page(EmStepper())
    press(page, "points", "PageUp", "ArrowUp")
    assert page.locator('[data-number="chosen"]').evaluate(
        "e => e.previousSibling.textContent"
    ) == ("start of component 2")
    x, y = START[1]
    assert points(page) == [x, y + 0.1]
    click(page, "e")
    press(page, "points", "PageUp")
    assert "point" in page.locator('[data-key="points"]').get_attribute("aria-label")
    start = [START[0], [x, y + 0.1], START[2]]
    click(page, "m")
    fit = by_scikit_learn(POINTS, start, 2, 1)
    assert value(page, "log-likelihood") == pytest.approx(fit.score(POINTS) * 24, abs=1e-8)


def test_a_finger_on_a_point_drags_it_and_elsewhere_scrolls(static_page: Callable) -> None:
    page = static_page(EmStepper(), width=390)
    stopped = page.locator('[data-key="points"]').evaluate(
        """(pad, places) => places.map(([clientX, clientY]) => {
             const touch = new Touch({ identifier: 1, target: pad, clientX, clientY });
             const event = new TouchEvent("touchstart", { touches: [touch], cancelable: true });
             pad.dispatchEvent(event);
             return event.defaultPrevented; })""",
        [place(page, *POINTS[3]), place(page, 9.5, 0.4)],
    )
    assert stopped == [True, False]


def test_a_finger_that_found_no_point_moves_none(static_page: Callable) -> None:
    """Browsers capture every finger, also one that grabbed nothing."""
    page = static_page(EmStepper(), width=390)
    speak = page.context.new_cdp_session(page)
    speak.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def swipe(*places: tuple[float, float]) -> None:
        for kind, at in (("Start", places[:1]), ("Move", places[1:]), ("End", ())):
            points = [{"x": x, "y": y} for x, y in at]
            speak.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})

    page.locator(".wg-sheet").scroll_into_view_if_needed()
    before = value(page, "log-likelihood")
    swipe(place(page, 9.5, 0.4), place(page, 9.5, 0.9))
    assert value(page, "log-likelihood") == before
    swipe(place(page, *POINTS[3]), place(page, 5, 3))
    assert value(page, "log-likelihood") != before


def test_three_components_are_told_apart_without_colour(static_page: Callable) -> None:
    page = static_page(EmStepper(components=3, moves=21))
    assert page.locator(".wg-key span:visible").all_inner_texts() == [
        "component 1", "component 2", "component 3",
    ]  # fmt: skip
    page.locator('input[data-key="components"]').first.check()
    assert page.locator(".wg-key span:visible").count() == 2
    hues = page.locator(".wg-picture svg :is(.wg-solid, .wg-pale)").evaluate_all(
        "n => [...new Set(n.filter(e => e.dataset.role === 'latent').map(e => "
        "getComputedStyle(e).fill))]"
    )
    assert len(hues) == 1


def test_a_collapse_is_said_in_words(static_page: Callable) -> None:
    page = static_page(EmStepper(points=AWKWARD["one far off"], moves=60))
    note = page.locator(".wg-note")
    assert "held at 0.1" in note.inner_text() and "without bound" in note.inner_text()
    assert np.isfinite(value(page, "log-likelihood"))
    press(page, "moves", "Home")
    assert note.is_hidden()


def test_slider_ends(static_page: Callable) -> None:
    page = static_page(EmStepper(components=3))
    press(page, "moves", "End")
    assert value(page, "bound") == pytest.approx(value(page, "log-likelihood"), abs=1e-3)
    click(page, "e", "m")
    assert page.locator('input[data-key="moves"]').input_value() == "80"
    press(page, "moves", "Home")
    assert value(page, "gap") > 1


# ---- what is refused ----


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"points": [[1, 1], [2, 2]]}, "expected 3 to 60 places [x, y]"),
        ({"points": [[1, 1]] * 61}, "expected 3 to 60 places"),
        ({"points": [[1, 1], [2, 2], [11, 3]]}, "x from 0 to 10 and y from 0 to 6.4"),
        ({"points": [[1, 1], [2, 2], [3, float("nan")]]}, "EmStepper.points"),
        ({"points": [[1, 1], [2, 2], [3]]}, "EmStepper.points"),
        ({"points": "abc"}, "EmStepper.points = 'abc'"),
        ({"start": [[1, 1], [2, 2]]}, "EmStepper.start = [[1, 1], [2, 2]]: expected 3 places"),
        ({"components": 4}, "EmStepper.components = 4: expected a whole number from 2 to 3"),
        ({"components": 2.5}, "EmStepper.components = 2.5"),
        ({"moves": -1}, "EmStepper.moves = -1: expected a whole number from 0 to 80"),
    ],
)
def test_bad_values_are_refused_by_name(values: dict, message: str) -> None:
    with pytest.raises(ValueError) as refused:
        EmStepper(**values)
    assert message in str(refused.value)


def test_arrays_of_numpy_are_points() -> None:
    cloud = np.array(POINTS)
    assert EmStepper(points=cloud).points == POINTS
    assert repr(EmStepper(points=cloud)) == "EmStepper(components=2, moves=0)"
    first, second = EmStepper(), EmStepper()
    first.points[0][0] = 9
    assert second.points[0] == POINTS[0] == [2.6, 1.8]
