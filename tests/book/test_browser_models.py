"""The chapters that run a trained model, in the built book: over http and from a file, offline."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect
from test_browser_pages import CHAPTERS, served, visit  # noqa: F401  (fixtures)

from diffusion_derived import browser as page_models

LOADING = 60_000  # milliseconds; a busy machine is slow, not wrong
# Of others: what is vendored, what the theme brings, and what only comes when it is asked for.
HEAVY = tuple(f"/_static/{name}/" for name in ("vendor", "scripts", "styles", "browser"))


def test_the_book_serves_what_the_library_holds(built_book: Path) -> None:
    folder = built_book / "_static" / "browser"
    for name in page_models.names():
        assert (folder / name).read_bytes() == page_models.read(name)
        assert (folder / f"{name}.js").exists()
    assert (folder / "runtime" / "LICENSE.txt").exists()


def asked(urls: list[str]) -> list[str]:
    """What of the runtime and the models is among some addresses, in order."""
    return [url.split("/_static/browser/")[1] for url in urls if "/_static/browser/" in url]


@pytest.mark.parametrize("way", ["http", "file"])
def test_the_latent_plane_of_chapter_7(visit: Callable, way: str) -> None:  # noqa: F811
    page = visit("notebooks/07_vae", way)
    widget = page.locator('.wg[data-widget="latent-plane"]').first
    expect(widget).to_have_attribute("data-model", "waiting")
    loaded = page.evaluate("performance.getEntriesByType('resource').map((e) => e.name)")
    assert asked(loaded) == []  # over http; a browser keeps no such list for files
    urls = []
    page.on("request", lambda request: urls.append(request.url))
    stored = page_models.stored("plane")
    for z in ((1.5, -0.5), (-2, 1), (0, 3)):
        for axis, value in enumerate(z, start=1):
            widget.locator(f'[data-key="z-{axis}"]').fill(str(value))
        expect(widget).to_have_attribute("data-model", "ready", timeout=LOADING)
        picture = widget.locator(".wg-digit")
        expect(picture).to_have_attribute("data-at", ",".join(f"{x:g}" for x in z))
        expect(picture).to_have_attribute("data-by", "decoder")
        drawn = np.array(picture.get_attribute("data-levels").split(), dtype=float)
        at = np.flatnonzero((stored["decoder.z"] == z).all(axis=1))[0]
        assert np.abs(drawn - stored["decoder.mean"][at]).max() <= 1e-4
    end = ".js" if way == "file" else ""
    wanted = [*page_models.RUNTIME, "models/plane/decoder.onnx.gzip"]
    assert asked(urls) == [name + end for name in wanted]


WEIGHTS = """(heavy) => performance.getEntriesByType("navigation")
  .concat(performance.getEntriesByType("resource"))
  .filter(({ name }) => !heavy.some((part) => name.includes(part)))
  .map(({ decodedBodySize }) => decodedBodySize)"""


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_weighs_two_megabytes_at_most(visit: Callable, name: str) -> None:  # noqa: F811
    page = visit(name, "http")
    weights = page.evaluate(WEIGHTS, HEAVY)
    assert len(weights) > 5 and min(weights) >= 0
    assert sum(weights) <= 2_000_000
