"""Limits: what SymPy finds with symbols must also hold with numbers, in any order."""

import pytest
import sympy as sp

from diffusion_derived.derivation import Notation, equal
from diffusion_derived.derivation.verdict import PROVED, REFUTED

N = Notation(
    positive=r"v \sigma d d_1 d_2 \delta", unit="p", real=r"x \mu_1 \mu_2 h", functions={"f": "x"}
)
SHARE = r"\lim_{v\to 0}\frac{p\,e^{-%s/v}}{p\,e^{-%s/v}+(1-p)\,e^{-%s/v}}"
NORMALS = (
    r"\lim_{\sigma\to 0}\frac{p\,\mathcal N(x;%s,\sigma^2)}"
    r"{p\,\mathcal N(x;%s,\sigma^2)+(1-p)\,\mathcal N(x;%s,\sigma^2)}"
)


def status(left, right):
    return equal(N, N.read(left), N.read(right)).status


def test_sympy_gives_a_limit_that_depends_on_an_order_it_was_not_told():
    v, a, b = sp.symbols("v a b", positive=True)
    share = sp.exp(-a / v) / (sp.exp(-a / v) + sp.exp(-b / v))
    found = sp.limit(share, v, 0, "+")
    numbers = [sp.limit(share.subs({a: p, b: q}), v, 0, "+") for p, q in ((1, 2), (2, 1), (1, 1))]
    assert numbers == [1, 0, sp.Rational(1, 2)]
    assert found in numbers  # it answers, although it should ask


@pytest.mark.parametrize(
    ("left", "right", "wrong"),
    [
        (SHARE % ("d", "d", r"(d+\delta)"), "1", "0"),
        (SHARE % (r"(d+\delta)", r"(d+\delta)", "d"), "0", "1"),
        (SHARE % ("d", "d", "d"), "p", "1"),
        pytest.param(NORMALS % ("x+d", "x+d", r"x+d+\delta"), "1", "0", marks=pytest.mark.slow),
        (NORMALS % ("x-d", "x-d", "x+d"), "p", "1"),
        (
            r"\lim_{v\to 0} v\log\left(p\,e^{-d/v}+(1-p)\,e^{-(d+\delta)/v}\right)",
            "-d",
            r"-d-\delta",
        ),
        (r"\lim_{v\to\infty}\frac{x^2+f(x)v}{v}", "f(x)", "x^2"),
        (r"\lim_{v\to\infty}p^v", "0", "1"),
    ],
)
def test_decided(left, right, wrong):
    assert status(left, right) == PROVED
    assert status(left, wrong) == REFUTED


@pytest.mark.parametrize(
    "tex",
    [
        SHARE % ("d_1", "d_1", "d_2"),
        NORMALS % (r"\mu_1", r"\mu_1", r"\mu_2"),
        r"\lim_{v\to 0} e^{-x/v}",
        r"\lim_{v\to 0} e^{-x^2/v}",
        r"\lim_{v\to 0} e^{(d_1-d_2)/v}",
        r"\lim_{v\to\infty} d^v",
        r"\lim_{v\to\infty}\frac1v\log\left(e^{vd_1}+e^{vd_2}\right)",
    ],
)
@pytest.mark.parametrize("value", ["0", "1", pytest.param("p", marks=pytest.mark.slow), "d_1"])
def test_what_depends_on_an_order_has_no_one_value(tex, value):
    assert status(tex, value) != PROVED


@pytest.mark.parametrize(
    ("tex", "right"),
    [
        (r"\lim_{v\to 0}\frac{(2d+v)^3-d^3}{v}", "3d^2"),
        (r"\lim_{v\to 0}\frac{\sqrt{1-p^2}\,x-x}{v}", r"-\frac{p\,x}{2}"),
    ],
)
def test_what_grows_without_end_is_refuted(tex, right):
    assert status(tex, right) == REFUTED


def test_an_unknown_function_of_the_variable_is_left_alone():
    assert status(r"\lim_{h\to 0}\frac{f(x+h)-f(x)}{h}", "f'(x)") != PROVED
