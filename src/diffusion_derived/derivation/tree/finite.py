r"""Tables: every distribution on finite alphabets that has a stated factorisation.

`tables({"x": 2, "z": (2, 3)}, p="p(z) p(x|z)", q="q(z|x)", at={"x": 0})` means all $p(x, z)$ and
all $q(z\mid x)$, with symbolic probabilities, on two states of $x$ and on two and three of $z$.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import sympy as sp

from ..decision.domain import positive, unit
from ..language.names import normal_name
from ..verdict import DerivationError

State = Mapping[str, int]
Slots = tuple[tuple[str, tuple[int, ...]], ...]  # variables, each with the states it may be in


@dataclass(frozen=True)
class Factor:
    r"""One factor $p(\text{of} \mid \text{given})$ of a joint distribution."""

    of: tuple[str, ...]
    given: tuple[str, ...]

    def __str__(self) -> str:
        given = rf"\mid {','.join(self.given)}" if self.given else ""
        return f"({','.join(self.of)}{given})"


class Tables:
    """Every distribution with the given factorisations on alphabets of the given sizes."""

    def __init__(
        self,
        sizes: Mapping[str, int],
        factors: Mapping[str, tuple[Factor, ...]],
        at: State,
        entries: Mapping[tuple, sp.Expr] | None = None,
    ) -> None:
        self.sizes, self.factors, self.at = dict(sizes), dict(factors), dict(at)
        self.entries = dict(entries) if entries is not None else self._symbolic()
        self._joint = cache(self._summed)

    def size(self, variable: str) -> int:
        """The number of states of a variable; a primed one has the alphabet of the plain one."""
        return self.sizes[variable.rstrip("'")]

    def describe(self) -> list[str]:
        """The sizes, in words."""
        return [f"|{name}| = {size}" for name, size in self.sizes.items()]

    def with_entries(self, entries: Mapping[tuple, sp.Expr]) -> Tables:
        """The same model with some entries given."""
        return Tables(self.sizes, self.factors, self.at, {**self.entries, **entries})

    def entry(self, name: str, of: State, given: State, value: sp.Expr) -> dict[tuple, sp.Expr]:
        """One entry of the tables, as `with_entries` takes it; of two states, also the other."""
        for factor in self.factors[name]:
            if set(factor.of) == set(of) and set(factor.given) == set(given):
                at, under = tuple(of[v] for v in factor.of), tuple(given[v] for v in factor.given)
                rows = {(name, factor, at, under): value}
                if len(of) == 1 and self.size(factor.of[0]) == 2:
                    rows[name, factor, (1 - at[0],), under] = 1 - value
                return rows
        asked = f"{dict(of)} given {dict(given)}"
        raise DerivationError(f"given: {asked} is no factor of {self._written(name)}")

    def probability(self, name: str, of: Slots, given: Slots) -> sp.Expr:
        r"""$p(\text{of}\mid\text{given})$ by summation; one that the model leaves open raises."""
        self._check_names(name, of, given)
        asked = {variable for variable, _ in (*of, *given)}
        loose = sorted(self._influences(name, asked) - asked)
        values = {
            self._conditional(name, of, (*given, *((v, (s,)) for v, s in state.items())))
            for state in self._assignments(loose)
        }
        first = values.pop()
        if any(sp.cancel(value - first) != 0 for value in values):
            self._undefined(name, asked, loose)
        return first

    # ---- within --------------------------------------------------------------------------

    def _roots(self, name: str) -> set[str]:
        """The variables that the model conditions on but never generates."""
        made = {v for factor in self.factors[name] for v in factor.of}
        return {v for factor in self.factors[name] for v in factor.given} - made

    def _made(self, name: str, slots: Slots) -> bool:
        return bool({variable for variable, _ in slots} - self._roots(name))

    def _conditional(self, name: str, of: Slots, given: Slots) -> sp.Expr:
        whole = self._event(name, (*of, *given))
        return whole / self._event(name, given) if self._made(name, given) else whole

    def _check_names(self, name: str, of: Slots, given: Slots) -> None:
        known = {v for factor in self.factors[name] for v in (*factor.of, *factor.given)}
        asked, roots = [variable for variable, _ in (*of, *given)], self._roots(name)
        for variable in asked:
            if variable not in known:
                raise DerivationError(
                    f"{name} says nothing about {variable}: it is {self._written(name)}"
                )
            if asked.count(variable) > 1:
                raise DerivationError(f"{name}(...) names {variable} twice")
        if roots & {variable for variable, _ in of}:
            self._undefined(name, set(asked), sorted(roots & {variable for variable, _ in of}))

    def _undefined(self, name: str, asked: set[str], on: list[str]) -> None:
        raise DerivationError(
            f"{name}({', '.join(sorted(asked))}) is undefined: it depends on {', '.join(on)}, "
            f"and {name} is only {self._written(name)}"
        )

    def _written(self, name: str) -> str:
        return " ".join(f"{name}{factor}" for factor in self.factors[name])

    def _influences(self, name: str, asked: set[str]) -> set[str]:
        """The roots that some asked variable descends from."""
        reached, before = set(asked), set()
        while reached != before:
            before = set(reached)
            for factor in self.factors[name]:
                if reached & set(factor.of):
                    reached |= set(factor.given)
        return reached & self._roots(name)

    def _event(self, name: str, slots: Slots) -> sp.Expr:
        variables = [variable for variable, _ in slots]
        combinations = itertools.product(*(states for _, states in slots))
        return sp.Add(
            *(
                self._joint(name, tuple(sorted(zip(variables, states, strict=True))))
                for states in combinations
            )
        )

    def _summed(self, name: str, fixed: tuple[tuple[str, int], ...]) -> sp.Expr:
        """The joint, summed over every variable that is not fixed."""
        known = dict(fixed)
        wanted = self._ancestors(name, set(known))
        factors = [f for f in self.factors[name] if set(f.of) & wanted]
        free = [v for f in factors for v in f.of if v not in known]
        total = sp.Add(
            *(
                sp.Mul(*(self._entry(name, factor, {**known, **dict(state)}) for factor in factors))
                for state in self._assignments(free)
            )
        )
        return sp.cancel(total) if free else total

    def _ancestors(self, name: str, variables: set[str]) -> set[str]:
        before: set[str] = set()
        while variables != before:
            before = set(variables)
            for factor in self.factors[name]:
                if variables & set(factor.of):
                    variables = variables | set(factor.of) | set(factor.given)
        return variables

    def _assignments(self, variables: Iterable[str]) -> Iterator[dict[str, int]]:
        names = tuple(variables)
        for states in itertools.product(*(range(self.size(name)) for name in names)):
            yield dict(zip(names, states, strict=True))

    def _entry(self, name: str, factor: Factor, state: State) -> sp.Expr:
        of, given = (tuple(state[v] for v in names) for names in (factor.of, factor.given))
        return self.entries[name, factor, of, given]

    def _symbolic(self) -> dict[tuple, sp.Expr]:
        entries: dict[tuple, sp.Expr] = {}
        for name, factors in self.factors.items():
            for factor in factors:
                for given in itertools.product(*(range(self.size(v)) for v in factor.given)):
                    row = _simplex(name, factor, given, self)
                    entries |= {(name, factor, of, given): value for of, value in row.items()}
        return entries


def _simplex(name: str, factor: Factor, given: tuple[int, ...], tables: Tables) -> dict:
    """A symbolic distribution: a number in (0, 1) and the rest, or weights over their sum."""
    states = list(itertools.product(*(range(tables.size(v)) for v in factor.of)))
    labels = [_label(name, factor, of, given) for of in states]
    if len(states) == 2:
        first = unit(labels[0])
        return {states[0]: first, states[1]: 1 - first}
    weights = [positive(f"weight of {label}") for label in labels]
    total = sp.Add(*weights)
    return {of: weight / total for of, weight in zip(states, weights, strict=True)}


def _label(name: str, factor: Factor, of: tuple[int, ...], given: tuple[int, ...]) -> str:
    parts = [",".join(f"{v}={s}" for v, s in zip(factor.of, of, strict=True))]
    parts += [",".join(f"{v}={s}" for v, s in zip(factor.given, given, strict=True))]
    return f"{name}({'|'.join(part for part in parts if part)})"


def tables(
    sizes: Mapping[str, int | tuple[int, ...]], *, at: State | None = None, **factors: str
) -> tuple[Tables, ...]:
    r"""Every finite model of this factorisation: `tables({"x": 2, "z": (2, 3)}, p="p(z) p(x|z)")`.

    A tuple of sizes gives one model for each; `at` says in which state a variable was observed.
    """
    names = {normal_name(name): name for name in sizes}
    options = [_several(sizes[written]) for written in names.values()]
    read = {normal_name(name): _factors(name, text, set(names)) for name, text in factors.items()}
    fixed = {normal_name(name): state for name, state in (at or {}).items()}
    for name, state in fixed.items():
        if name not in names:
            raise DerivationError(f"at: {name!r} is none of the variables {', '.join(names)}")
        if not 0 <= state < min(_several(sizes[names[name]])):
            raise DerivationError(f"at: {name} has no state {state}")
    return tuple(
        Tables(dict(zip(names, chosen, strict=True)), read, fixed)
        for chosen in itertools.product(*options)
    )


def _several(size: int | tuple[int, ...]) -> tuple[int, ...]:
    sizes = (size,) if isinstance(size, int) else tuple(size)
    if not sizes or not all(isinstance(n, int) and n >= 2 for n in sizes):
        raise DerivationError(f"a size of {size!r}: expected whole numbers of at least 2")
    return sizes


def _factors(name: str, text: str, known: set[str]) -> tuple[Factor, ...]:
    pattern = re.escape(name) + r"\s*\(([^()]*)\)"
    inside = re.findall(pattern, text)
    if not inside or re.sub(pattern, "", text).strip(r" \,"):
        raise DerivationError(f"{name}={text!r}: expected factors such as {name}(z) {name}(x|z)")
    factors = tuple(_factor(part) for part in inside)
    unknown = {v for f in factors for v in (*f.of, *f.given)} - known
    made = [v for f in factors for v in f.of]
    if unknown:
        raise DerivationError(f"{name}={text!r}: no size is given for {', '.join(sorted(unknown))}")
    if len(made) != len(set(made)):
        raise DerivationError(f"{name}={text!r}: a variable is generated twice")
    return factors


def _factor(text: str) -> Factor:
    of, _, given = text.replace(r"\mid", "|").partition("|")
    names = [tuple(normal_name(v) for v in part.split(",") if v.strip()) for part in (of, given)]
    return Factor(*names)
