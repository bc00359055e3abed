"""Answers that people give to the exercises of chapter 4, wrong ones and other right ones.

WRONG: question -> what was done -> (the answer's source, the most points that it may earn).
EQUAL: question -> other answers that earn full marks.
"""

BITS = "sum(a * (b.denominator.bit_length() - a.denominator.bit_length()) for a, b in zip(p, q))"


def hand(
    entropies="7, 4", cross="19, 8", there="5, 8", back="1, 2", nats="5 / 8 * log(2)", function=BITS
):
    """The two beliefs, right but for what is named."""
    return (
        f"entropy_p = entropy_q = Fraction({entropies})\ncross = Fraction({cross})\n"
        f"kl_pq, kl_qp, kl_pq_nats = Fraction({there}), Fraction({back}), {nats}\n"
        f"def divergence_bits(p, q):\n    return {function}\n"
    )


RATIO = r"\frac{(x-\mu_2)^2-(x-\mu_1)^2}{2\sigma^2}"
SQUARE = r"\frac{(\mu_1-\mu_2)^2}{2\sigma^2}"


def lines(one=RATIO, two=SQUARE):
    """The two missing pieces of the derivation."""
    return f'line_1 = r"{one}"\nline_2 = r"{two}"\n'


def letters(found, point="(0, 2, 0, 1)"):
    """Each of these letters, refuted at the same point."""
    return f"fails_at = dict.fromkeys({found!r}, {point})"


GUESS = (
    "guess = {'the larger one': 'truth, belief', 'divergences in cm': 'grow',"
    " 'entropies in cm': 'stay'}\n"
)
NUMBERS = """
def numbers(sigma, tau, scale):
    p, q = (distributions.Normal(0, scale * width) for width in (sigma, tau))
    return ({there}, {back}, {truth}, {belief})
"""
THERE, BACK = (f"information.kl_quadrature({pair})" for pair in ("p, q", "q, p"))
MISSED = """
def missed():
    right = {'the larger one': 'belief, truth', 'divergences in cm': 'stay',
             'entropies in cm': 'grow'}
    return {name for name in ASKED if guess[name] != right[name]}
"""


def predict(
    there=THERE, back=BACK, truth="p.entropy", belief="q.entropy", guess=GUESS, missed=MISSED
):
    """A guess and the four numbers, right but for what is named."""
    numbers = NUMBERS.format(there=there, back=back, truth=truth, belief=belief)
    return guess + numbers + missed


KL = """
def kl_on_grid(log_p, log_q, x):
    seen = np.isfinite(log_p)
    return {0} * (x[1] - x[0])
"""
SUM = "np.sum(np.exp(log_p[seen]) * (log_p[seen] - log_q[seen]))"
FIT = """
def fit_on_grid(log_p, x, mus, sigmas, direction):
    if direction not in ("forward", "reverse"):
        raise ValueError(direction)
    found = {{}}
    for mu in mus:
        for sigma in sigmas:
            log_q = -(x - mu)**2 / (2 * sigma**2) - np.log(sigma) - np.log(2 * np.pi) / 2
            pair = (log_p, log_q) if direction == {0!r} else (log_q, log_p)
            found[mu, sigma] = kl_on_grid(*pair, x)
    return {1}(found, key=found.get)
"""
GOOD_KL, GOOD_FIT = KL.format(SUM), FIT.format("forward", "min")


def tosses(told, divisor="(n + 1)", goal="bits * log(2)", start=0):
    """The information in n tosses, and a search for a number of bits."""
    return (
        "def information_in_tosses(n):\n"
        "    after = [distributions.Beta(k + 1, n - k + 1) for k in range(n + 1)]\n"
        "    flat = distributions.Beta(1, 1)\n"
        f"    return sum({told} for k, p in enumerate(after)) / {divisor}\n"
        f"def tosses_for(bits):\n    n = {start}\n"
        f"    while n < 500 and information_in_tosses(n) < {goal}:\n        n += 1\n    return n\n"
    )


