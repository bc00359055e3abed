"""A master is read as it is meant; one that does not keep to the format is refused by name."""

import pytest
from nbformat.v4 import new_code_cell, new_raw_cell

from masters import MasterError, read_master, stub


def test_a_master_is_read(stored):
    master = read_master(stored())
    assert master.setup == ("import random\nbase = 2",)
    first, second = master.questions
    assert (first.name, first.number, first.title) == ("q1", "1.1", "Double")
    assert (first.objective, first.points, first.minutes) == ("Double it.", 3, 5)
    assert [test.hidden for test in first.tests] == [False, True]
    assert [test.points for test in first.tests] == [1, 2]
    assert (first.manual, second.manual) == (False, True)
    assert first.words == ("Twice is two times.",) and second.tests == ()


def test_a_stub_keeps_what_is_given_and_no_more(stored):
    first = read_master(stored()).question("q1")
    assert first.stub == ("half = ...\n\ndef double(x):\n    ...\n\nhalf",)


def test_two_marked_blocks_and_lines_become_two_stubs():
    source = "a = 1  # SOLUTION\n# BEGIN SOLUTION\nb = 2\nc = 3\n# END SOLUTION\nprint(a)"
    assert stub(source) == "a = ...\n...\nprint(a)"


def test_the_secret_seed_replaces_the_public_one(stored):
    hidden = read_master(stored()).question("q1").tests[1]
    assert "SECRET_SEED = 1763\n" in hidden.seeded(1763)
    assert "SECRET_SEED = 0" not in hidden.seeded(1763)


def test_an_unknown_question_is_named(stored):
    with pytest.raises(MasterError, match="01_coin.ipynb has no question q9"):
        read_master(stored()).question("q9")


# The cell that is spoiled, what is replaced in it by what, and what the error says.
SPOILED = [
    ("config", "ASSIGNMENT CONFIG", "CONFIG", "the first cell is not"),
    ("config", "name: 01_coin", "name: coin", "name is 'coin'; expected the file's, '01_coin'"),
    ("config", "name: 01_coin", "name: [", "are no YAML"),
    ("q1-tests-begin", "# BEGIN TESTS", "# TESTS", "raw cell coin-q1-tests-begin marks nothing"),
    ("q1-end", "END", "BEGIN", "'# BEGIN QUESTION'|question 1 has no '# END QUESTION'"),
    ("q2-end", "# END QUESTION", "# END TESTS", "question 2 has no '# END QUESTION'"),
    ("q1-begin", "name: q1", "name: one", "question q1: its name is 'one'; expected 'q1'"),
    ("q1-begin", "[1, 2]", "3", "points are 3; expected a list of 2, one a test"),
    ("q1-begin", "[1, 2]", "[2, 2]", "statement says 3 points, its settings 4"),
    ("q2-begin", "points: 4", "points: 5", "question q2: .*says 4 points, its settings 5"),
    ("q1", "Exercise 1.1", "Exercise 1.2", "does not begin '## Exercise 1.1. Title'"),
    ("q1", "Objective", "Aim", r"has no box '> \*\*Objective"),
    ("q1", "about 5 minutes", "soon", r"has no box '> \*\*Objective"),
    ("q1-tests-end", "# END TESTS", "# END SOLUTION", "'# END SOLUTION' stands where"),
    ("q1-solution-end", "# END SOLUTION", "# BEGIN TESTS", "'# BEGIN TESTS' stands where"),
    ("q1-hidden", "# HIDDEN\n", "", "test 2 has the secret seed and does not begin '# HIDDEN'"),
    ("q1-hidden", "SECRET_SEED = 0\n", "", "no hidden test draws its inputs"),
    ("q1-hidden", "SEED = 0", "SEED = 7", "test 2 sets the seed otherwise"),
    ("q1-hidden", "assert ", "", "test 2 asserts nothing"),
    ("q1-public", "assert half", "assert (half", "this is no Python"),
    ("q1-public", "assert", "half = 0.5\nassert", "question q1: test 1 changes half"),
    ("q1-hidden", "x = ", "base = x = ", "question q1: test 2 changes base"),
    ("q1-answer", "  # SOLUTION", "", "student's notebook would keep 'half = 1 / base'"),
    ("q1-answer", "half = 1 / base  #", "half += 1  #", "is not marked"),
    ("q1-answer", "x * base", "x * ", "this is no Python"),
]


@pytest.mark.parametrize(("name", "old", "new", "words"), SPOILED)
def test_a_spoiled_master_is_refused(stored, cell, name, old, new, words):
    assert old in cell(name).source
    cell(name).source = cell(name).source.replace(old, new)
    with pytest.raises(MasterError, match=f"01_coin.ipynb: .*({words})"):
        read_master(stored())


@pytest.fixture
def spoil(notebook, cell):
    """Let one test mark the second question, a test that begins with this line."""

    def add(line):
        cell("q2-begin").source = "# BEGIN QUESTION\nname: q2\npoints: [4]"
        words = notebook.cells.index(cell("q2-words"))
        notebook.cells[words] = new_code_cell("three = 3  # SOLUTION")
        test = f"# HIDDEN\nSECRET_SEED = 0\n{line}\nassert three == 3"
        notebook.cells[-1:-1] = [
            new_raw_cell("# BEGIN TESTS"),
            new_code_cell(test),
            new_raw_cell("# END TESTS"),
        ]

    return add


@pytest.mark.parametrize(
    ("name", "line"),
    [("half", "half = 3"), ("double", "for double in (1, 2): pass"), ("random", "random = 3")],
)
def test_a_later_question_changes_nothing_that_an_earlier_test_reads(stored, spoil, name, line):
    spoil(line)
    with pytest.raises(MasterError, match=f"question q2 changes {name}, which a test of q1 reads"):
        read_master(stored())


def test_what_a_test_reads_inside_a_function_counts(stored, spoil, cell):
    cell("q1-public").source = "def fair(x):\n    return x == half\n\nassert fair(0.5)"
    spoil("half = 3")
    with pytest.raises(MasterError, match="changes half"):
        read_master(stored())


def test_what_a_test_sets_itself_may_be_set_again(stored, spoil):
    spoil("x = SECRET_SEED")
    assert len(read_master(stored()).questions) == 2


def test_a_cell_between_questions_is_refused(stored, notebook):
    notebook.cells.append(new_code_cell("1", id="coin-stray"))
    with pytest.raises(MasterError, match="cell coin-stray stands outside the questions"):
        read_master(stored())


def test_a_solution_without_words_or_code_is_refused(stored, notebook, cell):
    notebook.cells.remove(cell("q2-words"))
    with pytest.raises(MasterError, match="question q2: its solution has no words"):
        read_master(stored())


def test_a_notebook_without_questions_is_refused(stored, notebook):
    notebook.cells = notebook.cells[:3]
    with pytest.raises(MasterError, match="there is no question"):
        read_master(stored())
