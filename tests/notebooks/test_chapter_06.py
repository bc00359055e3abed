"""Chapter 6 derives what it promises, refuses what it must, and its formulas are the library's."""

import re
from math import log, pi

import numpy as np
import pytest
from scipy import integrate, special, stats

from diffusion_derived import elbo
from diffusion_derived.derivation.grades import CHECKED
from nbfiles import NOTEBOOKS, entries, read

NOTEBOOK = read(NOTEBOOKS / "06_elbo.ipynb")
LEDGER = {entry["label"]: entry for entry in entries(NOTEBOOK)}
OUTPUTS = {cell.id: cell.outputs for cell in NOTEBOOK.cells if cell.cell_type == "code"}
PROSE = "\n".join(cell.source for cell in NOTEBOOK.cells if cell.cell_type == "markdown")
PROMISED = {
    "eq-variational-slope": "family",
    "eq-variational-top": "family",
    "eq-jensen": "bound",
    "eq-elbo-jensen": "bound",
    "eq-elbo-gap": "family",
    "eq-normals-evidence": "proof",
    "eq-normals-posterior": "proof",
    "eq-normals-elbo": "proof",
    "eq-elbo-entropy": "family",
    "eq-elbo-two-forms": "family",
    "eq-coin-joint": "proof",
    "eq-coin-elbo": "proof",
    "eq-coin-open": "numeric",
    "eq-mean-field": "family",
    "eq-mean-field-mean": "proof",
    "eq-mean-field-variance": "proof",
    "eq-mean-field-gap": "proof",
    "eq-reparametrised-width": "proof",
    "eq-reparametrised-mean": "proof",
    "eq-two-gradients": "proof",
    "eq-score-function": "family",
    "eq-score-zero": "family",
    "eq-score-normal": "proof",
    "eq-leave-one-out": "family",
    "eq-one-more-weight": "bound",
    "eq-elbo-exact": "family",
}
RESTS = {
    "eq-variational-top": "eq-gibbs",
    "eq-jensen": "eq-log-bound",
    "eq-elbo-jensen": "eq-gibbs",
    "eq-elbo-gap": "eq-em-bound",
    "eq-normals-elbo": "eq-two-normals",
    "eq-mean-field-variance": "eq-mean-field-mean",
    "eq-one-more-weight": "eq-log-bound",
    "eq-elbo-exact": "eq-em-ascent",
}
GAP = r"D_{\mathrm{KL}}\left({}\,\|\,{}\right)".replace("{}", "%s")
Q, P = r"q(z\mid x)", r"p(z\mid x)"
REFUSED = {
    "elbo-variational-slope": r"\log f_j+\log q_j+1-\lambda",  # the sign of the entropy
    "elbo-gap-derivation": GAP % (P, Q),
    "elbo-two-forms-derivation": r"\mathbb{E}_{q(z\mid x)}\left[\log p(x,z)\right]"
    r"-\mathrm{H}(q(z\mid x))",
    "elbo-gauss-variance": r"\sigma_1^2",
    "elbo-coin-open": r"\log\left(1+e^{0.7}\right)",
}
COIN = elbo.CoinElbo(7, 10)


def html(cell: str) -> str:
    """The HTML that a cell shows."""
    return "".join(output.get("data", {}).get("text/html", "") for output in OUTPUTS[cell])


def printed(cell: str) -> str:
    """The text that a cell shows."""
    return "".join(o.get("text", "") or o.data.get("text/plain", "") for o in OUTPUTS[cell])


def rows(cell: str) -> dict[str, list[float]]:
    """The rows of a printed table: first column, then the numbers before any plus-minus sign."""
    found = {}
    for line in printed(cell).splitlines():
        name, *cells = re.split(r"  +", line.strip())
        numbers = [re.match(r"[−\d.,]+", cell) for cell in cells]
        if cells and all(numbers):
            found[name] = [float(n[0].replace("−", "-").replace(",", "")) for n in numbers]
    return found


@pytest.mark.parametrize("label", PROMISED)
def test_what_is_promised_is_derived(label):
    assert LEDGER[label]["grade"] == PROMISED[label]


def test_nothing_is_left_undecided():
    assert {label for label, e in LEDGER.items() if e["grade"] not in CHECKED} == set()
    assert set(LEDGER) == set(PROMISED)


