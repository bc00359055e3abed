"""The ledger's page: every labelled equation, how strongly it was decided, and what it rests on.

Computed from the library's `ledger.json`, which is collected from the notebooks' stored outputs.
"""

from __future__ import annotations

from collections import Counter
from html import escape

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from diffusion_derived.derivation.grades import CHECKED, ORDER
from diffusion_derived.derivation.page.pieces import grade_html, maths, prose, scope_html

from .arcs import Row, picture, rows
from .derivations import REFERENCE
from .places import LEDGER, chapters, equation_number, equation_uri, ledger_entries

UNNUMBERED = 10**6  # behind what the chapter shows


class ledger(nodes.General, nodes.Element):
    """Stands for the whole page until numbers and addresses are known."""


class Ledger(SphinxDirective):
    """`{ledger}`: the totals, the picture and the table."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(LEDGER))
        return [ledger(docname=self.env.docname)]


def name(entry: dict, entries: list[dict]) -> str:
    """What an equation is called: by its source, by its derivation, or by a line of that."""
    if entry["grade"] not in CHECKED:
        return entry["because"][0] if entry["because"] else entry["title"]
    last = [other for other in entries if other["title"] == entry["title"]][-1]
    on_the_way = entry is not last and entry["because"]
    return f"{entry['title']}: {entry['because'][-1]}" if on_the_way else entry["title"]


class Writer:
    """Writes one page's worth of HTML; knows how a label is linked and numbered from there."""

    def __init__(self, builder, docname: str, entries: list[dict]) -> None:
        self.builder, self.docname = builder, docname
        self.entries = sorted(entries, key=self.place)
        self.names = {entry["label"]: name(entry, entries) for entry in entries}

    def place(self, entry: dict) -> tuple[int, ...]:
        """Chapter and number, so that the page runs in the order of the book."""
        number = equation_number(self.builder.env, entry["label"])
        chapter = int(entry["chapter"]) if entry["chapter"].isdigit() else 0
        return tuple(map(int, number.split("."))) if number else (chapter, UNNUMBERED)

    def link(self, label: str) -> str:
        """A link to an equation by its number; its label, plain, if no page shows it."""
        uri = equation_uri(self.builder, label, self.docname)
        number = equation_number(self.builder.env, label)
        text = f"({number})" if number else label
        return f'<a href="{uri}">{escape(text)}</a>' if uri else f"<span>{escape(text)}</span>"

    def chapter(self, number: str) -> str:
        """A chapter's number and title, linked if the book has it."""
        env = self.builder.env
        docname = chapters(env).get(int(number)) if number.isdigit() else None
        if docname is None:
            return f"Chapter {escape(number)}"
        uri = self.builder.get_relative_uri(self.docname, docname)
        title = escape(env.titles[docname].astext())
        return f'Chapter {int(number)}: <a href="{uri}">{title}</a>'

    def page(self) -> str:
        """Totals, picture and table."""
        if not self.entries:
            return "<p>No chapter has entered an equation yet.</p>"
        html = self.totals() + self.graph() + self.table()
        return REFERENCE.sub(lambda found: self.link(found[1]), html)

    def totals(self) -> str:
        """How many equations, by grade, and how many wrong variants were refused."""
        counts = Counter(entry["grade"] for entry in self.entries)
        decided = sum(counts[grade] for grade in CHECKED)
        refused = sum(entry["refused"] for entry in self.entries)
        steps = sum(len(entry["because"]) for entry in self.entries if entry["grade"] in CHECKED)
        ran = sum(entry["ran"] for entry in self.entries)
        figures = [
            (decided, "equations decided"),
            (refused, "wrong variants refused"),
            (steps, "steps"),
            (ran, "of them by a rule that was itself run"),
        ]
        big = "".join(f"<div><dt>{words}</dt><dd>{n}</dd></div>" for n, words in figures)
        grades = "".join(
            f"<li>{grade_html(grade)} {counts[grade]}</li>"
            for grade in reversed(ORDER)
            if counts[grade]
        )
        return f'<dl class="lg-totals">{big}</dl><ul class="lg-grades">{grades}</ul>'

    def graph(self) -> str:
        """The arc diagram with the equations' names beside it."""
        found = rows(self.entries)
        words = "".join(self.graph_row(n, row) for n, row in enumerate(found))
        return (
            '<figure class="lg-graph tex2jax_process mathjax_process wide">'
            f'<div class="lg-drawn">{picture(found)}<ol>{words}</ol></div>'
            "<figcaption>Each arc joins an equation to one that it rests on. Dark arcs cross from "
            "one chapter to another.</figcaption></figure>"
        )

    def graph_row(self, number: int, row: Row) -> str:
        """The words of one row."""
        if not row.label:
            return f'<li class="lg-name">{self.chapter(row.chapter)}</li>'
        words = prose(self.names[row.label])
        return f'<li data-row="{number}">{self.link(row.label)} {words}</li>'

    def table(self) -> str:
        """One row an equation, grouped by chapter."""
        heads = ("Equation", "Statement and reasons", "Grade", "Refused", "Rests on")
        head = "".join(f'<th scope="col">{words}</th>' for words in heads)
        columns = "<col>" * len(heads)
        body, last = [], None
        for entry in self.entries:
            if entry["chapter"] != last:
                last = entry["chapter"]
                body.append(
                    f'<tr class="lg-name"><th colspan="5" scope="rowgroup">'
                    f"{self.chapter(last)}</th></tr>"
                )
            body.append(self.row(entry))
        return (
            '<div class="lg-table wide tex2jax_process mathjax_process"><table class="table">'
            f"<colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
        )

    def row(self, entry: dict) -> str:
        """One equation: number, statement with its reasons, grade, refusals, supports."""
        supports = ", ".join(map(self.link, entry["rests_on"]))
        reasons = "; ".join(prose(reason) for reason in entry["because"] if reason)
        reasons = f"{reasons}." if reasons and entry["grade"] in CHECKED else ""
        ran = f" {entry['ran']} of {len(entry['because'])} by rule." if entry["ran"] else ""
        method = f" Method: {escape(entry['method'])}." if entry["method"] else ""
        scope = f'<span class="lg-scope">{scope_html(entry["scope"])}</span>'
        return (
            f'<tr id="ledger-{escape(entry["label"])}"><td>{self.link(entry["label"])}'
            f"<code>{escape(entry['label'])}</code></td>"
            f'<td><p class="lg-title">{prose(self.names[entry["label"]])}</p>'
            f'<p class="lg-tex">{maths(entry["tex"])}</p>'
            f'<p class="lg-why">{reasons}{ran}{method}</p></td>'
            f"<td>{grade_html(entry['grade'])}{scope}</td>"
            f'<td data-head="Refused">{entry["refused"] or ""}</td>'
            f'<td data-head="Rests on">{supports}</td></tr>'
        )


def visit_ledger(translator, node: ledger) -> None:
    """Write the page."""
    entries = ledger_entries()
    translator.body.append(Writer(translator.builder, node["docname"], entries).page())
    raise nodes.SkipNode


def skip(translator, node) -> None:
    """Formats other than HTML do without."""
    raise nodes.SkipNode


def on_doctree_read(app, document: nodes.document) -> None:
    """Make sure that the page's TeX is typeset."""
    if any(document.findall(ledger)):
        app.env.get_domain("math").data["has_equations"][app.env.docname] = True


def setup(app):
    app.add_node(ledger, html=(visit_ledger, None), latex=(skip, None), text=(skip, None))
    app.add_directive("ledger", Ledger)
    app.connect("doctree-read", on_doctree_read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
