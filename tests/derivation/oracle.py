r"""A second opinion that shares no code with the decision procedure.

Every node is evaluated in numbers by another route: integrals by quadrature, derivatives by finite
differences, tables by enumerating the whole joint, expectations by integrating against the density.
Unknown functions are replaced by $f(x) = 2 + \sin(a\cdot x + b) + \tfrac12\cos(c\cdot x)$.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field, replace
from functools import cache, singledispatch

import mpmath as mp
import numpy as np
import sympy as sp

from diffusion_derived.derivation.decision.domain import UnitSymbol
from diffusion_derived.derivation.language.notation import Notation
from diffusion_derived.derivation.tree import calculus as terms_calculus
from diffusion_derived.derivation.tree import laws, opened, terms
from diffusion_derived.derivation.tree import matrix as terms_matrix
from diffusion_derived.derivation.tree import probability as prob
from diffusion_derived.derivation.tree.terms import Term
from diffusion_derived.derivation.tree.worlds import World
from diffusion_derived.derivation.verdict import DerivationError

DIGITS = 25
TOLERANCE = mp.mpf("1e-8")
AGREEMENT = mp.mpf("1e-11")  # of two rules for the same mean


class NoValue(Exception):
    """The term has no value at this point."""


_NO_VALUE = (NoValue, ArithmeticError, LookupError, ValueError, TypeError, DerivationError)


@dataclass
class Point:
    """A world with a number for every symbol."""

    world: World
    rng: random.Random
    numbers: dict[str, mp.mpf] = field(default_factory=dict)
    functions: dict[str, list] = field(default_factory=dict)
    joints: dict[str, list] = field(default_factory=dict)

    def symbol(self, symbol: sp.Symbol) -> mp.mpf:
        """The number that a symbol stands for here, drawn in its domain on first use."""
        if symbol.name not in self.numbers:
            self.numbers[symbol.name] = _draw(symbol, self.rng)
        return self.numbers[symbol.name]

    def at(self, symbol: sp.Symbol, number) -> Point:
        """This point with another number for one symbol."""
        return replace(self, numbers=_Overlay.on(self.numbers, symbol.name, number))

    def inside(self, world: World) -> Point:
        """This point in a world with more names bound."""
        return replace(self, world=world)

    def function(self, name: str, arity: int) -> list:
        """The coefficients of the function that an unknown one stands for."""
        if name not in self.functions:
            count = 2 * arity + 1
            self.functions[name] = [mp.mpf(self.rng.uniform(0.3, 1.2)) for _ in range(count)]
        return self.functions[name]


class _Overlay(dict):
    """Some numbers laid over a dictionary that still fills itself."""

    below: dict

    @classmethod
    def on(cls, numbers: dict, name: str, number) -> _Overlay:
        """One number laid over others; over an overlay there is still only one layer."""
        on_top = isinstance(numbers, cls)
        overlay = cls(dict(numbers) if on_top else {})
        overlay.below = numbers.below if on_top else numbers
        dict.__setitem__(overlay, name, number)
        return overlay

    def __contains__(self, name) -> bool:
        return super().__contains__(name) or name in self.below

    def __getitem__(self, name):
        return super().__getitem__(name) if super().__contains__(name) else self.below[name]

    def __setitem__(self, name, number) -> None:
        self.below[name] = number


def _draw(symbol: sp.Symbol, rng: random.Random) -> mp.mpf:
    if isinstance(symbol, UnitSymbol):
        return mp.mpf(rng.uniform(0.15, 0.85))
    if symbol.is_integer:
        return mp.mpf(rng.randint(1, 6))
    low = 0.4 if symbol.is_positive else -1.7
    return mp.mpf(rng.uniform(low, 2.3))


def differ(notation: Notation, left: Term, right: Term, points: int = 2, seed: int = 1):
    """True if the two terms differ at a point of some world, False if nowhere, None if no value."""
    return Reference(notation, left, points, seed).differs_from(right)


class Reference:
    """One side of an equation, evaluated once, against which many others are held."""

    def __init__(self, notation: Notation, term: Term, points: int = 2, seed: int = 1) -> None:
        self.notation, self.term, self.points, self.seed = notation, term, points, seed
        self._known: dict[tuple, tuple] = {}

    def differs_from(self, other: Term) -> bool | None:
        """True at the first point where they differ, False if there is none, None if no value."""
        compared = 0
        with mp.workdps(DIGITS):
            for world, at in itertools.product(
                self.notation.worlds(self.term, other), range(self.points)
            ):
                try:
                    point, mine = self._at(world, at)
                    theirs = number(other, point)
                except _NO_VALUE:
                    continue
                compared += 1
                if _far(mine, theirs):
                    return True
        return False if compared else None

    def _at(self, world: World, at: int) -> tuple:
        key = (str(world), at)
        if key not in self._known:
            point = Point(world, random.Random(f"{self.seed}.{at}"))
            self._known[key] = (point, number(self.term, point))
        return self._known[key]


def _far(a, b) -> bool:
    if isinstance(a, mp.matrix) != isinstance(b, mp.matrix):
        return True
    if isinstance(a, mp.matrix):
        if (a.rows, a.cols) != (b.rows, b.cols):
            return True
        return any(_far(x, y) for x, y in zip(a, b, strict=True))
    return abs(a - b) > TOLERANCE * (1 + abs(a) + abs(b))


def _real(value) -> mp.mpf:
    if isinstance(value, mp.matrix):
        raise NoValue("a matrix")
    if mp.im(value) != 0 or not mp.isfinite(value):
        raise NoValue(f"{value}")
    return mp.re(value)


def _whole(value) -> int:
    if not mp.isint(_real(value)):
        raise NoValue(f"{value} is not a whole number")
    return int(value)


# ---- leaves and arithmetic ---------------------------------------------------------------


@singledispatch
def number(term: Term, point: Point):
    """The numerical value of a term at a point."""
    raise NotImplementedError(f"the oracle does not know {type(term).__name__}")


@number.register
def _(term: terms.Number, point):
    return mp.mpf(term.number.p) / term.number.q if term.number.is_Rational else _constant(term)


def _constant(term: terms.Number):
    return {sp.pi: mp.pi, sp.E: mp.e, sp.oo: mp.inf, -sp.oo: -mp.inf}[term.number] + mp.mpf(0)


@number.register
def _(term: terms.Symbol, point):
    if isinstance(term.symbol, sp.MatrixBase):
        return mp.matrix(
            [
                [_entry(term.symbol[i, j], point) for j in range(term.symbol.cols)]
                for i in range(term.symbol.rows)
            ]
        )
    return point.symbol(term.symbol)


def _entry(expr: sp.Expr, point: Point):
    symbols = sorted(expr.free_symbols, key=str)
    return mp.mpf(_compiled(expr)(*(point.symbol(symbol) for symbol in symbols)))


@cache
def _compiled(expr: sp.Expr):
    return sp.lambdify(sorted(expr.free_symbols, key=str), expr, "mpmath")


@number.register
def _(term: terms.Bound, point):
    return mp.mpf(point.world[term.name])


@number.register
def _(term: terms.Indexed, point):
    at = ",".join(str(_whole(number(index, point))) for index in term.indices)
    name = f"{term.base}_{at}" if len(at) == 1 else f"{term.base}_{{{at}}}"
    return point.symbol(_member(term.domain, name))


@cache
def _member(domain, name: str) -> sp.Symbol:
    return domain(name)


@number.register
def _(term: terms.Defined, point):
    values = [number(argument, point) for argument in term.arguments]
    pairs = zip(term.parameters, values, strict=True)
    bound = {name: int(v) if mp.isint(v) else v for name, v in pairs}
    return number(term.body, point.inside(point.world.bind(bound)))


@number.register
def _(term: terms.Add, point):
    return number(term.left, point) + number(term.right, point)


@number.register
def _(term: terms.Sub, point):
    return number(term.left, point) - number(term.right, point)


@number.register
def _(term: terms.Mul, point):
    return _times(number(term.left, point), number(term.right, point))


def _times(left, right):
    product = left * right
    if isinstance(product, mp.matrix) and (product.rows, product.cols) == (1, 1):
        both = isinstance(left, mp.matrix) and isinstance(right, mp.matrix)
        return product[0] if both else product
    return product


@number.register
def _(term: terms.Div, point):
    return number(term.left, point) / _real(number(term.right, point))


@number.register
def _(term: terms.Pow, point):
    base, exponent = number(term.left, point), number(term.right, point)
    return base ** int(exponent) if isinstance(base, mp.matrix) else _real(mp.power(base, exponent))


@number.register
def _(term: terms.Neg, point):
    return -number(term.inner, point)


@number.register
def _(term: terms.Sqrt, point):
    return _real(mp.sqrt(number(term.inner, point)))


@number.register
def _(term: terms.Log, point):
    return _real(mp.log(number(term.inner, point)))


@number.register
def _(term: terms.Exp, point):
    return mp.exp(_real(number(term.inner, point)))


_KNOWN = {
    r"\Gamma": mp.gamma,
    r"\mathrm{B}": mp.beta,
    "binomial": mp.binomial,
    "!": mp.factorial,
    "absolute value": abs,
    r"\operatorname{sigmoid}": lambda x: 1 / (1 + mp.exp(-x)),
    r"\psi": lambda x: mp.diff(mp.loggamma, x),
    r"\min": min,
    r"\max": max,
    r"\sin": mp.sin,
    r"\cos": mp.cos,
    r"\tanh": mp.tanh,
}


@number.register
def _(term: terms.Call, point):
    return _real(_KNOWN[term.name](*(_real(number(a, point)) for a in term.arguments)))


# ---- matrices ----------------------------------------------------------------------------


@number.register
def _(term: terms_matrix.Matrix, point):
    values = [number(entry, point) for entry in term.entries]
    width = len(values) // term.rows
    return mp.matrix([values[at : at + width] for at in range(0, len(values), width)])


@number.register
def _(term: terms_matrix.Transpose, point):
    inner = number(term.inner, point)
    return inner.T if isinstance(inner, mp.matrix) else inner


@number.register
def _(term: terms_matrix.Determinant, point):
    return mp.det(number(term.inner, point))


@number.register
def _(term: terms_matrix.Trace, point):
    inner = number(term.inner, point)
    return mp.fsum(inner[i, i] for i in range(inner.rows))


@number.register
def _(term: terms_matrix.Norm, point):
    inner = number(term.inner, point)
    if isinstance(inner, mp.matrix):
        return mp.sqrt(mp.fsum(entry**2 for entry in inner))
    return abs(inner)


# ---- sums, derivatives, integrals --------------------------------------------------------


def _over(over, point: Point) -> list[Point]:
    if isinstance(over, terms_calculus.States):
        sizes = [range(point.world.tables.size(name)) for name in over.variables]
        chosen = (
            dict(zip(over.variables, states, strict=True)) for states in itertools.product(*sizes)
        )
    else:
        start, stop = (_whole(number(end, point)) for end in (over.start, over.stop))
        omitted = {_whole(number(term, point)) for term in over.omit}
        chosen = ({over.index: i} for i in range(start, stop + 1) if i not in omitted)
    return [point.inside(point.world.bind(values)) for values in chosen]


@number.register
def _(term: terms_calculus.Sum, point):
    total = mp.mpf(0)
    for at, inner in enumerate(_over(term.over, point)):
        value = number(term.body, inner)
        total = value if at == 0 else total + value
    return total


@number.register
def _(term: terms_calculus.Product, point):
    total = mp.mpf(1)
    for inner in _over(term.over, point):
        total = total * number(term.body, inner)
    return total


def _symbol_of(term: Term, point: Point) -> sp.Symbol | sp.MatrixBase:
    symbol = term.value(point.world)  # a leaf: only its name is taken from it
    if not isinstance(symbol, (sp.Symbol, sp.MatrixBase)):
        raise NoValue(f"{symbol} is not a variable")
    return symbol


@number.register
def _(term: terms_calculus.Derivative, point):
    by = _symbol_of(term.variable, point)
    if isinstance(by, sp.MatrixBase):
        return mp.matrix([_slope(term.body, entry, point, term.order) for entry in by])
    return _slope(term.body, by, point, term.order)


def _slope(body: Term, symbol: sp.Symbol, point: Point, order: int):
    with mp.extradps(15):
        return mp.diff(lambda x: number(body, point.at(symbol, x)), point.symbol(symbol), order)


@number.register
def _(term: terms_calculus.Integral, point):
    symbol = _symbol_of(term.variable, point)
    ends = [number(term.lower, point), number(term.upper, point)]
    return _integrate(lambda x: number(term.body, point.at(symbol, x)), ends)


def _quadrature(function, ends, digits: int):
    with mp.workdps(digits):
        value, error = mp.quad(function, ends, error=True)
    if error > 1e-9 * (1 + abs(value)):
        raise NoValue("quadrature did not converge")
    return value


def _integrate(function, ends):
    if ends == [-mp.inf, mp.inf]:
        ends = [-mp.inf, -2, 0, 2, mp.inf]
    if mp.mp.dps > DIGITS:
        raise NoValue("a finite difference of a quadrature is noise")
    before, value = (_quadrature(function, ends, digits) for digits in (12, 15))
    if abs(value - before) > 1e-4 * (1 + abs(value)):
        raise NoValue("the integral does not settle: it may be infinite")
    return value


@number.register
def _(term: terms_calculus.Limit, point):
    symbol, target = _symbol_of(term.variable, point), number(term.target, point)
    return mp.limit(lambda x: number(term.body, point.at(symbol, x)), target)


@number.register
def _(term: terms_calculus.At, point):
    symbol = _symbol_of(term.variable, point)
    return number(term.body, point.at(symbol, number(term.point, point)))


@number.register
def _(term: terms_calculus.Unknown, point):
    values = [number(argument, point) for argument in term.arguments]
    a = point.function(term.name, len(values))
    frequencies, others, shift = a[: len(values)], a[len(values) : -1], a[-1]
    wave = _wave(frequencies, term.orders, values, shift)
    other = _wave(others, term.orders, values, mp.pi / 2) / 2
    return wave + other + (0 if any(term.orders) else 2)


def _wave(frequencies, orders, values, shift):
    """The derivative of sin(a . x + shift) of these orders."""
    factor = mp.fprod(a**n for a, n in zip(frequencies, orders, strict=True))
    angle = mp.fsum(a * x for a, x in zip(frequencies, values, strict=True))
    return factor * mp.sin(angle + shift + sum(orders) * mp.pi / 2)


# ---- finite models -----------------------------------------------------------------------


def _joint(point: Point, name: str) -> list[tuple[dict[str, int], mp.mpf]]:
    """Every full assignment of the variables that the model makes, with its probability."""
    if name not in point.joints:
        point.joints[name] = list(_weights(point, name))
    return point.joints[name]


def _weights(point: Point, name: str):
    tables = point.world.tables
    factors = tables.factors[name]
    names = sorted({v for factor in factors for v in (*factor.of, *factor.given)})
    for states in itertools.product(*(range(tables.size(v)) for v in names)):
        state = dict(zip(names, states, strict=True))
        entries = (_table_entry(tables, name, factor, state, point) for factor in factors)
        yield state, mp.fprod(entries)


def _table_entry(tables, name, factor, state, point):
    of = tuple(state[v] for v in factor.of)
    given = tuple(state[v] for v in factor.given)
    return _entry(tables.entries[name, factor, of, given], point)


@number.register
def _(term: prob.Probability, point):
    def wanted(slots):
        return [(slot.variable, slot.event or (int(point.world[slot.name]),)) for slot in slots]

    def total(conditions):
        return mp.fsum(
            weight
            for state, weight in _joint(point, term.name)
            if all(state.get(variable) in states for variable, states in conditions)
        )

    point.world.tables.probability(term.name, *map(tuple, (wanted(term.of), wanted(term.given))))
    given = wanted(term.given)
    return total([*wanted(term.of), *given]) / (total(given) if given else _outside(term, point))


def _outside(term: prob.Probability, point: Point) -> int:
    """Without a condition, the joint counts every state of what the model only conditions on."""
    tables = point.world.tables
    made = {v for factor in tables.factors[term.name] for v in factor.of}
    roots = {v for factor in tables.factors[term.name] for v in factor.given} - made
    count = 1
    for root in roots:
        count *= tables.size(root)
    return count


@number.register
def _(term: prob.TableExpectation, point):
    names = [v for weight in term.weights for v in weight.variables]
    inner = _over(terms_calculus.States(tuple(names)), point)
    return mp.fsum(
        mp.fprod(number(weight, at) for weight in term.weights) * number(term.body, at)
        for at in inner
    )


def _pairs(term, point) -> list[tuple]:
    inner = _over(terms_calculus.States(term.left.variables), point)
    return [(number(term.left, at), number(term.right, at)) for at in inner]


@number.register
def _(term: opened.TableDivergence, point):
    return mp.fsum(a * mp.log(a / b) for a, b in _pairs(term, point))


@number.register
def _(term: opened.TableEntropy, point):
    return mp.fsum(-a * mp.log(b) for a, b in _pairs(term, point))


@number.register
def _(term: opened.MutualInformation, point):
    """By three entropies of the joint, which is enumerated."""

    def entropy(p):
        at = _over(terms_calculus.States(p.variables), point)
        return mp.fsum(-mp.log(number(p, inner)) * number(p, inner) for inner in at)

    return entropy(term.left) + entropy(term.right) - entropy(term.joint)


# ---- laws --------------------------------------------------------------------------------


def _density(law: laws.Law, at, point: Point):
    if isinstance(law, laws.Normal):
        return _normal(at, number(law.mean_at, point), number(law.variance, point))
    first, second = (_real(number(child, point)) for child in law.children)
    if isinstance(law, laws.Beta):
        if min(first, second) <= 0:
            raise NoValue("a parameter of a Beta law that is not positive")
        return at ** (first - 1) * (1 - at) ** (second - 1) / mp.beta(first, second)
    return mp.binomial(first, at) * second**at * (1 - second) ** (first - at)


def _normal(at, mean, variance):
    if isinstance(variance, mp.matrix):
        offset = at - mean
        form = (offset.T * variance**-1 * offset)[0]
        return mp.exp(-form / 2) / mp.sqrt(mp.det(2 * mp.pi * variance))
    if variance <= 0:
        raise NoValue("a negative variance")
    return mp.npdf(at, mean, mp.sqrt(variance))


@number.register
def _(term: prob.Density, point):
    return _density(term.law, number(term.point, point), point)


def _mean(draws, body, point: Point):
    value = _smooth_mean(draws, body, point)
    return _mean_by_pieces(draws, body, point) if value is None else value


def _smooth_mean(draws, body, point: Point):
    """The mean under scalar normals by tensor Gauss-Hermite rules, if they agree."""
    if not all(isinstance(draw.law, laws.Normal) for draw in draws):
        return None
    if len(draws) > 3:
        return _mean_over_many(draws, body, point)
    before = mp.inf
    for count in (3, 5, 10, 17):
        value = _tensor_mean(draws, body, point, (count,) * len(draws))
        if value is None or abs(value - before) < AGREEMENT * (1 + abs(value)):
            return value
        before = value
    return None


def _mean_over_many(draws, body, point: Point):
    """Two nodes for each draw; and three for one half of them, then for the other half."""
    half, rest = len(draws) // 2, len(draws) - len(draws) // 2
    rules = ((2,) * len(draws), (3,) * half + (2,) * rest, (2,) * half + (3,) * rest)
    values = [_tensor_mean(draws, body, point, rule) for rule in rules]
    if None in values or max(values) - min(values) > AGREEMENT * (1 + abs(values[0])):
        return None
    return values[0]


def _tensor_mean(draws, body, point: Point, counts: tuple[int, ...]):
    if not draws:
        return body(point)
    symbol, law = _symbol_of(draws[0].variable, point), draws[0].law
    mean, variance = number(law.mean_at, point), number(law.variance, point)
    if isinstance(symbol, sp.MatrixBase) or isinstance(variance, mp.matrix):
        return None
    if variance <= 0:
        raise NoValue("a variance that is not positive")
    nodes, weights = _hermite(counts[0])
    at = [point.at(symbol, mean + mp.sqrt(variance) * node) for node in nodes]
    values = [_tensor_mean(draws[1:], body, inner, counts[1:]) for inner in at]
    return None if None in values else mp.fdot(weights, values)


def _mean_by_pieces(draws, body, point: Point):
    if not draws:
        return body(point)
    if len(draws) > 2:
        raise NoValue("too many dimensions for a quadrature piece by piece")
    draw, rest = draws[0], draws[1:]
    symbol = _symbol_of(draw.variable, point)
    if isinstance(symbol, sp.MatrixBase):
        return _vector_mean(draw, symbol, lambda p: _mean_by_pieces(rest, body, p), point)

    def weighted(x):
        inner = _mean_by_pieces(rest, body, point.at(symbol, x))
        return inner * _density(draw.law, x, point)

    if isinstance(draw.law, laws.Binomial):
        n = _whole(number(draw.law.n, point))
        return mp.fsum(weighted(mp.mpf(k)) for k in range(n + 1))
    if isinstance(draw.law, laws.Beta):
        return _integrate(weighted, [0, mp.mpf("0.5"), 1])
    mean, variance = number(draw.law.mean_at, point), number(draw.law.variance, point)
    if isinstance(variance, mp.matrix) or variance <= 0:
        raise NoValue("a variance that is not positive")
    reach = mp.sqrt(variance)
    if len(draws) == 1:
        return _integrate(weighted, [mean + k * reach for k in (-12, -4, -1, 1, 4, 12)])
    nodes, weights = _hermite(12)
    at = [point.at(symbol, mean + reach * node) for node in nodes]
    return mp.fsum(w * _mean_by_pieces(rest, body, p) for w, p in zip(weights, at, strict=True))


def _vector_mean(draw, symbols, body, point: Point):
    """A tensor Gauss-Hermite rule, exact for polynomials of degree below 16."""
    mean, covariance = number(draw.law.mean_at, point), number(draw.law.variance, point)
    root = mp.cholesky(covariance)
    nodes, weights = _hermite(8)
    total = mp.mpf(0)
    for chosen in itertools.product(range(len(nodes)), repeat=len(symbols)):
        x = mean + root * mp.matrix([nodes[i] for i in chosen])
        inner = point
        for symbol, value in zip(symbols, x, strict=True):
            inner = inner.at(symbol, value)
        total = total + mp.fprod(weights[i] for i in chosen) * body(inner)
    return total


@cache
def _hermite(count: int) -> tuple[list, list]:
    """Nodes and weights for a standard normal: exact for polynomials of degree below 2 count."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    return [mp.mpf(x) for x in nodes], [mp.mpf(w) for w in weights / weights.sum()]


