"""Answers that people give to the exercises of chapter 3, wrong ones and other right ones.

WRONG: question -> what was done -> (the answer's source, the most points that it may earn).
EQUAL: question -> other answers that earn full marks.
"""

MOMENTS = """
def moments(probabilities, values):
    mean = sum(p * x for p, x in zip(probabilities, values))
    return mean, sum(p * x * x for p, x in zip(probabilities, values)) - mean * mean
"""
ERROR = """
def standard_error(probabilities, values, n):
    return float(moments(probabilities, values)[1]) ** 0.5 / n ** 0.5
"""


def hand(mean="25, 6", mean_square="119, 6", variance="89, 36", error_89="1, 6"):
    """The four numbers, right but for what is named."""
    return (
        f"mean, mean_square = Fraction({mean}), Fraction({mean_square})\n"
        f"variance, error_89 = Fraction({variance}), Fraction({error_89})\n"
    )


VAR = r"\operatorname{Var}"
SPREAD_1 = r"w^2\operatorname{Var}_{p(x)}[f(x)]+(1-w)^2\operatorname{Var}_{p(y)}[g(y)]"
SLOPE = r"2wv_1-2(1-w)v_2"
LEAST = r"\frac{v_1v_2}{v_1+v_2}"


def lines(one=SPREAD_1, two=SLOPE, three=LEAST):
    """The three lines, right but for what is named."""
    return f'line_1 = r"{one}"\nline_2 = r"{two}"\nline_3 = r"{three}"\n'


def letters(found, point="(Fraction(1, 3), 5)"):
    """Each of these letters, refuted at the same point."""
    return f"fails_at = dict.fromkeys({found!r}, {point})"


GUESS = 'guess = {"short steps": 1.0, "good steps": 3.0}\n'
FACTOR = """
def error_factor(walks, every):
    kept = walks[:, every - 1::every]
    return np.std(kept.mean(axis=1)) / np.std(walks.mean(axis=1))
"""
NEIGHBOURS = """
def neighbours(walks, every):
    return np.mean([mc.autocorrelation(w[every - 1::every])[1] for w in walks])
"""
MISSED = """
def missed(margin):
    return {c for c in guess if abs(guess[c] - error_factor(WALKS[c], 10)) > margin}
"""
DRAW = """
def draw(points, cdf, u):
    if (np.diff(cdf) < 0).any():
        raise ValueError("no CDF")
    return np.interp(u, cdf, points)
"""
THROW = """
def throw(pmf, u):
    total = np.cumsum(pmf)
    return np.searchsorted(total / total[-1], u, side="right")
"""


def metropolis(accept, stay="1 - kernel.sum(axis=1)"):
    """A Metropolis matrix with this rule for what is accepted, of w, q and their indices."""
    return f"""
def metropolis_matrix(weights, proposal):
    w, q = np.array(weights, float), np.array(proposal, float)
    kernel = np.zeros_like(q)
    for i in range(len(w)):
        for j in range(len(w)):
            if i != j and q[i, j] > 0:
                kernel[i, j] = q[i, j] * {accept}
    np.fill_diagonal(kernel, {stay})
    return kernel
"""


RIGHT = "min(1, w[j] / w[i] * q[j, i] / q[i, j])"

