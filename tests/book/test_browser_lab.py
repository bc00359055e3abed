"""A chapter in a real JupyterLab: opened, run whole, a slider moved."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, Page, expect

from diffusion_derived import browser as page_models
from normalise_notebook import KERNEL

ROOT = Path(__file__).resolve().parents[2]
CHAPTER = ROOT / "notebooks" / "02_beta_coin.ipynb"
PLANE = "from diffusion_derived.widgets import LatentPlane\nLatentPlane(z=[0.95, -1.5])"
PATIENCE = 180_000  # milliseconds; a busy machine is slow, not wrong
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
}
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab over a folder that holds the chapter and a latent plane."""
    home = tmp_path_factory.mktemp("lab")
    shutil.copy(CHAPTER, home)
    small = new_notebook(cells=[new_code_cell(PLANE)], metadata={"kernelspec": KERNEL})
    nbformat.write(small, home / "plane.ipynb")
    for name, values in SETTINGS.items():
        file = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values), encoding="utf-8")
    port = _free_port()
    options = [
        "--no-browser", "--allow-root", f"--port={port}", f"--ServerApp.root_dir={home}",
        "--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True",
        "--ServerApp.port_retries=0",
    ]  # fmt: skip
    folders = {
        "JUPYTERLAB_SETTINGS_DIR": home / "settings",
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
    }
    env = os.environ | {name: str(folder) for name, folder in folders.items()}
    with open(home / "lab.log", "wb") as log:
        command = [sys.executable, "-m", "jupyterlab", *options]
        server = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, server, home / "lab.log")
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(240):
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{address}/api", timeout=5).close()
            return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"JupyterLab did not start\n{log.read_text(encoding='utf-8')[-2000:]}")


@pytest.fixture(scope="module")
def chapter(browser: Browser, lab: str) -> Iterator[Page]:
    """The chapter, open in JupyterLab and run from its first cell to its last."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    run_all(page, lab, CHAPTER.name)
    yield page
    page.close()


def run_all(page: Page, lab: str, name: str) -> None:
    """Open a notebook, in a workspace of its own, and run it from its first cell to its last."""
    page.set_default_timeout(PATIENCE)
    page.goto(f"{lab}/lab/workspaces/{Path(name).stem}/tree/{name}")
    page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell")
    page.wait_for_function(
        """(name) => {
             const open = window.jupyterapp?.shell?.currentWidget;
             return open?.context?.path === name && open.context.isReady
               && open.sessionContext.isReady; }""",
        arg=name,
    )
    page.evaluate("() => void jupyterapp.commands.execute('notebook:run-all-cells')")


def prompts(page: Page) -> list[str]:
    """The execution counts of the code cells, as they stand beside them."""
    return page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()


def test_the_chapter_runs_whole(chapter: Page) -> None:
    cells = json.loads(CHAPTER.read_text(encoding="utf-8"))["cells"]
    count = sum(cell["cell_type"] == "code" for cell in cells)
    chapter.wait_for_function(
        "(n) => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]"
        ".filter((p) => /\\[\\d+\\]/.test(p.textContent)).length === n",
        arg=count,
        timeout=PATIENCE,
    )
    assert [int(text.strip(" []:")) for text in prompts(chapter)] == list(range(1, count + 1))
    for mime in ("error", "stderr"):
        assert chapter.locator(f'[data-mime-type="application/vnd.jupyter.{mime}"]').count() == 0


def test_a_slider_moves_and_the_kernel_hears(chapter: Page) -> None:
    widget = chapter.locator('.wg[data-widget="beta"]').first
    widget.scroll_into_view_if_needed()
    before = widget.locator('[data-number="posterior"]').inner_text()
    slider = widget.locator('input[data-key="heads"]')
    slider.focus()
    slider.press("ArrowRight")
    heads = int(slider.input_value())
    after = widget.locator('[data-number="posterior"]').inner_text()
    assert before == f"Beta({heads}, 4)" and after == f"Beta({heads + 1}, 4)"


def test_a_derivation_is_typeset(chapter: Page) -> None:
    chain = chapter.locator(".jp-OutputArea .dv").first
    chain.scroll_into_view_if_needed()
    chapter.wait_for_selector(".jp-OutputArea .dv mjx-container", timeout=PATIENCE)
    assert chain.locator("mjx-container, .MathJax").count() > 0


def test_a_model_runs_in_the_page_on_what_python_sends(browser: Browser, lab: str) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    run_all(page, lab, "plane.ipynb")
    widget = page.locator('.wg[data-widget="latent-plane"]')
    expect(widget).to_have_attribute("data-model", "waiting", timeout=PATIENCE)
    before = len(asked)
    widget.locator('[data-key="z"]').press("ArrowRight")
    expect(widget).to_have_attribute("data-model", "ready", timeout=PATIENCE)
    picture = widget.locator(".wg-digit")
    expect(picture).to_have_attribute("data-at", "1,-1.5")
    expect(picture).to_have_attribute("data-by", "decoder")
    drawn = np.array(picture.get_attribute("data-levels").split(), dtype=float)
    stored = page_models.stored("plane")
    at = np.flatnonzero((stored["decoder.z"] == (1, -1.5)).all(axis=1))[0]
    assert np.abs(drawn - stored["decoder.mean"][at]).max() <= 1e-4
    assert all(url.startswith((lab, "blob:", "data:")) for url in asked[before:])
    page.close()
