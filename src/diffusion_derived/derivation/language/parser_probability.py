r"""Rules for probabilities: $p(z\mid x)$, expectations, variances, divergences and named laws."""

from __future__ import annotations

from collections.abc import Callable

from ..tree.laws import Beta, Binomial, Law, Normal
from ..tree.opened import Covariance, Variance, mean
from ..tree.probability import (
    Density,
    Draw,
    Probability,
    Slot,
)
from ..tree.terms import Term
from .names import Name, names_at
from .parser_information import InformationRules

_LAWS: dict[str, tuple[type[Law], int]] = {
    r"\mathcal{N}": (Normal, 2),
    r"\mathrm{Beta}": (Beta, 2),
    r"\operatorname{Beta}": (Beta, 2),
    r"\mathrm{Bin}": (Binomial, 2),
    r"\operatorname{Bin}": (Binomial, 2),
}
_VARIANCES = (r"\operatorname{Var}", r"\mathrm{Var}")
_COVARIANCES = (r"\operatorname{Cov}", r"\mathrm{Cov}")
_GIVEN = (r"\mid", "|")


class ProbabilityRules(InformationRules):
    """Distributions: of a finite model, or named."""

    def probability_rule(self, text: str) -> Callable[[], Term] | None:
        """The rule that a token starts, if it is one of these."""
        if text in _LAWS:
            return self.law_density
        if text == r"\mathbb{E}":
            return self.expectation
        if text in _VARIANCES:
            return self.variance
        if text in _COVARIANCES:
            return self.covariance
        return self.information_rule(text)

    def density(self, name: str) -> Probability:
        r"""density := name '(' slot (',' slot)* ['\mid' slot (',' slot)*] ')'"""
        self.need("(")
        of, given = self.slots(), ()
        if self.peek() in _GIVEN:
            self.take()
            given = self.slots()
        self.need(")")
        return Probability(name, of, given)

    def slot(self) -> Slot:
        r"""slot := event | '\bar' event | variable ['=' state]"""
        token = self.tokens[self.at]
        for name in names_at(self.tokens, self.at):
            found = self._event(name.text) or self._variable(name)
            if found is not None:
                self.at = max(self.at, name.end)
                return found
        known = ", ".join(sorted(self.words.variables | set(self.words.events)))
        self.fail(f"{token.text} in a probability", f"a variable or event of the model: {known}")

    def expectation(self) -> Term:
        r"""expectation := '\mathbb{E}' ['_{' source '}'] '[' expression ']'"""
        token = self.take()
        source = self._source(token)
        return mean(source, self._bracketed(token.text))

    def variance(self) -> Term:
        r"""variance := '\operatorname{Var}' ['_{' source '}'] '[' expression ']'"""
        token = self.take()
        return Variance(self._source(token), self._bracketed(token.text))

    def covariance(self) -> Term:
        r"""covariance := '\operatorname{Cov}' ['_{' source '}'] '[' one ',' another ']'"""
        token = self.take()
        source = self._source(token)
        opening = self.take().text
        if opening not in ("[", "("):
            self.fail(f"{token.text} of what", "[..., ...]", token)
        left = self.expression()
        self.need(",", f" (the second argument of {token.text})")
        right = self.expression()
        self.need("]" if opening == "[" else ")")
        return Covariance(source, left, right)

    def law(self) -> Law:
        r"""law := '\mathcal N' '(' expression ',' expression ')' | '\mathrm{Beta}' ..."""
        token = self.take()
        self.need("(")
        return self._law(token.text)

    def law_density(self) -> Term:
        r"""law_density := '\mathcal N' '(' expression ';' expression ',' expression ')'"""
        token = self.take()
        self.need("(")
        point = self.expression()
        self.need(";", f" ({token.text} is a density only at a point)")
        return Density(point, self._law(token.text))

    # ---- within --------------------------------------------------------------------------

    def _law(self, text: str) -> Law:
        kind, count = _LAWS[text]
        parameters = self.separated(self.expression)
        close = self.need(")")
        if len(parameters) != count:
            self.fail(f"{text} with {len(parameters)} parameters", f"{count}", close)
        return kind(*parameters)

    def slots(self) -> tuple[Slot, ...]:
        slots = [self.slot()]
        while self.took(",") or self.took(r"\cap"):
            slots.append(self.slot())
        return tuple(slots)

    def _event(self, text: str) -> Slot | None:
        inner = text.removeprefix(r"\bar{").removesuffix("}")
        if text in self.words.events:
            variable, states = self.words.events[text]
            return Slot(variable, text, states)
        if text.startswith(r"\bar{") and inner in self.words.events:
            variable, states = self.words.events[inner]
            return Slot(variable, text, self.words.others(variable, states))
        return None

    def _variable(self, name: Name) -> Slot | None:
        variable = name.text.rstrip("'")
        if variable not in self.words.variables:
            return None
        self.at = name.end
        if not self.took("="):
            return Slot(variable, name.text)
        state = self.tokens[self.at]
        if not state.text.isdigit() or int(state.text) >= self.words.states_of[variable]:
            self.fail(f"{variable} has no state {state.text}", "a state of the model", state)
        self.take()
        return Slot(variable, f"{variable}={state.text}", (int(state.text),))

    def _source(self, token) -> tuple[Probability, ...] | tuple[Draw, ...]:
        r"""source := density+ | draw (',' draw)*, draw := name '\sim' (law | density)"""
        if not self.took("_"):
            if not self.words.random:
                self.fail(f"{token.text} over what", "a subscript, or random={...}", token)
            return tuple(self.words.random.values())
        self.need("{")
        source = self._densities() if self._at_density() else self._draws()
        self.need("}")
        return source

    def _at_density(self) -> bool:
        return any(name.text in self.words.densities for name in names_at(self.tokens, self.at))

    def _densities(self) -> tuple[Probability, ...]:
        found = []
        while self.peek() != "}":
            found.append(self._table_density())
            self.took(",")
        return tuple(found)

    def _table_density(self) -> Probability:
        token, term = self.tokens[self.at], self._bare_density() or self.name()
        if not isinstance(term, Probability):
            self.fail("a distribution", "a density such as q(z\\mid x), or a law", token)
        return term

    def _bare_density(self) -> Probability | None:
        """The name of a distribution alone: it is over everything that the model makes."""
        readings = names_at(self.tokens, self.at)
        name = next((n for n in readings if n.text in self.words.densities), None)
        if name is None or self.tokens[name.end].text == "(":
            return None
        self.at = name.end
        made = self.words.densities[name.text]
        return Probability(name.text, tuple(Slot(v, v) for v in made), ())

    def _draws(self) -> tuple[Probability, ...] | tuple[Draw, ...]:
        if any(n.text in self.words.variables for n in names_at(self.tokens, self.at)):
            slot = self.slot()
            self.need(r"\sim")
            density = self._table_density()
            if [s.name for s in density.of] != [slot.name]:
                self.fail(f"{slot.name} is drawn from a distribution of something else", slot.name)
            return (density,)
        return self.separated(self.draw)

    def draw(self) -> Draw:
        r"""draw := name '\\sim' law"""
        token, variable = self.tokens[self.at], self.variable()
        self.need(r"\sim")
        if self.peek() not in _LAWS:
            self.fail(f"{self.peek()} is not a law", ", ".join(_LAWS))
        law = self.law()
        if variable in law.walk():
            self.fail("the law of a variable depends on itself", "other parameters", token)
        return Draw(variable, law)

    def _bracketed(self, of: str) -> Term:
        if self.peek() not in ("[", "("):
            self.fail(f"{of} of what", "[...]")
        return self.bracket()

    def side(self) -> Probability | Law:
        """side := law | density | the name of a density"""
        return self.law() if self.peek() in _LAWS else self._table_density()
