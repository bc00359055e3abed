"""One drawn mark per grade. Filled: decided. Half: decided for a family. Open: not decided here."""

from __future__ import annotations

from ..grades import GRADES

_SQUARE = '<rect x="1" y="1" width="10" height="10" fill="none" stroke="currentColor"{}/>'
_SHAPES = {
    "assumption": _SQUARE.format(' stroke-width="1.3" stroke-dasharray="2.2 1.8"'),
    "cited": _SQUARE.format(' stroke-width="1.3"'),
    "definition": '<path d="M1.5 4.2h9M1.5 7.8h9" stroke="currentColor" stroke-width="1.5"/>',
    "montecarlo": _SQUARE.format(' stroke-width="1.3"')
    + '<g fill="currentColor"><circle cx="4" cy="4" r="1"/><circle cx="8" cy="5" r="1"/>'
    '<circle cx="5" cy="8" r="1"/></g>',
    "numeric": _SQUARE.format(' stroke-width="1.3"')
    + '<circle cx="6" cy="6" r="1.7" fill="currentColor"/>',
    "approx": _SQUARE.format(' stroke-width="1.3"')
    + '<path d="M3 7c1.5-3 3 2 6-2" fill="none" stroke="currentColor" stroke-width="1.3"/>',
    "bound": _SQUARE.format(' stroke-width="1.3"') + '<path d="M1 6h10v5H1z" fill="currentColor"/>',
    "family": _SQUARE.format(' stroke-width="1.3"') + '<path d="M1 1v10h10z" fill="currentColor"/>',
    "induction": '<path d="M.5 11.5V7.8h3.7V4.1h3.6V.5h3.7v11z" fill="currentColor"/>',
    "proof": '<rect x=".5" y=".5" width="11" height="11" fill="currentColor"/>',
}
RULE_RAN = (
    '<svg class="dv-mark" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true"'
    ' focusable="false"><path d="M2 1.2l8.4 4.8L2 10.8z" fill="none" stroke="currentColor"'
    ' stroke-width="1.3" stroke-linejoin="round"/></svg>'
)
"""Stands where a reason was itself run as a rule on the line above."""


def shape(grade: str) -> str:
    """The mark of a grade as SVG content on a 12 by 12 ground."""
    if grade not in _SHAPES:
        raise ValueError(f"grade: expected one of {', '.join(GRADES)}, got {grade!r}")
    return _SHAPES[grade]


def mark(grade: str) -> str:
    """The mark of a grade as a small inline SVG. A word must stand beside it: it is hidden from
    screen readers."""
    return (
        '<svg class="dv-mark" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true"'
        f' focusable="false">{shape(grade)}</svg>'
    )
