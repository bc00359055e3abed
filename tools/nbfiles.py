"""Reading and writing the book's notebooks: what every other tool shares."""

import json
import pathlib
import re
from collections.abc import Iterator

import nbformat
from nbformat import NotebookNode
from nbformat.v4.rwbase import rejoin_lines

ROOT = pathlib.Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
ENTRY = "application/vnd.diffusion-derived.entry+json"
VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
CHAPTER = re.compile(r"\d\d_[a-z0-9_]+")


def chapters() -> list[pathlib.Path]:
    """The chapters' notebooks, in the order of the book."""
    return sorted(p for p in NOTEBOOKS.glob("*.ipynb") if CHAPTER.fullmatch(p.stem))


def exercises() -> list[pathlib.Path]:
    """The exercises' master notebooks, in the order of the book."""
    return sorted((NOTEBOOKS / "exercises").glob("*.ipynb"))


def slug(path: pathlib.Path) -> str:
    """A notebook's name as it stands in cell ids: 02_beta_coin.ipynb gives beta-coin."""
    return re.sub(r"^\d+[_-]", "", path.stem).replace("_", "-")


def shown(path: pathlib.Path) -> str:
    """A path as a message should show it."""
    path = path.resolve()
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def read(path: pathlib.Path) -> NotebookNode:
    """A notebook from its file; one that is not JSON of format 4 raises `ValueError`."""
    try:
        return rejoin_lines(nbformat.from_dict(json.loads(path.read_text(encoding="utf-8"))))
    except (json.JSONDecodeError, AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{shown(path)} is not a notebook of format 4: {error!r}") from error


def write(path: pathlib.Path, notebook: NotebookNode) -> bool:
    """Write a notebook with sorted keys; whether the file changed."""
    text = nbformat.writes(notebook, version=4).rstrip("\n") + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.write_text(text, encoding="utf-8")
    return True


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells that run."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def bundles(notebook: NotebookNode) -> Iterator[tuple[NotebookNode, dict]]:
    """Every output that has representations: its cell, and mime type to content."""
    for cell in code_cells(notebook):
        for output in cell.get("outputs", []):
            if "data" in output:
                yield cell, output["data"]


def entries(notebook: NotebookNode) -> list[dict]:
    """The ledger entries in a notebook's stored outputs, in page order."""
    return [entry for _, data in bundles(notebook) for entry in data.get(ENTRY, [])]


def widget_states(notebook: NotebookNode) -> dict:
    """The stored widget models by id; empty if the notebook has none."""
    return notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})


def widget_views(notebook: NotebookNode) -> list[str]:
    """The model ids of the displayed widgets, in page order."""
    return [data[VIEW]["model_id"] for _, data in bundles(notebook) if VIEW in data]
