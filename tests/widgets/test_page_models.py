"""A trained model in a page: what is loaded and when, what is drawn, and what is said if it fails.

The pages are small ones with the book's own scripts, opened over http and from a file.
"""

import base64
import functools
import gzip
import http.server
import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
import onnx.reference
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from bare_page import PAGE, STATIC, VIEW
from ipywidgets.embed import embed_data
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from scipy import stats

import page_run
from diffusion_derived import browser as page_models
from diffusion_derived.roles import GROUND
from diffusion_derived.widgets import LatentPlane, page_model
from diffusion_derived.widgets.base import module

pytestmark = pytest.mark.browser
WAYS = pytest.mark.parametrize("way", ["http", "file"])
DECODER = "models/plane/decoder.onnx.gzip"
FILES = {*page_models.RUNTIME, DECODER}


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A file server that keeps its log to itself."""

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


def page_with(*widgets: LatentPlane, theme: str) -> str:
    """A page beside the folder _static that shows some widgets."""
    data = embed_data(views=list(widgets), drop_defaults=False)
    return PAGE.format(
        theme=theme,
        ground=getattr(GROUND["paper"], theme),
        ink=getattr(GROUND["ink"], theme),
        static="_static",
        files="_static/browser",
        state=json.dumps(data["manager_state"]).replace("<", "\\u003c"),
        views="".join(VIEW.format(json.dumps(view)) for view in data["view_specs"]),
    ).replace('diffusionDerived.files = "_static/browser/"', "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, page_files: Path) -> Path:
    """A folder as the book's, with one page for each theme that shows two latent planes."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(STATIC / "vendor", folder / "_static" / "vendor")
    shutil.copy(STATIC / "widgets-config.js", folder / "_static")
    shutil.copytree(page_files, folder / "_static" / "browser")
    for theme in ("light", "dark"):
        text = page_with(LatentPlane(), LatentPlane(ground="pictures", z=[1, -1]), theme=theme)
        (folder / f"{theme}.html").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[dict[str, str]]:
    """Where the site is, over http and as a folder."""
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {"http": f"http://127.0.0.1:{server.server_address[1]}", "file": site.as_uri()}
        server.shutdown()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh window with nothing in its cache."""
    opened = browser.new_context(viewport={"width": 900, "height": 1300})
    opened.set_default_timeout(60_000)
    yield opened
    opened.close()


@pytest.fixture
def visit(context: BrowserContext, address: dict[str, str]) -> Callable[..., Page]:
    """`visit(way)`: the page with the two widgets; `page.asked` lists what it asks for."""

    def opened(way: str, theme: str = "light") -> Page:
        page = context.new_page()
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(f"{address[way]}/{theme}.html")
        page.wait_for_function("document.querySelectorAll('.wg').length === 2")
        return page

    return opened


def planes(page: Page) -> list[Locator]:
    found = page.locator('.wg[data-widget="latent-plane"]')
    return [found.nth(at) for at in range(2)]


def loaded(page: Page) -> list[str]:
    """The names of the page models' files that a page has asked for, in order."""
    names = [url.split("/_static/browser/")[1] for url in page.asked if "/browser/" in url]
    return [name.removesuffix(".js") for name in names]


def state(widget: Locator, name: str) -> None:
    """Wait until a widget says how its model stands."""
    expect(widget).to_have_attribute("data-model", name, timeout=60_000)


def said(widget: Locator) -> str:
    return widget.locator('[role="status"]').inner_text()


def place(widget: Locator, z: tuple[float, float]) -> None:
    """Set both sliders."""
    for axis, value in enumerate(z, start=1):
        widget.locator(f'[data-key="z-{axis}"]').fill(str(value))


def drawn(widget: Locator, z: tuple[float, float] | None = None, by: str = "decoder") -> np.ndarray:
    """The levels of the picture that is shown, once it is the one of z."""
    picture = widget.locator(".wg-digit")
    expect(picture).to_have_attribute("data-by", by)
    if z is not None:
        expect(picture).to_have_attribute("data-at", ",".join(f"{x:g}" for x in z))
    return np.array(picture.get_attribute("data-levels").split(), dtype=float)


@pytest.fixture(scope="module")
def decode() -> Callable:
    """The shipped graph, evaluated by NumPy."""
    graph = onnx.load_from_string(gzip.decompress(page_models.read(DECODER)))
    run = onnx.reference.ReferenceEvaluator(graph).run
    return lambda z: run(None, {"z": np.array([z], "float32")})[0][0]


