"""The library's docstrings are plain text with `$maths$` and `code`; the reference shows both."""

from __future__ import annotations

import re

DISPLAY = re.compile(r"\$\$(.+?)\$\$", re.S)
INLINE = re.compile(r"(?<![\\$`])\$([^$\n]+)\$")
CODE = re.compile(r"(?<![`:\\])`([^`\n]+)`(?!`)")


def rewrite(text: str) -> str:
    """Markdown maths and code as reStructuredText."""
    text = DISPLAY.sub(lambda found: f"\n\n.. math:: {' '.join(found[1].split())}\n\n", text)
    text = CODE.sub(r"``\1``", text)
    return INLINE.sub(r":math:`\1`", text)


def on_docstring(app, what, name, obj, options, lines: list[str]) -> None:
    """Rewrite one docstring in place."""
    lines[:] = rewrite("\n".join(lines)).split("\n")


def setup(app):
    app.connect("autodoc-process-docstring", on_docstring)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
