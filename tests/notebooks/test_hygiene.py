"""The stored notebooks are clean, and each rule of hygiene finds what it is for."""

import pytest
from nbformat.v4 import new_output

from hygiene import faults
from nbfiles import STATE, VIEW, chapters, exercises


@pytest.mark.parametrize("path", chapters(), ids=lambda path: path.stem)
def test_a_chapter_is_clean(path):
    assert faults(path) == []


@pytest.mark.parametrize("path", exercises(), ids=lambda path: path.stem)
def test_an_exercise_master_is_clean(path):
    assert faults(path, chapter=False) == []


def test_a_clean_notebook_has_no_fault(stored):
    assert faults(stored()) == []


def cell(notebook, name):
    """A cell by the end of its id."""
    return next(c for c in notebook.cells if c.id == f"coin-{name}")


def out(text):
    """A line on stdout."""
    return new_output("stream", text=text)


def view(model):
    """A displayed widget."""
    return new_output("display_data", data={VIEW: {"model_id": model}, "text/plain": "Widget()"})


def swap_order(nb):
    cell(nb, "number").execution_count = 9


def never_ran(nb):
    cell(nb, "picture").execution_count = None


def stores_error(nb):
    error = new_output("error", ename="ValueError", evalue="no", traceback=[])
    cell(nb, "number").outputs = [error]


def stores_stderr(nb):
    cell(nb, "number").outputs.append(new_output("stream", name="stderr", text="100%|####|"))


def stores_address(nb):
    cell(nb, "number").outputs = [out("<object at 0x7f0a12345678>")]


def stores_path(nb):
    cell(nb, "number").outputs = [out("saved to /home/ann/book\n")]


def hides_four(nb):
    for name in ("setup", "derivation", "number", "picture"):
        cell(nb, name).metadata["tags"] = ["nbval-ignore-output"]


def hides_by_comment(nb):
    cell(nb, "number").source = "# NBVAL_SKIP\nprint(0.7)"


def skips(nb):
    cell(nb, "number").metadata["tags"] = ["nbval-skip"]


def compares_nothing(nb):
    for c in nb.cells:
        if c.cell_type == "code" and c.id != "coin-picture":
            c.outputs = []
    del cell(nb, "picture").outputs[0].data["text/plain"]


def loses_state(nb):
    cell(nb, "number").outputs.append(view("ab"))
    nb.metadata["widgets"] = {STATE: {"state": {}, "version_major": 2, "version_minor": 0}}


def changes_kernel(nb):
    nb.metadata["kernelspec"] = {"display_name": "mine", "name": "mine", "language": "python"}


def writes_wide(nb):
    cell(nb, "number").source = "print(0.7)  # " + 60 * "x"


def writes_long(nb):
    cell(nb, "number").source = "\n".join(["print(0.7)"] + 15 * ["x = 1"])


def plots(nb):
    cell(nb, "picture").source = "plt.plot([1])"


def imports_matplotlib(nb):
    cell(nb, "setup").source = "import diffusion_derived\nfrom matplotlib import pyplot"


def has_no_words(nb):
    cell(nb, "picture").metadata["mystnb"]["image"]["alt"] = " "


def begins_elsewhere(nb):
    cell(nb, "setup").source = "import numpy"


def writes_directive(nb):
    cell(nb, "title").source += "\n\n```{note}\nhidden\n```"


def is_large(nb):
    cell(nb, "number").outputs = [out("x" * 1_600_000)]


FAULTS = {
    swap_order: "cell coin-number ran as 9; expected 3",
    never_ran: "cell coin-picture ran as None; expected 4",
    stores_error: "cell coin-number stores an error: ValueError",
    stores_stderr: "cell coin-number stores what went to stderr",
    stores_address: "an address or a local path: '0x7f0a12345678'",
    stores_path: "an address or a local path: '/home/'",
    hides_four: "4 cells hide their output from nbval; expected 3 at most",
    hides_by_comment: "cell coin-number is skipped by nbval",
    skips: "cell coin-number is skipped by nbval",
    compares_nothing: "nothing for nbval to compare",
    changes_kernel: "kernelspec is {'display_name': 'mine'",
    loses_state: "a widget's state is missing",
    writes_wide: "cell coin-number has a line of 74 columns; expected 68",
    writes_long: "cell coin-number has 16 lines; expected 15 at most",
    plots: "cell coin-picture plots by itself",
    imports_matplotlib: "cell coin-setup plots by itself",
    has_no_words: "cell coin-picture shows a picture without metadata mystnb.image.alt",
    begins_elsewhere: "the first code cell is not the set-up",
    writes_directive: "cell coin-title holds a directive",
    is_large: "expected 1500000 at most",
}


@pytest.mark.parametrize("spoil", FAULTS, ids=lambda spoil: spoil.__name__)
def test_a_planted_fault_is_found(notebook, stored, spoil):
    spoil(notebook)
    assert any(FAULTS[spoil] in fault for fault in faults(stored()))


def test_a_notebook_that_was_not_normalised_is_found(stored):
    path = stored()
    path.write_text(path.read_text("utf-8").replace('"nbformat": 4', '"nbformat":4'), "utf-8")
    assert any("not normalised" in fault for fault in faults(path))


def test_what_is_no_notebook_is_an_error(tmp_path):
    path = tmp_path / "01_broken.ipynb"
    path.write_text("{")
    with pytest.raises(ValueError, match="01_broken.ipynb is not a notebook of format 4"):
        faults(path)
