"""Two derivations beside each other: two roads to one line, or two views of one thing."""

from __future__ import annotations

from html import escape

from ..ledger import MIME
from ..verdict import DerivationError
from .html import derivation_html
from .markdown import derivation_markdown
from .pieces import prose
from .show import in_colab


class SideBySide:
    """Two closed derivations in one output, beside each other where there is room for both.

    `titles` stand above them. Where there is none, or no style sheet, the left one comes first.
    DerivationError if one of them is still open, or if they are one and the same.
    """

    def __init__(self, left, right, *, titles: tuple[str, str] = ("", "")) -> None:
        for part in (left, right):
            if not part.closed:
                raise DerivationError(f"{part.title!r} is still open: qed() comes first")
        if left.label == right.label:
            raise DerivationError(f"{left.label!r} beside itself")
        self.left, self.right, self.titles = left, right, tuple(titles)
        self.entries = tuple(dict.fromkeys((*left.entries, *right.entries)))

    @property
    def parts(self) -> tuple:
        """Each derivation with the title above it."""
        return tuple(zip(self.titles, (self.left, self.right), strict=True))

    def __repr__(self) -> str:
        return "\n\n".join("\n".join(filter(None, (title, d.text()))) for title, d in self.parts)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        bundle = {"text/plain": repr(self), MIME: [entry.as_json() for entry in self.entries]}
        if in_colab():
            return bundle | {"text/markdown": beside_markdown(self)}
        return bundle | {"text/html": beside_html(self)}


def beside_html(pair: SideBySide) -> str:
    """Both chains as static HTML; a style sheet may set them beside each other."""
    return f'<div class="dv-beside">{"".join(_view(*part) for part in pair.parts)}</div>'


def beside_markdown(pair: SideBySide) -> str:
    """Both chains as Markdown, one below the other."""
    parts = ((f"**{title}**" if title else "", derivation_markdown(d)) for title, d in pair.parts)
    return "\n\n".join(text for part in parts for text in part if text)


def _view(title: str, derivation) -> str:
    ident = f"{escape(derivation.label)}-view"
    named = f' aria-labelledby="{ident}"' if title else ""
    head = f'<p class="dv-view" id="{ident}">{prose(title)}</p>' if title else ""
    return f"<section{named}>{head}{derivation_html(derivation)}</section>"
