r"""Rules for derivatives, integrals and limits."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from ..tree.calculus import At, Derivative, Integral, Limit
from ..tree.terms import Indexed, Number, Symbol, Term
from .cursor import Cursor
from .names import names_at
from .tokens import Token
from .vocabulary import Vocabulary

_DIFFERENTIALS = ("d", r"\mathrm{d}", r"\partial")


class CalculusRules(Cursor):
    """What binds the variable of an integral, a limit or a derivative."""

    words: Vocabulary
    integrals: int = 0  # how many integrals are open

    def calculus_rule(self, text: str) -> Callable[[], Term] | None:
        """The rule that a token starts, if it is one of these."""
        rules = {
            r"\int": self.integral,
            r"\lim": self.limit,
            r"\partial": self.partial,
            r"\nabla": self.nabla,
            r"\left.": self.at_a_point,
        }
        return rules.get(text)

    def integral(self) -> Term:
        r"""integral := '\int' ['_' group '^' group] expression 'd' name"""
        sign = self.take()
        limits = (self.group(), self._raised()) if self.took("_") else None
        self.integrals += 1
        body = self.expression()
        self.integrals -= 1
        if self.peek() not in ("d", r"\mathrm{d}"):
            self.fail(r"this \int has no differential", r"\,dx at its end", sign)
        self.take()
        variable = self.variable()
        lower, upper = limits or self._whole_line(variable, sign)
        if variable in (*lower.walk(), *upper.walk()):
            self.fail("the variable of an integral in its own limits", "another letter", sign)
        return Integral(body, variable, lower, upper)

    def at_differential(self) -> bool:
        """Whether the 'dx' of an open integral comes next."""
        if not self.integrals or self.peek() not in ("d", r"\mathrm{d}"):
            return False
        follows = any(name.text in self.words for name in names_at(self.tokens, self.at + 1))
        if follows and self.peek() in self.words:
            self.fail("is d the symbol or the differential", r"\mathrm{d}x")
        return follows

    def limit(self) -> Term:
        r"""limit := '\lim' '_{' name '\to' expression '}' product"""
        self.take()
        self.need("_")
        self.need("{")
        variable = self.variable()
        self.need(r"\to")
        target = self.expression()
        self.need("}")
        return Limit(self.product(), variable, target)

    def partial(self) -> Term:
        r"""partial := '\partial' '_' group ['^' digit] operand"""
        operator = self.take()
        self.need("_", r" (by which variable; or \frac{\partial}{\partial x})")
        variable, order = self._as_variable(self.group(), operator), self._order()
        return Derivative(self.operand(operator), variable, order)

    def nabla(self) -> Term:
        r"""nabla := '\nabla' '_' group operand"""
        operator = self.take()
        self.need("_", " (the gradient in which variable)")
        variable = self._as_variable(self.group(), operator)
        return Derivative(self.operand(operator), variable)

    def at_derivative(self) -> bool:
        r"""Whether a fraction such as \frac{d}{dx} or \frac{\partial f}{\partial x} comes next."""
        if self.peek(1) != "{" or self.peek(2) not in _DIFFERENTIALS:
            return False
        close = self._closing(self.at + 1)
        below = [token.text for token in self.tokens[close + 1 : close + 3]]
        if below != ["{", self.peek(2)]:
            return False
        if self.peek(2) in self.words:
            self.fail("is d a symbol or a differential", r"\partial or \mathrm{d}")
        return True

    def derivative_fraction(self) -> Term:
        r"""derivative := '\frac{d^n}{dx^n}' operand | '\frac{d' expression '}{dx}'"""
        operator = self.take()
        self.need("{")
        mark = self.take().text
        order = self._order()
        body = None if self.peek() == "}" else self.product()
        self.need("}")
        self.need("{")
        by = []
        while self.took(mark):
            variable = self.variable()
            by.append((variable, self._order()))
        self.need("}")
        if sum(times for _, times in by) != order:
            self.fail("the orders above and below differ", "the same order", operator)
        term = body if body is not None else self.operand(operator)
        for variable, times in reversed(by):
            term = Derivative(term, variable, times)
        return term

    def at_a_point(self) -> Term:
        r"""at := '\left.' expression '\right|' '_{' name '=' expression '}'"""
        self.take()
        self.bars += 1
        body = self.expression()
        self.need("|")
        self.bars -= 1
        self.need("_")
        self.need("{")
        variable = self.variable()
        self.need("=")
        point = self.expression()
        self.need("}")
        return At(body, variable, point)

    def variable(self) -> Term:
        """variable := a declared symbol, without a definition"""
        token, term = self.tokens[self.at], self.name()
        if term is None:
            self.undeclared()
        return self._as_variable(term, token)

    # ---- within --------------------------------------------------------------------------

    def _as_variable(self, term: Term, token: Token) -> Term:
        if not isinstance(term, (Symbol, Indexed)):
            self.fail("this is not a plain variable", "a declared symbol", token)
        return term

    def _order(self) -> int:
        if not self.took("^"):
            return 1
        order = self.group()
        if not isinstance(order, Number) or not order.number.is_Integer or order.number < 1:
            self.fail("the order of a derivative", "a whole number")
        return int(order.number)

    def _raised(self) -> Term:
        self.need("^", " (the upper limit)")
        return self.group()

    def _whole_line(self, variable: Term, sign: Token) -> tuple[Term, Term]:
        symbol = getattr(variable, "symbol", None)
        if symbol is None or symbol.is_positive:
            why = r"this \int has no limits, and its variable is not on the whole line"
            self.fail(why, r"\int_a^b", sign)
        return Number(-sp.oo), Number(sp.oo)

    def _closing(self, opening: int) -> int:
        depth, at = 1, opening + 1
        while depth and self.tokens[at].text:
            depth += {"{": 1, "}": -1}.get(self.tokens[at].text, 0)
            at += 1
        return at - 1
