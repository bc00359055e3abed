r"""The variational bound of a diffusion model, split into one term for each step."""

from __future__ import annotations

from catalogue import chain, claim, topic

from diffusion_derived.derivation import Induction, Notation, tables
from diffusion_derived.derivation.ledger import Ledger
from diffusion_derived.derivation.reasons import rules

# r_t = q(x_t | x_0), f_t = q(x_t | x_{t-1}), g_t = q(x_{t-1} | x_t, x_0), h_t = p(x_{t-1} | x_t)
PATHS = Notation(
    indexed=dict.fromkeys(("r_t", "f_t", "h_t", "p_t"), "positive"),
    sizes={"T": (2, 3, 4)},
    indices={"t": "T"},
    let={"g_t": r"\frac{f_t\,r_{t-1}}{r_t}"},
)
NEXT = Notation(
    positive="r_1 r_2 f_2 h_1 h_2 p_2 r_T p_T r_{T+1} f_{T+1} h_{T+1} p_{T+1}",
    real="S",
    let={
        "g_2": r"\frac{f_2\,r_1}{r_2}",
        "g_{T+1}": r"\frac{f_{T+1}\,r_T}{r_{T+1}}",
        "L_T": r"\log\frac{r_T}{p_T}+S-\log h_1",
    },
)
CHAIN = Notation(
    worlds=tables(
        {"x_0": 2, "x_1": 2, "x_2": 2},
        p="p(x_2) p(x_1|x_2) p(x_0|x_1)",
        q="q(x_1|x_0) q(x_2|x_1)",
        at={"x_0": 0},
    )
)
AFFINE = Notation(
    real="x_0 x_1 x_2 x_3 k_1 k_2 k_3 c_1 c_2 c_3",
    positive="a_1 a_2 a_3 b_1 b_2 b_3 s_1 s_2 s_3",
    let={
        "m_1": "a_1x_0",
        "m_2": "a_2m_1",
        "m_3": "a_3m_2",
        "v_1": "b_1",
        "v_2": "a_2^2v_1+b_2",
        "v_3": "a_3^2v_2+b_3",
        **{
            rf"\tilde m_{t}": rf"\frac{{a_{t}v_{t - 1}x_{t}+b_{t}m_{t - 1}}}{{v_{t}}}"
            for t in (2, 3)
        },
        **{rf"\tilde v_{t}": rf"\frac{{b_{t}v_{t - 1}}}{{v_{t}}}" for t in (2, 3)},
    },
)


def _kl(q: str, p: str) -> str:
    return rf"D_{{\mathrm{{KL}}}}\left({q}\,\|\,{p}\right)"


@topic("VLB telescoping, pointwise log-ratio, general T")
def telescoping():
    terms = r"\log\frac{%s}{p_T}+\sum_{t=2}^{T}\log\frac{%s}{h_t}-\log h_1"
    wrong = {"first marginal": terms % ("r_1", "g_t"), "forward": terms % ("r_T", "f_t")}
    small = claim(
        PATHS, "eq-vlb-small", r"\log\frac{r_1\prod_{t=2}^{T}f_t}{p_T\prod_{t=1}^{T}h_t}",
        terms % ("r_T", "g_t"), wrong, "each quotient of marginals cancels the one before",
    )  # fmt: skip
    terms = r"\log\frac{%s}{p_2}+\log\frac{g_2}{h_2}%s\log h_1"
    wrong = {"first marginal": terms % ("r_1", "-"), "sign": terms % ("r_2", "+")}
    base = chain(NEXT, "eq-vlb-base").start(r"\log\frac{r_1\,f_2}{p_2\,h_1\,h_2}")
    base.step(terms % ("r_2", "-"), rules.definition("g_2") & rules.logarithms(), rejects=wrong)
    terms = r"\log\frac{%s}{p_{T+1}}+S%s\log\frac{g_{T+1}}{h_{T+1}}-\log h_1"
    wrong = {"last marginal": terms % ("r_T", "+"), "sign": terms % ("r_{T+1}", "-")}
    step = chain(NEXT, "eq-vlb-step").start(r"L_T+\log f_{T+1}-\log h_{T+1}-\log p_{T+1}+\log p_T")
    opened = rules.definition("L_T") & rules.definition("g_{T+1}") & rules.logarithms()
    step.step(terms % ("r_{T+1}", "+"), opened, rejects=wrong)
    whole = Induction(
        "The bound telescopes", small.statement, base=base.qed(), step=step.qed(),
        label="eq-vlb-telescoping", small=PATHS, ledger=Ledger(),
    )  # fmt: skip
    return [small, base, step, whole]


