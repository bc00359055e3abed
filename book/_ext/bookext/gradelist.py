"""`{grades}`: the marks of the grades with their words and meanings, as the library has them."""

from __future__ import annotations

from html import escape

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from diffusion_derived.derivation.grades import GRADES, ORDER
from diffusion_derived.derivation.page.pieces import grade_html


class Grades(SphinxDirective):
    """Strongest first."""

    def run(self) -> list[nodes.Node]:
        rows = "".join(
            f"<dt>{grade_html(name)}</dt><dd>{escape(GRADES[name].meaning)}</dd>"
            for name in reversed(ORDER)
        )
        return [nodes.raw("", f'<dl class="grades">{rows}</dl>', format="html")]


def setup(app):
    app.add_directive("grades", Grades)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
