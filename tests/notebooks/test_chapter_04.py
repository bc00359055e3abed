"""Chapter 4 derives what it promises, refuses what it must, and its formulas are the library's."""

import re
from math import log

import numpy as np
import pytest
from scipy import special, stats

from diffusion_derived import information as info
from diffusion_derived.beta_coin import Beta
from diffusion_derived.derivation import Notation
from diffusion_derived.derivation.grades import CHECKED
from diffusion_derived.distributions import Normal
from nbfiles import NOTEBOOKS, entries, read

NOTEBOOK = read(NOTEBOOKS / "04_information.ipynb")
LEDGER = {entry["label"]: entry for entry in entries(NOTEBOOK)}
OUTPUTS = {cell.id: cell.outputs for cell in NOTEBOOK.cells if cell.cell_type == "code"}
PROSE = "\n".join(cell.source for cell in NOTEBOOK.cells if cell.cell_type == "markdown")
PROMISED = {
    "eq-weather-entropy": "proof",
    "eq-cross-entropy": "family",
    "eq-log-slope": "proof",
    "eq-log-bound": "bound",
    "eq-gibbs": "bound",
    "eq-kl-uniform": "family",
    "eq-code-length": "family",
    "eq-likelihood-kl": "family",
    "eq-log-ratio-normals": "proof",
    "eq-kl-normals": "proof",
    "eq-two-normals": "proof",
    "eq-two-normals-back": "proof",
    "eq-kl-chain": "family",
    "eq-kl-diagonal": "proof",
    "eq-kl-standard-normal": "family",
    "eq-kl-full": "proof",
    "eq-beta-log-slope": "proof",
    "eq-kl-beta": "proof",
    "eq-forward-cost": "proof",
    "eq-forward-mean": "proof",
    "eq-forward-width": "proof",
    "eq-mutual-information": "family",
    "eq-information-posterior": "family",
    "eq-information-bound": "bound",
    "eq-kl-change": "proof",
    "eq-entropy-units": "proof",
}
RESTS = [
    ("eq-log-bound", "eq-log-slope"),
    ("eq-gibbs", "eq-log-bound"),
    ("eq-kl-uniform", "eq-gibbs"),
    ("eq-code-length", "eq-gibbs"),
    ("eq-information-bound", "eq-gibbs"),
    ("eq-kl-normals", "eq-log-ratio-normals"),
    ("eq-kl-standard-normal", "eq-kl-normals"),
    ("eq-kl-beta", "eq-beta-log-mean"),
    ("eq-forward-mean", "eq-forward-cost"),
]
REFUSED = {
    "information-weather-derivation": ["bits for nats"],
    "information-cross-derivation": ["the sign flipped", "forward taken for reverse"],
    "information-gibbs-derivation": ["the sign flipped"],
    "information-normals-end": [
        "the sign flipped",
        "σ² where σ stands",
        "forward taken for reverse",
        "bits for nats",
    ],
    "information-standard-derivation": ["the sign flipped", "the half lost", "σ where σ² stands"],
    "information-beta-kl": ["the sign flipped"],
    "information-posterior": ["forward taken for reverse"],
}
S, T, M, N = r"\sigma_1", r"\sigma_2", r"\mu_1", r"\mu_2"


def html(cell: str) -> str:
    """The HTML that a cell shows."""
    return "".join(output.get("data", {}).get("text/html", "") for output in OUTPUTS[cell])


def printed(cell: str) -> str:
    """The text that a cell shows."""
    return "".join(o.get("text", "") or o.data.get("text/plain", "") for o in OUTPUTS[cell])


def result(label: str) -> str:
    """The right-hand side of an equation, as the reader sees it."""
    return LEDGER[label]["tex"].split(" = ", 1)[1]


def value(notation: Notation, tex: str, numbers: dict[str, float]) -> float:
    """What a formula gives for these numbers."""
    found = notation.values(notation.read(tex))[0]
    at = {notation.values(notation.read(name))[0]: number for name, number in numbers.items()}
    return float(found.subs(at))


@pytest.mark.parametrize("label", PROMISED)
def test_what_is_promised_is_derived(label):
    assert LEDGER[label]["grade"] == PROMISED[label]


def test_only_what_is_cited_is_left_undecided():
    open_ = {label for label, entry in LEDGER.items() if entry["grade"] not in CHECKED}
    assert open_ == {"eq-beta-log-mean"}


@pytest.mark.parametrize(("label", "ground"), RESTS)
def test_an_equation_names_what_it_rests_on(label, ground):
    assert ground in LEDGER[label]["rests_on"]


def test_the_two_bounds_can_be_rested_on():
    assert LEDGER["eq-log-bound"]["tex"] == r"u-1-\log u \ge 0"
    assert LEDGER["eq-gibbs"]["tex"] == r"D_{\mathrm{KL}}\left(p\,\|\,q\right) \ge 0"


@pytest.mark.parametrize("cell", REFUSED)
def test_the_mistake_is_shown_refused(cell):
    for name in REFUSED[cell]:
        assert f"Refused: {name}</summary>" in html(cell)
    assert html(cell).count('class="dv-wrong"') >= len(REFUSED[cell])


