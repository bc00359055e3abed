"""Every kind of node that needs no module of its own, in one place.

`node.py` says what a node is; the other kinds are in `terms_calculus.py`, `terms_matrix.py`,
`terms_probability.py` and `laws.py`.
"""

from .arithmetic import Add, Binary, Call, Div, Exp, Log, Mul, Neg, Pow, Sqrt, Sub, Unary
from .leaves import Bound, Defined, Indexed, Number, Symbol
from .node import OutsideReach, Term, Value

__all__ = [
    "Add",
    "Binary",
    "Bound",
    "Call",
    "Defined",
    "Div",
    "Exp",
    "Indexed",
    "Log",
    "Mul",
    "Neg",
    "Number",
    "OutsideReach",
    "Pow",
    "Sqrt",
    "Sub",
    "Symbol",
    "Term",
    "Unary",
    "Value",
]
