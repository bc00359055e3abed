r"""Rules for divergences, entropies and mutual information: of tables, or of named laws."""

from __future__ import annotations

from collections.abc import Callable

from ..tree.laws import Law
from ..tree.opened import LawEntropy, MutualInformation, TableDivergence, TableEntropy
from ..tree.probability import Divergence, Probability, Slot
from ..tree.terms import Term
from .cursor import Cursor
from .tokens import Token
from .vocabulary import Vocabulary

_KL = r"\mathrm{KL}"
_ENTROPIES = (r"\mathrm{H}", "H")
_INFORMATION = (r"\mathrm{I}", "I")


class InformationRules(Cursor):
    """What is measured in nats."""

    words: Vocabulary

    def information_rule(self, text: str) -> Callable[[], Term] | None:
        """The rule that a token starts, if it is one of these."""
        if self.sees("D", "_", "{", _KL, "}") or self.sees("D", "_", _KL):
            return self.divergence
        if text in _ENTROPIES and self.peek(1) == "(":
            return self.entropy
        if text in _INFORMATION and self.peek(1) in ("(", "_"):
            return self.mutual_information
        return None

    def divergence(self) -> Term:
        r"""divergence := 'D_{\mathrm{KL}}' '(' side '\|' side ')'"""
        self.at += 5 if self.sees("D", "_", "{") else 3
        self.need("(")
        left = self.side()
        self.need(r"\|")
        right = self.side()
        close = self.need(")")
        return self._two_sided(TableDivergence, Divergence, left, right, close)

    def entropy(self) -> Term:
        r"""entropy := '\mathrm{H}' '(' side [',' side] ')'"""
        self.take()
        self.need("(")
        left = self.side()
        right = self.side() if self.took(",") else left
        return self._two_sided(TableEntropy, LawEntropy, left, right, self.need(")"))

    def mutual_information(self) -> Term:
        r"""mutual_information := '\mathrm{I}' ['_' name] '(' slots ';' slots ')'"""
        token = self.take()
        name = self._named_density() if self.took("_") else self._only_density(token)
        self.need("(")
        left = self.slots()
        self.need(";", " between the two variables")
        right = self.slots()
        self.need(")")
        sides = (Probability(name, slots, ()) for slots in (left, right))
        return MutualInformation(Probability(name, (*left, *right), ()), *sides)

    def side(self) -> Probability | Law:
        """side := law | density | the name of a density"""
        raise NotImplementedError

    def slots(self) -> tuple[Slot, ...]:
        """slots := slot (',' slot)*"""
        raise NotImplementedError

    # ---- within --------------------------------------------------------------------------

    def _two_sided(self, of_tables: type, of_laws: type, left, right, close: Token) -> Term:
        if isinstance(left, Probability) and isinstance(right, Probability):
            if set(left.variables) != set(right.variables) or not left.variables:
                self.fail("distributions over different variables", "the same variables", close)
            return of_tables(left, right)
        if isinstance(left, Law) and isinstance(right, Law):
            return of_laws(left, right)
        self.fail("unlike sides", "two laws, or two densities", close)

    def _named_density(self) -> str:
        braced = self.took("{")
        token = self.take()
        if token.text not in self.words.densities:
            self.fail(f"{token.text} is not a distribution of the model", "p", token)
        if braced:
            self.need("}")
        return token.text

    def _only_density(self, token: Token) -> str:
        names = list(self.words.densities)
        if len(names) != 1:
            self.fail(f"under which distribution of {names}", "I_p(x; z)", token)
        return names[0]
