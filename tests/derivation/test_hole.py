"""A hole takes every true answer, no copy, and answers a wrong one with a counterexample."""

import pytest

from diffusion_derived.derivation import Derivation, DerivationError, Hole, Induction, Notation
from diffusion_derived.derivation.ledger import Ledger

COIN = Notation(unit=r"\theta")
HOLE = Hole(
    COIN,
    above=r"\int_0^1 \binom{10}{7}\theta^7(1-\theta)^3\,d\theta",
    hint="integrate",
    without=(r"\int",),
)


@pytest.mark.parametrize(
    "answer", [r"\frac{1}{11}", "1/11", r"\frac{120}{1320}", r"120\,\mathrm{B}(8,4)"]
)
def test_every_true_answer_is_right(answer):
    assert HOLE.check(answer).right


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (r"\frac{1}{10}", "differ by"),
        (r"\int_0^1\binom{10}{7}\theta^{7}(1-\theta)^3\,d\theta", "repeats the line above"),
        (r"120\int_0^1\theta^7(1-\theta)^3\,d\theta", "still there; integrate"),
        (r"\frac{1}{11", "never closed"),
        (r"\frac{1}{n+1}", "undeclared symbol n"),
    ],
)
def test_a_wrong_answer_is_told_why(answer, why):
    reply = HOLE.check(answer)
    assert not reply.right and why in reply.why
    assert repr(reply).startswith("Not yet: ")


class TestInduction:
    N = Notation(natural="n", real="x")

    def part(self, label, start, step, close=True):
        d = Derivation(label, self.N, label=label, ledger=Ledger()).start(start).step(step, "add")
        return d.qed() if close else d

    def test_base_and_step_give_the_statement(self):
        ledger = Ledger()
        base = self.part("eq-base", r"\frac{1\cdot 2}{2}", "1")
        step = self.part("eq-step", r"\frac{n(n+1)}{2}+n+1", r"\frac{(n+1)(n+2)}{2}")
        whole = Induction("Gauss", r"\sum_{i=1}^{n} i = \frac{n(n+1)}{2}", base=base, step=step,
                          label="eq-gauss-sum", ledger=ledger)  # fmt: skip
        assert whole.grade == "induction"
        assert ledger.get("eq-gauss-sum").rests_on == ("eq-base", "eq-step")

    def induction(self, statement):
        base = self.part("eq-base", r"\frac{1\cdot 2}{2}", "1")
        step = self.part("eq-step", r"\frac{n(n+1)}{2}+n+1", r"\frac{(n+1)(n+2)}{2}")
        small = Notation(sizes={"n": (1, 2, 3)})
        return Induction(
            "Gauss", statement, base=base, step=step, label="eq-sum", small=small, ledger=Ledger()
        )

    def test_the_statement_is_decided_for_small_numbers(self):
        assert self.induction(r"\sum_{i=1}^{n} i = \frac{n(n+1)}{2}").closed
        with pytest.raises(DerivationError, match="refuted for small numbers"):
            self.induction(r"\sum_{i=1}^{n} i = \frac{n(n+2)}{2}")
        with pytest.raises(DerivationError, match="left = right"):
            self.induction(r"\sum_{i=1}^{n} i")

    def test_an_open_part_is_refused(self):
        base = self.part("eq-base", r"\frac{1\cdot 2}{2}", "1", close=False)
        step = self.part("eq-step", r"\frac{n(n+1)}{2}+n+1", r"\frac{(n+1)(n+2)}{2}")
        with pytest.raises(DerivationError, match="base 'eq-base'"):
            Induction("Gauss", "x", base=base, step=step, label="eq-sum")
