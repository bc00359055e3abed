"""Begin a chapter: `new_chapter.py 3 distributions "One distribution, many faces"`.

Writes notebooks/NN_name.ipynb with the twelve parts of every chapter, each saying what belongs
there.  Nothing that exists is overwritten.
"""

import argparse
import pathlib
import re
import sys

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nbfiles import CHAPTER, NOTEBOOKS, shown, slug, write
from normalise_notebook import normalise

TITLE = """\
# {title}

*The question of this chapter, in one sentence that a newcomer understands?*

After it you can … (at most four things, each testable).

**You need** … (links to the sections it rests on)."""

SETUP = """\
from diffusion_derived.report import report, table"""

PARTS = (
    ("picture", "## A picture first", "What the picture will show, and where to look."),
    (
        "picture-caption",
        "",
        "**Figure {number}.1.** What to see in it, in one or two sentences.",
    ),
    (
        "try",
        "## Try it",
        "> **Try it.** The question that the widget asks, to be answered before moving it.\n\n"
        '<details class="answer"><summary>One answer</summary>\n\nThe answer.\n\n</details>',
    ),
    ("guess", "", "> **Guess.** A number to write down before the mathematics."),
    (
        "derive",
        "## Derive",
        "Why this move. One idea for each derivation, with one wrong move shown refused.",
    ),
    ("code", "## Code", "The library's function beside its formula, and a cell where they agree."),
    (
        "measure",
        "## Measure",
        "The hypothesis; the run; the table; a control that should fail, and does.",
    ),
    (
        "mistakes",
        "## Mistakes",
        "> **Mistake refused.** What people write, and the counterexample.",
    ),
    ("exercises", "## Exercises", "The chapter's exercises, with a link to their notebook."),
    (
        "assumed",
        "## What we assumed",
        "> **What we assumed.** Each assumption, and where it would break.\n\n"
        "What we did not show, with sources.",
    ),
    ("next", "", "> **Next.** The need that the next chapter meets."),
)


def chapter(number: int, path: pathlib.Path, title: str):
    """The notebook of a chapter that is still to be written."""
    name = slug(path)
    cells = [
        new_markdown_cell(TITLE.format(title=title), id=f"{name}-title"),
        new_code_cell(SETUP, id=f"{name}-setup"),
    ]
    for part, heading, text in PARTS:
        source = "\n\n".join(filter(None, [heading, text.format(number=number)]))
        cells.append(new_markdown_cell(source, id=f"{name}-{part}"))
    return normalise(new_notebook(cells=cells), name)


def begin(number: int, name: str, title: str, folder: pathlib.Path = NOTEBOOKS) -> pathlib.Path:
    """Write the chapter's notebook; a bad or taken name raises `ValueError`."""
    path = folder / f"{number:02d}_{name}.ipynb"
    if not 1 <= number <= 99 or not CHAPTER.fullmatch(path.stem):
        raise ValueError(
            f"{path.name!r} is no chapter name; expected two digits and lower_case words"
        )
    taken = [p for p in folder.glob(f"{number:02d}_*.ipynb")]
    if taken:
        raise ValueError(f"chapter {number} exists: {shown(taken[0])}")
    if not re.search(r"\w", title):
        raise ValueError(f"title is {title!r}; expected words")
    write(path, chapter(number, path, title))
    return path


def main() -> None:
    """Begin the chapter that the arguments name, and say what comes next."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("number", type=int)
    parser.add_argument("name", help="lower_case words, as in the file name")
    parser.add_argument("title", help="the chapter's title")
    arguments = parser.parse_args()
    try:
        path = begin(arguments.number, arguments.name, arguments.title)
    except ValueError as error:
        sys.exit(str(error))
    print(f"wrote {shown(path)}. Next: list it in _toc.yml, write it, tools/run_notebook.py it.")


if __name__ == "__main__":
    main()
