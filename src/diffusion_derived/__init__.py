"""Diffusion, Derived: the library behind the book, one module a chapter."""

__version__ = "0.1.0"
