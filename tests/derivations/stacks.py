r"""Stacks of latents, maps of the plane, splines, and noise inside a bin."""

from __future__ import annotations

from catalogue import chain, claim, column, identity, matrix, topic

from diffusion_derived.derivation import Induction, Lowest, Notation, tables
from diffusion_derived.derivation.ledger import Ledger
from diffusion_derived.derivation.reasons import rules

STACK = Notation(
    worlds=tables(
        {"x": 2, "z_1": 2, "z_2": 2},
        p="p(z_2) p(z_1|z_2)",
        q="q(z_1|x) q(z_2|z_1)",
        at={"x": 0},
    )
)
HIGHER = Notation(
    worlds=tables(
        {"x": 2, "z_{1:T-1}": 2, "z_T": 2, "z_{T+1}": 2},
        p="p(z_{T+1}) p(z_T|z_{T+1}) p(z_{1:T-1}|z_T)",
        q="q(z_{1:T-1},z_T|x) q(z_{T+1}|z_T)",
        at={"x": 0},
    )
)
MAP = Notation(
    real="x_1 x_2 b_1 b_2 a_{11} a_{12} a_{21} a_{22} c_{11} c_{12} c_{21} c_{22}",
    let={
        "x": column("x", 2),
        "b": column("b", 2),
        "A": matrix([["a_{11}", "a_{12}"], ["a_{21}", "a_{22}"]]),
        "C": matrix([["c_{11}", "c_{12}"], ["c_{21}", "c_{22}"]]),
        "I": identity(2),
        "o": r"\begin{pmatrix}0\\ 0\end{pmatrix}",
    },
)
COUPLING = Notation(
    real="x_1 x_2 x_3",
    functions={"s": "x", "t": "x", "h": "x y"},
    let={"y_1": "x_1", "y_2": "x_2e^{s(x_1)}+t(x_1)", "y_3": "h(x_3,x_1)"},
)
SPLINE = Notation(
    real="y_0",
    unit=r"\xi",
    positive="w h d_0 d_1",
    let={
        "s": r"\frac hw",
        "k": "d_0+d_1-2s",
        "n": r"s\,\xi^2+d_0\,\xi(1-\xi)",
        "m": r"s+k\,\xi(1-\xi)",
        "y": r"y_0+h\,\frac nm",
        "r": r"\frac{y-y_0}{h}",
        "a": r"s-d_0+r\,k",
        "b": r"d_0-r\,k",
        "c": r"-s\,r",
    },
)
BIN = Notation(
    real="u k",
    positive_functions={"p": "x"},
    let={"P": r"\int_0^1p(k+u)\,du"},
)
WEIGHTS = Notation(indexed={"a_k": "real"}, sizes={"K": (2, 3)}, indices={"k": "K", "j": "K"})


def _kl(q: str, p: str) -> str:
    return rf"D_{{\mathrm{{KL}}}}\left({q}\,\|\,{p}\right)"


def _under(law: str, body: str) -> str:
    return rf"\mathbb{{E}}_{{{law}}}\left[{body}\right]"


@topic("Hierarchical VAE (T levels)")
def hierarchy():
    def level(low: str, high: str) -> str:
        return _under(rf"q({high}\mid x)", _kl(rf"q({low}\mid {high},x)", rf"p({low}\mid {high})"))

    whole = _kl(r"q(z_1,z_2\mid x)", "p(z_1,z_2)")
    top = _kl(r"q(z_2\mid x)", "p(z_2)")
    inner = _under(r"q(z_2\mid x)", _kl(r"q(z_1\mid x)", r"p(z_1\mid z_2)"))
    base = claim(STACK, "eq-hierarchy-base", whole, f"{top}+{level('z_1', 'z_2')}",
                 {"not given the level above": f"{top}+{inner}"},
                 "chain rule of KL")  # fmt: skip
    block, upper = "z_{1:T-1}", "z_{T+1}"
    whole = _kl(rf"q({block},z_T,{upper}\mid x)", f"p({block},z_T,{upper})")
    top = _kl(rf"q({upper}\mid x)", f"p({upper})")
    step = claim(HIGHER, "eq-hierarchy-step", whole,
                 f"{top}+{level('z_T', upper)}+{level(block, 'z_T')}",
                 {"the levels below lost": f"{top}+{level('z_T', upper)}"},
                 "chain rule of KL")  # fmt: skip
    left, last = _kl(r"q(z_{1:T}\mid x)", "p(z_{1:T})"), _kl(r"q(z_T\mid x)", "p(z_T)")
    tex = rf"{left} = {last}+\sum_{{t=1}}^{{T-1}}{level('z_t', 'z_{t+1}')}"
    every = Induction("Every number of levels", tex, base=base, step=step,
                      label="eq-hierarchy-bound", ledger=Ledger())  # fmt: skip
    return [base, step, every]


