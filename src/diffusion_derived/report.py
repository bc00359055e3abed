"""Results that say a claim and whether it holds, and never print a digit that may differ.

A notebook's printed output is compared with the stored one on every machine, so a measured
number is reported as the claim that it supports.  A false claim raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Number
from typing import Any

__all__ = ["ClaimFailed", "Table", "report", "table"]

_UNSET = object()


class ClaimFailed(AssertionError):
    """A reported claim is false; the message holds the measured value."""


def report(
    claim: str,
    value: Any,
    *,
    at_least: Any = None,
    at_most: Any = None,
    within: tuple[Any, Any] | None = None,
    equals: Any = _UNSET,
    unit: str = "",
) -> None:
    r"""Print `claim` with its bounds if $value$ meets all of them, and raise if it does not.

    The bounds are $value \ge$ `at_least`, $value \le$ `at_most`, $low \le value \le high$ for
    `within=(low, high)`, and exact equality for `equals`.  `value` is one number (a 0-d array or
    tensor will do); `equals` also takes fractions, strings and tuples.  The measured digits are
    never printed when the claim holds.

    Raises `ClaimFailed` with the value if a bound fails, `ValueError` if no bound is given, if
    the claim is empty, if the value is not one number, or if it is NaN.
    """
    if not claim.strip():
        raise ValueError(f"claim is {claim!r}; expected words that say what holds")
    checks = _checks(at_least, at_most, within, equals)
    if not checks:
        raise ValueError(
            f"report({claim!r}) has nothing to check; "
            "expected at_least=, at_most=, within= or equals="
        )
    number = _plain(value, f"value of {claim!r}", ordered=equals is _UNSET or len(checks) > 1)
    text = ", ".join(words for words, _ in checks) + (f" {unit}" if unit else "")
    if not all(holds(number) for _, holds in checks):
        measured = f"{number}{f' {unit}' if unit else ''}"
        raise ClaimFailed(f"{claim}: expected {text}, measured {measured}")
    print(f"{claim}: {text} (holds)")


def _checks(at_least, at_most, within, equals):
    """The criteria that were given, each as its words and its test."""
    checks = []
    if at_least is not None:
        low = _plain(at_least, "at_least")
        checks.append((f"at least {low}", lambda v: v >= low))
    if at_most is not None:
        high = _plain(at_most, "at_most")
        checks.append((f"at most {high}", lambda v: v <= high))
    if within is not None:
        a, b = _interval(within)
        checks.append((f"between {a} and {b}", lambda v: a <= v <= b))
    if equals is not _UNSET:
        target = _plain(equals, "equals", ordered=False)
        checks.append((f"equals {target}", lambda v: bool(v == target)))
    return checks


def _interval(within):
    """The two ends of `within`, in order."""
    if not (isinstance(within, tuple) and len(within) == 2):
        raise ValueError(f"within is {within!r}; expected a pair (low, high)")
    low, high = (_plain(end, "within") for end in within)
    if low > high:
        raise ValueError(f"within is ({low}, {high}); expected low <= high")
    return low, high


def _plain(value: Any, name: str, *, ordered: bool = True) -> Any:
    """`value` as a plain Python object, refused if it is NaN or (where order counts) no number."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        value = tuple(_plain(entry, name, ordered=False) for entry in value)
    elif value != value or str(value) == "nan":
        raise ValueError(f"{name} is NaN; expected a number")
    if ordered and not _orderable(value):
        raise ValueError(f"{name} is {value!r}; expected one number")
    return value


def _orderable(value: Any) -> bool:
    """Whether `value` is a number that can be compared in size."""
    if isinstance(value, complex):
        return False
    return isinstance(value, Number) or getattr(value, "is_real", False) is True


@dataclass(frozen=True, repr=False)
class Table:
    """A table of results: Markdown where it can be typeset, aligned text elsewhere."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str
    measured: bool = True

    def _repr_markdown_(self) -> str:
        """A measured table stands with its caption in the box *Measured*: a quotation."""
        rule = tuple("---" for _ in self.columns)
        rows = [_markdown_row(row) for row in (self.columns, rule, *self.rows)]
        if not self.measured:
            return "\n".join([*rows, "", self.caption]).strip()
        lines = [f"**Measured.** {self.caption}", "", *rows]
        return "\n".join(f"> {line}".rstrip() for line in lines)

    def __repr__(self) -> str:
        widths = [max(map(len, column)) for column in zip(self.columns, *self.rows, strict=True)]
        lines = [self.caption] if self.caption else []
        for row in (self.columns, tuple("-" * width for width in widths), *self.rows):
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            lines.append("  ".join(cells).rstrip())
        return "\n".join(lines)


def _markdown_row(cells: Iterable[str]) -> str:
    """One line of a Markdown table; a bar inside a cell is escaped."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    caption: str = "",
    *,
    decimals: int = 3,
    measured: bool = True,
) -> Table:
    """The table of a measurement, shown as the box *Measured*; one that is only computed is not.

    `columns` are the headings, each of the `rows` has one entry a column: words, whole numbers,
    fractions, or floats, which are rounded to `decimals` places.  A row whose last digit could
    differ on another machine needs fewer decimals.

    Raises `ValueError` if there is no column or row, if a heading is empty (a screen reader has
    nothing to say of its column), if a row has another length, or on NaN.
    """
    columns = tuple(columns)
    rows = tuple(tuple(row) for row in rows)
    if not columns or not rows:
        raise ValueError(
            f"the table has {len(columns)} columns and {len(rows)} rows; expected one of each"
        )
    for place, heading in enumerate(columns, start=1):
        if not heading.strip():
            raise ValueError(f"heading {place} is {heading!r}; expected words")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(columns):
            raise ValueError(
                f"row {number} has {len(row)} entries; expected {len(columns)}, one for each column"
            )
    cells = (tuple(_cell(x, n, decimals) for x in row) for n, row in enumerate(rows, start=1))
    return Table(columns, tuple(cells), caption, measured)


def _cell(value: Any, row: int, decimals: int) -> str:
    """One entry as text."""
    value = _plain(value, f"an entry of row {row}", ordered=False)
    if isinstance(value, float):
        # Adding zero turns a rounded -0.0 into 0.0, so that a sign never depends on the machine.
        return f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", "\N{MINUS SIGN}")
    return str(value)
