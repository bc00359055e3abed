"""Pictures of chapter 1: areas, the three faces of a distribution, base rates, a simulation."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import ConnectionPatch, Rectangle
from matplotlib.ticker import MultipleLocator
from numpy.typing import ArrayLike

from diffusion_derived.figures import style
from diffusion_derived.figures.style import HAIRLINE, INK, MUTED, Picture, bare, label, line
from diffusion_derived.roles import ROLES

HATCHES = (None, "////", "....", "xxxx")
SUMS = ("heights add up to 1", "area is 1", "height reaches 1")


def areas(
    prior: ArrayLike, likelihood: ArrayLike, hypotheses: Sequence[str] = ("man", "woman")
) -> Picture:
    """The unit square, cut into columns by the prior and filled to the likelihood, then magnified.

    The filled areas add up to the evidence; each one's share of them is a posterior. `prior`
    and `likelihood` have shape (H,), H at most 4. Chapter 1.
    """
    prior, likelihood = np.array(prior, dtype=float), np.array(likelihood, dtype=float)
    filled = prior * likelihood
    posterior = filled / filled.sum()
    shares = " and ".join(
        f"{name} {share:.2f}" for name, share in zip(hypotheses, posterior, strict=True)
    )
    alt = (
        "A square cut into columns as wide as the priors and filled from below to the "
        f"likelihoods. Beside it the filled strip, magnified: of its area {shares}."
    )
    with style.picture(alt) as drawn:
        drawn.figure.set_layout_engine("none")
        square = drawn.figure.add_axes((0.01, 0.115, 0.385, 0.77))
        close = drawn.figure.add_axes((0.48, 0.115, 0.51, 0.77))
        _columns(square, prior, likelihood, top=1)
        _columns(close, prior, likelihood, top=1.25 * likelihood.max())
        _magnify(square, close)
        _above_columns(square, prior, hypotheses)
        _below_columns(square, prior, prior, "prior")
        _below_columns(close, prior, posterior, "posterior")
        _on_fillings(close, prior, likelihood)
        total = " + ".join(f"{area:.3g}" for area in filled)
        label(close, 0.5, 1.03, f"evidence {total} = {filled.sum():.3g}", "evidence", ha="center",
              va="bottom", transform=close.transAxes)  # fmt: skip
    return drawn


def pmf_pdf_cdf(
    values: ArrayLike, pmf: ArrayLike, x: ArrayLike, pdf: ArrayLike, cdf: ArrayLike
) -> Picture:
    """A pmf as stems, a density and its CDF: heights that are probabilities, and one that is not.

    `values` and `pmf` have one shape, `x`, `pdf` and `cdf` another. Chapter 1.
    """
    alt = (
        "Three panels. A pmf: stems whose heights are probabilities. A pdf: a curve that rises "
        "above 1 and has area 1 beneath it. The CDF of the same: a curve from 0 up to 1."
    )
    with style.picture(alt) as drawn:
        panels = drawn.figure.subplots(1, 3)
        panels[0].vlines(values, 0, pmf, color=ROLES["p"].light, lw=1.8)
        panels[0].plot(values, pmf, "o", color=ROLES["p"].light, ms=4, clip_on=False)
        line(panels[1], x, pdf, "p")
        panels[1].fill_between(x, pdf, color=ROLES["p"].light, alpha=0.15, lw=0)
        line(panels[2], x, cdf, "p")
        for axes, name, sums in zip(panels, ("pmf", "pdf", "CDF"), SUMS, strict=True):
            axes.axhline(1, color=HAIRLINE, lw=0.7, zorder=0)
            top = max(1, np.max(pdf)) if name == "pdf" else 1
            axes.set(ylim=(0, 1.15 * top), xlabel=sums)
            axes.yaxis.set_major_locator(MultipleLocator(0.5))
            axes.set_title(name, color=ROLES["p"].light, weight=600)
    return drawn


def base_rate(
    prior: ArrayLike, posterior: ArrayLike, marks: Sequence[tuple[float, float, str]] = ()
) -> Picture:
    """The posterior of one hypothesis as its prior goes from 0 to 1, with named points on it.

    `prior` and `posterior` have shape (G,); a mark is (prior, posterior, text). The straight
    line is a posterior that learnt nothing. Chapter 1.
    """
    alt = (
        "The posterior against the prior, a curve that bows above the diagonal from 0 to 1"
        + "".join(f"; at prior {at:g} it is {text}" for at, _, text in marks)
        + "."
    )
    with style.picture(alt) as drawn:
        axes = drawn.figure.subplots()
        line(axes, [0, 1], [0, 1], "prior")
        line(axes, prior, posterior, "posterior")
        label(axes, 0.66, 0.6, "the prior, unchanged", "prior", va="top")
        for at, height, text in marks:
            axes.vlines(at, 0, height, color=HAIRLINE, lw=0.7, zorder=0)
            axes.plot(at, height, "o", color=ROLES["posterior"].light, ms=6)
            label(axes, at + 0.02, height - 0.03, text, "posterior", va="top")
        axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="prior", ylabel="posterior")
    return drawn


def z_scores(scores: ArrayLike, observed: float | None = None) -> Picture:
    """Histogram of the z-scores of many simulations, the standard normal, and one of them marked.

    `scores` has shape (simulations,). Chapter 1.
    """
    scores, x = np.asarray(scores, dtype=float), np.linspace(-4, 4, 401)
    normal = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    alt = (
        f"Histogram of the z-scores of {scores.size:,} simulated populations. It follows the "
        "standard normal curve, and nearly all lie between −2 and 2."
    )
    with style.picture(alt) as drawn:
        axes = drawn.figure.subplots()
        bins = np.linspace(-4, 4, 33)
        axes.hist(scores, bins, density=True, color=ROLES["data"].light, alpha=0.3, rwidth=0.9)
        line(axes, x, normal, "p")
        axes.axvspan(-2, 2, color=MUTED, alpha=0.07, lw=0)
        label(axes, 1.2, 0.27, "standard normal", "p")
        label(axes, -2.1, 0.17, "simulations", "data", ha="right")
        label(axes, 2.1, 0.46, "band: 95 % of\nfair simulations", va="top")
        if observed is not None:
            axes.plot(
                [observed] * 2, [0, 0.46], "D-", color=INK, lw=1, ms=6, markevery=[0], clip_on=False
            )
            label(
                axes,
                observed,
                0.46,
                f" this run {observed:.2f}".replace("-", "−"),
                color=INK,
                va="top",
            )
        axes.set(xlim=(-4, 4), ylim=(0, 0.47), yticks=[], xlabel="z-score of the simulated share")
        axes.spines.left.set_visible(False)
    return drawn


def _columns(axes: Axes, prior: np.ndarray, likelihood: np.ndarray, top: float) -> None:
    bare(axes)
    axes.spines[:].set(visible=True, color=MUTED)
    axes.set(xlim=(0, 1), ylim=(0, top))
    edges = np.concatenate([[0], np.cumsum(prior)])
    axes.vlines(edges[1:-1], 0, top, color=MUTED, lw=0.7)
    for left, width, height, hatch in zip(edges, prior, likelihood, HATCHES, strict=False):
        fill = {"facecolor": "none", "edgecolor": ROLES["posterior"].light, "hatch": hatch}
        if hatch is None:
            fill["facecolor"] = ROLES["posterior"].light
        axes.add_patch(Rectangle((left, 0), width, height, lw=1, **fill))


def _magnify(square: Axes, close: Axes) -> None:
    """Hairlines from the strip in the square to its close view."""
    for end in (0, close.get_ylim()[1]):
        close.add_artist(
            ConnectionPatch((1, end), (0, end), "data", "data", axesA=square, axesB=close,
                            color=HAIRLINE, lw=0.7, in_layout=False)
        )  # fmt: skip


def _centres(prior: np.ndarray) -> np.ndarray:
    return np.cumsum(prior) - prior / 2


def _above_columns(axes: Axes, prior: np.ndarray, names: Sequence[str]) -> None:
    for centre, name in zip(_centres(prior), names, strict=True):
        label(axes, centre, 1.03, name, color=INK, ha="center", va="bottom")


def _below_columns(axes: Axes, prior: np.ndarray, shares: np.ndarray, role: str) -> None:
    """The shares under their columns, and the role's name once, on the widest."""
    below = axes.get_xaxis_transform()
    for number, (centre, share) in enumerate(zip(_centres(prior), shares, strict=True)):
        text = f"{role} {share:.2g}" if number == prior.argmax() else f"{share:.2g}"
        label(axes, centre, -0.03, text, role, ha="center", va="top", transform=below)


def _on_fillings(axes: Axes, prior: np.ndarray, likelihood: np.ndarray) -> None:
    gap = 0.03 * axes.get_ylim()[1]
    for number, (centre, height) in enumerate(zip(_centres(prior), likelihood, strict=True)):
        text = f"likelihood {height:.3g}" if number == prior.argmax() else f"{height:.3g}"
        label(axes, centre, height + gap, text, "likelihood", ha="center", va="bottom")
