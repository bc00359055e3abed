r"""Names: a letter or command with accents, primes, a subscript and perhaps a declared superscript.

`\bar\alpha_{t-1}`, `\bar{\alpha}_{t - 1}` and `{\bar\alpha}_{t-1}` inside a group are one name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .tokens import Token, tex_error, tokenize

ACCENTS = {
    *(r"\bar", r"\tilde", r"\hat", r"\vec", r"\dot", r"\mathbf", r"\boldsymbol"),
    *(r"\widehat", r"\widetilde", r"\overline"),
}


@dataclass(frozen=True)
class Name:
    """One way to read a name at a place: its normal text, its parts, and where it ends."""

    text: str
    base: str
    subscript: tuple[Token, ...]
    end: int
    superscript: tuple[Token, ...] = ()


def names_at(tokens: Sequence[Token], at: int) -> Iterator[Name]:
    """Every reading of a name that starts here, longest first."""
    base, here = _base(tokens, at)
    if base is None:
        return
    subscript, after_sub = _script(tokens, here, "_")
    superscript, after_sup = _script(tokens, after_sub, "^")
    low = base + _suffix("_", subscript)
    if superscript:
        yield Name(low + _suffix("^", superscript), base, subscript, after_sup, superscript)
    if subscript:
        yield Name(low, base, subscript, after_sub)
    yield Name(base, base, (), here)
    bare = base.rstrip("'")
    if bare != base:
        yield Name(bare, bare, (), here - (len(base) - len(bare)))


def declared_names(tex: str) -> tuple[Name, ...]:
    r"""The names in a declaration such as `x_t \hat x_0 \bar\alpha_{t-1}`."""
    tokens, at, found = tokenize(tex), 0, []
    while tokens[at].text:
        name = next(names_at(tokens, at), None)
        if name is None:
            place = tokens[at]
            raise tex_error(tex, place.start, place.end, f"{place.text!r} is not a name", "a name")
        found.append(name)
        at = name.end
    return tuple(found)


def normal_name(tex: str) -> str:
    """The normal text of exactly one name."""
    found = declared_names(tex)
    if len(found) != 1:
        raise tex_error(tex, 0, len(tex), f"{len(found)} names", "one name")
    return found[0].text


def _base(tokens: Sequence[Token], at: int) -> tuple[str | None, int]:
    text = tokens[at].text
    if text in ACCENTS:
        inner, end = _argument(tokens, at + 1)
        text, at = f"{text}{{{''.join(t.text for t in inner)}}}", end
    elif re.fullmatch(r"[A-Za-z]|\\[A-Za-z]+(\{[A-Za-z]+\})?", text):
        at += 1
    else:
        return None, at
    while tokens[at].text == "'":
        text, at = text + "'", at + 1
    return text, at


def _script(tokens: Sequence[Token], at: int, mark: str) -> tuple[tuple[Token, ...], int]:
    if tokens[at].text != mark:
        return (), at
    return _argument(tokens, at + 1)


def _argument(tokens: Sequence[Token], at: int) -> tuple[tuple[Token, ...], int]:
    """What TeX takes as an argument: one token, or a group in braces (returned without them)."""
    if tokens[at].text != "{":
        return ((tokens[at],), at + 1) if tokens[at].text else ((), at)
    depth, end = 1, at + 1
    while depth:
        depth += {"{": 1, "}": -1}.get(tokens[end].text, 0)
        end += 1
    return tuple(tokens[at + 1 : end - 1]), end


def _suffix(mark: str, script: tuple[Token, ...]) -> str:
    if not script:
        return ""
    text = "".join(token.text for token in script)
    return f"{mark}{text}" if len(script) == 1 else f"{mark}{{{text}}}"