TOLD = "information.kl_beta(p, flat)"
COUNT_ONLY = """
def information_in_tosses(n):
    return log(n + 1)
def tosses_for(bits):
    return next(n for n in range(500) if information_in_tosses(n) >= bits * log(2))
"""
FAIR_COIN = """
from scipy.stats import binom
def information_in_tosses(n):
    return log(n + 1) - float(binom.entropy(n, 0.5))
def tosses_for(bits):
    return next(n for n in range(500) if information_in_tosses(n) >= bits * log(2))
"""

WRONG = {
    "q1": {
        "p and q exchanged": (
            hand(
                cross="9, 4",
                there="1, 2",
                back="5, 8",
                nats="0.5 * log(2)",
                function=BITS.replace("zip(p, q)", "zip(q, p)"),
            ),
            0,
        ),
        "the sign turned round": (
            hand(there="-5, 8", back="-1, 2", nats="-5 / 8 * log(2)", function=f"-{BITS}"),
            2,
        ),
        "the cross-entropy taken for the divergence": (
            hand(there="19, 8", back="9, 4", nats="19 / 8 * log(2)"),
            4,
        ),
        "one direction for both": (hand(back="5, 8"), 4),
        "bits for nats": (hand(nats="5 / 8"), 4),
        "divided by log 2 in place of multiplied": (hand(nats="5 / 8 / log(2)"), 4),
        "two bits for four kinds, however unequal": (hand(entropies="2, 1"), 4),
        "floats with logarithms": (
            hand(function="float(sum(a * np.log2(float(a / b)) for a, b in zip(p, q)))"),
            4,
        ),
        "nats in the function": (
            hand(function="sum(a * Fraction(np.log(float(a / b))) for a, b in zip(p, q))"),
            4,
        ),
    },
    "q2": {
        "the width to the fourth power below": (lines(two=r"\frac{(\mu_1-\mu_2)^2}{2\sigma^4}"), 1),
        "the half lost": (
            lines(r"\frac{(x-\mu_2)^2-(x-\mu_1)^2}{\sigma^2}", r"\frac{(\mu_1-\mu_2)^2}{\sigma^2}"),
            0,
        ),
        "the sign turned round": (
            lines(r"\frac{(x-\mu_1)^2-(x-\mu_2)^2}{2\sigma^2}", "-" + SQUARE),
            0,
        ),
        "a width left over": (lines(two=SQUARE + r"+\frac12"), 1),
        "the distance not squared": (lines(two=r"\frac{\mu_1-\mu_2}{2\sigma^2}"), 1),
        "the line above repeated": (
            lines(
                r"\log\frac{\mathcal N(x;\mu_1,\sigma^2)}{\mathcal N(x;\mu_2,\sigma^2)}",
                r"\mathbb{E}_{x\sim\mathcal N(\mu_1,\sigma^2)}\left[" + RATIO + r"\right]",
            ),
            0,
        ),
        "the x of one draw in place of the mean": (lines(two=RATIO), 1),
        "a symbol that nobody declared": (lines("d", "d^2"), 0),
        "no TeX": ("line_1 = line_2 = 0.5", 0),
    },
    "q3": {
        "refuted at equal widths, where (a), (b) and (d) are true": (
            letters("abde", "(0, 1, 3, 1)"),
            0,
        ),
        "(b) refuted at the width 1": (letters("abde", "(0, 1, 0, 2)"), 0),
        "only the missing half": (letters("e"), 1),
        "what looks strange taken for wrong": (letters("abcde"), 0),
        "(c) alone, the one that is right": (letters("c"), 0),
        "a letter missing": (letters("abe"), 1),
        "letters without numbers": ("fails_at = {'a', 'b', 'd', 'e'}", 0),
        "a width of nothing": (letters("abde", "(0, 2, 0, 0)"), 0),
    },
    "q4": {
        "the directions exchanged": (predict(there=BACK, back=THERE), 2),
        "variances where widths belong": (
            predict(
                "information.kl_normal(0, p.sd**2, 0, q.sd**2)",
                "information.kl_normal(0, q.sd**2, 0, p.sd**2)",
            ),
            2,
        ),
        "the scale forgotten": (
            predict().replace("scale * width", "width"),
            2,
        ),
        "only the truth measured in centimetres": (
            predict()
            .replace("(scale * width) for", "width) for")
            .replace(
                "p, q = (distributions.Normal(0, scale * width) for width in (sigma, tau))",
                "p, q = distributions.Normal(0, scale * sigma), distributions.Normal(0, tau)",
            ),
            2,
        ),
        "cross-entropies in place of divergences": (
            predict(f"{THERE} + p.entropy", f"{BACK} + q.entropy"),
            1,
        ),
        "bits": (
            predict(
                f"{THERE} / log(2)", f"{BACK} / log(2)", "p.entropy / log(2)", "q.entropy / log(2)"
            ),
            2,
        ),
        "the logarithm of the width for the entropy": (
            predict(truth="log(p.sd)", belief="log(q.sd)"),
            2,
        ),
        "the questions that were guessed right": (
            predict(missed=MISSED.replace("!=", "==")),
            3,
        ),
        "a word that is not offered": (predict(guess=GUESS.replace("stay", "shrink")), 3),
    },
    "q5": {
        "the two directions exchanged": (GOOD_KL + FIT.format("reverse", "min"), 4),
        "heights added up without the step": (
            KL.format(SUM).replace(" * (x[1] - x[0])", "") + GOOD_FIT,
            2,
        ),
        "the mean over the points of the grid": (
            KL.format(SUM.replace("np.sum", "np.mean")) + GOOD_FIT,
            2,
        ),
        "NaN where p is 0": (
            KL.format("np.sum(np.exp(log_p) * (log_p - log_q))") + GOOD_FIT,
            5,
        ),
        "points where q is 0 left out as well": (
            KL.format(SUM).replace("np.isfinite(log_p)", "np.isfinite(log_p) & np.isfinite(log_q)")
            + GOOD_FIT,
            5,
        ),
        "the ratio upside down": (
            KL.format(SUM.replace("log_p[seen] - log_q[seen]", "log_q[seen] - log_p[seen]"))
            + GOOD_FIT,
            0,
        ),
        "weighed with q": (KL.format(SUM.replace("np.exp(log_p", "np.exp(log_q")) + GOOD_FIT, 0),
        "the worst pair": (GOOD_KL + FIT.format("forward", "max"), 3),
        "any direction taken": (
            GOOD_KL + GOOD_FIT.replace("raise ValueError(direction)", "direction = 'forward'"),
            5,
        ),
        "the moments for both directions": (
            GOOD_KL
            + """
def fit_on_grid(log_p, x, mus, sigmas, direction):
    if direction not in ("forward", "reverse"):
        raise ValueError(direction)
    p = np.exp(log_p) * (x[1] - x[0])
    mean = np.sum(p * x)
    return mean, np.sum(p * (x - mean)**2)**0.5
""",
            4,
        ),
    },
    "q6": {
        "the divergence the other way round": (tosses("information.kl_beta(flat, p)"), 0),
        "the sum in place of the mean": (tosses(TOLD, "1"), 0),
        "n counts in place of n + 1": (tosses(TOLD, "max(n, 1)"), 0),
        "the entropy of the count alone": (COUNT_ONLY, 0),
        "a fair coin's luck taken for every coin's": (FAIR_COIN, 0),
        "the middle count for all": (
            tosses("information.kl_beta(after[(n + 1) // 2], flat)"),
            1,
        ),
        "the counts written where parameters belong": (
            tosses(TOLD).replace("Beta(k + 1, n - k + 1)", "Beta(max(k, 0.5), max(n - k, 0.5))"),
            0,
        ),
        "nats taken for bits": (tosses(TOLD, goal="bits"), 2),
        "one toss too many": (tosses(TOLD).replace("    return n\n", "    return n + 1\n"), 2),
        "in bits": (tosses(TOLD, "(n + 1) / log(2)", goal="bits"), 2),
    },
}