WRONG = {
    "q1": {
        "a fair die": (hand("7, 2", "91, 6", "35, 12", "35, 1068") + MOMENTS + ERROR, 3),
        "the mean of the square taken for the variance": (
            hand(variance="119, 6") + MOMENTS.replace(" - mean * mean", "") + ERROR,
            0,
        ),
        "the square of the mean taken for the mean of the square": (
            hand(mean_square="625, 36") + MOMENTS + ERROR,
            3,
        ),
        "the variance of the average in place of its root": (
            hand(error_89="1, 36") + MOMENTS + ERROR.replace(" ** 0.5 / n ** 0.5", " / n"),
            2,
        ),
        "divided by n and not by its root": (
            hand() + MOMENTS + ERROR.replace("/ n ** 0.5", "/ n"),
            4,
        ),
        "the error of one throw": (hand() + MOMENTS + ERROR.replace(" / n ** 0.5", ""), 4),
        "the faces as equally probable": (
            hand() + "def moments(probabilities, values):\n"
            "    mean = sum(values) / len(values)\n"
            "    return mean, sum((x - mean)**2 for x in values) / len(values)\n" + ERROR,
            2,
        ),
        "divided by one less, as if the die were a sample": (
            hand() + MOMENTS.replace("- mean * mean", "- mean * mean * Fraction(5, 6)") + ERROR,
            2,
        ),
        "decimals": (
            "mean, mean_square, variance, error_89 = 4.1667, 19.8333, 2.4722, 0.1667\n"
            + MOMENTS
            + ERROR,
            3,
        ),
    },
    "q2": {
        "the weights not squared": (
            lines(one=r"w\operatorname{Var}_{p(x)}[f(x)]+(1-w)\operatorname{Var}_{p(y)}[g(y)]"),
            4,
        ),
        "the weights forgotten": (
            lines(one=r"\operatorname{Var}_{p(x)}[f(x)]+\operatorname{Var}_{p(y)}[g(y)]"),
            4,
        ),
        "the inner derivative forgotten": (lines(two=r"2wv_1+2(1-w)v_2"), 2),
        "the twos forgotten": (lines(two=r"wv_1-(1-w)v_2"), 2),
        "the variance of the plain mean": (lines(three=r"\frac{v_1+v_2}{4}"), 2),
        "the precisions added and not turned over": (
            lines(three=r"\frac{1}{v_1}+\frac{1}{v_2}"),
            2,
        ),
        "the mean of the two variances, weighted": (
            lines(three=r"\frac{2v_1v_2}{v_1+v_2}"),
            2,
        ),
        "the lines above repeated": (
            lines(
                r"\operatorname{Var}_{p(x,y)}\left[w\,f(x)+(1-w)\,g(y)\right]",
                r"\frac{d}{dw}\left[w^2v_1+(1-w)^2v_2\right]",
                "w^2v_1+(1-w)^2v_2",
            ),
            0,
        ),
        "a symbol that nobody declared": (lines("s", "s", "s"), 0),
        "no TeX": ("line_1 = line_2 = line_3 = 0.5", 0),
    },
    "q3": {
        "refuted by a single toss, where (c) and (d) are true": (
            letters("bcdf", "(Fraction(1, 3), 1)"),
            0,
        ),
        "refuted by a fair coin, where (f) is true": (letters("bcdf", "(Fraction(1, 2), 5)"), 0),
        "what looks strange taken for wrong": (letters("abcdef"), 0),
        "(a) taken for wrong": (letters("abcdf"), 0),
        "the variance let pass": (letters("cdf"), 1),
        "the worst case let pass": (letters("bcd"), 1),
        "letters without numbers": ("fails_at = {'b', 'c', 'd', 'f'}", 0),
        "a coin that always falls on heads": (letters("bcdf", "(Fraction(1), 5)"), 0),
    },
    "q4": {
        "the first of each ten in place of the last": (
            GUESS
            + FACTOR.replace("every - 1::every", "::every")
            + NEIGHBOURS.replace("every - 1::every", "::every")
            + MISSED,
            0,
        ),
        "the first tenth of the walk": (
            GUESS
            + FACTOR.replace("every - 1::every", ":walks.shape[1] // every")
            + NEIGHBOURS
            + MISSED,
            1,
        ),
        "every tenth walk": (
            GUESS
            + FACTOR.replace("[:, every - 1::every]", "[every - 1::every]")
            + NEIGHBOURS
            + MISSED,
            1,
        ),
        "variances in place of errors": (
            GUESS + FACTOR.replace("np.std", "np.var") + NEIGHBOURS + MISSED,
            1,
        ),
        "the spread of the draws in place of that of the means": (
            GUESS + FACTOR.replace("mean(axis=1)", "ravel()") + NEIGHBOURS + MISSED,
            1,
        ),
        "the factor upside down": (
            GUESS
            + FACTOR.replace("return ", "return 1 / (").replace(
                "mean(axis=1))\n", "mean(axis=1)))\n"
            )
            + NEIGHBOURS
            + MISSED,
            1,
        ),
        "the root of the number that is left, by theory for independent draws": (
            GUESS
            + "def error_factor(walks, every):\n    return every ** 0.5\n"
            + NEIGHBOURS
            + MISSED,
            1,
        ),
        "neighbours in the whole walk, ten apart or not": (
            GUESS + FACTOR + NEIGHBOURS.replace("[every - 1::every]", "") + MISSED,
            4,
        ),
        "the cases that were guessed well": (
            GUESS + FACTOR + NEIGHBOURS + MISSED.replace("> margin", "<= margin"),
            4,
        ),
        "only guesses that were too high": (
            GUESS.replace("3.0", "0.1")
            + FACTOR
            + NEIGHBOURS
            + MISSED.replace(
                "abs(guess[c] - error_factor(WALKS[c], 10))",
                "(guess[c] - error_factor(WALKS[c], 10))",
            ),
            4,
        ),
    },
    "q5": {
        "the CDF read in the other direction": (
            DRAW.replace("np.interp(u, cdf, points)", "np.interp(u, points, cdf)") + THROW,
            3,
        ),
        "the next point of the table": (
            DRAW.replace("np.interp(u, cdf, points)", "points[np.searchsorted(cdf, u)]") + THROW,
            4,
        ),
        "an index in place of a place": (
            DRAW.replace("np.interp(u, cdf, points)", "np.searchsorted(cdf, u)") + THROW,
            3,
        ),
        "points treated as equally far apart": (
            DRAW.replace(
                "np.interp(u, cdf, points)",
                "np.interp(u, cdf, np.linspace(points[0], points[-1], len(points)))",
            )
            + THROW,
            3,
        ),
        "a CDF that falls, sorted in silence": (
            DRAW.replace('raise ValueError("no CDF")', "cdf = np.sort(cdf)") + THROW,
            5,
        ),
        "a level CDF refused as well": (DRAW.replace("< 0", "<= 0") + THROW, 3),
        "the step's other side": (DRAW + THROW.replace('"right"', '"left"'), 4),
        "rounding lets in a face that is not there": (
            DRAW + THROW.replace("total / total[-1]", "total"),
            4,
        ),
        "the CDF of the faces itself": (
            DRAW + "def throw(pmf, u):\n    return np.cumsum(pmf)\n",
            3,
        ),
    },
    "q6": {
        "what is refused is shared out among the others": (
            metropolis(RIGHT, "0").replace(
                "    return kernel",
                "    return kernel / np.where(kernel.any(axis=1, keepdims=True),\n"
                "                             kernel.sum(axis=1, keepdims=True), 1)",
            ),
            0,
        ),
        "the proposal's own probability to stay, and no more": (
            metropolis(RIGHT, "np.diag(q)"),
            0,
        ),
        "the proposal taken for symmetric": (metropolis("min(1, w[j] / w[i])"), 0),
        "the ratio upside down": (metropolis("min(1, w[i] / w[j] * q[j, i] / q[i, j])"), 0),
        "the proposals' ratio upside down": (
            metropolis("min(1, w[j] / w[i] * q[i, j] / max(q[j, i], 1e-300))"),
            0,
        ),
        "accepted if better, refused if worse": (
            metropolis("float(w[j] * q[j, i] >= w[i] * q[i, j])"),
            0,
        ),
        "accepted by the share of the sum": (metropolis("w[j] / w.sum()"), 0),
        "the product of weight and proposal formed first": (
            metropolis("min(1, w[j] * q[j, i] / (w[i] * q[i, j] + 1e-12))"),
            4,
        ),
        "columns in place of rows": (
            metropolis(RIGHT).replace("return kernel", "return kernel.T"),
            0,
        ),
        "the library": (
            "def metropolis_matrix(weights, proposal):\n"
            "    return mc.metropolis_kernel(weights, proposal).astype(float)",
            5,
        ),
    },
}