# ---- what is loaded, and when ----


@WAYS
def test_nothing_is_loaded_before_it_is_asked_for_and_then_once(visit: Callable, way: str) -> None:
    page = visit(way)
    first, second = planes(page)
    state(first, "waiting")
    page.wait_for_timeout(300)
    assert loaded(page) == []
    first.locator('[data-key="load"]').click()
    state(first, "ready")
    assert sorted(loaded(page)) == sorted(FILES)
    state(second, "waiting")
    second.locator('[data-key="z-1"]').press("ArrowRight")
    state(second, "ready")
    assert len(loaded(page)) == len(FILES)
    assert said(first) == said(second) == ""
    assert first.locator("progress").is_hidden()


def test_two_that_ask_at_once_share_one_load(visit: Callable) -> None:
    page = visit("http")
    page.evaluate("document.querySelectorAll('[data-key=load]').forEach((b) => b.click())")
    for widget in planes(page):
        state(widget, "ready")
    assert sorted(loaded(page)) == sorted(FILES)


AMOUNTS = """() => {
  globalThis.amounts = [];
  const node = document.querySelector(".wg-amount");
  new MutationObserver(() => amounts.push(node.textContent)).observe(node, { childList: true });
}"""


def test_the_reader_sees_how_far_it_is(visit: Callable) -> None:
    page = visit("http")
    page.evaluate(AMOUNTS)
    planes(page)[0].locator('[data-key="load"]').click()
    state(planes(page)[0], "ready")
    whole = f"{page_models.size('runtime/ort.wasm.gzip') / 1e6:.1f}"
    amounts = page.evaluate("amounts")
    assert f"{whole} of {whole} MB" in amounts and amounts[-1] == ""


# ---- what is drawn ----


def test_the_runtime_computes_what_pytorch_did(browser: Browser) -> None:
    stored = page_models.stored("plane")
    z, means = stored["decoder.z"], stored["decoder.mean"]
    calls = [("plane/decoder", {"z": z}), ("plane/decoder", {"z": z[:1]})]
    whole, single = page_run.in_page(browser, calls)
    assert np.abs(whole["mean"] - means.ravel()).max() <= 1e-4
    assert np.abs(single["mean"] - means[0]).max() <= 1e-4


@WAYS
def test_the_widget_draws_what_pytorch_did(visit: Callable, way: str, decode: Callable) -> None:
    widget = planes(visit(way))[0]
    stored = page_models.stored("plane")
    pairs = zip(stored["decoder.z"], stored["decoder.mean"], strict=True)
    lattice = {tuple(z): mean for z, mean in pairs}
    for z in [(x, y) for x in (-3.5, -1, 0.5, 3) for y in (-2, 0, 2.5)]:
        place(widget, z)
        assert np.abs(drawn(widget, z) - lattice[z]).max() <= 1e-4
    for z in [(0.35, -1.15), (-2.05, 3.7), (4, -3.95)]:
        place(widget, z)
        assert np.abs(drawn(widget, z) - decode(z)).max() <= 1e-4


def test_before_and_without_the_decoder_the_nearest_stored_picture_is_shown(
    visit: Callable,
) -> None:
    first, second = planes(visit("file"))
    stored = page_models.stored("plane")
    for widget, z in ((first, (0, 0)), (second, (1, -1))):
        mean = stored["decoder.mean"][np.flatnonzero((stored["decoder.z"] == z).all(1))[0]]
        assert np.abs(drawn(widget, z, by="store") - mean).max() <= 0.5 * 16 / 255 + 1e-6


def number(widget: Locator, name: str) -> str:
    return widget.locator(f'[data-number="{name}"]').get_attribute("data-value")


def where(widget: Locator) -> list[float]:
    """The place of the mark."""
    return [float(x) for x in number(widget, "z").split(",")]


def test_mouse_and_keys_move_the_place(visit: Callable, decode: Callable) -> None:
    page = visit("http")
    widget = planes(page)[0]
    pad = widget.locator('[data-key="z"]')
    box = widget.locator(".wg-picture svg rect").first.bounding_box()
    middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    page.mouse.move(middle[0] + box["width"] / 4, middle[1] - box["height"] / 8)
    page.mouse.down()
    assert where(widget) == pytest.approx([2, 1], abs=0.03)
    page.mouse.move(middle[0] - box["width"] / 8, middle[1] + box["height"] / 4, steps=5)
    page.mouse.up()
    assert where(widget) == pytest.approx([-1, -2], abs=0.03)
    x, y = where(widget)
    for key in ("ArrowRight", "ArrowUp", "Shift+ArrowUp"):
        pad.press(key)
    assert where(widget) == pytest.approx([x + 0.05, y + 0.55])
    z = tuple(where(widget))
    assert np.abs(drawn(widget, z) - decode(z)).max() <= 1e-4
    for _ in range(20):
        pad.press("Shift+ArrowLeft")
    assert where(widget) == pytest.approx([-4, y + 0.55])


