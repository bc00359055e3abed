"""Answers that people give to the exercises of chapter 5, wrong ones and other right ones.

WRONG: question -> what was done -> (the answer's source, the most points that it may earn).
EQUAL: question -> other answers that earn full marks.
"""

HAND = """
first = [math.exp(-x**2 / 2) for x in (0, 1, 2)]
other = [{two} * math.exp(-{narrow} * (x - 1)**2) for x in (0, 1, 2)]
shares = [{top} / ({whole}) for a, b in zip(first, other)]
log_likelihood = {log}
def second(x, weight):
    a = (1 - weight) * math.exp(-x**2 / 2)
    b = weight * {two} * math.exp(-{narrow} * (x - 1)**2)
    return {top} / ({whole})
most = {most}
"""
LOG = "sum(math.log((a + b) / 2 / math.sqrt(2 * math.pi)) for a, b in zip(first, other))"


def hand(two="2", narrow="2", top="b", whole="a + b", log=LOG, most="Fraction(4, 3)"):
    """The three numbers, right but for what is named."""
    return HAND.format(two=two, narrow=narrow, top=top, whole=whole, log=log, most=most)


def lines(one, two, three):
    """The three lines of the derivation."""
    return f'line_1 = r"{one}"\nline_2 = r"{two}"\nline_3 = r"{three}"\n'


SUM = r"\sum_{i=1}^{N}"
LINE_1 = rf"{SUM} r_i(x_i/\lambda-1)"
LINE_2 = r"\frac{S}{\lambda}-R"
LINE_3 = r"\frac{S}{R}"


def letters(found, numbers="'1/2', '1/10', '9/10', '19/20'"):
    """Each of these letters, refuted by the same table."""
    return f"fails_at = dict.fromkeys({found!r}, tuple(map(Fraction, ({numbers}))))"


GUESS = "guess = dict(zip(ASKED, (0.33, -2, 2, 80)))\n"
OFF = "off = {name: abs(guess[name] - t) for name, t in zip(ASKED, truth)}\n"
TRUTH = """
column = x[:, None]
one, hundred = (after(x, 0.3, 0.5, 4, n) for n in (1, 100))
gain = hundred.log_likelihood(column) - one.log_likelihood(column)
truth = (hundred.weights[0], *hundred.means[:, 0], gain)
"""
AFTER = """
def after(x, weight, mean, variance, steps, nudge=0):
    start = mix.GaussianMixture(
        [{weights}], [[mean], [{second}]], np.full((2, 1, 1), {width}))
    return list(mix.fit(np.reshape(x, (-1, 1)), start, steps))[{last}].mixture
"""


def after(weights="weight, 1 - weight", second="mean + nudge", width="float(variance)", last="-1"):
    """The run of EM, right but for what is named."""
    return AFTER.format(weights=weights, second=second, width=width, last=last)


def symmetric(gain="0.0", means="np.mean(x)", weight="0.3"):
    """What stands after a hundred steps, without a run."""
    return f"truth = ({weight}, {means}, {means}, {gain})\n"


E_STEP = """
def e_step(heads, n, share, theta):
    one, two = theta
    lead = heads * np.log(one / two) + (n - heads) * np.log((1 - one) / (1 - two))
    lead = lead + {odds}
    return {out}
"""
M_STEP = """
def m_step(heads, n, r):
    one = np.sum(r * heads) / ({tosses})
    two = np.sum((1 - r) * heads) / ({others})
    return {share}, {biases}
"""


def coins(
    odds="np.log(share / (1 - share))",
    out="np.exp(-np.logaddexp(0, -lead))",
    tosses="n * np.sum(r)",
    others="n * np.sum(1 - r)",
    share="np.mean(r)",
    biases="(one, two)",
):
    """Both steps, right but for what is named."""
    return E_STEP.format(odds=odds, out=out) + M_STEP.format(
        tosses=tosses, others=others, share=share, biases=biases
    )


BY_POWERS = """
def e_step(heads, n, share, theta):
    a, b = (w * t**heads * (1.0 - t)**(n - heads)
            for w, t in zip((share, 1 - share), theta))
    return a / (a + b)
"""


