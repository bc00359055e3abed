"""What a page loads when its reader asks: ONNX Runtime Web and the book's trained models.

`runtime/` holds the runtime, fetched by `tools/vendor.py`; `models/` the graphs that
`tools/export_models.py` made from trained PyTorch models, and `MANIFEST.json`, which says how.
Files that end in .gzip are packed: the page unpacks them, and the checksum inside tells it whether
they arrived whole. The book serves them beside its pages; in a notebook, Python hands them over.
"""

import base64
import json
import shutil
from functools import cache
from pathlib import Path

import numpy as np

from diffusion_derived import checks

HERE = Path(__file__).parent
RUNTIME = ("runtime/ort.mjs.gzip", "runtime/ort.wasm.gzip")
"""The two files of the runtime: its script, and what it compiles."""


@cache
def manifest() -> dict[str, dict]:
    """How each page model was made and what it is worth, by the model's name.

    An entry has the command, recipe, seed, steps and versions; `files` with bytes and SHA-256;
    `graphs` with inputs and outputs; `metrics` in PyTorch and in the page; a `reference` input
    and output of each graph.
    """
    return json.loads((HERE / "models" / "MANIFEST.json").read_text(encoding="utf-8"))


def entry(model: str) -> dict:
    """The manifest's entry for one page model. ValueError for a name that is not there."""
    if model not in manifest():
        checks.refuse("model", repr(model), "one of " + ", ".join(map(repr, manifest())))
    return manifest()[model]


def names() -> list[str]:
    """The files that a page may ask for, by their names below this folder."""
    graphs = [file for model in manifest().values() for file in model["files"]]
    return [*RUNTIME, *(f"models/{name}" for name in graphs if name.endswith(".gzip"))]


def read(name: str) -> bytes:
    """The bytes of one of `names()`. ValueError for any other name."""
    if name not in names():
        checks.refuse("name", repr(name), "one of " + ", ".join(map(repr, names())))
    return (HERE / name).read_bytes()


def size(name: str) -> int:
    """Bytes of one of `names()`. ValueError for any other name."""
    return len(read(name))


def publish(folder: str | Path) -> None:
    """Put the files for a page into `folder`, as the book serves them, with the runtime's licence.

    A page opened from a file may run a script and may not read a file: beside each one lies a
    script that holds its bytes as text.
    """
    for name in names():
        target = Path(folder) / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(read(name))
        text = base64.b64encode(read(name)).decode()
        script = f'((globalThis.diffusionDerived ??= {{}}).texts ??= {{}})["{name}"] = "{text}";\n'
        target.with_name(f"{target.name}.js").write_text(script, encoding="utf-8")
    for licence in (HERE / "runtime").glob("*.txt"):
        shutil.copyfile(licence, Path(folder) / "runtime" / licence.name)


def stored(model: str) -> dict[str, np.ndarray]:
    """Arrays that were computed with a page model and travel with it, by name.

    ValueError for a model that is not there.
    """
    entry(model)
    with np.load(HERE / "models" / model / "stored.npz") as arrays:
        return dict(arrays)
