"""Run the book's page models where the reader runs them: in a browser, from a file, offline."""

from __future__ import annotations

import base64
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, sync_playwright

from diffusion_derived import browser
from diffusion_derived.widgets.base import module

Arrays = dict[str, np.ndarray]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"]
KINDS = {"float32": "Float32Array", "int64": "BigInt64Array"}
EMPTY = "<!doctype html><html lang='en'><meta charset='utf-8'><title>Models</title></html>"
SCRIPT = """async ([text, files, calls]) => {
  globalThis.diffusionDerived = { files };
  const runtime = await import("data:text/javascript;base64," + text);
  const graphs = [...new Set(calls.map(([graph]) => graph))];
  const run = await runtime.open(null, graphs);
  const results = [];
  for (const [graph, inputs] of calls) {
    const feeds = {};
    for (const [name, [kind, data, shape]] of Object.entries(inputs))
      feeds[name] = [globalThis[kind].from(kind[0] === "B" ? data.map(BigInt) : data), shape];
    const found = Object.entries(await run(graph, feeds));
    results.push(Object.fromEntries(found.map(([name, data]) => [name, [...data].map(Number)])));
  }
  return results;
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium that asks nobody."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise SystemExit("no Chromium on the path: install one, or name it in CHROMIUM")
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield instance
        instance.close()


def in_page(opened: Browser, calls: list[tuple[str, Arrays]]) -> list[Arrays]:
    """Run graphs ("plane/decoder") on named inputs; the outputs, flat, by name."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        browser.publish(folder)
        (folder / "page.html").write_text(EMPTY, encoding="utf-8")
        page = opened.new_page()
        page.goto((folder / "page.html").as_uri())
        text = base64.b64encode(module("runtime").encode()).decode()
        found = page.evaluate(SCRIPT, [text, f"{folder.as_uri()}/", [_plain(c) for c in calls]])
        page.close()
    return [{key: np.asarray(values) for key, values in one.items()} for one in found]


def _plain(call: tuple[str, Arrays]) -> list:
    """A call as the page takes it: each array as its kind, its numbers and its shape."""
    graph, inputs = call
    feeds = {
        name: [KINDS[str(array.dtype)], array.ravel().tolist(), list(array.shape)]
        for name, array in inputs.items()
    }
    return [graph, feeds]
