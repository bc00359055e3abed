"""What all tests share: the browser, the built book, and an account of what a run costs."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest
from filelock import FileLock
from hypothesis import settings

from costs import Costs

ROOT = pathlib.Path(__file__).resolve().parents[1]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
NO_BROWSER = "no Chromium on the path: install one (on Debian: apt install chromium)"
# The browser meets this machine alone, and asks nobody for updates.
OFFLINE = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)

# The same examples on every machine, and no deadline: a busy machine is slow, not wrong.
settings.register_profile("book", deadline=None, derandomize=True)
settings.register_profile("quick", settings.get_profile("book"), max_examples=20)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "book"))


def find_chromium() -> str | None:
    """The Chromium that the browser tests drive, if this machine has one."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def browser_required() -> bool:
    """Whether a missing Chromium is a failure: in CI, and where it is asked for."""
    asked = os.environ.get("DIFFUSION_DERIVED_REQUIRE_BROWSER", "") not in ("", "0")
    return asked or os.environ.get("CI", "").lower() in ("1", "true")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what uses the browser or the built book; skip what needs an absent Chromium."""
    absent = not find_chromium() and not browser_required()
    for item in items:
        uses = set(getattr(item, "fixturenames", ()))
        if uses & {"browser", "chromium"}:
            item.add_marker("browser")
        if "built_book" in uses:
            item.add_marker("slow")
        if absent and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=NO_BROWSER))


def pytest_configure(config):
    """Keep an account of what the run costs."""
    config.pluginmanager.register(Costs(getattr(config, "workeroutput", None)))


def pytest_terminal_summary(terminalreporter):
    """Say what was left out."""
    skipped = terminalreporter.stats.get("skipped", [])
    left_out = sum(NO_BROWSER in str(report.longrepr) for report in skipped)
    if left_out:
        terminalreporter.write_line(f"{left_out} browser tests skipped: {NO_BROWSER}")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium; fails where one is required and missing."""
    path = find_chromium()
    if not path:
        pytest.fail(NO_BROWSER)
    return path


@pytest.fixture(scope="session")
def browser(chromium):
    """A headless Chromium without a network, one for each worker."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=chromium, args=list(OFFLINE))
        yield instance
        instance.close()


@pytest.fixture(scope="session")
def built_book(tmp_path_factory, worker_id) -> pathlib.Path:
    """The book's pages, built with warnings as errors, once for all workers.

    `DIFFUSION_DERIVED_BOOK` names pages that are built already, for the author of one test.
    """
    ready = os.environ.get("DIFFUSION_DERIVED_BOOK")
    if ready:
        return pathlib.Path(ready).resolve()
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    log = shared / "book.log"
    with FileLock(str(shared / "book.lock")):
        if not log.exists():
            build_book(shared / "book", log)
    text = log.read_text(encoding="utf-8")
    if not text.startswith("built"):
        pytest.fail(f"the book does not build\n{complaints(text)}", pytrace=False)
    return shared / "book" / "_build" / "html"


def build_book(folder: pathlib.Path, log: pathlib.Path) -> None:
    """Build the book into `folder`; the log begins with the outcome."""
    builder = pathlib.Path(sys.executable).with_name("jupyter-book")
    options = ["--all", "-W", "-n", "--keep-going", "-q", "--path-output", str(folder)]
    done = subprocess.run(
        [str(builder), "build", str(ROOT), *options],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    outcome = "failed" if done.returncode else "built"
    log.write_text(f"{outcome}\n{done.stdout}\n{done.stderr}", encoding="utf-8")


def complaints(log: str) -> str:
    """The lines of a build's log that say what is wrong, without their colours."""
    lines = re.sub(r"\x1b\[[\d;]*m", "", log).splitlines()
    wrong = [line for line in lines if re.search(r"WARNING|ERROR|Error\b|Exception", line)]
    return "\n".join((wrong or lines)[:20])
