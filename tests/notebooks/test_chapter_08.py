"""Chapter 8 derives what it promises, refuses what it must, and its numbers are the library's."""

import re
from math import exp, log, log2, pi

import numpy as np
import pytest
import torch
from scipy import integrate, optimize, stats

from diffusion_derived import data, flows, hierarchical
from diffusion_derived.derivation.grades import CHECKED
from diffusion_derived.flows import experiments as toys
from diffusion_derived.hierarchical import exact
from nbfiles import NOTEBOOKS, entries, read

NOTEBOOK = read(NOTEBOOKS / "08_hierarchies_and_flows.ipynb")
LEDGER = {entry["label"]: entry for entry in entries(NOTEBOOK)}
OUTPUTS = {cell.id: cell.outputs for cell in NOTEBOOK.cells if cell.cell_type == "code"}
PROSE = "\n".join(cell.source for cell in NOTEBOOK.cells if cell.cell_type == "markdown")
PROMISED = {
    "eq-two-level-sum": "family",
    "eq-two-level-bound": "bound",
    "eq-hierarchy-top": "family",
    "eq-hierarchy-step": "family",
    "eq-hierarchy-bound": "induction",
    "eq-two-level-trained": "family",
    "eq-not-a-divergence": "proof",
    "eq-second-level": "family",
    "eq-stack-gap": "family",
    "eq-stack-normals": "proof",
    "eq-stack-posterior": "proof",
    "eq-stack-fee": "proof",
    "eq-merged": "proof",
    "eq-merged-pull": "proof",
    "eq-shift-cost": "proof",
    "eq-fixed-jump": "proof",
    "eq-fixed-back": "proof",
    "eq-level-regression": "proof",
    "eq-top-level": "proof",
    "eq-top-forgets": "proof",
    "eq-change-of-variables": "proof",
    "eq-change-falling": "proof",
    "eq-parallelogram": "proof",
    "eq-change-plane": "proof",
    "eq-determinants-multiply": "proof",
    "eq-coupling-jacobian": "proof",
    "eq-coupling-inverse": "proof",
    "eq-spline": "proof",
    "eq-spline-ends": "proof",
    "eq-spline-slope": "bound",
    "eq-spline-inverse": "proof",
    "eq-logistic-mixture": "family",
    "eq-levels-two": "proof",
    "eq-levels-more": "proof",
    "eq-discretised-logistic-sum": "induction",
    "eq-dequantisation-bound": "bound",
    "eq-level-scale": "proof",
    "eq-bits-offset": "proof",
}
RESTS = {
    "eq-two-level-bound": "eq-gibbs",
    "eq-hierarchy-bound": "eq-two-level-sum",
    "eq-hierarchy-step": "eq-kl-chain",
    "eq-stack-gap": "eq-elbo-gap",
    "eq-stack-fee": "eq-kl-normals",
    "eq-shift-cost": "eq-kl-normals",
    "eq-level-regression": "eq-kl-normals",
    "eq-top-level": "eq-kl-normals",
    "eq-logistic-mixture": "eq-logistic-density",
    "eq-discretised-logistic-sum": "eq-levels-more",
    "eq-dequantisation-bound": "eq-log-bound",
    "eq-level-scale": "eq-change-of-variables",
    "eq-bits-offset": "eq-level-scale",
}
REFUSED = {
    "stacks-two-derivation": r"D_{\mathrm{KL}}\left(q(z_1\mid x)\,\|\,p(z_1)\right)",
    "stacks-change": "F'(f(x))",
    "stacks-plane-normal": r"\log\mathcal N(A\,x;o,I)",
    "stacks-dequantise": r"\frac12\int_0^2\log p(k+u)\,du",
    "stacks-offset-derivation": r"-\frac{L}{D\log2}",
    "stacks-spline-inverse": r"\frac{2c}{-b+\sqrt{b^2-4ac}}",
    "stacks-coupling-derivation": r"-\frac{\partial}{\partial x_1}f(x_1,x_2)",
}


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


def errors(cell: str) -> dict[str, list[float]]:
    """The numbers after the plus-minus signs of each row."""
    found = {}
    for line in printed(cell).splitlines():
        name = re.split(r"  +", line.strip())[0]
        if "±" in line:
            found[name] = [float(n) for n in re.findall(r"± ([\d.]+)", line)]
    return found


