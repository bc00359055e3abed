"""Set-up says in a sentence what is missing, and notices an environment that is half made."""

import collections
import pathlib
import subprocess
import sys

import pytest

import bootstrap
import course

IMPORTS = bootstrap._imports
Usage = collections.namedtuple("Usage", "total used free")


def only_the_systems_pip(python, module):
    """As on Debian without python3-venv, where an environment is made quickly."""
    return module == "pip" and str(python) == sys.executable


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of its own, whose environments are empty; the calls of pip are noted."""
    (tmp_path / "requirements.txt").write_text("nothing==1\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "check_space", lambda: None)
    monkeypatch.setattr(bootstrap, "_imports", only_the_systems_pip)
    ran = []
    monkeypatch.setattr(bootstrap, "_run_and_show", lambda command: ran.append(command) or (0, ""))
    return tmp_path, ran


@pytest.fixture
def failing(project, monkeypatch):
    """Let pip fail with some last words; the message that set-up ends with."""

    def message(words: str) -> str:
        monkeypatch.setattr(bootstrap, "_run_and_show", lambda command: (1, words))
        with pytest.raises(bootstrap.SetupError) as error:
            bootstrap.environment()
        return str(error.value)

    return message


def test_an_environment_is_made_once(project):
    root, ran = project
    python = bootstrap.environment()
    assert python.is_relative_to(root / ".venv") and bootstrap.version_of(python)
    assert ran[0][-2:] == ["-r", "requirements.txt"]
    assert bootstrap.environment() == python
    assert len(ran) == 1


@pytest.mark.parametrize("name", ["requirements.txt", "pyproject.toml"])
def test_a_changed_requirement_is_installed_into_the_same_environment(project, name):
    root, ran = project
    bootstrap.environment()
    (root / ".venv" / "mine").touch()
    (root / name).write_text("changed==2\n")
    bootstrap.environment()
    assert len(ran) == 2
    assert (root / ".venv" / "mine").exists()


def test_an_interrupted_set_up_is_noticed_and_made_anew(project, monkeypatch, capsys):
    root, ran = project

    def interrupt(command):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "_run_and_show", interrupt)
        with pytest.raises(KeyboardInterrupt):
            bootstrap.environment()
    (root / ".venv" / "half").touch()
    bootstrap.environment()
    assert "half made" in capsys.readouterr().out
    assert not (root / ".venv" / "half").exists()
    assert len(ran) == 1


def test_an_environment_whose_python_is_gone_is_made_anew(project, capsys):
    root, ran = project
    python = bootstrap.environment()
    python.unlink()
    assert bootstrap.environment() == python
    assert "making it anew" in capsys.readouterr().out
    assert bootstrap.version_of(python) == sys.version_info[:2]


def test_a_system_without_ensurepip_uses_its_own_pip(project):
    _, ran = project
    python = bootstrap.environment()
    assert ran[0][:5] == [sys.executable, "-m", "pip", "--python", str(python)]


@pytest.mark.slow
def test_a_system_with_ensurepip_uses_the_environments_pip(project, monkeypatch):
    _, ran = project
    monkeypatch.setattr(bootstrap, "_imports", IMPORTS)
    python = bootstrap.environment()
    assert ran[0][:4] == [str(python), "-m", "pip", "install"]
    assert subprocess.run([python, "-m", "pip", "--version"]).returncode == 0


def test_a_system_without_pip_is_told_so(project, monkeypatch):
    monkeypatch.setattr(bootstrap, "_imports", lambda python, module: False)
    with pytest.raises(bootstrap.SetupError, match="has no pip .*python3-pip"):
        bootstrap.environment()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full. Free about"),
        ("NewConnectionError: [Errno -3] Temporary failure in name resolution", "No network"),
        ("ReadTimeoutError: Read timed out.", "No network"),
        ("ssl.SSLCertVerificationError: CERTIFICATE_VERIFY_FAILED", "could not be trusted"),
        ("ERROR: No matching distribution found for torch==2.13.0", "There is no torch==2.13.0"),
        ("PermissionError: [Errno 13] Permission denied: 'x'", "cannot be written to"),
        ("something new", "pip could not install the packages."),
    ],
)
def test_pips_failure_becomes_a_sentence_above_its_last_words(failing, words, sentence):
    message = failing(words)
    assert sentence in message.splitlines()[0]
    assert words in message


def test_without_a_network_the_network_is_named_though_pip_says_no_matching(failing):
    words = (
        "WARNING: Retrying after connection broken by 'NewConnectionError'\n"
        "ERROR: No matching distribution found for anywidget==0.11.0"
    )
    assert failing(words).startswith("No network")


def test_an_unsupported_python_is_named_with_what_is_wanted(monkeypatch):
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 10, 13, "final", 0))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    with pytest.raises(
        bootstrap.SetupError, match=r"This is Python 3\.10\.13 .* 3\.11, 3\.12 or 3"
    ):
        bootstrap.supported_python()


def test_another_python_on_the_path_is_found(monkeypatch):
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 1, "final", 0))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(bootstrap, "version_of", lambda p: (3, 12) if p.endswith("12") else None)
    assert bootstrap.supported_python() == "/bin/python3.12"


def test_a_full_disk_is_refused_with_what_is_needed(monkeypatch):
    monkeypatch.setattr(
        bootstrap.shutil, "disk_usage", lambda place: Usage(10**12, 0, 1.2 * bootstrap.GB)
    )
    with pytest.raises(bootstrap.SetupError, match=r"needs 3 GB .* and 1\.2 GB are free"):
        bootstrap.check_space()


def test_a_disk_that_fills_up_during_set_up_is_named(failing, monkeypatch):
    def full(path, *arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pathlib.Path, "write_text", full)
    assert failing("ERROR: [Errno 28] No space left on device").startswith("The disk is full")


def test_the_commands_say_what_they_are():
    done = subprocess.run(
        [sys.executable, str(pathlib.Path(course.__file__)), "bake"], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "usage: python3 tools/course.py COMMAND" in done.stderr
    assert all(name in done.stderr for name in ("book", "test", "lab", "check", "clean"))


def test_every_command_has_its_target_in_the_makefile():
    makefile = (pathlib.Path(__file__).resolve().parents[1] / "Makefile").read_text()
    assert [n for n in course.COMMANDS if f"tools/course.py {n}" not in makefile] == []
