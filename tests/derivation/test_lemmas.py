"""The sign of a gap: where it is lowest, or a lemma at other values, added up with weights."""

import pytest

from diffusion_derived.derivation import Derivation, DerivationError, Lowest, Notation, tables
from diffusion_derived.derivation.ledger import Entry, Ledger

LINE = Notation(real="x y", positive="u a b", unit=r"\theta", natural="n")
BOUND = r"u-1-\log u"
TABLES = Notation(worlds=tables({"x": (2, 3)}, p="p(x)", q="q(x)"))
RATIO = r"\frac{q(x)}{p(x)}"
GIBBS = rf"\mathbb{{E}}_{{p(x)}}\left[{RATIO}-1-\log{RATIO}\right]"
SUMS = Notation(
    indexed={"p_k": "positive", "f_k": "positive", "x_k": "real"},
    sizes={"K": (2, 3)},
    positive="c",
    let={"m": r"\sum_{k=1}^{K}p_kf_k"},
)
EACH = r"\frac{f_k}{m}-1-\log\frac{f_k}{m}"


def of_gap(notation, gap, ledger=None, **sign):
    """The chain "gap >= 0"."""
    d = Derivation("A bound", notation, label="eq-bound", ledger=ledger or Ledger())
    return d.start(gap).bound("0", "its sign", gap=gap, **sign).qed()


@pytest.fixture
def lemma():
    ledger = Ledger()
    d = Derivation("The logarithm", LINE, label="eq-log-bound", ledger=ledger).start(BOUND)
    d.bound("0", "its slope", gap=BOUND, nonneg=Lowest("u", "1")).qed()
    return ledger


class TestLowest:
    @pytest.mark.parametrize(
        ("gap", "variable", "point"),
        [
            (BOUND, "u", "1"),
            (r"u\log u-u+1", "u", "1"),
            ("x^2-2xy+y^2", "x", "y"),
            (r"\frac{u}{a}-1-\log\frac{u}{a}", "u", "a"),
            (r"-\log\left(4\theta(1-\theta)\right)", r"\theta", r"\frac12"),
            ("e^{x}-1-x", "x", "0"),
        ],
    )
    def test_zero_there_falling_before_and_rising_after(self, gap, variable, point):
        d = of_gap(LINE, gap, nonneg=Lowest(variable, point))
        assert d.statement == rf"{gap} \ge 0"
        assert "falls before and rises after" in d.lines[-1].note

    @pytest.mark.parametrize(
        ("gap", "variable", "point", "message"),
        [
            (r"\log u-u+1", "u", "1", "slope"),  # highest
            (r"u-\log u", "u", "1", "not 0"),
            (BOUND, "u", "2", "not 0"),
            (BOUND, "u", "-1", "not known to be a point"),
            (r"x^3", "x", "0", "slope"),
            (r"u^2-2u", "u", "2", "slope"),
            (r"\frac{x-1}{x}", "x", "1", "smooth"),  # a pole between
            (r"(x-1)\log x^2", "x", "1", "smooth"),
            (r"n^2-2n+1", "n", "1", "not a variable on an interval"),
            (BOUND, "u+a", "1", "not a variable on an interval"),
        ],
    )
    def test_anything_else_is_refused(self, gap, variable, point, message):
        with pytest.raises(DerivationError, match=message):
            of_gap(LINE, gap, nonneg=Lowest(variable, point))


