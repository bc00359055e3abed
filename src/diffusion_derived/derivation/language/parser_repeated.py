r"""Rules for sums and products over an index, or over the states of a finite model."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from ..tree.repeated import Product, Range, States, Sum
from ..tree.terms import Bound, Mul, Number, Term
from .cursor import Cursor
from .names import Name, names_at
from .tokens import Token
from .vocabulary import Vocabulary

_NOT_EQUAL = (r"\ne", r"\neq")


class RepeatedRules(Cursor):
    """What binds an index."""

    words: Vocabulary
    local: dict[str, Term]

    def repeated_rule(self, text: str) -> Callable[[], Term] | None:
        """The rule that a token starts, if it is one of these."""
        return {r"\sum": self.sum, r"\prod": self.prod}.get(text)

    def sum(self) -> Term:
        r"""sum := '\sum' range product"""
        self.take()
        over, outer = self.range()
        body = self.product()
        self.local = outer
        return Sum(over, body)

    def prod(self) -> Term:
        r"""prod := '\prod' range factor+, where every factor after the first holds the index"""
        self.take()
        over, outer = self.range()
        body = self.factor()
        while not self.ends_product():
            body = Mul(body, self._factor_with(over))
        self.local = outer
        return Product(over, body)

    def range(self) -> tuple[Range | States, dict[str, Term]]:
        r"""range := '_{i=1}^{n}' | '_k' | '_{j \ne k}' | '_{z, x}'; also the names outside of it"""
        self.need("_", " to say what the index is")
        outer, braced = self.local, self.took("{")
        token = self.tokens[self.at]
        over = self._braced_range() if braced else self._range_of(self._index_name(), token)
        for name in over.names:
            if name in outer:
                self.fail(f"the index {name} is in use already", "another letter", token)
        self.local = {**outer, **{name: Bound(name) for name in over.names}}
        return over, outer

    # ---- within --------------------------------------------------------------------------

    def _factor_with(self, over: Range | States) -> Term:
        start = self.tokens[self.at]
        self.took(r"\cdot")
        following = None if self.peek() == "/" else self.factor()
        if following is None or not following.needs() & set(over.names):
            self.fail(r"how far does \prod reach", "brackets around its body", start)
        return following

    def _braced_range(self) -> Range | States:
        token, name = self.tokens[self.at], self._index_name()
        if not self.took("="):
            over = self._range_of(name, token)
            self.need("}")
            return over
        start = self.expression()
        self.need("}")
        self.need("^", f" (where {name.text} ends)")
        return Range(name.text, start, self.group())

    def _range_of(self, name: Name, token: Token) -> Range | States:
        if name.text.rstrip("'") in self.words.variables:
            return self._states(name)
        size = self.words.indices.get(name.text)
        if size is None:
            hope = f"{name.text}=1 below and its end above, or indices={{...}}"
            self.fail(f"the index {name.text} has no range", hope, token)
        omit = (self.expression(),) if any(self.took(mark) for mark in _NOT_EQUAL) else ()
        return Range(name.text, Number(sp.Integer(1)), Bound(size), omit)

    def _states(self, first: Name) -> States:
        names = [first.text]
        while self.took(","):
            names.append(self._index_name().text)
            if names[-1].rstrip("'") not in self.words.variables:
                self.fail(f"{names[-1]} is not a variable of the model", "a variable")
        return States(tuple(names))

    def _index_name(self) -> Name:
        name = next((n for n in names_at(self.tokens, self.at) if not n.superscript), None)
        if name is None:
            self.fail("this is not an index", "a letter")
        self.at = name.end
        return name
