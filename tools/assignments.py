"""Build what a class needs from the exercises' masters: `make assignments`.

Each master NN_name gives dist/assignments/NN_name/ with student/ (to hand out), solution/ (to keep)
and autograder/ (Otter's tests, for `otter run` and Gradescope). The hidden tests draw their inputs
from the seed in DIFFUSION_DERIVED_SECRET_SEED; without one a number is drawn and printed.
"""

import argparse
import copy
import os
import pathlib
import secrets
import shutil
import subprocess
import sys
import tempfile

from nbformat import NotebookNode

from forms import handout, solution
from marking import Marks, mark_all
from masters import HIDDEN, SEED_LINE, Master, MasterError, mark_of, read_master
from nbfiles import ROOT, exercises, read, shown, write

VARIABLE = "DIFFUSION_DERIVED_SECRET_SEED"
TARGET = ROOT / "dist" / "assignments"
LARGEST = 10**9
# Otter's own cells would import Otter; a student has the library and no grader.
WITHOUT_GRADER = {"ASSIGNMENT CONFIG": "init_cell: false", "BEGIN QUESTION": "check_cell: false"}
GIVEAWAYS = ("SECRET_SEED", HIDDEN, "SOLUTION")


class BuildError(Exception):
    """An assignment cannot be built; the message says which, and why."""


def secret_seed() -> int:
    """The seed from the environment, or a drawn one, which is printed so that it can be kept."""
    text = os.environ.get(VARIABLE, "")
    if text.strip().isdigit():
        return int(text)
    if text:
        raise BuildError(f"{VARIABLE} is {text!r}; expected a whole number")
    seed = secrets.randbelow(LARGEST)
    print(
        f"{VARIABLE} is not set: this build draws {seed}. Set it to that for the same tests again."
    )
    return seed


def build(path: pathlib.Path, seed: int, target: pathlib.Path = TARGET) -> pathlib.Path:
    """Build one master's three folders and return the folder that holds them."""
    master, notebook = read_master(path), read(path)
    prove(master, seed)
    given = handout(notebook, master)
    refuse_giveaways(given, master)
    with tempfile.TemporaryDirectory() as name:
        archive = assign(prepared(notebook, seed), path.name, pathlib.Path(name))
        folder = target / path.stem
        shutil.rmtree(folder, ignore_errors=True)
        for part in ("student", "solution", "autograder"):
            (folder / part).mkdir(parents=True)
        shutil.copyfile(archive, folder / "autograder" / "autograder.zip")
    write(folder / "student" / path.name, given)
    write(folder / "solution" / path.name, solution(notebook, master, seed))
    return folder


def prove(master: Master, seed: int) -> None:
    """The model solution earns everything and the untouched stub nothing, or `BuildError`."""
    questions = [question for question in master.questions if not question.manual]
    answers = [(q, cells) for q in questions for cells in (q.solution, q.stub)]
    marks = iter(mark_all(master, answers, seed=seed))
    for question in questions:
        wrong = fault(next(marks), next(marks))
        if wrong:
            raise BuildError(f"{shown(master.path)}, question {question.name}: {wrong}")


def fault(solved: Marks, untouched: Marks) -> str:
    """What is wrong with a question's tests, or its solution; nothing if all is well."""
    if False in solved.passed:
        place = solved.passed.index(False)
        return f"the model solution fails test {place + 1}: {solved.messages[place]}"
    if solved.error:
        return f"the model solution raises {solved.error}"
    if True in untouched.passed:
        return f"the untouched stub passes test {untouched.passed.index(True) + 1}"
    return ""


def prepared(notebook: NotebookNode, seed: int) -> NotebookNode:
    """The master as Otter gets it: with the secret seed, and without cells that import Otter."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        extra = WITHOUT_GRADER.get(mark_of(cell))
        if extra:
            cell.source = f"{cell.source.rstrip()}\n{extra}"
        elif cell.cell_type == "code":
            cell.source = SEED_LINE.sub(f"SECRET_SEED = {seed}", cell.source)
    return notebook


def assign(notebook: NotebookNode, name: str, work: pathlib.Path) -> pathlib.Path:
    """Run Otter Assign, which runs its tests on the model solution; its archive of tests."""
    write(work / name, notebook)
    command = [sys.executable, "-m", "otter", "assign", name, "out", "--no-pdfs"]
    done = subprocess.run(
        command, cwd=work, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        said = (done.stdout + done.stderr).strip()[-2000:]
        raise BuildError(f"{name}: otter assign failed\n{said}")
    return next((work / "out" / "autograder").glob("*.zip"))


def refuse_giveaways(notebook: NotebookNode, master: Master) -> None:
    """`BuildError` if a student could read an answer or a hidden test in the notebook."""
    for cell in notebook.cells:
        found = next((word for word in GIVEAWAYS if word in cell.source), None)
        if found or cell.get("outputs"):
            what = repr(found) if found else f"the outputs of {cell.id}"
            raise BuildError(f"{shown(master.path)}: the student's notebook would hold {what}")


def chosen(names: list[str]) -> list[pathlib.Path]:
    """The masters to build: those named, or all."""
    known = {path.stem: path for path in exercises()}
    missing = [name for name in names if name not in known]
    if missing:
        raise BuildError(f"no master {missing[0]!r} in notebooks/exercises; there are {[*known]}")
    if not known:
        raise BuildError("there is no master in notebooks/exercises")
    return [known[name] for name in names or known]


def main() -> None:
    """Build the named assignments, or all; stop at the first that cannot be built."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="masters to build, such as 01_bayes")
    try:
        paths = chosen(parser.parse_args().names)
        seed = secret_seed()
        for path in paths:
            print(f"{shown(build(path, seed))}: student, solution and autograder are built")
    except (BuildError, MasterError) as problem:
        sys.exit(f"No assignment was built. {problem}")


if __name__ == "__main__":
    main()
