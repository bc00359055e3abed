"""The library's docstrings are plain text with `$maths$`, `code` and indented examples.

Autodoc reads reStructuredText, so each of the three is written as that on the way.
"""

from __future__ import annotations

import re

PIECE = re.compile(r"(\$\$.+?\$\$|\$[^$]+?\$|``.+?``|`[^`\n]+`)", re.S)


def marked(piece: str) -> str:
    """A formula or a piece of code in reStructuredText; anything else protected from it."""
    if piece.startswith("$$"):
        return f"\n\n.. math:: {' '.join(piece[2:-2].split())}\n\n"
    if piece.startswith("$"):
        return f":math:`{piece[1:-1]}`"
    if piece.startswith("`"):
        return f"``{piece.strip('`')}``"
    return re.sub(r"([*|\\])|(?<=\w)(_)(?!\w)", r"\\\1\2", piece)


def rewrite(text: str) -> str:
    """Markdown maths, code and indented examples as reStructuredText."""
    blocks, example = [], False
    for block in re.split(r"\n\s*\n", text):
        indented = all(line.startswith("    ") for line in block.splitlines() if line)
        if indented and block.strip():
            blocks.append(block if example else f".. code-block:: python\n\n{block}")
        else:
            blocks.append("".join(map(marked, PIECE.split(block))))
        example = indented
    return "\n\n".join(blocks)


def on_docstring(app, what, name, obj, options, lines: list[str]) -> None:
    """Rewrite one docstring in place."""
    lines[:] = rewrite("\n".join(lines)).split("\n")


def setup(app):
    app.connect("autodoc-process-docstring", on_docstring)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
