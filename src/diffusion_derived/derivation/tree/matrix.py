r"""Matrices: written out, transposed, their determinant, trace and norm."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..verdict import DerivationError
from .arithmetic import Unary
from .node import Term, Value, scalar
from .worlds import World


@dataclass(frozen=True)
class Matrix(Term):
    r"""$\begin{pmatrix} a & b \\ c & d \end{pmatrix}$, entries row by row."""

    rows: int
    entries: tuple[Term, ...]

    def value(self, world: World) -> Value:
        values = [scalar(entry.value(world), "an entry of a matrix") for entry in self.entries]
        return sp.ImmutableMatrix(self.rows, len(values) // self.rows, values)


class Transpose(Unary):
    r"""$A^\top$"""

    def value(self, world: World) -> Value:
        inner = self.inner.value(world)
        return inner.T if isinstance(inner, sp.MatrixBase) else inner


class Determinant(Unary):
    r"""$\det A$"""

    def value(self, world: World) -> Value:
        return _square(self.inner.value(world), "a determinant").det()


class Trace(Unary):
    r"""$\operatorname{tr} A$"""

    def value(self, world: World) -> Value:
        return _square(self.inner.value(world), "a trace").trace()


class Norm(Unary):
    r"""$\lVert x\rVert$, the Euclidean length."""

    def value(self, world: World) -> Value:
        inner = self.inner.value(world)
        entries = list(inner) if isinstance(inner, sp.MatrixBase) else [inner]
        return sp.sqrt(sp.Add(*(entry**2 for entry in entries)))


def _square(value: Value, what: str) -> sp.MatrixBase:
    if not isinstance(value, sp.MatrixBase) or value.rows != value.cols:
        raise DerivationError(f"{what}: expected a square matrix, got {value}")
    return value
