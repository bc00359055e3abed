"""Pictures of chapter 7: the latent plane, rows of digits, what latents are used, pixels' laws."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from numpy.typing import ArrayLike

from diffusion_derived.figures import mixture, style
from diffusion_derived.figures.labels import CLASSES
from diffusion_derived.figures.style import HAIRLINE, INK, MUTED, Picture, line
from diffusion_derived.roles import ROLES

DARKEST = 16
"""The highest level of a pixel of the digits."""


def plane(
    codes: ArrayLike,
    labels: ArrayLike,
    decoded: ArrayLike,
    reach: float,
    learned: ArrayLike | None = None,
) -> Picture:
    """Codes of pictures as numerals, and what the decoder draws at the places of a lattice.

    `codes` has shape (n, 2), `labels` (n,), `decoded` (rows, columns, 64) in levels, from the
    upper left corner; both panels reach from -`reach` to `reach`. `learned`, shape (m, 2), are the
    codes of the pictures learned from, as pale dots. Circles show where one draws: one and two
    standard deviations of the standard normal. Chapter 7.
    """
    decoded = _floats(decoded)
    rows, columns = decoded.shape[:2]
    alt = (
        f"Left, {len(labels)} numerals in a plane where each digit's picture was put; equal digits "
        f"lie together. Right, the digits drawn at {rows} times {columns} places of the same plane."
    )
    with style.picture(alt, height=3.2) as drawn:
        drawn.figure.get_layout_engine().set(h_pad=0.06)
        left, right = drawn.figure.subplots(1, 2, sharey=True)
        if learned is not None:
            left.plot(*_floats(learned).T, "o", color=MUTED, ms=1.7, mew=0, alpha=0.45, zorder=0.5)
        _numerals(left, _floats(codes), _floats(labels))
        _circles(left)
        right.imshow(
            mixture.inked(_sheet(decoded) / DARKEST),
            extent=(-reach, reach, -reach, reach), interpolation="nearest",
        )  # fmt: skip
        left.set_title("where pictures are put", color=INK)
        right.set_title("what is drawn there", color=INK)
        left.set_ylabel("second latent")
        for axes in (left, right):
            _square(axes, reach)
    return drawn


def rows(pictures: Mapping[str, ArrayLike]) -> Picture:
    """Rows of digits, each with its name: shape (n, 64) in levels. Chapter 7."""
    return mixture.pictures(
        {name: _floats(images).reshape(-1, 8, 8) / DARKEST for name, images in pictures.items()}
    )


def units(used: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> Picture:
    """How many nats each latent carries, for several models side by side; a cross if it is dead.

    Each entry is (nats a picture, whether the latent is active), both of shape (latents,), the
    busiest latent first. Chapter 7.
    """
    used = {name: (_floats(nats), _floats(live) > 0) for name, (nats, live) in used.items()}
    alt = (
        f"Bars of the nats that each latent carries, the busiest first, for {'; '.join(used)}. "
        "Crosses stand where a latent carries nothing."
    )
    with style.picture(alt, height=2.3) as drawn:
        panels = drawn.figure.subplots(1, len(used), sharey=True, squeeze=False)[0]
        for axes, (name, (nats, live)) in zip(panels, used.items(), strict=True):
            places = np.arange(1, nats.size + 1)
            axes.bar(places[live], nats[live], width=0.75, color=ROLES["latent"].light, lw=0)
            axes.plot(places[~live], 0 * nats[~live], "x", color=MUTED, ms=4, clip_on=False)
            axes.set_title(name, color=INK)
            axes.set(xlim=(0.3, nats.size + 0.7), ylim=(0, None), xlabel="latent")
            axes.set_xticks(_ends(nats.size))
        panels[0].set_ylabel("nats a picture")
    return drawn


def pixel_laws(seen: ArrayLike, laws: Mapping[str, ArrayLike]) -> Picture:
    """What each decoder says about one pixel, over how often each level was seen.

    `seen` and each of the `laws` have shape (levels,) and add up to 1. Chapter 7.
    """
    seen = _floats(seen)
    laws = {name: _floats(law) for name, law in laws.items()}
    top = 1.08 * max(seen.max(), *(np.max(law) for law in laws.values()))
    alt = (
        "Panels with the levels 0 to 16 of one pixel: grey bars for how often each was seen, most "
        f"often at the two ends, and dots for the law of a decoder: {', '.join(laws)}."
    )
    with style.picture(alt, height=2.3) as drawn:
        panels = drawn.figure.subplots(1, len(laws), sharey=True, squeeze=False)[0]
        levels = np.arange(seen.size)
        for axes, (name, law) in zip(panels, laws.items(), strict=True):
            axes.bar(levels, seen, width=0.9, color=ROLES["data"].light, alpha=0.25, lw=0)
            axes.plot(levels, law, "o", color=ROLES["p"].light, ms=3)
            axes.set_title(name, color=ROLES["p"].light, weight=600)
            axes.set(xlim=(-0.8, seen.size - 0.2), ylim=(0, top), xticks=[0, 8, 16], xlabel="level")
        panels[0].set_ylabel("probability")
    return drawn


def distances(found: Mapping[str, tuple[float, float]]) -> Picture:
    """Distances with their spread, one line each, from top to bottom; zero is on the left.

    Each entry is (value, error). Chapter 7.
    """
    alt = f"Dots with error bars on an axis that begins at 0, from above: {', '.join(found)}."
    with style.picture(alt, height=0.35 * len(found) + 0.6) as drawn:
        axes = drawn.figure.subplots()
        places = -np.arange(len(found))
        values, errors = np.transpose([_floats(pair) for pair in found.values()])
        look = {"ls": "none", "marker": "o", "ms": 5, "capsize": 3}
        axes.errorbar(values, places, xerr=2 * errors, color=ROLES["p"].light, **look)
        axes.set_yticks(places, found)
        axes.set(
            xlim=(0, None), ylim=(-len(found) + 0.4, 0.6), xlabel="Fréchet distance, times 100"
        )
        axes.spines.left.set_visible(False)
        axes.tick_params(axis="y", length=0)
    return drawn


def survivors(
    variances: ArrayLike, found: Mapping[float, ArrayLike], noise: float, latents: int
) -> Picture:
    r"""Squared lengths of a linear decoder's columns for several weights of the divergence.

    `variances` are those of the data along the principal directions; `found` maps $\beta$ to the
    squared lengths after training, shape (latents,). Lines are $\max(0, s - \beta v)$ with v =
    `noise`. Chapter 7.
    """
    s = _floats(variances)[:latents]
    alt = (
        "Squared lengths of the decoder's columns, sorted, as dots on lines of the predicted "
        f"values, for weights {', '.join(f'{beta:g}' for beta in found)}: the higher the weight, "
        "the earlier they reach zero."
    )
    with style.picture(alt, height=2.7) as drawn:
        panels = drawn.figure.subplots(1, len(found), sharey=True, squeeze=False)[0]
        places = np.arange(1, latents + 1)
        for axes, (beta, squares) in zip(panels, found.items(), strict=True):
            line(axes, places, np.maximum(0, s - beta * noise), "p", lw=1.2)
            squares = np.sort(_floats(squares))[::-1]
            axes.plot(places, squares, "o", color=ROLES["latent"].light, ms=3.2, clip_on=False)
            axes.set_title(f"weight {beta:g}", color=INK)
            axes.set(xlim=(0.3, latents + 0.7), ylim=(0, 1.05 * s[0]), xlabel="latent")
            axes.set_xticks(_ends(latents))
        panels[0].set_ylabel("squared length")
    return drawn


def clouds(drawn: Mapping[str, ArrayLike], learned: ArrayLike) -> Picture:
    """Points in the plane, a panel for each name, and over them those learned from.

    Each of `drawn` has shape (n, 2), of which the first 500 are shown; `learned` has shape (m, 2).
    Chapter 7, exercises.
    """
    drawn = {name: _floats(points)[:500] for name, points in drawn.items()}
    alt = (
        f"{len(drawn)} panels of small points, drawn from {', '.join(drawn)}; over each, as "
        f"crosses, the same {len(learned)} points learned from."
    )
    reach = 1.05 * max(np.abs(points).max() for points in drawn.values())
    with style.picture(alt, height=2.3) as picture:
        panels = picture.figure.subplots(1, len(drawn), sharey=True, squeeze=False)[0]
        for axes, (name, points) in zip(panels, drawn.items(), strict=True):
            axes.plot(*points.T, "o", color=ROLES["p"].light, ms=2, mew=0, alpha=0.5)
            axes.plot(*_floats(learned).T, "x", color=ROLES["data"].light, ms=3.5)
            axes.set_title(name, color=INK)
            axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    return picture


# ---- pieces --------------------------------------------------------------------------------------


def _floats(numbers: ArrayLike) -> np.ndarray:
    """An array in double precision; a tensor may carry slopes and lie on any device."""
    if hasattr(numbers, "detach"):
        numbers = numbers.detach().cpu().numpy()
    return np.asarray(numbers, dtype=float)


def _ends(places: int) -> list[int]:
    """Ticks at the first place, the last, and one half way."""
    return sorted({1, (places + 1) // 2, places})


def _numerals(axes: Axes, codes: np.ndarray, labels: np.ndarray) -> None:
    """Each code as the numeral of its class, in the colour of the class."""
    for digit, colour in enumerate(CLASSES):
        at = codes[labels == digit]
        axes.plot(*at.T, ls="none", marker=_glyph(str(digit)), ms=5.5, mfc=colour, mec="none")


def _glyph(text: str) -> Path:
    """A letter in the book's sans as a marker, centred on its place."""
    outline = TextPath((0, 0), text, size=10, prop=FontProperties(family="Book Sans"))
    box = outline.get_extents()
    return Path(outline.vertices - (box.p0 + box.p1) / 2, outline.codes)


def _circles(axes: Axes) -> None:
    """One and two standard deviations of the standard normal."""
    turn = np.linspace(0, 2 * np.pi, 181)
    for radius in (1, 2):
        line(axes, radius * np.cos(turn), radius * np.sin(turn), "prior", lw=1.1)


def _sheet(decoded: np.ndarray) -> np.ndarray:
    """Pictures (rows, columns, 64) put together as one, a blank pixel around each."""
    down, across = decoded.shape[:2]
    tiles = np.pad(decoded.reshape(down, across, 8, 8), ((0, 0), (0, 0), (1, 1), (1, 1)))
    return tiles.transpose(0, 2, 1, 3).reshape(10 * down, 10 * across)


def _square(axes: Axes, reach: float, ticks: Sequence[float] = (-2, 0, 2)) -> None:
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    axes.set(xticks=ticks, yticks=ticks, xlabel="first latent")
    axes.spines[:].set(visible=True, color=HAIRLINE)
