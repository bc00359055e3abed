"""Tokens: layout is dropped, places are kept, brackets must balance."""

from __future__ import annotations

import pytest

from diffusion_derived.derivation.language.names import declared_names, normal_name
from diffusion_derived.derivation.language.tokens import text_of, tokenize
from diffusion_derived.derivation.verdict import TexError


def _texts(tex: str) -> list[str]:
    return [token.text for token in tokenize(tex)]


def test_layout_is_dropped():
    loose = r"\left( a \, + \; b \right) \quad \bigl[ c \bigr]"
    assert _texts(loose) == _texts("(a+b)[c]")


def test_a_styled_word_is_one_token_however_it_is_written():
    for tex in (r"\mathbb E", r"\mathbb{E}", r"\mathbb{ E }"):
        assert _texts(tex) == [r"\mathbb{E}", ""]
    assert _texts(r"\operatorname{tr}") == [r"\operatorname{tr}", ""]


def test_numerals_and_letters():
    assert _texts("0.07x12") == ["0.07", "x", "12", ""]


def test_tokens_know_their_place():
    tex = r"a +  \alpha_t"
    for token in tokenize(tex)[:-1]:
        assert tex[token.start : token.end] == token.text


@pytest.mark.parametrize(
    ("tex", "column", "message"),
    [
        (r"\frac{a}{b", 9, "never closed"),
        (r"a}", 2, "unbalanced }"),
        (r"(a]", 3, "unbalanced ]"),
        (r"\left(a", 1, r"\left without \right"),
        (r"a\right)", 2, r"\right without \left"),
        (r"a @ b", 3, "the character '@'"),
        ("a × b", 3, "the character '×'"),
    ],
)
def test_what_is_no_tex_is_pointed_at(tex, column, message):
    with pytest.raises(TexError) as caught:
        tokenize(tex)
    lines = str(caught.value).split("\n")
    assert message in lines[0]
    assert f"column {column}:" in lines[0]
    assert lines[2].index("^") == column + 2  # three spaces stand before the TeX


def test_not_a_string():
    with pytest.raises(TexError, match="expected a TeX string, got int: 3"):
        tokenize(3)


def test_text_of_forgets_layout_only():
    assert text_of(r"\left(a\,b\right)") == text_of("(a b)")
    assert text_of("a+b") != text_of("b+a")


def test_names_in_a_declaration():
    found = [name.text for name in declared_names(r"x_t \hat x_0 \bar\alpha_{t-1} f' \mathbf{w}")]
    assert found == ["x_t", r"\hat{x}_0", r"\bar{\alpha}_{t-1}", "f'", r"\mathbf{w}"]


def test_one_name_in_several_spellings():
    spellings = (r"\bar\alpha_{t-1}", r"\bar{\alpha}_{t - 1}", r"\bar \alpha _{t-1}")
    assert {normal_name(tex) for tex in spellings} == {r"\bar{\alpha}_{t-1}"}
    assert normal_name("x_{t}") == normal_name("x_t")


def test_a_declaration_of_something_else():
    with pytest.raises(TexError, match=r"column 3: '\+' is not a name"):
        declared_names("a + b")
    with pytest.raises(TexError, match="2 names"):
        normal_name("a b")
