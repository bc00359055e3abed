r"""Reasons that run.

A rule is a reason that the engine can check: it decides the step once more, knowing field algebra
and what the rule says, and nothing else. If that is not enough, or if the step holds without the
rule, then the step may be true but this is not why.

    d.step(r"\log p(z) + \log p(x\mid z)", product_rule() & logarithms())
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import sympy as sp

from ..decision.decide import decide_zero
from ..language.names import normal_name
from ..language.notation import Notation
from ..tree.open_integrals import closed
from ..tree.terms import Term
from ..tree.worlds import World
from ..verdict import PROVED
from . import facts as known
from .abstraction import View

Form = Callable[[sp.Expr], str]  # what is wrong with the form of the new line; "" if nothing


@dataclass(frozen=True)
class Rule:
    """The facts that a step uses, in words that the reader sees, and the form it must reach."""

    words: str
    facts: frozenset[str] = frozenset()
    form: Callable[[Term, World, Notation], str] | None = None

    def __str__(self) -> str:
        return self.words

    def __and__(self, other: Rule) -> Rule:
        """Both reasons at once."""
        words = f"{self.words}; {other.words}"
        return Rule(words, self.facts | other.facts, other.form or self.form)

    def saying(self, words: str) -> Rule:
        """The same rule, told to the reader in other words."""
        return Rule(words, self.facts, self.form)

    def fault(self, notation: Notation, above: Term, below: Term) -> str:
        """Why this rule does not take the line above to the line below; '' if it does."""
        worlds = notation.worlds(above, below)
        if not all(_agree(self.facts, above, below, world) for world in worlds):
            return "with this rule and algebra alone the two lines do not agree"
        for fact in sorted(self.facts):
            less = self.facts - {fact} | known.WEAKER.get(fact, set())
            if all(_agree(less, above, below, world) for world in worlds):
                return f"the step holds without the {fact}"
        wrong = self.form(below, worlds[0], notation) if self.form else ""
        return wrong


def _agree(facts: frozenset[str], above: Term, below: Term, world: World) -> bool:
    view, world = View(facts), replace(world, open_integrals=True)
    difference = view.of(above, world) - view.of(below, world)
    return decide_zero(closed(difference), limit=5.0).status == PROVED


# ---- algebra -----------------------------------------------------------------------------


def algebra(words: str = "algebra") -> Rule:
    """Field algebra alone: sums, products, quotients, powers and roots."""
    return Rule(words)


def expand(words: str = "multiply out") -> Rule:
    """Field algebra, and the new line is a sum of products."""
    return Rule(words, form=_expanded)


def collect(x: str, words: str = "") -> Rule:
    """Field algebra, and each power of x stands once."""
    return Rule(words or f"collect powers of ${x}$", form=_of_values(_collected, x))


def complete_square(x: str, words: str = "") -> Rule:
    """Field algebra, and x stands only inside a square."""
    return Rule(words or f"complete the square in ${x}$", form=_of_values(_squared, x))


# ---- facts -------------------------------------------------------------------------------


def definition(name: str, words: str = "") -> Rule:
    """The definition of a name, opened or closed."""
    opened = frozenset({known.OPENS + normal_name(name)})
    return Rule(words or f"definition of ${name}$", opened)


def logarithms(words: str = "laws of logarithms") -> Rule:
    """log of a product, a quotient, a power; exp of a sum."""
    return Rule(words, frozenset({known.LOGS}))


def product_rule(words: str = "product rule") -> Rule:
    r"""$p(x, z) = p(x\mid z)\,p(z)$, in either direction."""
    return Rule(words, frozenset({known.PRODUCT}))


def sum_rule(words: str = "sum rule") -> Rule:
    r"""$p(x) = \sum_z p(x, z)$; conditional probabilities sum to one."""
    return Rule(words, frozenset({known.SUMS}))


def linearity(words: str = "linearity") -> Rule:
    """Sums and constants go through an expectation, a sum, an integral or a derivative."""
    return Rule(words, frozenset({known.LINEAR}))


def density(words: str = "the density, written out") -> Rule:
    """The formula of a named density."""
    return Rule(words, frozenset({known.DENSITY}))


def moments(words: str = "moments of the normal") -> Rule:
    """Exact expectations of polynomials under a named law."""
    return Rule(words, frozenset({known.MOMENTS}))


def integrate(words: str = "integrate") -> Rule:
    """Evaluate the integrals of the line."""
    return Rule(words, frozenset({known.INTEGRATE}))


def differentiate(words: str = "differentiate") -> Rule:
    """Evaluate the derivatives of the line."""
    return Rule(words, frozenset({known.DIFFERENTIATE}))


def gamma_function(words: str = r"$\Gamma(a + 1) = a\,\Gamma(a)$") -> Rule:
    r"""Values and the recursion of $\Gamma$, factorials and binomial coefficients."""
    return Rule(words, frozenset({known.GAMMA}))


def divergence(words: str = "definition of the KL divergence") -> Rule:
    r"""$D_{\mathrm{KL}}(q\,\|\,p) = \mathbb E_q[\log q - \log p]$"""
    return Rule(words, frozenset({known.DIVERGENCE, known.LOGS}))


def variance(words: str = "definition of the variance") -> Rule:
    r"""$\operatorname{Var}[f] = \mathbb E[f^2] - \mathbb E[f]^2$, and of a covariance."""
    return Rule(words, frozenset({known.VARIANCE}))


def entropy(words: str = "definition of the entropy") -> Rule:
    r"""$\mathrm H(p) = -\mathbb E_p[\log p]$ and $\mathrm H(p, q) = -\mathbb E_p[\log q]$"""
    return Rule(words, frozenset({known.ENTROPY}))


def mutual_information(words: str = "definition of the mutual information") -> Rule:
    r"""$\mathrm I(x; z) = \mathbb E_{p(x,z)}\left[\log\frac{p(x,z)}{p(x)\,p(z)}\right]$"""
    return Rule(words, frozenset({known.INFORMATION}))


# ---- forms -------------------------------------------------------------------------------


def _expanded(below: Term, world: World, notation: Notation) -> str:
    value = View(()).of(below, world)
    return "" if sp.expand(value) == value else "the new line is not multiplied out"


def _of_values(check: Callable[[sp.Expr, sp.Symbol], str], x: str):
    def form(below: Term, world: World, notation: Notation) -> str:
        symbol = notation.read(x).value(world)
        return check(View((known.LOGS, known.DENSITY)).of(below, world), symbol)

    return form


def _collected(value: sp.Expr, x: sp.Symbol) -> str:
    powers = [summand.as_independent(x)[1] for summand in sp.Add.make_args(value)]
    again = len(powers) != len(set(powers)) or any(sp.Add.make_args(p)[1:] for p in powers)
    return f"some power of {x} stands in two places" if again else ""


def _squared(value: sp.Expr, x: sp.Symbol) -> str:
    inside = value.replace(lambda e: e.is_Pow and e.exp == 2 and e.has(x), lambda e: sp.Integer(1))
    return f"{x} stands outside a square" if inside.has(x) else ""
