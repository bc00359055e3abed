"""Answers that people give to the exercises of chapter 2, wrong ones and other right ones.

WRONG: question -> what was done -> (the answer's source, the most points that it may earn).
EQUAL: question -> other answers that earn full marks.
"""


def hand(evidence="1, 4", posterior=(3, 2), mean="3, 5", mode="2, 3", at_most="4*x**3 - 3*x**4"):
    """The three tosses, right but for what is named."""
    return (
        f"evidence, posterior = Fraction({evidence}), {posterior}\n"
        f"mean, mode = Fraction({mean}), Fraction({mode})\n"
        f"def at_most(x):\n    return {at_most}\n"
    )


def lines(one, two, three):
    """The three lines of the derivation."""
    return f'line_1 = r"{one}"\nline_2 = r"{two}"\nline_3 = r"{three}"\n'


LINE_1 = r"\frac{\mathrm{B}(a+k+1, b+n-k)}{\mathrm{B}(a+k, b+n-k)}"
LINE_2 = r"\frac{a+k}{a+b+n}"
LINE_3 = r"\frac{a+k}{a+b+n}\cdot\frac{a+k+1}{a+b+n+1}"
SQUARE = r"\left(\frac{a+k}{a+b+n}\right)^2"


def letters(found, point="(2, 3, Fraction(1, 2))"):
    """Each of these letters, refuted at the same point."""
    return f"fails_at = dict.fromkeys({found!r}, {point})"


GUESS = "guess = dict(zip(CASES, (2, 10, 4, 20)))\n"
FACTOR = "max(guess[c] / right[c], right[c] / guess[c])"
MISSED = f"""
def missed(factor):
    right = {{case: batches(*CASES[case]) for case in CASES}}
    off = {{c: {FACTOR} for c in CASES}}
    return {{case for case in CASES if off[case] > factor}}
"""
CLOSED = """
def batches(a, b, goal):
    short = goal * (a + b) - a
    return max(0, -(-short // (7 - 10 * goal)))
"""


def search(condition, returned="m"):
    """Batches by search: the first m for which the condition holds."""
    return (
        "def batches(a, b, goal):\n    m = 0\n"
        f"    while not ({condition}):\n        m += 1\n    return {returned}\n"
    )


def interval(*body, refuse=True):
    """A body for `credible_interval`."""
    check = ["if not 0 < level < 1:", "    raise ValueError(level)"] if refuse else []
    return "def credible_interval(theta, height, level):\n" + "".join(
        f"    {line}\n" for line in [*check, "tail = (1 - level) / 2", *body]
    )


STRIPS = "strips = np.diff(theta) * (height[1:] + height[:-1]) / 2"
BELOW = "below = np.append(0, np.cumsum(strips)) / strips.sum()"
ENDS = "return tuple(np.interp([tail, 1 - tail], below, theta))"

