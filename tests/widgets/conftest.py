"""The widgets' own maths in a browser, and static pages as the book serves them."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bare_page import PAGE, STATIC, VIEW
from ipywidgets.embed import embed_data
from playwright.sync_api import Browser, Page

from diffusion_derived import browser as page_models
from diffusion_derived.roles import GROUND
from diffusion_derived.widgets.base import module


@pytest.fixture(scope="session")
def maths(browser: Browser) -> Iterator[Callable]:
    """`maths(name, expression, argument)`: an expression over the exports of a widget's module."""
    page = browser.new_page()
    page.goto("about:blank")

    def evaluate(name: str, expression: str, argument: object = None) -> object:
        text = base64.b64encode(module(name).encode()).decode()
        return page.evaluate(
            """async ([text, expression, argument]) => {
              const m = await import("data:text/javascript;base64," + text);
              return new Function("m", "x", "return " + expression)(m, argument);
            }""",
            [text, expression, argument],
        )

    yield evaluate
    page.close()


@pytest.fixture(scope="session")
def page_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runtime and the models that pages ask for, as the book serves them."""
    folder = tmp_path_factory.mktemp("browser")
    page_models.publish(folder)
    return folder


@pytest.fixture
def static_page(
    browser: Browser, tmp_path: Path, page_files: Path
) -> Iterator[Callable[..., Page]]:
    """Open widgets in a page on disk, with the scripts of the book; fail on any error in it."""
    opened, problems = [], []

    def open_page(*widgets: object, theme: str = "light", width: int = 900) -> Page:
        data = embed_data(views=list(widgets), drop_defaults=False)
        text = PAGE.format(
            theme=theme,
            ground=getattr(GROUND["paper"], theme),
            ink=getattr(GROUND["ink"], theme),
            static=STATIC.as_uri(),
            files=page_files.as_uri(),
            state=json.dumps(data["manager_state"]).replace("<", "\\u003c"),
            views="".join(VIEW.format(json.dumps(view)) for view in data["view_specs"]),
        )
        file = tmp_path / f"page{len(opened)}.html"
        file.write_text(text, encoding="utf-8")
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: said.type == "error" and problems.append(said.text))
        page.on(
            "request",
            lambda request: request.url.startswith("http") and problems.append(request.url),
        )
        opened.append(page)
        page.goto(file.as_uri())
        page.wait_for_function(
            "n => document.querySelectorAll('.wg').length === n", arg=len(widgets)
        )
        return page

    yield open_page
    for page in opened:
        page.close()
    assert problems == []
