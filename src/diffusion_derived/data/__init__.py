"""The pictures and points that the book's models learn from (chapter 7 on)."""

from diffusion_derived.data.images import Images, centred, digits
from diffusion_derived.data.mnist import mnist
from diffusion_derived.data.toys import Toy, moons, ring

__all__ = ["Images", "Toy", "centred", "digits", "load", "mnist", "moons", "ring"]


def load(name: str) -> Images:
    """The pictures of that name, `digits` or `mnist`; raises `ValueError` for any other."""
    found = {"digits": digits, "mnist": mnist}
    if name not in found:
        raise ValueError(f"name = {name!r}: expected one of {', '.join(found)}")
    return found[name]()
