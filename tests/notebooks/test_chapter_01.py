"""Chapter 1 derives what it promises, refuses what it must, and says the numbers it computes."""

import re
from fractions import Fraction
from itertools import product

import pytest
from scipy import stats

from diffusion_derived.derivation.grades import CHECKED
from nbfiles import NOTEBOOKS, entries, read

NOTEBOOK = read(NOTEBOOKS / "01_bayes.ipynb")
LEDGER = {entry["label"]: entry for entry in entries(NOTEBOOK)}
OUTPUTS = {cell.id: cell.outputs for cell in NOTEBOOK.cells if cell.cell_type == "code"}
PROSE = "\n".join(cell.source for cell in NOTEBOOK.cells if cell.cell_type == "markdown")
PROMISED = {
    "eq-two-factorisations": "proof",
    "eq-bayes": "proof",
    "eq-total-probability": "proof",
    "eq-fourteen-seventeenths": "proof",
    "eq-equal-priors": "proof",
    "eq-base-rate": "proof",
    "eq-odds": "proof",
    "eq-conditional-independence": "proof",
    "eq-two-tests": "proof",
    "eq-independence": "proof",
    "eq-chain-three": "family",
    "eq-chain-rule": "induction",
    "eq-hardy-weinberg": "proof",
    "eq-genes-posterior": "proof",
    "eq-uniform-density": "proof",
    "eq-cdf": "proof",
    "eq-bayes-density": "approx",
    "eq-density-example": "proof",
}
REFUSED = {
    "bayes-bayes": r"P(C\mid M)",  # the likelihood read as the posterior
    "bayes-fourteen-seventeenths": r"\frac78",  # base-rate neglect
    "bayes-base-rate": r"\frac78",
    "bayes-two-tests-notation": r"P(A)\,P(B)",  # independent, whatever is given
    "bayes-chain-three": r"P(x_1)\,P(x_2\mid x_1)\,P(x_3\mid x_2)",  # one step back is enough
    "bayes-density-example": r"\frac{1.8}{0.4\cdot 1.8 + 0.6\cdot 0.2}",  # densities divided
    "bayes-uniform-density": r"\int_0^{1/2} 1\,du",  # a density that may not exceed 1
}


def html(cell: str) -> str:
    """The HTML that a cell shows."""
    return "".join(output.get("data", {}).get("text/html", "") for output in OUTPUTS[cell])


def printed(cell: str) -> str:
    """The text that a cell shows."""
    return "".join(o.get("text", "") or o.data.get("text/plain", "") for o in OUTPUTS[cell])


@pytest.mark.parametrize("label", PROMISED)
def test_what_is_promised_is_derived(label):
    assert LEDGER[label]["grade"] == PROMISED[label]


def test_nothing_is_left_undecided():
    assert {entry["grade"] for entry in LEDGER.values()} <= CHECKED


@pytest.mark.parametrize("cell", REFUSED)
def test_the_mistake_is_shown_refused(cell):
    assert rf"\(\displaystyle \ne {REFUSED[cell]}\)" in html(cell)


def test_counting_people_gives_what_the_derivation_gives():
    hall = [("man", 28), ("woman", 6)]
    share = Fraction(dict(hall)["man"], sum(count for _, count in hall))
    assert LEDGER["eq-fourteen-seventeenths"]["tex"].endswith(
        rf"\frac{{{share.numerator}}}{{{share.denominator}}}"
    )
    assert str(share.numerator) in printed("bayes-share")


def test_the_numbers_in_the_prose_follow_from_the_rates():
    odds = {women: Fraction(7, 100) * 40 / (women * 60) for women in (0.01, 0.0049, 0.005)}
    posterior = {women: value / (1 + value) for women, value in odds.items()}
    assert "From 0.824 to 0.905" in PROSE
    assert f"{posterior[0.01]:.3f} {posterior[0.0049]:.3f}" == "0.824 0.905"
    assert f"{posterior[0.005]:.1%}".replace("%", " %") in PROSE
    for men in (0.12, 0.13):
        assert f"{100 * 7 * men / (1 + 6 * men):.1f} %" in PROSE


def test_the_control_fails_and_the_claim_does_not():
    rows = dict(re.findall(r"^(P\(.*?)  .* (−?[\d.]+)$", printed("bayes-measured"), re.M))
    rows = {name: float(z.replace("−", "-")) for name, z in rows.items()}
    assert abs(rows["P(M | C)"]) < 3
    assert rows["P(M | C), neglected"] < -20


def test_the_counterexample_by_hand_to_looking_back_one_step_only():
    tosses = [(one, two, one) for one, two in product((0, 1), repeat=2)]
    after_0 = [three for _, two, three in tosses if two == 0]
    left = Fraction(tosses.count((0, 0, 0)), len(tosses))
    refused = Fraction(1, 2) * Fraction(1, 2) * Fraction(after_0.count(0), len(after_0))
    assert f"the left side is {left} and the refused line {refused}" in PROSE


def test_odds_and_probabilities_in_the_prose_are_one_thing():
    assert "567 to 93" in PROSE and (7 * 81, Fraction(567, 567 + 93)) == (567, Fraction(189, 220))
    assert "189/220" in PROSE


def test_the_luck_that_the_measurement_allows_is_what_it_says():
    assert f"about once in {1 / (2 * stats.norm.sf(3)):.0f}" in PROSE
    assert f"the {10**6 * 34 // 1000:,} or so colour-blind" in PROSE
