"""Mark answers to one question in a process of their own: set-up, answer, tests, points.

Only the question's own cells run, so an answer stands or falls by itself. The process says what
it found on a pipe of its own; what an answer prints goes nowhere.
"""

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Iterable

from masters import Master, Question

SECONDS = 60  # for one answer, with the start of the process
NO_ANSWER = "the answer did not finish: it ran too long, or ended its process"


@dataclasses.dataclass(frozen=True)
class Marks:
    """What one answer earned, and for each test whether it passed and what it said."""

    points: float
    passed: tuple[bool, ...]
    messages: tuple[str, ...]
    error: str = ""


def mark(
    master: Master,
    question: Question,
    answer: Iterable[str],
    *,
    seed: int = 0,
    seconds: float = SECONDS,
) -> Marks:
    """The marks of one answer, the sources of its cells, in a process of its own."""
    return mark_all(master, [(question, answer)], seed=seed, seconds=seconds)[0]


def mark_all(
    master: Master,
    answers: Iterable[tuple[Question, Iterable[str]]],
    *,
    seed: int = 0,
    seconds: float = SECONDS,
) -> list[Marks]:
    """The marks of many answers that are trusted; one process runs them all.

    An answer that ends or blocks the process costs the marks of every answer in the call.
    """
    answers = [(question, list(answer)) for question, answer in answers]
    jobs = [
        {
            "cells": [*master.setup, *question.given, *answer],
            "tests": [test.seeded(seed) for test in question.tests],
        }
        for question, answer in answers
    ]
    found = _run(jobs, seconds + len(jobs)) or [{"error": NO_ANSWER}] * len(jobs)
    return [_marks(q, result) for (q, _), result in zip(answers, found, strict=True)]


def _marks(question: Question, result: dict) -> Marks:
    said = result.get("tests", [result["error"]] * len(question.tests))
    passed = tuple(words is None for words in said)
    points = sum(test.points for test, ok in zip(question.tests, passed, strict=True) if ok)
    return Marks(points, passed, tuple(words or "" for words in said), result["error"])


def _run(jobs: list[dict], seconds: float) -> list[dict] | None:
    """The worker's findings; None if it did not deliver them."""
    env = dict(os.environ, OMP_NUM_THREADS="1", MPLBACKEND="agg", PYTHONUTF8="1")
    try:
        done = subprocess.run(
            [sys.executable, __file__],
            input=json.dumps(jobs),
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=env,
            timeout=seconds,
        )
        return json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        return None


def worker() -> None:
    """Read the jobs, run them with the standard streams closed to them, write the findings."""
    jobs = json.load(sys.stdin)
    private = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    json.dump([run_job(**job) for job in jobs], private)
    private.close()


def run_job(cells: list[str], tests: list[str]) -> dict:
    """Run set-up and answer, going on after an error, then each test on a copy of the names."""
    names = {"__name__": "__main__", "display": lambda *shown: None}
    errors = [_execute(source, names) for source in cells]
    said = [_execute(source, dict(names)) for source in tests]
    return {"error": next(filter(None, errors), ""), "tests": said}


def _execute(source: str, names: dict) -> str | None:
    """Run one cell; None if all went well, or what went wrong."""
    try:
        exec(compile(source, "<cell>", "exec"), names)
    except (Exception, SystemExit) as error:
        words = str(error)
        return words if isinstance(error, AssertionError) and words else f"{error!r}"
    return None


if __name__ == "__main__":
    worker()
