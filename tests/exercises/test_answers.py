"""Every question tells right answers from those that people really give.

`answers_NN.py` holds both for the master `NN_name.ipynb`. Each is marked by the question's own
tests, with the public seed and with another.
"""

import functools
import importlib.util
import json
import pathlib
import re

import pytest

from marking import mark_all
from masters import read_master
from nbfiles import NOTEBOOKS, exercises, read

pytestmark = pytest.mark.slow
SEEDS = (0, 1763)
NUMBERS = ("five", "ten", "fifteen", "twenty", "twenty-five", "thirty", "thirty-five", "forty")
MINUTES = {word: 5 * place for place, word in enumerate(NUMBERS, 1)}
LISTED = re.compile(
    r"> \*\*Exercise (\d+\.\d+)\*\* \*\(([\w-]+)(?: minutes)?\)\.\* \*\*(.+?)\.?\*\*"
)
MASTERS = {path.stem: path for path in exercises()}
every_master = pytest.mark.parametrize("name", MASTERS)


@functools.cache
def master(name):
    """The master of this name, read."""
    return read_master(MASTERS[name])


@functools.cache
def answers(name):
    """The module of answers to a master."""
    path = pathlib.Path(__file__).with_name(f"answers_{name[:2]}.py")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@functools.cache
def marks(name):
    """The marks of every answer to every question: (kind, question, what was done) to marks."""
    jobs = dict(all_jobs(name))
    found = {}
    for seed in SEEDS:
        results = mark_all(master(name), jobs.values(), seed=seed)
        for key, result in zip(jobs, results, strict=True):
            found.setdefault(key, []).append(result)
    return found


def all_jobs(name):
    """Every answer there is to a master, under its key."""
    for question in automatic(name):
        yield ("solution", question.name, ""), (question, question.solution)
        yield ("stub", question.name, ""), (question, question.stub)
        for place, source in enumerate(answers(name).EQUAL.get(question.name, [])):
            yield ("equal", question.name, str(place)), (question, [source])
        for done, (source, _) in answers(name).WRONG.get(question.name, {}).items():
            yield ("wrong", question.name, done), (question, [source])


def automatic(name):
    """The questions that tests mark."""
    return [question for question in master(name).questions if not question.manual]


def of_kind(name, kind):
    """The marks of one kind of answer, as (question, what was done, marks)."""
    for (found, question, done), results in marks(name).items():
        for result in results:
            if found == kind:
                yield master(name).question(question), done, result


@every_master
def test_the_model_solution_earns_full_marks(name):
    for question, _, found in of_kind(name, "solution"):
        assert found.points == question.points and not found.error, (question.name, found)


@every_master
def test_the_untouched_stub_passes_no_test(name):
    for question, _, found in of_kind(name, "stub"):
        assert not any(found.passed), (question.name, found)


@every_master
def test_other_right_answers_earn_full_marks(name):
    for question, place, found in of_kind(name, "equal"):
        assert found.points == question.points and not found.error, (question.name, place, found)


@every_master
def test_wrong_answers_lose_their_points(name):
    for question, done, found in of_kind(name, "wrong"):
        most = answers(name).WRONG[question.name][done][1]
        assert found.points <= most < question.points, (question.name, done, found)


@every_master
def test_there_are_three_wrong_answers_to_every_question(name):
    wrong = answers(name).WRONG
    assert set(wrong) == {question.name for question in automatic(name)}
    assert all(len(given) >= 3 for given in wrong.values())
    for given in wrong.values():
        for source, _ in given.values():
            compile(source, "answer", "exec")


@every_master
def test_what_a_failed_test_says_is_in_words(name):
    for question, done, found in of_kind(name, "wrong"):
        assert all(ok or said for ok, said in zip(found.passed, found.messages, strict=True))
        assert found.error == "" or "SyntaxError" not in found.error, (question.name, done)


@every_master
def test_a_master_has_six_questions_and_one_for_words(name):
    questions = master(name).questions
    assert len(questions) >= 6
    assert any(question.manual for question in questions)


@every_master
def test_the_chapter_lists_the_same_exercises(name):
    chapter = json.dumps(read(NOTEBOOKS / f"{name}.ipynb"), ensure_ascii=False)
    listed = {number: (minutes, title) for number, minutes, title in LISTED.findall(chapter)}
    questions = master(name).questions
    assert list(listed) == [question.number for question in questions]
    for question in questions:
        minutes, title = listed[question.number]
        assert title == question.title
        assert minutes == "open" or MINUTES[minutes] == question.minutes