def test_a_finger_drags_the_mark_and_taps_elsewhere(browser: Browser, address: dict) -> None:
    context = browser.new_context(has_touch=True, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(f"{address['http']}/light.html")
    page.wait_for_function("document.querySelectorAll('.wg').length === 2")
    widget = planes(page)[0]
    box = widget.locator(".wg-picture svg rect").first.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 3 / 4, box["y"] + box["height"] / 4)
    page.wait_for_function("document.querySelector('[data-number=z]').dataset.value !== '0,0'")
    assert where(widget) == pytest.approx([2, 2], abs=0.03)
    speak = context.new_cdp_session(page)

    def swipe(start: tuple[float, float], end: tuple[float, float]) -> None:
        at = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in (start, end)]
        for kind, points in (("Start", at[:1]), ("Move", at[1:]), ("End", [])):
            touches = [{"x": x, "y": y} for x, y in points]
            speak.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": touches})

    swipe((0.75, 0.25), (0.5, 0.75))
    page.wait_for_function("document.querySelector('[data-number=z]').dataset.value[0] !== '2'")
    assert where(widget) == pytest.approx([0, -2], abs=0.03)
    moved = where(widget)
    before = page.evaluate("scrollY")
    swipe((0.1, 0.9), (0.1, 0.3))
    page.wait_for_function("before => scrollY > before", arg=before)
    assert where(widget) == moved
    context.close()


def test_the_numbers_are_those_of_the_place(visit: Callable) -> None:
    widget = planes(visit("file"))[0]
    stored = page_models.stored("plane")
    for z in ((0.5, -1.25), (-3, 2)):
        place(widget, z)
        expected = stats.multivariate_normal(np.zeros(2)).logpdf(z)
        assert float(number(widget, "log-prior")) == pytest.approx(expected, abs=1e-12)
        nearest = np.square(stored["codes"] - z).sum(axis=1).argmin()
        assert int(number(widget, "nearest")) == stored["labels"][nearest]


def test_every_test_digit_lies_on_the_plane_as_its_label(visit: Callable) -> None:
    widget = planes(visit("file"))[0]
    shown = widget.locator(".wg-codes text").evaluate_all(
        "nodes => nodes.map((n) => [+n.getAttribute('x'), +n.getAttribute('y'), +n.textContent])"
    )
    stored = page_models.stored("plane")
    x, y, labels = np.array(shown).T
    assert labels.tolist() == stored["labels"].tolist()
    assert np.corrcoef(x, stored["codes"][:, 0])[0, 1] > 0.9999
    assert np.corrcoef(y, stored["codes"][:, 1])[0, 1] < -0.9999


# ---- what is said if it fails ----


