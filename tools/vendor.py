"""Fetch the scripts and fonts that the book serves itself, so that no page asks the network.

    python tools/vendor.py            fetch with npm, copy, write book/_static/vendor/MANIFEST.json
    python tools/vendor.py --check    compare the committed files with the manifest

Versions are pinned here. Two things do not come from npm. anywidget's script is copied out of the
installed wheel, so that the page runs the version that Python runs. ONNX Runtime's npm package has
no licence file: its licence and those of what is compiled into it come from the wheel of the same
version. A target that ends in .gzip is packed, so that a page can tell whether it arrived whole.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import importlib.metadata
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "book" / "_static"
PACKAGE = ROOT / "src" / "diffusion_derived"
# A committed folder, and where it lies. The runtime is package data: JupyterLab needs it, too.
HOMES = {"vendor": STATIC, "fonts": STATIC, "browser/runtime": PACKAGE}
MANIFEST = STATIC / "vendor" / "MANIFEST.json"


@dataclass(frozen=True)
class Vendored:
    """One committed file: where it lies in its home and where it came from."""

    path: str
    package: str
    version: str
    licence: str
    source: str
    sha256: str = ""


@dataclass(frozen=True)
class Package:
    """An npm package and the files that the book takes from it (source to target)."""

    name: str
    version: str
    licence: str
    files: dict[str, str]


# fmt: off
PACKAGES = (
    # The "full" build holds every TeX extension. The plain one loads \cancel, \color and others
    # from files beside it when a formula first uses them, which would be a request that fails.
    Package("mathjax", "3.2.2", "Apache-2.0", {
        "es5/tex-svg-full.js": "vendor/mathjax/tex-svg-full.js",
        "LICENSE": "vendor/mathjax/LICENSE.txt",
    }),
    Package("requirejs", "2.3.8", "MIT", {  # its licence stands in the first lines of the file
        "require.js": "vendor/require.js",
    }),
    Package("@jupyter-widgets/html-manager", "1.0.15", "BSD-3-Clause", {
        "dist/embed-amd.js": "vendor/html-manager/embed-amd.js",
        "dist/embed.js.LICENSE.txt": "vendor/html-manager/LICENSE-bundled.txt",
        # The icon font of ipywidgets' own buttons; the script asks for it by these names.
        "dist/1551f4f60c37af51121f.woff2": "vendor/html-manager/1551f4f60c37af51121f.woff2",
        "dist/7a3337626410ca2f4071.woff2": "vendor/html-manager/7a3337626410ca2f4071.woff2",
        "dist/d878b0a6a1144760244f.woff2": "vendor/html-manager/d878b0a6a1144760244f.woff2",
    }),
    Package("@jupyter-widgets/schema", "0.5.6", "BSD-3-Clause", {  # the same project's licence
        "LICENSE": "vendor/html-manager/LICENSE.txt",
    }),
    Package("@fortawesome/fontawesome-free", "5.15.4", "OFL-1.1 AND CC-BY-4.0 AND MIT", {
        "LICENSE.txt": "vendor/html-manager/LICENSE-fontawesome.txt",
    }),
    Package("@fontsource-variable/source-serif-4", "5.3.1", "OFL-1.1", {
        "files/source-serif-4-latin-opsz-normal.woff2": "fonts/serif.woff2",
        "files/source-serif-4-latin-wght-italic.woff2": "fonts/serif-italic.woff2",
        "LICENSE": "fonts/LICENSE-source-serif-4.txt",
    }),
    Package("@fontsource-variable/source-sans-3", "5.3.0", "OFL-1.1", {
        "files/source-sans-3-latin-wght-normal.woff2": "fonts/sans.woff2",
        "LICENSE": "fonts/LICENSE-source-sans-3.txt",
    }),
    Package("@fontsource/source-code-pro", "5.3.0", "OFL-1.1", {
        "files/source-code-pro-latin-400-normal.woff2": "fonts/mono.woff2",
        "files/source-code-pro-latin-600-normal.woff2": "fonts/mono-semibold.woff2",
        "LICENSE": "fonts/LICENSE-source-code-pro.txt",
    }),
    Package("onnxruntime-web", "1.30.0", "MIT", {
        # The script with its glue inside, for one wasm thread and no GPU.
        "dist/ort.wasm.bundle.min.mjs": "browser/runtime/ort.mjs.gzip",
        "dist/ort-wasm-simd-threaded.wasm": "browser/runtime/ort.wasm.gzip",
    }),
)
# fmt: on
NOTICES = {
    "onnxruntime/LICENSE": "browser/runtime/LICENSE.txt",
    "onnxruntime/ThirdPartyNotices.txt": "browser/runtime/ThirdPartyNotices.txt",
}


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def place(path: str) -> Path:
    """Where a recorded file lies."""
    return next(home for name, home in HOMES.items() if path.startswith(f"{name}/")) / path


def take(source: Path, record: Vendored) -> Vendored:
    """Copy one file to its place, packed if its name says so; its record with the checksum."""
    target = place(record.path)
    target.parent.mkdir(parents=True, exist_ok=True)
    content = source.read_bytes()
    packed = target.suffix == ".gzip"
    target.write_bytes(gzip.compress(content, mtime=0) if packed else content)
    return Vendored(**{**asdict(record), "sha256": sha256(target)})


def from_npm() -> list[Vendored]:
    """Install the pinned packages into a temporary folder and take their files."""
    names = [f"{package.name}@{package.version}" for package in PACKAGES]
    with tempfile.TemporaryDirectory() as folder:
        npm = ["npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run([*npm, "--prefix", folder, *names], check=True, cwd=folder)
        return [
            take(
                Path(folder, "node_modules", package.name, source),
                Vendored(target, package.name, package.version, package.licence, source),
            )
            for package in PACKAGES
            for source, target in package.files.items()
        ]


def anywidget_folder() -> Path:
    """The folder of the installed anywidget package."""
    spec = importlib.util.find_spec("anywidget")
    if spec is None or spec.origin is None:
        raise SystemExit("anywidget is not installed here: run make book first")
    return Path(spec.origin).parent


def from_wheel() -> list[Vendored]:
    """Take anywidget's script and licence from the installed wheel."""
    version = importlib.metadata.version("anywidget")
    folder = anywidget_folder()
    licence = next(folder.parent.glob(f"anywidget-{version}.dist-info/licenses/LICENSE"))
    files = {
        "nbextension/index.js": (folder / "nbextension/index.js", "vendor/anywidget.js"),
        "licenses/LICENSE": (licence, "vendor/LICENSE-anywidget.txt"),
    }
    return [
        take(path, Vendored(target, "anywidget (PyPI)", version, "MIT", source))
        for source, (path, target) in files.items()
    ]


