r"""TeX to tokens. Each token knows its place, so that an error can point at it.

Spaces, thin spaces, `\left`, `\right` and sizes are layout to the reader: they are dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..verdict import TexError

_LAYOUT = r"""
    \s+ | ~ | \\[,;:!\ ]
  | \\(?:quad|qquad|displaystyle|textstyle|limits|nolimits|nobreak)(?![A-Za-z])
  | \\(?:[bB]ig|[bB]igg)[lrm]?(?![A-Za-z])
"""
_PATTERN = re.compile(
    rf"""
    (?P<layout>{_LAYOUT})
  | (?P<eval>\\left\s*\.)
  | (?P<side>\\(?:left|right)(?![A-Za-z]))
  | \\(?P<style>mathbb|mathrm|mathcal|mathsf|operatorname)\s*
        (?:\{{\s*(?P<word>[A-Za-z]+)\s*\}}|(?P<letter>[A-Za-z]))
  | (?P<plain>\\[A-Za-z]+ | \\[\\|{{}}] | \d+(?:\.\d+)? | [A-Za-z] | [-+*/^_=<>()\[\]{{}},;:!|'&])
    """,
    re.VERBOSE,
)
_CLOSING = {"{": "}", "(": ")", "[": "]", r"\{": r"\}"}


@dataclass(frozen=True)
class Token:
    """One piece of TeX in normal form (`\\mathrm{KL}` for `\\mathrm {KL}`), and where it stands."""

    text: str
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        """A numeral such as 10 or 0.07."""
        return self.text[:1].isdigit()


def tex_error(tex: str, start: int, end: int, why: str, expected: str = "") -> TexError:
    """An error that shows the TeX, a caret line under the place, and what was expected."""
    shown = re.sub(r"\s", " ", tex)
    carets = " " * start + "^" * max(1, end - start)
    hope = f"\n   expected {expected}" if expected else ""
    where = f"cannot read this TeX, column {start + 1}: {why}"
    return TexError(f"{where}\n   {shown}\n   {carets}{hope}")


def tokenize(tex: str) -> tuple[Token, ...]:
    """The tokens of a TeX string, closed by an empty token; unbalanced brackets raise TexError."""
    if not isinstance(tex, str):
        raise TexError(f"expected a TeX string, got {type(tex).__name__}: {tex!r}")
    tokens, sides, at = [], [], 0
    while at < len(tex):
        match = _PATTERN.match(tex, at)
        if match is None:
            raise tex_error(tex, at, at + 1, f"the character {tex[at]!r}", "the book's TeX")
        if match["side"]:
            sides.append((match["side"], match.start(), match.end()))
        elif not match["layout"]:
            if match["eval"]:
                sides.append((r"\left", match.start(), match.end()))
            tokens.append(Token(_normal(match), match.start(), match.end()))
        at = match.end()
    _check_sides(tex, sides)
    _check_brackets(tex, tokens)
    return (*tokens, Token("", len(tex), len(tex)))


def text_of(tex: str) -> str:
    """The TeX with its layout removed: two strings that a reader sees alike give the same text."""
    return " ".join(token.text for token in tokenize(tex))


def _normal(match: re.Match) -> str:
    if match["style"]:
        return rf"\{match['style']}{{{match['word'] or match['letter']}}}"
    return r"\left." if match["eval"] else match["plain"]


def _check_sides(tex: str, sides: list[tuple[str, int, int]]) -> None:
    open_at = []
    for side, start, end in sides:
        if side == r"\left":
            open_at.append((start, end))
        elif not open_at:
            raise tex_error(tex, start, end, r"\right without \left", r"\left before it")
        else:
            open_at.pop()
    if open_at:
        raise tex_error(tex, *open_at[-1], r"\left without \right", r"\right after it")


def _check_brackets(tex: str, tokens: list[Token]) -> None:
    stack: list[Token] = []
    for token in tokens:
        if token.text in _CLOSING:
            stack.append(token)
        elif token.text in _CLOSING.values():
            hope = _CLOSING[stack[-1].text] if stack else "an opening bracket before it"
            if not stack or token.text != hope:
                raise tex_error(tex, token.start, token.end, f"unbalanced {token.text}", hope)
            stack.pop()
    if stack:
        last = stack[-1]
        why = f"{last.text} is never closed"
        raise tex_error(tex, last.start, last.end, why, _CLOSING[last.text])
