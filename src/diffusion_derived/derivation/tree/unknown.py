r"""Unknown smooth functions: $f$, and its derivatives $f'$, $\partial_t p$, as functions.

A derivative of an unknown function is another unknown function, so that the chain rule leaves no
unevaluated derivative behind: $\frac{d}{dx} f(ax) = a\,f'(ax)$.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import sympy as sp
from sympy.core.function import AppliedUndef, UndefinedFunction


@cache
def unknown(name: str, orders: tuple[int, ...], positive: bool = False) -> UndefinedFunction:
    """The function `name`, differentiated `orders[i]` times in its i-th argument."""

    def fdiff(self: AppliedUndef, argindex: int = 1) -> sp.Expr:
        raised = tuple(n + (i == argindex - 1) for i, n in enumerate(orders))
        return unknown(name, raised, positive)(*self.args)

    assumptions = {"positive": True} if positive and not any(orders) else {"real": True}
    own = {"fdiff": fdiff, "base": name, "orders": orders}
    return UndefinedFunction(
        name + _mark(orders), bases=(AppliedUndef,), __dict__=own, **assumptions
    )


def _mark(orders: tuple[int, ...]) -> str:
    if not any(orders):
        return ""
    if len(orders) == 1:
        return "'" * orders[0]
    return "^{(" + ",".join(map(str, orders)) + ")}"


# Functions to try in place of unknown ones, and how they are shown: real ones, positive ones.
_REAL = (
    (lambda u: u**2 + u, "{0}^2+{0}"),
    (lambda u: u**3 - 2 * u + 1, "{0}^3-2{0}+1"),
)
_POSITIVE = (
    (lambda u: 1 / (1 + u**2), r"\frac{{1}}{{1+{0}^2}}"),
    (lambda u: 1 + u**2, "1+{0}^2"),
)
Shown = tuple[tuple[str, str], ...]


def stand_ins(expr: sp.Expr) -> Iterator[tuple[sp.Expr, Shown]]:
    """The expression with known functions in place of its unknown ones, and which ones, in words.

    What fails for one choice of the unknown functions does not hold for all. An expression without
    unknown functions is returned as it is.
    """
    applied = expr.atoms(AppliedUndef)
    kinds = sorted({(f.func.base, len(f.args)) for f in applied})
    positive = {f.func.base for f in applied if f.is_positive}
    for turn in range(2) if kinds else (0,):
        chosen = {
            name: ((_POSITIVE if name in positive else _REAL)[(turn + place) % 2], arity)
            for place, (name, arity) in enumerate(kinds)
        }
        known = expr.replace(
            lambda part: isinstance(part, AppliedUndef),
            lambda part: _in_place(part, chosen[part.func.base][0][0]),  # noqa: B023
        )
        yield known, tuple(_shown(name, *choice) for name, choice in chosen.items())


def _in_place(part: AppliedUndef, function) -> sp.Expr:
    """The chosen function, differentiated as often as the unknown one is, at its arguments."""
    places = [sp.Dummy("u", real=True) for _ in part.args]
    value = function(_mixed(places))
    for place, order in zip(places, part.func.orders, strict=True):
        value = value.diff(place, order)
    return value.subs(dict(zip(places, part.args, strict=True)), simultaneous=True)


def _mixed(places: list) -> sp.Expr:
    """One number of several arguments: u, u + 2v, u + 2v + 3w."""
    return sp.Add(*(weight * place for weight, place in enumerate(places, 1)))


def _shown(name: str, choice: tuple, arity: int) -> tuple[str, str]:
    letters = "uvwrst"[:arity]
    mixed = "+".join(f"{weight if weight > 1 else ''}{u}" for weight, u in enumerate(letters, 1))
    return f"{name}({','.join(letters)})", choice[1].format(mixed if arity == 1 else f"({mixed})")
