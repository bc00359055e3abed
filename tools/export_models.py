"""Train the models that pages run, and write what the page loads.

    python tools/export_models.py          every model
    python tools/export_models.py plane    one

`page_models.py` says what the models are. Their graphs become ONNX files, packed, under
src/diffusion_derived/browser/models; MANIFEST.json says how each came about and what it is worth,
in PyTorch and in the page. Needs Chromium: the page's numbers are measured in a page.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import importlib.metadata
import json
import logging
import shutil
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from playwright.sync_api import Browser

import page_run
from diffusion_derived import browser
from page_models import PAGE_MODELS, Graph, PageModel

MODELS = browser.HERE / "models"
MANIFEST = MODELS / "MANIFEST.json"
# Fields of a graph in which PyTorch notes where on the author's disk a line of code stands.
PRIVATE = ("doc_string", "metadata_props")
VERSIONS = ("torch", "onnx", "onnxscript")


# ---- writing -------------------------------------------------------------------------------------


def exported(graph: Graph) -> bytes:
    """The graph as the bytes of an ONNX file, without names of the author's folders."""
    n = torch.export.Dim("n")
    shapes = tuple(None if name in graph.fixed else {0: n} for name in graph.inputs)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        warnings.filterwarnings("ignore", "# The axis name")
        path = Path(folder) / "graph.onnx"
        torch.onnx.export(
            graph.network.eval(),
            tuple(graph.inputs.values()),
            path,
            input_names=list(graph.inputs),
            output_names=list(graph.outputs),
            dynamic_shapes=shapes,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
        found = onnx.load(path)
    for part in (found, found.graph, *found.graph.node, *found.graph.value_info):
        for name in PRIVATE:
            part.ClearField(name)
    onnx.checker.check_model(found, full_check=True)
    return found.SerializeToString(deterministic=True)


def write(name: str, model: PageModel) -> dict:
    """Write a model's files; its entry of the manifest, without what the page says."""
    folder = MODELS / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    arrays = dict(model.stored)
    for key, graph in model.graphs.items():
        (folder / f"{key}.onnx.gzip").write_bytes(gzip.compress(exported(graph), mtime=0))
        pairs = graph.given() | graph.run()
        arrays |= {f"{key}.{array}": values for array, values in pairs.items()}
    np.savez_compressed(folder / "stored.npz", **arrays)
    return {
        "chapter": model.chapter,
        "command": f"python tools/export_models.py {name}",
        "recipe": model.recipe,
        "settings": model.settings,
        "versions": {each: importlib.metadata.version(each).split("+")[0] for each in VERSIONS},
        "files": {
            f"{name}/{path.name}": {"bytes": path.stat().st_size, "sha256": sha256(path)}
            for path in sorted(folder.iterdir())
        },
        "graphs": {
            key: {"inputs": list(graph.inputs), "outputs": list(graph.outputs)}
            for key, graph in model.graphs.items()
        },
    }


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def compared(name: str, model: PageModel, opened: Browser) -> dict:
    """What the model is worth in PyTorch and in the page, and how far the two are apart."""
    calls = [(f"{name}/{key}", graph.given()) for key, graph in model.graphs.items()]
    found = page_run.in_page(opened, calls)
    ours, theirs, largest = {}, {}, 0.0
    for (key, graph), answer in zip(model.graphs.items(), found, strict=True):
        for output, expected in graph.run().items():
            ours[f"{key}.{output}"], theirs[f"{key}.{output}"] = expected, answer[output]
            largest = max(largest, float(np.abs(answer[output] - expected.ravel()).max()))
    return {
        "pytorch": model.metrics | model.judge(ours),
        "page": {"largest_difference": largest} | model.judge(theirs),
    }


def save(entries: dict[str, dict]) -> None:
    """Write the manifest, and let the library read it anew."""
    MANIFEST.write_text(json.dumps(entries, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    browser.manifest.cache_clear()


def export(name: str) -> dict:
    """Train one model, write its files and its entry; the entry."""
    model = PAGE_MODELS[name]()
    entries = dict(browser.manifest()) if MANIFEST.exists() else {}
    entries[name] = write(name, model)
    save(entries)
    with page_run.chromium() as opened:
        entries[name]["metrics"] = compared(name, model, opened)
    save(entries)
    return entries[name]


def main() -> None:
    """Export the named models, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[*PAGE_MODELS, []], help="all without one")
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    for name in parser.parse_args().names or PAGE_MODELS:
        print(name, json.dumps(export(name)["metrics"], indent=1))


if __name__ == "__main__":
    main()