@number.register
def _(term: prob.Expectation, point):
    return _mean(term.draws, lambda p: number(term.body, p), point)


def _mean_over(source, body, point: Point):
    """The mean over draws, or over the states of a finite model."""
    if isinstance(source[0], prob.Draw):
        return _mean(source, body, point)
    names = tuple(v for weight in source for v in weight.variables)
    inner = _over(terms_calculus.States(names), point)
    return mp.fsum(mp.fprod(number(weight, at) for weight in source) * body(at) for at in inner)


@number.register
def _(term: opened.Variance, point):
    """The mean squared distance from the mean."""
    return number(opened.Covariance(term.source, term.body, term.body), point)


@number.register
def _(term: opened.Covariance, point):
    sides = [lambda p, side=side: number(side, p) for side in (term.left, term.right)]
    left, right = sides
    means = [_mean_over(term.source, side, point) for side in sides]
    return _mean_over(term.source, lambda p: (left(p) - means[0]) * (right(p) - means[1]), point)


@number.register
def _(term: opened.LawEntropy, point):
    return _law_mean(term.left, lambda x: -mp.log(_density(term.right, x, point)), point)


def _law_mean(law, function, point: Point):
    """The mean of a function of a value of the law: by nodes, by a sum or by quadrature."""
    if isinstance(law, laws.Binomial):
        n = _whole(number(law.n, point))
        return mp.fsum(_density(law, k, point) * function(mp.mpf(k)) for k in range(n + 1))
    if isinstance(law, laws.Beta):
        return _integrate(lambda x: _density(law, x, point) * function(x), [0, mp.mpf("0.5"), 1])
    mean, variance = number(law.mean_at, point), number(law.variance, point)
    if isinstance(mean, mp.matrix) or variance <= 0:
        raise NoValue("a vector, or a variance that is not positive")
    nodes, weights = _hermite(4)  # exact: the log of a normal density is quadratic
    return mp.fdot(weights, [function(mean + mp.sqrt(variance) * node) for node in nodes])


@number.register
def _(term: prob.Divergence, point):
    left, right = term.left, term.right
    if isinstance(left, laws.Normal) and isinstance(number(left.mean_at, point), mp.matrix):
        return _vector_divergence(term, point)
    return _law_mean(
        left, lambda x: mp.log(_density(left, x, point) / _density(right, x, point)), point
    )


def _vector_divergence(term: prob.Divergence, point: Point):
    m, s = number(term.left.mean_at, point), number(term.left.variance, point)
    root = mp.cholesky(s)
    nodes, weights = _hermite(4)
    total = mp.mpf(0)
    for chosen in itertools.product(range(len(nodes)), repeat=m.rows):
        x = m + root * mp.matrix([nodes[i] for i in chosen])
        left, right = (_density(law, x, point) for law in (term.left, term.right))
        total += mp.fprod(weights[i] for i in chosen) * mp.log(left / right)
    return total
