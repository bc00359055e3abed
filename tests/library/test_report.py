"""Claims hold or raise; what is printed does not depend on the machine."""

from fractions import Fraction

import numpy as np
import pytest
import sympy
import torch
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from diffusion_derived.report import ClaimFailed, report, table

finite = st.floats(allow_nan=False, allow_infinity=False)


def test_a_claim_that_holds_is_printed_without_its_digits(capsys):
    report("held-out ELBO", -85.1234, at_least=-86, unit="nats")
    assert capsys.readouterr().out == "held-out ELBO: at least -86 nats (holds)\n"


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({"at_least": 1}, "at least 1"),
        ({"at_most": 3.5}, "at most 3.5"),
        ({"within": (1, 3)}, "between 1 and 3"),
        ({"equals": 2}, "equals 2"),
        ({"at_least": 1, "at_most": 3}, "at least 1, at most 3"),
    ],
)
@pytest.mark.parametrize(
    "two", [2, 2.0, Fraction(2), np.float32(2), np.array(2), torch.tensor(2.0), sympy.Integer(2)]
)
def test_every_bound_takes_every_kind_of_number(capsys, two, bounds, words):
    report("two", two, **bounds)
    assert capsys.readouterr().out == f"two: {words} (holds)\n"


@pytest.mark.parametrize(
    "bounds",
    [
        {"at_least": 2.1},
        {"at_most": 1.9},
        {"within": (2.1, 3)},
        {"equals": 3},
        {"at_least": 1, "at_most": 1.5},
        {"equals": 2, "at_least": 5},
    ],
)
def test_a_false_claim_raises_with_the_value(capsys, bounds):
    with pytest.raises(ClaimFailed, match=r"two: expected .* bits, measured 2 bits"):
        report("two", 2, unit="bits", **bounds)
    assert capsys.readouterr().out == ""


@given(finite, finite)
def test_bounds_agree_with_plain_comparison(value, bound):
    for name, holds in {"at_least": value >= bound, "at_most": value <= bound}.items():
        try:
            report("x", value, **{name: bound})
            held = True
        except ClaimFailed:
            held = False
        assert held == holds


def test_equality_is_exact_and_takes_words_and_tuples(capsys):
    report("posterior", Fraction(2, 3), equals=Fraction(2, 3))
    report("counts", np.array([1, 2]), equals=(1, 2))
    report("winner", "heads", equals="heads")
    assert "equals 2/3" in capsys.readouterr().out
    with pytest.raises(ClaimFailed):
        report("posterior", 0.1 + 0.2, equals=0.3)


@pytest.mark.parametrize(
    ("value", "bounds", "message"),
    [
        (float("nan"), {"at_least": 0}, "NaN"),
        (torch.tensor(float("nan")), {"equals": 0}, "NaN"),
        (sympy.nan, {"at_least": 0}, "NaN"),
        (1, {"at_least": float("nan")}, "at_least is NaN"),
        (1, {}, "nothing to check"),
        ([1, 2], {"at_least": 0}, "expected one number"),
        (1j, {"at_most": 0}, "expected one number"),
        ("two", {"at_most": 0}, "expected one number"),
        (1, {"within": (3, 2)}, "low <= high"),
        (1, {"within": 3}, "a pair"),
        (1, {"within": (3,)}, "a pair"),
    ],
)
def test_bad_input_is_refused(value, bounds, message):
    with pytest.raises(ValueError, match=message):
        report("x", value, **bounds)


def test_a_claim_needs_words():
    with pytest.raises(ValueError, match="claim is ' '"):
        report(" ", 1, at_least=0)


def test_a_table_is_the_box_measured():
    shown = table(
        ["prior", "$p(H\\mid x)$"], [["flat", Fraction(2, 3)], ["a|b", 0.25]], "Two priors."
    )
    assert repr(shown) == (
        "Two priors.\nprior  $p(H\\mid x)$\n-----  ------------\nflat   2/3\na|b    0.250"
    )
    page = MarkdownIt("commonmark").enable("table").render(shown._repr_markdown_())
    assert page.startswith("<blockquote>\n<p><strong>Measured.</strong> Two priors.</p>\n<table>")
    assert "<td>a|b</td>\n<td>0.250</td>" in page
    assert page.count("<tr>") == 3


def test_a_rounded_negative_zero_has_no_sign():
    assert table(["x"], [[-1e-9]]).rows == table(["x"], [[1e-9]]).rows == (("0.000",),)


@pytest.mark.parametrize(
    ("columns", "rows", "message"),
    [
        ([], [[]], "0 columns"),
        (["a"], [], "0 rows"),
        (["a", " "], [[1, 2]], "heading 2 is ' '; expected words"),
        (["a", "b"], [[1, 2], [1]], "row 2 has 1 entries; expected 2"),
        (["a"], [[float("nan")]], "an entry of row 1 is NaN"),
    ],
)
def test_a_bad_table_is_refused(columns, rows, message):
    with pytest.raises(ValueError, match=message):
        table(columns, rows)


def test_a_table_that_was_only_computed_is_no_measurement():
    shown = table(["n", "z"], [[10, -0.9]], "Expected.", decimals=1, measured=False)
    assert shown._repr_markdown_().splitlines() == [
        "| n | z |",
        "| --- | --- |",
        "| 10 | −0.9 |",
        "",
        "Expected.",
    ]
