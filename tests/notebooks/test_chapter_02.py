"""Chapter 2 derives what it promises, refuses what it must, and its formulas are the library's."""

import re
from fractions import Fraction

import pytest
from scipy import stats

from diffusion_derived import beta_coin as coin
from diffusion_derived.derivation import Notation
from diffusion_derived.derivation.grades import CHECKED
from nbfiles import NOTEBOOKS, entries, read

NOTEBOOK = read(NOTEBOOKS / "02_beta_coin.ipynb")
LEDGER = {entry["label"]: entry for entry in entries(NOTEBOOK)}
OUTPUTS = {cell.id: cell.outputs for cell in NOTEBOOK.cells if cell.cell_type == "code"}
PROSE = "\n".join(cell.source for cell in NOTEBOOK.cells if cell.cell_type == "markdown")
PROMISED = {
    "eq-evidence-coin": "proof",
    "eq-beta-posterior": "proof",
    "eq-beta-derivative": "proof",
    "eq-beta-integral": "induction",
    "eq-evidence-any-count": "proof",
    "eq-evidence-beta": "proof",
    "eq-conjugacy": "proof",
    "eq-beta-mean": "proof",
    "eq-beta-mode": "proof",
    "eq-beta-variance": "proof",
    "eq-laplace": "proof",
    "eq-predictive": "proof",
    "eq-shrinkage": "proof",
    "eq-sequential-batch": "proof",
    "eq-variance-falls": "approx",
    "eq-point-mass": "approx",
    "eq-prior-washes-out": "proof",
    "eq-maximum-likelihood": "proof",
    "eq-die-integral": "proof",
    "eq-die-posterior": "family",
    "eq-die-evidence": "family",
    "eq-die-predictive": "proof",
}
CITED = {"eq-beta-real", "eq-beta-first", "eq-beta-recursion"}
GIVEN = {  # what a chain takes over and does not decide
    "beta-euler-step": 1,  # the recursion of the integral: calculus by hand
    "beta-euler-induction": 2,  # that, and the first case
    "beta-beta-evidence": 1,
    "beta-conjugacy-derivation": 1,
    "beta-mean": 1,
    "beta-variance": 1,
    "beta-die-integral": 1,
}
REFUSED = {
    "beta-evidence-derivation": r"\frac{1}{10}",  # the evidence 0.1
    "beta-posterior-derivation": r"\mathrm{Beta}(\theta; 7, 3)",
    "beta-conjugacy-derivation": r"\mathrm{Beta}(\theta; k+1,\, n-k+1)",  # the likelihood alone
    "beta-laplace": r"\frac{k}{n}",
    "beta-shrinkage": r"\frac12\cdot\frac{a}{a+b}+\frac12\cdot\frac kn",  # half and half
}
NUMBERS = [(7, 10, 1, 1), (0, 3, 2, 5), (4, 4, Fraction(1, 2), 3), (3, 9, 20, 20)]


def html(cell: str) -> str:
    """The HTML that a cell shows."""
    return "".join(output.get("data", {}).get("text/html", "") for output in OUTPUTS[cell])


def printed(cell: str) -> str:
    """The text that a cell shows."""
    return "".join(o.get("text", "") or o.data.get("text/plain", "") for o in OUTPUTS[cell])


def result(label: str) -> str:
    """The right-hand side of an equation, as the reader sees it."""
    return LEDGER[label]["tex"].split(" = ")[-1]


def value(tex: str, **numbers) -> Fraction:
    """What a formula in these symbols gives for these numbers."""
    notation = Notation(positive="a b k n", let={"w": r"\frac{a+b}{a+b+n}"})
    [found] = notation.values(notation.read(tex))
    at = {notation.values(notation.read(name))[0]: number for name, number in numbers.items()}
    return Fraction(str(found.subs(at)))


@pytest.mark.parametrize("label", PROMISED)
def test_what_is_promised_is_derived(label):
    assert LEDGER[label]["grade"] == PROMISED[label]


def test_only_what_is_cited_is_left_undecided():
    assert {label for label, e in LEDGER.items() if e["grade"] not in CHECKED} == CITED


@pytest.mark.parametrize("cell", GIVEN)
def test_a_badge_counts_what_was_given(cell):
    badge = re.findall(r'dv-badge">.*?</p>', html(cell))[-1]
    statements = "statement" if GIVEN[cell] == 1 else "statements"
    assert f"given {GIVEN[cell]} {statements} not decided here" in badge


def test_the_recursion_of_the_integral_earns_no_grade():
    assert r"\int" not in LEDGER["eq-beta-step"]["tex"]
    assert LEDGER["eq-beta-recursion"]["grade"] == "cited"
    assert {"eq-beta-first", "eq-beta-recursion"} <= set(LEDGER["eq-beta-integral"]["rests_on"])
    for label in ("eq-beta-first", "eq-beta-recursion"):
        assert sum(html(cell).count(f'id="{label}"') for cell in OUTPUTS) == 1


