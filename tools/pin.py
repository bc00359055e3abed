"""Pin the whole environment: requirements.in to requirements.txt, for every supported machine.

Pins that still fit are kept; `--upgrade` takes the newest.  Needs uv, which no reader needs.
"""

import argparse
import pathlib
import re
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
NOTE = (
    "# Pinned from {source} by tools/pin.py. PyTorch itself fixes what it needs of CUDA on Linux."
)
# Debian 12 has 3.11.2: a pin that needs a later 3.11 is given twice, with markers.
OLDEST = "3.11.2"
PYTORCHS_OWN = re.compile(r"(nvidia|cuda|triton)[\w-]*==")
PACKAGE = re.compile(r"[\w.-]+==")


def pin(source: pathlib.Path, *, upgrade: bool = False) -> str:
    """The text of the pinned file for one list of direct requirements."""
    target = source.with_suffix(".txt")
    with tempfile.TemporaryDirectory() as folder:
        resolved = pathlib.Path(folder) / "resolved.txt"
        resolved.write_text("\n".join(known_pins(target)) + "\n")
        command = ["uv", "pip", "compile", "--universal", "--python-version", OLDEST, "--quiet"]
        command += ["--no-header", "--no-annotate", "--no-emit-package", "diffusion-derived"]
        command += ["--upgrade"] if upgrade else []
        subprocess.run([*command, source.name, "-o", resolved], cwd=ROOT, check=True)
        lines = [line for line in resolved.read_text().splitlines() if PACKAGE.match(line)]
    pins = [line for line in lines if not PYTORCHS_OWN.match(line)]
    return "\n".join(["-e .", NOTE.format(source=source.name), *pins]) + "\n"


def known_pins(target: pathlib.Path) -> list[str]:
    """The pins to keep where they fit: the target's own, and the book's for what both use."""
    files = [path for path in (ROOT / "requirements.txt", target) if path.exists()]
    pins: dict[str, list[str]] = {}
    for path in files:
        own: dict[str, list[str]] = {}
        for line in filter(PACKAGE.match, path.read_text().splitlines()):
            own.setdefault(line.split("==")[0], []).append(line)
        pins = own | pins
    return [line for lines in pins.values() for line in lines]


def main() -> None:
    """Write every pinned file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions")
    upgrade = parser.parse_args().upgrade
    for source in sorted(ROOT.glob("requirements*.in")):
        source.with_suffix(".txt").write_text(pin(source, upgrade=upgrade))
        print(f"wrote {source.with_suffix('.txt').name}")


if __name__ == "__main__":
    main()
