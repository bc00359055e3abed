"""The list of references, from `references.bib`, each with the chapters that cite it.

A chapter cites with a plain link, `[Bayes (1763)](../book/references.md#bayes1763)`, which works in
JupyterLab, too. A key that is not in the file is a warning, and so stops the build.
"""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes
from pybtex.database import Entry, parse_file
from sphinx.addnodes import pending_xref
from sphinx.util.docutils import SphinxDirective

from .places import ROOT, chapter_number

PAGE = "book/references"
BIB = ROOT / "book" / "references.bib"


def works(path: Path = BIB) -> dict[str, Entry]:
    """The entries of a .bib file by key, in the order of author and year."""
    entries = parse_file(str(path), bib_format="bibtex").entries

    def order(item):
        return (plain(str(item[1].persons["author"][0].last_names[0])), item[1].fields["year"])

    return dict(sorted(entries.items(), key=order))


def plain(text: str) -> str:
    """A field's text without its braces, with its dashes."""
    return re.sub(r"[{}]", "", text).replace("--", "\N{EN DASH}")


def authors(entry: Entry) -> str:
    """Names as 'D. Kahneman and A. Tversky'."""
    names = []
    for person in entry.persons["author"]:
        initials = " ".join(f"{name[0]}." for name in person.first_names + person.middle_names)
        names.append(f"{initials} {' '.join(person.last_names)}")
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def source(entry: Entry) -> str:
    """Where a work appeared."""
    field = {name: plain(text) for name, text in entry.fields.items()}
    number = f"({field['number']})" if "number" in field else ""
    volume = f" {field['volume']}{number}" if "volume" in field else ""
    pages = f": {field['pages']}" if "pages" in field else ""
    edition = f"{field['edition']} edition" if "edition" in field else ""
    if "institution" in field:
        return f"{field['institution']}, report {field['number']}"
    place = field.get("journal") or field.get("booktitle") or field.get("publisher", "")
    return ", ".join(filter(None, [edition, f"{place}{volume}{pages}"]))


def link(entry: Entry) -> nodes.reference | None:
    """The work's permanent address."""
    if "doi" in entry.fields:
        doi = entry.fields["doi"]
        return nodes.reference("", f"doi:{doi}", refuri=f"https://doi.org/{doi}")
    if "eprint" in entry.fields:
        number = entry.fields["eprint"]
        return nodes.reference("", f"arXiv:{number}", refuri=f"https://arxiv.org/abs/{number}")
    return None


def item(key: str, entry: Entry) -> nodes.list_item:
    """One work."""
    title = nodes.emphasis("", plain(entry.fields["title"]))
    lead = f"{authors(entry)} ({entry.fields['year']}). "
    line = nodes.paragraph("", "", nodes.Text(lead), title, nodes.Text("."))
    appeared = source(entry)
    line += nodes.Text(f" {appeared}." if appeared else "")
    address = link(entry)
    if address is not None:
        line += [nodes.Text(" "), address, nodes.Text(".")]
    if "note" in entry.fields:
        line += nodes.Text(f" {plain(entry.fields['note'])}.")
    return nodes.list_item("", line, ids=[key])


class References(SphinxDirective):
    """`{references}`: the list."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(BIB))
        rows = [item(key, work) for key, work in works().items()]
        return [nodes.bullet_list("", *rows, classes=["references"])]


def on_doctree_read(app, document: nodes.document) -> None:
    """Let links find the works, and remember which chapter links to which."""
    if app.env.docname == PAGE:
        slugs = app.env.metadata[PAGE].setdefault("myst_slugs", {})
        slugs.update({key: (0, key, plain(work.fields["title"])) for key, work in works().items()})
    cited = app.env.cited_works = getattr(app.env, "cited_works", {})
    cited[app.env.docname] = sorted(
        {
            node["reftargetid"]
            for node in document.findall(pending_xref)
            if node.get("reftarget") == PAGE and node.get("reftargetid")
        }
    )


def name_chapters(app, doctree: nodes.document, docname: str) -> None:
    """Behind each work, the chapters that cite it."""
    if docname != PAGE:
        return
    cited = getattr(app.env, "cited_works", {})
    for row in doctree.findall(nodes.list_item):
        for chapter in sorted(filter(chapter_number, cited)):
            if row["ids"] and row["ids"][0] in cited[chapter]:
                uri = app.builder.get_relative_uri(docname, chapter)
                name = f"Chapter\N{NO-BREAK SPACE}{chapter_number(chapter)}"
                chapter_link = nodes.reference("", name, internal=True, refuri=uri)
                chapter_link["classes"].append("term-place")
                row[0] += [nodes.Text(" "), chapter_link]


def setup(app):
    app.add_directive("references", References)
    app.connect("doctree-read", on_doctree_read)
    app.connect("doctree-resolved", name_chapters)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
