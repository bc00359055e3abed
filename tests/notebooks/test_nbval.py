"""Re-executing the notebooks is a real test: one changed number is seen, and so is the device."""

import os
import pathlib
import re
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from hygiene import is_compared
from nbfiles import VIEW, chapters, code_cells, exercises, read, write
from run_notebook import run

pytestmark = pytest.mark.slow
SANITIZE = pathlib.Path(__file__).with_name("sanitize.cfg")
COMMITTED = sorted([*chapters(), *exercises()], key=lambda path: path.stat().st_size)


def nbval(path: pathlib.Path, **env: str) -> subprocess.CompletedProcess:
    """Re-execute one notebook and compare, as `make test` does."""
    options = ["--nbval", "--nbval-current-env", f"--nbval-sanitize-with={SANITIZE}"]
    options += ["-p", "no:cacheprovider", "-p", "no:xdist", "-c", os.devnull, "-q"]
    command = [sys.executable, "-m", "pytest", *options, f"--rootdir={path.parent}", str(path)]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | env)


@pytest.fixture
def fresh(tmp_path):
    """Run cells into a notebook of their own."""

    def make(*sources: str) -> pathlib.Path:
        path = tmp_path / "01_coin.ipynb"
        nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), path)
        run(path)
        return path

    return make


def corrupt(path: pathlib.Path) -> str:
    """Change one digit of the first compared output that has one; say where."""
    notebook = read(path)
    for cell in code_cells(notebook):
        if {"nbval-ignore-output", "raises-exception"} & set(cell.metadata.get("tags", [])):
            continue
        for output in filter(is_compared, cell.outputs):
            holder = output if "text" in output else output.data
            key = "text" if "text" in output else "text/plain"
            changed = re.sub(r"\d", lambda d: str((int(d[0]) + 1) % 10), holder[key], count=1)
            if changed != holder[key]:
                holder[key] = changed
                write(path, notebook)
                return cell.id
    raise AssertionError(f"{path.name} compares no number")


def test_an_unchanged_notebook_passes_and_a_changed_number_fails(fresh):
    path = fresh("heads, tosses = 7, 10", "print(heads / tosses)", "heads + tosses")
    assert nbval(path).returncode == 0
    assert corrupt(path) == "coin-02"
    seen = nbval(path)
    assert seen.returncode == 1
    assert "1 failed, 2 passed" in seen.stdout
    assert "0.7" in seen.stdout and "1.7" in seen.stdout


@pytest.mark.parametrize("source", COMMITTED[:1], ids=lambda path: path.stem)
def test_a_changed_number_in_a_committed_notebook_fails(tmp_path, source):
    notebook = read(source)
    path = tmp_path / source.name
    write(path, notebook)
    cell = corrupt(path)
    # What comes after the corrupted cell has no part in this test.
    notebook = read(path)
    end = [c.get("id") for c in notebook.cells].index(cell) + 1
    notebook.cells = notebook.cells[:end]
    write(path, notebook)
    seen = nbval(path)
    assert seen.returncode == 1, seen.stdout[-2000:]
    assert "1 failed" in seen.stdout


def test_a_false_claim_fails(fresh):
    path = fresh(
        "from diffusion_derived.report import report",
        "import os\nx = float(os.environ.get('X', 2))",
        "report('x', x, at_least=1)",
    )
    assert nbval(path).returncode == 0
    seen = nbval(path, X="0.5")
    assert seen.returncode == 1
    assert "ClaimFailed" in seen.stdout


@pytest.fixture
def on_cpu(tmp_path):
    """A notebook whose stored run was on the CPU."""
    setup = new_code_cell("from diffusion_derived.devices import device", execution_count=1)
    shown = new_code_cell("print(device())", execution_count=2)
    shown.outputs = [new_output("stream", text="cpu\n")]
    path = tmp_path / "01_device.ipynb"
    write(path, new_notebook(cells=[setup, shown]))
    return path


def test_the_device_variable_reaches_the_kernel(on_cpu):
    assert nbval(on_cpu, DIFFUSION_DERIVED_DEVICE="cpu").returncode == 0
    wrong = nbval(on_cpu, DIFFUSION_DERIVED_DEVICE="tpu")
    assert wrong.returncode == 1
    assert "is 'tpu'; expected 'cpu', 'cuda' or nothing" in wrong.stdout


def test_a_device_that_is_asked_for_is_used_or_missed_by_name(on_cpu):
    seen = nbval(on_cpu, DIFFUSION_DERIVED_DEVICE="cuda")
    assert seen.returncode == 1
    assert "finds no CUDA device here" in seen.stdout or "cuda\n" in seen.stdout


def test_a_widget_notebook_compares_equal_with_its_stored_state(fresh):
    path = fresh("import ipywidgets", "ipywidgets.IntSlider(3)")
    assert any(VIEW in o.data for o in code_cells(read(path))[1].outputs)
    assert nbval(path).returncode == 0
