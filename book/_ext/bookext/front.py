"""The front page: the thread of chapters and the book's figures, both computed.

`{thread}` lists all chapters that are planned; a written one is linked and has its own title.
`{promises}` sets what was counted in the ledger and the notebooks beside each promise.
"""

from __future__ import annotations

import json
from html import escape

import yaml
from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from .notebooks import DECLARED, facts
from .places import LEDGER, chapters, ledger_entries
from .strip import png, small


class Thread(SphinxDirective):
    """A list of chapters, each with its title, its question and the formula it reaches."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        written = chapters(self.env)
        planned = yaml.safe_load("\n".join(self.content))
        thread = nodes.enumerated_list(classes=["thread"], enumtype="arabic")
        for number, chapter in enumerate(planned, 1):
            thread += self.item(number, chapter, written.get(number))
        return [thread]

    def item(self, number: int, chapter: dict, docname: str | None) -> nodes.list_item:
        """One chapter; without a page it is only named."""
        heading = nodes.paragraph(classes=["thread-title"])
        heading += nodes.inline("", f"{number}", classes=["thread-number"])
        heading += nodes.Text(" ")
        heading += self.link(docname, chapter["title"])
        question = nodes.paragraph("", "", nodes.emphasis("", chapter["question"]))
        formula = nodes.paragraph("", "", self.reached(chapter))
        question["classes"].append("thread-question")
        formula["classes"].append("thread-formula")
        written = "is-written" if docname else "is-planned"
        return nodes.list_item("", heading, question, formula, classes=[written])

    def reached(self, chapter: dict) -> nodes.Node:
        """What the chapter reaches: a formula, or the drawing of the strip."""
        if "formula" in chapter:
            return nodes.math("", chapter["formula"])
        alt = escape(chapter["drawing"])
        image = f'<img class="thread-drawing dark-light" src="{png(small())}" alt="{alt}">'
        return nodes.raw("", image, format="html")

    def link(self, docname: str | None, title: str) -> nodes.Node:
        """A reference to a chapter by its own title, or the planned title."""
        if docname is None:
            return nodes.Text(title)
        target = addnodes.pending_xref(
            "",
            refdomain="std",
            reftype="doc",
            reftarget=f"/{docname}",
            refexplicit=False,
            refdoc=self.env.docname,
            refwarn=True,
        )
        target += nodes.inline("", title)
        return target


class Promises(SphinxDirective):
    """Promises, each with the figure that was counted for it; a figure of nothing is left out."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        figures = self.figures()
        html = "".join(
            promise_html(figures.get(promise.get("figure")), promise)
            for promise in yaml.safe_load("\n".join(self.content))
        )
        return [nodes.raw("", f'<ul class="promises wide">{html}</ul>', format="html")]

    def figures(self) -> dict[str, int]:
        """What the ledger and the notebooks hold."""
        self.env.note_dependency(str(LEDGER))
        entries = ledger_entries()
        stored = [self.stored(docname) for docname in chapters(self.env).values()]
        return {
            "equations": sum(entry["grade"] not in DECLARED for entry in entries),
            "refused": sum(entry["refused"] for entry in entries),
            "moving": sum(facts(notebook)["moving"] for notebook in stored),
            "chapters": len(stored),
        }

    def stored(self, docname: str) -> dict:
        """A chapter's notebook as it is on disk."""
        path = self.env.doc2path(docname)
        self.env.note_dependency(path)
        with open(path, encoding="utf-8") as file:
            return json.load(file)


def promise_html(figure: int | None, promise: dict) -> str:
    """One promise as a list item."""
    number = f'<span class="promise-figure">{figure}</span> ' if figure else ""
    unit = f'<span class="promise-unit">{escape(promise["unit"])}</span>' if figure else ""
    return (
        f'<li><p class="promise-count">{number}{unit}</p>'
        f"<p><b>{escape(promise['lead'])}</b> {escape(promise['text'])}</p></li>"
    )


def setup(app):
    app.add_directive("thread", Thread)
    app.add_directive("promises", Promises)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
