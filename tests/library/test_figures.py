"""Every picture is drawn, read and measured: bytes, colours, fonts, and where its words stand."""

import functools
import hashlib
import io
import itertools
import os
import subprocess
import sys
import warnings
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib.colors import to_hex, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from PIL import Image
from scipy import stats

from diffusion_derived import beta_coin as coin
from diffusion_derived.beta_coin import Beta, Dirichlet
from diffusion_derived.devices import seeded
from diffusion_derived.figures import (
    bayes,
    beta_coin,
    elbo,
    flows,
    hierarchical,
    information,
    mixture,
    monte_carlo,
    style,
    vae,
)
from diffusion_derived.figures.labels import CLASSES
from diffusion_derived.figures.naming import Curve, name_curves
from diffusion_derived.flows import RING
from diffusion_derived.roles import GROUND, ROLES

THETA = np.linspace(0, 1, 401)
ALLOWED = {role.light for role in (*ROLES.values(), *GROUND.values())} | set(CLASSES)


def belief(heads=7, tails=3, a=1.0, b=1.0):
    curves = (
        Beta(a, b).pdf(np.clip(THETA, 0.002, 0.998)),
        coin.likelihood(THETA, heads, heads + tails),
        coin.posterior(heads, tails, a, b).pdf(np.clip(THETA, 0.002, 0.998)),
    )
    return beta_coin.belief(THETA, *curves, areas={"likelihood": "area 1/11"})


def areas():
    return bayes.areas([0.4, 0.6], [0.07, 0.01])


def pmf_pdf_cdf():
    x = np.linspace(-1, 1, 201)
    normal = stats.norm(0, 0.25)
    return bayes.pmf_pdf_cdf(
        range(6), stats.binom(10, 0.07).pmf(range(6)), x, normal.pdf(x), normal.cdf(x)
    )


def base_rate():
    posterior = 7 * THETA / (7 * THETA + 1 - THETA)
    return bayes.base_rate(THETA, posterior, [(0.4, 14 / 17, "14/17"), (0.5, 7 / 8, "7/8")])


def z_scores():
    return bayes.z_scores(np.random.default_rng(1).normal(size=2000), observed=-0.73)


