"""Numbers and links of labelled derivations.

A derivation leaves an empty slot for each of its labels. Here an equation that no display on the
page shows gets its number in the same sequence, so that `[words](#eq-label)` and `{eq}` find it;
one that is displayed gets a link to its display. Links between derivations become numbers.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.domains.math import MathDomain
from sphinx.transforms.post_transforms import SphinxPostTransform

from .places import equation_anchor, equation_number, equation_uri

SLOT = re.compile(r'<span class="dv-number" data-label="([^"]+)"></span>')
REFERENCE = re.compile(r'<a class="dv-ref" href="#([^"]+)">[^<]*</a>')


class derivation(nodes.General, nodes.Element):
    """A derivation's HTML, in one raw child; its other children carry the numbers."""


class derived_equation(nodes.Invisible, nodes.Element):
    """Takes part in the numbering of equations and shows nothing."""


def on_doctree_read(app, document: nodes.document) -> None:
    """Wrap every derivation and register the labels that the page does not display."""
    domain, docname = app.env.get_domain("math"), app.env.docname
    shown = {node["label"] for node in document.findall(nodes.math_block) if node.get("label")}
    for raw in list(document.findall(nodes.raw)):
        if 'class="dv ' not in raw.astext():
            continue
        domain.data["has_equations"][docname] = True
        wrapper = derivation(docname=docname)
        raw.replace_self(wrapper)
        for label in SLOT.findall(raw.astext()):
            if label not in shown:
                domain.note_equation(docname, label, location=raw)
                wrapper += derived_equation(ids=[equation_anchor(label)])
        wrapper += raw
    slugs = app.env.metadata[docname].setdefault("myst_slugs", {})
    labels = [label for label, (place, _) in domain.equations.items() if place == docname]
    slugs.update({label: (0, equation_anchor(label), "") for label in labels})


def visit_derivation(translator, node: derivation) -> None:
    """Write the HTML with numbers in its slots and numbers for its links."""
    builder, docname = translator.builder, node["docname"]
    own = {child["ids"][0] for child in node.children if isinstance(child, derived_equation)}

    def number(found: re.Match) -> str:
        label, text = found[1], equation_number(builder.env, found[1])
        if not text:
            return ""
        if equation_anchor(label) in own:
            return f'<span class="dv-number" id="{equation_anchor(label)}">({text})</span>'
        return f'<a class="dv-number" href="#{equation_anchor(label)}">({text})</a>'

    def reference(found: re.Match) -> str:
        text = equation_number(builder.env, found[1])
        uri = equation_uri(builder, found[1], docname)
        return f'<a class="dv-ref" href="{uri}">({text})</a>' if text else found[1]

    html = node.children[-1].astext()
    translator.body.append(REFERENCE.sub(reference, SLOT.sub(number, html)))
    raise nodes.SkipNode


def skip(translator, node) -> None:
    """Formats other than HTML leave derivations to the notebook."""
    raise nodes.SkipNode


class EquationLinks(SphinxPostTransform):
    """`[Bayes' rule](#eq-bayes)` reads "Bayes' rule (1.1)" in the book."""

    default_priority = 5  # before the parser's own resolver, which would drop the words

    def run(self, **kwargs) -> None:
        equations = self.env.get_domain("math").equations
        for link in list(self.document.findall(addnodes.pending_xref)):
            label = link.get("reftargetid") or link["reftarget"]
            if link["reftype"] == "myst" and label in equations:
                link.replace_self(self.reference(link, label))

    def reference(self, link: addnodes.pending_xref, label: str) -> nodes.reference:
        """The words of the link and the equation's number, or the number alone."""
        uri = equation_uri(self.app.builder, label, link["refdoc"])
        number = f"({equation_number(self.env, label)})"
        words = link.children if link["refexplicit"] else []
        space = "\N{NO-BREAK SPACE}" if words else ""
        shown = nodes.inline("", f"{space}{number}", classes=["eq-number"])
        return nodes.reference("", "", *words, shown, internal=True, refuri=uri)


def setup(app):
    MathDomain.enumerable_nodes[derived_equation] = ("displaymath", None)
    app.add_node(derivation, html=(visit_derivation, None), latex=(skip, None), text=(skip, None))
    app.add_node(derived_equation, html=(skip, None), latex=(skip, None), text=(skip, None))
    app.connect("doctree-read", on_doctree_read, priority=600)
    app.add_post_transform(EquationLinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
