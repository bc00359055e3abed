r"""The grammar of the book's TeX, by recursive descent: each rule is a method with its docstring.

What a reader could take in two ways is refused, not guessed: `1/2x`, `a/b/c`, `\log a b`, `x^23`.
"""

from __future__ import annotations

import sympy as sp

from ..tree.matrix import Norm, Transpose
from ..tree.terms import Add, Call, Div, Mul, Neg, Number, Pow, Sub, Term
from .parser_calculus import CalculusRules
from .parser_functions import PREFIX, FunctionRules
from .parser_names import NameRules
from .parser_probability import ProbabilityRules
from .parser_repeated import RepeatedRules
from .tokens import Token
from .vocabulary import Vocabulary

_ENDS = {
    *("", "+", "-", ")", "]", "}", r"\}", ";", ",", ":", "=", "<", ">", "&", r"\\"),
    *(r"\mid", r"\|", r"\rvert", r"\rVert", r"\end", r"\le", r"\ge", r"\approx", r"\propto"),
    *(r"\sim", r"\to", r"\ne", r"\neq", r"\leq", r"\geq", r"\cap"),
}
_RELATIONS = ("=", "<", ">", r"\le", r"\ge", r"\leq", r"\geq", r"\approx", r"\propto", "&", r"\\")
_CLOSING = {"(": ")", "[": "]", r"\{": r"\}", r"\lvert": r"\rvert", r"\lVert": r"\rVert"}


class Parser(FunctionRules, RepeatedRules, CalculusRules, ProbabilityRules, NameRules):
    """Reads one TeX string in one vocabulary."""

    def __init__(self, tex: str, vocabulary: Vocabulary, local: dict[str, Term] | None = None):
        super().__init__(tex, vocabulary, local)
        self.bars = 0  # how many |...| are open

    def parse(self) -> Term:
        """statement := expression"""
        term = self.expression()
        if self.peek() in _RELATIONS:
            self.fail(f"a relation ({self.peek()}) inside one expression", "one side of it only")
        if self.peek():
            self.fail(f"{self.peek()} was not expected here", "an operation or the end")
        return term

    def draw_statement(self) -> Term:
        r"""draw_statement := name '\sim' law"""
        draw = self.draw()
        if self.peek():
            self.fail(f"{self.peek()} was not expected here", "the end")
        return draw

    def expression(self) -> Term:
        """expression := ['+' | '-'] product (('+' | '-') product)*"""
        negative = self.peek() == "-"
        if self.peek() in ("+", "-"):
            self.take()
        term = self.product()
        term = Neg(term) if negative else term
        while self.peek() in ("+", "-"):
            operation = Add if self.take().text == "+" else Sub
            term = operation(term, self.product())
        return term

    def product(self) -> Term:
        r"""product := factor ([\cdot | \times] factor)* ['/' factor]"""
        term = self.factor()
        while not self.ends_product():
            self._check_reach()
            if self.took("/"):
                term = Div(term, self.factor())
                self._check_nothing_after_slash()
            elif self.took(r"\cdot") or self.took(r"\times"):
                term = Mul(term, self.factor())
            elif self.tokens[self.at].is_number:
                self.fail("a number directly after a factor", r"\cdot before it, or x^{23}")
            else:
                term = Mul(term, self.factor())
        return term

    def factor(self) -> Term:
        """factor := atom ['!'] ['^' exponent]"""
        start = self.tokens[self.at]
        term = self.atom()
        if self.took("!"):
            term = Call("!", sp.factorial, (term,))
        if self.peek() == "^":
            if start.text in PREFIX:
                self.fail("is this the power of the argument or of the value", "brackets")
            self.take()
            term = self.exponent(term)
            if self.peek() in ("^", "!"):
                self.fail(f"{self.peek()} after an exponent", "brackets")
        return term

    def exponent(self, base: Term) -> Term:
        r"""exponent := '\top' | group"""
        for transposed in ((r"\top",), ("{", r"\top", "}"), ("{", r"\mathsf{T}", "}")):
            if self.took(*transposed):
                return Transpose(base)
        return Pow(base, self.group())

    def group(self) -> Term:
        """group := '{' expression '}' | one symbol or digit, as TeX reads it"""
        if self.took("{"):
            term = self.expression()
            self.need("}")
            return term
        token = self.tokens[self.at]
        if token.is_number and len(token.text) > 1:
            self.fail(f"TeX reads only the first digit of {token.text} here", f"{{{token.text}}}")
        return self.number() if token.is_number else self.single_name()

    def atom(self) -> Term:
        """atom := number | name | bracket | fraction | root | function | operator"""
        token = self.tokens[self.at]
        if token.is_number:
            return self.number()
        named = self.name()
        if named is not None:
            return named
        if token.text in _CLOSING or token.text in ("{", "|", r"\|"):
            return self.bracket()
        rules = (
            self.function_rule,
            self.repeated_rule,
            self.calculus_rule,
            self.probability_rule,
        )
        rule = next(filter(None, (find(token.text) for find in rules)), None)
        if rule is None:
            self._unknown(token)
        return rule()

    def number(self) -> Term:
        """number := digits ['.' digits], exactly"""
        return Number(sp.Rational(self.take().text))

    def bracket(self) -> Term:
        r"""bracket := '(' expression ')' | '|' expression '|' | '\lVert' expression '\rVert'"""
        if self.peek() == "{":
            return self.group()
        opening = self.take().text
        if opening == "|":
            self.bars += 1
        inner = self.expression()
        self.need(_CLOSING.get(opening, opening), f" to close {opening}")
        if opening == "|":
            self.bars -= 1
        if opening in ("|", r"\lvert"):
            return Call("absolute value", sp.Abs, (inner,))
        return Norm(inner) if opening in (r"\lVert", r"\|") else inner

    def ends_product(self) -> bool:
        """Whether what comes next cannot be a factor."""
        if self.peek() == "|" and self.bars:
            return True
        return self.peek() in _ENDS or self.at_differential()

    # ---- within --------------------------------------------------------------------------

    def _check_reach(self) -> None:
        if self.reach_ended and self.reach_ended[0] == self.at:
            operator = self.reach_ended[1]
            why = f"how far does {operator.text} reach"
            self.fail(why, "brackets around its argument, or the other factor in front", operator)

    def _check_nothing_after_slash(self) -> None:
        if not self.ends_product():
            self.fail("is this in the denominator", r"brackets, or \frac{...}{...}")

    def _unknown(self, token: Token) -> None:
        if not token.text:
            self.fail("the expression ends too early", "a factor")
        if token.text in _ENDS or token.text in ("^", "_", "!", "/", r"\cdot", r"\times"):
            self.fail(f"{token.text} where a factor was expected", "a factor")
        self.undeclared()
