r"""Flow matching: a velocity for each datum, the continuity equation, and the mean velocity."""

from __future__ import annotations

from catalogue import claim, topic

from diffusion_derived.derivation import Notation

PATH = Notation(real=r"x t x_1 \varepsilon", functions={"m": "t"}, positive_functions={"s": "t"})
ATOMS = Notation(
    real="x",
    unit="t",
    functions={"v": "x"},
    indexed={"x_k": "real", "w_k": "positive"},
    sizes={"K": (2, 3)},
    indices={"k": "K"},
    let={
        "p_k": r"\mathcal N\left(x;t\,x_k,(1-t)^2\right)",
        "u_k": r"\frac{x_k-x}{1-t}",
        "p": r"\sum_{k=1}^{K}w_k\,p_k",
        "u": r"\frac1p\sum_{k=1}^{K}w_k\,p_k\,u_k",
    },
)
FLUX = r"\frac{\partial}{\partial x}\left[%s\right]"


@topic("Flow matching: conditional field, continuity equation, marginalisation")
def flow_matching():
    density = r"\mathcal N\left(x;m(t),s(t)^2\right)"
    velocity = r"\frac{s'(t)}{s(t)}\left(x-m(t)\right)+m'(t)"
    flux = FLUX % rf"{density}\left(%s\right)"
    wrong = {
        "sign": flux % velocity,
        "variance for deviation": "-" + flux % velocity.replace("{s(t)}", "{s(t)^2}"),
        "drift of the mean lost": "-" + flux % velocity.replace("+m'(t)", ""),
    }
    one = claim(PATH, "eq-continuity", rf"\frac{{\partial}}{{\partial t}}{density}",
                "-" + flux % velocity, wrong, "differentiate")  # fmt: skip
    return [one, _straight_line(velocity), *_mean_velocity()]


def _straight_line(velocity: str):
    mean, width, slope = r"t\,x_1", "(1-t)", r"\frac{d}{dt}\left[%s\right]"
    line = velocity.replace("m'(t)", slope % mean).replace("s'(t)", slope % width)
    line = line.replace("m(t)", mean).replace("s(t)", width)
    left = rf"\left.\left({line}\right)\right|_{{x={mean}+{width}\,\varepsilon}}"
    wrong = {"sign": r"x_1+\varepsilon", "noise lost": "x_1"}
    return claim(PATH, "eq-straight-velocity", left, r"x_1-\varepsilon", wrong,
                 r"$m(t)=t\,x_1$ and $s(t)=1-t$")  # fmt: skip


def _mean_velocity():
    flux = FLUX % r"p\,u"
    yield claim(ATOMS, "eq-marginal-continuity", r"\frac{\partial}{\partial t}p", f"-{flux}",
                {"sign": flux}, "sum over the data")  # fmt: skip
    sums = r"\sum_{k=1}^{K}w_k\,p_k%s\,u_k"
    yield claim(ATOMS, "eq-velocity-cross", r"v(x)\,u\,p", sums % r"\,v(x)",
                {"test function lost": sums % ""}, "definition of the mean velocity")  # fmt: skip
