"""The book's commands: `python3 tools/course.py book`, or `make book` where there is make.

Each makes its environment on first use, does its work and says where the result is.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys

import bootstrap

ROOT = bootstrap.ROOT
BUILT = ("_build", "build", "dist")
CACHES = ("__pycache__", ".pytest_cache", ".ruff_cache", ".hypothesis", ".ipynb_checkpoints")
NBVAL = [
    "--nbval",
    "--nbval-current-env",
    "--nbval-cell-timeout=600",
    "--nbval-sanitize-with=tests/notebooks/sanitize.cfg",
]
# A notebook stays on one worker; a worker takes one thread.
WORKERS = ["-n", "2", "--dist", "loadscope"]
# Nothing hangs for ever; the limit is far above what a busy machine needs.
LIMIT = ["--timeout=900"]
STEALING = ["-n", "2", "--dist", "worksteal"]


def book():
    """Build the book's pages from the committed outputs."""
    builder = script("jupyter-book")
    run([builder, "build", ".", "--all", "-W", "-n", "--keep-going", "-q"])
    page = ROOT / "_build" / "html" / "index.html"
    print(f"The book is built. Open {page.as_uri()}")


def test():
    """Everything that a machine checks: units, notebooks, ledger, book, browser."""
    run([python(), "-m", "pytest", "tests", "notebooks", "-q"] + NBVAL + WORKERS + LIMIT)


def check():
    """The fast loop: style and unit tests, with fewer random examples."""
    os.environ.setdefault("HYPOTHESIS_PROFILE", "quick")
    run([python(), "-m", "ruff", "check", "."])
    run([python(), "-m", "ruff", "format", "--check", "."])
    run([python(), "-m", "pytest", "tests", "-q", "-m", "not slow and not browser"] + STEALING)


def lab():
    """Open the chapters in JupyterLab."""
    command = [python(), "-m", "jupyterlab", "notebooks"]
    signal.signal(signal.SIGINT, lambda *_: None)  # JupyterLab itself asks before it stops.
    run(command)


def assignments():
    """Build the student, solution and autograder versions of the exercises."""
    run([python(instructor=True), "tools/assignments.py", *sys.argv[2:]])


def clean():
    """Remove what was built; the environment stays."""
    for name in BUILT:
        shutil.rmtree(str(ROOT / name), ignore_errors=True)
    for parent, folders, _ in os.walk(str(ROOT)):
        for name in [n for n in folders if n in CACHES]:
            shutil.rmtree(os.path.join(parent, name), ignore_errors=True)
        folders[:] = [n for n in folders if not n.startswith(".") and n not in CACHES]
    print("Removed what was built. Delete .venv as well for a fresh set-up.")


def python(instructor=False):
    """The Python of the environment, which is made on first use."""
    names = (".venv-instructor", "requirements-instructor.txt") if instructor else ()
    return str(bootstrap.environment(*names))


def script(name):
    """A command that the environment installed."""
    return str(pathlib.Path(python()).with_name(name))


def run(command):
    """Run one command from the root on one thread a process, and stop if it fails."""
    env = dict(os.environ, PYTHONUTF8="1")
    env.setdefault("OMP_NUM_THREADS", "1")
    code = subprocess.call(command, cwd=str(ROOT), env=env)
    if code:
        sys.exit(code)


COMMANDS = {f.__name__: f for f in (book, test, check, lab, assignments, clean)}


def main(arguments):
    """Run the command that the arguments name."""
    if not arguments or arguments[0] not in COMMANDS:
        lines = [f"  {name:12} {f.__doc__.splitlines()[0]}" for name, f in COMMANDS.items()]
        sys.exit("\n".join(["usage: python3 tools/course.py COMMAND", *lines]))
    try:
        COMMANDS[arguments[0]]()
    except bootstrap.SetupError as problem:
        sys.exit(f"Set-up stopped. {problem}")
    except KeyboardInterrupt:
        sys.exit("Interrupted. Run the command again: a set-up that is half made is made anew.")


if __name__ == "__main__":
    main(sys.argv[1:])
