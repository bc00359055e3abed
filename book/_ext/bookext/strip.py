r"""The drawing that dissolves: $q(x_t\mid x_0)$ computed on a small drawing, no model in it.

$$x_t = \sqrt{\bar\alpha_t}\,x_0 + \sqrt{1-\bar\alpha_t}\,\varepsilon$$

with one $\varepsilon$ for all $t$ and the cosine schedule (with its square) of Nichol and Dhariwal
(2021). Without a script the figure is a strip of stills; `book.js` lets the reader move $t$.
"""

from __future__ import annotations

import base64
import io
import json

import numpy as np
from docutils import nodes
from PIL import Image
from sphinx.util.docutils import SphinxDirective

SIZE = 32
T = 1000
STEP = 10  # of the slider
LEVELS = (1000, 840, 700, 560, 420, 280, 140, 0)
SHIFT = 0.008
PAPER, RED, BLUE = (253, 252, 249), (184, 51, 33), (58, 95, 205)


def drawing(size: int = SIZE) -> np.ndarray:
    """A red disc above a blue bar, (size, size, 3) with values in [-1, 1]."""
    fine = 8 * size
    y, x = np.mgrid[0:fine, 0:fine] / fine
    picture = np.full((fine, fine, 3), PAPER, float)
    picture[(x - 0.5) ** 2 + (y - 0.36) ** 2 < 0.21**2] = RED
    picture[(abs(x - 0.5) < 0.34) & (abs(y - 0.76) < 0.075)] = BLUE
    return picture.reshape(size, 8, size, 8, 3).mean((1, 3)) / 127.5 - 1


def alpha_bar(t):
    r"""The cosine schedule, $\bar\alpha_t = f(t)/f(0)$ with a square in $f$."""
    angle = (np.asarray(t) / T + SHIFT) / (1 + SHIFT) * np.pi / 2
    return np.cos(angle) ** 2 / np.cos(SHIFT / (1 + SHIFT) * np.pi / 2) ** 2


def q_sample(x_0: np.ndarray, t: int, eps: np.ndarray) -> np.ndarray:
    r"""A draw of $q(x_t\mid x_0)$."""
    return np.sqrt(alpha_bar(t)) * x_0 + np.sqrt(1 - alpha_bar(t)) * eps


def noise(size: int = SIZE) -> np.ndarray:
    """One standard normal number for each value of the drawing."""
    return np.random.default_rng(1763).standard_normal((size, size, 3))


def pixels(x: np.ndarray) -> np.ndarray:
    """Values in [-1, 1] as bytes; what lies outside is cut."""
    return np.clip((x + 1) * 127.5, 0, 255).round().astype(np.uint8)


def stills(gap: int = 3) -> Image.Image:
    """The drawing at each level in one row, with clear gaps between."""
    x_0, eps = drawing(), noise()
    row = Image.new("RGBA", (len(LEVELS) * (SIZE + gap) - gap, SIZE), (0, 0, 0, 0))
    for place, t in enumerate(LEVELS):
        row.paste(Image.fromarray(pixels(q_sample(x_0, t, eps))), (place * (SIZE + gap), 0))
    return row


def small() -> Image.Image:
    """The drawing alone."""
    return Image.fromarray(pixels(drawing()))


def encoded(array: np.ndarray) -> str:
    """Bytes as text for a data attribute."""
    return base64.b64encode(array.tobytes()).decode()


def png(image: Image.Image) -> str:
    """An image as an address that holds it."""
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


class Strip(SphinxDirective):
    """`{strip}`: the figure; its content is the caption."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        levels = ", ".join(map(str, LEVELS))
        data = {
            "size": SIZE,
            "levels": LEVELS,
            "step": STEP,
            "alphaBar": [round(float(a), 6) for a in alpha_bar(np.arange(0, T + 1, STEP))],
        }
        alt = (
            f"One small drawing at {len(LEVELS)} noise levels, t = {levels}. The first panel is "
            "pure noise; towards the right a red disc above a blue bar appears; the last is clear."
        )
        opening = (
            '<figure class="strip wide">'
            f"<div class=\"strip-panels\" data-strip='{json.dumps(data, separators=(',', ':'))}'"
            f' data-drawing="{encoded(pixels(drawing()))}"'
            f' data-noise="{encoded(np.clip(noise() * 32, -127, 127).round().astype(np.int8))}">'
            f'<img class="dark-light" src="{png(stills())}" alt="{alt}"></div><figcaption>'
        )
        caption = nodes.container(classes=["strip-caption"])
        self.state.nested_parse(self.content, self.content_offset, caption)
        return [
            nodes.raw("", opening, format="html"),
            caption,
            nodes.raw("", "</figcaption></figure>", format="html"),
        ]


def setup(app):
    app.add_directive("strip", Strip)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
