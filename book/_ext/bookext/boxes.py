"""Boxes and captions from plain Markdown.

`> **Guess.** …` becomes a box, a paragraph that begins `**Figure 1.2.**` a caption. In JupyterLab,
Colab and on GitHub the same source is an ordinary quotation or paragraph.
"""

from __future__ import annotations

import re

from docutils import nodes

KINDS = {
    "After this chapter": "after",
    "You need": "need",
    "Question": "question",
    "Guess": "guess",
    "Try it": "try",
    "Mistake refused": "refused",
    "Measured": "measured",
    "Exercise": "exercise",
    "What we assumed": "assumed",
    "What we did not show": "unshown",
    "Where others differ": "differ",
    "Next": "next",
}
CAPTION = re.compile(r"(Figure|Table) \d+\.\d+")


def lead(node: nodes.Element) -> nodes.strong | None:
    """The bold words that a paragraph begins with, if it begins with any."""
    for child in node.children:
        if isinstance(child, nodes.strong):
            return child
        if child.astext().strip():  # the parser puts an empty text before leading bold words
            return None
    return None


def kind(label: str) -> str | None:
    """What kind of box the bold words announce: None if they are no label."""
    named = next((kind for words, kind in KINDS.items() if label.startswith(words)), None)
    return named or ("note" if label.endswith((".", "?", ":")) else None)


def box(quote: nodes.block_quote) -> nodes.container | None:
    """The box that a quotation becomes, or None if it is a quotation."""
    first = quote.children[0] if quote.children else None
    label = lead(first) if isinstance(first, nodes.paragraph) else None
    found = kind(label.astext()) if label is not None else None
    if not found:
        return None
    label["classes"].append("box-label")
    return nodes.container("", *quote.children, classes=["box", f"box-{found}"])


def on_doctree_read(app, document: nodes.document) -> None:
    """Give every labelled quotation and every caption its class."""
    for quote in list(document.findall(nodes.block_quote)):
        replacement = box(quote)
        if replacement is not None:
            quote.replace_self(replacement)
    for paragraph in document.findall(nodes.paragraph):
        label = lead(paragraph)
        if label is not None and CAPTION.match(label.astext()):
            paragraph["classes"].append("figcap")
            label["classes"].append("figcap-label")


def setup(app):
    app.connect("doctree-read", on_doctree_read, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