EQUAL = {
    "q1": [
        hand("14, 8", "38, 16", "10, 16", "4, 8", "0.4332", "sum(map(gain, p, q))")
        + "def gain(a, b):\n    ratio, bits = a / b, 0\n"
        "    while ratio > 1:\n        ratio, bits = ratio / 2, bits + 1\n"
        "    while ratio < 1:\n        ratio, bits = ratio * 2, bits - 1\n    return a * bits\n",
        hand(function="sum(a * round(np.log2(float(a / b))) for a, b in zip(p, q))"),
    ],
    "q2": [
        lines(
            r"\frac{(2x-\mu_1-\mu_2)(\mu_1-\mu_2)}{2\sigma^2}",
            r"\frac12\left(\frac{\mu_2-\mu_1}{\sigma}\right)^2",
        ),
        lines(
            r"\frac{(x-\mu_2)^2}{2\sigma^2}-\frac{(x-\mu_1)^2}{2\sigma^2}",
            r"\frac{\mu_1^2-2\mu_1\mu_2+\mu_2^2}{2\sigma^2}",
        ),
        lines(two=r"\frac{\sigma^2+(\mu_1-\mu_2)^2}{2\sigma^2}-\frac12"),
    ],
    "q3": [
        letters("abde", "(1, Fraction(1, 2), 0, 1)"),
        "fails_at = {'a': (0, 3, 1, 2), 'b': (5, 3, 5, 3), 'd': [2, 1, 0, 4],\n"
        "            'e': (0, 1, 0, 1)}",
    ],
    "q4": [
        predict(),
        predict(guess=GUESS.replace("grow", "stay")),
        """
guess = {'the larger one': 'belief, truth', 'divergences in cm': 'stay',
         'entropies in cm': 'grow'}
def numbers(sigma, tau, scale):
    r = sigma / tau
    h = [log(scale * s) + log(2 * np.pi) / 2 + 0.5 for s in (sigma, tau)]
    return -log(r) + r * r / 2 - 0.5, log(r) + 1 / (2 * r * r) - 0.5, *h
def missed():
    return set()
""",
    ],
    "q5": [
        GOOD_KL + GOOD_FIT,
        """
def kl_on_grid(log_p, log_q, x):
    total = 0.0
    for a, b in zip(log_p, log_q):
        if a != -np.inf:
            total += np.exp(a) * (a - b)
    return total * (x[1] - x[0])
"""
        + """
def fit_on_grid(log_p, x, mus, sigmas, direction):
    order = {"forward": 1, "reverse": -1}
    if direction not in order:
        raise ValueError("forward or reverse")
    def cost(pair):
        mu, sigma = pair
        q = -0.5 * np.log(2 * np.pi * sigma**2) - (x - mu)**2 / 2 / sigma**2
        first, second = (log_p, q)[::order[direction]]
        seen = first > -np.inf
        return np.sum(np.exp(first[seen]) * (first[seen] - second[seen]))
    return min(((m, s) for m in mus for s in sigmas), key=cost)
""",
    ],
    "q6": [
        tosses(TOLD),
        """
from scipy.special import gammaln, digamma
def information_in_tosses(n):
    k = np.arange(n + 1)
    log_b = gammaln(k + 1) + gammaln(n - k + 1) - gammaln(n + 2)
    told = -log_b + k * digamma(k + 1) + (n - k) * digamma(n - k + 1) - n * digamma(n + 2)
    return float(told.mean())
def tosses_for(bits):
    n = 1
    while information_in_tosses(n) / log(2) < bits:
        n = n + 1
    return n
""",
    ],
}
