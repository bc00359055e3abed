r"""Rules for names: symbols, definitions, indexed families and unknown functions."""

from __future__ import annotations

from ..tree.calculus import Unknown
from ..tree.terms import Bound, Defined, Indexed, Term
from .cursor import Cursor
from .names import Name, names_at
from .vocabulary import Definition, Family, Vocabulary

_BETWEEN = (",", r"\mid")  # what may stand between the arguments of a function


class NameRules(Cursor):
    """The longest declared name wins; a name that was not declared is an error."""

    def __init__(self, tex: str, vocabulary: Vocabulary, local: dict[str, Term] | None = None):
        super().__init__(tex)
        self.words, self.local = vocabulary, dict(local or {})

    def name(self) -> Term | None:
        """name := symbol | definition | family '_' index | function '(' arguments ')'"""
        for name in names_at(self.tokens, self.at):
            if self.tokens[name.end].text != "_":
                term = self._meaning(name)
                if term is not None:
                    return term
        return None

    def single_name(self) -> Term:
        """One token that is a name by itself, as an argument without braces."""
        token, start = self.tokens[self.at], self.at
        names = [n for n in names_at(self.tokens, start) if n.end == start + 1]
        term = self._meaning(names[-1]) if names else None
        if term is None and names:
            term = self.constant_or_none()
        if term is None and names and names[-1].text not in self.words:
            self.undeclared()
        if term is None:
            self.fail(f"{token.text or 'the end'} as an argument", "braces {...} around it")
        if self.at != start + 1 or self.peek() == "_":
            self.fail(f"what does {token.text} take with it", "braces {...} around it", token)
        return term

    def constant_or_none(self) -> Term | None:
        r"""`\pi` or `\infty` where one token is an argument."""
        return self.constant() if self.peek() in (r"\pi", r"\infty", "e") else None

    def undeclared(self) -> None:
        """Fail at a name that was not declared, or at a token outside the grammar."""
        token = self.tokens[self.at]
        if next(names_at(self.tokens, self.at), None) is None:
            self.fail(f"{token.text} is not in the book's grammar", "a factor")
        plain = next(n for n in names_at(self.tokens, self.at) if not n.superscript)
        if plain.text in self.words.variables:
            self.fail(f"the variable {plain.text} outside p(...)", "a symbol that has a value")
        self.fail(
            f"undeclared symbol {plain.text}", f"a declared one: {self.words.near(plain.text)}"
        )

    # ---- within --------------------------------------------------------------------------

    def _meaning(self, name: Name) -> Term | None:
        words = self.words
        if name.text in self.local:
            return self._after(name, self.local[name.text])
        if name.text in words.symbols:
            return self._after(name, words.symbols[name.text])
        if name.text in words.sizes or name.text in words.indices:
            return self._after(name, Bound(name.text))
        if name.text in words.definitions:
            return self._defined(name, words.definitions[name.text])
        if name.text in words.densities and self.tokens[name.end].text == "(":
            self.at = name.end
            return self.density(name.text)
        if name.text.rstrip("'") in words.functions:
            return self._unknown_function(name)
        return self._with_index(name)

    def _after(self, name: Name, term: Term) -> Term:
        self.at = name.end
        return term

    def _defined(self, name: Name, definition: Definition) -> Term:
        self.at = name.end
        arguments = self._arguments(name.text, len(definition.parameters))
        return Defined(name.text, definition.body, definition.parameters, arguments)

    def _unknown_function(self, name: Name) -> Term:
        base = name.text.rstrip("'")
        function, primes = self.words.functions[base], len(name.text) - len(base)
        if primes and function.arity != 1:
            self.fail(f"a prime on a function of {function.arity} variables", r"\partial")
        self.at = name.end
        orders = (primes, *(0,) * (function.arity - 1))
        return Unknown(base, function.positive, orders, self._arguments(base, function.arity))

    def _arguments(self, name: str, count: int) -> tuple[Term, ...]:
        if not count:
            return ()
        self.need("(", f" after the function {name}")
        arguments = self.separated(self._argument, *_BETWEEN)
        close = self.need(")")
        if len(arguments) != count:
            self.fail(f"{name} with {len(arguments)} arguments", f"{count}", close)
        return arguments

    def _argument(self) -> Term:
        """argument := a variable of the finite model | expression"""
        for name in names_at(self.tokens, self.at):
            known = name.text.rstrip("'") in self.words.variables
            if known and self.tokens[name.end].text in (*_BETWEEN, ")"):
                return self._after(name, Bound(name.text))
        return self.expression()

    def _with_index(self, name: Name) -> Term | None:
        if not name.subscript or name.superscript:
            return None
        meaning = self.words.families.get(name.base) or self.words.templates.get(name.base)
        if meaning is None:
            return None
        count = meaning.count if isinstance(meaning, Family) else len(meaning.parameters)
        self.at = name.end - len(name.subscript) - (self.tokens[name.end - 1].text == "}")
        indices = self._indices(name, count)
        self.at = name.end
        if isinstance(meaning, Family):
            return Indexed(name.base, meaning.make, indices)
        return Defined(name.base, meaning.body, meaning.parameters, indices)

    def _indices(self, name: Name, count: int) -> tuple[Term, ...]:
        """index := expression (',' expression)*, or single letters side by side"""
        if len(name.subscript) == count:
            return tuple(self._single_index() for _ in range(count))
        indices = self.separated(self.expression)
        if len(indices) != count or self.at != name.end - (self.peek() == "}"):
            self.fail(f"{name.text}: {len(indices)} indices", f"{count}, separated by commas")
        return indices

    def _single_index(self) -> Term:
        return self.number() if self.tokens[self.at].is_number else self.single_name()