def damaged(name: str) -> bytes:
    content = bytearray(page_models.read(name))
    content[len(content) // 2] ^= 1
    return bytes(content)


ANSWERS = {
    "missing": ({"status": 404}, "could not be fetched: the server answers 404."),
    "another page": ({"body": "<html></html>"}, "is damaged."),
    "one bit changed": ({"body": damaged(DECODER)}, "is damaged."),
    "cut short": ({"body": page_models.read(DECODER)[:-1000]}, "is damaged."),
    "no answer": (None, "could not be fetched: the server does not answer."),
}


@pytest.mark.parametrize("fault", ANSWERS)
def test_a_file_that_does_not_arrive_whole(visit: Callable, fault: str) -> None:
    page = visit("http")
    answer, words = ANSWERS[fault]
    pattern = re.compile(re.escape(DECODER))
    page.route(pattern, lambda route: route.fulfill(**answer) if answer else route.abort())
    widget = planes(page)[0]
    widget.locator('[data-key="load"]').click()
    state(widget, "failed")
    assert said(widget).startswith(f"{DECODER} {words}")
    place(widget, (1.1, -0.9))
    drawn(widget, (1, -1), by="store")
    page.unroute(pattern)
    widget.get_by_role("button", name="Try again").click()
    state(widget, "ready")
    drawn(widget, (1.1, -0.9))


SCRIPT = "runtime/ort.mjs.gzip"
SCRIPTS = {
    "missing": (None, "is missing from the book's folder."),
    "emptied": (b"", "is damaged."),
    "one bit changed": (base64.b64encode(damaged(SCRIPT)), "is damaged."),
    "no base64": (b"no base64 *", "is damaged."),
}


@pytest.mark.parametrize("fault", SCRIPTS)
def test_a_file_of_the_folder_that_is_missing_or_damaged(
    visit: Callable, tmp_path: Path, fault: str
) -> None:
    content, words = SCRIPTS[fault]
    file = tmp_path / f"{SCRIPT}.js"
    file.parent.mkdir()
    if content is not None:
        file.write_bytes(b'diffusionDerived.texts = {"%s": "%s"}' % (SCRIPT.encode(), content))
    page = visit("file")
    page.evaluate("(files) => { diffusionDerived.files = files; }", f"{tmp_path.as_uri()}/")
    widget = planes(page)[0]
    widget.locator('[data-key="z"]').press("ArrowRight")
    state(widget, "failed")
    assert said(widget).startswith(f"{SCRIPT} {words}")
    drawn(widget, (0, 0), by="store")


NO_WASM = "() => { WebAssembly.Module = () => { throw new WebAssembly.CompileError('no'); }; }"


@pytest.mark.parametrize("missing", [NO_WASM, "() => delete globalThis.DecompressionStream"])
def test_a_browser_that_cannot_is_told_before_it_loads(visit: Callable, missing: str) -> None:
    page = visit("http")
    page.evaluate(missing)
    widget = planes(page)[0]
    widget.locator('[data-key="load"]').click()
    state(widget, "failed")
    assert said(widget).startswith("This browser, or the rules of this page, do not let Web")
    assert loaded(page) == []


OPEN = """async ([text, files]) => {
  globalThis.diffusionDerived = { files };
  const runtime = await import("data:text/javascript;base64," + text);
  return runtime.open(null, ["plane/decoder"]).then(() => "ready", (error) => error.message);
}"""


@pytest.mark.parametrize("rules", ["", "script-src 'self' data: blob:"])
def test_a_page_whose_rules_forbid_wasm_says_so(
    context: BrowserContext, address: dict, rules: str
) -> None:
    page = context.new_page()
    headers = {"content-security-policy": rules} if rules else {}
    empty = {"content_type": "text/html", "body": "<title>Rules</title>", "headers": headers}
    page.route("**/rules.html", lambda route: route.fulfill(**empty))
    page.goto(f"{address['http']}/rules.html")
    text = base64.b64encode(module("runtime").encode()).decode()
    answer = page.evaluate(OPEN, [text, f"{address['http']}/_static/browser/"])
    assert answer == "ready" if not rules else answer.startswith("This browser, or the rules of")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_when_loaded_and_when_failed(visit: Callable, theme: str) -> None:
    page = visit("http", theme)
    first, second = planes(page)
    pattern = re.compile(re.escape(DECODER))
    page.route(pattern, lambda route: route.fulfill(status=404))
    first.locator('[data-key="load"]').click()
    state(first, "failed")
    page.unroute(pattern)
    second.locator('[data-key="load"]').click()
    state(second, "ready")
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run()")
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]] == []
    assert len(found["passes"]) > 15


# ---- where no book is behind the page: Python sends the files ----


class Spoken:
    """Stands for a widget: keeps what is sent."""

    def __init__(self) -> None:
        self.messages = []

    def send(self, message: dict, buffers: list | None = None) -> None:
        self.messages.append((message, buffers))


def test_python_sends_a_file_in_parts() -> None:
    name, widget = "runtime/ort.wasm.gzip", Spoken()
    page_model.answer(widget, {"kind": "file", "name": name, "id": 0.5}, [])
    content = page_models.read(name)
    assert all(m == {"id": 0.5, "bytes": len(content)} for m, _ in widget.messages)
    assert b"".join(bytes(buffer) for _, (buffer,) in widget.messages) == content
    assert max(len(buffer) for _, (buffer,) in widget.messages) <= page_model.PART


@pytest.mark.parametrize("name", ["../../../etc/passwd", "models/MANIFEST.json", None, 3])
def test_python_sends_nothing_else(name: object) -> None:
    widget = Spoken()
    page_model.answer(widget, {"kind": "file", "name": name, "id": 1}, [])
    page_model.answer(widget, {"kind": "other", "name": "runtime/ort.wasm.gzip"}, [])
    ((message, buffers),) = widget.messages
    assert message["id"] == 1 and "expected one of" in message["refused"] and buffers is None


