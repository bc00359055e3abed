"""Traits that refuse bad values and say which trait, which value and what was expected."""

import math
from numbers import Integral, Real

import numpy as np
import traitlets


class BadTrait(traitlets.TraitError, ValueError):
    """A widget was given a value that its trait does not allow."""


def refuse(widget: object, name: str, value: object, expected: str) -> BadTrait:
    """The error to raise when `widget.name` was given `value`."""
    return BadTrait(f"{type(widget).__name__}.{name} = {value!r}: expected {expected}")


class Number(traitlets.TraitType):
    """A real number in `[low, high]`, or a whole one, be it Python's, NumPy's or a Fraction.

    BadTrait (a ValueError) for everything else, infinities and NaN included.
    """

    def __init__(self, default: float, low: float, high: float, *, whole: bool = False) -> None:
        super().__init__(default)
        self.low, self.high, self.whole = low, high, whole

    @property
    def expected(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        return f"{kind} from {self.low:g} to {self.high:g}"

    def fits(self, value: object) -> bool:
        """Whether a value is a number of this kind within the bounds."""
        if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
            return False
        inside = math.isfinite(value) and self.low <= value <= self.high
        return inside and (not self.whole or value == int(value))

    def validate(self, obj: object, value: object) -> float | int:
        """The value as the page takes it; BadTrait if it is not allowed."""
        if not self.fits(value):
            raise refuse(obj, self.name, value, self.expected)
        return int(value) if self.whole or isinstance(value, Integral) else float(value)


class Probability(Number):
    """A number in `[0, 1]`."""

    def __init__(self, default: float) -> None:
        super().__init__(default, 0, 1)

    expected = "a probability from 0 to 1"


class Numbers(traitlets.TraitType):
    """A list of a fixed length whose members are each a number as `member` allows."""

    def __init__(self, default: list[float], member: Number) -> None:
        super().__init__(default)
        self.member, self.length = member, len(default)

    def make_dynamic_default(self) -> list[float]:
        """A list of its own for each widget."""
        return list(self.default_value)

    def validate(self, obj: object, value: object) -> list[float]:
        """The value as the page takes it; BadTrait if it is not allowed."""
        members = list(value) if isinstance(value, list | tuple | np.ndarray) else []
        if len(members) != self.length or not all(map(self.member.fits, members)):
            expected = f"{self.length} numbers, each {self.member.expected}"
            raise refuse(obj, self.name, value, expected)
        return [self.member.validate(obj, each) for each in members]


class Points(traitlets.TraitType):
    """A list of `least` to `most` places `[x, y]` in `[0, wide]` by `[0, high]`."""

    def __init__(
        self, default: list[list[float]], wide: float, high: float, least: int, most: int
    ) -> None:
        super().__init__(default)
        self.sides, self.least, self.most = (Number(0, 0, wide), Number(0, 0, high)), least, most

    def make_dynamic_default(self) -> list[list[float]]:
        """A list of its own for each widget."""
        return [list(place) for place in self.default_value]

    def validate(self, obj: object, value: object) -> list[list[float]]:
        """The value as the page takes it; BadTrait if it is not allowed."""
        places = list(value) if isinstance(value, list | tuple | np.ndarray) else []
        if not self.least <= len(places) <= self.most or not all(map(self._fits, places)):
            count = f"{self.least} to {self.most}" if self.most > self.least else self.least
            wide, high = (side.high for side in self.sides)
            expected = f"{count} places [x, y], x from 0 to {wide:g} and y from 0 to {high:g}"
            raise refuse(obj, self.name, value, expected)
        return [
            [side.validate(obj, each) for side, each in zip(self.sides, place, strict=True)]
            for place in places
        ]

    def _fits(self, place: object) -> bool:
        pair = isinstance(place, list | tuple | np.ndarray) and len(place) == 2
        return pair and all(side.fits(x) for side, x in zip(self.sides, place, strict=True))


class OneOf(traitlets.TraitType):
    """One of a few words, the first by default."""

    def __init__(self, *words: str) -> None:
        super().__init__(words[0])
        self.words = words

    def validate(self, obj: object, value: object) -> str:
        """The value as the page takes it; BadTrait if it is not allowed."""
        if value not in self.words:
            raise refuse(obj, self.name, value, "one of " + ", ".join(map(repr, self.words)))
        return value


class Float32(traitlets.TraitType):
    """An array of finite numbers that travels to the page as the bytes of its float32 values.

    In the page, `float32(model.get(name))` turns them back into an array.
    """

    def validate(self, obj: object, value: object) -> bytes:
        """The value as the page takes it; BadTrait if it is not allowed."""
        try:
            array = np.asarray(np.frombuffer(value, "<f4") if isinstance(value, bytes) else value)
        except ValueError:
            array = np.array("")
        numeric = array.dtype.kind in "iuf"
        with np.errstate(over="ignore"):
            short = array.astype("<f4") if numeric else np.array(np.nan)
        if not np.isfinite(short).all():
            raise refuse(obj, self.name, value, "finite numbers, or their float32 bytes")
        return short.tobytes()