def from_index() -> list[Vendored]:
    """Take ONNX Runtime's licence and notices from the wheel of the version that npm gave."""
    version = next(each.version for each in PACKAGES if each.name == "onnxruntime-web")
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder]
        subprocess.run([*pip, f"onnxruntime=={version}"], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        zipfile.ZipFile(wheel).extractall(folder, NOTICES)
        return [
            take(
                Path(folder, source),
                Vendored(target, "onnxruntime (PyPI)", version, "MIT", source),
            )
            for source, target in NOTICES.items()
        ]


def differences() -> list[str]:
    """What does not agree between the manifest and the committed files."""
    recorded = {entry["path"]: entry["sha256"] for entry in json.loads(MANIFEST.read_text())}
    present = {
        path.relative_to(home).as_posix(): sha256(path)
        for name, home in HOMES.items()
        for path in (home / name).rglob("*")
        if path.is_file() and path != MANIFEST
    }
    missing = [f"{path}: in the manifest, not in the folder" for path in recorded.keys() - present]
    unknown = [f"{path}: in the folder, not in the manifest" for path in present.keys() - recorded]
    changed = [
        f"{path}: its sha256 is not the recorded one"
        for path in recorded.keys() & present.keys()
        if recorded[path] != present[path]
    ]
    return sorted(missing + unknown + changed)


def main() -> None:
    """Fetch everything and write the manifest, or check what is there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, fetch nothing")
    if parser.parse_args().check:
        found = differences()
        sys.exit("\n".join(found) if found else 0)
    for name, home in HOMES.items():
        shutil.rmtree(home / name, ignore_errors=True)
    records = sorted(from_npm() + from_wheel() + from_index(), key=lambda record: record.path)
    MANIFEST.write_text(json.dumps([asdict(record) for record in records], indent=1) + "\n")
    size = sum(place(record.path).stat().st_size for record in records)
    print(f"{len(records)} files, {size / 1e6:.1f} MB, listed in {MANIFEST}")


if __name__ == "__main__":
    main()
