r"""One-token typos of a TeX string that can still be read.

The displayed string is what is decided, so a slip of the pen that makes it false must be refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..tree.node import Term
from ..verdict import DerivationError
from .notation import Notation
from .tokens import Token, tokenize

_ALIKE = {
    **{"+": "-", "-": "+", r"\log": r"\exp", r"\exp": r"\log", r"\sum": r"\prod"},
    **{r"\min": r"\max", r"\max": r"\min"},
}
_INSERTED = ("2", "-")
_GREEK = "alpha|beta|gamma|theta|mu|sigma|pi|eta|lambda|varepsilon"


@dataclass(frozen=True)
class Typo:
    """A TeX string with one token wrong, the slip in words, and what the string now means."""

    what: str
    tex: str
    term: Term


def typos(tex: str, notation: Notation) -> tuple[Typo, ...]:
    """Every one-token typo that still reads, and means something else. Deterministic."""
    original = notation.read(tex)
    found: dict[Term, Typo] = {}
    for what, changed in _changed(tex):
        try:
            term = notation.read(changed)
        except DerivationError:
            continue
        if term != original:
            found.setdefault(term, Typo(what, changed, term))
    return tuple(found.values())


def _changed(tex: str) -> Iterator[tuple[str, str]]:
    tokens = tokenize(tex)[:-1]
    names = sorted({token.text for token in tokens if _is_name(token)})
    for token in tokens:
        before, after = tex[: token.start], tex[token.end :]
        yield f"{token.text} left out", f"{before} {after}"
        for other in _replacements(token, names):
            yield f"{other} for {token.text}", f"{before} {other} {after}"
        for extra in _INSERTED:
            yield f"{extra} before {token.text}", f"{before} {extra} {tex[token.start :]}"


def _replacements(token: Token, names: list[str]) -> list[str]:
    if token.text.isdigit():
        value = int(token.text)
        return [str(value + 1), *([str(value - 1)] if value else [])]
    if token.text in _ALIKE:
        return [_ALIKE[token.text]]
    return [name for name in names if name != token.text] if _is_name(token) else []


def _is_name(token: Token) -> bool:
    return re.fullmatch(rf"[A-Za-z]|\\({_GREEK})", token.text) is not None
