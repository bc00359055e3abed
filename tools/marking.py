"""Mark answers to one question in a process of their own: set-up, answer, tests, points.

Only the question's own cells run, so an answer stands or falls by itself. The process says what
it found on a pipe of its own; what an answer prints goes nowhere.
"""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
from collections.abc import Iterable

from masters import Master, Question

WORKER = pathlib.Path(__file__).with_name("marking_worker.py")
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
            [sys.executable, str(WORKER)],
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