@pytest.mark.parametrize("label", PROMISED)
def test_what_is_promised_is_derived(label):
    assert LEDGER[label]["grade"] == PROMISED[label]


def test_nothing_is_left_undecided_but_one_theorem_of_calculus():
    undecided = {label for label, e in LEDGER.items() if e["grade"] not in CHECKED}
    assert undecided == {"eq-change-many"} and LEDGER["eq-change-many"]["grade"] == "cited"
    assert set(LEDGER) == set(PROMISED) | undecided


@pytest.mark.parametrize("label", RESTS)
def test_it_rests_on_what_it_says(label):
    assert RESTS[label] in LEDGER[label]["rests_on"]


@pytest.mark.parametrize("cell", REFUSED)
def test_the_mistake_is_shown_refused(cell):
    refused = re.findall(r"\\\(\\displaystyle \\(?:ne|ngeq) (.*?)\\\)", html(cell))
    assert any(REFUSED[cell] in tex for tex in refused)


# derivations by other routes --------------------------------------------------------------------


class Chain:
    """A Markovian stack of T levels on random tables; level 0 is the data, seen in state 0."""

    def __init__(self, levels: int, seed: int) -> None:
        rng, size = np.random.default_rng(seed), 3
        self.up = [rng.dirichlet(np.ones(size), size) for _ in range(levels)]  # q(z_t | z_t-1)
        self.down = [rng.dirichlet(np.ones(size), size) for _ in range(levels)]  # p(z_t-1 | z_t)
        self.prior = rng.dirichlet(np.ones(size))

    def paths(self):
        """Every path z_1..z_T with q(path | x) and log p(x, path)."""
        for path in np.ndindex(*(3 for _ in self.up)):
            states = (0, *path)
            q = np.prod([up[a, b] for up, a, b in zip(self.up, states, path, strict=False)])
            p = [down[b, a] for down, a, b in zip(self.down, states, path, strict=False)]
            yield path, q, log(self.prior[path[-1]]) + np.log(p).sum()

    def elbo(self) -> float:
        return sum(q * (joint - log(q)) for _, q, joint in self.paths())

    def evidence(self) -> float:
        return log(sum(exp(joint) for _, _, joint in self.paths()))

    def marginals(self) -> list[np.ndarray]:
        """q(z_t | x), t = 1..T."""
        found = [self.up[0][0]]
        for up in self.up[1:]:
            found.append(found[-1] @ up)
        return found

    def by_levels(self) -> float:
        """The right side of eq-hierarchy-bound."""
        q = self.marginals()
        total = q[0] @ np.log(self.down[0][:, 0]) - q[-1] @ np.log(q[-1] / self.prior)
        for t in range(1, len(self.up)):
            joint = q[t - 1][:, None] * self.up[t]  # z_t below, z_t+1 above
            back = joint / joint.sum(axis=0)
            total -= (joint * np.log(back / self.down[t].T)).sum()
        return total

    def own_priors(self) -> float:
        """The refused sum: each level against its own prior."""
        q, p = self.marginals(), [self.prior]
        for down in reversed(self.down[1:]):
            p.insert(0, p[0] @ down)
        paid = sum(a @ np.log(a / b) for a, b in zip(q, p, strict=True))
        return q[0] @ np.log(self.down[0][:, 0]) - paid


@pytest.mark.parametrize("levels", [1, 2, 3, 5])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_bound_of_any_stack_holds_for_tables_of_any_height(levels, seed):
    chain = Chain(levels, seed)
    assert chain.by_levels() == pytest.approx(chain.elbo(), abs=1e-12)
    assert chain.elbo() <= chain.evidence()


def test_the_refused_sum_differs_on_both_sides_and_never_exceeds_the_evidence():
    chains = [Chain(2, seed) for seed in range(200)]
    gap = np.array([chain.own_priors() - chain.elbo() for chain in chains])
    assert gap.min() < -0.05 and gap.max() > 0.05
    assert all(chain.own_priors() <= chain.evidence() for chain in chains)
    assert "It never lies above" in PROSE


