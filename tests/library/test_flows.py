"""Chapter 8's flows against autograd, SciPy, torch.distributions and quadrature."""

import numpy as np
import pytest
import torch
from scipy import integrate, optimize, stats
from torch.distributions import TransformedDistribution, Uniform, transforms

from diffusion_derived import devices, flows
from diffusion_derived.flows.recipes import image_masks, plane_masks

DRAW = devices.generator


def parameters(*shape: int, seed: int = 0, size: float = 2.0) -> torch.Tensor:
    """Random numbers for splines, in double precision."""
    return size * torch.randn(*shape, generator=DRAW(seed), dtype=torch.float64)


def log_abs_det(layer, x: torch.Tensor) -> torch.Tensor:
    """log|det| of a layer's Jacobian at each point, by autograd and a dense determinant."""
    jacobians = torch.stack([
        torch.autograd.functional.jacobian(lambda p: layer(p[None])[0][0], point) for point in x
    ])  # fmt: skip
    return torch.linalg.slogdet(jacobians).logabsdet


# ---- the spline ----


@pytest.mark.parametrize("bins", [1, 2, 8, 17])
def test_the_spline_rises_from_0_to_1_through_its_knots(bins):
    curve = flows.spline(parameters(3 * bins + 1, 5), bins)
    at_knots, _ = curve.forward(curve.x)
    assert torch.allclose(at_knots, curve.y, atol=1e-12)
    x = torch.linspace(0, 1, 2001, dtype=torch.float64)[:, None].expand(-1, 5)
    y, log_slope = curve.forward(x)
    assert (y.diff(dim=0) > 0).all() and torch.isfinite(log_slope).all()
    assert torch.equal(y[0], torch.zeros(5).double()) and torch.allclose(
        y[-1], torch.ones(5).double()
    )


