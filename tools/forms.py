"""What a master becomes: the student's notebook, the instructor's, and the page of the book."""

import copy
import itertools
import re
from collections.abc import Callable, Iterator

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from masters import CLOSES, HEADING, HIDDEN, OPENS, SEED_LINE, Master, Question, mark_of, stub

Cells = list[NotebookNode]
PROMPT = "*Write your answer here.*"
BOOK_LINK = re.compile(r"\[([^\]]+)\]\(\.\./[^)]*\)")
SIGN = re.compile(rf"^ *({OPENS}|{CLOSES})\n?| *# SOLUTION$", re.M)


def handout(notebook: NotebookNode, master: Master) -> NotebookNode:
    """The student's notebook: stubs for answers, public tests as cells to run, nothing hidden.

    It needs the library and no grader; its metadata tell Otter which tests belong to it.
    """
    notebook = _formed(notebook, master, {"SOLUTION": _blanks, "TESTS": _checks})
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        else:
            cell.source = BOOK_LINK.sub(r"\1", cell.source)
    return _named(notebook, master)


def solution(notebook: NotebookNode, master: Master, seed: int) -> NotebookNode:
    """What the instructor keeps: statement, model solution and all tests, with the secret seed."""
    notebook = _formed(notebook, master, {})
    for cell in notebook.cells:
        cell.source = SEED_LINE.sub(f"SECRET_SEED = {seed}", cell.source)
    return _named(notebook, master)


def page(notebook: NotebookNode, master: Master) -> NotebookNode:
    """The page of the book: statement open; set-up, one solution and the public tests folded."""
    notebook = _formed(notebook, master, {"SOLUTION": _solved, "TESTS": _folded_checks})
    for cell in itertools.takewhile(lambda cell: not HEADING.match(cell.source), notebook.cells):
        if cell.cell_type == "code":
            cell.metadata["tags"] = ["hide-input"]
    return notebook


def _formed(
    notebook: NotebookNode, master: Master, forms: dict[str, Callable[[Cells, Question], Cells]]
) -> NotebookNode:
    """The notebook without its marks, and each part of a question in its form."""
    notebook = copy.deepcopy(notebook)
    cells: Cells = []
    for (place, part), found in itertools.groupby(_placed(notebook.cells), lambda row: row[:2]):
        group = [cell for _, _, cell in found]
        cells += forms[part](group, master.question(f"q{place}")) if part in forms else group
    notebook.cells = cells
    return notebook


def _placed(cells: Cells) -> Iterator[tuple[int, str, NotebookNode]]:
    """Every cell that is no mark, behind its question's place and the part that it stands in."""
    place, part = 0, ""
    for cell in cells:
        verb, _, noun = mark_of(cell).partition(" ")
        place += (verb, noun) == ("BEGIN", "QUESTION")
        if noun in ("SOLUTION", "TESTS"):
            part = noun if verb == "BEGIN" else ""
        if cell.cell_type != "raw":
            yield place, part, cell


def _blanks(cells: Cells, question: Question) -> Cells:
    """Stubs to fill in, and a place for words where words are asked for."""
    blanks = [cell for cell in cells if cell.cell_type == "code"]
    for cell in blanks:
        cell.source = stub(cell.source)
    if question.manual:
        return [*blanks, new_markdown_cell(PROMPT, id=f"{cells[0].id}-words")]
    blanks[-1].metadata["otter"] = {"tests": [question.name]}
    return blanks


def _checks(cells: Cells, question: Question) -> Cells:
    """A cell for each public test, which says that it passed."""
    tests = _public(cells)
    for number, cell in enumerate(tests, start=1):
        done = f"Exercise {question.number}, check {number} of {len(tests)}: passed"
        cell.source = f'{cell.source}\nprint("{done}")'
    return tests


def _solved(cells: Cells, question: Question) -> Cells:
    """The solution's code without its signs, and its words, folded."""
    for cell in cells:
        if cell.cell_type == "code":
            cell.source = SIGN.sub("", cell.source)
    return _fold("One solution", cells)


def _folded_checks(cells: Cells, question: Question) -> Cells:
    """The public tests, folded."""
    tests = _public(cells)
    return _fold("The checks", tests) if tests else []


def _public(cells: Cells) -> Cells:
    return [cell for cell in cells if not cell.source.startswith(HIDDEN)]


def _fold(words: str, cells: Cells) -> Cells:
    """Cells between two that open and close a fold."""
    opens = f'<details class="answer"><summary>{words}</summary>'
    before, after = (new_markdown_cell(source) for source in (opens, "</details>"))
    return [before, *cells, after]


def _named(notebook: NotebookNode, master: Master) -> NotebookNode:
    """The notebook with the assignment's name, by which Otter knows whose tests it needs."""
    notebook.metadata["otter"] = {"assignment_name": master.path.stem}
    notebook.metadata.pop("book", None)
    return notebook
