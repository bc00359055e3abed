"""What is handed out holds no answer; the page folds it; the instructor's notebook has it all."""

import json

from forms import handout, page, solution
from masters import read_master


def sources(notebook):
    """The cells' texts."""
    return [cell.source for cell in notebook.cells]


def test_the_handout_holds_no_answer_and_no_hidden_test(stored, notebook):
    given = handout(notebook, read_master(stored()))
    text = json.dumps(given)
    for secret in ("x * base", "Twice is", "Because", "HIDDEN", "SECRET", "SOLUTION", "raw"):
        assert secret not in text, secret
    assert [c.id.removeprefix("coin-") for c in given.cells] == [
        "title", "setup", "q1", "q1-answer", "q1-public", "q2", "q2-words-words",
    ]  # fmt: skip


def test_the_handout_stands_alone_and_knows_its_tests(stored, notebook):
    given = handout(notebook, read_master(stored()))
    assert given.metadata["otter"] == {"assignment_name": "01_coin"}
    answer = next(c for c in given.cells if c.id == "coin-q1-answer")
    assert answer.metadata["otter"] == {"tests": ["q1"]}
    assert "See Chapter 1." in given.cells[0].source
    assert 'print("Exercise 1.1, check 1 of 1: passed")' in sources(given)[4]
    assert given.cells[-1].source == "*Write your answer here.*"


def test_the_handout_leaves_the_master_as_it_is(stored, notebook):
    before = json.dumps(notebook)
    handout(notebook, read_master(stored()))
    page(notebook, read_master(stored()))
    assert json.dumps(notebook) == before


def test_the_instructor_keeps_everything_with_the_secret_seed(stored, notebook):
    kept = solution(notebook, read_master(stored()), 1763)
    text = "\n".join(sources(kept))
    for part in ("x * base", "Twice is", "Because", "half of one", "SECRET_SEED = 1763"):
        assert part in text, part
    assert not any(cell.cell_type == "raw" for cell in kept.cells)


def test_the_page_folds_the_solution_and_drops_hidden_tests(stored, notebook):
    shown = page(notebook, read_master(stored()))
    opens = '<details class="answer"><summary>{}</summary>'.format
    assert sources(shown)[2:8] == [
        sources(notebook)[4],
        opens("One solution"),
        "half = 1 / base\n\ndef double(x):\n    return x * base\n\nhalf",
        "Twice is two times.",
        "</details>",
        opens("The checks"),
    ]
    assert "SECRET" not in json.dumps(shown)
    assert shown.cells[1].metadata["tags"] == ["hide-input"]
    assert sources(shown).count("</details>") == 3
