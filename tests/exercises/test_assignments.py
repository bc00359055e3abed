"""`make assignments`, for real: Otter builds and marks, in the instructor's environment.

Where there is none, it is made in CI (through the book's own command), and skipped elsewhere.
"""

import importlib.util
import json
import os
import pathlib
import subprocess
import zipfile

import pytest

import assignments
import bootstrap
from assignments import BuildError, build, chosen, fault, prepared, refuse_giveaways, secret_seed
from forms import handout, solution
from marking import Marks
from masters import read_master
from nbfiles import ROOT, code_cells, exercises, read, write

ENVIRONMENT, REQUIREMENTS = ROOT / ".venv-instructor", "requirements-instructor.txt"
SEED = 1763
IN_CI = os.environ.get("CI", "").lower() in ("1", "true")
FIRST = exercises()[0]


@pytest.fixture(scope="session")
def instructor() -> pathlib.Path:
    """The Python of the instructor's environment."""
    python = bootstrap.interpreter_of(ENVIRONMENT)
    if not IN_CI and not python.is_file():
        pytest.skip("no .venv-instructor: `make assignments` makes it")
    return bootstrap.environment(ENVIRONMENT.name, REQUIREMENTS) if IN_CI else python


@pytest.fixture(scope="module")
def built(instructor, tmp_path_factory) -> pathlib.Path:
    """The first master's assignment, as the command builds it, in a folder of its own."""
    target = tmp_path_factory.mktemp("assignments")
    code = "import pathlib, sys, assignments; assignments.build(*map(pathlib.Path, sys.argv[1:2]), "
    code += f"{SEED}, pathlib.Path(sys.argv[2]))"
    done = run(instructor, "-c", code, str(FIRST), str(target), cwd=ROOT / "tools")
    assert done.returncode == 0, done.stdout + done.stderr
    return target / FIRST.stem


def run(python, *arguments, cwd) -> subprocess.CompletedProcess:
    """Run the instructor's Python."""
    command = [str(python), *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=600)


