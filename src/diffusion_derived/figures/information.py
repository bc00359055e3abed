"""Pictures of chapter 4: two normals, code words, a bound, and what either divergence fits."""

from collections.abc import Iterable, Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from diffusion_derived.figures import style
from diffusion_derived.figures.naming import Curve, name_curves
from diffusion_derived.figures.style import INK, MUTED, Picture, bare, key, label, line
from diffusion_derived.roles import GROUND, ROLES


def integrands(x: ArrayLike, log_q: ArrayLike, log_p: ArrayLike) -> Picture:
    r"""What is averaged in either divergence of two densities, filled: left q log(q/p).

    Log densities in nats, of the shape of `x`, an even grid. Chapter 4.
    """
    x, logs = np.asarray(x), {"q": np.asarray(log_q), "p": np.asarray(log_p)}
    areas = {}
    for own, other in (("q", "p"), ("p", "q")):
        values = np.exp(logs[own]) * (logs[own] - logs[other])
        areas[own] = values, float(np.trapezoid(values, x))
    alt = (
        "Two densities q and p, twice. Left, filled, q times the logarithm of q over p, of area "
        f"{areas['q'][1]:.3f}; right p times the logarithm of p over q, of area "
        f"{areas['p'][1]:.3f}. Parts below the axis count as negative."
    )
    with style.picture(alt, height=3.0) as drawn:
        panels = drawn.figure.subplots(1, 2, sharey=True)
        for axes, own, other in zip(panels, "qp", "pq", strict=True):
            values, _ = areas[own]
            colour = ROLES[own].light
            axes.fill_between(x, values, where=values > 0, color=colour, alpha=0.35, lw=0)
            axes.fill_between(x, values, where=values < 0, color=colour, alpha=0.8, lw=0)
            for role in "pq":
                line(axes, x, np.exp(logs[role]), role, lw=1.4, label=role)
            axes.axhline(0, color=MUTED, lw=0.7)
            axes.set_title(f"{own} log({own}/{other})", color=colour, weight=600)
            axes.set(xlim=(x[0], x[-1]), xlabel="x")
            axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        tops = [Curve(x, np.exp(logs[role]), role, role) for role in "qp"]
        name_curves(panels[0], tops)
    return drawn


def code_words(probabilities: Mapping[str, float], words: Mapping[str, str]) -> Picture:
    """Each symbol's share of 1 by its probability, and by its code word: half as much a digit.

    `probabilities` and `words` have the same symbols, in the order of the words. Chapter 4.
    """
    alt = (
        "The interval from 0 to 1, shared out twice: by the probabilities, and by code words, each "
        f"half as wide for one more digit. {'; '.join(f'{k}: {w}' for k, w in words.items())}."
    )
    deepest = max(map(len, words.values()))
    with style.picture(alt, height=1.2 + 0.42 * deepest) as drawn:
        axes = drawn.figure.subplots()
        start = 0.0
        for symbol in words:
            share = float(probabilities[symbol])
            _block(axes, start, share, deepest + 0.45, symbol, "p")
            start += share
        for branch in sorted(_branches(words.values())):
            width = 0.5 ** len(branch)
            role = "q" if branch in words.values() else None
            _block(axes, int(branch, 2) * width, width, deepest - len(branch), branch, role)
        for height, text in ((deepest + 0.45, "probability"), (deepest - 1, "code")):
            label(axes, -0.02, height + 0.45, text, ha="right", va="center")
        axes.set(xlim=(-0.17, 1.01), ylim=(-0.1, deepest + 1.5))
        bare(axes)
    return drawn


def _branches(words: Iterable[str]) -> set[str]:
    """Every beginning of every word, and the words themselves."""
    return {word[:digits] for word in words for digits in range(1, len(word) + 1)}


def _block(
    axes: Axes, start: float, width: float, bottom: float, text: str, role: str | None
) -> None:
    """One box of the shared interval, with its text; a role fills it."""
    colour = ROLES[role].light if role else MUTED
    face = colour if role else GROUND["paper"].light
    axes.add_patch(Rectangle((start, bottom), width, 0.9, fc=face, alpha=0.16 if role else 1, lw=0))
    axes.add_patch(Rectangle((start, bottom), width, 0.9, fc="none", ec=colour, lw=0.9))
    label(axes, start + width / 2, bottom + 0.45, text, role, ha="center", va="center")