def test_whoever_climbs_the_refused_sum_kills_the_second_level():
    chain = Chain(2, 0)
    best = chain.own_priors()
    chain.up[1] = np.tile(chain.prior, (3, 1))
    copied = chain.own_priors()
    rng = np.random.default_rng(8)
    for _ in range(500):
        chain.up[1] = rng.dirichlet(np.ones(3), 3)
        assert chain.own_priors() <= copied + 1e-12
    assert copied > best


def test_the_term_that_is_no_divergence():
    inside, _ = integrate.dblquad(
        lambda z2, z1: stats.norm.pdf(z1) * stats.norm.pdf(z2, z1 / 2, 0.5**0.5)
        * (stats.norm.logpdf(z1) - stats.norm.logpdf(z1, z2)), -8, 8, -8, 8,
    )  # fmt: skip
    assert inside == pytest.approx(-1 / 8, abs=1e-6)
    stack = hierarchical.LinearHierarchy(
        (hierarchical.LinearStep([[1.0]], [0.0], [[2.0]]),
         hierarchical.LinearStep([[1.0]], [0.0], [[1.0]]))
    )  # fmt: skip
    terms = stack.bound([[0.0]], stack.posterior())
    assert terms.log_ratio[0, 0] == pytest.approx(-1 / 8) and (terms.kl >= 0).all()
    assert terms.kl.sum() == pytest.approx(terms.log_ratio.sum())


def test_the_stack_of_normals_says_what_one_level_said():
    steps = [hierarchical.LinearStep([[1.0]], [0.0], [[v]]) for v in (2.0, 1.0)]
    stack = hierarchical.LinearHierarchy(tuple(steps))
    assert stack.log_likelihood([[0.0]])[0] == pytest.approx(stats.norm.logpdf(0, 0, 2))
    guess = hierarchical.LinearStep([[0.0]], [1.0], [[0.25]])
    blind = hierarchical.LinearStep([[0.0]], [0.0], [[1.0]])
    gaps = stack.gaps([[0.0]], (guess, blind))[0]
    assert gaps == pytest.approx([1 / 8 + log(2), 13 / 16 - log(2) / 2])
    assert "0.466 nats" in PROSE and "0.818" in PROSE
    assert 13 / 16 - log(2) / 2 == pytest.approx(0.466, abs=5e-4)


def test_the_fixed_encoder_s_formulas_are_the_library_s():
    up = [hierarchical.LinearStep([[a]], [0.0], [[b]]) for a, b in ((0.8, 0.36), (0.5, 0.75))]
    x, z_2 = 1.7, -0.4
    first = hierarchical.Normal([0.8 * x], [[0.36]])
    back = up[1].reverse(first)
    v_2 = 0.5**2 * 0.36 + 0.75
    assert up[1].push(first).covariance[0, 0] == pytest.approx(v_2)
    mean = (0.5 * 0.36 * z_2 + 0.75 * 0.8 * x) / v_2
    assert back.mean([z_2])[0] == pytest.approx(mean)
    assert back.covariance[0, 0] == pytest.approx(0.36 * 0.75 / v_2)


@pytest.mark.parametrize("turn", [1, -1])
def test_a_change_of_variables_keeps_the_total(turn):
    density = lambda x: stats.norm.pdf(turn * np.sinh(x)) * np.cosh(x)  # noqa: E731
    assert integrate.quad(density, -6, 6)[0] == pytest.approx(1, abs=1e-9)
    forgotten = lambda x: stats.norm.pdf(turn * np.sinh(x))  # noqa: E731
    assert abs(integrate.quad(forgotten, -6, 6)[0] - 1) > 0.1


def test_the_parallelogram():
    a, b, c, d = 3.0, 1.0, 0.5, 2.0
    corners = np.array([[0, 0], [a, c], [a + b, c + d], [b, d]])
    x, y = corners.T
    shoelace = abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
    assert shoelace == pytest.approx((a + b) * (c + d) - 2 * b * c - a * c - b * d)


def test_doubling_a_picture_costs_a_bit_a_pixel():
    assert "$2^{-64}$: one bit for every pixel" in PROSE
    law = stats.norm(0, 1)
    assert np.log2(law.pdf(0.3) / stats.norm(0, 2).pdf(0.6)) == pytest.approx(1)


