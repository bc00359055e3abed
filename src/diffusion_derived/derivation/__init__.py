"""Executable derivations: the displayed TeX is read, and every line of it is decided."""

from .chain import Derivation
from .hole import Hole
from .induction import Induction
from .language.notation import Notation, equal
from .ledger import LEDGER
from .page.spot import SpotTheError
from .reasons import rules
from .tree.worlds import tables
from .verdict import DerivationError, TexError

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