def log_bound(u: ArrayLike) -> Picture:
    """The logarithm under its tangent at 1, with the gap between them shaded. Chapter 4."""
    u = np.asarray(u, dtype=float)
    alt = (
        "The straight line u minus 1 and, below it, the curve log u. They touch at u = 1 only; "
        "the gap between them is shaded."
    )
    with style.picture(alt) as drawn:
        axes = drawn.figure.subplots()
        axes.fill_between(u, np.log(u), u - 1, color=ROLES["p"].light, alpha=0.18, lw=0)
        line(axes, u, u - 1, "q", lw=1.6)
        line(axes, u, np.log(u), "p", lw=1.6)
        axes.plot(1, 0, "o", color=INK, ms=5)
        axes.axhline(0, color=MUTED, lw=0.7, zorder=0)
        axes.set(xlim=(0, u[-1]), ylim=(-2.6, u[-1] - 0.9), xlabel="u")
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        lines = (("u \N{MINUS SIGN} 1", u - 1, "q"), ("log u", np.log(u), "p"))
        name_curves(axes, [Curve(u, values, name, role) for name, values, role in lines])
    return drawn


def cost_of_belief(theta: ArrayLike, cost: ArrayLike, entropy: float, best: float) -> Picture:
    """Nats a toss that believing in a bias costs: the entropy of the tosses, and KL above it.

    `theta` and `cost` have shape (G,); `best` is the bias at the lowest point. Chapter 4.
    """
    alt = (
        f"The cost in nats a toss against the bias believed in. It is lowest, {entropy:.3f}, at "
        f"{best:g}; what lies above that level is the divergence."
    )
    colour = ROLES["q"].light
    with style.picture(alt) as drawn:
        axes = drawn.figure.subplots()
        axes.fill_between(theta, entropy, cost, color=colour, alpha=0.18, lw=0)
        axes.plot(theta, cost, color=colour, lw=1.8, ls="-", label="cross-entropy")
        axes.axhline(entropy, color=ROLES["data"].light, lw=1.2, label="entropy of the tosses")
        axes.plot(best, entropy, "D", color=ROLES["data"].light, ms=6)
        axes.set(xlim=(0, 1), ylim=(0, 2.4), xlabel="bias believed in", ylabel="nats a toss")
        label(axes, 0.13, entropy + 0.25, "KL", "q")
        key(drawn.figure, "upper center", columns=2)
    return drawn


def fits(x: ArrayLike, p: ArrayLike, candidates: Mapping[str, ArrayLike]) -> Picture:
    """A density with two hills, and in each panel one normal in its place.

    `p` and each candidate have the shape of `x`; a name may have two lines. Chapter 4.
    """
    named = "; ".join(name.replace("\n", ", ") for name in candidates)
    alt = f"A density p with two hills, filled. In each panel a normal q in its place: {named}."
    top = 1.05 * max(np.max(p), *map(np.max, candidates.values()))
    with style.picture(alt) as drawn:
        panels = np.atleast_1d(drawn.figure.subplots(1, len(candidates)))
        for axes, (name, q) in zip(panels, candidates.items(), strict=True):
            axes.fill_between(x, p, color=ROLES["p"].light, alpha=0.2, lw=0)
            line(axes, x, p, "p", lw=1.4)
            line(axes, x, q, "q", lw=1.8)
            axes.set_title(name, color=ROLES["q"].light, weight=600)
            axes.set(xlim=(np.min(x), np.max(x)), ylim=(0, top), xlabel="x", yticks=[])
            axes.spines.left.set_visible(False)
    return drawn


def two_scales(scales: Mapping[str, tuple[ArrayLike, ArrayLike, ArrayLike]]) -> Picture:
    """The same two densities in one panel for each unit: its name, its grid, q and p. Chapter 4."""
    alt = f"Densities q and p, drawn once for each scale: {'; '.join(scales)}."
    with style.picture(alt) as drawn:
        panels = np.atleast_1d(drawn.figure.subplots(1, len(scales)))
        for axes, (name, (x, q, p)) in zip(panels, scales.items(), strict=True):
            for role, values in (("q", q), ("p", p)):
                axes.fill_between(x, values, color=ROLES[role].light, alpha=0.15, lw=0)
                line(axes, x, values, role, lw=1.6)
            axes.set(xlim=(np.min(x), np.max(x)), ylim=(0, None), xlabel=name)
            axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
            name_curves(axes, [Curve(x, v, role, role) for role, v in (("q", q), ("p", p))])
    return drawn
