"""Every page of the built book, opened in Chromium over http and from a file, with no network."""

import functools
import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

PAGES = [
    "index",
    "book/intro",
    "book/howto",
    "book/notation",
    "book/glossary",
    "book/questions",
    "book/mistakes",
    "book/ledger",
    "book/references",
    "book/api",
    "book/api/inference",
    "book/api/variational",
    "book/api/deep",
    "notebooks/01_bayes",
    "notebooks/02_beta_coin",
    "notebooks/03_monte_carlo",
    "notebooks/04_information",
    "notebooks/05_em",
    "notebooks/06_elbo",
    "notebooks/07_vae",
    "notebooks/08_hierarchies_and_flows",
    "notebooks/exercises/01_bayes",
    "notebooks/exercises/02_beta_coin",
    "notebooks/exercises/03_monte_carlo",
    "notebooks/exercises/04_information",
    "notebooks/exercises/05_em",
    "notebooks/exercises/06_elbo",
    "notebooks/exercises/07_vae",
    "notebooks/exercises/08_hierarchies_and_flows",
]
CHAPTERS = [name for name in PAGES if name.startswith("notebooks/0")]
# Folds open with a fade in the theme; colours are judged when it is over.
AT_REST = "*, ::before, ::after { transition: none !important; animation: none !important }"
READY = "document.readyState === 'complete' && (!window.MathJax || !!MathJax.startup)"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A file server that keeps its log to itself."""

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def served(built_book: Path) -> Iterator[str]:
    """The address of the book on a server of this machine."""
    handler = functools.partial(Quiet, directory=str(built_book))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def visit(browser: Browser, built_book: Path, served: str) -> Iterator[Callable[..., Page]]:
    """`visit(page, way)`: open a page and wait for its maths; anything that goes wrong fails."""
    problems, contexts = [], []

    def open_page(name: str, way: str = "file", theme: str = "light", width: int = 1280) -> Page:
        base = served if way == "http" else built_book.as_uri()
        context = browser.new_context(color_scheme=theme, viewport={"width": width, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"error: {error}"))
        page.on("console", lambda m: m.type == "error" and problems.append(f"console: {m.text}"))
        page.on("requestfailed", lambda r: problems.append(f"failed: {r.url}"))
        page.on("response", lambda r: r.status >= 400 and problems.append(f"{r.status}: {r.url}"))
        page.on("request", lambda r: _outside(r.url, base) and problems.append(f"asked: {r.url}"))
        page.goto(f"{base}/{name}.html", wait_until="load")
        page.wait_for_function(READY)
        page.evaluate("() => window.MathJax && MathJax.startup.promise")
        return page

    yield open_page
    found = list(problems)  # closing a page cuts off what it is still fetching
    for context in contexts:
        context.close()
    assert found == []


def _outside(url: str, base: str) -> bool:
    return not url.startswith((base, "data:", "blob:"))


@pytest.mark.parametrize("way", ["http", "file"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_nobody_else_and_has_no_fault(visit: Callable, name: str, way: str) -> None:
    page = visit(name, way)
    assert page.locator("mjx-merror, [data-mjx-error]").count() == 0
    assert page.locator("main h1").count() >= 1
    if name in CHAPTERS:
        assert page.locator("mjx-container").count() > 50
        page.wait_for_selector(".wg")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_in_the_article(visit: Callable, name: str, theme: str) -> None:
    page = visit(name, theme=theme)
    page.add_style_tag(content=AT_REST)
    page.evaluate("() => document.querySelectorAll('details').forEach((d) => (d.open = true))")
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run('.bd-article', {preload: false})")
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]] == []
    assert "color-contrast" in {rule["id"] for rule in found["passes"]}


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_fits_a_phone(visit: Callable, name: str) -> None:
    page = visit(name, width=390)
    page.wait_for_selector(".wg")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_derivation_is_stepped_through_by_keyboard(visit: Callable, name: str) -> None:
    page = visit(name)
    chain = page.locator(".dv:has(.dv-bar)").first
    lines = chain.locator(".dv-line").count()
    chain.get_by_role("button", name="Step through").press("Enter")
    assert chain.locator(".dv-line.is-later").count() == lines - 1
    page.keyboard.press("End")
    assert chain.locator(".dv-line.is-later").count() == 0
    assert f"{lines} of {lines}" in chain.locator("[aria-live]").inner_text()
    page.keyboard.press("Escape")
    assert chain.locator(".dv-line.is-now").count() == 0
