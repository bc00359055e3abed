"""The random numbers of `seeded.js`, for pictures in print: one seed, the same numbers."""

import numpy as np


class Generator:
    """Sequences of sfc32 ("small fast counting", PractRand), one for each stream, side by side.

    `Generator(seed, [0])` draws what `generator(seed, 0)` draws in the page. All streams move at
    once: `uniform()` and `normal()` return one number for each.
    """

    def __init__(self, seed: int, streams: list[int]) -> None:
        shape = len(streams)
        self._a = np.full(shape, seed, np.uint32)
        self._b = np.array(streams, np.uint32)
        self._c = np.full(shape, 0x9E3779B9, np.uint32)
        self._counter = np.ones(shape, np.uint32)
        for _ in range(20):
            self.word()

    def word(self) -> np.ndarray:
        """The next 32 bits of each stream."""
        a, b, c = self._a, self._b, self._c
        drawn = a + b + self._counter
        self._counter = self._counter + np.uint32(1)
        self._a = b ^ (b >> np.uint32(9))
        self._b = c + (c << np.uint32(3))
        self._c = ((c << np.uint32(21)) | (c >> np.uint32(11))) + drawn
        return drawn

    def uniform(self) -> np.ndarray:
        """Uniform on (0, 1): the middle of one of 2^32 equal cells."""
        return (self.word() + 0.5) / 2**32

    def normal(self) -> np.ndarray:
        """Standard normal, by Box and Muller; two uniform draws for each normal one."""
        radius = np.sqrt(-2 * np.log(self.uniform()))
        return radius * np.cos(2 * np.pi * self.uniform())