def otter_run(python, archive, submission, folder) -> dict[str, float]:
    """What `otter run` gives a submission: question to score."""
    options = ["-a", str(archive), "-o", str(folder), "--no-logo", submission.name]
    done = run(python, "-m", "otter", "run", *options, cwd=submission.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads((folder / "results.json").read_text("utf-8"))
    return {test["name"]: test["score"] for test in results["tests"] if "score" in test}


def otter_assign(python, path, folder) -> pathlib.Path:
    """What Otter makes of a master: its folder, with the tests' archive in `autograder`."""
    write(folder / path.name, prepared(read(path), SEED))
    options = [path.name, "out", "--no-pdfs", "--no-run-tests"]
    done = run(python, "-m", "otter", "assign", *options, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "out"


def marked_by_tests(path) -> dict[str, float]:
    """The questions of a master that tests mark, and what each is worth."""
    return {q.name: q.points for q in read_master(path).questions if not q.manual}


@pytest.mark.slow
def test_three_folders_are_built(built):
    files = sorted(str(p.relative_to(built)) for p in built.rglob("*") if p.is_file())
    name = FIRST.name
    expected = ["autograder/autograder.zip", f"solution/{name}", f"student/{name}"]
    assert files == [str(pathlib.Path(file)) for file in expected]


@pytest.mark.slow
def test_otter_gives_the_solution_everything_and_the_stub_nothing(built, instructor, tmp_path):
    archive = built / "autograder" / "autograder.zip"
    full, name = marked_by_tests(FIRST), FIRST.name
    assert otter_run(instructor, archive, built / "solution" / name, tmp_path) == full
    scores = otter_run(instructor, archive, built / "student" / name, tmp_path)
    assert scores == dict.fromkeys(full, 0)


@pytest.mark.slow
@pytest.mark.parametrize("path", exercises()[1:], ids=lambda path: path.stem)
def test_otter_gives_the_other_solutions_everything(path, instructor, tmp_path):
    """The tests run when the whole notebook has: no question may change another's names."""
    archive = next((otter_assign(instructor, path, tmp_path) / "autograder").glob("*.zip"))
    kept = tmp_path / "solution" / path.name
    kept.parent.mkdir()
    write(kept, solution(read(path), read_master(path), SEED))
    assert otter_run(instructor, archive, kept, tmp_path) == marked_by_tests(path)


@pytest.mark.slow
def test_only_the_instructor_has_the_secret_seed(built):
    given, kept = (
        (built / part / FIRST.name).read_text("utf-8") for part in ("student", "solution")
    )
    assert str(SEED) not in given and f"SECRET_SEED = {SEED}" in kept
    with zipfile.ZipFile(built / "autograder" / "autograder.zip") as archive:
        tests = "".join(archive.read(f).decode() for f in archive.namelist() if "tests/" in f)
    assert f"SECRET_SEED = {SEED}" in tests and "SECRET_SEED = 0" not in tests


@pytest.mark.slow
def test_the_stubs_are_those_that_otter_makes(built, instructor, tmp_path):
    out = otter_assign(instructor, FIRST, tmp_path)
    theirs = code_cells(read(out / "student" / FIRST.name))
    ours = code_cells(read(built / "student" / FIRST.name))
    for question in read_master(FIRST).questions:
        for cell in question.stub:
            assert cell in [c.source for c in theirs] and cell in [c.source for c in ours]


@pytest.mark.slow
def test_the_command_says_what_it_built_or_why_not(instructor):
    done = run(instructor, "tools/assignments.py", "99_none", cwd=ROOT)
    assert done.returncode == 1
    assert "No assignment was built. no master '99_none' in notebooks/exercises" in done.stderr


@pytest.mark.parametrize("path", exercises(), ids=lambda path: path.stem)
def test_no_handout_gives_anything_away(path):
    master = read_master(path)
    given = handout(read(path), master)
    refuse_giveaways(given, master)
    text = json.dumps(given, ensure_ascii=False)
    for question in master.questions:
        hidden = [test.source for test in question.tests if test.hidden]
        for secret in (*question.solution, *question.words, *hidden):
            assert json.dumps(secret, ensure_ascii=False)[1:-1] not in text
    assert all(cell.outputs == [] for cell in code_cells(given))


@pytest.mark.parametrize("path", exercises(), ids=lambda path: path.stem)
def test_a_handout_answer_that_is_left_in_is_found(path):
    master = read_master(path)
    with pytest.raises(BuildError, match="student's notebook would hold"):
        refuse_giveaways(solution(read(path), master, SEED), master)


def test_otter_gets_the_secret_seed_and_no_cells_of_its_own(notebook, cell):
    made = prepared(notebook, SEED)
    text = {c.id: c.source for c in made.cells}
    assert text["coin-config"].endswith("\ninit_cell: false")
    assert text["coin-q1-begin"].endswith("\ncheck_cell: false")
    assert f"SECRET_SEED = {SEED}" in text["coin-q1-hidden"]
    assert "SECRET_SEED = 0" in cell("q1-hidden").source


def test_the_seed_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv(assignments.VARIABLE, "1763")
    assert secret_seed() == 1763
    monkeypatch.setenv(assignments.VARIABLE, "my birthday")
    with pytest.raises(BuildError, match="is 'my birthday'; expected a whole number"):
        secret_seed()


def test_without_a_seed_one_is_drawn_and_said(monkeypatch, capsys):
    monkeypatch.delenv(assignments.VARIABLE, raising=False)
    drawn = {secret_seed() for _ in range(3)}
    said = capsys.readouterr().out
    assert len(drawn) == 3 and all(f"this build draws {seed}." in said for seed in drawn)


def test_a_fault_names_the_test():
    good, none = Marks(3, (True, True), ("", "")), Marks(0, (False, False), ("a", "b"))
    assert fault(good, none) == ""
    bad = Marks(1, (True, False), ("", "double(3)"))
    assert fault(bad, none) == "the model solution fails test 2: double(3)"
    assert fault(good, bad) == "the untouched stub passes test 1"
    loud = Marks(3, (True, True), ("", ""), "ValueError()")
    assert fault(loud, none) == "the model solution raises ValueError()"


def test_a_solution_that_fails_names_file_question_and_test(stored, cell, tmp_path):
    cell("q1-answer").source = cell("q1-answer").source.replace("x * base", "x + base")
    with pytest.raises(BuildError, match="01_coin.ipynb, question q1: the model .* fails test 2"):
        build(stored(), SEED, tmp_path)


@pytest.mark.skipif(importlib.util.find_spec("otter") is not None, reason="Otter is here")
def test_otter_that_is_missing_is_told(stored, tmp_path):
    with pytest.raises(
        BuildError, match="01_coin.ipynb: otter assign failed\n.*No module named otter"
    ):
        build(stored(), SEED, tmp_path)


def test_a_folder_without_masters_is_told(monkeypatch):
    monkeypatch.setattr(assignments, "exercises", lambda: [])
    with pytest.raises(BuildError, match="there is no master in notebooks/exercises"):
        chosen([])
    with pytest.raises(BuildError, match="no master '01_bayes'"):
        chosen(["01_bayes"])
