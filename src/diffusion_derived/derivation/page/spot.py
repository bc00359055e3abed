"""Spot the error: a line of a derivation among its refused variants, the verdicts folded."""

from __future__ import annotations

import hashlib
from itertools import repeat
from string import ascii_lowercase as LETTERS

from .markdown import refusal_markdown
from .pieces import CLASSES, grade_html, maths, sentence, witness_html


class SpotTheError:
    """The question as an object that shows itself: HTML in the book and JupyterLab, Markdown else.

    `line` counts from 1, the first line below the start; without it the line with the most refused
    variants is taken. The order depends only on the label and the TeX. ValueError if there is no
    such line, or if nothing was refused there.
    """

    def __init__(self, derivation, line: int | None = None) -> None:
        self.derivation = derivation
        self.index = _line_index(derivation, line)
        self.choices = _shuffled(derivation, self.index)

    @property
    def above(self):
        """The line from which one of the choices follows."""
        return self.derivation.lines[self.index - 1]

    @property
    def true(self):
        """The line of the derivation."""
        return self.derivation.lines[self.index]

    @property
    def question(self) -> str:
        """What is asked; exactly one of the choices is true."""
        if len(self.choices) == 2:
            return "Which of these two lines is wrong?"
        return f"Only one of these {len(self.choices)} lines is true. Which?"

    def __repr__(self) -> str:
        shown = [f"  {self.true.relation} {choice.tex}" for choice in self.choices]
        return "\n".join([f"Spot the error. {self.question}", f"  {self.above.tex}", *shown])

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {
            "text/plain": repr(self),
            "text/html": spot_the_error_html(self),
            "text/markdown": spot_the_error_markdown(self),
        }


def spot_the_error_html(spot: SpotTheError) -> str:
    """The question as static HTML: each line folds out to say whether it is true, and why not."""
    label = f"{spot.derivation.label}-spot-{spot.index}"
    items = "".join(map(_choice_html, repeat(spot), LETTERS, spot.choices))
    return (
        f'<div class="sp {CLASSES}" id="{label}" role="group" aria-labelledby="{label}-title">'
        f'<p class="sp-title" id="{label}-title"><span class="sp-kind">Spot the error</span> '
        f"{spot.question}</p>"
        f'<p class="sp-from">The line above is {maths(spot.above.tex)}</p>'
        f'<ol class="sp-lines">{items}</ol></div>'
    )


def spot_the_error_markdown(spot: SpotTheError) -> str:
    """The question as Markdown, with the answers in a fold."""
    relation = spot.true.relation
    lettered = list(zip(LETTERS, spot.choices, strict=False))
    lines = [f"- ({letter}) ${relation} {choice.tex}$" for letter, choice in lettered]
    answers = [f"- ({letter}) {_answer(spot, choice)}" for letter, choice in lettered]
    return "\n\n".join(
        [
            f"**Spot the error.** {spot.question}",
            f"The line above is ${spot.above.tex}$",
            "\n".join(lines),
            "<details><summary>Answer</summary>",
            "\n".join(answers),
            "</details>",
        ]
    )


def _line_index(derivation, line: int | None) -> int:
    refused = [len(each.refused) for each in derivation.lines]
    index = max(range(len(refused)), key=refused.__getitem__) if line is None else line
    if not 1 <= index < len(refused) or not refused[index]:
        usable = [number for number, count in enumerate(refused) if count]
        raise ValueError(
            f"line: expected a line of {derivation.title!r} with refused variants, "
            f"one of {usable}, got {line!r}"
        )
    return index


def _shuffled(derivation, index: int) -> list:
    def key(choice) -> str:
        return hashlib.sha256(f"{derivation.label} {index} {choice.tex}".encode()).hexdigest()

    line = derivation.lines[index]
    return sorted([line, *line.refused], key=key)


def _choice_html(spot: SpotTheError, letter: str, choice) -> str:
    if choice is spot.true:
        word, why = "True", f"{sentence(choice.because)} {grade_html(choice.grade)}"
    else:
        word, why = "Refused", f"{sentence(choice.name)} {witness_html(choice.witness)}"
    line = maths(f"{{}}{spot.true.relation} {choice.tex}")
    summary = f'<summary><span class="sp-letter">({letter})</span> {line}</summary>'
    verdict = f'<p data-verdict="{word.lower()}"><span class="sp-word">{word}:</span> {why}</p>'
    return f'<li><details class="sp-line">{summary}{verdict}</details></li>'


def _answer(spot: SpotTheError, choice) -> str:
    return f"True: {choice.because}." if choice is spot.true else refusal_markdown(choice)
