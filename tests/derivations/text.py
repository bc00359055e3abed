r"""Text that steers an image: the softmax, attention, modulation of features, guidance."""

from __future__ import annotations

from catalogue import chain, claim, topic

from diffusion_derived.derivation import Notation
from diffusion_derived.derivation.reasons import rules

LOGITS = Notation(
    indexed={"z_k": "real", "w_k": "positive"},
    sizes={"K": (2, 3)},
    indices={"k": "K", "j": "K"},
    let={
        "Z": r"\sum_{j=1}^{K}e^{z_j}",
        "p_k": r"\frac{e^{z_k}}{Z}",
        "y_k": r"\frac{w_k}{\sum_{j=1}^{K}w_j}",
    },
)
LOOKUP = Notation(
    positive=r"\tau R",
    indexed={"q_j": "real", "k_{ij}": "real", "v_i": "real"},
    sizes={"n": 3, "d": 2},
    indices={"i": "n", "l": "n", "j": "d", "r": "d"},
    let={
        r"\ell_i": r"\sum_{j=1}^{d}q_j\,k_{ij}",
        "Z": r"\sum_{l=1}^{n}e^{\ell_l/\tau}",
        "a_i": r"\frac{e^{\ell_i/\tau}}{Z}",
        r"\bar a_i": r"\frac{e^{-\ell_i/\tau}}{\sum_{l=1}^{n}e^{-\ell_l/\tau}}",
        "Q": r"\sum_{j=1}^{d}q_j^2",
        "g_i": r"\exp\left(-\frac{Q-2\,\ell_i+R^2}{2\tau}\right)",
    },
)
HEADS = Notation(indexed={"q_j": "real", "k_j": "real"})
FEATURES = Notation(
    indexed={"h_i": "real"},
    real=r"h \gamma_1 \gamma_2 b_1 b_2",
    sizes={"N": (2, 3)},
    indices={"i": "N"},
    let={
        r"\mu": r"\frac1N\sum_{i=1}^{N}h_i",
        "v": r"\frac1N\sum_{i=1}^{N}(h_i-\mu)^2",
        r"\hat h_i": r"\frac{h_i-\mu}{\sqrt v}",
        "o_i": r"\gamma_1\,\hat h_i+b_1",
    },
)
GUIDED = Notation(
    real=r"x s \varepsilon_c \varepsilon_\varnothing",
    positive=r"Z \sigma",
    positive_functions={"p": "x", r"\ell_c": "x"},
    let={"p_c(x)": r"\frac{p(x)\,\ell_c(x)}{Z}"},
)


@topic("log-sum-exp / softmax Jacobian / cross-entropy gradient")
def softmax():
    slope = r"\frac{\partial}{\partial z_%s}\left[%s\right]"
    total = claim(LOGITS, "eq-log-sum-exp", slope % ("j", r"\log Z"), "p_j",
                  {"another weight": "p_2", "sign": "-p_j"}, "differentiate")  # fmt: skip
    wrong = {"sign": "p_1\\,p_2", "the diagonal": "p_1(1-p_2)"}
    across = claim(LOGITS, "eq-softmax-across", slope % (2, "p_1"), r"-p_1\,p_2", wrong,
                   "differentiate")  # fmt: skip
    own = claim(LOGITS, "eq-softmax-own", slope % ("j", "p_j"), r"p_j(1-p_j)",
                {"off the diagonal": "-p_j^2"}, "differentiate")  # fmt: skip
    entropy = r"-\sum_{k=1}^{K}y_k\log p_k"
    cross = claim(LOGITS, "eq-cross-entropy-slope", slope % ("j", entropy), "p_j-y_j",
                  {"sign": "y_j-p_j", "target lost": "p_j"}, "the targets sum to one")  # fmt: skip
    return [total, across, own, cross]