# the spline ---------------------------------------------------------------------------------------


def pieces(curve, bin_):
    """s, d_0, d_1 and the corners of one bin."""
    x, y, slope = (part[:, 0].double().numpy() for part in curve)
    w, h = x[bin_ + 1] - x[bin_], y[bin_ + 1] - y[bin_]
    return h / w, slope[bin_], slope[bin_ + 1], x[bin_], y[bin_], w, h


@pytest.mark.parametrize("bin_", range(4))
def test_the_formulas_of_the_spline_are_the_library_s(bin_):
    generator = torch.Generator().manual_seed(bin_)
    curve = flows.spline(torch.randn(13, 1, generator=generator).double(), 4)
    s, d_0, d_1, x_0, y_0, w, h = pieces(curve, bin_)
    xi = np.linspace(0.01, 0.99, 50)
    below = s + (d_0 + d_1 - 2 * s) * xi * (1 - xi)
    eta = (s * xi**2 + d_0 * xi * (1 - xi)) / below
    slope = s * (d_1 * xi**2 + 2 * s * xi * (1 - xi) + d_0 * (1 - xi) ** 2) / below**2
    y, log_slope = curve.forward(torch.tensor(x_0 + w * xi)[:, None])
    np.testing.assert_allclose(y[:, 0], y_0 + h * eta, atol=1e-12)
    np.testing.assert_allclose(log_slope[:, 0], np.log(s * slope), atol=1e-9)
    b = d_0 - eta * (d_0 + d_1 - 2 * s)
    a, c = s - b, -s * eta
    np.testing.assert_allclose(2 * c / (-b - np.sqrt(b**2 - 4 * a * c)), xi, atol=1e-9)
    root = optimize.brentq(
        lambda u: curve.forward(torch.tensor([[u]], dtype=torch.float64))[0].item() - y[7, 0],
        x_0, x_0 + w, xtol=1e-14,
    )  # fmt: skip
    assert root == pytest.approx(x_0 + w * xi[7], abs=1e-9)


def test_the_school_s_formula_fails_where_the_curve_is_straight():
    s, eta = 1.0, 0.3
    b = s - eta * (s + s - 2 * s)
    a, c = s - b, -s * eta
    assert a == 0 and 2 * c / (-b - np.sqrt(b**2 - 4 * a * c)) == pytest.approx(0.3)
    with np.errstate(invalid="ignore"):
        assert np.isnan(np.float64(-b + np.sqrt(b**2 - 4 * a * c)) / (2 * a))


# levels, noise, bits ----------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [0.2, 1.0, 3.0])
def test_the_mean_of_the_log_density_is_below_the_log_of_the_bin(scale):
    law = stats.logistic(0.3, scale)
    bound = integrate.quad(law.logpdf, 1, 2)[0]
    assert bound < log(law.cdf(2) - law.cdf(1))


def test_bits_and_their_offset():
    assert log2(17) == pytest.approx(4.087, abs=5e-4) and "4.087" in printed("stacks-offset-table")
    assert "offset is 3 bits" in PROSE and log2(8) == 3
    assert "$-0.9$ bits of the last guess are 2.1" in PROSE
    found = rows("stacks-offset-table")
    assert [value for (value,) in found.values()] == pytest.approx(
        [4.087, 4.087, 5.087, 3.087, 8.0, 0.0], abs=6e-4
    )


def test_noise_over_half_a_bin_is_one_bit_too_good():
    half, whole, double = rows("stacks-noise-table").values()
    assert half[1] - half[0] == pytest.approx(1, abs=0.011) and half[2] == 2
    assert whole[0] == whole[1] and whole[2:] == [1, 1]
    assert double[0] < double[1] and double[3] > 1.2
    train = data.digits().train
    for at in range(64):
        claim = toys.noise_widths(train[:, at], (2.0,))[0].excess
        assert claim > 1 if len(train[:, at].unique()) > 1 else claim == pytest.approx(1)
    blank = (data.digits().train == 0).double()
    assert (blank.mean(dim=0) == 1).sum() == 4
    assert blank.mean().item() == pytest.approx(0.489, abs=1e-3)
    assert "Nearly half of the pixels of a digit are blank" in PROSE
    pixel = train[:, 10]
    shares = np.bincount(pixel, minlength=17) / len(pixel)
    entropy = stats.entropy(shares, base=2)
    assert toys.noise_widths(pixel)[1].reported == pytest.approx(entropy)


