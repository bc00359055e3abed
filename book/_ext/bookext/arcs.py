"""The ledger's picture: every equation in the order of the book, joined to what it rests on.

An arc diagram: one mark a row, drawn as the mark of its grade, with an arc up to each equation that
it rests on. Rows keep one height, so that words can stand beside the drawing as ordinary text.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from diffusion_derived.derivation.page.marks import shape

ROW = 28
WIDTH = 176
MARK = 12


@dataclass(frozen=True)
class Row:
    """A row of the picture: a chapter's name, or an equation with its grade and its supports."""

    label: str = ""
    grade: str = ""
    chapter: str = ""
    rests_on: tuple[str, ...] = ()


def rows(entries: list[dict]) -> list[Row]:
    """The equations in order, each chapter's behind a row for its name."""
    found: list[Row] = []
    for entry in entries:
        if not found or found[-1].chapter != entry["chapter"]:
            found.append(Row(chapter=entry["chapter"]))
        supports = tuple(entry.get("rests_on", ()))
        found.append(Row(entry["label"], entry["grade"], entry["chapter"], supports))
    return found


def arc(top: float, bottom: float, crosses: bool, ends: tuple[int, int]) -> str:
    """One arc to the left of the marks, wider the further it reaches."""
    x, reach = WIDTH - MARK, min(WIDTH - MARK - 4, 13 * sqrt(bottom - top))
    kind = "lg-arc lg-across" if crosses else "lg-arc"
    return (
        f'<path class="{kind}" data-ends="{ends[0]} {ends[1]}" '
        f'd="M{x} {top}C{x - reach:.1f} {top} {x - reach:.1f} {bottom} {x} {bottom}"/>'
    )


def picture(found: list[Row]) -> str:
    """The marks and arcs of some rows as an SVG as high as the rows."""
    place = {row.label: number for number, row in enumerate(found) if row.label}
    arcs, marks = [], []
    for number, row in enumerate(found):
        middle = number * ROW + ROW / 2
        if row.label:
            corner = f"translate({WIDTH - MARK / 2} {middle - MARK / 2})"
            marks.append(f'<g class="lg-mark" transform="{corner}">{shape(row.grade)}</g>')
        for support in row.rests_on:
            if support in place:
                top = place[support] * ROW + ROW / 2
                crosses = found[place[support]].chapter != row.chapter
                ends = (place[support], number)
                arcs.append(arc(min(top, middle), max(top, middle), crosses, ends))
    height = len(found) * ROW
    return (
        f'<svg class="lg-picture" viewBox="0 0 {WIDTH + MARK} {height}" width="{WIDTH + MARK}" '
        f'height="{height}" role="img" aria-label="{len(place)} equations and {len(arcs)} arcs '
        f'to the equations that they rest on; the table below lists the same.">'
        f"{''.join(arcs)}{''.join(marks)}</svg>"
    )