WRONG = {
    "q1": {
        "counts written where parameters belong": (
            hand("1, 3", (2, 1), "2, 3", "1", "x**2"),
            0,
        ),
        "three tosses, so one in three": (hand(evidence="1, 3"), 4),
        "one order of the three": (hand(evidence="1, 12"), 4),
        "three orders out of eight, as if the coin were fair": (hand(evidence="3, 8"), 4),
        "mean and mode exchanged": (hand(mean="2, 3", mode="3, 5"), 3),
        "heads and tails exchanged": (hand(posterior=(2, 3), mean="2, 5", mode="1, 3"), 3),
        "the likelihood's area, not divided by the evidence": (
            hand(at_most="x**3 - Fraction(3, 4) * x**4"),
            3,
        ),
        "the density in place of the area below it": (hand(at_most="12 * x**2 * (1 - x)"), 3),
        "the area above": (hand(at_most="1 - 4*x**3 + 3*x**4"), 3),
        "decimals": (
            "evidence, posterior, mean, mode = 0.25, (3, 2), 0.6, 0.667\n"
            "def at_most(x):\n    return 4*x**3 - 3*x**4",
            3,
        ),
    },
    "q2": {
        "the share of heads so far, and its square": (
            lines(LINE_1, r"\frac{k}{n}", r"\left(\frac{k}{n}\right)^2"),
            1,
        ),
        "the flat prior's rule": (
            lines(
                r"\frac{\mathrm{B}(k+2, n-k+1)}{\mathrm{B}(k+1, n-k+1)}",
                r"\frac{k+1}{n+2}",
                r"\frac{(k+1)(k+2)}{(n+2)(n+3)}",
            ),
            0,
        ),
        "the two tosses taken as independent": (lines(LINE_1, LINE_2, SQUARE), 2),
        "the same factor twice above": (
            lines(LINE_1, LINE_2, r"\frac{(a+k)^2}{(a+b+n)(a+b+n+1)}"),
            2,
        ),
        "the density's constant forgotten": (
            lines(r"\mathrm{B}(a+k+1, b+n-k)", LINE_2, LINE_3),
            2,
        ),
        "the prior's constant in place of the posterior's": (
            lines(r"\frac{\mathrm{B}(a+k+1, b+n-k)}{\mathrm{B}(a, b)}", LINE_2, LINE_3),
            2,
        ),
        "the mode": (lines(LINE_1, r"\frac{a+k-1}{a+b+n-2}", LINE_3), 2),
        "the line above repeated": (
            lines(*[r"\int_0^1 \theta\,\mathrm{Beta}(\theta; a+k, b+n-k)\,d\theta"] * 3),
            0,
        ),
        "Beta functions left standing": (lines(LINE_1, LINE_1, LINE_3), 2),
        "a symbol that nobody declared": (lines("p", "p", "p^2"), 0),
        "no TeX": ("line_1 = line_2 = line_3 = 0.5", 0),
    },
    "q3": {
        "only what is wrong under the flat prior": (letters("af"), 1),
        "only Beta(7, 3)": (letters("a"), 1),
        "(c) and (e) refuted at the flat prior, where they are true": (
            letters("acef", "(1, 1, Fraction(1, 2))"),
            0,
        ),
        "(c) refuted where it happens to cross the posterior": (
            letters("acef", "(1, 2, Fraction(2, 3))"),
            0,
        ),
        "what looks strange taken for wrong": (letters("abcdef"), 0),
        "(d) taken for wrong": (letters("acdef"), 0),
        "a letter missing": (letters("acf"), 1),
        "letters without numbers": ("fails_at = {'a', 'c', 'e', 'f'}", 0),
        "a bias at the border": (letters("acef", "(2, 3, Fraction(0))"), 0),
    },
    "q4": {
        "the share of heads, without the prior": (
            GUESS + "def batches(a, b, goal):\n    return 1\n" + MISSED,
            0,
        ),
        "tosses counted in place of batches": (
            GUESS + search("a + 7 * m >= goal * (a + b + 10 * m)", "10 * m") + MISSED,
            0,
        ),
        "above the goal in place of at it": (
            GUESS + search("a + 7 * m > goal * (a + b + 10 * m)") + MISSED,
            0,
        ),
        "the flat prior for everybody": (
            GUESS + search("1 + 7 * m >= goal * (2 + 10 * m)") + MISSED,
            1,
        ),
        "floats": (
            GUESS + search("0.7 + (a - 0.7 * (a + b)) / (a + b + 10 * m) >= float(goal)") + MISSED,
            1,
        ),
        "the cases that were guessed well": (
            GUESS + CLOSED + MISSED.replace("> factor", "<= factor"),
            3,
        ),
        "only guesses that were too low": (
            GUESS.replace("2, 10, 4, 20", "9, 90, 4, 20")
            + CLOSED
            + MISSED.replace(
                "max(guess[c] / right[c], right[c] / guess[c])", "right[c] / guess[c]"
            ),
            3,
        ),
        "the difference in place of the factor": (
            GUESS
            + CLOSED
            + MISSED.replace(
                "max(guess[c] / right[c], right[c] / guess[c])", "right[c] - guess[c]"
            ),
            3,
        ),
    },
    "q5": {
        "not divided by the whole area": (
            interval(STRIPS, "below = np.append(0, np.cumsum(strips))", ENDS),
            0,
        ),
        "heights added up without their widths": (
            interval("below = np.cumsum(height) / np.sum(height)", ENDS),
            4,
        ),
        "all of what is left out on each side": (
            interval("tail = 1 - level", STRIPS, BELOW, ENDS),
            1,  # for what it refuses
        ),
        "the mean and its standard deviations, as for a bell curve": (
            interval(
                "from statistics import NormalDist",
                "w = np.gradient(theta) * height / np.sum(np.gradient(theta) * height)",
                "mean = np.sum(w * theta)",
                "sd = np.sum(w * (theta - mean)**2)**0.5",
                "z = NormalDist().inv_cdf(1 - tail)",
                "return mean - z * sd, mean + z * sd",
            ),
            1,
        ),
        "the shortest interval": (
            interval(
                STRIPS,
                BELOW,
                "shares = np.linspace(0, 1 - level, 2001)",
                "low, high = (np.interp(s, below, theta) for s in (shares, shares + level))",
                "best = np.argmin(high - low)",
                "return low[best], high[best]",
            ),
            1,
        ),
        "any level taken": (interval(STRIPS, BELOW, ENDS, refuse=False), 5),
        "a library's Beta for every curve": (
            interval("return coin.Beta(1, 1).interval(level)"),
            1,
        ),
    },
}

