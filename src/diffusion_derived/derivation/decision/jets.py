"""Jets: the value of an unknown function and of each of its derivatives, as independent numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy as sp
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import AppliedUndef

from .domain import Point


@dataclass(frozen=True)
class Jet:
    r"""One number $\partial^{\text{orders}} f(\text{arguments})$ of an unknown function $f$."""

    function: sp.core.function.UndefinedFunction
    orders: tuple[int, ...]
    arguments: tuple[sp.Expr, ...]
    positive: bool

    @property
    def name(self) -> str:
        marks = "".join(f"∂{place}" * order for place, order in enumerate(self.orders, 1))
        if len(self.orders) == 1:
            marks = "∂" * self.orders[0]
        return f"{marks}{self.function.__name__}({', '.join(map(str, self.arguments))})"


def as_jet(atom: sp.Basic) -> Jet | None:
    """Read `f(a, b)`, a derivative of it, or one taken at a point; None for anything else."""
    if isinstance(atom, AppliedUndef):
        return Jet(atom.func, (0,) * len(atom.args), _expanded(atom.args), bool(atom.is_positive))
    if isinstance(atom, sp.Derivative):
        return _derivative(atom)
    if isinstance(atom, sp.Subs):
        return _at_point(atom)
    return None


def _expanded(arguments: tuple[sp.Expr, ...]) -> tuple[sp.Expr, ...]:
    return tuple(sp.expand(argument) for argument in arguments)


def _derivative(atom: sp.Derivative) -> Jet | None:
    inner = atom.expr
    if not isinstance(inner, AppliedUndef):
        return None
    counts = {variable: int(count) for variable, count in atom.variable_count if count.is_Integer}
    if len(counts) < len(atom.variable_count) or not _one_place_each(inner, counts):
        return None
    orders = tuple(counts.get(argument, 0) for argument in inner.args)
    return Jet(inner.func, orders, inner.args, False)


def _one_place_each(applied: AppliedUndef, variables: dict) -> bool:
    """Each variable is itself one argument and occurs in no other."""
    return all(
        variable in applied.args and sum(arg.has(variable) for arg in applied.args) == 1
        for variable in variables
    )


def _at_point(atom: sp.Subs) -> Jet | None:
    jet = as_jet(atom.expr)
    if jet is None:
        return None
    place = dict(zip(atom.variables, atom.point, strict=True))
    arguments = tuple(argument.subs(place, simultaneous=True) for argument in jet.arguments)
    return Jet(jet.function, jet.orders, _expanded(arguments), jet.positive)


Table = dict[Jet, sp.Symbol]
_BINDERS = (ExprWithLimits, sp.Derivative, sp.Subs, sp.Limit, sp.Lambda)


def jets(expr: sp.Expr) -> tuple[sp.Expr, Table]:
    """Replace every jet by a real (or positive) symbol of its own; also return which is which."""
    expr = _derivatives_done(expr)
    table: Table = {}
    return _replace(expr, table), table


def _derivatives_done(expr: sp.Expr) -> sp.Expr:
    unread = [atom for atom in expr.atoms(sp.Derivative, sp.Subs) if as_jet(atom) is None]
    return expr.xreplace({atom: atom.doit() for atom in unread}) if unread else expr


def _replace(expr: sp.Basic, table: Table) -> sp.Basic:
    """The walk; what binds a variable (an integral over f, say) is left as it is."""
    jet = as_jet(expr)
    if jet is not None:
        arguments = tuple(_replace(argument, table) for argument in jet.arguments)
        return table.setdefault(replace(jet, arguments=arguments), _symbol(jet))
    if isinstance(expr, _BINDERS) or not expr.has(AppliedUndef):
        return expr
    return expr.func(*[_replace(arg, table) for arg in expr.args])


def _symbol(jet: Jet) -> sp.Symbol:
    return sp.Dummy(jet.name, **({"positive": True} if jet.positive else {"real": True}))


def compared_symbols(table: Table) -> set[sp.Symbol]:
    """The symbols that say whether two arguments of the same function are equal."""
    groups = _several_places(table)
    return {symbol for places in groups for place in places for symbol in _free(place)}


def keeps_apart(table: Table, point: Point) -> bool:
    """Whether a function's different arguments stay different at this point.

    Independent values are only allowed then: f(x) and f(y) are one number where x = y.
    """
    return all(_distinct(places, point) for places in _several_places(table))


def _several_places(table: Table) -> list[list[tuple[sp.Expr, ...]]]:
    groups: dict = {}
    for jet in table:
        groups.setdefault(jet.function, {})[jet.arguments] = None
    return [list(places) for places in groups.values() if len(places) > 1]


def _free(place: tuple[sp.Expr, ...]) -> set[sp.Symbol]:
    return set().union(*(argument.free_symbols for argument in place))


def _distinct(places: list[tuple[sp.Expr, ...]], point: Point) -> bool:
    values = [tuple(arg.subs(point).evalf(20) for arg in place) for place in places]
    return all(
        any(abs(a - b) > 1e-9 for a, b in zip(one, other, strict=True))
        for i, one in enumerate(values)
        for other in values[:i]
    )