@topic("Attention as soft lookup")
def attention():
    weights, mean = r"\sum_{i=1}^{n}%s", r"\sum_{i=1}^{n}a_i\,%s"
    sums = claim(LOOKUP, "eq-attention-sums", weights % "a_i", "1",
                 {"not divided": weights % r"a_i\,Z"}, "one denominator")  # fmt: skip
    wrong = {"scaled": rf"\tau{mean % 'k_{ir}'}", "plain mean": r"\frac1n\sum_{i=1}^{n}k_{ir}"}
    slope = r"\frac{\partial}{\partial q_r}\left[\tau\log Z\right]"
    gradient = claim(LOOKUP, "eq-attention-gradient", slope, mean % "k_{ir}", wrong,
                     "differentiate")  # fmt: skip
    square = r"\sum_{j=1}^{d}(q_j-k_{ij})^2"
    norms = r"Q%s\,\ell_i+\sum_{j=1}^{d}k_{ij}^2"
    distance = claim(LOOKUP, "eq-key-distance", square, norms % "-2",
                     {"sign": norms % "+2", "two lost": norms % "-"}, "multiply out")  # fmt: skip
    left = r"\frac{\sum_{i=1}^{n}g_i\,v_i}{\sum_{i=1}^{n}g_i}"
    wrong = {"sign of the match": weights % r"\bar a_i\,v_i"}
    lookup = claim(LOOKUP, "eq-attention-posterior", left, mean % "v_i", wrong,
                   "keys of one length: the common factor cancels")  # fmt: skip
    return [sums, gradient, distance, lookup, *(_spread(d) for d in (1, 2, 4))]


def _spread(size: int):
    pairs = [f"{name}_{j}" for name in "qk" for j in range(1, size + 1)]
    draws = r",\,".join(rf"{name}\sim\mathcal N(0,1)" for name in pairs)
    left = rf"\operatorname{{Var}}_{{{draws}}}\left[\sum_{{j=1}}^{{{size}}}q_j\,k_j\right]"
    wrong = {"square": str(size**2 + 1)}
    return claim(HEADS, f"eq-logit-variance-{size}", left, str(size), wrong, rules.moments())


@topic("FiLM: affine modulation of normalised features")
def film():
    average = r"\frac1N\sum_{i=1}^{N}%s"
    centre = claim(FEATURES, "eq-film-mean", average % "o_i", "b_1",
                   {"scaled": r"\gamma_1\,b_1"}, "normalised features have mean zero")  # fmt: skip
    wrong = {"root": r"\gamma_1", "old variance": r"\gamma_1^2\,v"}
    spread = claim(FEATURES, "eq-film-variance", average % "(o_i-b_1)^2", r"\gamma_1^2", wrong,
                   "normalised features have variance one")  # fmt: skip
    twice = r"\gamma_2\,\gamma_1\,h+%s+b_2"
    both = claim(FEATURES, "eq-film-twice", r"\gamma_2\left(\gamma_1\,h+b_1\right)+b_2",
                 twice % r"\gamma_2\,b_1", {"shift not scaled": twice % "b_1"},
                 rules.expand())  # fmt: skip
    return [centre, spread, both]


@topic("Conditional score decomposition; classifier(-free) guidance")
def guidance():
    score = r"\frac{d}{dx}\log %s"
    prior, joint, match = (score % f"{name}(x)" for name in ("p", "p_c", r"\ell_c"))
    bayes = chain(GUIDED, "eq-conditional-score").start(joint)
    opened = rules.definition("p_c") & rules.logarithms() & rules.linearity()
    bayes.step(f"{prior}+{match}-{score % 'Z'}", opened)
    bayes.step(f"{prior}+{match}", "the evidence does not depend on $x$",
               rejects={"sign": f"{prior}-{match}", "prior lost": match})  # fmt: skip
    scale = chain(GUIDED, "eq-guided-score")
    scale.start(r"\frac{d}{dx}\log\left(p_c(x)^s\,p(x)^{1-s}\right)")
    scale.step(rf"s\,{joint}+(1-s)\,{prior}", "laws of logarithms")
    wrong = {
        "one off": rf"{prior}+(s-1)\,{match}",
        "sign": rf"{prior}-s\,{match}",
        "exchanged": rf"s\,{prior}+{match}",
    }
    scale.step(rf"{prior}+s\,{match}", "the conditional score", rejects=wrong)
    noise = r"-\frac{\varepsilon_%s}{\sigma}"
    left = (
        r"-\frac{\varepsilon_\varnothing+s\left(\varepsilon_c-\varepsilon_\varnothing\right)}"
        r"{\sigma}"
    )
    given, blind = noise % "c", noise % r"\varnothing"
    right = rf"s\left({given}\right)+(%s)\left({blind}\right)"
    eps = claim(GUIDED, "eq-guided-noise", left, right % "1-s", {"sign": right % "s-1"})
    return [bayes.qed(), scale.qed(), eps]