EQUAL = {
    "q1": [
        hand("100, 24", "119, 6", "178, 72", "2, 12") + MOMENTS + ERROR,
        hand()
        + """
def moments(probabilities, values):
    pairs = list(zip(probabilities, values))
    mean = sum(p * x for p, x in pairs)
    half = sum(p * r * (x - y)**2 for p, x in pairs for r, y in pairs)
    return mean, half / 2

def standard_error(probabilities, values, n):
    return (float(moments(probabilities, values)[1]) / n) ** 0.5
""",
    ],
    "q2": [
        lines(
            r"(1-w)^2\operatorname{Var}_{p(y)}[g(y)]+w^2\operatorname{Var}_{p(x)}[f(x)]",
            r"2w(v_1+v_2)-2v_2",
            r"\frac{1}{\frac{1}{v_1}+\frac{1}{v_2}}",
        ),
        lines(
            r"\operatorname{Var}_{p(x)}[w\,f(x)]+\operatorname{Var}_{p(y)}[(1-w)\,g(y)]",
            r"-2v_2+2w\,v_1+2w\,v_2",
            r"\left(\frac{v_2}{v_1+v_2}\right)^2v_1+\left(\frac{v_1}{v_1+v_2}\right)^2v_2",
        ),
        lines(three=r"v_1-\frac{v_1^2}{v_1+v_2}"),
    ],
    "q3": [
        letters("bcdf", "(Fraction(9, 10), 100)"),
        "fails_at = {'b': (Fraction(1, 2), 1), 'c': (Fraction(1, 2), 4),\n"
        "            'd': (0.25, 2), 'f': (Fraction(1, 5), 1)}",
    ],
    "q4": [
        GUESS + FACTOR + NEIGHBOURS + MISSED,
        GUESS.replace("1.0", "0.32").replace("3.0", "0.32")
        + """
def kept(walks, every):
    return walks[:, [i for i in range(walks.shape[1]) if (i + 1) % every == 0]]

def error_factor(walks, every):
    few, all_of_them = kept(walks, every).mean(axis=1), walks.mean(axis=1)
    return few.std(ddof=1) / all_of_them.std(ddof=1)

def neighbours(walks, every):
    x = kept(walks, every)
    x = x - x.mean(axis=1, keepdims=True)
    return float(np.mean((x[:, 1:] * x[:, :-1]).sum(axis=1) / (x * x).sum(axis=1)))

def missed(margin):
    found = set()
    for case, factor in guess.items():
        right = error_factor(WALKS[case], 10)
        if factor > right + margin or factor < right - margin:
            found.add(case)
    return found
""",
    ],
    "q5": [
        DRAW + THROW,
        DRAW.replace("(np.diff(cdf) < 0).any()", "list(cdf) != sorted(cdf)")
        + """
def throw(pmf, u):
    steps = np.cumsum(pmf)
    last = np.max(np.flatnonzero(pmf))
    return np.minimum(np.searchsorted(steps, u, side="right"), last)
""",
        DRAW
        + """
def throw(pmf, u):
    steps = np.cumsum(pmf)
    steps[np.max(np.flatnonzero(pmf)):] = 1
    return (np.asarray(u)[:, None] >= steps[None, :]).sum(axis=1)
""",
    ],
    "q6": [
        metropolis(RIGHT),
        """
def metropolis_matrix(weights, proposal):
    w, q = np.log(weights), np.array(proposal, float)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        odds = np.exp(w[None, :] - w[:, None]) * q.T / q
        moves = np.where(q > 0, q * np.minimum(1, odds), 0)
    moves -= np.diag(np.diag(moves))
    return moves + np.diag(1 - moves.sum(axis=1))
""",
    ],
}
