"""Hold every displayed equation against the ledger: `sync_equations.py [--write] [FILE...]`.

Each display in the chapters, the exercises and the book's pages needs a label that the ledger
knows, and must say what the ledger says.  `--write` puts the ledger's TeX where a page has drifted.
An exercise may also show what its own derivations decided, and a line with a gap for the reader.
"""

import argparse
import pathlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import collect_ledger
from displays import Display, displays, inline_claims, other_displays, same
from nbfiles import ROOT, chapters, entries, exercises, read, shown, write

GAP = r"\dots"
HOW = "write $$ … $$ (eq-label), or <!-- eq-label --> above a repeated equation"


@dataclass(frozen=True)
class Fault:
    """One thing that a page and the ledger disagree about."""

    where: str
    problem: str
    display: Display | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}"


def pages() -> list[pathlib.Path]:
    """Everything that shows equations to a reader."""
    markdown = [p for p in sorted((ROOT / "book").rglob("*.md")) if "_static" not in p.parts]
    return [*chapters(), *exercises(), *markdown]


def faults(
    text: str, where: str, ledger: dict[str, dict], *, gaps: bool = False
) -> Iterator[Fault]:
    """What is wrong with the formulas of one piece of Markdown; `gaps` allows unfinished ones."""
    for display in displays(text):
        if display.label is None and gaps and GAP in display.tex:
            continue
        if display.label is None:
            problem = (
                f"displayed equation without a label ({HOW})\n  page:   {one_line(display.tex)}"
            )
            yield Fault(where, problem)
        elif display.label not in ledger:
            yield Fault(
                where, f"{display.label} is not in the ledger: no derivation has that label"
            )
        elif not same(display.tex, ledger[display.label]["tex"]):
            yield Fault(
                where,
                f"{display.label} differs from the ledger\n"
                f"  page:   {one_line(display.tex)}\n"
                f"  ledger: {one_line(ledger[display.label]['tex'])}",
                display,
            )
    for start in other_displays(text):
        yield Fault(where, f"displayed equation that begins with {start} ({HOW})")
    for tex in inline_claims(text):
        problem = "inline formula that states more than an assignment: display it with a label"
        yield Fault(where, f"{problem}\n  page:   {one_line(tex)}")


def one_line(tex: str) -> str:
    """A formula as a message shows it."""
    return " ".join(tex.split())


def repaired(text: str, found: list[Fault], ledger: dict[str, dict]) -> str:
    """The text with the ledger's TeX in place of each display that has drifted."""
    for fault in reversed([f for f in found if f.display]):
        display = fault.display
        old = text[display.start : display.end]
        stop = display.tex[-1] if display.tex[-1] in ".,;" else ""
        tail = old[old.rindex("$$") :]
        new = f"$$\n{ledger[display.label]['tex']}{stop}\n{tail}"
        text = text[: display.start] + new + text[display.end :]
    return text


def check_file(path: pathlib.Path, ledger: dict[str, dict], *, repair: bool = False) -> list[Fault]:
    """The faults of one file; with `repair`, those that remain once drifted displays are right."""
    if path.suffix == ".ipynb":
        return _check_notebook(path, ledger, repair=repair)
    text = path.read_text(encoding="utf-8")
    found = list(faults(text, shown(path), ledger))
    if not repair:
        return found
    path.write_text(repaired(text, found, ledger), encoding="utf-8")
    return [fault for fault in found if fault.display is None]


def _check_notebook(path: pathlib.Path, ledger: dict, *, repair: bool) -> list[Fault]:
    """The faults of the Markdown cells of a notebook."""
    notebook = read(path)
    exercise = path.parent.name == "exercises"
    if exercise:
        ledger = {entry["label"]: entry for entry in entries(notebook)} | ledger
    result: list[Fault] = []
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        where = f"{shown(path)} cell {cell.get('id', '?')}"
        found = list(faults(cell.source, where, ledger, gaps=exercise))
        if repair:
            cell.source = repaired(cell.source, found, ledger)
            found = [fault for fault in found if fault.display is None]
        result += found
    if repair:
        write(path, notebook)
    return result


def main() -> None:
    """Check all pages, or the named ones, and list every fault."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    parser.add_argument("--write", action="store_true", help="put the ledger's TeX on the page")
    arguments = parser.parse_args()
    ledger = collect_ledger.load()
    files = arguments.files or pages()
    found = [f for path in files for f in check_file(path, ledger, repair=arguments.write)]
    for fault in found:
        print(fault)
    if found:
        sys.exit(f"{len(found)} faults in {len(files)} files")
    print(f"{len(files)} files agree with the ledger of {len(ledger)} equations")


if __name__ == "__main__":
    main()
