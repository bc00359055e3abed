"""Executable derivations: the displayed TeX is read, and every line of it is decided."""

from . import rules
from .chain import Derivation
from .hole import Hole
from .induction import Induction
from .ledger import LEDGER
from .notation import Notation, equal
from .spot import SpotTheError
from .verdict import DerivationError, TexError
from .worlds import tables

__all__ = [
    "LEDGER",
    "Derivation",
    "DerivationError",
    "Hole",
    "Induction",
    "Notation",
    "TexError",
    "equal",
    "rules",
    "SpotTheError",
    "tables",
]
