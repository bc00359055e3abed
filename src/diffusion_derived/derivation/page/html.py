"""A derivation as static HTML.

It reads well with no style sheet and no script: marks stand beside words and wrong variants are
folded in `<details>`. It holds no time and no address, so that a notebook can be compared with its
stored output. A ledger label becomes an `id`, and an empty slot waits for the book's number.
"""

from __future__ import annotations

import re
from html import escape

from ..grades import GRADES, ORDER, badge, reach
from .marks import mark
from .pieces import (
    CLASSES,
    grade_html,
    label_link,
    maths,
    negated,
    number_slot,
    prose,
    rule_run,
    scope_html,
    witness_html,
)

NOT_DECIDED = ("assumption", "cited")
WIDEST_LEFT = 16


def derivation_html(derivation) -> str:
    """The chain with grades, reasons, refused variants, what it rests on and a legend."""
    label = escape(derivation.label)
    return (
        f'<div class="dv {CLASSES}" id="{label}" role="group" aria-labelledby="{label}-title"'
        f' data-grade="{derivation.grade}">'
        f'<div class="dv-head">{_title(derivation)}{_badge(derivation)}</div>'
        f'<ol class="dv-chain">{_rows(derivation)}</ol>'
        f"{_rests(derivation)}{_legend(derivation)}</div>"
    )


def _title(derivation) -> str:
    return (
        f'<p class="dv-title" id="{escape(derivation.label)}-title">'
        f'<span class="dv-kind">Derivation</span> {number_slot(derivation.label)} '
        f'<span class="dv-name">{prose(derivation.title)}</span></p>'
    )


def _badge(derivation) -> str:
    word, where = badge(derivation.grade), reach(derivation.grade, derivation.scope)
    given = sum(note.grade in NOT_DECIDED for note in derivation.notes)
    statements = "statement" if given == 1 else "statements"
    footnote = (
        f' <span class="dv-given">given {given} {statements} not decided here</span>'
        if given
        else ""
    )
    return (
        f'<p class="dv-badge">{mark(derivation.grade)}&#160;{word} '
        f'<span class="dv-scope">{scope_html(where)}</span>{footnote}</p>'
    )


def _rows(derivation) -> str:
    """One list item a line. A short first expression shares the row of the line that follows it."""
    first, *rest = derivation.lines
    shared = bool(rest) and not first.because and _width(first.tex) <= WIDEST_LEFT
    lefts = [maths(first.tex) if shared else ""] + [""] * len(rest)
    rows = [] if shared else [_start(derivation.label, first)]
    rows += [
        _row(f"{derivation.label}-line-{index}", left, line)
        for index, (left, line) in enumerate(zip(lefts, rest, strict=False), 1)
    ]
    return "".join(rows)


def _start(label: str, line) -> str:
    because = f'<span class="dv-because">{prose(line.because)}</span>' if line.because else ""
    return (
        f'<li class="dv-line dv-start" id="{escape(label)}-line-0"><div class="dv-row">'
        f'<span class="dv-lhs">{maths(line.tex)}</span> '
        f'<span class="dv-why">{because}</span></div></li>'
    )


def _row(ident: str, left: str, line) -> str:
    left, right = _sides(left, line)
    ran = f" {rule_run()}" if line.ran else ""
    note = f' <span class="dv-note">{prose(line.note)}</span>' if line.note else ""
    refused = "".join(_refused(line.relation, refusal) for refusal in line.refused)
    return (
        f'<li class="dv-line" id="{escape(line.label or ident)}"><div class="dv-row">'
        f'<span class="dv-lhs">{left}</span> '
        f'<span class="dv-rhs">{right}</span> '
        f"{number_slot(line.label)} "
        f'<span class="dv-why"><span class="dv-marks">{grade_html(line.grade)}{ran}'
        f'<span class="dv-colon">:</span></span> '
        f'<span class="dv-because">{prose(line.because)}</span>{note}</span></div>{refused}</li>'
    )


def _sides(left: str, line) -> tuple[str, str]:
    """Both sides of a row. A word in place of a relation (base, step) stands on the left."""
    if line.relation.isalpha():
        return f'<span class="dv-word">{line.relation}</span>', maths(line.tex)
    return left, maths(f"{{}}{line.relation} {line.tex}")


def _refused(relation: str, refusal) -> str:
    return (
        f'<details class="dv-not"><summary>Refused: {prose(refusal.name)}</summary>'
        f'<p class="dv-wrong">{maths(f"{negated(relation)} {refusal.tex}")}</p>'
        f'<p class="dv-witness">{witness_html(refusal.witness)}</p></details>'
    )


def _rests(derivation) -> str:
    items = [_declared(note) for note in derivation.notes]
    own = {note.label for note in derivation.notes}
    earlier = [label_link(label) for label in derivation.rests_on if label not in own]
    if earlier:
        items.append(f"<li>{', '.join(earlier)}</li>")
    return f'<div class="dv-rests"><p>Rests on</p><ul>{"".join(items)}</ul></div>' if items else ""


def _declared(note) -> str:
    ident = f' id="{escape(note.label)}"' if note.label else ""
    return (
        f"<li{ident}>{grade_html(note.grade)} {number_slot(note.label)} {maths(note.tex)} "
        f'<span class="dv-because">{prose(note.because)}</span></li>'
    )


def _legend(derivation) -> str:
    used = {line.grade for line in (*derivation.lines[1:], *derivation.notes)}
    rows = [
        f"<dt>{grade_html(name)}</dt><dd>{escape(GRADES[name].meaning)}</dd>"
        for name in reversed(ORDER)
        if name in used
    ]
    if any(line.ran for line in derivation.lines):
        meaning = "the reason itself was run on the line above and gave this line"
        rows.append(f"<dt>{rule_run()}</dt><dd>{meaning}</dd>")
    return (
        '<details class="dv-legend"><summary>What the marks mean</summary>'
        f"<dl>{''.join(rows)}</dl></details>"
    )


def _width(tex: str) -> int:
    """Roughly how many characters a reader sees: a command counts as one, layout as none."""
    bare = re.sub(r"\\(left|right|displaystyle|[bB]igg?[lr]?)(?![A-Za-z])|\\[,;:! ]", "", tex)
    return len(re.sub(r"[\s{}^_]", "", re.sub(r"\\[A-Za-z]+", "x", bare)))
