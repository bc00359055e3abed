"""The library's docstrings are plain text with `$maths$`, `code` and indented examples.

Autodoc reads reStructuredText, so each of the three is written as that on the way.
"""

from __future__ import annotations

import re

DISPLAY = re.compile(r"\$\$(.+?)\$\$", re.S)
INLINE = re.compile(r"(?<![\\$`])\$([^$]+?)\$")
CODE = re.compile(r"(?<![`:\\])`([^`\n]+)`(?![`_])")


def words(block: str) -> str:
    """A paragraph: its maths and its code marked up, all else protected."""
    block = DISPLAY.sub(lambda found: f"\n\n.. math:: {' '.join(found[1].split())}\n\n", block)
    pieces = re.split(r"(\$[^$]+?\$|`[^`\n]+`)", block)
    return "".join(piece if at % 2 else protected(piece) for at, piece in enumerate(pieces))


def protected(text: str) -> str:
    """Text with what reStructuredText would take for markup of its own written out."""
    return re.sub(r"([*|\\])|(?<=\w)(_)(?!\w)", r"\\\1\2", text)


def rewrite(text: str) -> str:
    """Markdown maths, code and indented examples as reStructuredText."""
    blocks, example = [], False
    for block in re.split(r"\n\s*\n", text):
        indented = all(line.startswith("    ") for line in block.splitlines() if line)
        if indented and block.strip():
            blocks.append(block if example else f".. code-block:: python\n\n{block}")
        else:
            marked = INLINE.sub(r":math:`\1`", CODE.sub(r"``\1``", words(block)))
            blocks.append(marked)
        example = indented
    return "\n\n".join(blocks)


def on_docstring(app, what, name, obj, options, lines: list[str]) -> None:
    """Rewrite one docstring in place."""
    lines[:] = rewrite("\n".join(lines)).split("\n")


def setup(app):
    app.connect("autodoc-process-docstring", on_docstring)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
