"""Levels made continuous: noise within a bin, and bounds against a probability known exactly."""

import math

import numpy as np
import pytest
import torch
from scipy import special

from diffusion_derived import data, devices, flows, metrics

DRAW = devices.generator


def levels(n: int = 2000, dims: int = 6, count: int = 17, seed: int = 0) -> torch.Tensor:
    return torch.randint(count, (n, dims), generator=DRAW(seed))


def test_the_noise_is_uniform_within_its_bin_and_never_leaves_it():
    k = levels(20_000, 10)
    x = flows.dequantise(k, DRAW(1))
    assert torch.equal(flows.levels_of(x), k) and x.min() > 0 and x.max() < 1
    u = x * 17 - k
    shares = torch.histc(u, 10, 0, 1) / u.numel()
    assert shares.numpy() == pytest.approx(np.full(10, 0.1), abs=0.004)


@pytest.mark.parametrize("end", [0.0, 1 - 2**-24])
@pytest.mark.parametrize("count", [2, 17, 256])
def test_the_extremes_of_the_noise_stay_in_the_bin(monkeypatch, end, count):
    monkeypatch.setattr(devices, "uniform", lambda *shape, generator: torch.full(shape, end))
    k = torch.arange(count)
    assert torch.equal(flows.levels_of(flows.dequantise(k, DRAW(0), count), count), k)


class Steps(torch.nn.Module):
    """A density on [0, 1]^D whose mass in every bin is known: slopes of its own within bins."""

    def __init__(self, mass: torch.Tensor, tilt: float) -> None:
        super().__init__()
        self.mass, self.tilt = mass, tilt

    def log_prob(self, x: torch.Tensor) -> torch.Tensor:
        k = flows.levels_of(x, len(self.mass))
        u = x * len(self.mass) - k
        within = (1 + self.tilt * (2 * u - 1)).log()
        return (self.mass[k].log() + math.log(len(self.mass)) + within).sum(-1)


def test_the_bounds_close_in_on_the_exact_probability_from_below():
    mass = torch.softmax(torch.randn(17, generator=DRAW(3), dtype=torch.float64), 0)
    k = levels(400, 3)
    exact = mass[k].log().sum(-1).mean().item()
    model = Steps(mass, 0.8)
    logs = flows.log_weights(model, k, 400, DRAW(4))
    assert logs.shape == (400, 400)
    # E log(1 + t v) for v uniform on (-1, 1), by its antiderivative; three coordinates.
    t = 0.8
    loss = 3 * ((special.xlogy(1 + t, 1 + t) - special.xlogy(1 - t, 1 - t)) / (2 * t) - 1)
    assert logs.mean().item() - exact == pytest.approx(loss, abs=0.01)
    tight = metrics.importance_weighted_bound(logs).value
    assert exact - 0.01 < tight < exact + 0.003
    flat = flows.log_weights(Steps(mass, 0.0), k, 2, DRAW(4))
    assert flat.numpy() == pytest.approx(np.tile(mass[k].log().sum(-1), (2, 1)), abs=1e-5)


def test_all_probabilities_of_two_pixels_add_up_to_1():
    """Three levels, two pixels: P(k) of each of the nine pictures by a grid over the noise."""
    flow = flows.Flow(
        [flows.SplineCoupling(torch.tensor([True, False]), bins=4, hidden=(6,)),
         flows.SplineCoupling(torch.tensor([False, True]), bins=4, hidden=(6,))],
        flows.UniformBase(2),
    ).double()  # fmt: skip
    with torch.no_grad():
        for weights in flow.parameters():
            weights.add_(0.5 * torch.randn(weights.shape, generator=DRAW(7)).double())
    k = torch.cartesian_prod(torch.arange(3), torch.arange(3))
    u = (torch.arange(200, dtype=torch.float64) + 0.5) / 200
    noise = torch.cartesian_prod(u, u)
    with torch.no_grad():
        parts = [flows.log_bound(flow, row.expand(40_000, 2), DRAW(0), count=3, x=(row + noise) / 3)
                 for row in k]  # fmt: skip
    exact = torch.stack([metrics.log_mean_exp(part) for part in parts])
    assert exact.exp().sum().item() == pytest.approx(1, abs=1e-4)
    one_draw = torch.stack([part.mean() for part in parts])
    assert (one_draw <= exact + 1e-12).all() and (exact - one_draw).max() > 0.01
    many = flows.log_weights(flow.float(), k.repeat(500, 1), 8, DRAW(5), 3)
    tight = metrics.log_mean_exp(many.reshape(4000, 9))
    assert tight.numpy() == pytest.approx(exact.numpy(), abs=0.05)


@pytest.mark.parametrize("width", [2.0, -0.5])
def test_noise_outside_its_bin_is_refused(width):
    flow, k = flows.Flow([flows.SplineMargins(6, 2)], flows.UniformBase(6)), levels(50).clamp(2, 14)
    u = torch.rand(k.shape, generator=DRAW(2))
    with pytest.raises(ValueError, match="noise that leaves the bin of its level"):
        flows.log_bound(flow, k, DRAW(0), x=(k + width * u) / 17)


@pytest.mark.parametrize("bad", [levels().float(), levels() - 1, levels() + 1])
def test_levels_are_whole_numbers_in_range(bad):
    with pytest.raises(ValueError, match="levels = "):
        flows.dequantise(bad, DRAW(0))


def test_evaluate_gives_both_bounds_in_bits():
    digits = data.digits()
    flow = flows.Flow([flows.SplineMargins(64, 2)], flows.UniformBase(64))
    result = flows.evaluate(flow, digits.test, DRAW(1), draws=3)
    assert result.bound.value == pytest.approx(math.log2(17), abs=1e-4) and result.draws == 3
    assert result.tight.value == pytest.approx(math.log2(17), abs=1e-4)


def test_a_short_training_beats_uniform_levels_and_repeats():
    digits = data.digits()
    short = flows.Recipe("short", lambda: flows.Flow(
        [flows.SplineMargins(64, 5)], flows.UniformBase(64)), steps=40, rate=0.2)  # fmt: skip
    (flow, losses), (again, repeated) = flows.fit(short, digits), flows.fit(short, digits)
    assert np.array_equal(losses, repeated) and losses[-1] < losses[0]
    bits = flows.evaluate(flow, digits.test, DRAW(1), draws=2)
    assert bits.bound.value < 3.2
    x = flows.dequantise(digits.test, DRAW(2))
    assert torch.equal(flow.log_prob(x), again.log_prob(x))
