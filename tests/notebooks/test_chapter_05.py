"""Chapter 5 derives what it promises, refuses what it must, and its formulas are the library's."""

from fractions import Fraction

import numpy as np
import pytest
from scipy import stats
from sklearn.datasets import load_digits

from diffusion_derived import mixture as mix
from diffusion_derived.derivation import Notation
from diffusion_derived.derivation.grades import CHECKED
from diffusion_derived.mixture import GaussianMixture
from diffusion_derived.widgets import EmStepper
from nbfiles import NOTEBOOKS, entries, read

NOTEBOOK = read(NOTEBOOKS / "05_em.ipynb")
LEDGER = {entry["label"]: entry for entry in entries(NOTEBOOK)}
OUTPUTS = {cell.id: cell.outputs for cell in NOTEBOOK.cells if cell.cell_type == "code"}
SOURCE = {cell.id: cell.source for cell in NOTEBOOK.cells}
PROSE = "\n".join(cell.source for cell in NOTEBOOK.cells if cell.cell_type == "markdown")
PROMISED = {
    "eq-latent-marginal": "family",
    "eq-responsibility": "family",
    "eq-logistic": "proof",
    "eq-mixture-slope": "proof",
    "eq-expected-log-joint": "family",
    "eq-m-step-mean": "family",
    "eq-m-step-variance": "family",
    "eq-m-step-weight": "family",
    "eq-m-step-weight-top": "bound",
    "eq-m-step-average": "family",
    "eq-m-step-top": "bound",
    "eq-em-bound": "family",
    "eq-em-lower": "bound",
    "eq-em-ascent": "bound",
    "eq-share-gap": "proof",
    "eq-k-means-near": "proof",
    "eq-collapse": "proof",
    "eq-log-sum-exp": "family",
}
RESTS = {
    "eq-em-lower": {"eq-em-bound", "eq-gibbs"},
    "eq-em-ascent": {"eq-em-bound", "eq-gibbs"},
    "eq-m-step-top": {"eq-m-step-average", "eq-log-bound"},
    "eq-m-step-weight-top": {"eq-log-bound"},
    "eq-k-means-near": {"eq-share-gap"},
    "eq-em-bound": set(),
}
POSTERIOR = r"D_{\mathrm{KL}}\left(q(z\mid x)\,\|\,p(z\mid x)\right)"
REFUSED = {
    "em-marginal-derivation": r"\sum_{z}\log\left(p(z)\,p(x\mid z)\right)",  # log of a sum
    "em-responsibility-derivation": r"\frac{p(x\mid z)}{\sum_{z'}p(x\mid z')}",  # no weights
    "em-m-step-mean": r"\frac{R}{v}\left(\frac1N\sum_{i=1}^{N}r_i\,x_i-\mu\right)",  # N for R
    "em-m-step-weight": r"\frac{R_1}{\pi_1}",  # the constraint forgotten
    "em-bound-chain": r"\mathbb{E}_{q(z\mid x)}\left[\log\frac{p(x,z)}{q(z\mid x)}\right]"
    f"-{POSTERIOR}",  # the sign
    "em-ascent": r"Q'-Q+D_{\mathrm{KL}}\left(p'(z\mid x)\,\|\,p(z\mid x)\right)",  # turned round
    "em-underflow-derivation": r"\log\sum_{k=1}^{K}e^{a_k-m}",  # m not put back
}
BOTH = GaussianMixture([0.5, 0.5], [[0], [1]], [[[1]], [[0.25]]])


def html(cell: str) -> str:
    """The HTML that a cell shows."""
    return "".join(output.get("data", {}).get("text/html", "") for output in OUTPUTS[cell])


def shown_table(cell: str) -> dict[str, list[str]]:
    """The rows of the Markdown table that a cell shows, by their first entry."""
    text = "\n".join(o.get("data", {}).get("text/markdown", "") for o in OUTPUTS[cell])
    rows = [line.strip("> |").split(" | ") for line in text.splitlines() if "|" in line]
    return {row[0].strip(): [entry.strip() for entry in row[1:]] for row in rows}


