"""A chain accepts what is true and new, and refuses everything else with a reason that helps."""

from fractions import Fraction

import numpy as np
import pytest
from IPython.utils.capture import capture_output

from diffusion_derived.derivation import Derivation, DerivationError, Notation, TexError, tables
from diffusion_derived.derivation.ledger import Entry, Ledger

COIN = Notation(unit=r"\theta", real="x y", positive="a b")
TABLES = Notation(worlds=tables({"x": 2, "z": (2, 3)}, p="p(z) p(x|z)", q="q(z|x)", at={"x": 0}))
KL_POSTERIOR = r"D_{\mathrm{KL}}\left(q(z\mid x)\,\|\,p(z\mid x)\right)"
ELBO = r"\mathbb{E}_{q(z\mid x)}\left[\log\frac{p(x,z)}{q(z\mid x)}\right]"


def chain(notation=COIN, label="eq-test", title="A test", ledger=None):
    return Derivation(title, notation, label=label, chapter="0", ledger=ledger or Ledger())


def entry(tex, grade="proof", label="eq-lemma"):
    return Entry(label, "0", "A lemma", tex, grade)


def test_a_true_chain_is_closed_at_its_weakest_grade():
    ledger = Ledger()
    d = chain(ledger=ledger).start("(x+y)^2").step("x^2+2xy+y^2", "expand").qed()
    assert (d.grade, d.scope) == ("proof", "all values")
    assert ledger.get("eq-test").tex == "(x+y)^2 = x^2+2xy+y^2"


def test_a_false_step_is_refuted_with_a_counterexample_and_both_lines():
    with pytest.raises(DerivationError) as error:
        chain().start("(x+y)^2").step("x^2+y^2", "square")
    message = str(error.value)
    assert "refuted" in message and "differ by" in message
    assert "from  (x+y)^2" in message and "to    x^2+y^2" in message


@pytest.mark.parametrize("again", ["(x+y)^2", r"\left( x + y \right)^2", "(x+y)^{2}"])
def test_a_step_that_repeats_the_line_above_is_vacuous(again):
    with pytest.raises(DerivationError, match="vacuous"):
        chain().start("(x+y)^2").step(again, "nothing")


def test_an_undeclared_symbol_and_an_open_brace_name_their_place():
    with pytest.raises(TexError, match=r"column 3.*\\gamma"):
        chain().start(r"x \gamma")
    with pytest.raises(TexError, match="never closed"):
        chain().start(r"\frac{x}{y")


def test_a_wrong_variant_that_is_right_is_refused():
    with pytest.raises(DerivationError, match="'the same' that is proved"):
        chain().start("(x+y)^2").step("x^2+2xy+y^2", "expand", rejects={"the same": "(y+x)^2"})


def test_a_refused_variant_carries_its_witness():
    d = chain().start("(x+y)^2").step("x^2+2xy+y^2", "expand", rejects={"2xy lost": "x^2+y^2"})
    (refusal,) = d.lines[1].refused
    values = {name: float(Fraction(value)) for name, value in refusal.witness.point}
    assert 2 * values["x"] * values["y"] == pytest.approx(
        float(refusal.witness.difference), rel=1e-2
    )


def test_an_edited_step_is_answered_in_a_notebook_without_inner_frames():
    from IPython.core.interactiveshell import InteractiveShell

    cell = (
        "from diffusion_derived.derivation import Derivation, Notation\n"
        "d = Derivation('Edited', Notation(real='x y'), label='eq-edited')\n"
        "d.start('(x+y)^2').step('x^2+y^2', 'square')"
    )
    shell = InteractiveShell.instance()
    with capture_output() as said:
        shell.run_cell(cell)
    InteractiveShell.clear_instance()
    assert "differ by" in said.stdout and "chain.py" not in said.stdout


def test_undecided_is_an_error():
    notation = Notation(real="x", functions={"f": "x"})
    with pytest.raises(DerivationError, match="refuted|undecided"):
        chain(notation).start("f(x)").step("f(x+1)", "hope")


@pytest.mark.parametrize(
    "misuse",
    [
        lambda: chain().step("x", "no start"),
        lambda: chain().start("x").start("y"),
        lambda: chain().start("x").qed(),
        lambda: chain().start("x+x").step("2x", "add").qed().step("3x-x", "more"),
        lambda: chain().start("x+x").step("2x", "add").qed().qed(),
        lambda: chain(label="beta-posterior"),
        lambda: chain().define(r"\lambda"),
    ],
)
def test_misuse_is_refused(misuse):
    with pytest.raises(DerivationError):
        misuse()


