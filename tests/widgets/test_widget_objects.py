"""The Python side of a widget: what it prints, what it refuses, what it shows without a page."""

import base64
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from io import BytesIO

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import traitlets
from matplotlib.colors import to_rgb

from diffusion_derived import widgets
from diffusion_derived.roles import GROUND, ROLES
from diffusion_derived.widgets import AreaPicture, BetaExplorer, DirichletTriangle
from diffusion_derived.widgets.base import Widget, module, styles
from diffusion_derived.widgets.traits import BadTrait, Float32

EXAMPLES = {
    "AreaPicture()": "AreaPicture(prior=0.4, rate_men=0.07, rate_women=0.01, view='area')",
    "AreaPicture(prior=0, view='people')": (
        "AreaPicture(prior=0, rate_men=0.07, rate_women=0.01, view='people')"
    ),
    "AreaPicture(rate_men=0, rate_women=0)": (
        "AreaPicture(prior=0.4, rate_men=0.0, rate_women=0.0, view='area')"
    ),
    "BetaExplorer()": "BetaExplorer(heads=7, tails=3, a=1, b=1)",
    "BetaExplorer(a=0.5, heads=0)": "BetaExplorer(heads=0, tails=3, a=0.5, b=1)",
    "MetropolisWalker()": "MetropolisWalker(step=0.6, seed=3, draws=1000)",
    "MetropolisWalker(step=20, draws=0)": "MetropolisWalker(step=20, seed=3, draws=0)",
    "MonteCarloError()": "MonteCarloError(n=100, seed=1)",
    "MonteCarloError(n=1000, seed=2)": "MonteCarloError(n=1000, seed=2)",
    "TwoNormals()": "TwoNormals(mu_q=1, sigma_q=0.5, mu_p=0, sigma_p=1)",
    "TwoNormals(mu_q=-3, sigma_p=0.125)": "TwoNormals(mu_q=-3, sigma_q=0.5, mu_p=0, sigma_p=0.125)",
    "FitByKL()": "FitByKL(separation=4, weight=0.5, mu=0, sigma=1)",
    "FitByKL(separation=0, weight=0.05)": "FitByKL(separation=0, weight=0.05, mu=0, sigma=1)",
    "ElboBars()": "ElboBars(mean=0, width=1, axis='logit')",
    "ElboBars(width=0.1, axis='theta')": "ElboBars(mean=0, width=0.1, axis='theta')",
    "EmStepper()": "EmStepper(components=2, moves=0)",
    "EmStepper(components=3, moves=9)": "EmStepper(components=3, moves=9)",
    "EmStepper(points=[[1, 1], [2, 2.5], [9, 6]])": (
        "EmStepper(points=[[1, 1], [2, 2.5], [9, 6]], components=2, moves=0)"
    ),
    "MeanFieldEllipse(rho=-0.5, steps=3, start=[2, 2])": (
        "MeanFieldEllipse(rho=-0.5, sigma_1=1, sigma_2=1, direction='reverse', "
        "start=[2, 2], steps=3)"
    ),
    "FlowGrid()": "FlowGrid(layers=0, grid='data', place=[1.3, 0], scale=0.6)",
    "FlowGrid(layers=3, grid='base', place=[0, -1])": (
        "FlowGrid(layers=3, grid='base', place=[0, -1], scale=0.6)"
    ),
    "LatentPlane()": "LatentPlane(z=[0, 0], ground='codes')",
    "LatentPlane(z=[-4, 1.25], ground='pictures')": (
        "LatentPlane(z=[-4, 1.25], ground='pictures')"
    ),
    "DirichletTriangle()": (
        "DirichletTriangle(counts=[6, 3, 1], concentration=1, probe=[0.25, 0.5, 0.25])"
    ),
    "DirichletTriangle(concentration=0.5, counts=[0, 0, 0])": (
        "DirichletTriangle(counts=[0, 0, 0], concentration=0.5, probe=[0.25, 0.5, 0.25])"
    ),
}
KINDS = {name: getattr(widgets, name) for name in widgets.__all__}


def make(source: str) -> Widget:
    return eval(source, dict(KINDS))


@pytest.mark.parametrize(("source", "words"), EXAMPLES.items())
def test_the_words_of_a_widget_are_its_values(source: str, words: str) -> None:
    widget = make(source)
    assert repr(widget) == words.replace("0.0,", "0,")
    assert repr(make(repr(widget))) == repr(widget)
    assert widget._repr_mimebundle_()[0]["text/plain"] == repr(widget)


