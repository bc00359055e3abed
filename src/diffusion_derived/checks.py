"""Checks of arguments: exact numbers stay exact, and bad ones are refused by name.

Every refusal is a `ValueError` that reads "name = value: expected what".
"""

from fractions import Fraction
from math import isfinite
from numbers import Integral, Rational, Real
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike

Number = int | Fraction | float


def refuse(name: str, value: Any, expected: str) -> NoReturn:
    """Raise the `ValueError` that names the argument, its value and what was expected."""
    raise ValueError(f"{name} = {_shown(value)}: expected {expected}")


def _shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        value = value.tolist() if value.size <= 12 else f"an array of shape {value.shape}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_shown, value))}]"
    return str(value)


def is_exact(*values: Any) -> bool:
    """Whether every value is an integer or a fraction."""
    return all(isinstance(value, Rational) for value in values)


def ratio(numerator: Number, denominator: Number) -> Number:
    """A quotient that stays exact for exact numbers."""
    if is_exact(numerator, denominator):
        return Fraction(numerator, denominator)
    return numerator / denominator


def number(name: str, value: Any) -> Number:
    """A finite number: an integer or a fraction stays exact, any other becomes a float."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        refuse(name, repr(value), "a number")
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    if not isfinite(value):
        refuse(name, value, "a finite number")
    return float(value)


def positive(name: str, value: Any) -> Number:
    """A finite number above 0."""
    value = number(name, value)
    if value <= 0:
        refuse(name, value, "a number above 0")
    return value


def scale(name: str, value: Any) -> Number:
    """A number above 0 whose square, too, is a float far from overflow and underflow."""
    value = positive(name, value)
    if not 1e-150 <= value <= 1e150:
        refuse(name, value, "a scale between 1e-150 and 1e150")
    return value


def probability(name: str, value: Any) -> Number:
    """A number in [0, 1]."""
    value = number(name, value)
    if not 0 <= value <= 1:
        refuse(name, value, "a probability in [0, 1]")
    return value


def count(name: str, value: Any, least: int = 0) -> int:
    """A whole number, at least `least`."""
    value = number(name, value)
    if not isinstance(value, int) or value < least:
        refuse(name, value, f"a whole number, at least {least}")
    return value


def generator(name: str, value: Any) -> np.random.Generator:
    """A NumPy random generator: randomness is always handed in."""
    if not isinstance(value, np.random.Generator):
        refuse(name, repr(value), "a numpy.random.Generator, such as numpy.random.default_rng(1)")
    return value


def numbers(name: str, values: ArrayLike) -> np.ndarray:
    """An array of finite numbers: fractions if all of them are exact, floats if not."""
    array = _array_of_objects(name, values)
    entries = [number(name, value) for value in array.flat]
    kind = Fraction if is_exact(*entries) else float
    result = np.empty(array.shape, dtype=object if kind is Fraction else float)
    result.flat = [kind(entry) for entry in entries]
    return result


def probabilities(name: str, values: ArrayLike) -> np.ndarray:
    """An array of numbers in [0, 1]."""
    array = numbers(name, values)
    for value in array.flat:
        probability(name, value)
    return array


def distribution(name: str, values: ArrayLike) -> np.ndarray:
    """An array of probabilities that add up to 1: exactly for fractions, to 1e-9 for floats."""
    array = probabilities(name, values)
    total = array.sum()
    if abs(total - 1) > (0 if array.dtype == object else 1e-9):
        refuse(name, array, f"probabilities that add up to 1, not {total}")
    return array


def unit_floats(name: str, values: ArrayLike) -> np.ndarray:
    """An array of floats in [0, 1], of any shape: one number gives an array without axes."""
    if np.asarray(values).dtype.kind not in "iufO":
        refuse(name, repr(values), "numbers in [0, 1]")
    array = np.asarray(values, dtype=float)
    outside = array[~((array >= 0) & (array <= 1))]
    if outside.size:
        refuse(name, outside.flat[0], "numbers in [0, 1]")
    return array


def real_floats(name: str, values: ArrayLike) -> np.ndarray:
    """An array of floats, of any shape; they may be infinite, none of them is NaN."""
    if np.asarray(values).dtype.kind not in "iufO":
        refuse(name, repr(values), "numbers")
    array = np.asarray(values, dtype=float)
    if np.isnan(array).any():
        refuse(name, array, "numbers, none of them NaN")
    return array


def finite_floats(name: str, values: ArrayLike) -> np.ndarray:
    """An array of finite floats, of any shape."""
    array = real_floats(name, values)
    if not np.isfinite(array).all():
        refuse(name, array[~np.isfinite(array)].flat[0], "finite numbers")
    return array


def whole_floats(name: str, values: ArrayLike) -> np.ndarray:
    """An array of whole numbers, kept as floats, of any shape."""
    array = finite_floats(name, values)
    broken = array[array != np.floor(array)]
    if broken.size:
        refuse(name, broken.flat[0], "whole numbers")
    return array


def plain(value: np.ndarray) -> float | np.ndarray:
    """A Python float in place of an array without axes."""
    return float(value) if np.ndim(value) == 0 else value


def _array_of_objects(name: str, values: ArrayLike) -> np.ndarray:
    try:
        array = np.array(values, dtype=object)
    except ValueError:
        refuse(name, values, "a list, or rows of equal length")
    if array.ndim == 0 or array.size == 0:
        refuse(name, repr(values), "a list of numbers that is not empty")
    return array
