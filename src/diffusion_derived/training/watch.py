"""What a reader sees of a training: a bar if somebody watches, and the losses afterwards."""

import sys
from collections import deque
from collections.abc import Iterable, Iterator

import numpy as np

from diffusion_derived import checks
from diffusion_derived.training.step import Step


def is_watched() -> bool:
    """Whether a person sees the output: a terminal, or a notebook in which one could answer.

    A program that runs a notebook tells its kernel that nobody will answer a question.
    """
    if "IPython" in sys.modules:
        kernel = getattr(sys.modules["IPython"].get_ipython(), "kernel", None)
        if kernel is not None:
            return bool(getattr(kernel, "_allow_stdin", False))
    return sys.stderr.isatty()


def watch(steps: Iterable[Step], total: int) -> Iterator[Step]:
    """The same steps, with a progress bar and the loss if a person watches; silent if not.

    Chapter 7.
    """
    from tqdm.auto import tqdm

    with tqdm(total=total, disable=not is_watched(), leave=False) as bar:
        for step in steps:
            bar.set_postfix_str(f"loss {step.loss:.2f}", refresh=False)
            bar.update()
            yield step


def last(steps: Iterable[Step]) -> Step:
    """Run all the steps and give the last; raises `ValueError` if there are none. Chapter 7."""
    kept = deque(steps, maxlen=1)
    if not kept:
        checks.refuse("steps", "none", "at least one step")
    return kept[0]


def losses(steps: Iterable[Step]) -> np.ndarray:
    """Run all the steps and give their losses in nats, shape (steps,). Chapter 7."""
    return np.array([step.loss for step in steps])