class TestInstance:
    def test_a_mean_of_instances_rests_on_the_lemma(self, lemma):
        d = of_gap(TABLES, GIBBS, lemma, nonneg="eq-log-bound", at={"u": RATIO})
        assert d.rests_on == ("eq-log-bound",) and d.grade == "bound"
        assert d.lines[-1].note.endswith(rf"eq-log-bound with $u = {RATIO}$")

    @pytest.mark.parametrize(
        "gap",
        [
            rf"\sum_{{k=1}}^{{K}}p_k\left({EACH}\right)",
            rf"\frac1K\sum_{{k=1}}^{{K}}\left({EACH}\right)",
            rf"\sum_{{k=1}}^{{K}}\left(c\left({EACH}\right)+x_k^2\cdot\frac{{{EACH}}}{{c}}\right)",
        ],
    )
    def test_a_sum_of_instances_with_weights(self, lemma, gap):
        d = of_gap(SUMS, gap, lemma, nonneg="eq-log-bound", at={"u": r"\frac{f_k}{m}"})
        assert (d.grade, d.relation, d.rests_on) == ("bound", r"\ge", ("eq-log-bound",))

    @pytest.mark.parametrize(
        ("gap", "place"),
        [
            (
                rf"\sum_{{k=1}}^{{K}}x_k\left({EACH}\right)",
                r"\frac{f_k}{m}",
            ),  # a weight of any sign
            (rf"\sum_{{k=1}}^{{K}}p_k\left({EACH}\right)", r"\frac{m}{f_k}"),  # another place
            (rf"\sum_{{k=1}}^{{K}}p_k\left({EACH}\right)-1", r"\frac{f_k}{m}"),
            (rf"-\sum_{{k=1}}^{{K}}p_k\left({EACH}\right)", r"\frac{f_k}{m}"),
            (rf"\sum_{{k=1}}^{{K}}p_k\left({EACH}-c\right)", r"\frac{f_k}{m}"),
            (r"x_1-1-\log x_1", "x_1"),  # not positive for all values
            (rf"\sum_{{k=1}}^{{K}}p_k\left({EACH}\right)", r"\frac{f_j}{m}"),  # no such index
        ],
    )
    def test_what_the_lemma_does_not_cover_is_refused(self, lemma, gap, place):
        with pytest.raises(DerivationError, match="is about"):
            of_gap(SUMS, gap, lemma, nonneg="eq-log-bound", at={"u": place})

    def test_every_name_of_the_lemma_is_replaced(self, lemma):
        with pytest.raises(DerivationError, match="a statement about u"):
            of_gap(TABLES, GIBBS, lemma, nonneg="eq-log-bound", at={"v": RATIO})

    def test_a_lemma_on_a_narrower_domain_does_not_reach_further(self):
        """-log u is positive on (0, 1) only."""
        ledger = Ledger()
        text = r"-\log u \ge 0"
        ledger.add(Entry("eq-unit", "1", "t", text, "bound", domains=(("u", "unit"),)))
        of_gap(LINE, r"-\log\theta", ledger, nonneg="eq-unit", at={"u": r"\theta"})
        for wide, name in ((r"-\log a", "a"), (r"-\log(1+a)", "1+a"), (r"-\log x", "x")):
            with pytest.raises(DerivationError, match="is about"):
                of_gap(LINE, wide, ledger, nonneg="eq-unit", at={"u": name})

    def test_the_same_text_on_another_domain_is_refused(self, lemma):
        with pytest.raises(DerivationError, match="is about"):
            of_gap(Notation(real="u"), BOUND, lemma, nonneg="eq-log-bound")
        of_gap(Notation(positive="u"), BOUND, lemma, nonneg="eq-log-bound")

    def test_the_same_name_with_another_definition_is_refused(self):
        ledger = Ledger()
        square = Notation(real="x", let={"F": "x^2"})
        d = Derivation("F", square, label="eq-f", ledger=ledger).start("F")
        d.bound("0", "a square", gap="F", nonneg="x^2").qed()
        with pytest.raises(DerivationError, match="is about"):
            of_gap(Notation(real="x", let={"F": "x"}), "F", ledger, nonneg="eq-f")

    def test_a_divergence_less_something_is_no_divergence(self):
        ledger = Ledger()
        kl = r"D_{\mathrm{KL}}\left(p(x)\,\|\,q(x)\right)"
        ledger.add(Entry("eq-gibbs", "4", "t", rf"{kl} \ge 0", "bound"))
        of_gap(TABLES, kl, ledger, nonneg="eq-gibbs")
        of_gap(TABLES, rf"2{kl}+{kl}", ledger, nonneg="eq-gibbs")
        with pytest.raises(DerivationError, match="is about"):
            of_gap(TABLES, rf"{kl}-1", ledger, nonneg="eq-gibbs")

    def test_domains_travel_with_the_ledger(self, lemma):
        entry = lemma.get("eq-log-bound")
        assert entry.domains == (("u", "positive"),)
        assert Entry.from_json(entry.as_json()) == entry
        assert "domains" not in Entry("eq-a", "1", "t", "a = b", "proof").as_json()
