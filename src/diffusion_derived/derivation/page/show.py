"""How a derivation shows itself: HTML in the book and JupyterLab, Markdown in Colab, else text."""

from __future__ import annotations

import sys

from ..grades import GRADES
from ..ledger import MIME
from .html import derivation_html
from .markdown import derivation_markdown


def in_colab() -> bool:
    """Colab typesets Markdown, but shows HTML in a frame where TeX stays raw."""
    return "google.colab" in sys.modules


class Shown:
    """Gives a derivation its representations. No time is in them: notebooks are compared."""

    def text(self) -> str:
        """One line of text per displayed line."""
        rows = [
            f"  {line.relation or ' '} {line.tex}    "
            + (f"[{GRADES[line.grade].word}: {line.because}]" if line.relation else "")
            for line in self.lines
        ]
        return "\n".join([self.title, *(row.rstrip() for row in rows)])

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        bundle = {"text/plain": self.text(), MIME: [entry.as_json() for entry in self.entries]}
        if in_colab():
            return bundle | {"text/markdown": derivation_markdown(self)}
        return bundle | {"text/html": derivation_html(self)}