# A model as anywidget gives it, over a Python that answers from the site in parts.
ASK = """async ([text, files, fault]) => {
  delete globalThis.diffusionDerived;
  const runtime = await import("data:text/javascript;base64," + text);
  const heard = new Set(), asked = [], told = [];
  const answer = async ({ name, id }) => {
    asked.push(name);
    if (fault === "silent") return;
    const bytes = new Uint8Array(await (await fetch(files + name)).arrayBuffer());
    const say = (...message) => [...heard].forEach((hear) => hear(...message));
    if (fault === "refused") return say({ id, refused: "Python could not read the file." }, []);
    say({ id: id + 1, bytes: 3 }, [new DataView(new ArrayBuffer(3))]);
    for (let at = 0; at < bytes.length; at += 500000) {
      const part = bytes.slice(at, at + 500000);
      say({ id, bytes: bytes.length }, [new DataView(part.buffer)]);
    }
  };
  const model = {
    on: (event, hear) => heard.add(hear), off: (event, hear) => heard.delete(hear),
    send: (message) => { answer(message); },
  };
  const opened = runtime.open(model, ["plane/decoder"], (...news) => told.push(news));
  if (fault === "silent") globalThis.opened = opened.catch((error) => error.message);
  if (fault === "silent") return null;
  const z = [Float32Array.of(0, 0), [1, 2]];
  const found = await opened
    .then(async (run) => [...(await run("plane/decoder", { z })).mean], (error) => error.message);
  return { found, asked, listening: heard.size, parts: told.filter(([, bytes]) => bytes).length };
}"""


@pytest.fixture
def ask(context: BrowserContext, address: dict) -> Callable:
    """`ask(fault)`: open the model through Python in an empty page; the page and what came."""
    page = context.new_page()
    page.route("**/empty.html", lambda r: r.fulfill(content_type="text/html", body="<p>"))
    page.goto(f"{address['http']}/empty.html")
    text = base64.b64encode(module("runtime").encode()).decode()
    files = f"{address['http']}/_static/browser/"
    return lambda fault="": (page, page.evaluate(ASK, [text, files, fault]))


def test_the_page_puts_pythons_parts_together(ask: Callable) -> None:
    _, came = ask()
    stored = page_models.stored("plane")
    at = np.flatnonzero((stored["decoder.z"] == 0).all(1))[0]
    assert np.abs(np.array(came["found"]) - stored["decoder.mean"][at]).max() <= 1e-4
    assert sorted(came["asked"]) == sorted(FILES) and came["listening"] == 0
    assert came["parts"] == sum(-(-page_models.size(name) // 500_000) for name in FILES)


def test_what_python_refuses_is_said(ask: Callable) -> None:
    _, came = ask("refused")
    assert came["found"] == "Python could not read the file." and came["listening"] == 0


def test_a_python_that_is_silent_is_not_waited_for_for_ever(ask: Callable) -> None:
    page, _ = ask("silent")
    assert "does not answer" in page.evaluate("opened")


# ---- one answer at a time ----

HURRIED = """(async () => {
  const answered = [];
  let release;
  const ask = m.newest(async (question) => {
    answered.push(question);
    await new Promise((resolve) => { release = resolve; });
  });
  const first = ask(1);
  ask(2);
  ask(3);
  release();
  await Promise.resolve();
  await new Promise((resolve) => setTimeout(resolve));
  release();
  await first;
  const broken = m.newest(async (fail) => {
    if (fail) throw Error("once");
    answered.push("again");
  });
  await broken(true).catch(() => {});
  await broken(false);
  return answered;
})()"""


def test_of_the_questions_that_pile_up_only_the_newest_is_answered(maths: Callable) -> None:
    assert maths("runtime", HURRIED) == [1, 3, "again"]


def test_the_nearest_stored_picture(maths: Callable) -> None:
    places = page_models.stored("plane")["decoder.z"]
    side = 17
    generator = np.random.default_rng(1)
    for z in [(-4, 4), (4, -4), *generator.uniform(-4, 4, (20, 2)).tolist()]:
        found = maths("latent_plane", "m.nearestStored(x[0], x[1])", [list(z), side])
        expected = np.square(places[: side**2] - z).sum(axis=1).argmin()
        assert found["index"] == expected
        assert found["place"] == places[expected].tolist()
