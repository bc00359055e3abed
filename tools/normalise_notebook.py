"""Make a notebook's file depend on its content alone: `normalise_notebook.py [--check] FILE...`.

Widget models get ids that count the page's widgets, keys are sorted, times and the kernel's
version go, and a cell without a readable id gets one.  Normalising twice changes nothing.
"""

import argparse
import hashlib
import json
import pathlib
import re
import sys

import nbformat
from nbformat import NotebookNode

from nbfiles import STATE, read, shown, slug, widget_states, widget_views, write

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE = {"name": "python", "pygments_lexer": "ipython3"}
KEPT = ("book", "kernelspec", "language_info", "widgets")
VOLATILE = ("ExecuteTime", "collapsed", "execution", "jupyter", "scrolled", "trusted", "vscode")
READABLE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
RANDOM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){0,3}(-[0-9a-f]{12})?")


def normalise(notebook: NotebookNode, name: str) -> NotebookNode:
    """The same notebook, byte for byte the same whenever its content is; `name` begins the ids."""
    notebook = _rename_models(notebook, name)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(
        {key: value for key, value in notebook.metadata.items() if key in KEPT}
        | {"kernelspec": KERNEL, "language_info": LANGUAGE}
    )
    for cell in notebook.cells:
        for key in VOLATILE:
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.get("outputs", []))
    _name_cells(notebook.cells, name)
    return notebook


def _rename_models(notebook: NotebookNode, name: str) -> NotebookNode:
    """Number the widget models in the order of the page, and drop those that nothing shows."""
    states = widget_states(notebook)
    order: list[str] = []

    def visit(model: str) -> None:
        if model in order or model not in states:
            return
        order.append(model)
        content = json.dumps(states[model]["state"], sort_keys=True)
        for reference in re.findall(r"IPY_MODEL_([0-9a-zA-Z-]+)", content):
            visit(reference)

    for view in widget_views(notebook):
        visit(view)
    if not order:
        notebook.metadata.pop("widgets", None)
        return notebook
    notebook.metadata["widgets"][STATE]["state"] = {model: states[model] for model in order}
    prefix = hashlib.sha256(name.encode()).hexdigest()[:16]
    names = {model: f"{prefix}{number:016x}" for number, model in enumerate(order)}
    pattern = re.compile("|".join(map(re.escape, order)))
    text = pattern.sub(lambda found: names[found[0]], json.dumps(notebook))
    return nbformat.from_dict(json.loads(text))


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """The outputs with neighbouring pieces of one stream joined."""
    joined: list[NotebookNode] = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text = "".join(last.text) + "".join(output.text)
        else:
            joined.append(output)
    return joined


def _name_cells(cells: list[NotebookNode], name: str) -> None:
    """Give a readable id to each cell whose id is missing, random or taken."""
    used = [cell.get("id", "") for cell in cells]
    free = (f"{name}-{number:02d}" for number in range(1, 10**4))
    seen: set[str] = set()
    for cell in cells:
        own = cell.get("id", "")
        if own in seen or not READABLE.fullmatch(own) or RANDOM.fullmatch(own):
            cell["id"] = next(candidate for candidate in free if candidate not in used)
        seen.add(cell["id"])


def main() -> None:
    """Normalise the named files, or with `--check` say which would change."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    parser.add_argument("--check", action="store_true", help="change nothing; fail on a change")
    arguments = parser.parse_args()
    changed = [path for path in arguments.files if normalise_file(path, check=arguments.check)]
    for path in changed:
        print(f"{shown(path)}: {'is not normalised' if arguments.check else 'normalised'}")
    if changed and arguments.check:
        sys.exit("Run tools/normalise_notebook.py on them.")


def normalise_file(path: pathlib.Path, *, check: bool = False) -> bool:
    """Normalise one file; whether it changed, or with `check` whether it would."""
    notebook = normalise(read(path), slug(path))
    if check:
        return nbformat.writes(notebook, version=4).rstrip("\n") + "\n" != path.read_text("utf-8")
    return write(path, notebook)


if __name__ == "__main__":
    main()
