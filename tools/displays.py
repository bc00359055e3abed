r"""Formulas in Markdown: where they are, and whether two of them say the same.

A displayed equation is `$$ … $$ (eq-label)`.  One that repeats an equation of another page has no
label of its own, but the comment `<!-- eq-label -->` on the line above.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

FENCE = re.compile(
    r"^(?P<mark>`{3,}|~{3,})(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=mark)[`~]*[ ]*$", re.S | re.M
)
CODE = re.compile(r"(?<!`)(`{1,2})(?!`)(?:(?!\n\n).)+?(?<!`)\1(?!`)", re.S)
DISPLAY = re.compile(
    r"(?:<!--\s*(?P<repeats>[\w:-]+)\s*-->[ \t]*\n)?"
    r"(?<!\\)\$\$(?P<body>.+?)(?<!\\)\$\$(?:[ \t]*\((?P<label>[\w:-]+)\))?",
    re.S,
)
OTHER = re.compile(
    r"\\\[|\\begin\{(?:equation|align|gather|multline|eqnarray)\*?\}|^[`~:]{3,}\{math\}", re.M
)
INLINE = re.compile(r"(?<![\\$])\$(?!\$)((?:\\.|[^$\\])+?)\$(?!\$)", re.S)
TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[^\s]", re.S)

ALIGNMENT = re.compile(r"\\(?:begin|end)\{(?:aligned|split|gathered)\}|\\\\(?:\[[^\]]*\])?")
SPACING = {
    "&", "~", r"\,", r"\;", r"\:", r"\!", r"\ ", r"\>", r"\quad", r"\qquad", r"\displaystyle",
    r"\left", r"\right", r"\middle", r"\big", r"\bigl", r"\bigr", r"\bigm", r"\Big", r"\Bigl",
    r"\Bigr", r"\Bigm", r"\bigg", r"\biggl", r"\biggr", r"\Bigg", r"\Biggl", r"\Biggr",
    r"\nonumber", r"\notag",
}  # fmt: skip
GRIDS = re.compile(r"\\begin\{(?:[a-zA-Z]*matrix|cases|array)\}")
SAME = {r"\dfrac": r"\frac", r"\tfrac": r"\frac", r"\le": r"\leq", r"\ge": r"\geq"}
RELATIONS = {"=", r"\leq", r"\geq", r"\approx", r"\propto", r"\sim", r"\equiv"}
WORD = re.compile(r"\\(?:operatorname|math[a-z]+|text)\s*(?:\{[^{}]*\}|[A-Za-z])|[\d.]+")
LONGEST_NAME, LONGEST_VALUE = 6, 8


@dataclass(frozen=True)
class Display:
    """A displayed equation: its TeX, its label if it has one, and where in the text it stands."""

    tex: str
    label: str | None
    start: int
    end: int


def blank_code(text: str) -> str:
    """The text with blanks in place of code; directives stay, for they hold text."""

    def blank(found: re.Match) -> str:
        if found.re is FENCE and found["info"].startswith("{") and "code" not in found["info"]:
            return found[0]
        return re.sub(r"[^\n]", " ", found[0])

    return CODE.sub(blank, FENCE.sub(blank, text))


def displays(text: str) -> Iterator[Display]:
    """The displayed equations of a piece of Markdown, in order."""
    for found in DISPLAY.finditer(blank_code(text)):
        start = found.start("body") - 2
        yield Display(found["body"].strip(), found["label"] or found["repeats"], start, found.end())


def other_displays(text: str) -> list[str]:
    """Displays in a form that does not stay readable everywhere, by their first words."""
    return [found[0] for found in OTHER.finditer(DISPLAY.sub("", blank_code(text)))]


def inline_claims(text: str) -> list[str]:
    """Inline formulas that state more than a short assignment such as `$\\theta = 0.7$`."""
    rest = DISPLAY.sub(" ", blank_code(text))
    return [found[1] for found in INLINE.finditer(rest) if is_claim(found[1])]


def is_claim(tex: str) -> bool:
    """Whether a formula states a relation between two things, longer than giving one a value."""
    sides, depth = [0], 0
    for token in tokens(WORD.sub("x", tex)):
        depth += (token == "{") - (token == "}")
        if depth == 0 and token in RELATIONS:
            sides.append(0)
        elif token not in "{}_^":
            sides[-1] += 1
    if len(sides) > 2:
        return max(sides) > 1  # a = b = 1 gives two names one value
    return len(sides) == 2 and (sides[0] > LONGEST_NAME or sides[1] > LONGEST_VALUE)


def same(one: str, other: str) -> bool:
    """Whether two formulas differ at most in spacing, sizes, alignment and a final stop."""
    return tokens(one) == tokens(other)


def tokens(tex: str) -> list[str]:
    """What a formula says, token by token, without what only moves or sizes it."""
    kept: list[str] = []
    # In a matrix & and a line break say where an entry stands; elsewhere they only align.
    moving = SPACING - {"&"} if GRIDS.search(tex) else SPACING
    for token in TOKEN.findall(tex if GRIDS.search(tex) else ALIGNMENT.sub(" ", tex)):
        sized = kept and kept[-1] in (r"\left", r"\right")
        if sized:
            kept.pop()
        if token in (r"\left", r"\right") or token not in moving and not (sized and token == "."):
            kept.append(SAME.get(token, token))
        if len(kept) > 2 and kept[-1] == "}" and kept[-3] == "{" and kept[-2] not in "{}":
            kept[-3:] = [kept[-2]]
    while kept and kept[-1] in (".", ",", ";"):
        kept.pop()
    return kept
