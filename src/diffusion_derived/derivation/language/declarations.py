"""From the arguments of a notation to its vocabulary; everything that is declared is checked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import sympy as sp

from ..decision import domain
from ..tree.probability import Probability
from ..tree.terms import Bound, Symbol, Term
from ..tree.worlds import Tables, World
from ..verdict import DerivationError
from .names import declared_names, normal_name
from .parser import Parser
from .vocabulary import Definition, Family, UnknownFunction, Vocabulary

_DOMAINS = {
    "real": domain.real,
    "positive": domain.positive,
    "unit": domain.unit,
    "natural": domain.natural,
    "whole": domain.whole,
}


def declare(
    *,
    plain: Mapping[str, str],
    functions: Mapping[str, str],
    positive_functions: Mapping[str, str],
    matrices: Mapping[str, sp.MatrixBase],
    indexed: Mapping[str, str],
    sizes: Mapping[str, int | Sequence[int]],
    indices: Mapping[str, str],
    tables: tuple[Tables, ...],
    events: Mapping[str, tuple[str, int | tuple[int, ...]]],
    random: Mapping[str, str],
    let: Mapping[str, str],
    given: Mapping[str, str],
) -> tuple[Vocabulary, tuple[Tables, ...]]:
    """The vocabulary of a notation, and its tables with the given numbers in place."""
    words = Vocabulary()
    _declare_model(words, tables, events)
    for name, kind in indexed.items():
        _declare_family(words, name, kind)
    for kind, names in plain.items():
        for name in declared_names(names):
            _new(words, name.text)
            words.symbols[name.text] = Symbol(name.text, _DOMAINS[kind](name.text))
    for name, matrix in matrices.items():
        key = _new(words, normal_name(name))
        words.symbols[key] = Symbol(key, sp.ImmutableMatrix(matrix))
    for name, options in sizes.items():
        words.sizes[_new(words, normal_name(name))] = _options(name, options)
    for name, size in indices.items():
        words.indices[_new(words, normal_name(name))] = _known_size(words, name, size)
    for table, positive in ((functions, False), (positive_functions, True)):
        for name, arguments in table.items():
            arity = len(declared_names(arguments))
            words.functions[_new(words, normal_name(name))] = UnknownFunction(arity, positive)
    for name, tex in let.items():
        _define(words, name, tex)
    for name, tex in random.items():
        words.random[name] = Parser(rf"{name} \sim {tex}", words).draw_statement()
    return words, tuple(_with_given(model, words, given) for model in tables)


def _new(words: Vocabulary, name: str) -> str:
    if name in words:
        raise DerivationError(f"{name} is declared twice")
    base, _, subscript = name.partition("_")
    if base in words.families and subscript.strip("{}").replace(",", "").isdigit():
        raise DerivationError(f"{name} is declared twice: it is a member of the family {base}")
    return name


def _new_base(words: Vocabulary, base: str) -> str:
    if base in words.families or base in words.templates:
        raise DerivationError(f"{base} with an index is declared twice")
    return base


def _declare_model(words: Vocabulary, tables: tuple[Tables, ...], events: Mapping) -> None:
    if not tables:
        return
    words.densities = {
        name: tuple(v for factor in factors for v in factor.of)
        for name, factors in tables[0].factors.items()
    }
    words.variables = frozenset(tables[0].sizes)
    words.states_of = {name: min(t.sizes[name] for t in tables) for name in words.variables}
    for name, (variable, states) in events.items():
        key, of = normal_name(name), normal_name(variable)
        chosen = (states,) if isinstance(states, int) else tuple(states)
        if of not in words.variables or not all(0 <= s < words.states_of[of] for s in chosen):
            raise DerivationError(f"event {name}: {variable} has no states {chosen}")
        words.events[key] = (of, chosen)


def _declare_family(words: Vocabulary, name: str, kind: str) -> None:
    (parsed,) = declared_names(name)
    if not parsed.subscript:
        raise DerivationError(f"indexed {name!r}: expected an index, such as x_i")
    if kind not in _DOMAINS:
        raise DerivationError(f"indexed {name!r}: {kind!r} is none of {', '.join(_DOMAINS)}")
    letters = [token for token in parsed.subscript if token.text != ","]
    words.families[_new_base(words, parsed.base)] = Family(_DOMAINS[kind], len(letters))


def _options(name: str, options: int | Sequence[int]) -> tuple[int, ...]:
    listed = (options,) if isinstance(options, int) else tuple(options)
    if not listed or not all(isinstance(n, int) and n >= 1 for n in listed):
        raise DerivationError(f"sizes: {name} = {options!r}: expected whole numbers of at least 1")
    return listed


def _known_size(words: Vocabulary, index: str, size: str) -> str:
    if normal_name(size) not in words.sizes:
        raise DerivationError(f"indices: {index} runs to {size}, which is not in sizes")
    return normal_name(size)


def _define(words: Vocabulary, name: str, tex: str) -> None:
    words.defined_tex[name] = tex
    called = re.fullmatch(r"(.*?)\((.*)\)", name.strip(), re.DOTALL)
    if called:
        key, parameters = normal_name(called[1]), re.split(r",|\\mid\b", called[2])
        parameters = tuple(normal_name(p) for p in parameters)
        words.definitions[_new(words, key)] = _definition(words, tex, parameters)
        return
    (parsed,) = declared_names(name)
    letters = tuple(token.text for token in parsed.subscript if token.text != ",")
    if letters and set(letters) <= set(words.indices):
        words.templates[_new_base(words, parsed.base)] = _definition(words, tex, letters)
    else:
        words.definitions[_new(words, parsed.text)] = _definition(words, tex, ())


def _definition(words: Vocabulary, tex: str, parameters: tuple[str, ...]) -> Definition:
    local: dict[str, Term] = {name: Bound(name) for name in parameters}
    return Definition(tex, Parser(tex, words, local).parse(), parameters)


def _with_given(model: Tables, words: Vocabulary, given: Mapping[str, str]) -> Tables:
    entries: dict[tuple, sp.Expr] = {}
    for name, tex in given.items():
        term, value = Parser(name, words).parse(), Parser(tex, words).parse().value(World())
        if not isinstance(term, Probability):
            raise DerivationError(f"given: {name!r} is not a probability")
        if value.is_number and not 0 <= value <= 1:
            raise DerivationError(f"given: {name} = {value} is not between 0 and 1")
        entries |= model.entry(term.name, _states(name, term.of), _states(name, term.given), value)
    return model.with_entries(entries) if entries else model


def _states(name: str, slots) -> dict[str, int]:
    for slot in slots:
        if slot.event is None or len(slot.event) != 1:
            raise DerivationError(f"given: {name} must name single states, such as M or s=0")
    return {slot.variable: slot.event[0] for slot in slots}
