"""The device of a run, and random numbers that do not depend on it."""

import subprocess
import sys

import pytest
import torch

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


@pytest.mark.parametrize("seed", [-1, 1.0, "1", True, None, 2**63])
def test_a_bad_seed_is_an_error(seed):
    with pytest.raises(ValueError, match="seed is .*; expected a whole number"):
        generator(seed)


def test_importing_the_module_does_not_import_torch():
    code = "import sys, diffusion_derived.devices; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
