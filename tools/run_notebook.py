"""Run notebooks top to bottom, each in a fresh kernel, and store what they show.

`run_notebook.py FILE...` writes outputs, widget state and the chapter's facts (seconds, equations
decided and left open), then normalises.  A notebook that raises is left as it was.
"""

import argparse
import math
import os
import pathlib
import sys
import time

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from nbfiles import entries, read, shown, slug, write
from normalise_notebook import KERNEL, normalise

LEFT_OPEN = ("assumption", "cited")
NOTHING_TO_DECIDE = ("definition",)


def run(path: pathlib.Path, *, timeout: int = 600) -> float:
    """Run one notebook from its own folder and write it; the seconds that it took."""
    notebook = read(path)
    running = {}
    client = NotebookClient(
        notebook,
        on_cell_start=lambda cell, cell_index: running.update(cell=cell.get("id", cell_index)),
        timeout=timeout,
        kernel_name=KERNEL["name"],
        record_timing=False,
        resources={"metadata": {"path": str(path.resolve().parent)}},
    )
    start = time.perf_counter()
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise ValueError(f"cell {running.get('cell')} failed: {error}") from error
    seconds = time.perf_counter() - start
    notebook.metadata["book"] = dict(notebook.metadata.get("book", {})) | facts(notebook, seconds)
    write(path, normalise(notebook, slug(path)))
    return seconds


def facts(notebook: NotebookNode, seconds: float) -> dict[str, int]:
    """What the chapter's first lines tell the reader: time, equations, those not decided here.

    An equation that is shown twice, alone and in an induction, counts once.
    """
    found = {entry["label"]: entry for entry in entries(notebook)}.values()
    return {
        "seconds": 5 * math.ceil(seconds / 5),
        "equations": sum(entry["grade"] not in LEFT_OPEN + NOTHING_TO_DECIDE for entry in found),
        "left": sum(entry["grade"] in LEFT_OPEN for entry in found),
        "lines": sum(len(entry["because"]) for entry in found),
    }


def main() -> None:
    """Run the named notebooks; stop at the first that fails and say in which cell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    parser.add_argument("--timeout", type=int, default=600, help="seconds for one cell")
    arguments = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for path in arguments.files:
        try:
            seconds = run(path, timeout=arguments.timeout)
        except ValueError as error:
            sys.exit(f"{shown(path)} was not written. {error}")
        print(f"{shown(path)}: ran in {seconds:.1f} s")


if __name__ == "__main__":
    main()