def test_finite_tables_give_the_grade_family_and_say_which():
    d = chain(TABLES).start(r"\log p(x)").step(rf"{ELBO}+{KL_POSTERIOR}", "product rule").qed()
    assert d.grade == "family"
    assert "|z|=2, 3" in d.scope


class TestBound:
    def bound(self, ledger, gap=KL_POSTERIOR, **keywords):
        d = chain(TABLES, ledger=ledger).start(r"\log p(x)")
        return d.bound(ELBO, "Jensen", gap=gap, nonneg="eq-lemma", **keywords)

    def ledger(self, tex=r"D_{\mathrm{KL}}\left(q(z)\,\|\,p(z)\right) \ge 0", grade="family"):
        ledger = Ledger()
        ledger.add(entry(tex, grade))
        return ledger

    def test_it_rests_on_the_lemma(self):
        d = self.bound(self.ledger()).qed()
        assert (d.grade, d.relation, d.rests_on) == ("bound", r"\ge", ("eq-lemma",))

    def test_a_wrong_gap_is_refused(self):
        wrong = r"D_{\mathrm{KL}}\left(q(z\mid x)\,\|\,p(z)\right)"
        with pytest.raises(DerivationError, match="refuted"):
            self.bound(self.ledger(), gap=wrong)

    def test_the_wrong_direction_is_refused(self):
        with pytest.raises(DerivationError, match="refuted"):
            self.bound(self.ledger(), below=False)

    @pytest.mark.parametrize("grade", ["cited", "assumption", "definition"])
    def test_a_lemma_that_was_not_decided_carries_nothing(self, grade):
        with pytest.raises(DerivationError, match="decided equation only"):
            self.bound(self.ledger(grade=grade))

    def test_a_lemma_about_something_else_is_refused(self):
        with pytest.raises(DerivationError, match="is about"):
            self.bound(self.ledger(r"(a-b)^2 \ge 0"))
        with pytest.raises(DerivationError, match="at least 0"):
            self.bound(self.ledger(r"D_{\mathrm{KL}}(p\|q) = 1"))

    def test_a_wrong_variant_fails_as_a_bound(self):
        wrong = {"the prior left out": r"\mathbb{E}_{q(z\mid x)}\left[\log p(x\mid z)\right]"}
        (refusal,) = self.bound(self.ledger(), rejects=wrong).lines[-1].refused
        assert float(refusal.witness.difference) < 0

    def test_a_looser_bound_is_no_mistake(self):
        """The entropy of a table is not negative, so leaving it out lowers the bound."""
        looser = {"without the entropy": r"\mathbb{E}_{q(z\mid x)}\left[\log p(x, z)\right]"}
        with pytest.raises(DerivationError, match="'without the entropy' that is undecided"):
            self.bound(self.ledger(), rejects=looser)

    def test_an_upper_bound_has_its_own_wrong_side(self):
        d = (
            chain()
            .start("x")
            .bound("x+a", "larger", gap="a", nonneg="a+b-b", below=False, rejects={"less": "x-a"})
        )
        assert float(d.lines[-1].refused[0].witness.difference) < 0
        with pytest.raises(DerivationError, match="undecided"):
            chain().start("x").bound(
                "x+a", "larger", gap="a", nonneg="a+b-b", below=False, rejects={"more": "x+a+b"}
            )

    def test_a_missing_lemma_is_named(self):
        with pytest.raises(DerivationError, match="eq-lemma"):
            self.bound(Ledger())

    def test_a_sign_can_be_decided_on_the_spot(self):
        d = chain().start(r"\frac{a^2+b^2}{2}")
        d.bound("ab", "square", gap=r"\frac{a^2+b^2-2ab}{2}", nonneg=r"\frac{(a-b)^2}{2}").qed()
        assert d.statement == r"\frac{a^2+b^2}{2} \ge ab"

    def test_a_sign_that_is_not_there_is_refused(self):
        with pytest.raises(DerivationError, match="undecided"):
            chain().start("x").bound("y", "hope", gap="x-y", nonneg="x - y + 0")

    def test_up_and_down_bounds_nothing(self):
        d = chain().start("x").bound("x-a", "smaller", gap="a", nonneg="a+b-b")
        d.bound("x-a+b", "larger", gap="b", nonneg="b+a-a", below=False)
        with pytest.raises(DerivationError, match="bounds nothing"):
            d.qed()


