"""Pictures in grey levels: the handwritten digits of 8 by 8 pixels (chapter 7)."""

from dataclasses import dataclass

import torch

from diffusion_derived import checks


@dataclass(frozen=True)
class Images:
    r"""Pictures split into a part to learn from and a part held out, with their labels.

    `train` and `test` have shape (pictures, side²), whole numbers of type int64 from 0 to
    `levels` - 1, row by row; the labels have shape (pictures,). All on the CPU. Chapter 7.
    """

    name: str
    train: torch.Tensor
    train_labels: torch.Tensor
    test: torch.Tensor
    test_labels: torch.Tensor
    levels: int
    side: int

    @property
    def pixels(self) -> int:
        """Numbers in one picture, side²."""
        return self.side**2

    def __repr__(self) -> str:
        size = f"{self.side}x{self.side}"
        counts = f"{len(self.train)} to learn from, {len(self.test)} held out"
        return f"{self.name}: {size} pixels of {self.levels} levels, {counts}"


def digits() -> Images:
    """1,797 real handwritten digits of 8 by 8 pixels in 17 levels, every fifth held out.

    1,437 pictures to learn from and 360 held out, with equal shares of each digit (stratified
    split, seed 0). They come with scikit-learn; nothing is downloaded. Chapter 7.
    """
    from sklearn.datasets import load_digits

    pictures, labels = load_digits(return_X_y=True)
    return split("digits", pictures, labels, held_out=360, levels=17)


def split(name: str, pictures, labels, *, held_out: int, levels: int) -> Images:
    """Pictures of shape (n, side²) split at random with equal shares of each label (seed 0)."""
    from sklearn.model_selection import train_test_split

    parts = train_test_split(pictures, labels, test_size=held_out, stratify=labels, random_state=0)
    train, test, train_labels, test_labels = (torch.as_tensor(p).long() for p in parts)
    side = round(train.shape[1] ** 0.5)
    return Images(name, train, train_labels, test, test_labels, levels, side)


def centred(x: torch.Tensor, levels: int = 17) -> torch.Tensor:
    r"""Levels $0, \dots, L-1$ moved to [-1, 1]: $x / 8 - 1$ for the 17 levels of the digits.

    $$x \mapsto \frac{2x}{L-1} - 1$$

    Any shape, in single precision (in double for an x in double). One level is $2/(L-1)$ wide.
    Raises `ValueError` for fewer than two levels. Chapter 7.
    """
    checks.count("levels", levels, least=2)
    return (x if x.is_floating_point() else x.float()) * (2 / (levels - 1)) - 1