@pytest.mark.parametrize("label", RESTS)
def test_the_inequalities_rest_on_those_of_earlier_chapters(label):
    assert RESTS[label] in LEDGER[label]["rests_on"]


@pytest.mark.parametrize("cell", REFUSED)
def test_the_mistake_is_shown_refused(cell):
    shown = html(cell)
    assert any(
        rf"\(\displaystyle \{sign} {REFUSED[cell]}\)" in shown for sign in ("ne", "not\\approx")
    )


def test_both_wrong_divergences_are_refused_in_the_second_form():
    shown = html("elbo-two-forms-derivation")
    for wrong in (GAP % ("p(z)", Q), GAP % (Q, P)):
        assert re.search(r"\\ne [^<]*" + re.escape(wrong), shown)


# numbers of the derivations, by other routes ----------------------------------------------------


@pytest.mark.parametrize(("mu", "sigma"), [(0.7, 0.6), (0, 1), (-1, 0.3)])
def test_the_coin_s_formula_is_the_library_s_bound(mu, sigma):
    assert LEDGER["eq-coin-elbo"]["tex"].split(" = ")[1] == (
        r"\log 120+8\mu+\frac12\log(2\pi \sigma^2)+\frac12-12\,"
        r"\mathbb{E}_{z\sim\mathcal N(\mu,\sigma^2)}\left[\log\left(1+e^z\right)\right]"
    )
    inside, _ = integrate.quad(
        lambda e: stats.norm.pdf(e) * np.logaddexp(0, mu + sigma * e), -12, 12, epsabs=1e-13
    )
    formula = log(120) + 8 * mu + log(2 * pi * sigma**2) / 2 + 0.5 - 12 * inside
    assert COIN.elbo(mu, sigma) == pytest.approx(formula, abs=1e-10)


def test_the_number_that_was_computed():
    inside, _ = integrate.quad(
        lambda e: stats.norm.pdf(e) * np.logaddexp(0, 0.7 + 0.6 * e), -12, 12
    )
    assert LEDGER["eq-coin-open"]["tex"].endswith(r"\approx 1.1420")
    assert inside == pytest.approx(1.1420, abs=1e-4)
    assert np.logaddexp(0, 0.7) < 1.11


def test_the_gap_of_the_two_normals():
    assert LEDGER["eq-normals-elbo"]["tex"].endswith(
        r"-\frac12\log(8\pi)-\left(\frac18+\log2\right)"
    )
    assert 1 / 8 + log(2) == pytest.approx(0.818, abs=5e-4) and "0.818" in PROSE


def test_the_formula_of_mean_field_is_the_library_s():
    assert LEDGER["eq-mean-field-variance"]["tex"].endswith(r"= \sigma_1^2(1-\rho^2)")
    found = elbo.mean_field([0, 0], [[4, 0.9], [0.9, 1]])
    rho = 0.9 / 2
    np.testing.assert_allclose(found.variances, [4 * (1 - rho**2), 1 - rho**2])
    assert found.kl == pytest.approx(-log(1 - rho**2) / 2)


def test_the_numbers_in_the_prose():
    mu, sigma = COIN.best()
    assert (f"{mu:.2f}", f"{sigma:.2f}") == ("0.76", "0.64")
    assert "a mean of 0.76 and a width of 0.64" in PROSE and "loses 1.07 nats" in PROSE
    assert COIN.kl(0, 1) == pytest.approx(1.07, abs=0.005)
    assert COIN.kl(mu, sigma) == pytest.approx(0.0037, abs=5e-5)
    assert -log(11) == pytest.approx(-2.398, abs=5e-4)
    assert 0.9 < 0.95**2 < 0.91
    slopes = COIN.log_joint_slope(np.array([-50.0, 50.0]))
    np.testing.assert_allclose(slopes, [8, -4])
    assert special.expit(0) == 0.5


# measurements -----------------------------------------------------------------------------------


def test_the_variances_and_their_control():
    found = rows("elbo-variance-table")
    start, best, lifted = (found[name] for name in ("start", "best", "best, plus 10"))
    assert start[2] > 5 and 1.9 < start[3] < 2.2
    assert best[3] < 0.05 < 5 < best[2]
    assert lifted[0] > 8 * best[0] and lifted[1] == best[1] and lifted[3] == best[3]


def test_the_noise_of_the_score_grows_with_the_number_of_coins():
    for ratios in rows("elbo-many-table").values():
        assert len(ratios) == 4 and 7 < ratios[3] / ratios[2] < 12


