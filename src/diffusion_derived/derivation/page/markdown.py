"""A derivation as plain Markdown, for Colab and GitHub, where TeX within HTML is not typeset."""

from __future__ import annotations

from ..grades import GRADES, badge, reach
from .pieces import distance, negated, point


def derivation_markdown(derivation) -> str:
    """The chain as one aligned display, then a numbered list of reasons, refusals and supports."""
    parts = [
        f"**Derivation: {derivation.title}**",
        f"{badge(derivation.grade)} {reach(derivation.grade, derivation.scope)}".rstrip() + ".",
        _display(derivation.lines),
        "\n".join(f"{n}. {_reason(line)}" for n, line in enumerate(derivation.lines[1:], 1)),
        _rests(derivation),
    ]
    return "\n\n".join(part for part in parts if part)


def refusal_markdown(refusal) -> str:
    """Why a wrong variant was refused, with its counterexample."""
    return f"Refused: {refusal.name}. {_witness(refusal.witness)}"


def _display(lines) -> str:
    """The lines below each other, aligned at the relation and numbered like the reasons."""
    rows = [rf"{_relation(line.relation)} {line.tex}" for line in lines]
    numbered = [rows[0], *(rf"{row} &&\text{{({n})}}" for n, row in enumerate(rows[1:], 1))]
    body = " \\\\\n".join(numbered)
    return f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$"


def _relation(relation: str) -> str:
    """The relation at its place in the alignment, or a word that stands for one."""
    return rf"\text{{{relation}}}\quad &" if relation.isalpha() else f"&{relation}"


def _reason(line) -> str:
    ran = ", rule run" if line.ran else ""
    because = f": {line.because}" if line.because else ""
    note = f"; {line.note}" if line.note else ""
    refused = "".join(
        f"\n   - ${negated(line.relation)} {refusal.tex}$ {refusal_markdown(refusal)}"
        for refusal in line.refused
    )
    return f"{GRADES[line.grade].word.capitalize()}{ran}{because}{note}.{refused}"


def _witness(witness) -> str:
    if witness is None:
        return "Excluded by the interval of this check."
    apart = f"two sides differ by {distance(witness)}."
    places = ", ".join(f"${name} = {value}$" for name, value in point(witness))
    return f"Counterexample: at {places} the {apart}" if places else f"The {apart}"


def _rests(derivation) -> str:
    items = [
        f"- {GRADES[note.grade].word}: ${note.tex}$ {note.because}".rstrip()
        for note in derivation.notes
    ]
    own = {note.label for note in derivation.notes}
    earlier = [f"`{label}`" for label in derivation.rests_on if label not in own]
    if earlier:
        items.append(f"- decided before: {', '.join(earlier)}")
    return "\n".join(["Rests on", "", *items]) if items else ""