def number(entry: str) -> float:
    """An entry of a table as a number."""
    return float(entry.replace("\N{MINUS SIGN}", "-"))


def value(notation: Notation, tex: str, at: dict[str, float]) -> float:
    """What a formula in these symbols gives for these numbers."""
    [found] = notation.values(notation.read(tex))
    return float(found.subs({notation.values(notation.read(n))[0]: v for n, v in at.items()}))


@pytest.mark.parametrize("label", PROMISED)
def test_what_is_promised_is_derived(label):
    assert LEDGER[label]["grade"] == PROMISED[label]


def test_nothing_is_left_undecided():
    assert set(LEDGER) == set(PROMISED)
    assert {entry["grade"] for entry in LEDGER.values()} <= CHECKED


@pytest.mark.parametrize("label", RESTS)
def test_what_an_equation_rests_on_is_said(label):
    assert set(LEDGER[label]["rests_on"]) == RESTS[label]


def test_a_step_gains_at_least_what_the_m_step_gains():
    assert LEDGER["eq-em-ascent"]["tex"] == r"\log p'(x)-\log p(x) \ge Q'-Q"
    assert LEDGER["eq-em-bound"]["tex"].endswith(f"+{POSTERIOR}")


@pytest.mark.parametrize("cell", REFUSED)
def test_the_mistake_is_shown_refused(cell):
    assert f"\\ne {REFUSED[cell]}\\)" in html(cell)


def test_the_m_step_of_the_page_is_the_library_s():
    notation = Notation(
        indexed={"x_i": "real", "r_i": "unit"}, sizes={"N": 3}, let={
            "R": r"\sum_{i=1}^{N}r_i",
            r"\hat\mu": r"\frac1R\sum_{i=1}^{N}r_i\,x_i",
            r"\hat v": r"\frac1R\sum_{i=1}^{N}r_i(x_i-\hat\mu)^2",
        },
    )  # fmt: skip
    for definition in (
        r"\frac1R\sum_{i=1}^{N}r_i\,x_i",
        r"\frac1R\sum_{i=1}^{N}r_i(x_i-\hat\mu)^2",
    ):
        assert definition in SOURCE["em-m-step-mean"]
    x, r = [0.5, -1.0, 2.0], [0.25, 0.5, 0.9]
    at = {f"x_{i + 1}": x[i] for i in range(3)} | {f"r_{i + 1}": r[i] for i in range(3)}
    ours = mix.m_step(np.array(x)[:, None], np.column_stack([r, 1 - np.array(r)]))
    assert value(notation, r"\hat\mu", at) == pytest.approx(ours.means[0, 0])
    assert value(notation, r"\hat v", at) == pytest.approx(ours.covariances[0, 0, 0])
    assert ours.weights[0] == pytest.approx(sum(r) / 3)
    assert value(notation, r"\frac13\sum_{i=1}^{N}r_i\,x_i", at) != pytest.approx(ours.means[0, 0])


def test_two_normals_of_one_width_are_a_sigmoid():
    left, right = LEDGER["eq-logistic"]["tex"].split(" = ")
    notation = Notation(
        real=r"x \mu_1 \mu_2", positive="v", unit=r"\pi_1", let={
            r"\pi_2": r"1-\pi_1", "a": r"\frac{\mu_1-\mu_2}{v}",
            "c": r"\frac{\mu_1^2-\mu_2^2}{2v}", "b": r"\log\frac{\pi_1}{\pi_2}-c",
        },
    )  # fmt: skip
    at = {"x": 0.7, r"\mu_1": -1.0, r"\mu_2": 2.0, "v": 1.5, r"\pi_1": 0.2}
    pair = GaussianMixture([0.2, 0.8], [[-1], [2]], [[[1.5]], [[1.5]]])
    share = pair.responsibilities([[0.7]])[0, 0]
    assert value(notation, left, at) == pytest.approx(share)
    assert value(notation, right, at) == pytest.approx(share)


