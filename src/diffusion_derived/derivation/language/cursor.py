"""A place in a token stream: look ahead, take, or fail with a caret under the place."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn, TypeVar

from .tokens import Token, tex_error, tokenize

Part = TypeVar("Part")


class Cursor:
    """Reads the tokens of one TeX string from left to right."""

    def __init__(self, tex: str) -> None:
        self.tex, self.tokens, self.at = tex, tokenize(tex), 0

    def peek(self, ahead: int = 0) -> str:
        """The text of a coming token, empty at the end."""
        place = self.at + ahead
        return self.tokens[place].text if place < len(self.tokens) else ""

    def sees(self, *texts: str) -> bool:
        """Whether exactly these tokens come next."""
        return all(self.peek(ahead) == text for ahead, text in enumerate(texts))

    def take(self) -> Token:
        """The next token, consumed."""
        token = self.tokens[self.at]
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def took(self, *texts: str) -> bool:
        """Consume these tokens if they come next."""
        if not self.sees(*texts):
            return False
        self.at += len(texts)
        return True

    def need(self, text: str, after: str = "") -> Token:
        """Consume this token, or fail."""
        if self.peek() != text:
            self.fail(f"{self.peek() or 'the end'} where {text} was expected{after}", text)
        return self.take()

    def separated(self, part: Callable[[], Part], *by: str) -> tuple[Part, ...]:
        """One or more parts, separated by a token: a comma, or one of those given."""
        parts = [part()]
        while self.peek() in (by or (",",)):
            self.take()
            parts.append(part())
        return tuple(parts)

    def fail(self, why: str, expected: str = "", token: Token | None = None) -> NoReturn:
        """Raise TexError at the next token, or at a given one."""
        place = token or self.tokens[self.at]
        raise tex_error(self.tex, place.start, place.end, why, expected)
