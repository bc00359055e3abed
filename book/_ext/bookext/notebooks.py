"""What a notebook's stored outputs say about it, read before it becomes a page.

The ledger's entries travel beside each derivation's picture. They are counted into the notebook's
metadata, where the chapter's header finds them, and taken out of what is rendered. An exercise
notebook will be given its form for the book here, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

ENTRIES = "application/vnd.diffusion-derived.entry+json"
WIDGET = "application/vnd.jupyter.widget-view+json"
DECLARED = ("assumption", "cited", "definition")


def bundles(notebook: dict) -> Iterator[dict]:
    """The stored representations of every displayed output."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if "data" in output:
                yield output["data"]


def facts(notebook: dict) -> dict[str, int]:
    """How many equations were decided, how many mistakes refused, how many figures move.

    An equation that is shown twice, alone and in an induction, counts once.
    """
    stored = (entry for data in bundles(notebook) for entry in data.get(ENTRIES, []))
    entries = {entry["label"]: entry for entry in stored}.values()
    return {
        "equations": sum(entry["grade"] not in DECLARED for entry in entries),
        "refused": sum(entry["refused"] for entry in entries),
        "moving": sum(WIDGET in data for data in bundles(notebook)),
    }


def prepare(notebook: dict) -> dict:
    """The notebook as the book renders it: counted, and without what only the ledger reads."""
    book = notebook["metadata"].get("book", {})
    notebook["metadata"]["book"] = {**book, **facts(notebook)}
    for data in bundles(notebook):
        data.pop(ENTRIES, None)
        if "text/html" in data:
            data.pop("text/markdown", None)
    return notebook


def on_source_read(app, docname: str, source: list[str]) -> None:
    """Rewrite a notebook's text before it is parsed; other pages are left alone."""
    if Path(app.env.doc2path(docname)).suffix == ".ipynb":
        source[0] = json.dumps(prepare(json.loads(source[0])))


def setup(app):
    app.connect("source-read", on_source_read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
