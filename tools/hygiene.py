"""What comparing outputs cannot see: `hygiene.py [FILE...]` checks the stored notebooks themselves.

A cell that never ran, a widget without its state or a picture without words passes every
comparison; here each is a fault, named by notebook and cell.
"""

import json
import pathlib
import re
import sys
from collections.abc import Iterator

from nbformat import NotebookNode

from nbfiles import VIEW, chapters, code_cells, exercises, read, shown, widget_states, widget_views
from normalise_notebook import KERNEL, normalise_file

MOST_IGNORED = 3
MOST_BYTES = 1_500_000
MOST_COLUMNS = 68
MOST_LINES = 15
COMPARED = {"application/json", "image/svg+xml", "text/html", "text/latex", "text/markdown"}
COMPARED |= {"text/plain"}
PRIVATE = re.compile(
    r"0x[0-9a-f]{6,}|/home/|/root/|/Users/|/tmp/|[A-Z]:\\\\|site-packages|ipykernel_\d"
)
PLOTTING = re.compile(r"^\s*(?:import|from) matplotlib\b|\bplt\.", re.M)
DIRECTIVE = re.compile(r"^[`~:]{3,}\{", re.M)


def faults(path: pathlib.Path, *, chapter: bool = True) -> list[str]:
    """Everything wrong with one stored notebook; an exercise master answers to fewer rules."""
    notebook = read(path)
    checks = [order, failures, secrets, comparison, widgets, kernel, columns, plots, alternatives]
    if chapter:
        checks += [lines, setup, directives]
    found = [fault for check in checks for fault in check(notebook)]
    size = path.stat().st_size
    if size > MOST_BYTES:
        found.append(f"{size} bytes; expected {MOST_BYTES} at most")
    if normalise_file(path, check=True):
        found.append("not normalised: run tools/normalise_notebook.py on it")
    return [f"{shown(path)}: {fault}" for fault in found]


def order(notebook: NotebookNode) -> Iterator[str]:
    """Every cell ran, from top to bottom, in a fresh kernel."""
    for expected, cell in enumerate(code_cells(notebook), start=1):
        if cell.execution_count != expected:
            yield (
                f"cell {cell.get('id')} ran as {cell.execution_count}; expected {expected}: "
                "run tools/run_notebook.py on it"
            )
            return


def failures(notebook: NotebookNode) -> Iterator[str]:
    """No stored error that is not meant, no warnings, no progress bars."""
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if output.output_type == "error" and "raises-exception" not in tags(cell):
                yield f"cell {cell.get('id')} stores an error: {output.ename}"
            if output.get("name") == "stderr":
                yield f"cell {cell.get('id')} stores what went to stderr: {output.text[:60]!r}"


def secrets(notebook: NotebookNode) -> Iterator[str]:
    """No addresses and no paths of the author's machine."""
    for cell in code_cells(notebook):
        for text in map(words, cell.outputs):
            found = PRIVATE.search(text)
            if found:
                yield f"cell {cell.get('id')} stores an address or a local path: {found[0]!r}"


def comparison(notebook: NotebookNode) -> Iterator[str]:
    """Something is compared, little is left out, nothing is skipped."""
    cells = code_cells(notebook)
    ignored = [c.get("id") for c in cells if marked(c, "ignore-output")]
    if len(ignored) > MOST_IGNORED:
        yield f"{len(ignored)} cells hide their output from nbval; expected {MOST_IGNORED} at most"
    for cell in cells:
        if marked(cell, "skip"):
            yield f"cell {cell.get('id')} is skipped by nbval"
    compared = [c for c in cells if c.get("id") not in ignored and any(map(is_compared, c.outputs))]
    if not compared:
        yield "nothing for nbval to compare"


def widgets(notebook: NotebookNode) -> Iterator[str]:
    """Every widget that a page shows has its state; without it the page shows a blank."""
    if not set(widget_views(notebook)) <= set(widget_states(notebook)):
        yield "a widget's state is missing: run tools/run_notebook.py on it"


def kernel(notebook: NotebookNode) -> Iterator[str]:
    """One kernel for all."""
    if notebook.metadata.get("kernelspec") != KERNEL:
        yield f"kernelspec is {dict(notebook.metadata.get('kernelspec', {}))}; expected {KERNEL}"


def columns(notebook: NotebookNode) -> Iterator[str]:
    """Code fits the measure of the page."""
    for cell in code_cells(notebook):
        longest = max(map(len, cell.source.splitlines()), default=0)
        if longest > MOST_COLUMNS:
            yield f"cell {cell.get('id')} has a line of {longest} columns; expected {MOST_COLUMNS}"


def plots(notebook: NotebookNode) -> Iterator[str]:
    """Plotting code lives in the library."""
    for cell in code_cells(notebook):
        if PLOTTING.search(cell.source):
            yield f"cell {cell.get('id')} plots by itself; put it into diffusion_derived.figures"


def alternatives(notebook: NotebookNode) -> Iterator[str]:
    """Every picture has words for those who cannot see it."""
    for cell in code_cells(notebook):
        pictures = [o.data for o in cell.outputs if "image/png" in o.get("data", {})]
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        if any(VIEW not in data for data in pictures) and not alt.strip():
            yield f"cell {cell.get('id')} shows a picture without metadata mystnb.image.alt"


def lines(notebook: NotebookNode) -> Iterator[str]:
    """A cell fits on a phone."""
    for cell in code_cells(notebook):
        count = len(cell.source.splitlines())
        if count > MOST_LINES:
            yield f"cell {cell.get('id')} has {count} lines; expected {MOST_LINES} at most"


def setup(notebook: NotebookNode) -> Iterator[str]:
    """The first code cell brings the library, and says nothing."""
    cells = code_cells(notebook)
    if not cells or "diffusion_derived" not in cells[0].source or cells[0].outputs:
        yield "the first code cell is not the set-up: it imports from diffusion_derived, silently"


def directives(notebook: NotebookNode) -> Iterator[str]:
    """Chapters are plain Markdown, readable in JupyterLab, in Colab and on GitHub."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and DIRECTIVE.search(cell.source):
            yield f"cell {cell.get('id')} holds a directive; expected plain Markdown"


def tags(cell: NotebookNode) -> list[str]:
    """A cell's tags."""
    return cell.metadata.get("tags", [])


def marked(cell: NotebookNode, mark: str) -> bool:
    """Whether a cell is marked for nbval, by a tag or by a comment."""
    comment = "NBVAL_" + mark.upper().replace("-", "_")
    return f"nbval-{mark}" in tags(cell) or comment in cell.source


def is_compared(output: NotebookNode) -> bool:
    """Whether nbval compares an output; it passes over pictures and widget views."""
    data = output.get("data", {})
    return output.get("name") == "stdout" or (VIEW not in data and bool(COMPARED & set(data)))


def words(output: NotebookNode) -> str:
    """The text of an output, without its pictures."""
    data = {k: v for k, v in output.get("data", {}).items() if not k.startswith("image/p")}
    return json.dumps([data, output.get("text", ""), output.get("traceback", "")])


def main() -> None:
    """Check the named notebooks, or all, and list every fault."""
    named = [pathlib.Path(name) for name in sys.argv[1:]]
    files = named or [*chapters(), *exercises()]
    found = [f for path in files for f in faults(path, chapter=path.parent.name != "exercises")]
    print("\n".join(found) or f"{len(files)} notebooks are clean")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
