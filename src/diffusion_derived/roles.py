"""The role colours and dashes of the book, read from `roles.css`, the one place that holds them."""

import re
from dataclasses import dataclass
from pathlib import Path

CSS_FILE = Path(__file__).with_name("roles.css")


@dataclass(frozen=True)
class Role:
    """A colour on light and on dark ground (hex) and a dash pattern in multiples of the line width.

    An empty `dash` is a solid line. `linestyle` is the same pattern as Matplotlib takes it.
    """

    light: str
    dark: str
    dash: tuple[float, ...] = ()

    @property
    def linestyle(self) -> str | tuple[int, tuple[float, ...]]:
        return (0, self.dash) if self.dash else "-"


def _declarations(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", block))


def _dash(css: str) -> tuple[float, ...]:
    """Lengths for a line 2 wide, as the style sheet states them, in multiples of the width."""
    return () if css == "none" else tuple(float(length) / 2 for length in css.split())


def parse(css: str) -> tuple[dict[str, Role], dict[str, Role]]:
    """Role colours and ground colours of a style sheet with one light and one dark block.

    ValueError if a block is missing or a light colour has no dark partner.
    """
    blocks = re.findall(r"\{([^{}]*)\}", css)
    if len(blocks) != 2:
        raise ValueError(f"css: expected a light and a dark block, found {len(blocks)} blocks")
    light, dark = map(_declarations, blocks)
    colours = [name for name in light if not name.startswith("dash-")]
    if set(colours) != set(dark):
        unpaired = sorted(set(colours) ^ set(dark))
        raise ValueError(f"css: expected every colour in both blocks, unpaired: {unpaired}")
    roles = {
        name[2:]: Role(light[name], dark[name], _dash(light[f"dash-{name[2:]}"]))
        for name in colours
        if name.startswith("c-")
    }
    ground = {n: Role(light[n], dark[n]) for n in colours if not n.startswith("c-")}
    return roles, ground


ROLES, GROUND = parse(CSS_FILE.read_text(encoding="utf-8"))
"""`ROLES["prior"]` and its nine companions; `GROUND["paper"]`, `"ink"`, `"rule"` and so on."""