EQUAL = {
    "q1": [
        "evidence = 3 * (Fraction(1, 3) - Fraction(1, 4))\n"
        "posterior = [2 + 1, 1 + 1]\n"
        "mean, mode = Fraction(3, 3 + 2), Fraction(3 - 1, 3 + 2 - 2)\n"
        "def at_most(x):\n    return 12 * (x**3 / 3 - x**4 / 4)",
        hand(evidence="2, 8", mean="12, 20", at_most="x**3 * (4 - 3 * x)"),
        hand(at_most="coin.Beta(3, 2).cdf(float(x))"),
    ],
    "q2": [
        lines(
            r"\frac{\Gamma(a+k+1)\,\Gamma(a+b+n)}{\Gamma(a+k)\,\Gamma(a+b+n+1)}",
            r"\frac{a+k}{a+b+k+m}",
            rf"{SQUARE}+\frac{{(a+k)(b+m)}}{{(a+b+n)^2(a+b+n+1)}}",
        ),
        lines(LINE_2, r"1-\frac{b+n-k}{a+b+n}", LINE_3),
        lines(
            LINE_1,
            r"\frac{a+b}{a+b+n}\cdot\frac{a}{a+b}+\frac{n}{a+b+n}\cdot\frac{k}{n}",
            r"\frac{(a+k)^2+a+k}{(a+b+n)^2+a+b+n}",
        ),
    ],
    "q3": [
        letters("acef", "(7, 2, Fraction(1, 3))"),
        "fails_at = {'a': (1, 1, Fraction(1, 2)), 'c': (1, 2, Fraction(1, 3)),\n"
        "            'e': (3, 3, 0.7), 'f': (1, 1, Fraction(9, 10))}",
    ],
    "q4": [
        GUESS.replace("2, 10, 4, 20", "3, 30, 19, 190") + CLOSED + MISSED,
        GUESS.replace("2, 10, 4, 20", "1000, 1, 1, 1000")
        + search("Fraction(a + 7 * m, a + b + 10 * m) >= goal")
        + MISSED,
        GUESS
        + """
def batches(a, b, goal):
    return next(m for m in range(10**6) if coin.posterior(7 * m, 3 * m, a, b).mean >= goal)
"""
        + MISSED,
    ],
    "q5": [
        interval(
            "area = np.trapezoid(height, theta)",
            "below = np.array([np.trapezoid(height[:i], theta[:i]) for i in range(len(theta))])",
            "low = theta[np.searchsorted(below, tail * area)]",
            "return [low, theta[np.searchsorted(below, (1 - tail) * area)]]",
        ),
        interval(
            "below, found = 0.0, []",
            "strips = np.diff(theta) * height[1:]",
            "for x, strip in zip(theta, strips / strips.sum()):",
            "    below += strip",
            "    if not found and below >= tail or len(found) == 1 and below >= 1 - tail:",
            "        found.append(x)",
            "return tuple(found)",
        ),
    ],
}
