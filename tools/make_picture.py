"""Draw the README's moving picture: belief about a coin, toss by toss, from the library's formula.

`make_picture.py` writes book/_static/coin.svg.  It moves by itself wherever an SVG is shown, takes
the book's role colours in light and dark, and stands still for those who ask for less motion.
"""

import numpy as np

from diffusion_derived.beta_coin import Beta
from diffusion_derived.roles import GROUND, ROLES
from nbfiles import ROOT

PICTURE = ROOT / "book" / "_static" / "coin.svg"
BIAS, TOSSES, SEED = 0.7, 24, 3
WIDTH, HEIGHT, LEFT, BASE, TOP = 720, 300, 40, 250, 70
SPAN = WIDTH - 2 * LEFT
STEP, PAUSE = 0.7, 3.0
DURATION = TOSSES * STEP + PAUSE
THETA = np.linspace(0, 1, 97)


def beliefs(tosses: list[bool]) -> list[Beta]:
    """The belief before the first toss and after each."""
    chain = [Beta(1, 1)]
    for heads in tosses:
        chain.append(chain[-1].update(int(heads), int(not heads)))
    return chain


def outline(belief: Beta, scale: float) -> str:
    """A density as a closed path on the base line."""
    points = zip(LEFT + SPAN * THETA, BASE - scale * belief.pdf(THETA), strict=True)
    curve = " ".join(f"L{x:.1f} {y:.1f}" for x, y in points)
    return f"M{LEFT} {BASE} {curve} L{LEFT + SPAN} {BASE}Z"


def visible(first: int, last: int = TOSSES) -> str:
    """Be visible from one toss to the end of another; the last one's lasts through the pause."""
    keys = {0.0: int(first == 0), first * STEP / DURATION: 1}
    if last < TOSSES:
        keys[(last + 1) * STEP / DURATION] = 0
    return (
        f'<animate attributeName="opacity" dur="{DURATION:g}s" repeatCount="indefinite" '
        f'calcMode="discrete" values="{";".join(map(str, keys.values()))}" '
        f'keyTimes="{";".join(f"{time:.4f}" for time in keys)}"/>'
    )


def coins(tosses: list[bool], *, moving: bool) -> str:
    """One disc a toss: full for heads, open for tails."""
    discs = []
    for number, heads in enumerate(tosses, start=1):
        x = LEFT + SPAN * (number - 0.5) / TOSSES
        inside = visible(number) if moving else ""
        kind = "heads" if heads else "tails"
        discs.append(f'<circle class="{kind}" cx="{x:.1f}" cy="34" r="8">{inside}</circle>')
    return "".join(discs)


def words(tosses: list[bool], number: int) -> str:
    """What is believed after some tosses, in numbers."""
    seen = f"heads {sum(tosses[:number])} of {number}" if number else "no toss yet"
    return f"{seen}, mean {float(beliefs(tosses)[number].mean):.2f}"


def label(text: str, inside: str = "") -> str:
    """A line of words above the curve, at the left."""
    return f'<text x="{LEFT}" y="{TOP + 6}">{text}{inside}</text>'


def style() -> str:
    """The book's colours, light and dark, and no motion where none is wanted."""

    def colours(shade: str) -> str:
        ink, muted, paper = (getattr(GROUND[n], shade) for n in ("ink", "ink-2", "paper"))
        posterior, prior = (getattr(ROLES[n], shade) for n in ("posterior", "prior"))
        return (
            f".ground{{fill:{paper}}}text{{fill:{ink}}}.axis{{stroke:{muted}}}.tick{{fill:{muted}}}"
            f".belief{{fill:{posterior};stroke:{posterior}}}.prior{{stroke:{prior}}}"
            f"circle{{stroke:{posterior}}}.heads{{fill:{posterior}}}"
        )

    dash = " ".join(f"{2 * length:g}" for length in ROLES["prior"].dash)
    return (
        "text{font:15px Georgia,serif}.tick{font-size:13px;text-anchor:middle}"
        ".belief{fill-opacity:.13;stroke-width:2.5;stroke-linejoin:round}"
        f".prior{{stroke-width:2;stroke-dasharray:{dash}}}circle{{stroke-width:2;fill:none}}"
        f".still{{display:none}}{colours('light')}"
        f"@media(prefers-color-scheme:dark){{{colours('dark')}}}"
        "@media(prefers-reduced-motion:reduce){.moving{display:none}.still{display:inline}}"
    )


def picture() -> str:
    """The whole SVG."""
    tosses = [bool(t) for t in np.random.default_rng(SEED).random(TOSSES) < BIAS]
    chain = beliefs(tosses)
    scale = (BASE - TOP - 24) / max(belief.pdf(THETA).max() for belief in chain)
    frames = [outline(belief, scale) for belief in chain]
    times = [n * STEP / DURATION for n in range(TOSSES + 1)]
    motion = (
        f'<animate attributeName="d" dur="{DURATION:g}s" repeatCount="indefinite" '
        f'values="{";".join([*frames, frames[-1]])}" '
        f'keyTimes="{";".join(f"{t:.4f}" for t in times)};1"/>'
    )
    counts = [label(words(tosses, n), visible(n, n)) for n in range(TOSSES + 1)]
    ticks = "".join(
        f'<text class="tick" x="{LEFT + SPAN * at:g}" y="{BASE + 20}">{at:g}</text>'
        for at in (0, 0.25, 0.5, 0.75, 1)
    )
    flat = BASE - scale
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
            f"<title>Belief about a coin that falls heads {BIAS:.0%} of the time</title>",
            f"<style>{style()}</style>",
            f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>',
            f'<path class="prior" d="M{LEFT} {flat:.1f}H{LEFT + SPAN}"/>',
            f'<g class="moving">{coins(tosses, moving=True)}{"".join(counts)}',
            f'<path class="belief" d="{frames[-1]}">{motion}</path></g>',
            f'<g class="still">{coins(tosses, moving=False)}{label(words(tosses, TOSSES))}',
            f'<path class="belief" d="{frames[-1]}"/></g>',
            f'<path class="axis" d="M{LEFT} {BASE}H{LEFT + SPAN}"/>{ticks}',
            f'<text class="tick" x="{WIDTH / 2:g}" y="{BASE + 42}">probability of heads</text>',
            "</svg>\n",
        ]
    )


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
    print(f"wrote {PICTURE.relative_to(ROOT)}, {PICTURE.stat().st_size // 1000} kB")