REPORT = """
import hashlib
from diffusion_derived.widgets import *
for source in {sources!r}:
    widget = eval(source)
    print(widget, hashlib.sha256(widget.picture()).hexdigest())
"""


@pytest.mark.slow
def test_words_and_picture_are_the_same_in_every_process() -> None:
    script = REPORT.format(sources=list(EXAMPLES))
    runs = [
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=env
        ).stdout
        for env in ({"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2", "MPLBACKEND": "svg"})
    ]
    assert runs[0] == runs[1]
    assert runs[0].count("\n") == len(EXAMPLES)


def pixels(widget: Widget) -> np.ndarray:
    return plt.imread(BytesIO(widget.picture()))[..., :3]


@pytest.mark.parametrize(
    ("source", "roles"),
    [
        ("AreaPicture()", ("prior", "posterior")),
        ("BetaExplorer(a=3)", ("prior", "likelihood", "posterior")),
        ("DirichletTriangle()", ("posterior",)),
        ("MetropolisWalker()", ("data", "posterior")),
        ("MonteCarloError()", ("data", "evidence")),
        ("TwoNormals()", ("q", "p")),
        ("FitByKL()", ("q", "p")),
        ("EmStepper(moves=3)", ("latent",)),
        ("ElboBars()", ("q", "posterior", "evidence")),
        ("MeanFieldEllipse(steps=4)", ("q", "p")),
    ],
)
def test_the_picture_wears_the_role_colours(source: str, roles: tuple[str, ...]) -> None:
    picture = pixels(make(source))
    assert picture.shape[2] == 3 and 700 <= picture.shape[1] <= 740
    for role in roles:
        distance = np.abs(picture - to_rgb(ROLES[role].light)).max(axis=-1)
        assert (distance < 0.02).sum() > 15, role
    assert np.abs(picture[0, 0] - to_rgb(GROUND["paper"].light)).max() < 0.01


def test_the_picture_does_not_depend_on_the_readers_style() -> None:
    plain = BetaExplorer().picture()
    with matplotlib.rc_context({"font.size": 20, "axes.grid": True, "savefig.dpi": 30}):
        assert BetaExplorer().picture() == plain
        assert matplotlib.rcParams["font.size"] == 20


@pytest.mark.parametrize("source", EXAMPLES)
def test_the_bundle_has_a_picture_for_pages_without_widgets(source: str) -> None:
    widget = make(source)
    data, _ = widget._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert base64.b64decode(data["image/png"]) == widget.picture()
    assert len(data["image/png"]) < 60_000


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("AreaPicture(prior=1.2)", "AreaPicture.prior = 1.2: expected a probability from 0 to 1"),
        ("AreaPicture(rate_men=-0.1)", "AreaPicture.rate_men = -0.1: expected a probability"),
        ("AreaPicture(rate_women=float('nan'))", "AreaPicture.rate_women = nan: expected"),
        ("AreaPicture(prior='0.4')", "AreaPicture.prior = '0.4': expected a probability"),
        ("AreaPicture(view='dots')", "AreaPicture.view = 'dots': expected one of 'area', 'people'"),
        ("BetaExplorer(heads=-1)", "BetaExplorer.heads = -1: expected a whole number from 0 to 50"),
        ("BetaExplorer(tails=2.5)", "BetaExplorer.tails = 2.5: expected a whole number"),
        ("BetaExplorer(heads=True)", "BetaExplorer.heads = True: expected a whole number"),
        ("BetaExplorer(a=0)", "BetaExplorer.a = 0: expected a number from 0.5 to 20"),
        ("BetaExplorer(b=float('inf'))", "BetaExplorer.b = inf: expected a number"),
        ("MetropolisWalker(step=0)", "MetropolisWalker.step = 0: expected a number from 0.02"),
        ("MetropolisWalker(draws=2.5)", "MetropolisWalker.draws = 2.5: expected a whole number"),
        ("MetropolisWalker(draws=5001)", "expected a whole number from 0 to 5000"),
        ("MetropolisWalker(seed=0)", "MetropolisWalker.seed = 0: expected a whole number from 1"),
        ("MonteCarloError(n=9)", "MonteCarloError.n = 9: expected a whole number from 10"),
        ("MonteCarloError(seed='a')", "MonteCarloError.seed = 'a': expected a whole number"),
        ("TwoNormals(sigma_q=0)", "TwoNormals.sigma_q = 0: expected a number from 0.125 to 4"),
        ("TwoNormals(mu_p=float('nan'))", "TwoNormals.mu_p = nan: expected a number from -3 to 3"),
        ("FitByKL(weight=0)", "FitByKL.weight = 0: expected a number from 0.05 to 0.95"),
        ("FitByKL(separation=-1)", "FitByKL.separation = -1: expected a number from 0 to 6"),
        ("FitByKL(sigma=None)", "FitByKL.sigma = None: expected a number from 0.125 to 4"),
        ("LatentPlane(z=[0, 4.5])", "LatentPlane.z = [0, 4.5]: expected 2 numbers, each a number"),
        ("LatentPlane(ground='digits')", "expected one of 'codes', 'pictures'"),
        ("DirichletTriangle(counts=[1, 2])", "DirichletTriangle.counts = [1, 2]: expected 3"),
        ("DirichletTriangle(counts=[1, 2, -3])", "each a whole number from 0 to 50"),
        ("DirichletTriangle(counts=7)", "DirichletTriangle.counts = 7: expected 3 numbers"),
        ("DirichletTriangle(concentration=None)", "concentration = None: expected a number"),
        ("DirichletTriangle(probe=[0.5, 0.5, 0])", "DirichletTriangle.probe = [0.5, 0.5, 0]"),
        ("DirichletTriangle(probe=[0.2, 0.2, 0.2])", "three positive numbers of sum 1"),
    ],
)
def test_bad_values_are_refused_by_name(source: str, message: str) -> None:
    with pytest.raises(ValueError) as refused:
        make(source)
    assert message in str(refused.value)
    assert isinstance(refused.value, traitlets.TraitError | BadTrait)


