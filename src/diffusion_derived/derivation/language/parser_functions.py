r"""Rules for fractions, roots, known functions, matrices and constants."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from ..tree.matrix import Determinant, Matrix, Trace
from ..tree.terms import Call, Div, Exp, Log, Number, Sqrt, Term
from .cursor import Cursor
from .tokens import Token

_FRACTIONS = (r"\frac", r"\tfrac", r"\dfrac")
_CONSTANTS = {r"\pi": sp.pi, r"\infty": sp.oo, "e": sp.E}
PREFIX = {
    r"\log": Log,
    r"\exp": Exp,
    r"\det": Determinant,
    r"\operatorname{tr}": Trace,
    r"\mathrm{tr}": Trace,
}
_ELEMENTARY = {r"\sin": sp.sin, r"\cos": sp.cos, r"\tanh": sp.tanh}


def _sigmoid(x: sp.Expr) -> sp.Expr:
    return 1 / (1 + sp.exp(-x))


def _smaller(a: sp.Expr, b: sp.Expr) -> sp.Expr:
    return (a + b - sp.Abs(a - b)) / 2


def _larger(a: sp.Expr, b: sp.Expr) -> sp.Expr:
    return (a + b + sp.Abs(a - b)) / 2


_CALLS = {
    r"\min": (_smaller, 2),
    r"\max": (_larger, 2),
    r"\Gamma": (sp.gamma, 1),
    r"\psi": (sp.digamma, 1),
    r"\mathrm{B}": (lambda a, b: sp.gamma(a) * sp.gamma(b) / sp.gamma(a + b), 2),
    r"\operatorname{sigmoid}": (_sigmoid, 1),
    r"\mathrm{sigmoid}": (_sigmoid, 1),
}


class FunctionRules(Cursor):
    """What is written as a command with arguments."""

    reach_ended: tuple[int, Token] | None = None  # where a bare argument ended, and whose it was

    def function_rule(self, text: str) -> Callable[[], Term] | None:
        """The rule that a token starts, if it is one of these."""
        if text in _FRACTIONS:
            return self.derivative_fraction if self.at_derivative() else self.fraction
        rules = {
            r"\sqrt": self.root,
            r"\binom": self.binomial,
            r"\begin": self.matrix,
            **dict.fromkeys(PREFIX, self.prefix),
            **dict.fromkeys(_ELEMENTARY, self.elementary),
            **dict.fromkeys(_CALLS, self.call),
            **dict.fromkeys(_CONSTANTS, self.constant),
        }
        return rules.get(text)

    def fraction(self) -> Term:
        r"""fraction := '\frac' group group | '\frac12'"""
        self.take()
        token = self.tokens[self.at]
        if token.is_number and len(token.text) > 1:
            if len(token.text) != 2 or "." in token.text:
                self.fail(f"TeX splits {token.text} into single digits", r"\frac{...}{...}")
            self.take()
            return Div(*(Number(sp.Integer(digit)) for digit in token.text))
        top = self.group()
        return Div(top, self.group())

    def root(self) -> Term:
        r"""root := '\sqrt' group"""
        self.take()
        if self.peek() == "[":
            self.fail("a root of another order", r"\sqrt{...} or a power such as x^{1/3}")
        return Sqrt(self.group())

    def prefix(self) -> Term:
        r"""prefix := ('\log' | '\exp' | '\det' | ...) operand"""
        operator = self.take()
        return PREFIX[operator.text](self.operand(operator))

    def elementary(self) -> Term:
        r"""elementary := ('\sin' | '\cos' | '\tanh') operand"""
        operator = self.take()
        return Call(operator.text, _ELEMENTARY[operator.text], (self.operand(operator),))

    def operand(self, operator: Token) -> Term:
        """operand := bracket | factor; after a bare factor the product must end"""
        if self.peek() == "^":
            self.fail(f"a power of {operator.text}", f"({operator.text} ...)^2")
        if self.peek() in ("(", "[", r"\{"):
            inner = self.bracket()
            if self.peek() in ("(", "["):
                self.fail(f"how far does {operator.text} reach", "one bracket around its argument")
            if self.peek() in ("^", "!"):
                self.fail("is this the power of the argument or of the value", "brackets")
            return inner
        inner = self.factor()
        self.reach_ended = (self.at, operator)
        return inner

    def call(self) -> Term:
        r"""call := ('\Gamma' | '\mathrm{B}' | ...) '(' expression (',' expression)* ')'"""
        name = self.take()
        function, arity = _CALLS[name.text]
        self.need("(", f" after {name.text}")
        arguments = self.separated(self.expression)
        self.need(")")
        if len(arguments) != arity:
            self.fail(f"{name.text} of {len(arguments)} arguments", f"{arity}", name)
        return Call(name.text, function, arguments)

    def binomial(self) -> Term:
        r"""binomial := '\binom' group group"""
        self.take()
        top = self.group()
        return Call("binomial", sp.binomial, (top, self.group()))

    def matrix(self) -> Term:
        r"""matrix := '\begin{pmatrix}' row ('\\' row)* '\end{pmatrix}'; row := entry {'&' entry}"""
        begin = self.take()
        kind = self._environment()
        rows = self.separated(lambda: self.separated(self.expression, "&"), r"\\")
        self.need(r"\end")
        if self._environment() != kind or kind not in ("pmatrix", "bmatrix"):
            self.fail(f"the environment {kind}", "pmatrix or bmatrix", begin)
        if len({len(row) for row in rows}) != 1:
            self.fail("rows of different lengths", "as many entries in each row", begin)
        return Matrix(len(rows), tuple(entry for row in rows for entry in row))

    def constant(self) -> Term:
        r"""constant := '\pi' | 'e' | '\infty'"""
        return Number(_CONSTANTS[self.take().text])

    # ---- within --------------------------------------------------------------------------

    def _environment(self) -> str:
        self.need("{")
        letters = []
        while self.peek() != "}" and self.peek():
            letters.append(self.take().text)
        self.need("}")
        return "".join(letters)