class TestApprox:
    def test_the_order_is_decided(self):
        d = chain().start(r"\sqrt{1-a}").approx(r"1-\frac{a}{2}", "Taylor", var="a", order=2).qed()
        assert (d.grade, d.relation) == ("approx", r"\approx")

    def test_a_wrong_coefficient_is_refused(self):
        with pytest.raises(DerivationError, match="refuted"):
            chain().start(r"\sqrt{1-a}").approx("1-a", "Taylor", var="a", order=2)

    def test_too_high_an_order_is_refused(self):
        with pytest.raises(DerivationError, match="refuted"):
            chain().start(r"\sqrt{1-a}").approx(r"1-\frac{a}{2}", "Taylor", var="a", order=3)

    @pytest.mark.parametrize(("var", "order"), [("a", 0), ("a+b", 2)])
    def test_bad_arguments_are_named(self, var, order):
        with pytest.raises(DerivationError, match="order 0|not a plain symbol"):
            chain().start(r"\sqrt{1-a}").approx("1", "Taylor", var=var, order=order)


class TestNumbers:
    def test_a_computed_value_excludes_the_wrong_ones(self):
        d = chain().start(r"\frac{3}{4}")
        d.numeric("0.7854", "quadrature", compute=lambda: np.pi / 4, tolerance=1e-4,
                  rejects={"half": "0.5"})  # fmt: skip
        assert d.lines[1].grade == "numeric"

    @pytest.mark.parametrize(
        ("tex", "tolerance", "rejects", "message"),
        [
            ("0.7", 1e-4, {"half": "0.5"}, "found 0.785398"),
            ("0.7854", 1e-4, {}, "name the wrong values"),
            ("0.7854", 1e-1, {"close": "0.8"}, "does not exclude 'close'"),
            ("0.7854", 0, {"half": "0.5"}, "positive number"),
        ],
    )
    def test_a_check_that_cannot_fail_is_refused(self, tex, tolerance, rejects, message):
        d = chain().start("1")
        with pytest.raises(DerivationError, match=message):
            d.numeric(tex, "q", compute=lambda: np.pi / 4, tolerance=tolerance, rejects=rejects)

    def test_simulation_needs_enough_draws_to_exclude_a_wrong_value(self):
        def seventh(rng, n):
            return rng.binomial(10, rng.uniform(size=n)) == 7

        def run(n):
            d = chain().start("1")
            return d.montecarlo(r"\frac{1}{11}", "toss", sample=seventh, n=n, seed=1,
                                rejects={"one tenth": r"\frac{1}{10}"})  # fmt: skip

        assert run(100_000).lines[1].grade == "montecarlo"
        with pytest.raises(DerivationError, match="does not exclude"):
            run(1_000)

    def test_a_bad_sample_is_refused(self):
        with pytest.raises(DerivationError, match="expected n = 10"):
            chain().start("1").montecarlo(
                "0", "toss", sample=lambda rng, n: np.zeros(3), n=10, seed=0, rejects={"one": "1"}
            )


def test_declarations_enter_the_ledger_at_their_grade():
    ledger = Ledger()
    d = chain(ledger=ledger).cite(r"\Gamma(1/2)=\sqrt\pi", "Euler 1729", label="eq-cited")
    d.start("x+x").step("2x", "add").qed()
    assert ledger.get("eq-cited").grade == "cited"
    assert ledger.get("eq-test").rests_on == ("eq-cited",)


def test_what_is_shown_holds_no_address_and_no_time():
    d = chain().start("x+x").step("2x", "add").qed()
    bundle = d._repr_mimebundle_()
    assert set(bundle) >= {"text/plain", "text/html"}
    assert "0x" not in repr(bundle) and "seconds" not in repr(bundle)


def test_a_refusal_is_counted_once():
    """A line with its own label enters the ledger, and the whole chain does after it."""
    d = chain().start("(a+b)^2").cite("a > 0", "given", label="eq-given")
    d.step("(a+b)(a+b)", "a square", rejects={"one": "a+b"}, label="eq-line")
    d.step("a^2+2ab+b^2", "expand", rejects={"two": "a^2+b^2", "three": "a^2-b^2"}).qed()
    assert [entry.refused for entry in d.entries] == [0, 1, 2]
