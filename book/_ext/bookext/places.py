"""Where things are: folders, chapters, and the place of a labelled equation."""

from __future__ import annotations

import json
import re
from pathlib import Path

from docutils.nodes import make_id

ROOT = Path(__file__).resolve().parents[3]
LIBRARY = ROOT / "src" / "diffusion_derived"
LEDGER = LIBRARY / "ledger.json"
CHAPTER = re.compile(r"notebooks/(\d\d)_\w+")


def chapter_number(docname: str) -> int | None:
    """The number in a chapter's file name; None for any other page."""
    found = CHAPTER.fullmatch(docname)
    return int(found[1]) if found else None


def chapters(env) -> dict[int, str]:
    """The chapters that the book has, by number."""
    numbers = {chapter_number(docname): docname for docname in env.found_docs}
    return {number: numbers[number] for number in sorted(filter(None, numbers))}


def ledger_entries() -> list[dict]:
    """The ledger's entries, collected from the notebooks; none while there is no file."""
    return json.loads(LEDGER.read_text(encoding="utf-8")) if LEDGER.is_file() else []


def equation_anchor(label: str) -> str:
    """The id of a numbered equation on its page."""
    return make_id(f"equation-{label}")


def equation_number(env, label: str) -> str:
    """The number of a labelled equation, such as '1.3'; empty if no page numbers it."""
    docname, _ = env.get_domain("math").equations.get(label, (None, 0))
    numbers = env.toc_fignumbers.get(docname, {}).get("displaymath", {})
    return ".".join(map(str, numbers.get(equation_anchor(label), ())))


def equation_uri(builder, label: str, fromdoc: str) -> str | None:
    """The address of a labelled equation, seen from a page; None if no page shows it."""
    docname, _ = builder.env.get_domain("math").equations.get(label, (None, 0))
    if docname is None:
        return None
    page = "" if docname == fromdoc else builder.get_relative_uri(fromdoc, docname)
    return f"{page}#{equation_anchor(label)}"
