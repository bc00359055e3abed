"""What chapter 8 measures on flows, at a small size: each number by another route."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch

from diffusion_derived import data, devices, flows
from diffusion_derived.flows import experiments, recipes

TOY = data.ring()


@pytest.fixture(scope="module")
def ring() -> flows.Flow:
    """The recipe of the ring with a tenth of its steps."""
    short = flows.Recipe("short", flows.RING.build, steps=150, batch=256, rate=5e-3)
    return flows.fit(short, TOY)[0]


def test_the_toys_checks(ring):
    result = experiments.toy_checks(ring, TOY, points=2000)
    assert result.integral == pytest.approx(1, abs=0.01)
    assert result.inverse_error <= 1e-4 and result.log_det_error <= 1e-3
    assert 0 < result.kl.value < 1 and result.kl.error < 0.05


def test_a_wrong_log_determinant_is_seen(ring, monkeypatch):
    first = ring.layers[1]
    curve = first.curve
    monkeypatch.setattr(first, "curve", lambda *a: (curve(*a)[0], 0.9 * curve(*a)[1]))
    result = experiments.toy_checks(ring, TOY, points=500)
    assert result.log_det_error > 0.05 and abs(result.integral - 1) > 0.01


def test_the_mass_of_a_normal_distribution():
    normal = torch.distributions.MultivariateNormal(torch.zeros(2), 0.04 * torch.eye(2))
    assert experiments.total_mass(normal.log_prob) == pytest.approx(1, abs=1e-6)
    half = torch.distributions.MultivariateNormal(torch.tensor([4.0, 0.0]), 0.04 * torch.eye(2))
    assert experiments.total_mass(half.log_prob) == pytest.approx(0.5, abs=1e-4)
    grid = experiments.density_grid(half.log_prob, reach=5.0, cells=50)
    assert np.unravel_index(grid.argmax(), grid.shape)[1] in (44, 45)


def test_without_the_log_determinant_the_number_says_nothing_of_the_data():
    result = experiments.without_log_determinant(TOY, steps=250)
    assert result.wrong.value == pytest.approx(-math.log(2 * math.pi), abs=0.01)
    assert result.right_integral == pytest.approx(1, abs=0.01)
    assert result.wrong_integral > 5 and result.wider_integral > 3 * result.wrong_integral


def test_a_spline_flows_loss_without_it_is_0_for_every_flow():
    flow = flows.RING.build()
    x = TOY.sample(50, devices.generator(0))
    value = recipes.point_loss(flow, x, None, 0.0)
    assert value.item() != 0
    without = -flow.base.log_prob(flow(x)[0]).mean()
    assert without.item() == 0 and not without.requires_grad


def by_fractions(shares: list[Fraction], width: int) -> tuple[float, float, float]:
    """Reported bits, true bits and the sum of the claims, for noise on whole bins."""
    count = len(shares)
    padded = [Fraction(0)] * (width - 1) + shares + [Fraction(0)] * (width - 1)
    mass = [sum(padded[k : k + width], Fraction(0)) / width for k in range(count + width - 1)]
    logs = [sum(math.log(mass[k + j]) for j in range(width)) / width
            if shares[k] else None for k in range(count)]  # fmt: skip
    used = [k for k in range(count) if shares[k]]
    reported = -sum(float(shares[k]) * logs[k] for k in used) / math.log(2)
    true = -sum(float(shares[k]) * math.log2(mass[k]) for k in used)
    return reported, true, sum(math.exp(logs[k]) for k in used)


@pytest.mark.parametrize("width", [1, 2, 3])
def test_noise_of_whole_bins_by_fractions(width):
    levels = torch.tensor([0] * 5 + [1] * 2 + [2] + [16] * 4)
    shares = [Fraction(int((levels == k).sum()), 12) for k in range(17)]
    (row,) = experiments.noise_widths(levels, (width,))
    assert (row.reported, row.true, row.claimed) == pytest.approx(by_fractions(shares, width))


def test_noise_of_one_bin_alone_is_honest():
    pixel = data.digits().train[:, 41]
    half, one, two = experiments.noise_widths(pixel)
    assert (one.reported, one.claimed, one.excess) == pytest.approx((one.true, 1, 1))
    assert half.reported == pytest.approx(half.true - 1) and half.claimed == pytest.approx(2)
    assert two.excess > 1.05 and two.reported > one.reported


@pytest.mark.parametrize("width", [0, -1, 0.3])
def test_a_width_is_a_number_of_pieces(width):
    with pytest.raises(ValueError, match="width = "):
        experiments.noise_widths(torch.tensor([1, 2]), (width,))


def test_only_the_right_offsets_give_the_bits_of_uniform_levels():
    rows = dict(experiments.offsets(torch.zeros(5)))
    right = [bits.value for bits in rows.values() if bits.value == pytest.approx(math.log2(17))]
    assert len(rows) == 6 and len(right) == 2
    assert rows["no offset: the density taken for a probability"].value == 0
    assert rows["x in [0, 1], 256 levels as in photographs"].value == 8


def test_a_spline_draws_the_slab_and_an_affine_flow_does_not():
    result = experiments.slab(data.digits(), steps=250)
    width = result.x[1] - result.x[0]
    for density in (result.histogram, result.spline):
        assert density.shape == result.x.shape
        assert density.sum() * width == pytest.approx(1, abs=0.01)
    assert 0.9 < result.affine.sum() * width < 1  # a margin beyond [0, 1] has its share
    inside, behind = result.x < 0.9 / 17, (result.x > 1.1 / 17) & (result.x < 1.9 / 17)
    for density, near in ((result.spline, True), (result.affine, False)):
        for part in (inside, behind):
            error = np.abs(density - result.histogram)[part].mean() / result.histogram[part].mean()
            assert (error < 0.25) == near
    assert result.spline_bits.bound.value < result.affine_bits.bound.value - 0.2
    assert result.least.value < result.spline_bits.bound.value