def test_a_bad_assignment_leaves_the_widget_as_it_was() -> None:
    widget = BetaExplorer()
    with pytest.raises(ValueError, match=r"BetaExplorer\.heads = 51"):
        widget.heads = 51
    assert widget.heads == 7


def test_unknown_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match=r"unknown \['head'\], expected question, heads, tails"):
        BetaExplorer(head=3)


def test_fractions_and_numpy_numbers_are_numbers() -> None:
    area = AreaPicture(prior=Fraction(1, 8), rate_men=np.float32(0.5), rate_women=np.int64(1))
    assert (area.prior, area.rate_men, area.rate_women) == (0.125, 0.5, 1)
    die = DirichletTriangle(counts=np.array([1, 2, 3]))
    assert die.counts == [1, 2, 3] and all(type(count) is int for count in die.counts)


def test_widgets_do_not_share_a_list() -> None:
    first, second = DirichletTriangle(), DirichletTriangle()
    first.counts = [1, 1, 1]
    first.probe[0] = 9
    assert second.counts == [6, 3, 1] and second.probe == [0.25, 0.5, 0.25]


class Row(traitlets.HasTraits):
    values = Float32()


def test_arrays_become_float32_bytes() -> None:
    row = Row(values=[1, 2.5, -3])
    assert np.frombuffer(row.values, "<f4").tolist() == [1, 2.5, -3]
    row.values = np.ones((2, 2), order="F")
    assert len(row.values) == 16
    row.values = row.values
    for bad in ([1, np.inf], "12", b"123", None, [[1], [2, 3]], [True], [1e39]):
        with pytest.raises(ValueError, match=r"Row\.values = "):
            row.values = bad


def test_a_widget_without_a_picture_says_so() -> None:
    class Bare(Widget):
        _esm = "export default { render() {} }"

    with pytest.raises(NotImplementedError, match="Bare has no picture"):
        Bare().picture()


@pytest.mark.parametrize("kind", KINDS.values())
def test_a_page_loads_one_module(kind: type[Widget]) -> None:
    text = module(kind.__module__.rsplit(".", 1)[-1])
    assert kind._esm == text
    assert "import " not in text and text.count("export default") == 1
    assert len(text) < 32_000


def test_the_colours_of_a_widget_stay_inside_it() -> None:
    css = styles()
    assert ":root" not in css
    assert css.count('html[data-theme="dark"] .wg,') == 1
    assert '[data-jp-theme-light="false"] .wg,' in css and 'html[theme="dark"] .wg {' in css
    assert all(role.light in css and role.dark in css for role in ROLES.values())


def test_settings_are_in_order_of_definition() -> None:
    settings: Callable = BetaExplorer.settings
    assert settings() == ["heads", "tails", "a", "b"] == BetaExplorer().settings()
