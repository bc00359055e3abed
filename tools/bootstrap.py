"""Make the book's environment from its pinned requirements, with nothing but a bare Python.

It runs on whatever Python the machine has, so it uses the standard library and old syntax only.
A stamp inside the environment says that it is complete and for which requirements.
"""

import contextlib
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
SUPPORTED = ((3, 11), (3, 12), (3, 13))
WANTED = "3.11, 3.12 or 3.13"
GB = 10**9
# Measured at the peak of a set-up: packages as downloaded and as installed.
SPACE = 3 * GB
SPACE_WITH_CUDA = 9 * GB

# What pip printed, and the sentence that says what to do about it.
TROUBLES = (
    (
        r"No space left on device|Errno 28|not enough space",
        "The disk is full. Free about {space:.0f} GB, then run the command again.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError",
        "The package index could not be trusted (a certificate problem, often a company proxy). "
        "Set PIP_CERT to your organisation's certificate, then run the command again.",
    ),
    (
        r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|Read timed out"
        r"|ProxyError|name resolution|Network is unreachable|getaddrinfo failed"
        r"|nodename nor servname|Connection refused|Connection broken|RemoteDisconnected",
        "No network: set-up downloads its packages once, and the package index could not be "
        "reached. Connect (or set HTTPS_PROXY), then run the command again.",
    ),
    (
        r"No matching distribution found for (?P<what>\S+)",
        "There is no {what} for Python {version} on this machine ({machine}). "
        "The book needs 64-bit Linux, Windows, or macOS 14 on Apple silicon.",
    ),
    (
        r"Permission denied|Errno 13|WinError 5\b",
        "The folder {folder} cannot be written to: another program holds it open, "
        "or it belongs to another user.",
    ),
)


class SetupError(Exception):
    """Set-up cannot go on; the message says why and what to do."""


def environment(name=".venv", requirements="requirements.txt"):
    """The Python of the environment `name`, which is made or brought up to date if need be."""
    folder = ROOT / name
    python = interpreter_of(folder)
    stamp = folder / "complete"
    fingerprint = _fingerprint(ROOT / requirements)
    if stamp.is_file() and stamp.read_text() == fingerprint and python.is_file():
        return python
    system = supported_python()
    if folder.exists() and (_unfinished(folder).exists() or version_of(python) not in SUPPORTED):
        print(f"{name} was left half made, or belongs to another Python: making it anew.")
        _remove(folder)
    if not folder.exists():
        check_space()
        print(f"Setting up {name} from {requirements}: once, a few minutes.", flush=True)
        _create(system, folder)
    else:
        print(f"Bringing {name} up to date with {requirements}.", flush=True)
    if stamp.exists():
        stamp.unlink()
    _install(system, folder, requirements)
    stamp.write_text(fingerprint)
    return python