def averaged(*body):
    """A body for `log_mean_exp`."""
    return "def log_mean_exp(a):\n" + "".join(f"    {line}\n" for line in body)


ARRAY = "a = np.asarray(a, dtype=float)"
EMPTY = "if a.size == 0: raise ValueError('nothing')"

WRONG = {
    "q1": {
        "the first normal's responsibility": (hand(top="a"), 1),
        "the standard deviation read as the variance": (hand(two="4", narrow="8"), 1),
        "the factor 2 of the narrow normal forgotten": (hand(two="1"), 1),
        "densities in place of responsibilities": (hand(whole="2"), 1),
        "most responsible where it is highest": (hand(most="Fraction(1)"), 4),
        "the fair coin left out of the likelihood": (
            hand(log=LOG.replace(" / 2", "")),
            3,
        ),
        "the sum of the logs": (
            hand(log="sum(math.log(a * b) for a, b in zip(first, other))"),
            3,
        ),
    },
    "q2": {
        "the exponent's slope alone": (
            lines(rf"{SUM} r_i\frac{{x_i}}{{\lambda}}", LINE_2, LINE_3),
            3,
        ),
        "the responsibilities forgotten": (
            lines(rf"{SUM}(x_i/\lambda-1)", r"\frac{S}{\lambda}-N", r"\frac{S}{N}"),
            0,
        ),
        "divided by the number of counts": (lines(LINE_1, LINE_2, r"\frac{S}{N}"), 2),
        "the ratio upside down": (lines(LINE_1, LINE_2, r"\frac{R}{S}"), 2),
        "the line above repeated": (
            lines(*[rf"\frac{{d}}{{d\lambda}}{SUM} r_i(x_i\log\lambda-\lambda)"] * 3),
            0,
        ),
        "the rate left in the last line": (lines(LINE_1, LINE_2, r"S/\lambda"), 2),
        "a sum left in the second": (lines(LINE_1, LINE_1, LINE_3), 2),
        "no TeX": ("line_1 = line_2 = line_3 = 1.5", 0),
    },
    "q3": {
        "the tempting one missed": (letters("ac"), 1),
        "what looks strange taken for false": (letters("acdef"), 0),
        "(d) taken for false": (letters("acdf"), 0),
        "refuted where q is the exact posterior": (
            letters("acf", "'1/2', '1/10', '9/10', '9/10'"),
            0,
        ),
        "(c) refuted where q is the posterior, exchanged": (
            letters("acf", "'1/2', '1/10', '9/10', '1/10'"),
            0,
        ),
        "letters without numbers": ("fails_at = {'a', 'c', 'f'}", 0),
        "a probability of 1": (letters("acf", "'1/2', '1/10', '9/10', '1'"), 0),
    },
    "q4": {
        "one step too few": (GUESS + after(last="-2") + TRUTH + OFF, 1),
        "no nudge": (GUESS + after(second="mean") + TRUTH + OFF, 3),
        "the first mean moved, not the second": (
            GUESS
            + AFTER.format(
                weights="weight, 1 - weight", second="mean", width="float(variance)", last="-1"
            ).replace("[[mean]", "[[mean + nudge]")
            + TRUTH
            + OFF,
            3,
        ),
        "the variance taken for a standard deviation": (
            GUESS + after(width="float(variance)**2") + TRUTH + OFF,
            3,
        ),
        "equal weights": (GUESS + after(weights="0.5, 0.5") + TRUTH + OFF, 1),
        "off against the two normals that made the data": (
            GUESS + after() + "truth = (1 / 3, -2, 2, 75)\n" + OFF,
            3,
        ),
        "with a sign": (
            GUESS.replace("0.33, -2, 2, 80", "0.2, -2, 2, -80")
            + after()
            + TRUTH
            + OFF.replace("abs(guess[name] - t)", "(guess[name] - t)"),
            3,
        ),
    },
    "q5": {
        "the share forgotten in Bayes' rule": (coins(odds="0 * share"), 5),
        "powers that underflow": (BY_POWERS + coins()[coins().index("\ndef m_step") :], 5),
        "log odds that overflow": (coins(out="1 / (1 + np.exp(-lead))"), 5),
        "hard choices": (coins(out="(lead > 0) * 1.0"), 2),
        "the second kind's probability": (coins(out="np.exp(-np.logaddexp(0, lead))"), 3),
        "divided by all coins": (
            coins(tosses="n * len(heads)", others="n * len(heads)"),
            2,
        ),
        "the share out of all responsibilities' sum": (coins(share="np.sum(r)"), 2),
        "the biases exchanged": (coins(biases="(two, one)"), 2),
    },
    "q6": {
        "the definition, as it stands": (averaged("return float(np.log(np.mean(np.exp(a))))"), 1),
        "the sum in place of the average": (
            averaged(ARRAY, EMPTY, "m = a.max()", "return m + np.log(np.sum(np.exp(a - m)))"),
            0,
        ),
        "zero weights left out of the count": (
            averaged(
                ARRAY,
                EMPTY,
                "a = a[np.isfinite(a)]",
                "if a.size == 0: return -math.inf",
                "return a.max() + np.log(np.mean(np.exp(a - a.max())))",
            ),
            3,
        ),
        "the average of the logarithms": (averaged(ARRAY, EMPTY, "return a.mean()"), 0),
        "minus infinity not thought of": (
            averaged(ARRAY, EMPTY, "return a.max() + np.log(np.mean(np.exp(a - a.max())))"),
            3,
        ),
        "the smallest taken out": (
            averaged(ARRAY, EMPTY, "return a.min() + np.log(np.mean(np.exp(a - a.min())))"),
            1,
        ),
        "the library's": (averaged("return mix.log_sum_exp(a) - math.log(len(a))"), 4),
    },
}