def test_every_climb_ends_below_the_evidence():
    found = rows("elbo-climb-table")
    assert len(found) == 3
    for below_best, error, below_evidence in found.values():
        assert 0 <= below_best < 10 and error < 1.5
        assert below_evidence - below_best == pytest.approx(3.72, abs=0.02)


def test_more_weights_raise_the_bound_and_the_control_crosses():
    found = rows("elbo-importance-table")
    bounds, errors, control = zip(*(found[k] for k in ("1", "8", "64", "512")), strict=True)
    assert list(bounds) == sorted(bounds) and bounds[-1] < -log(11) + 4 * errors[-1]
    assert bounds[0] == pytest.approx(COIN.elbo(0, 1), abs=4 * errors[0])
    assert control[0] < -log(11) < min(control[1:])


def test_the_amortisation_gap_shrinks_and_the_blind_encoder_pays():
    found = rows("elbo-amortised-table")
    gaps = [found[f"degree {degree}"][0] for degree in range(4)]
    assert gaps == sorted(gaps, reverse=True) and gaps[0] > 30 * gaps[1]
    assert found["one by one"][2] == pytest.approx(0.0168, abs=1e-4)
    for gap, error, whole in found.values():
        assert whole == pytest.approx(gap + 0.0168, abs=2e-4) and error < 0.001


def test_slips_above_the_evidence_are_refused_and_the_one_below_is_not():
    said = {
        row.split("  ")[0]: re.findall(r"(−?\d+\.\d+) +(refused|accepted)", row)
        for row in printed("elbo-above-refused").splitlines()
        if row.endswith(("refused", "accepted"))
    }
    assert len(said) == 5 and all(len(pairs) == 2 for pairs in said.values())
    for number, verdict in (pair for pairs in said.values() for pair in pairs):
        above = float(number.replace("−", "-")) > -log(11)
        assert above == (verdict == "refused")
    refused = [name for name, pairs in said.items() if "refused" in (pairs[0][1], pairs[1][1])]
    assert len(refused) == 3 and not {"none", "KL(p‖q) for KL(q‖p)"} & set(refused)


# what the prose says in words ---------------------------------------------------------------------


def test_the_plain_score_is_noisy_when_the_values_are_far_from_0_on_either_side():
    eps = np.random.default_rng(6).normal(size=20_000)

    def noise(shift):
        value = lambda z: COIN.log_joint(z) + shift  # noqa: E731
        return elbo.score_function_gradient(value, *COIN.best(), eps)[:, 0].var()

    assert "when the values lie far from 0, on either side" in PROSE
    assert noise(2.4) < noise(0) / 50 and min(noise(10), noise(-10)) > 8 * noise(0)


def test_minus_the_entropy_ends_at_a_corner_in_a_table_and_nowhere_for_a_density():
    joint = np.array([0.1, 0.25, 0.15])
    q = np.random.default_rng(6).dirichlet([1, 1, 1], 2000)
    minus = (q * np.log(joint)).sum(axis=1) - special.entr(q).sum(axis=1)
    assert minus.max() < np.log(joint.max()) < np.log(joint.sum())
    density = [COIN.elbo(0.7, s) - 2 * stats.norm(0.7, s).entropy() for s in (0.1, 0.01, 1e-4)]
    assert density[0] < density[1] < density[2] and density[1] > COIN.log_evidence


@pytest.mark.parametrize("rho", [0.3, 0.8, 0.95])
def test_the_independent_ellipse_is_short_along_the_ridge_and_sticks_out_across_it(rho):
    across, along = np.sqrt(np.linalg.eigvalsh([[1, rho], [rho, 1]]))
    guess = np.sqrt(1 - rho**2)
    assert across < guess < along
    precision = np.linalg.inv([[1, rho], [rho, 1]])
    for axis in np.eye(2):
        assert (guess * axis) @ precision @ (guess * axis) == pytest.approx(1)


def test_in_three_dimensions_the_gap_is_not_what_the_parts_tell_of_one_another():
    sigma = np.full((3, 3), 0.8) + 0.2 * np.eye(3)
    precision, logdet = np.linalg.inv(sigma), np.linalg.slogdet(sigma)[1]
    gap = (np.log(np.diag(precision)).sum() + logdet) / 2
    assert abs(gap + logdet / 2) > 0.1
