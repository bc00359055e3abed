"""The package installs from a wheel, with everything that it needs to run."""

import pathlib
import shutil
import subprocess
import sys
import tomllib
import zipfile

import pytest

import diffusion_derived

pytestmark = pytest.mark.slow
ROOT = pathlib.Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "diffusion_derived"
JUNK = shutil.ignore_patterns("__pycache__", "*.egg-info")


def pip(*arguments: str) -> None:
    """Run pip without a network, and show what it said if it failed."""
    options = ["--no-index", "--no-deps", "--disable-pip-version-check", "--quiet"]
    command = [sys.executable, "-m", "pip", *arguments, *options]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> pathlib.Path:
    """The wheel, built from a copy so that the sources stay clean."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT / "src", folder / "src", ignore=JUNK)
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-TEXT"):
        shutil.copy(ROOT / name, folder / name)
    pip("wheel", str(folder), "--no-build-isolation", "--wheel-dir", str(folder / "dist"))
    (path,) = (folder / "dist").glob("diffusion_derived-*.whl")
    return path


def test_the_wheel_holds_every_file_of_the_package(wheel):
    wanted = {
        path.relative_to(PACKAGE.parent).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    held = set(zipfile.ZipFile(wheel).namelist())
    assert sorted(wanted - held) == []
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in held)


def test_the_installed_package_imports_whole_from_elsewhere(wheel, tmp_path):
    site = tmp_path / "site"
    pip("install", str(wheel), "--target", str(site))
    code = (
        "import importlib, pkgutil, diffusion_derived as d\n"
        "for m in pkgutil.walk_packages(d.__path__, 'diffusion_derived.'):\n"
        "    importlib.import_module(m.name)\n"
        "print(d.__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(site), "PATH": "", "HOME": str(tmp_path), "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert pathlib.Path(done.stdout.strip()).is_relative_to(site)


def test_the_version_is_one(wheel):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == diffusion_derived.__version__
    assert wheel.name.startswith(f"diffusion_derived-{diffusion_derived.__version__}-")
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"version: {diffusion_derived.__version__}\n" in citation


def test_the_bounds_are_loose_and_the_pins_exact():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert [d for d in project["dependencies"] if "==" in d or "<" in d] == []
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert pins[0] == "-e ."
    assert {"torch==2.13.0", "jupyter-book==1.0.4.post1"} <= set(pins)
    assert [p for p in pins[1:] if "==" not in p and not p.startswith("#")] == []
    assert [p for p in pins if p.startswith(("nvidia", "cuda", "triton"))] == []
