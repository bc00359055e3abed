r"""Integrals that no formula covers: the same one on both sides is one number, whatever it is.

A mean under a normal law becomes one under the standard normal, so that both ways to write it are
the same:

$$\mathbb E_{x\sim\mathcal N(m,v)}[h(x)]
= \mathbb E_{\varepsilon\sim\mathcal N(0,1)}[h(m + \sqrt v\,\varepsilon)].$$

Of an unknown function it is taken for granted that its integrals exist. A derivative that goes
under an open integral rests on the label `eq-exchange`, which a chapter cites.
"""

from __future__ import annotations

import sympy as sp
from sympy.core.function import AppliedUndef

from ..decision.decide import decide_positive
from ..verdict import PROVED
from .integrals import expanded, integral, weighted
from .node import OutsideReach
from .worlds import World

EXCHANGE_LEMMA = "eq-exchange"  # a derivative goes under an integral that stays open


def integrate(body: sp.Expr, x: sp.Symbol, lower: sp.Expr, upper: sp.Expr, world: World) -> sp.Expr:
    """The integral; its lemma is noted in the world, which may also leave it open."""
    try:
        result, lemma = integral(body, x, lower, upper)
    except OutsideReach:
        if not world.open_integrals:
            raise
        return left_open(body, x, lower, upper)
    world.note(lemma)
    return result


def left_open(body: sp.Expr, x: sp.Symbol, lower: sp.Expr, upper: sp.Expr) -> sp.Expr:
    """The integral of each summand: by formula, or as a constant times an unevaluated integral."""
    parts = []
    for summand in sp.Add.make_args(expanded(_constants_out_of_logs(body, x))):
        try:
            parts.append(integral(summand, x, lower, upper)[0])
        except OutsideReach:
            parts.append(_unevaluated(*_standardised(summand, x, lower, upper), lower, upper))
    return sp.Add(*parts)


def tidied(expr: sp.Expr) -> sp.Expr:
    """The expression with each open integral taken apart once more, as after a derivative."""
    single = [one for one in expr.atoms(sp.Integral) if len(one.limits) == 1]
    return expr.xreplace({one: _unevaluated(one.function, *one.limits[0]) for one in single})


def closed(expr: sp.Expr) -> sp.Expr:
    """The expression with a number in place of each open integral, positive where that is known."""
    numbers = {
        one: sp.Dummy("integral", **({"positive": True} if _is_positive(one) else {"real": True}))
        for one in sp.ordered(expr.atoms(sp.Integral))
    }
    return expr.xreplace(numbers)


def _unevaluated(body: sp.Expr, x: sp.Symbol, lower: sp.Expr, upper: sp.Expr) -> sp.Expr:
    parts = []
    for summand in sp.Add.make_args(expanded(body)):
        front, rest = summand.as_independent(x, as_Add=False)
        inside = _not_in(rest, x)
        forms = [(sp.Integer(1), _at(rest, x, inside))]
        if (lower, upper) == (-sp.oo, sp.oo):  # the same read from right to left
            forms.append(_at(rest, x, -inside).as_independent(inside, as_Add=False))
        sign, chosen = min(forms, key=lambda form: sp.default_sort_key(form[1]))
        parts.append(front * sign * sp.Integral(chosen, (inside, lower, upper)))
    return sp.Add(*parts)


def _not_in(body: sp.Expr, x: sp.Symbol) -> sp.Symbol:
    """A variable of integration: the same one for the same body, so that equal integrals match."""
    used = {symbol.name for symbol in body.atoms(sp.Symbol) - {x}}
    free = (f"inside{n}" for n in range(len(used) + 1))
    return sp.Symbol(next(name for name in free if name not in used), real=True)


def _standardised(
    summand: sp.Expr, x: sp.Symbol, lower: sp.Expr, upper: sp.Expr
) -> tuple[sp.Expr, sp.Symbol]:
    """The summand and its variable; over the line, a normal factor becomes the standard one."""
    if (lower, upper) != (-sp.oo, sp.oo):
        return summand, x
    try:
        front, rest, (mean, variance) = weighted(summand, x)
    except OutsideReach:
        return summand, x
    draw = sp.Dummy("draw", real=True)
    place = sp.expand(sp.cancel(mean) + sp.sqrt(sp.cancel(variance)) * draw)
    normal = sp.exp(-(draw**2) / 2) / sp.sqrt(2 * sp.pi)
    return sp.expand(front, log=False) * _at(rest, x, place) * normal, draw


def _at(body: sp.Expr, x: sp.Symbol, place: sp.Expr) -> sp.Expr:
    """The body at a place, with the arguments of unknown functions multiplied out."""
    moved = body.subs(x, place)
    return moved.replace(
        lambda part: isinstance(part, AppliedUndef),
        lambda part: part.func(*map(sp.expand, part.args)),
    )


def _constants_out_of_logs(body: sp.Expr, x: sp.Symbol) -> sp.Expr:
    r"""$\log(c\,f) = \log c + \log f$ for positive factors, where some of them are free of x."""

    def apart(log: sp.log) -> sp.Expr:
        factors = sp.Mul.make_args(log.args[0])
        if not all(map(_known_positive, factors)):
            return log
        return sp.Add(*map(_log_of_power, factors))

    return body.replace(lambda part: isinstance(part, sp.log) and part.has(x), apart)


def _log_of_power(factor: sp.Expr) -> sp.Expr:
    base, power = factor.as_base_exp()
    return power * sp.log(base) if _known_positive(base) and power.is_real else sp.log(factor)


def _known_positive(factor: sp.Expr) -> bool:
    base = factor.as_base_exp()[0]
    return bool(factor.is_positive) or (isinstance(base, sp.Integral) and _is_positive(base))


def _is_positive(one: sp.Integral) -> bool:
    """Whether an integral is one of positive values, from a lower end to an upper one."""
    if len(one.limits) != 1 or not one.function.is_positive:
        return False
    ((_, lower, upper),) = one.limits
    return upper == sp.oo or lower == -sp.oo or decide_positive(upper - lower).status == PROVED
