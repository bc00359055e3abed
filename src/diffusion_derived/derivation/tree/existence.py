"""Which statements hold only where integrals exist: those that average an unknown function."""

from __future__ import annotations

from .calculus import Integral, Unknown
from .leaves import Defined
from .node import Term
from .opened import Moment
from .probability import Draw, Expectation


def averages_unknown(term: Term) -> bool:
    """Whether an unknown function stands under an integral, or in a mean under a named law."""
    return any(map(_holds_unknown, (body for node in _walk(term) for body in _averaged(node))))


def _averaged(node: Term) -> tuple[Term, ...]:
    """What a node averages; not the limits of an integral, nor the parameters of a law."""
    if isinstance(node, (Integral, Expectation)):
        return (node.body,)
    if isinstance(node, Moment) and isinstance(node.source[0], Draw):
        return tuple(child for child in node.children if child not in node.source)
    return ()


def _holds_unknown(term: Term) -> bool:
    return any(isinstance(node, Unknown) for node in _walk(term))


def _walk(term: Term):
    """Every node, also within definitions."""
    for node in term.walk():
        yield node
        if isinstance(node, Defined):
            yield from _walk(node.body)
