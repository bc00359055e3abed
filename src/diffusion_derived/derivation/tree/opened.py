r"""Names for expressions: a variance, a covariance, an entropy mean what `opened` says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import sympy as sp

from .arithmetic import Div, Log, Mul, Neg, Pow, Sub
from .laws import Law
from .leaves import Number
from .node import Term, Value
from .probability import Draw, Expectation, Probability, TableExpectation
from .worlds import World

Source = tuple[Probability, ...] | tuple[Draw, ...]  # what a mean is taken over
_TWO = Number(sp.Integer(2))


def mean(source: Source, body: Term) -> Term:
    r"""$\mathbb E_{\text{source}}[\text{body}]$"""
    kind = TableExpectation if isinstance(source[0], Probability) else Expectation
    return kind(source, body)


@dataclass(frozen=True)
class Opened(Term):
    """A term whose value is that of another one."""

    fact: ClassVar[str]  # what somebody knows who may open it

    def opened(self) -> Term:
        """What it means."""
        raise NotImplementedError

    def value(self, world: World) -> Value:
        return self.opened().value(world)

    def needs(self) -> frozenset[str]:
        return self.opened().needs()


@dataclass(frozen=True)
class Moment(Opened):
    """A moment over a source: of a finite model, or of named laws."""

    source: Source
    fact = "definition of the variance"

    def binds(self) -> frozenset[str]:
        if isinstance(self.source[0], Draw):
            return frozenset()
        return frozenset(v for weight in self.source for v in weight.variables)


@dataclass(frozen=True)
class Variance(Moment):
    r"""$\operatorname{Var}[f] = \mathbb E[f^2] - \mathbb E[f]^2$"""

    body: Term

    def opened(self) -> Term:
        square = mean(self.source, Pow(self.body, _TWO))
        return Sub(square, Pow(mean(self.source, self.body), _TWO))


@dataclass(frozen=True)
class Covariance(Moment):
    r"""$\operatorname{Cov}[f, g] = \mathbb E[fg] - \mathbb E[f]\,\mathbb E[g]$"""

    left: Term
    right: Term

    def opened(self) -> Term:
        product = mean(self.source, Mul(self.left, self.right))
        return Sub(product, Mul(mean(self.source, self.left), mean(self.source, self.right)))


@dataclass(frozen=True)
class TableDivergence(Opened):
    r"""$D_{\mathrm{KL}}(q(z\mid x)\,\|\,p(z)) = \mathbb E_{q(z\mid x)}[\log q - \log p]$"""

    left: Probability
    right: Probability
    fact = "definition of KL"

    def binds(self) -> frozenset[str]:
        return frozenset(self.left.variables)

    def opened(self) -> Term:
        return TableExpectation((self.left,), Sub(Log(self.left), Log(self.right)))


@dataclass(frozen=True)
class TableEntropy(Opened):
    r"""$\mathrm H(p) = -\mathbb E_p[\log p]$; of two distributions, $-\mathbb E_p[\log q]$."""

    left: Probability
    right: Probability
    fact = "definition of the entropy"

    def binds(self) -> frozenset[str]:
        return frozenset(self.left.variables)

    def opened(self) -> Term:
        return Neg(TableExpectation((self.left,), Log(self.right)))


@dataclass(frozen=True)
class MutualInformation(Opened):
    r"""$\mathrm I(x; z) = \mathbb E_{p(x,z)}\left[\log\frac{p(x,z)}{p(x)\,p(z)}\right]$"""

    joint: Probability
    left: Probability
    right: Probability
    fact = "definition of the mutual information"

    def binds(self) -> frozenset[str]:
        return frozenset(self.joint.variables)

    def opened(self) -> Term:
        ratio = Div(self.joint, Mul(self.left, self.right))
        return TableExpectation((self.joint,), Log(ratio))


@dataclass(frozen=True)
class LawEntropy(Term):
    r"""$\mathrm H(\mathcal N(\mu,\sigma^2)) = \frac12\log(2\pi e\sigma^2)$, or a cross-entropy."""

    left: Law
    right: Law

    def value(self, world: World) -> Value:
        return self.left.cross_entropy(self.right, world)
