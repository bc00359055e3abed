"""A small master that keeps to the format, for the tests that spoil it."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from nbfiles import write
from normalise_notebook import normalise

HEAD = "## Exercise 1.{}. {}\n\n> **Objective.** {} *{} points, about 5 minutes.*\n\nWords."
HIDDEN_TEST = """# HIDDEN
SECRET_SEED = 0
x = random.Random(SECRET_SEED).randint(2, 9)
assert double(x) == 2 * x, f"double({x})"
"""


def clean_master() -> nbformat.NotebookNode:
    """A set-up, a question that tests mark and one for words; every cell's id begins `coin-`."""
    rows = [
        ("raw", "config", "# ASSIGNMENT CONFIG\nname: 01_coin\nrequirements: false"),
        ("markdown", "title", "# Exercises\n\nSee [Chapter 1](../01_bayes.ipynb)."),
        ("code", "setup", "import random\nbase = 2"),
        ("raw", "q1-begin", "# BEGIN QUESTION\nname: q1\npoints: [1, 2]"),
        ("markdown", "q1", HEAD.format(1, "Double", "Double it.", 3)),
        ("raw", "q1-solution-begin", "# BEGIN SOLUTION"),
        (
            "code",
            "q1-answer",
            "half = 1 / base  # SOLUTION\n\ndef double(x):\n    # BEGIN SOLUTION\n"
            "    return x * base\n    # END SOLUTION\n\nhalf",
        ),
        ("markdown", "q1-words", "Twice is two times."),
        ("raw", "q1-solution-end", "# END SOLUTION"),
        ("raw", "q1-tests-begin", "# BEGIN TESTS"),
        ("code", "q1-public", 'assert half == 0.5, "half of one"'),
        ("code", "q1-hidden", HIDDEN_TEST),
        ("raw", "q1-tests-end", "# END TESTS"),
        ("raw", "q1-end", "# END QUESTION"),
        ("raw", "q2-begin", "# BEGIN QUESTION\nname: q2\npoints: 4\nmanual: true"),
        ("markdown", "q2", HEAD.format(2, "Why", "Say why.", 4)),
        ("raw", "q2-solution-begin", "# BEGIN SOLUTION"),
        ("markdown", "q2-words", "Because it is twice as much."),
        ("raw", "q2-solution-end", "# END SOLUTION"),
        ("raw", "q2-end", "# END QUESTION"),
    ]
    makers = {"raw": new_raw_cell, "markdown": new_markdown_cell, "code": new_code_cell}
    cells = [makers[kind](source, id=f"coin-{name}") for kind, name, source in rows]
    return normalise(new_notebook(cells=cells), "coin")


@pytest.fixture
def notebook() -> nbformat.NotebookNode:
    """The small master, in memory."""
    return clean_master()


@pytest.fixture
def cell(notebook):
    """One of its cells, by the end of its id."""
    return lambda name: next(c for c in notebook.cells if c.id == f"coin-{name}")


@pytest.fixture
def stored(tmp_path, notebook):
    """Write the small master as the test has spoiled it; its path."""

    def store():
        path = tmp_path / "01_coin.ipynb"
        write(path, notebook)
        return path

    return store
