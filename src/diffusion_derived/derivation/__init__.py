"""Executable derivations: the displayed TeX is read, and every line of it is decided.

The rooms, from the ground up:

    decision   is an expression zero, or positive, for all allowed values?
    tree       what TeX means: terms with a value in every world
    language   tokens, names, grammar and a chapter's notation
    reasons    rules that run, gaps with a sign, estimates with an error
    page       how a derivation is shown
    chain      a derivation, line by line; induction, holes and the ledger beside it
"""

from .chain import Derivation
from .hole import Hole
from .induction import Induction
from .language.notation import Notation, equal
from .ledger import LEDGER
from .page.beside import SideBySide
from .page.spot import SpotTheError
from .reasons import rules
from .reasons.slopes import Lowest
from .tree.worlds import tables
from .verdict import DerivationError, TexError

__all__ = [
    "LEDGER",
    "Derivation",
    "DerivationError",
    "Hole",
    "Induction",
    "Lowest",
    "Notation",
    "TexError",
    "equal",
    "rules",
    "SideBySide",
    "SpotTheError",
    "tables",
]
