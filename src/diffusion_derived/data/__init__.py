"""The pictures and points that the book's models learn from (chapter 7 on)."""

from diffusion_derived.data.images import Images, centred, digits
from diffusion_derived.data.toys import Toy, moons, ring

__all__ = ["Images", "Toy", "centred", "digits", "moons", "ring"]
