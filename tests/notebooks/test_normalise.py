"""Running and normalising: the file depends on the content alone."""

import copy
import json

import nbformat
import pytest
from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from nbfiles import STATE, VIEW, read, widget_states, widget_views
from normalise_notebook import normalise, normalise_file
from run_notebook import facts, run


def with_widgets(slider: str, layout: str, orphan: str) -> nbformat.NotebookNode:
    """A notebook that shows one slider with its layout, and keeps a model that nothing shows."""
    states = {
        orphan: {"model_name": "LayoutModel", "state": {}},
        layout: {"model_name": "LayoutModel", "state": {"width": "9em"}},
        slider: {"model_name": "SliderModel", "state": {"layout": f"IPY_MODEL_{layout}"}},
    }
    data = {VIEW: {"model_id": slider}, "text/plain": "Slider()"}
    notebook = new_notebook(
        cells=[new_code_cell("slider", outputs=[new_output("display_data", data=data)])]
    )
    notebook.metadata["widgets"] = {STATE: {"state": states, "version_major": 2}}
    return notebook


def text(notebook: nbformat.NotebookNode) -> str:
    return nbformat.writes(normalise(copy.deepcopy(notebook), "coin"))


def test_two_runs_with_other_random_ids_give_the_same_bytes():
    one = with_widgets("9f" * 16, "0a" * 16, "77" * 16)
    other = with_widgets("01" * 16, "ff" * 16, "00" * 16)
    for notebook in (one, other):
        notebook.cells[0]["id"] = "coin-01"
    assert text(one) == text(other)


def test_models_are_renamed_together_and_orphans_dropped():
    notebook = normalise(with_widgets("9f" * 16, "0a" * 16, "77" * 16), "coin")
    slider, layout = widget_states(notebook)
    assert widget_views(notebook) == [slider]
    assert widget_states(notebook)[slider]["state"]["layout"] == f"IPY_MODEL_{layout}"
    assert "77" * 16 not in json.dumps(notebook)


def test_normalising_twice_changes_nothing(notebook, stored):
    again = normalise(copy.deepcopy(notebook), "coin")
    assert nbformat.writes(again) == nbformat.writes(notebook)
    path = stored("01_coin.ipynb")
    assert not normalise_file(path, check=True)


def test_readable_ids_stay_and_others_get_one():
    cells = [new_markdown_cell("a", id=name) for name in ("coin-03", "3f2a9b1c", "coin-03", "x")]
    cells.append(new_code_cell("1", id="8dc1e6d7-35fb-4d3e-a6d4-6b2b1e6b5c11"))
    named = normalise(from_dict({"cells": cells, "metadata": {}}), "coin").cells
    assert [c.id for c in named] == ["coin-03", "coin-01", "coin-02", "coin-04", "coin-05"]


def test_volatile_metadata_goes_and_meant_metadata_stays():
    meant = {"tags": ["wide"], "mystnb": {"image": {"alt": "A dot."}}, "slideshow": {}}
    cell = new_code_cell("1", metadata={"execution": {"iopub": "now"}, "collapsed": True} | meant)
    notebook = new_notebook(cells=[cell], metadata={"vscode": {}, "book": {"seconds": 5}})
    result = normalise(notebook, "coin")
    assert result.cells[0].metadata == meant
    assert set(result.metadata) == {"book", "kernelspec", "language_info"}


def test_pieces_of_one_stream_are_joined():
    pieces = [new_output("stream", text=t) for t in ("a", "b")]
    pieces += [new_output("stream", name="stderr", text="c")]
    outputs = (
        normalise(new_notebook(cells=[new_code_cell("1", outputs=pieces)]), "x").cells[0].outputs
    )
    assert [(o.name, o.text) for o in outputs] == [("stdout", "ab"), ("stderr", "c")]


def test_facts_come_from_the_outputs(notebook, bayes, leaves):
    cited = bayes | {"label": "eq-x", "grade": "cited", "because": ["a", "b"]}
    named = bayes | {"label": "eq-y", "grade": "definition", "because": []}
    notebook.cells[1].outputs = [leaves(cited), leaves(named)]
    assert facts(notebook, 5.01) == {"seconds": 10, "equations": 1, "left": 1, "lines": 3}


@pytest.mark.slow
def test_a_run_stores_outputs_and_the_same_bytes_again(tmp_path):
    path = tmp_path / "01_sums.ipynb"
    cells = [
        new_code_cell("import pathlib, ipywidgets"),
        new_code_cell("print(pathlib.Path('here.txt').exists())"),
        new_code_cell("ipywidgets.IntSlider()"),
    ]
    nbformat.write(new_notebook(cells=cells), path)
    (tmp_path / "here.txt").touch()
    run(path)
    first = path.read_bytes()
    notebook = read(path)
    assert notebook.cells[1].outputs[0].text == "True\n"
    assert set(widget_views(notebook)) <= set(widget_states(notebook))
    assert notebook.metadata["book"]["seconds"] % 5 == 0
    run(path)
    assert path.read_bytes() == first


@pytest.mark.slow
def test_a_notebook_that_raises_is_left_as_it_was(tmp_path):
    path = tmp_path / "01_wrong.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("1 / 0", id="wrong-01")]), path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="cell wrong-01 failed(.|\n)*ZeroDivisionError"):
        run(path)
    assert path.read_bytes() == before