@pytest.mark.parametrize("bins", [1, 3, 8])
def test_the_slope_is_that_of_autograd_and_of_differences(bins):
    curve = flows.spline(parameters(3 * bins + 1, 4), bins)
    x = torch.rand(300, 4, generator=DRAW(1), dtype=torch.float64).clamp(1e-3, 1 - 1e-3)
    x.requires_grad_()
    y, log_slope = curve.forward(x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    assert torch.allclose(log_slope.exp(), slope, rtol=1e-9)
    step = 1e-7
    up, down = (curve.forward(x.detach() + by)[0] for by in (step, -step))
    assert torch.allclose((up - down) / (2 * step), slope, rtol=1e-4, atol=1e-6)


def test_the_slope_at_a_knot_is_the_one_that_was_asked_for():
    curve = flows.spline(parameters(25, 3), 8)
    assert torch.allclose(curve.forward(curve.x)[1], curve.slope.log(), atol=1e-9)


@pytest.mark.parametrize("size", [0.1, 2.0, 6.0])
def test_the_inverse_is_a_root_that_scipy_finds_too(size):
    curve = flows.spline(parameters(25, 1, size=size), 8)
    y = torch.linspace(0.001, 0.999, 60, dtype=torch.float64)[:, None]
    x, log_slope = curve.inverse(y)
    again, back = curve.forward(x)
    assert torch.allclose(again, y, atol=1e-11) and torch.allclose(log_slope, -back, atol=1e-6)

    def height(at: float) -> float:
        return curve.forward(torch.tensor([[at]], dtype=torch.float64))[0].item()

    roots = [
        optimize.brentq(lambda at, v=v: height(at) - v, 0, 1, xtol=1e-14) for v in y[:, 0].tolist()
    ]
    assert x[:, 0].numpy() == pytest.approx(np.array(roots), abs=1e-8)


@pytest.mark.parametrize("first", [1e-3, 1.0, 1e4])
@pytest.mark.parametrize("last", [1e-3, 1.0, 1e4])
def test_the_inverse_loses_no_digits_where_slopes_are_extreme(first, last):
    """In single precision against the same curve in double precision, at bends of both signs."""
    slopes = torch.tensor([[first], [last]], dtype=torch.float64)
    curve = flows.Spline(*2 * [torch.tensor([[0.0], [1.0]]).double()], slopes)
    y = torch.linspace(0.001, 0.999, 400, dtype=torch.float64)[:, None]
    exact, _ = curve.inverse(y)
    assert torch.allclose(curve.forward(exact)[0], y, rtol=1e-9)
    single, _ = flows.Spline(*(part.float() for part in curve)).inverse(y.float())
    assert ((single - exact) / exact).abs().max() < 2e-4


def test_the_slope_integrates_to_1():
    curve = flows.spline(parameters(25, 1), 8)

    def slope(at: float) -> float:
        return curve.forward(torch.tensor([[at]], dtype=torch.float64))[1].exp().item()

    knots = curve.x[1:-1, 0].tolist()
    assert integrate.quad(slope, 0, 1, points=knots, limit=200)[0] == pytest.approx(1, abs=1e-7)


def test_zeros_are_the_identity():
    x = torch.rand(50, 3, generator=DRAW(2))
    y, log_slope = flows.spline(torch.zeros(25, 3), 8).forward(x)
    assert torch.allclose(y, x, atol=1e-6) and log_slope.abs().max() < 1e-5


def test_one_bin_is_the_formula():
    """Gregory and Delbourgo's ratio, written out by hand: end slopes 1/2 and 3 on one bin."""
    slopes = torch.tensor([0.5, 3.0], dtype=torch.float64)
    curve = flows.Spline(*2 * [torch.tensor([[0.0], [1.0]]).double()], slopes[:, None])
    x = np.linspace(0, 1, 11)
    expected = (x**2 + 0.5 * x * (1 - x)) / (1 + (3.5 - 2) * x * (1 - x))
    got, _ = curve.forward(torch.tensor(x)[:, None])
    assert got[:, 0].numpy() == pytest.approx(expected, abs=1e-12)


IDENTITY = flows.spline(torch.zeros(25, 1), 8)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: flows.spline(torch.zeros(24, 2), 8), r"parameters' shape = .*24, 2.*25, D"),
        (lambda: flows.spline(torch.zeros(25), 8), "parameters' shape"),
        (lambda: flows.spline(torch.zeros(1, 2), 0), "bins = 0"),
        (lambda: flows.spline(torch.zeros(25, 1), 8, least=1), "least = 1"),
        (lambda: IDENTITY.forward(torch.tensor([[1.1]])), "x = 1.1"),
        (lambda: IDENTITY.inverse(torch.tensor([[-0.1]])), "y = -0.1"),
        (lambda: IDENTITY.forward(torch.tensor([[float("nan")]])), "x = nan: expected values in"),
    ],
)  # fmt: skip
def test_a_spline_refuses(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# ---- layers, and flows made of them ----


def shaken(module: torch.nn.Module, seed: int = 3) -> torch.nn.Module:
    """The same layer with weights far from the identity, in double precision."""
    module = module.double()
    with torch.no_grad():
        for weights in module.parameters():
            weights.add_(0.4 * torch.randn(weights.shape, generator=DRAW(seed)).double())
    return module


MASK = torch.tensor([True, False, True, False, False])
LAYERS = {
    "spline coupling": lambda: flows.SplineCoupling(MASK, bins=5, hidden=(7,)),
    "affine coupling": lambda: flows.AffineCoupling(MASK, hidden=(7,)),
    "margins": lambda: flows.SplineMargins(5, 4),
    "sigmoid": lambda: flows.Sigmoid(0.6),
    "logit": lambda: flows.Logit(0.02),
    "scaled": lambda: flows.Scaled(5),
}


def points(n: int = 12, dims: int = 5, seed: int = 5) -> torch.Tensor:
    return torch.rand(n, dims, generator=DRAW(seed), dtype=torch.float64)


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_has_the_log_determinant_of_autograd_and_an_inverse(name):
    layer, x = shaken(LAYERS[name]()), points()
    y, log_det = layer(x)
    assert torch.allclose(log_det, log_abs_det(layer, x), atol=1e-8)
    back, log_det_back = layer.inverse(y)
    assert torch.allclose(back, x, atol=1e-9) and torch.allclose(log_det_back, -log_det, atol=1e-6)
    assert not torch.allclose(y, x, atol=1e-2)


@pytest.mark.parametrize("kind", ["spline coupling", "affine coupling"])
def test_a_coupling_is_triangular_and_what_passes_is_untouched(kind):
    layer, x = shaken(LAYERS[kind]()), points(1)
    y, _ = layer(x)
    assert torch.equal(y[:, MASK], x[:, MASK])
    jacobian = torch.autograd.functional.jacobian(lambda p: layer(p[None])[0][0], x[0])
    order = torch.cat([MASK.nonzero()[:, 0], (~MASK).nonzero()[:, 0]])
    sorted_jacobian = jacobian[order][:, order]
    assert torch.equal(sorted_jacobian, sorted_jacobian.tril())
    assert sorted_jacobian[2:, :2].abs().max() > 1e-3


def test_sigmoid_and_logit_are_those_of_torch_distributions():
    x = 3 * torch.randn(40, 2, generator=DRAW(4), dtype=torch.float64)
    flow = flows.Flow([flows.Sigmoid(0.7)], flows.UniformBase(2))
    base = Uniform(torch.zeros(2).double(), torch.ones(2).double())
    steps = [transforms.SigmoidTransform().inv, transforms.AffineTransform(0.0, 0.7)]
    expected = TransformedDistribution(base, steps).log_prob(x).sum(-1)
    assert torch.allclose(flow.log_prob(x), expected, atol=1e-9)
    assert flow.log_prob(x).numpy() == pytest.approx(
        stats.logistic(scale=0.7).logpdf(x.numpy()).sum(-1), abs=1e-9
    )


def test_a_flow_of_one_affine_layer_is_a_normal_distribution():
    flow = flows.Flow([flows.Scaled(3)], flows.NormalBase(3))
    with torch.no_grad():
        flow.layers[0].centre.copy_(torch.tensor([1.0, -2.0, 0.5]))
        flow.layers[0].log_scale.copy_(torch.tensor([0.3, -0.7, 0.0]))
    x = torch.randn(20, 3, generator=DRAW(1))
    expected = stats.norm([1, -2, 0.5], np.exp([-0.3, 0.7, 0])).logpdf(x).sum(-1)
    assert flow.log_prob(x).detach().numpy() == pytest.approx(expected, abs=1e-5)
    drawn = flow.sample(40_000, DRAW(2))
    assert drawn.mean(0).tolist() == pytest.approx([1, -2, 0.5], abs=0.04)
    assert drawn.std(0).tolist() == pytest.approx(np.exp([-0.3, 0.7, 0]).tolist(), rel=0.02)


def plane_flow(kind: str) -> flows.Flow:
    """An untrained flow in the plane, far from the identity."""
    masks = plane_masks(4)
    if kind == "spline":
        layers = [flows.SplineCoupling(mask, bins=5, hidden=(8,), seed=at)
                  for at, mask in enumerate(masks)]  # fmt: skip
        return shaken(flows.Flow([flows.Sigmoid(0.8), *layers], flows.UniformBase(2)))
    layers = [flows.AffineCoupling(mask, hidden=(8,), seed=at) for at, mask in enumerate(masks)]
    return shaken(flows.Flow([flows.Scaled(2), *layers], flows.NormalBase(2)))


@pytest.mark.parametrize("kind", ["spline", "affine"])
def test_the_density_integrates_to_1_and_is_that_of_the_samples(kind):
    flow = plane_flow(kind)
    axis = (torch.arange(700, dtype=torch.float64) + 0.5) / 25 - 14
    grid = torch.cartesian_prod(axis, axis)
    with torch.no_grad():
        mass = flow.log_prob(grid).exp() / 25**2
    drawn = flow.sample(40_000, DRAW(3)).abs().amax(-1)
    outside = (drawn > 14).double().mean().item()
    assert outside < 0.01 and mass.sum().item() == pytest.approx(1 - outside, abs=1.5e-3)
    near = mass[grid.abs().amax(-1) < 1].sum().item()
    assert (drawn < 1).double().mean().item() == pytest.approx(near, abs=0.01)


@pytest.mark.parametrize("kind", ["spline", "affine"])
def test_log_determinants_add_up_and_the_inverse_is_exact_in_single_precision(kind):
    flow = plane_flow(kind)
    x = torch.randn(200, 2, generator=DRAW(6))
    z, total = flow(x.double())
    assert torch.allclose(total[:20], log_abs_det(flow, x[:20].double()), atol=1e-7)
    single = flow.float()
    back, log_det = single.inverse(single(x)[0])
    assert (back - x).abs().max() < 1e-4
    assert torch.allclose(log_det, -single(x)[1], atol=1e-3)


def test_a_generator_switches_dropout_on_and_repeats_it():
    flow = flows.Flow(
        [flows.SplineCoupling(MASK, hidden=(9, 9), dropout=0.5)], flows.UniformBase(5)
    )
    shaken(flow)
    x = points()
    plain = flow.log_prob(x)
    assert torch.equal(plain, flow.log_prob(x))
    assert torch.equal(flow.log_prob(x, DRAW(1)), flow.log_prob(x, DRAW(1)))
    assert not torch.allclose(flow.log_prob(x, DRAW(1)), plain)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda f: f.log_prob(torch.zeros(3, 3)), r"x's shape = .*3, 3.*\(N, 2\)"),
        (lambda f: f.log_prob(torch.full((3, 2), float("nan"))), "infinite or NaN"),
        (lambda f: f.log_prob(torch.full((3, 2), 1.5)), "x = 1.5: expected values in"),
        (lambda f: f.inverse(torch.zeros(2)), "z's shape"),
        (lambda f: f.sample(0, DRAW(1)), "n = 0"),
        (lambda f: flows.SplineCoupling(torch.tensor([True, True])), "passes = "),
        (lambda f: flows.AffineCoupling(torch.tensor([0, 1])), "passes = "),
        (lambda f: flows.Logit(1.0), "margin = 1.0"),
        (lambda f: flows.Sigmoid(0), "scale = 0"),
    ],
)
def test_a_flow_refuses(call, message):
    flow = flows.Flow([flows.SplineMargins(2, 3)], flows.UniformBase(2))
    with pytest.raises(ValueError, match=message):
        call(flow)


def test_masks():
    masks = image_masks(6, 8, DRAW(1))
    assert all(mask.shape == (64,) and mask.sum() == 32 for mask in masks)
    assert all(torch.equal(masks[at], ~masks[at + 1]) for at in (0, 2, 4))
    board = masks[0].reshape(8, 8)
    assert (board[:, 1:] != board[:, :-1]).all() and (board[1:] != board[:-1]).all()
    assert torch.equal(masks[4], masks[0]) and not torch.equal(masks[2], masks[0])
    assert [mask.tolist() for mask in plane_masks(3)] == [
        [True, False],
        [False, True],
        [True, False],
    ]
