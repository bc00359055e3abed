"""Pictures of chapter 3: averages that settle, draws by inversion, and what twenty coins do."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from diffusion_derived.figures import style
from diffusion_derived.figures.naming import Curve, name_curves
from diffusion_derived.figures.style import HAIRLINE, MUTED, Picture, key, label, line
from diffusion_derived.roles import ROLES

DASHES = ("-", (0, (4, 2.5)), (0, (1, 1.5)), (0, (6, 2, 1, 2)), (0, (8, 3)), (0, (2, 4)))
MARKERS = ("o", "s", "^", "D", "v", "x")
BEHIND = {"grid": "data", "prior": "prior", "importance": "q", "harmonic mean": "posterior"}
ESTIMATE, TRUTH = ROLES["evidence"].light, ROLES["data"].light


def running_means(
    draws: ArrayLike, means: ArrayLike, truth: float, spread: float, named: str = "1/11"
) -> Picture:
    r"""Averages of the first n draws, in several runs, and the funnel that holds nine in ten.

    `draws` has shape (N,), `means` (runs, N); the funnel is truth ± 1.645 spread/√n. Chapter 3.
    """
    draws, means = np.asarray(draws, dtype=float), np.asarray(means, dtype=float)
    reach = 1.645 * spread / np.sqrt(draws)
    alt = (
        f"Averages of {len(means)} runs against the number of draws, from {draws[0]:.0f} to "
        f"{draws[-1]:,.0f} on a logarithmic axis. They close in on {named} inside a funnel that "
        "narrows as one over the square root."
    )
    with style.picture(alt) as drawn:
        axes = drawn.figure.subplots()
        axes.fill_between(draws, truth - reach, truth + reach, color=ESTIMATE, alpha=0.13, lw=0)
        for run in means:
            axes.plot(draws, run, color=ESTIMATE, lw=0.9, alpha=0.8)
        axes.axhline(truth, color=TRUTH, lw=1.4, ls=DASHES[1])
        axes.set(xscale="log", xlim=draws[[0, -1]], ylim=(0, 2.2 * truth), xlabel="draws")
        axes.set_ylabel("average so far")
        axes.set_yticks([0, truth, 2 * truth], ["0", named, "2/11" if named == "1/11" else ""])
        label(axes, 1.15 * draws[0], truth + 1.12 * reach[0], "nine averages in ten", "evidence")
    return drawn


def inversion(x: ArrayLike, cdf: ArrayLike, heights: ArrayLike, drawn_at: ArrayLike) -> Picture:
    """Equally spread heights, carried to the CDF and dropped to the axis where they are draws.

    `x` and `cdf` have shape (G,), `heights` and `drawn_at` (n,). Chapter 3.
    """
    heights, drawn_at = np.asarray(heights, dtype=float), np.asarray(drawn_at, dtype=float)
    alt = (
        f"A CDF that rises from 0 to 1. {heights.size} heights go right to the curve and down to "
        "the axis. They are evenly spread on the left and crowded below the steep part."
    )
    with style.picture(alt, height=3.0) as drawn:
        axes = drawn.figure.subplots()
        left = float(np.min(x))
        axes.hlines(heights, left, drawn_at, color=HAIRLINE, lw=0.5)
        axes.vlines(drawn_at, 0, heights, color=HAIRLINE, lw=0.5)
        line(axes, x, cdf, "p")
        marks = {"clip_on": False, "zorder": 5, "ms": 5}
        axes.plot(np.full_like(heights, left), heights, "o", color=ROLES["noise"].light, **marks)
        axes.plot(drawn_at, np.zeros_like(drawn_at), "D", color=TRUTH, **marks)
        axes.set(xlim=(left, np.max(x)), ylim=(0, 1), xlabel="$x$", yticks=[0, 0.5, 1])
        label(axes, left + 0.03 * np.ptp(x), 1.04, "uniform heights", "noise")
        label(axes, np.max(x), 0.06, "draws", "data", ha="right")
        label(axes, drawn_at[-1] - 0.04 * np.ptp(x), heights[-1] + 0.03, "CDF", "p", ha="right")
    return drawn


def levels(names: ArrayLike, pmf: ArrayLike, x: ArrayLike, pdf: ArrayLike) -> Picture:
    """A density on the line and the probabilities that its bins give to whole numbers.

    `names` and `pmf` have shape (levels,), `x` and `pdf` (G,). Chapter 3.
    """
    names, pmf = np.asarray(names), np.asarray(pmf, dtype=float)
    alt = (
        f"A logistic density over the levels {names[0]} to {names[-1]}, and a bar for each level: "
        "the area of its bin. The first and the last bar also hold the tails."
    )
    with style.picture(alt) as drawn:
        axes = drawn.figure.subplots()
        axes.bar(names, pmf, width=0.92, color=ROLES["p"].light, alpha=0.35, lw=0)
        line(axes, x, pdf, "p")
        axes.set(xlim=(np.min(x), np.max(x)), ylim=(0, None), xlabel="level of a pixel")
        axes.set_xticks(names)
        axes.set_ylabel("probability")
        axes.set_yticks([0, 0.1, 0.2])
        ends = f"with all of the tail:\n{pmf[-1]:.2f}"
        label(axes, names[-1] + 0.45, pmf[-1] + 0.01, ends, ha="right", va="bottom")
        name_curves(axes, [Curve(x, pdf, "density", "p")])
    return drawn


def power_path(
    tau: ArrayLike, means: ArrayLike, errors: ArrayLike, area: float, exact: float
) -> Picture:
    r"""The mean log-likelihood at each power of the likelihood; its area is the log evidence.

    `tau`, `means` and `errors` have one shape; `area` is what they give, `exact` what is true.
    Chapter 3.
    """
    tau, means, errors = (np.asarray(values, dtype=float) for values in (tau, means, errors))
    alt = (
        f"The mean log-likelihood against the power of the likelihood, rising from "
        f"{means[0]:.1f} at power 0 to {means[-1]:.1f} at power 1. The area between the curve and "
        f"0 estimates the log evidence: {area:.2f}, exactly {exact:.3f}."
    )
    with style.picture(alt) as drawn:
        axes = drawn.figure.subplots()
        axes.fill_between(tau, means, 0, color=ESTIMATE, alpha=0.15, lw=0)
        axes.errorbar(tau, means, 1.645 * errors, fmt="o-", color=ESTIMATE, ms=4, lw=1.2)
        axes.axhline(0, color=MUTED, lw=0.7)
        axes.set(xlim=(-0.02, 1.02), ylim=(1.15 * means.min(), 0.3), xlabel=r"power $\tau$")
        axes.set_ylabel("mean log-likelihood")
        words = f"area {area:.2f}, exactly {exact:.3f}".replace("-", "\N{MINUS SIGN}")
        label(axes, 0.62, 0.45 * means[-1], words, "evidence", ha="center", va="center")
    return drawn


def dimensions(
    d: ArrayLike,
    errors: Mapping[str, ArrayLike],
    law_at: ArrayLike,
    law: ArrayLike,
    useless: float = 1.0,
) -> Picture:
    """The error of each log evidence against the number of coins, at one price.

    Each of `errors` belongs to the first entries of `d`; `law` is the derived error of the prior
    at `law_at`, both of one shape; above `useless` an estimate says nothing. Chapter 3.
    """
    alt = (
        f"Error of the log evidence against the number of coins, 1 to {np.max(d)}, on a "
        f"logarithmic axis: {'; '.join(errors)}. Draws from the prior fail beyond about a dozen "
        "coins, the harmonic mean long before; importance sampling and the ways by degrees do not."
    )
    with style.picture(alt, height=3.4) as drawn:
        axes = drawn.figure.subplots()
        axes.axhspan(useless, 1e9, color=MUTED, alpha=0.12, lw=0)
        line(axes, law_at, law, "prior", lw=0.9, linestyle="-", label="prior, derived")
        for (name, values), dash, marker in zip(errors.items(), DASHES, MARKERS, strict=False):
            look = {"marker": marker, "ms": 4.5, "label": name, "linestyle": dash, "lw": 1.2}
            role = BEHIND.get(name, "evidence")
            line(axes, d[: len(values)], values, role, **look)
        axes.set(yscale="log", xlabel="coins", ylabel="error of the log evidence", ylim=(3e-4, 300))
        axes.set_xticks([1, 5, 10, 15, 20])
        label(axes, 1, 150, "wrong by a factor e or more", va="center")
        key(drawn.figure, "right upper")
    return drawn