def test_a_formula_for_real_parameters_rests_on_the_cited_one():
    for label in ("eq-conjugacy", "eq-beta-mean", "eq-beta-variance", "eq-die-integral"):
        assert "eq-beta-real" in LEDGER[label]["rests_on"]
    assert "eq-beta-integral" not in LEDGER["eq-die-integral"]["rests_on"]


def test_a_counterexample_is_a_count_that_can_happen():
    count = r"\\\(({}) = ([^)]*)\\\)".format
    shown = [html(cell) for cell in OUTPUTS]
    for name in ("k", "m", "n", "k_1", "m_1", "k_2", "m_2", "n_j", "n_1", "n_2"):
        found = [value for text in shown for _, value in re.findall(count(name), text)]
        assert all(value.isdigit() for value in found), f"{name} = {found}"
    for name in ("A", r"\\varepsilon", "f", r"\\theta_1"):
        assert not any(re.search(count(name), text) for text in shown)


@pytest.mark.parametrize("cell", REFUSED)
def test_the_mistake_is_shown_refused(cell):
    assert rf"\(\displaystyle \ne {REFUSED[cell]}\)" in html(cell)


def test_an_equals_sign_for_proportional_is_refused_twice():
    for cell in ("beta-posterior-derivation", "beta-conjugacy-derivation"):
        assert "Refused: “=” where “∝” is meant" in html(cell)


@pytest.mark.parametrize(("heads", "n", "a", "b"), NUMBERS)
def test_the_derived_formulas_are_the_library_s(heads, n, a, b):
    at = {"a": a, "b": b, "k": heads, "n": n}
    assert value(result("eq-predictive"), **at) == coin.predictive(heads, n - heads, a, b)
    assert value(result("eq-shrinkage"), **at) == coin.predictive(heads, n - heads, a, b)
    assert value(result("eq-laplace"), **at) == coin.predictive(heads, n - heads)
    assert value(result("eq-evidence-any-count"), **at) == coin.evidence(heads, n)
    assert value(result("eq-beta-mean"), **at) == coin.Beta(a, b).mean
    width = result("eq-beta-variance").replace(r"\mu", r"\left(\frac{a}{a+b}\right)")
    assert value(width, **at) == coin.Beta(a, b).variance


def test_a_planted_slip_in_a_formula_is_seen():
    slip = result("eq-laplace").replace("n+2", "n+1")
    assert value(slip, k=7, n=10) != coin.predictive(7, 3)


def test_the_numbers_in_the_prose():
    assert (coin.evidence(7, 10), coin.evidence(28, 40)) == (Fraction(1, 11), Fraction(1, 41))
    for heads, tails, spread in ((7, 3, "0.131"), (14, 6, "0.097"), (28, 12, "0.070")):
        assert f"{stats.beta(heads + 1, tails + 1).std():.3f}" == spread and spread in PROSE
    assert f"{stats.beta(8, 4).sf(0.5):.3f}" == "0.887"
    assert stats.beta(8, 4).sf(0.5) == pytest.approx(227 / 256)
    assert stats.binom(11, 0.5).cdf(7) == pytest.approx(1816 / 2048)
    assert stats.beta(22, 18).mean() == pytest.approx(0.55)
    assert "sliders above to 15" in PROSE and "falls to 0.55" in PROSE
    dice = coin.die_posterior((6, 3, 1), (20, 20, 20)).mean
    assert ", ".join(f"{float(p):.3f}" for p in dice[:2]) + f" and {float(dice[2]):.3f}" in PROSE


def test_the_controls_fail_and_the_claims_do_not():
    rows = re.findall(r"^(.+?)  +(0\.\d{3})  +(0\.\d{3})$", printed("beta-coverage-run"), re.M)
    share = {name.strip(): (float(found), float(error)) for name, found, error in rows}
    found, error = share["the right prior"]
    assert len(share) == 3 and abs(found - 0.9) < 4 * error
    for name, (found, error) in share.items():
        assert error == pytest.approx((found * (1 - found) / 10_000) ** 0.5, abs=6e-4)
        assert name == "the right prior" or 0.9 - found > 30 * error
    alarms = re.findall(r"^(\w.*?)  +(\d\.\d\d)  +(\d\.\d\d)  +(\d\.\d\d)$",
                        printed("beta-check-table"), re.M)  # fmt: skip
    last = {name.strip(): float(shares[-1]) for name, *shares in alarms}
    assert last["drifting"] > 0.99 and last["constant"] < 0.12
    assert last["drifting, blind"] < 0.02
