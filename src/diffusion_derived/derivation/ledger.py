"""The ledger: every labelled equation of the book, how strongly it holds and on what it rests.

A derivation enters itself when it is closed. The entries travel in the notebook's stored outputs;
`ledger.json`, collected from those outputs, lets a later chapter rest on an earlier equation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources

from .grades import CHECKED
from .verdict import DerivationError

MIME = "application/vnd.diffusion-derived.entry+json"


@dataclass(frozen=True)
class Entry:
    """One equation: `tex` is what the reader sees, `grade` what was decided about it."""

    label: str
    chapter: str
    title: str
    tex: str
    grade: str
    because: tuple[str, ...] = ()
    ran: int = 0
    method: str = ""
    refused: int = 0
    rests_on: tuple[str, ...] = ()
    scope: str = ""
    domains: tuple[tuple[str, str], ...] = ()  # of a lemma "... >= 0": its names and their domains

    def as_json(self) -> dict:
        """The entry as plain JSON values."""
        values = {name: value for name, value in asdict(self).items() if name != "domains" or value}
        return json.loads(json.dumps(values))

    @classmethod
    def from_json(cls, values: dict) -> Entry:
        """The entry that `as_json` wrote."""
        tuples = {name: tuple(values[name]) for name in ("because", "rests_on") if name in values}
        domains = tuple(tuple(pair) for pair in values.get("domains", ()))
        return cls(**{**values, **tuples, "domains": domains})


@cache
def published() -> dict[str, Entry]:
    """The entries collected from the book's notebooks, by label."""
    source = resources.files("diffusion_derived") / "ledger.json"
    if not source.is_file():
        return {}
    return {row["label"]: Entry.from_json(row) for row in json.loads(source.read_text("utf-8"))}


class Ledger:
    """What this kernel has established, before what earlier chapters have."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    def add(self, entry: Entry) -> None:
        """Enter an equation. A cell run again replaces its own; no two titles share a label."""
        known = self._entries.get(entry.label)
        if known and known.title != entry.title:
            raise DerivationError(
                f"label {entry.label!r} names {known.title!r}: {entry.title!r} needs its own"
            )
        self._entries[entry.label] = entry

    def get(self, label: str) -> Entry:
        """The entry with this label, of this notebook or of an earlier chapter."""
        entry = self._entries.get(label) or published().get(label)
        if entry is None:
            raise DerivationError(
                f"no equation is labelled {label!r}, here or in an earlier chapter"
            )
        return entry

    def checked(self, label: str) -> Entry:
        """The entry with this label; one that is only defined, cited or assumed raises."""
        entry = self.get(label)
        if entry.grade not in CHECKED:
            raise DerivationError(
                f"{label!r} is only {entry.grade}: a step can rest on a decided equation only"
            )
        return entry

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())


LEDGER = Ledger()
