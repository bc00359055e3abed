"""What a check can say: proved, refuted with a counterexample, or undecided, which is no pass."""

from __future__ import annotations

from dataclasses import dataclass, field

PROVED, REFUTED, UNDECIDED = "proved", "refuted", "undecided"


class DerivationError(AssertionError):
    """A step was refuted, undecided, vacuous or badly declared: the book does not build past it."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the message, with its counterexample, and no inner frames."""
        return [f"{type(self).__name__}: {self}"]


class TexError(DerivationError):
    """A TeX string is outside the book's grammar, or uses a symbol that was never declared."""


@dataclass(frozen=True)
class Witness:
    """A counterexample: where the two sides differ (`point`, name to value) and by how much."""

    point: tuple[tuple[str, str], ...]
    difference: str

    def __str__(self) -> str:
        where = ", ".join(f"{name} = {value}" for name, value in self.point)
        at = f"at {where} " if where else ""
        return f"{at}the two sides differ by {self.difference}"


@dataclass(frozen=True)
class Verdict:
    """The outcome of one check, how it was reached and how long it took."""

    status: str
    method: str = ""
    detail: str = ""
    witness: Witness | None = None
    seconds: float = field(default=0.0, compare=False)

    def __bool__(self) -> bool:
        raise TypeError("a Verdict has no truth value: compare .status with PROVED")
