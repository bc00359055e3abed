"""What a run cost: the notebooks' share, on one worker or on several."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

import costs
from costs import Costs

ROOT = Path(__file__).resolve().parents[1]


class Cell:
    """Stands for a notebook's cell."""


Cell.__module__ = "nbval.plugin"


def ran(account, item, before, after, monkeypatch):
    clock = iter([before, after])
    monkeypatch.setattr(costs, "processor", lambda: next(clock))
    step = account.pytest_runtest_protocol(item)
    next(step)
    with pytest.raises(StopIteration) as stop:
        step.send("done")
    assert stop.value.value == "done"


def test_only_the_cells_of_notebooks_are_the_notebooks(monkeypatch):
    account = Costs()
    ran(account, Cell(), 10, 14, monkeypatch)
    ran(account, object(), 14, 20, monkeypatch)
    ran(account, Cell(), 20, 21.5, monkeypatch)
    assert (account.notebooks, account.cells) == (5.5, 2)
    assert account.words(21.5, 9) == "processor 22 s (notebooks 6 s, the rest 16 s), wall 9 s"


def test_without_notebooks_nothing_is_said_of_them():
    assert Costs().words(5, 7) == "processor 5 s, wall 7 s"


def test_the_workers_sums_add_up(monkeypatch):
    whole = Costs()
    for seconds in (2, 3):
        output = {}
        worker = Costs(output)
        ran(worker, Cell(), 0, seconds, monkeypatch)
        worker.pytest_sessionfinish()
        whole.pytest_testnodedown(SimpleNamespace(workeroutput=output))
    whole.pytest_testnodedown(SimpleNamespace())  # one that crashed
    assert (whole.notebooks, whole.cells) == (5, 2)


@pytest.mark.slow
def test_the_time_of_a_notebooks_own_process_is_in_the_account(tmp_path):
    burn = "import time\nwhile time.process_time() < 4:\n    pass"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(burn)])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "", "language": "python"}
    nbformat.write(notebook, tmp_path / "burn.ipynb")
    (tmp_path / "conftest.py").write_text(
        "from costs import Costs\n"
        "def pytest_configure(config):\n"
        "    config.pluginmanager.register(Costs(getattr(config, 'workeroutput', None)))\n"
    )
    options = ["--nbval-lax", "--nbval-current-env", "-n", "1", "-q", "-p", "no:cacheprovider"]
    said = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "burn.ipynb"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT / "tools")},
        capture_output=True, text=True,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout
    notebooks = said.stdout.split("(notebooks ")[1].split(" s")[0]
    assert int(notebooks) >= 4
