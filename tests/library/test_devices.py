"""The device of a run, and random numbers that do not depend on it."""

import subprocess
import sys

import pytest
import torch

from diffusion_derived import devices
from diffusion_derived.devices import VARIABLE, device, generator


@pytest.fixture
def cuda(monkeypatch):
    """Decide whether PyTorch sees CUDA."""
    return lambda found: monkeypatch.setattr(torch.cuda, "is_available", lambda: found)


@pytest.mark.parametrize(
    ("wanted", "found", "expected"),
    [
        ("", False, "cpu"),
        ("", True, "cuda"),
        ("cpu", True, "cpu"),
        ("cpu", False, "cpu"),
        ("cuda", True, "cuda"),
        (" CUDA ", True, "cuda"),
    ],
)
def test_the_variable_decides_and_without_it_the_machine(
    monkeypatch, cuda, wanted, found, expected
):
    monkeypatch.setenv(VARIABLE, wanted)
    cuda(found)
    assert device() == torch.device(expected)


def test_cuda_asked_and_absent_is_an_error(monkeypatch, cuda):
    monkeypatch.setenv(VARIABLE, "cuda")
    cuda(False)
    with pytest.raises(RuntimeError, match="DIFFUSION_DERIVED_DEVICE is 'cuda', but PyTorch"):
        device()


def test_an_unknown_word_is_an_error(monkeypatch):
    monkeypatch.setenv(VARIABLE, "gpu")
    with pytest.raises(ValueError, match="is 'gpu'; expected 'cpu', 'cuda' or nothing"):
        device()


def test_random_numbers_are_those_of_pytorch_on_the_cpu():
    own = generator(7)
    assert own.device == torch.device("cpu")
    expected = torch.randn(5, generator=torch.Generator("cpu").manual_seed(7))
    assert torch.equal(torch.randn(5, generator=own), expected)
    assert not torch.equal(torch.randn(5, generator=generator(8)), expected)


@pytest.mark.parametrize("seed", [-1, 1.0, "1", True, None, 2**32])
def test_a_bad_seed_is_an_error(seed):
    with pytest.raises(ValueError, match="seed is .*; expected a whole number"):
        generator(seed)


def test_pytorch_would_take_two_seeds_for_one():
    """Why seeds end at 2**32: of a larger one PyTorch keeps the last 32 bits."""
    small, large = (torch.Generator().manual_seed(seed) for seed in (5, 5 + 2**32))
    assert torch.equal(torch.rand(9, generator=small), torch.rand(9, generator=large))


def test_seeds_of_a_path_differ_where_the_path_does():
    paths = [(0,), (0, 1), (1, 0), (0, 0), (1,), (10,), *((0, i) for i in range(2, 3000))]
    seeds = [devices.seed_of(*path) for path in paths]
    assert len(set(seeds)) == len(paths) and max(seeds) < 2**32
    assert devices.seed_of(0, 1) == devices.seed_of(0, 1)


def test_neighbouring_steps_draw_unrelated_numbers():
    draws = [torch.randn(64, generator=generator(devices.seed_of(0, step))) for step in range(1000)]
    x = torch.stack(draws)
    assert abs((x[1:] * x[:-1]).mean()) < 4 / (999 * 64) ** 0.5
    assert x.mean(dim=0).abs().max() < 4.5 / 1000**0.5


@pytest.mark.parametrize("path", [(), (-1,), (0, 1.5), (0, "1")])
def test_a_bad_path_is_an_error(path):
    with pytest.raises(ValueError, match="path = .*: expected"):
        devices.seed_of(*path)


def test_first_weights_come_from_the_seed_and_nothing_else_moves():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    weights = []
    for seed in (1, 1, 2):
        with devices.seeded(seed):
            weights.append(torch.nn.Linear(20, 3).weight)
    assert torch.equal(*weights[:2]) and not torch.equal(*weights[1:])
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(1)
    assert torch.equal(torch.nn.Linear(20, 3).weight, weights[0])


def test_the_state_comes_back_after_an_error_inside():
    before = torch.get_rng_state()
    with pytest.raises(KeyError), devices.seeded(1):
        torch.rand(1)
        raise KeyError
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    ("draw", "own"), [(devices.normal, torch.randn), (devices.uniform, torch.rand)]
)
def test_noise_is_drawn_on_the_cpu_and_takes_device_and_type_of_its_model(draw, own):
    expected = own(2, 3, generator=generator(1))
    assert torch.equal(draw(2, 3, generator=generator(1)), expected)
    double = draw(2, 3, generator=generator(1), like=torch.zeros(1, dtype=torch.float64))
    assert double.dtype == torch.float64 and double.shape == (2, 3)
    far = draw(2, 3, generator=(used := generator(1)), like=torch.zeros(1, device="meta"))
    assert far.device.type == "meta" and far.dtype == torch.float32
    draw(2, 3, generator=(near := generator(1)))
    assert torch.equal(used.get_state(), near.get_state())


class ElsewhereGenerator(torch.Generator):
    """A generator that says it is a GPU's."""

    device = torch.device("cuda")


@pytest.mark.parametrize(
    "value", [None, 3, torch.default_generator.get_state(), ElsewhereGenerator()]
)
def test_a_generator_that_is_absent_or_elsewhere_is_refused(value):
    with pytest.raises(ValueError, match="generator = .*: expected a torch.Generator on the CPU"):
        devices.normal(2, generator=value)


def test_importing_the_module_does_not_import_torch():
    code = "import sys, diffusion_derived.devices; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
