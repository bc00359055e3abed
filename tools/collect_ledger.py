"""Collect the ledger from what the chapters' derivations stored: `collect_ledger.py [--check]`.

Every derivation leaves its entries beside its picture in the notebook's outputs.  They go, in the
order of the book, into the package, where a later chapter can rest on them.
"""

import argparse
import json
import pathlib
import sys
from collections.abc import Iterable

from nbfiles import ENTRY, ROOT, bundles, chapters, read, shown

LEDGER = ROOT / "src" / "diffusion_derived" / "ledger.json"
FIELDS = {"label", "chapter", "title", "tex", "grade"}


class LedgerError(ValueError):
    """The notebooks' entries do not make one ledger; the message names where and what."""


def collect(paths: Iterable[pathlib.Path]) -> list[dict]:
    """All entries of some notebooks, each label once.

    Raises `LedgerError` if two derivations share a label and differ, if an entry lacks a field, or
    if it rests on an equation that the book does not have.
    """
    ledger: dict[str, dict] = {}
    origin: dict[str, str] = {}
    for path in paths:
        for cell, data in bundles(read(path)):
            where = f"{shown(path)} cell {cell.get('id', '?')}"
            for entry in data.get(ENTRY, []):
                _require_fields(entry, where)
                label = entry["label"]
                if label in ledger and ledger[label]["tex"] != entry["tex"]:
                    raise LedgerError(
                        f"label {label!r} names two equations\n"
                        f"  {origin[label]}: {ledger[label]['tex']}\n"
                        f"  {where}: {entry['tex']}"
                    )
                if label not in ledger:
                    ledger[label], origin[label] = dict(entry), where
    _require_ground(ledger, origin)
    return list(ledger.values())


def _require_ground(ledger: dict[str, dict], origin: dict[str, str]) -> None:
    """Refuse an equation that rests on one which the book does not have."""
    for label, entry in ledger.items():
        missing = [ground for ground in entry.get("rests_on", ()) if ground not in ledger]
        if missing:
            raise LedgerError(
                f"{origin[label]}: {label!r} rests on {', '.join(missing)}, "
                "which no chapter establishes"
            )


def _require_fields(entry: dict, where: str) -> None:
    """Refuse an entry that a page could not show."""
    missing = sorted(name for name in FIELDS if not entry.get(name))
    if missing:
        raise LedgerError(f"{where}: entry {entry.get('label')!r} lacks {', '.join(missing)}")


def as_text(entries: list[dict]) -> str:
    """The ledger's file: one stable form, so that a change shows as a change."""
    return json.dumps(entries, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def load(path: pathlib.Path = LEDGER) -> dict[str, dict]:
    """The committed ledger, by label; empty if there is none yet."""
    if not path.exists():
        return {}
    return {entry["label"]: entry for entry in json.loads(path.read_text(encoding="utf-8"))}


def main() -> None:
    """Write the ledger, or with `--check` fail if the committed one is not what was collected."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    check = parser.parse_args().check
    try:
        entries = collect(chapters())
    except LedgerError as error:
        sys.exit(str(error))
    text = as_text(entries)
    if check and (not LEDGER.exists() or LEDGER.read_text(encoding="utf-8") != text):
        sys.exit(f"{shown(LEDGER)} is not what the notebooks hold: run tools/collect_ledger.py")
    if not check:
        LEDGER.write_text(text, encoding="utf-8")
    print(f"{shown(LEDGER)}: {len(entries)} equations from {len(chapters())} chapters")


if __name__ == "__main__":
    main()
