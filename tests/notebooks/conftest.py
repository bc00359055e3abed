"""A small notebook that is clean, for the tests that spoil it."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from nbfiles import ENTRY, write
from normalise_notebook import normalise

DOT = "iVBORw0KGgoAAAANSUhEUg=="
BAYES = {
    "label": "eq-bayes",
    "chapter": "1",
    "title": "Bayes' rule",
    "tex": r"p(z\mid x) = \frac{p(x\mid z)\,p(z)}{p(x)}",
    "grade": "proof",
    "because": ["definition of conditional probability"],
    "ran": 1,
    "method": "field",
    "refused": 2,
    "rests_on": [],
    "scope": "all values",
}


def derivation(entry: dict) -> nbformat.NotebookNode:
    """The output that a derivation leaves."""
    return new_output("display_data", data={"text/plain": entry["title"], ENTRY: [entry]})


def clean_notebook() -> nbformat.NotebookNode:
    """A chapter in little: set-up, a derivation, a displayed equation, a number, a picture."""
    cells = [
        new_markdown_cell("# A coin\n\n*How bent is it?*", id="coin-title"),
        new_code_cell("import diffusion_derived", id="coin-setup"),
        new_code_cell("derivation", id="coin-derivation", outputs=[derivation(BAYES)]),
        new_markdown_cell(f"So\n\n$$\n{BAYES['tex']}.\n$$ (eq-bayes)", id="coin-bayes"),
        new_code_cell(
            "print(7 / 10)", id="coin-number", outputs=[new_output("stream", text="0.7\n")]
        ),
        new_code_cell(
            "picture",
            id="coin-picture",
            metadata={"mystnb": {"image": {"alt": "One dot."}}},
            outputs=[new_output("display_data", data={"image/png": DOT, "text/plain": "Picture"})],
        ),
    ]
    for count, cell in enumerate((c for c in cells if c.cell_type == "code"), start=1):
        cell.execution_count = count
    return normalise(new_notebook(cells=cells), "coin")


@pytest.fixture
def bayes() -> dict:
    """The ledger's entry of Bayes' rule."""
    return dict(BAYES)


@pytest.fixture
def leaves():
    """What a derivation leaves in a cell's outputs, from its entry."""
    return derivation


@pytest.fixture
def notebook() -> nbformat.NotebookNode:
    """A clean chapter, in memory."""
    return clean_notebook()


@pytest.fixture
def stored(tmp_path, notebook):
    """Write the clean chapter as spoiled by the test; return its path."""

    def store(name: str = "01_coin.ipynb"):
        path = tmp_path / name
        write(path, notebook)
        return path

    return store