def narrowing():
    n = 10 * 2 ** np.arange(11)
    posteriors = {int(k): coin.posterior(7 * int(k) // 10, 3 * int(k) // 10) for k in n}
    densities = {k: posteriors[k].pdf(THETA) for k in (10, 40, 160, 640)}
    return beta_coin.narrowing(
        THETA, densities, n, [float(p.variance) for p in posteriors.values()]
    )


def coverage():
    result = coin.coverage(np.random.default_rng(2), 100, 10)
    return beta_coin.coverage(result.theta, result.low, result.high, result.level)


def convergence():
    n = 10 * 4 ** np.arange(7)
    flat = [coin.posterior(7 * int(k) // 10, 3 * int(k) // 10) for k in n]
    curves = {
        f"Beta({a}, {b})": [coin.kl_beta(Beta(p.a + a, p.b + b), p) for p in flat]
        for a, b in [(8, 2), (10, 10), (2, 8)]
    }
    return beta_coin.convergence(n, curves)


def grid_beliefs():
    theta = np.arange(1, 10) / 10
    prior = np.where(theta == 0.7, 0, 1 / 8)
    posteriors = {
        f"{n:,} tosses": coin.grid_posterior(theta, prior, 7 * n // 10, 3 * n // 10)
        for n in (10, 1000)
    }
    return beta_coin.grid_beliefs(theta, prior, posteriors, 0.7)


def drift():
    rng = np.random.default_rng(4)
    tosses = coin.drifting_tosses(400, 0.3, 0.8, rng)
    return tosses, rng


def drifting_coin():
    tosses, _ = drift()
    heads = int(tosses.sum())
    ends = coin.posterior(heads, 400 - heads).interval()
    return beta_coin.drifting_coin(np.linspace(0.3, 0.8, 400), tosses, ends)


def predictive_check():
    check = coin.posterior_predictive_check(drift()[0], coin.halves_difference, drift()[1])
    return beta_coin.predictive_check(check.observed, check.replicated)


def triangles():
    points = beta_coin.simplex_grid()
    rolls = {"prior": (1, 1, 1), "6 rolls": (4, 3, 2), "60 rolls": (31, 21, 11)}
    densities = {name: Dirichlet(a).pdf(points) for name, a in rolls.items()}
    return beta_coin.triangles(points, densities, (0.5, 0.33, 0.17))


def integrands():
    x = np.linspace(-5, 4, 901)
    return information.integrands(x, stats.norm(1, 0.5).logpdf(x), stats.norm(0, 1).logpdf(x))


def code_words():
    return information.code_words(
        {"sun": 1 / 2, "cloud": 1 / 4, "rain": 1 / 8, "snow": 1 / 8},
        {"sun": "0", "cloud": "10", "rain": "110", "snow": "111"},
    )


def log_bound():
    return information.log_bound(np.linspace(0.03, 4, 400))


def cost_of_belief():
    theta = np.linspace(0.001, 0.999, 500)
    cost = -0.7 * np.log(theta) - 0.3 * np.log(1 - theta)
    return information.cost_of_belief(theta, cost, cost.min(), 0.7)


def fits():
    x = np.linspace(-6, 6, 601)
    hills = (stats.norm(-2, 0.5).pdf(x) + stats.norm(2, 0.5).pdf(x)) / 2
    normals = {"forward": (0, 2.06), "reverse, right": (2, 0.5), "reverse, middle": (0, 1.74)}
    return information.fits(x, hills, {k: stats.norm(*v).pdf(x) for k, v in normals.items()})


def two_scales():
    x, y = np.linspace(-4, 4, 401), np.linspace(0.002, 0.998, 401)
    logit = np.log(y / (1 - y))
    q, p = (lambda x: stats.norm(1, 0.5).pdf(x)), (lambda x: stats.norm(0, 1).pdf(x))
    return information.two_scales(
        {
            "log-odds": (x, q(x), p(x)),
            "probability": (y, q(logit) / y / (1 - y), p(logit) / y / (1 - y)),
        }
    )


ELLIPSES = ([[3, 2], [6, 4], [7, 1.6]], [[[1, 0.5], [0.5, 0.7]], [[1, 0], [0, 1]], np.eye(2) / 4])


def cloud():
    rng = np.random.default_rng(5)
    z = rng.integers(3, size=200)
    return np.array(ELLIPSES[0])[z] + rng.normal(size=(200, 2)), z


def wall():
    return mixture.wall(*cloud())


def two_normals():
    x = np.linspace(-4, 4, 401)
    parts = np.array([stats.norm(0, 1).pdf(x), stats.norm(1, 0.5).pdf(x)]) / 2
    return mixture.two_normals(x, parts, parts[1] / parts.sum(axis=0), ("heads", "tails"))


def touching():
    x = np.linspace(-1, 2, 101)
    starts, tops = (-0.5, 0.0, 0.4), (0.0, 0.4, 0.7)
    bounds = [
        (s, -(s**2) - 2 * s * (x - s) - 2 * (x - s) ** 2, t)
        for s, t in zip(starts, tops, strict=True)
    ]
    return mixture.touching(x, -(x**2), bounds)


def climb():
    fits = {f"step {n}": ELLIPSES for n in (0, 10, 60)}
    return mixture.climb(cloud()[0], fits, -1000 - 200 * np.exp(-np.arange(61) / 10))


def starts():
    ends = {"random points": [-975.0] * 90 + [-1010.0] * 10, "k-means groups": [-975.0] * 100}
    return mixture.starts(cloud()[0], ends, {"best": ELLIPSES, "worst": ELLIPSES})


def held_out():
    counts, error = (1, 2, 5, 10, 15, 20, 30), np.full(7, 0.05)
    levels = np.log(counts)
    curves = {"fitted points": (levels, 0 * error), "new points": (-levels, error)}
    return mixture.held_out(counts, {"digits": curves, "control": curves}, truth=0.0)


def small_pictures():
    images = np.random.default_rng(5).random((10, 8, 8))
    return mixture.pictures({"digits": images, "component means": images[:7] * 2 - 0.5})


NORMALS = {"wide": (0, 1), "narrow": (0.8, 0.25), "best": (0.756, 0.638)}


def guesses():
    z = np.linspace(-2.5, 3.5, 301)
    theta = 1 / (1 + np.exp(-z))
    posterior = Beta(8, 4).pdf(theta) * theta * (1 - theta)
    curves = {name: stats.norm(*at).pdf(z) for name, at in NORMALS.items()}
    bounds = {"wide": -3.466, "narrow": -2.71, "best": -2.402}
    return elbo.guesses(z, posterior, curves, bounds, -2.398)


def landscape():
    mu, sigma = np.linspace(-0.4, 1.4, 61), np.linspace(0.3, 1.25, 57)
    bound = -((mu - 0.76) ** 2) - 3 * np.log(sigma[:, None] / 0.64) ** 2
    path = np.linspace((0, 1), (0.7, 0.6), 30)
    return elbo.landscape(mu, sigma, bound, {"score": path, "reparametrised": path}, (0.76, 0.64))


def climbs():
    noise = np.random.default_rng(6).random((3, 20, 1))
    fall = 1000 * np.exp(-np.minimum(np.arange(301), 80) / 10)
    return elbo.climbs(dict(zip(("score", "baseline", "moved"), fall * noise, strict=True)))


def importance_bounds():
    counts = 2 ** np.arange(10)
    return elbo.importance_bounds(counts, 1 / counts, np.full(10, 0.002))


def encoders():
    heads = np.arange(11)
    best = (heads / 2 - 2.5, 0.6 + (heads - 5) ** 2 / 50)
    fits = {"linear": (heads / 2 - 2.5, np.full(11, 0.7)), "degree 3": best}
    return elbo.encoders(heads, best, fits)


def ladders():
    return hierarchical.ladders()


def levels_in_use():
    steps = np.arange(800)
    fall = {"merged": 0.3 * np.exp(-steps / 40), "two levels": 5 * np.minimum(1, steps / 200)}
    return hierarchical.levels_in_use(fall | {"merged, slowly": 2 * np.minimum(1, steps / 500)})


def last_level():
    return hierarchical.last_level([1, 5, 20, 50, 100], [0.67, 0.37, 0.063, 0.0026, 1.3e-5], 0.82)


def running_means():
    n = np.unique(np.geomspace(10, 10_000, 60).astype(int))
    draws = np.random.default_rng(5).normal(1 / 11, 0.0971, size=(8, 10_000))
    means = np.cumsum(draws, axis=1)[:, n - 1] / n
    return monte_carlo.running_means(n, means, 1 / 11, 0.0971)


def inversion():
    x, heights = np.linspace(-6, 6, 201), (np.arange(12) + 0.5) / 12
    return monte_carlo.inversion(x, stats.logistic.cdf(x), heights, stats.logistic.ppf(heights))


def levels():
    x, edges = np.linspace(-0.5, 7.5, 201), np.arange(0.5, 7)
    law = stats.logistic(5.4, 1.1)
    pmf = np.diff(np.concatenate([[0], law.cdf(edges), [1]]))
    return monte_carlo.levels(np.arange(8), pmf, x, law.pdf(x))


def power_path():
    tau = np.linspace(0, 1, 11) ** 2
    means = -1.8 - 3.4 * (1 - tau) ** 6
    return monte_carlo.power_path(tau, means, np.full(11, 0.05), -2.41, -np.log(11))


def dimensions():
    d, law = np.array([1, 2, 5, 10, 20]), np.linspace(1, 20, 50)
    errors = {
        "grid": [1e-14, 1e-6, 0.01],
        "prior": 0.003 * 1.46**d,
        "importance": 0.001 * np.sqrt(d),
        "harmonic mean": 0.1 * d**1.2,
        "thermodynamic": 0.02 * d**0.7,
        "annealed": 0.01 * d**1.2,
    }
    return monte_carlo.dimensions(d, errors, law, 0.003 * 1.46**law)


PICTURES = [
    areas,
    pmf_pdf_cdf,
    base_rate,
    z_scores,
    belief,
    narrowing,
    coverage,
    convergence,
    grid_beliefs,
    drifting_coin,
    predictive_check,
    triangles,
    running_means,
    inversion,
    levels,
    power_path,
    dimensions,
    integrands,
    code_words,
    log_bound,
    cost_of_belief,
    fits,
    two_scales,
    wall,
    two_normals,
    touching,
    climb,
    starts,
    held_out,
    small_pictures,
    guesses,
    landscape,
    climbs,
    importance_bounds,
    encoders,
    ladders,
    levels_in_use,
    last_level,
]


def pushed_grid():
    with seeded(0):
        flow = RING.build()
    return flows.pushed_grid(flow, np.random.default_rng(0).normal(0, 0.5, (200, 2)))


def spline_curve():
    x = np.linspace(0, 1, 101)
    return flows.spline_curve(x, x**2, 2 * x, ([0, 0.5, 1], [0, 0.25, 1], [0, 1, 2]))


def two_densities():
    row = np.exp(-(np.linspace(-3, 3, 60) ** 2))
    return flows.densities({"one": np.outer(row, row), "half of it": np.outer(row, row) / 2})


def slab():
    x = (np.arange(1020) + 0.5) / 1020
    histogram = np.where(x < 1 / 17, 11.0, 0.375)
    return flows.slab(SimpleNamespace(
        pixel=41, x=x, histogram=histogram, spline=histogram, affine=8 * np.exp(-8 * x)
    ))  # fmt: skip


PICTURES += [pushed_grid, spline_curve, two_densities, slab]


# chapter 7


def latent_plane():
    turn = np.arange(10)
    codes = np.column_stack([np.cos(turn), np.sin(turn)]) * 1.5
    return vae.plane(codes, turn, np.full((4, 4, 64), 8.0), 3, codes / 2)


def digit_rows():
    return vae.rows({"held out": np.full((3, 64), 16), "decoded": np.zeros((3, 64))})


def latents_in_use():
    nats = np.array([2.0, 1.0, 0.5, 0.0])
    return vae.units({"in full": (nats, nats > 1.5), "slowly": (nats, nats > 0.01)})


def pixel_laws():
    law = stats.binom(16, 0.4).pmf(np.arange(17))
    return vae.pixel_laws(np.full(17, 1 / 17), {"binomial": law, "uniform": np.full(17, 1 / 17)})


def frechet_distances():
    return vae.distances({"real digits": (0.5, 0.1), "drawn": (5.0, 0.3)})


def clouds():
    turn = np.linspace(0, 6, 50)
    circle = np.column_stack([np.cos(turn), np.sin(turn)])
    return vae.clouds({"prior": 2 * circle, "codes": circle}, circle[:9])


def surviving_columns():
    variances = np.linspace(3, 0.1, 20)
    found = {beta: np.maximum(0, variances[:16] - 0.04 * beta) for beta in (1, 64)}
    return vae.survivors(variances, found, 0.04, 16)


PICTURES += [latent_plane, digit_rows, latents_in_use, pixel_laws, frechet_distances]
PICTURES += [clouds, surviving_columns]


@functools.cache
def drawn(draw):
    """A picture, drawn once with each warning (a missing glyph, a missing font) an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return draw()


# All tests of one picture run one after the other, so that no two workers draw it.
@pytest.fixture(scope="module", params=PICTURES, ids=lambda draw: draw.__name__)
def draw(request):
    return request.param


@pytest.fixture(scope="module")
def picture(draw):
    return drawn(draw)


@pytest.fixture(scope="module")
def words(picture):
    """The words that are really drawn (a tick beyond the axes is not), with their boxes."""
    boxes, draw_text = {}, Text.draw

    def draw(text, renderer):
        if text.get_visible() and text.get_text().strip():
            boxes[text] = text.get_window_extent(renderer)
        draw_text(text, renderer)

    with pytest.MonkeyPatch.context() as patch, matplotlib.rc_context(style.parameters()):
        patch.setattr(Text, "draw", draw)
        picture.figure.draw_without_rendering()
    return boxes


def hidden(artist):
    """A part of a text or a legend that draws nothing of its own."""
    return isinstance(artist, Text) and not artist.get_text()


def colours(figure):
    """Every opaque colour that an artist of the figure carries, without its transparency."""
    found = set()
    for artist in figure.findobj(lambda artist: artist.get_visible() and not hidden(artist)):
        for getter in ("get_color", "get_facecolor", "get_edgecolor", "get_markerfacecolor"):
            value = getattr(artist, getter, lambda: "none")()
            rgba = to_rgba_array(value)
            found |= {to_hex(row[:3]) for row in rgba if row[3] > 0}
    return found


def test_is_a_png_as_large_as_promised(picture):
    image = Image.open(io.BytesIO(picture.png))
    width, height = picture.figure.get_size_inches()
    assert image.format == "PNG" and width == 5.6
    assert image.size == (round(2 * 576), round(height * 205.7143))
    assert len(picture.png) < 80_000
    assert "Software" not in image.info


def test_ground_is_transparent_and_something_is_drawn(picture):
    alpha = np.asarray(Image.open(io.BytesIO(picture.png)).convert("RGBA"))[..., 3]
    assert alpha[0, 0] == 0 and 0.005 < np.mean(alpha > 128) < 0.6


def test_only_role_colours_and_inks(picture, words):
    assert colours(picture.figure) <= ALLOWED
    assert {text.get_color() for text in words} <= ALLOWED


def test_words_stand_inside_the_picture_and_apart(picture, words):
    frame = picture.figure.bbox
    for text, box in words.items():
        where = (text.get_text(), box.extents, frame.extents)
        assert box.x0 >= -1 and box.x1 <= frame.x1 + 1, where
        assert box.y0 >= -1 and box.y1 <= frame.y1 + 1, where
    for (one, box), (two, other) in itertools.combinations(words.items(), 2):
        apart = box.padded(-2)
        assert not apart.overlaps(other.padded(-2)), (one.get_text(), two.get_text())


def test_every_word_is_set_in_the_books_sans(words):
    for text in words:
        assert text.get_fontfamily() == ["Book Sans"]
        assert 8.5 <= text.get_fontsize() <= 12
        assert "BookSans" in findfont(text.get_fontproperties(), fallback_to_default=False)


def test_no_title_and_an_alt_text_of_a_sentence(picture):
    assert picture.figure.get_suptitle() == ""
    assert repr(picture) == f"Figure: {picture.alt}"
    assert picture.alt.endswith(".") and 60 < len(picture.alt) < 300
    assert "0x" not in repr(picture)


@pytest.mark.slow  # each picture is drawn once more
def test_the_same_data_give_the_same_bytes(draw, picture):
    with matplotlib.rc_context({"lines.linewidth": 7, "font.family": "serif"}):
        assert draw().png == picture.png


def test_the_same_bytes_in_another_process_without_pyplot():
    code = (
        "import hashlib, sys; from diffusion_derived.figures import bayes;"
        "png = bayes.areas([0.4, 0.6], [0.07, 0.01]).png;"
        "print(hashlib.sha256(png).hexdigest(), 'matplotlib.pyplot' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONHASHSEED": "5"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.split() == [hashlib.sha256(drawn(areas).png).hexdigest(), "False"]
    assert answer.stderr == ""


def test_a_notebook_shows_it_without_a_backend(picture):
    data, metadata = DisplayFormatter().format(picture)
    assert data["text/plain"] == repr(picture) and data["image/png"] == picture.png
    assert metadata["image/png"]["width"] == 576
    assert set(data) == {"text/plain", "image/png"}


def test_save(tmp_path):
    drawn(areas).save(tmp_path / "areas.png")
    assert (tmp_path / "areas.png").read_bytes() == drawn(areas).png


def test_use_style_reaches_later_figures():
    with matplotlib.rc_context():
        style.use_style()
        assert matplotlib.rcParams["font.family"] == ["Book Sans"]
        assert matplotlib.rcParams["text.color"] == GROUND["ink"].light
        text = Figure().subplots().set_xlabel("probability of heads")
        assert "BookSans-Regular" in findfont(text.get_fontproperties(), fallback_to_default=False)
        bold = findfont(matplotlib.font_manager.FontProperties(weight=600))
        assert "BookSans-SemiBold" in bold


def test_style_file_holds_no_colour():
    """The colours have one source, the style sheet of the roles."""
    import re

    text = (style.HERE / "book.mplstyle").read_text(encoding="utf-8")
    assert not re.search(r"\b[0-9a-f]{6}\b", text)
    assert (style.HERE / "fonts" / "LICENSE-BookSans.txt").is_file()


@pytest.mark.parametrize("heads, tails", [(0, 0), (7, 3), (0, 40), (70, 30), (700, 300)])
@pytest.mark.parametrize("a, b", [(1, 1), (0.5, 0.5), (3, 5), (20, 20), (1.5, 30)])
def test_names_of_any_three_curves_touch_no_curve(heads, tails, a, b):
    picture = belief(heads, tails, a, b)
    axes = picture.figure.axes[0]
    names = [t for t in axes.texts if t.get_text()]
    assert len(names) == 3
    for name in names:
        box = name.get_window_extent()
        assert axes.bbox.x0 <= box.x0 and box.x1 <= axes.bbox.x1 + 1
        for curve in axes.lines:
            points = axes.transData.transform(curve.get_xydata())
            inside = (points >= box.p0).all(axis=1) & (points <= box.p1).all(axis=1)
            assert not inside.any(), (name.get_text(), heads, tails, a, b)
    for one, two in itertools.combinations([n.get_window_extent() for n in names], 2):
        assert not one.overlaps(two)


def test_names_stay_nearest_to_their_own_curve():
    with style.picture("Two lines.") as picture:
        axes = picture.figure.subplots()
        x = np.linspace(0, 1, 50)
        for role, y in (("q", x), ("p", 1 - x)):
            style.line(axes, x, y, role)
        name_curves(axes, [Curve(x, x, "rising", "q"), Curve(x, 1 - x, "falling", "p")])
    lines = [axes.transData.transform(curve.get_xydata()) for curve in axes.lines]
    for number, text in enumerate(axes.texts):
        centre = np.mean(text.get_window_extent().get_points(), axis=0)
        gaps = [np.hypot(*(points - centre).T).min() for points in lines]
        assert int(np.argmin(gaps)) == number


def test_areas_are_drawn_to_scale():
    square, close = drawn(areas).figure.axes
    for axes in (square, close):
        filled = [p for p in axes.patches if isinstance(p, Rectangle)]
        sizes = [(p.get_width(), p.get_height()) for p in filled]
        assert sizes == [pytest.approx((0.4, 0.07)), pytest.approx((0.6, 0.01))]


def test_simplex_grid_lies_inside_the_triangle():
    points = beta_coin.simplex_grid(20)
    np.testing.assert_allclose(points.sum(axis=1), 1)
    assert points.shape == (19 * 18 // 2, 3) and points.min() > 0


def test_bins_hold_equally_many_possible_values():
    values = np.random.default_rng(0).integers(0, 100, 5000) / 200
    edges = beta_coin._bins(values)
    possible = np.histogram(np.arange(100) / 200, edges)[0]
    assert edges[0] < values.min() and edges[-1] > values.max()
    assert len(set(possible[:-1])) == 1 and len(edges) <= 33
    assert beta_coin._bins(np.zeros(5)).size == 2