EQUAL = {
    "q1": [
        "from scipy.stats import norm\n"
        "def second(x, weight):\n"
        "    b = weight * norm(1, 0.5).pdf(x)\n"
        "    return b / (b + (1 - weight) * norm.pdf(x))\n"
        "shares = [second(x, 0.5) for x in range(3)]\n"
        "log_likelihood = -4.540079998\n"
        "most = 1 + Fraction(1, 3)\n",
        hand() + "shares = [2 / (2 + math.exp(2)), 2 / (2 + math.exp(-0.5)), 2 / 3]\n",
    ],
    "q2": [
        lines(rf"\frac1\lambda{SUM} r_i x_i-R", r"\frac{S-R\lambda}{\lambda}", "S/R"),
        lines(
            rf"{SUM} r_i\frac{{x_i-\lambda}}{{\lambda}}",
            r"R\left(\frac{S}{R\lambda}-1\right)",
            rf"\frac{{{SUM} r_i x_i}}{{{SUM} r_i}}",
        ),
        lines(LINE_2, r"S\lambda^{-1}-R", r"\frac1R\,S"),
    ],
    "q3": [
        "fails_at = {'a': (0.5, 0.5, 0.25, 0.5), 'c': (0.5, 0.1, 0.9, 0.5),\n"
        "            'f': (0.5, 0.01, 0.9, 0.99)}",
        letters("fca", "'1/3', '1/5', '4/5', '99/100'"),
    ],
    "q4": [
        GUESS.replace("0.33, -2, 2, 80", "0.3, 0.6, 0.6, 0") + after() + TRUTH + OFF,
        GUESS + after() + symmetric() + OFF,
        "guess = {name: 1 for name in ASKED}\n" + after(width="variance * 1.0") + TRUTH + OFF,
    ],
    "q5": [
        coins(out="0.5 * (1 + np.tanh(lead / 2))", biases="np.array([one, two])"),
        coins(
            odds="np.log(share) - np.log1p(-share)",
            out="np.where(lead > 0, "
            "1 / (1 + np.exp(-abs(lead))), np.exp(-abs(lead)) / (1 + np.exp(-abs(lead))))",
        ),
    ],
    "q6": [
        averaged(
            "if len(a) == 0: raise ValueError('nothing to average')",
            "m = max(a)",
            "if m == -math.inf: return m",
            "return m + math.log(sum(math.exp(x - m) for x in a) / len(a))",
        ),
        averaged(
            ARRAY,
            EMPTY,
            "return float(np.logaddexp.reduce(a) - np.log(a.size))",
        ),
    ],
}
