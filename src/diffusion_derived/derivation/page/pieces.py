r"""The pieces of a derivation's HTML: maths, words with maths in them, grades and counterexamples.

TeX stands between `\(` and `\)`, escaped for HTML, so that MathJax finds it whole.
"""

from __future__ import annotations

import re
from fractions import Fraction
from html import escape

from ..grades import GRADES
from .marks import RULE_RAN, mark

CLASSES = "tex2jax_process mathjax_process"
LONGEST_POINT = 6
_NEGATED = {"=": r"\ne", r"\le": r"\nleq", r"\ge": r"\ngeq", r"\approx": r"\not\approx"}


def maths(tex: str) -> str:
    r"""A TeX string as inline maths in display style."""
    return rf"\(\displaystyle {escape(tex, quote=False)}\)"


def prose(text: str) -> str:
    r"""Words with `$maths$` and equation labels: maths between `\(` and `\)`, labels as links."""
    pieces = re.split(r"\$([^$]+)\$", text)
    return "".join(
        rf"\({escape(piece, quote=False)}\)" if index % 2 else _link_labels(escape(piece))
        for index, piece in enumerate(pieces)
    )


def scope_html(text: str) -> str:
    r"""For what values something holds; sizes of tables such as `|x_1|=2, 3` are maths."""
    if "$" not in text:
        text = re.sub(r"\|[^|]+\|=\d+(?:, \d+)*,?", lambda found: f"${found[0]}$", text)
    return prose(text)


def sentence(text: str) -> str:
    """`prose` that ends in a full stop, unless it ends in a stop of its own."""
    return prose(text) + ("" if text.rstrip().endswith((".", "?", ":")) else ".")


def label_link(label: str) -> str:
    """A link to a labelled equation; the book puts the equation's number in place of the label."""
    return f'<a class="dv-ref" href="#{escape(label)}">{escape(label)}</a>'


def number_slot(label: str | None) -> str:
    """The place where the book writes the number of a labelled equation."""
    return f'<span class="dv-number" data-label="{escape(label)}"></span>' if label else ""


def rule_run() -> str:
    """The mark and the words of a reason that was run as a rule on the line above."""
    return f'<span class="dv-ran">{RULE_RAN}&#160;rule run</span>'


def grade_html(name: str) -> str:
    """The mark and the word of a grade; what the word means is in the title and in the legend."""
    grade = GRADES[name]
    return (
        f'<span class="dv-grade" data-grade="{name}" title="{escape(grade.meaning)}">'
        f"{mark(name)}&#160;{escape(grade.word)}</span>"
    )


def witness_html(witness) -> str:
    """A counterexample in words: where the two sides differ, and by how much."""
    if witness is None:
        return "Excluded by the interval of this check."
    apart = f"two sides differ by {escape(distance(witness))}."
    places = [rf"\({escape(f'{name} = {value}', quote=False)}\)" for name, value in point(witness)]
    if not places:
        return f"The {apart}"
    rest = len(places) - LONGEST_POINT
    if rest <= 1:
        return f"Counterexample: at {', '.join(places)} the {apart}"
    shown = ", ".join(places[:LONGEST_POINT])
    return f"Counterexample: at {shown} and {rest} more values the {apart}"


def point(witness) -> list[tuple[str, str]]:
    """The names and values at which a counterexample stands."""
    return list(witness.point.items() if hasattr(witness.point, "items") else witness.point)


def distance(witness) -> str:
    """How far the sides are apart: a short number as it is, a long one to three figures."""
    number = witness.difference.removeprefix("-")
    try:
        return number if len(number) <= 8 else f"{float(Fraction(number)):.3g}"
    except (ValueError, ZeroDivisionError, OverflowError):
        return number


def negated(relation: str) -> str:
    r"""The relation with a stroke through it: `=` becomes `\ne`."""
    return _NEGATED.get(relation, rf"\not{relation}")


def _link_labels(text: str) -> str:
    return re.sub(r"\beq-[a-z0-9-]*[a-z0-9]", lambda found: label_link(found[0]), text)