@topic("VLB = L_T + L_{t-1} + L_0 (expectation level)")
def expected():
    under = r"\mathbb{E}_{q(x_1\mid x_0)\,q(x_2\mid x_1)}"
    paths = r"\frac{q(x_1\mid x_0)\,q(x_2\mid x_1)}{p(x_2)\,p(x_1\mid x_2)\,p(x_0\mid x_1)}"
    last = _kl(r"q(x_2\mid x_0)", "p(x_2)")
    mean = r"\mathbb{E}_{q(x_2\mid x_0)}\left[%s\right]"
    middle = mean % _kl(r"q(x_1\mid x_2,x_0)", r"p(x_1\mid x_2)")
    blind = _kl(r"q(x_1\mid x_0)", r"p(x_1\mid x_2)")
    first = r"\mathbb{E}_{q(x_1\mid x_0)}\left[\log p(x_0\mid x_1)\right]"
    wrong = {
        "sign of the middle": f"{last}-{middle}-{first}",
        "sign of the first": f"{last}+{middle}+{first}",
        "sign of the last": f"-{last}+{middle}-{first}",
        "middle lost": f"{last}-{first}",
        "first lost": f"{last}+{middle}",
        "no look ahead": f"{last}+{mean % blind}-{first}",
    }
    d = chain(CHAIN, "eq-vlb").start(rf"{under}\left[\log{paths}\right]")
    bayes = r"\frac{q(x_2\mid x_0)}{p(x_2)}\cdot\frac{q(x_1\mid x_2,x_0)}{p(x_1\mid x_2)}"
    d.step(
        rf"{under}\left[\log\left({bayes}\cdot\frac{{1}}{{p(x_0\mid x_1)}}\right)\right]",
        r"$q(x_1\mid x_0)\,q(x_2\mid x_1)=q(x_2\mid x_0)\,q(x_1\mid x_2,x_0)$",
    )
    return [d.step(f"{last}+{middle}-{first}", "term by term", rejects=wrong).qed()]


@topic("VLB, Gaussian chain T=3, symbolic alphas")
def gaussian_chain():
    steps = (1, 2, 3)
    before = {1: "m_1", 2: "a_2x_1", 3: "a_3x_2"}
    draws = r",\,".join(rf"x_{t}\sim\mathcal N({before[t]},b_{t})" for t in steps)
    forward = r"\,".join(rf"\mathcal N(x_{t};{before[t]},b_{t})" for t in steps)
    learned = {t: f"k_{t}x_{t}+c_{t},s_{t}" for t in steps}
    backward = r"\,".join(rf"\mathcal N(x_{t - 1};{learned[t]})" for t in steps)
    paths = rf"\frac{{{forward}}}{{\mathcal N(x_3;0,1)\,{backward}}}"
    last = _kl(r"\mathcal N(m_3,v_3)", r"\mathcal N(0,1)")
    middle = {
        t: rf"\mathbb{{E}}_{{x_{t}\sim\mathcal N(m_{t},v_{t})}}\left["
        + _kl(rf"\mathcal N(\tilde m_{t},\tilde v_{t})", rf"\mathcal N({learned[t]})")
        + r"\right]"
        for t in (2, 3)
    }
    first = (
        r"\mathbb{E}_{x_1\sim\mathcal N(m_1,v_1)}"
        rf"\left[\log\mathcal N(x_0;{learned[1]})\right]"
    )
    right = f"{last}+{middle[3]}+{middle[2]}-{first}"
    wrong = {
        "one step lost": f"{last}+{middle[2]}-{first}",
        "sign of a step": f"{last}+{middle[3]}-{middle[2]}-{first}",
        "sign of the last": f"-{last}+{middle[3]}+{middle[2]}-{first}",
        "sign of the first": f"{last}+{middle[3]}+{middle[2]}+{first}",
        "one half": rf"{right}+\frac12",
    }
    left = rf"\mathbb{{E}}_{{{draws}}}\left[\log{paths}\right]"
    return [claim(AFFINE, "eq-vlb-gauss", left, right, wrong, "moments of the normal")]