@pytest.mark.parametrize("numbers", [(1, 0.5, 0, 1), (0, 1, 1, 0.5), (-3, 2, 4, 0.25)])
def test_the_derived_divergence_of_normals_is_the_library_s(numbers):
    notation = Notation(real=rf"{M} {N}", positive=rf"{S} {T}")
    derived = value(
        notation, result("eq-kl-normals"), dict(zip((M, S, N, T), numbers, strict=True))
    )
    assert derived == pytest.approx(info.kl_normal(*numbers), abs=1e-12)


def test_the_derived_divergence_from_the_standard_normal_is_the_library_s():
    notation = Notation(indexed={r"\mu_j": "real", r"\sigma_j": "positive"}, sizes={"D": (2,)})
    at = {r"\mu_1": 0.5, r"\mu_2": -1.0, r"\sigma_1": 0.3, r"\sigma_2": 2.0}
    derived = value(notation, result("eq-kl-standard-normal"), at)
    library = info.kl_to_standard_normal([0.5, -1.0], 2 * np.log([0.3, 2.0]))
    assert derived == pytest.approx(library, abs=1e-12)


def test_the_derived_divergence_of_betas_is_the_library_s():
    notation = Notation(positive="a_1 b_1 a_2 b_2", let={"u": "a_1-a_2", "v": "b_1-b_2"})
    at = dict(zip(("a_1", "b_1", "a_2", "b_2"), (8.0, 4.0, 2.0, 3.0), strict=True))
    derived = value(notation, result("eq-kl-beta"), at)
    assert derived == pytest.approx(info.kl_beta(Beta(8, 4), Beta(2, 3)), abs=1e-12)


def test_a_planted_slip_in_a_formula_is_seen():
    notation = Notation(real=rf"{M} {N}", positive=rf"{S} {T}")
    slip = result("eq-kl-normals").replace(r"\log\frac{\sigma_2}", r"\log\frac{\sigma_2^2}")
    at = dict(zip((M, S, N, T), (1, 0.5, 0, 2), strict=True))
    assert value(notation, slip, at) != pytest.approx(info.kl_normal(1, 0.5, 0, 2), abs=1e-3)


def test_the_two_normals_of_the_thread():
    ahead, back = info.kl_normal(1, 0.5, 0, 1), info.kl_normal(0, 1, 1, 0.5)
    assert (f"{ahead:.3f}", f"{back:.3f}") == ("0.818", "2.807")
    assert (ahead, back) == pytest.approx((log(2) + 1 / 8, 7 / 2 - log(2)))
    assert "In nats, 0.818 and 2.807" in PROSE and f"by a factor of {back / ahead:.1f}" in PROSE
    assert f"costs {2 * log(2) + 1 / 8:.3f} in place of {ahead:.3f}" in PROSE
    assert result("eq-two-normals") == r"\log2+\frac18"
    assert result("eq-two-normals-back") == r"\frac72-\log2"


def test_the_numbers_in_the_prose():
    assert f"{1.75 * log(2):.3f} nats" in PROSE and f"about {log(2):.3f}" in PROSE
    narrow = [info.kl_normal(0, 1, 1, 0.25), info.kl_normal(1, 0.25, 0, 1)]
    assert f"it is {narrow[0]:.1f}, and the other is {narrow[1]:.2f}" in PROSE
    narrow = [info.kl_normal(0, 1, 1, 0.125), info.kl_normal(1, 0.125, 0, 1)]
    assert f"with $1/8$: {narrow[0]:.1f} and {narrow[1]:.2f}." in PROSE
    coin = special.digamma([8, 4, 12])
    moved = -special.betaln(8, 4) + 7 * (coin[0] - coin[2]) + 3 * (coin[1] - coin[2])
    assert f"by {moved:.3f} nats" in PROSE
    ten = np.mean([stats.beta(k + 1, 11 - k).entropy() for k in range(11)])
    assert f"worth {-ten:.3f} nats" in PROSE
    hill = info.fit_reverse(info.NormalMixture((0.3, 0.7), (-2, 2), (0.5, 0.5)), Normal(-1, 1))
    price = info.kl_quadrature(hill, info.NormalMixture((0.3, 0.7), (-2, 2), (0.5, 0.5)))
    assert f"{price:.2f} for a weight of 0.3" in PROSE


def test_the_controls_fail_and_the_claims_do_not():
    number = r"(\d+\.\d{3})"
    rows = re.findall(
        rf"^(\w[\w ]*?)  +{number}  +{number}  +{number}  +{number}$",
        printed("information-measure-table"),
        re.M,
    )
    assert len(rows) == 5
    for _, *numbers in rows:
        closed, found, error, exchanged = map(float, numbers)
        assert abs(closed - found) < 4 * error + 1e-3
        assert abs(exchanged - found) > 30 * error - 1e-3


def test_each_fit_is_best_in_its_own_direction():
    cost = r"(\d+\.\d{3}) ± \d\.\d{3}"
    rows = re.findall(
        rf"^(\S.*?)  +{cost}  +{cost}  +(\d\.\d\d)$", printed("information-fits-measure"), re.M
    )
    found = {name: tuple(map(float, numbers)) for name, *numbers in rows}
    assert min(found, key=lambda name: found[name][0]) == "forward"
    assert min(found, key=lambda name: found[name][1]) == "reverse, from 1"
    assert found["forward"][2] > 10 * found["reverse, from 1"][2]
    assert found["reverse, from 1"][1] == pytest.approx(log(2), abs=0.01)