# measurements -----------------------------------------------------------------------------------


def test_every_level_of_a_linear_stack_pays_for_itself():
    found = rows("stacks-linear-table")
    log_p = -float(re.search(r"log-likelihood is −([\d.]+)\.", printed("stacks-linear-table"))[1])
    assert len(found) == 4
    for bound, *losses, drawn in found.values():
        assert bound + sum(losses) == pytest.approx(log_p, abs=0.03)
        assert drawn == pytest.approx(bound, abs=0.15)
    assert found["exact"][1:4] == [0, 0, 0] and found["last level off"][3] > 1


def test_the_top_forgets():
    away = rows("stacks-top-numbers")["from the top to N(0, 1)"]
    assert away == sorted(away, reverse=True) and away[0] < 1 / 8 + log(2)
    pixel = hierarchical.Normal([1.0], [[0.25]])
    last = hierarchical.walk(pixel, hierarchical.fixed_encoder(np.r_[0, np.full(20, 0.1)], 1))[-1]
    mean, var = last.mean[0], last.covariance[0, 0]
    assert away[2] == pytest.approx((mean**2 + var - log(var) - 1) / 2, abs=1e-4)
    assert exact.last_levels(pixel, [20], 0.1)[0] == pytest.approx(away[2], abs=1e-4)


def test_the_tie_is_a_tie():
    found, bars = rows("stacks-tie-rows"), errors("stacks-tie-rows")
    assert len(found) == 2
    for name, (one, two, won, *seeds) in found.items():
        assert one - two == pytest.approx(won, abs=1.1e-3) and abs(won) < 0.015
        assert np.mean(seeds) == pytest.approx(won, abs=6e-4)
        assert bars[name][2] < 0.3 * bars[name][0]
    *_, won, first, second = found["bound of 100 weights"]
    assert "ahead in both seeds, by less than a hundredth" in PROSE
    assert 0 < won < 0.01 and min(first, second) > 0
    *_, won, first, second = found["bound"]
    assert abs(won) < 2 * bars["bound"][2] and "within its error" in PROSE


def test_what_the_levels_of_the_tie_pay():
    short, tall = rows("stacks-tie-levels").values()
    for reconstruction, lower, upper, bound in (short, tall):
        assert bound == pytest.approx(reconstruction - lower - upper, abs=0.2)
    assert short[2] == 0 and tall[2] > 3 and 4 < short[1] - tall[1] < 5
    assert short[1] - tall[1] - tall[2] == pytest.approx(1, abs=0.7)
    assert short[0] - tall[0] == pytest.approx(1, abs=0.7)


def test_the_control_without_determinants_claims_one_height():
    assert 64 / (2 * pi) == pytest.approx(10.186, abs=1e-3)
    assert "64 times $\\frac{1}{2\\pi}$" in PROSE


def test_the_truth_in_the_middle_of_the_ring():
    middle = data.ring().log_prob(torch.zeros(1, 2, dtype=torch.float64)).item()
    assert middle == pytest.approx(-56, abs=0.5) and "true log density is $-56$" in PROSE


def test_the_digits_in_one_table():
    found = {name: value for name, (value,) in rows("stacks-digits-rows").items()}
    floors = ["uniform", "histograms", "ten class histograms"]
    assert [found[name] for name in floors] == pytest.approx([4.087, 2.433, 2.234], abs=2e-3)
    models = {name: value for name, value in found.items() if name not in floors}
    models.pop("spline flow under VAE, one draw", None)
    assert max(models.values()) < 2.234
    assert found["spline flow"] <= 1.92 and found["spline flow, 200"] <= 1.87
    assert found["affine flow"] > found["VAE"] > found["VAE, 100"]
    for name in ("affine flow", "spline flow"):
        assert found[f"{name}, 200"] < found[name]