def test_the_guesses_are_bayes_rule():
    for x, words in ((1, "0.767"), (3, "0.057")):
        tails, heads = stats.norm(1, 0.5).pdf(x), stats.norm(0, 1).pdf(x)
        assert f"{tails / (tails + heads):.3f}" == words
        assert words in SOURCE["em-two-normals-caption"]
    assert (3 - 1) / 0.5 == 4 and (3 - 0) / 1 == 3
    highest = max(BOTH.responsibilities(np.linspace(-4, 4, 801)[:, None])[:, 1])
    assert f"{highest:.2f} at its highest" in str(NOTEBOOK.cells)


def test_the_widget_s_start_creeps_and_climbs_on():
    stepper = EmStepper()
    for start, ends in ((stepper.start, {40: "65.71", 400: "63.42"}),
                        ([[1.5, 4.5], [4.5, 1], [8.5, 5]], {40: "61.79"})):  # fmt: skip
        begun = GaussianMixture([1 / 3] * 3, start, [np.eye(2)] * 3)
        path = [end.log_likelihood for end in mix.fit(stepper.points, begun, 400, floor=0.1**2)]
        for steps, shown in ends.items():
            assert f"{-path[steps]:.2f}" == shown and f"$-{shown}$" in PROSE
        if 400 in ends:
            assert min(np.diff(path[:60])) < 3e-5 and path[400] - path[60] > 2


def test_small_numbers_in_the_prose():
    assert "1,024 assignments" in PROSE and 2**10 == 1024
    assert Fraction(1, 3) < 0.99**100
    assert f"{len(load_digits().data):,} handwritten digits" in PROSE


def test_the_starts_and_their_control_are_as_told():
    rows = shown_table("em-starts-show")
    share, error, worst = map(number, rows["random points"])
    assert abs(share - 0.9) < 2 * error and worst < -30
    assert rows["k-means groups"][0] == "1.00"


def test_the_ends_that_miss_lie_on_two_heights():
    cloud = GaussianMixture(
        [0.5, 0.3, 0.2], [[3, 2], [6, 4.2], [7.2, 1.6]],
        [[[1.0, 0.5], [0.5, 0.7]], [[1.4, -0.6], [-0.6, 0.6]], [[0.25, 0.0], [0.0, 0.5]]],
    )  # fmt: skip
    x, _ = cloud.sample(np.random.default_rng(5), 300)
    starts = (mix.start_from_points(x, 3, np.random.default_rng(seed)) for seed in range(100))
    finals = np.array([[*mix.fit(x, s, 80, floor=1e-3)][-1].log_likelihood for s in starts])
    low = finals - finals.max()
    assert sum(low < -35.5) == 2 and sum(abs(low + 33.4) < 0.1) == 8
    assert sum(low > -0.1) == 90 and "In most of them two components share the group" in PROSE


def test_held_out_digits_have_a_top_and_the_control_has_none():
    rows = {int(k): list(map(number, row)) for k, row in shown_table("em-tenfold-table").items()
            if k.isdigit()}  # fmt: skip
    gains = [row[0] for row in rows.values()]
    assert list(rows) == [2, 5, 10, 15, 20, 30]
    assert np.argmax(gains) == 4 and gains[-1] < gains[-2]
    assert all(row[2] < 0 for row in rows.values())


def test_the_names_of_the_digits_beat_shuffled_ones():
    rows = shown_table("em-kinds-figure")
    assert "About seven in ten are named rightly" in PROSE
    assert abs(number(rows["true"][0]) - 0.7) < 0.05 < 0.2 > number(rows["shuffled"][0])


def test_the_spike_gains_what_the_derivation_says():
    rows = [number(row[0]) for row in list(shown_table("em-collapse-run").values())[2:]]
    thousandfold = 3 * 2 * np.log(10)
    np.testing.assert_allclose(np.diff(rows)[1:], thousandfold, atol=0.11)
    assert LEDGER["eq-collapse"]["tex"].endswith(r"= \log 10")