def interpreter_of(folder):
    """Where an environment keeps its Python."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def version_of(python):
    """The (major, minor) version of an interpreter, or None if it does not run."""
    code = "import sys; print('%d %d' % sys.version_info[:2])"
    try:
        done = subprocess.run(
            [str(python), "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        return tuple(int(part) for part in done.stdout.split()) if done.returncode == 0 else None
    except OSError:
        return None


def supported_python():
    """A Python that the book runs on: this one, or the first on the path."""
    if sys.version_info[:2] in SUPPORTED:
        return sys.executable
    for version in SUPPORTED:
        found = shutil.which("python{}.{}".format(*version))
        if found and version_of(found) == version:
            return found
    here = ".".join(str(part) for part in sys.version_info[:3])
    raise SetupError(
        f"This is Python {here} ({sys.executable}); the book needs {WANTED}, and none is on the "
        "path. Install one (python.org has them), or name it: make book PYTHON=/path/to/python3.11"
    )


def check_space():
    """Refuse to begin a set-up that would fill the disk."""
    try:
        places = {"for the packages": str(ROOT), "for temporary files": tempfile.gettempdir()}
    except OSError as error:
        raise SetupError(f"The disk is full: {error}") from error
    for what, place in places.items():
        free = shutil.disk_usage(place).free
        if free < SPACE:
            raise SetupError(
                f"The disk is too full: set-up needs {SPACE / GB:.0f} GB {what} ({place}), "
                f"and {free / GB:.1f} GB are free."
            )
        if free < SPACE_WITH_CUDA and sys.platform == "linux":
            print(
                f"{free / GB:.1f} GB are free {what}: enough for PyTorch on a CPU, but the one "
                f"with CUDA, which pip prefers on Linux, needs {SPACE_WITH_CUDA / GB:.0f} GB."
            )


def _fingerprint(requirements):
    """What an environment was made from, and where: a moved one is made again."""
    digest = hashlib.sha256(str(ROOT).encode())
    for path in (requirements, ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _unfinished(folder):
    """The mark that stays behind when set-up is interrupted."""
    return folder / "unfinished"


def _remove(folder):
    try:
        shutil.rmtree(str(folder))
    except OSError as error:
        raise SetupError(f"{folder} cannot be removed: {error}") from error


def _create(system, folder):
    """An empty environment; without pip where the system has pip but no ensurepip (Debian)."""
    folder.mkdir()
    _unfinished(folder).touch()
    command = [system, "-m", "venv", str(folder)]
    if not _imports(system, "ensurepip"):
        command.append("--without-pip")
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise SetupError(
            f"{system} cannot make an environment (on Debian and Ubuntu: install python3-venv).\n"
            + done.stdout.decode(errors="replace").strip()
        )


def _imports(python, module):
    """Whether an interpreter has a module."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.call([str(python), "-c", f"import {module}"], **quiet) == 0


def _install(system, folder, requirements):
    """Install the pins with the environment's pip, or with the system's where it has none."""
    _unfinished(folder).touch()
    python = interpreter_of(folder)
    if _imports(python, "pip"):
        pip = [str(python), "-m", "pip"]
    elif _imports(system, "pip"):
        pip = [system, "-m", "pip", "--python", str(python)]
    else:
        raise SetupError(f"{system} has no pip (on Debian and Ubuntu: install python3-pip).")
    options = ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    command = pip + ["install", "--retries", "2"] + options + ["-r", requirements]
    code, output = _run_and_show(command)
    with contextlib.suppress(OSError):  # On a full disk what went wrong is still said below.
        (folder / "setup.log").write_text(output, encoding="utf-8")
    if code:
        raise SetupError(explain(output, folder))
    _unfinished(folder).unlink()


def _run_and_show(command):
    """Run pip from the root; show the lines that mean progress, keep them all."""
    process = subprocess.Popen(
        command,
        cwd=str(ROOT),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(os.environ, PYTHONIOENCODING="utf-8"),
    )
    lines = []
    for raw in process.stdout:
        line = raw.decode("utf-8", errors="replace")
        lines.append(line)
        if re.match(r"\s*(Downloading|Installing|Building)\b", line):
            print("  " + line.strip()[:96], flush=True)
    return process.wait(), "".join(lines)


def explain(output, folder):
    """pip's failure as a sentence that says what to do, above pip's own last words."""
    facts = {
        "space": (SPACE_WITH_CUDA if sys.platform == "linux" else SPACE) / GB,
        "version": "{}.{}".format(*sys.version_info[:2]),
        "machine": f"{sys.platform} {os.uname().machine if hasattr(os, 'uname') else ''}".strip(),
        "folder": folder,
    }
    sentence = "pip could not install the packages."
    for pattern, words in TROUBLES:
        found = re.search(pattern, output)
        if found:
            sentence = words.format(**dict(facts, **found.groupdict()))
            break
    tail = "\n".join("    " + line[:160] for line in output.strip().splitlines()[-6:])
    return f"{sentence}\n  pip's last words:\n{tail}\n  (all of them: {folder / 'setup.log'})"


if __name__ == "__main__":
    try:
        print(environment(*sys.argv[1:]))
    except SetupError as problem:
        sys.exit(f"Set-up stopped. {problem}")
