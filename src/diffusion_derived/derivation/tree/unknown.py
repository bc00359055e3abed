r"""Unknown smooth functions: $f$, and its derivatives $f'$, $\partial_t p$, as functions.

A derivative of an unknown function is another unknown function, so that the chain rule leaves no
unevaluated derivative behind: $\frac{d}{dx} f(ax) = a\,f'(ax)$.
"""

from __future__ import annotations

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
    return UndefinedFunction(
        name + _mark(orders), bases=(AppliedUndef,), __dict__={"fdiff": fdiff}, **assumptions
    )


def _mark(orders: tuple[int, ...]) -> str:
    if not any(orders):
        return ""
    if len(orders) == 1:
        return "'" * orders[0]
    return "^{(" + ",".join(map(str, orders)) + ")}"
