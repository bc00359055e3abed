"""An expression that certainly has no real value is refused with the reason."""

import pytest

from diffusion_derived.derivation import DerivationError, Notation, tables
from diffusion_derived.derivation.tree.worlds import World

N = Notation(real="x", positive="v w", unit=r"\alpha")
TABLES = Notation(worlds=tables({"x": 2, "z": 3}, p="p(z) p(x|z)", at={"x": 0}))


@pytest.mark.parametrize(
    "tex",
    [
        r"\log(-v)",
        r"\log\frac{-v}{w}",
        r"\log\left(-2\alpha\right)",
        r"\sqrt{-v\,w}",
        r"\sqrt{\alpha-1}",
        r"\log\frac{\alpha^2-1}{v}",
    ],
)
def test_the_log_and_the_root_of_a_negative_number_are_refused(tex):
    with pytest.raises(DerivationError, match="is negative"):
        N.read(tex).value(World())


def test_the_log_of_a_negative_probability_is_refused():
    term = TABLES.read(r"\mathbb{E}_{p(z)}[\log(-p(z))]")
    with pytest.raises(DerivationError, match="is negative"):
        term.value(*TABLES.worlds(term))


@pytest.mark.parametrize("tex", [r"\log(-x)", r"\sqrt{x-v}", r"\log(v-w)", r"\sqrt{\alpha}"])
def test_what_may_be_positive_is_allowed(tex):
    assert N.read(tex).value(World()).free_symbols