@topic("Maps of the plane: change of variables, composition, coupling")
def maps():
    back = r"\log\mathcal N(A^{-1}(x-b);o,I)"
    size = r"\log\lvert\det A\rvert"
    change = claim(MAP, "eq-change-of-variables", r"\log\mathcal N(x;b,AA^\top)", f"{back}-{size}",
                   {"the sign": f"{back}+{size}", "no determinant": back}, "densities")  # fmt: skip
    both = claim(MAP, "eq-two-maps", r"\det(CA)", r"\det(C)\,\det(A)", {"sum": r"\det(C)+\det(A)"})

    def slope(i: int, j: int) -> str:
        return rf"\frac{{\partial}}{{\partial x_{j}}}\left[y_{i}\right]"

    def jacobian(size: int) -> str:
        places = range(1, size + 1)
        return matrix([[slope(i, j) for j in places] for i in places])

    opened = rules.definition("y_1") & rules.definition("y_2") & rules.differentiate()
    affine = chain(COUPLING, "eq-coupling-jacobian").start(rf"\log\det{jacobian(2)}")
    affine.step(r"\log\det\begin{pmatrix}1 & 0\\ x_2e^{s(x_1)}s'(x_1)+t'(x_1) & e^{s(x_1)}"
                r"\end{pmatrix}", opened)  # fmt: skip
    affine.step("s(x_1)", "triangular", rejects={"the shift counted": "s(x_1)+t(x_1)"})
    diagonal = rf"{slope(2, 2)}\cdot {slope(3, 3)}"
    three = claim(COUPLING, "eq-coupling-three", rf"\det{jacobian(3)}", diagonal,
                  {"one factor lost": slope(2, 2)}, "triangular")  # fmt: skip
    return [change, both, affine.qed(), three]


@topic("Rational-quadratic spline")
def spline():
    rise = r"d_1\,\xi^2+2s\,\xi(1-\xi)+d_0(1-\xi)^2"
    steep, slope = (
        rf"\frac{{s^2\left({rise}\right)}}{{%s}}",
        r"\frac1w\frac{\partial}{\partial\xi}y",
    )
    start = claim(SPLINE, "eq-spline-start", r"\left.y\right|_{\xi=0}", "y_0", {"end": "y_0+h"})
    end = claim(SPLINE, "eq-spline-end", r"\left.y\right|_{\xi=1}", "y_0+h", {"start": "y_0"})
    formula = claim(SPLINE, "eq-spline-slope", slope, steep % "m^2",
                    {"denominator once": steep % "m"}, "quotient rule")  # fmt: skip
    rises = chain(SPLINE, "eq-spline-rises").start(slope)
    rises.bound("0", "no minus sign", gap=steep % "m^2", nonneg=steep % "m^2")
    root = r"\frac{2c}{-b%s\sqrt{b^2-4ac}}"
    inverse = claim(SPLINE, "eq-spline-inverse", root % "-", r"\xi",
                    {"from the other end": r"1-\xi", "other root": root % "+"},
                    "the root in the bin")  # fmt: skip
    return [start, end, formula, rises.qed(), inverse]


@topic("Noise inside a bin, and the largest of several weights")
def bins():
    ratio = r"\frac{p(k+u)}{P}"
    log_bound = chain(Notation(positive="v"), "eq-log-bound").start(r"v-1-\log v")
    log_bound.bound("0", "its slope", gap=r"v-1-\log v", nonneg=Lowest("v", "1"))
    dequantised = chain(BIN, "eq-dequantisation-bound").start(r"\log P")
    dequantised.ledger.add(log_bound.qed().entries[0])
    dequantised.bound(r"\int_0^1\log p(k+u)\,du", "Jensen", nonneg="eq-log-bound",
                      gap=rf"\int_0^1\left({ratio}-1-\log{ratio}\right)du", at={"v": ratio},
                      rejects={"weighted by p": r"\int_0^1p(k+u)\log p(k+u)\,du"})  # fmt: skip
    total = r"\log\sum_{k=1}^{K}e^{a_k}"
    largest = chain(WEIGHTS, "eq-largest-weight").start(total)
    largest.bound("a_j", "one of several", gap=f"{total}-a_j",
                  nonneg=r"\log\left(1+\sum_{k\ne j}e^{a_k-a_j}\right)",
                  rejects={"all of them": r"\sum_{k=1}^{K}a_k"})  # fmt: skip
    return [dequantised.qed(), largest.qed()]
