"""What a reader sees of a training: a bar if somebody watches, and the losses afterwards."""

import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator

import numpy as np

from diffusion_derived import checks
from diffusion_derived.training.loop import Step

# Set in the kernels of JupyterLab, Visual Studio Code and Colab, not in those of a test run.
FRONT_ENDS = ("JPY_SESSION_NAME", "VSCODE_PID", "COLAB_RELEASE_TAG")


def is_watched() -> bool:
    """Whether a person sees the output: a terminal, or a notebook open in a front end."""
    in_a_test = "PYTEST_VERSION" in os.environ
    return not in_a_test and (sys.stderr.isatty() or any(n in os.environ for n in FRONT_ENDS))


def watch(steps: Iterable[Step], total: int) -> Iterator[Step]:
    """The same steps, with a progress bar and the loss if a person watches; silent if not.

    Chapter 7.
    """
    from tqdm import tqdm

    bar = tqdm(steps, total=total, disable=not is_watched(), leave=False)
    for step in bar:
        bar.set_postfix_str(f"loss {step.loss:.2f}", refresh=False)
        yield step


def last(steps: Iterable[Step]) -> Step:
    """Run all the steps and give the last; raises `ValueError` if there are none. Chapter 7."""
    kept = deque(steps, maxlen=1)
    if not kept:
        checks.refuse("steps", "nothing", "at least one step")
    return kept[0]


def losses(steps: Iterable[Step]) -> np.ndarray:
    """Run all the steps and give their losses in nats, shape (steps,). Chapter 7."""
    return np.array([step.loss for step in steps])
