"""Bold terms and the glossary.

Bold words in a chapter that are no label (a label ends in a stop or a number) define a term. Its
first place in the book gets an id, and the glossary's entry of the same name links back to it.
"""

from __future__ import annotations

import re

from docutils import nodes
from docutils.nodes import make_id

from .places import chapter_number

GLOSSARY = "book/glossary"
BOLD = re.compile(r"(?<!\*)\*\*([^*]+)\*\*(?!\*)")
LABEL = re.compile(r".*[.:?!]\s*$|(Figure|Table|Exercise) \d+\.\d+")


def normal(term: str) -> str:
    """A term without case, plural and spacing: what two spellings have in common."""
    words = re.sub(r"\s+", " ", term).strip().lower()
    words = words.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return words[:-1] if words.endswith("s") and not words.endswith(("ss", "us", "is")) else words


def is_term(words: str) -> bool:
    """Whether bold words define something; a stop or a number at their end makes a label."""
    return bool(words.strip()) and not LABEL.fullmatch(words)


def terms_of(markdown: str) -> list[str]:
    """The terms that a piece of a chapter defines, in order."""
    return [words for words in BOLD.findall(markdown) if is_term(words)]


def anchor(term: str) -> str:
    """The id of a term's definition."""
    return make_id(f"term-{normal(term)}")


def on_doctree_read(app, document: nodes.document) -> None:
    """Give each term of a chapter an id at its first place on the page."""
    places = app.env.term_places = getattr(app.env, "term_places", {})
    docname = app.env.docname
    if chapter_number(docname) is None:
        return
    for strong in document.findall(nodes.strong):
        words = strong.astext()
        if not is_term(words) or strong["classes"]:
            continue
        strong["classes"].append("term")
        if docname not in places.setdefault(normal(words), []):
            places[normal(words)].append(docname)
            strong["ids"].append(anchor(words))


def forget(app, env, docname: str) -> None:
    """Drop what a page said before it is read again."""
    env.term_places = {
        term: [place for place in places if place != docname]
        for term, places in getattr(env, "term_places", {}).items()
    }


def merge(app, env, docnames, other) -> None:
    """Add what another process read."""
    for term, places in getattr(other, "term_places", {}).items():
        known = env.term_places.setdefault(term, [])
        known += [place for place in places if place in docnames and place not in known]


def link_back(app, doctree: nodes.document, docname: str) -> None:
    """After each entry of the glossary, the chapter that defines the term."""
    if docname != GLOSSARY:
        return
    places = getattr(app.env, "term_places", {})
    for item in doctree.findall(nodes.definition_list_item):
        term, definition = item[0], item[-1]
        chapters = sorted(places.get(normal(term.astext()), []))
        if not chapters:
            continue
        uri = app.builder.get_relative_uri(docname, chapters[0])
        link = nodes.reference(
            "",
            f"Chapter {chapter_number(chapters[0])}",
            internal=True,
            refuri=f"{uri}#{anchor(term.astext())}",
            classes=["term-place"],
        )
        definition[-1] += [nodes.Text(" "), link]


def setup(app):
    app.connect("doctree-read", on_doctree_read, priority=700)  # after boxes and captions
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("doctree-resolved", link_back)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
