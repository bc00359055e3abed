"""One answer is marked in a process of its own, and cannot spoil another question's marks."""

from marking import NO_ANSWER, mark, mark_all
from masters import read_master

RIGHT = ["half = 0.5\ndef double(x): return x + x"]


def test_points_follow_the_tests_that_pass(stored):
    master = read_master(stored())
    first = master.question("q1")
    answers = [RIGHT, ["half = 0.5\ndef double(x): return 4"], ["half = 2"], first.stub]
    marks = mark_all(master, [(first, answer) for answer in answers])
    assert [found.points for found in marks] == [3, 1, 0, 0]
    assert marks[0].passed == (True, True) and marks[0].messages == ("", "")
    assert marks[1].messages[1].startswith("double(")
    assert marks[2].messages == ("half of one", "NameError(\"name 'double' is not defined\")")


def test_the_seed_draws_the_inputs(stored):
    master = read_master(stored())
    first = master.question("q1")
    drawn = {mark(master, first, ["double = abs"], seed=seed).messages[1] for seed in (0, 1)}
    assert len(drawn) == 2 and all(said.startswith("double(") for said in drawn)


def test_an_error_in_the_answer_is_told_and_what_works_still_counts(stored):
    master = read_master(stored())
    found = mark(master, master.question("q1"), ["half = 0.5", "double = 1 / 0"])
    assert found.points == 1
    assert found.error == "ZeroDivisionError('division by zero')"


def test_an_answer_that_ends_or_blocks_its_process_loses_its_own_marks_only(stored):
    master = read_master(stored())
    first = master.question("q1")
    for source in ("import os; os._exit(0)", "while True: pass"):
        found = mark(master, first, [*RIGHT, source], seconds=3)
        assert found.points == 0 and found.error == NO_ANSWER
    assert mark(master, first, [*RIGHT, "raise SystemExit"]).points == 3


def test_what_an_answer_prints_goes_nowhere(stored, capfd):
    master = read_master(stored())
    noisy = 'print("noise")\nimport os, sys; os.write(1, b"[]"); print("noise", file=sys.stderr)'
    assert mark(master, master.question("q1"), [*RIGHT, noisy]).points == 3
    assert capfd.readouterr() == ("", "")
