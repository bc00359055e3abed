"""How strongly an equation was established, from weakest to strongest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Grade:
    """One grade: the word a reader sees, and what that word lets them believe."""

    name: str
    word: str
    meaning: str
    badge: str = ""  # what is said of a whole derivation, where the word alone reads oddly


_ALL = (
    Grade("assumption", "assumed", "declared here, not decided"),
    Grade("cited", "cited", "taken from the literature, not decided here"),
    Grade("definition", "definition", "a name for something: nothing to decide"),
    Grade(
        "montecarlo", "simulated", "Monte Carlo, with its interval and the wrong values it excludes"
    ),
    Grade("numeric", "computed", "a numerical value, with the wrong values it excludes"),
    Grade(
        "approx",
        "approximation",
        "the order of the error was decided",
        badge="order of the error proved",
    ),
    Grade("bound", "proved bound", "the gap was identified exactly and its sign established"),
    Grade("family", "exact on a family", "decided for every member of the stated finite family"),
    Grade(
        "induction", "proved by induction", "base and step both proved; the scheme is yours to read"
    ),
    Grade("proof", "proved", "decided by computer algebra for all allowed values"),
)
GRADES: dict[str, Grade] = {grade.name: grade for grade in _ALL}
ORDER: tuple[str, ...] = tuple(GRADES)
CHECKED: frozenset[str] = frozenset(ORDER[3:])


def badge(name: str) -> str:
    """What a grade says of a whole derivation."""
    words = GRADES[name].badge or GRADES[name].word
    return words[0].upper() + words[1:]


def reach(name: str, scope: str) -> str:
    """For what it says so; nothing of one number, which holds for itself alone."""
    one_number = name in ("numeric", "montecarlo") and scope == "all values"
    return "" if one_number else f"for {scope}"


def weakest(names) -> str:
    """The weakest of some grades: a chain is as strong as its weakest step."""
    return min(names, key=ORDER.index)
