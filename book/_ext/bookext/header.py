"""The chapter's header: its question, and what it costs and holds.

An italic paragraph right below the title is the chapter's question. Minutes are computed from the
words, the other facts from the notebook's metadata and stored outputs.
"""

from __future__ import annotations

import json
from html import escape

from docutils import nodes

WORDS_A_MINUTE = 180
MINUTES_AN_EQUATION = 0.5


def question(document: nodes.document) -> nodes.paragraph | None:
    """The italic paragraph right below the title, if there is one."""
    title = next(iter(document.findall(nodes.title)), None)
    if title is None:
        return None
    following = title.next_node(descend=False, siblings=True)
    italic = isinstance(following, nodes.paragraph) and [
        child for child in following.children if child.astext().strip()
    ]
    return following if italic and all(isinstance(c, nodes.emphasis) for c in italic) else None


def minutes(document: nodes.document, equations: int) -> int:
    """Minutes to read the prose and to think about the equations."""
    words = sum(len(text.astext().split()) for text in document.findall(nodes.paragraph))
    return max(1, round(words / WORDS_A_MINUTE + equations * MINUTES_AN_EQUATION))


def fact_list(facts: dict, reading: int) -> str:
    """The facts as an HTML list; what is not known is left out."""
    seconds, equations = facts.get("seconds"), facts.get("equations", 0)
    refused, moving = facts.get("refused", 0), facts.get("moving", 0)
    rows = [
        (reading, "min to read", True),
        (seconds, "s to run", bool(seconds)),
        (equations, "equation decided" if equations == 1 else "equations decided", equations),
        (refused, "mistake refused" if refused == 1 else "mistakes refused", refused),
        (moving, "figure to move" if moving == 1 else "figures to move", moving),
    ]
    items = "".join(f"<li><b>{n}</b> {escape(words)}</li>" for n, words, known in rows if known)
    return f'<ul class="ch-facts">{items}</ul>'


def on_doctree_read(app, document: nodes.document) -> None:
    """Mark the question and put the facts below it."""
    paragraph = question(document)
    if paragraph is None:
        return
    paragraph["classes"].append("ch-question")
    facts = app.env.metadata[app.env.docname].get("book")
    if facts:
        facts = json.loads(facts) if isinstance(facts, str) else facts
        html = fact_list(facts, minutes(document, facts.get("equations", 0)))
        section = paragraph.parent
        section.insert(section.index(paragraph) + 1, nodes.raw("", html, format="html"))


def setup(app):
    app.connect("doctree-read", on_doctree_read, priority=900)  # after the metadata are there
    return {"parallel_read_safe": True, "parallel_write_safe": True}
