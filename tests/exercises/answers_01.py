"""Answers that people give to the exercises of chapter 1, wrong ones and other right ones.

WRONG: question -> what was done -> (the answer's source, the most points that it may earn).
EQUAL: question -> other answers that earn full marks.
"""

LINE_1 = r'line_1 = r"\frac{P(\bar C\mid M)P(M)/P(\bar C)}{P(\bar C\mid W)P(W)/P(\bar C)}"'
LINE_2 = r'line_2 = r"\frac{1-P(C\mid M)}{1-P(C\mid W)}\cdot\frac{P(M)}{P(W)}"'
HALL = "Fraction(2, 5), Fraction(7, 100), Fraction(1, 100)"
POSTERIOR_OF = "def posterior_of(men):\n    return 7 * men / (1 + 6 * men)\n"
MISSED = """
def missed(margin):
    right = map(posterior_of, PLACES.values())
    off = {p: abs(g - r) for p, g, r in zip(PLACES, guess, right)}
    return {p for p in off if off[p] > margin}
"""


def table(*lines: str) -> str:
    """A body for `posterior_table`, between the joint and what is returned."""
    body = ["prior, likelihood = np.array(prior), np.array(likelihood)", *lines]
    return "def posterior_table(prior, likelihood):\n" + "".join(f"    {line}\n" for line in body)


WRONG = {
    "q1": {
        "the likelihood read as the posterior": (
            "by_hand = Fraction(99, 100)\ndef after_positive(p, finds, alarms):\n    return finds",
            0,
        ),
        "base-rate neglect": (
            "by_hand = Fraction(99, 104)\n"
            "def after_positive(p, finds, alarms):\n    return finds / (finds + alarms)",
            0,
        ),
        "the joint, not divided by the evidence": (
            "by_hand = Fraction(99, 100_000)\n"
            "def after_positive(p, finds, alarms):\n    return finds * p",
            0,
        ),
        "false alarms taken of everybody": (
            "by_hand = Fraction(99, 99 + 5000)\n"
            "def after_positive(p, finds, alarms):\n    return finds * p / (finds * p + alarms)",
            0,
        ),
        "right by hand, and the same number for every test": (
            "by_hand = Fraction(11, 566)\n"
            "def after_positive(p, finds, alarms):\n    return Fraction(11, 566)",
            2,
        ),
        "a rounded decimal by hand": (
            "by_hand = 0.0194\ndef after_positive(p, finds, alarms):\n"
            "    return finds * p / (finds * p + alarms * (1 - p))",
            2,
        ),
    },
    "q2": {
        "the factor of the other news, turned over": (
            f'{LINE_1}\nline_2 = r"\\frac{{P(C|W)P(M)}}{{P(C|M)P(W)}}"',
            1,
        ),
        "base-rate neglect": (
            f'{LINE_1}\nline_2 = r"\\frac{{1-P(C|M)}}{{1-P(C|W)}}"',
            1,
        ),
        "the likelihood read as the posterior": (
            'line_1 = r"\\frac{P(\\bar C|M)}{P(\\bar C|W)}"\n'
            'line_2 = r"\\frac{1-P(C|M)}{1-P(C|W)}"',
            0,
        ),
        "the opposite taken behind the bar": (
            'line_1 = r"\\frac{1-P(M|C)}{1-P(W|C)}"\nline_2 = r"\\frac{P(W|C)}{P(M|C)}"',
            0,
        ),
        "the line above copied, with spaces": (
            'line_1 = r"\\frac{P(M \\mid \\bar C)}{P(W \\mid \\bar C)}"\nline_2 = line_1',
            0,
        ),
        "the bar left in the last line": (
            f'{LINE_1}\nline_2 = r"\\frac{{P(\\bar C|M)P(M)}}{{P(\\bar C|W)P(W)}}"',
            1,
        ),
        "the numbers of the chapter's hall": (
            f'{LINE_1}\nline_2 = r"\\frac{{0.93\\cdot 0.4}}{{0.99\\cdot 0.6}}"',
            1,
        ),
    },
    "q3": {
        "only base-rate neglect found": (f'fails_at = {{"d": ({HALL})}}', 1),
        "all that the chapter never wrote": (f'fails_at = dict.fromkeys("abcde", ({HALL}))', 0),
        "true lines accused": (f'fails_at = dict.fromkeys("ac", ({HALL}))', 0),
        "tried at equal priors alone": ('fails_at = dict.fromkeys("be", EQUAL)', 1),
        "neglect refuted where it is right": ('fails_at = dict.fromkeys("bde", EQUAL)', 0),
        "letters without numbers": ('fails_at = {"b", "d", "e"}', 0),
        "none accused": ("fails_at = {}", 0),
    },
    "q4": {
        "base-rate neglect": (
            "guess = [0.5] * 4\ndef posterior_of(men):\n    return Fraction(7, 8)\n" + MISSED,
            0,
        ),
        "the likelihood read as the posterior": (
            "guess = [0.5] * 4\ndef posterior_of(men):\n    return Fraction(7, 100)\n" + MISSED,
            0,
        ),
        "percentages": ("guess = [1, 50, 90, 99]\n" + POSTERIOR_OF + MISSED, 3),
        "never off": (
            f"guess = [0.5] * 4\n{POSTERIOR_OF}def missed(margin):\n    return set()",
            3,
        ),
        "the places that were right": (
            "guess = [0.5] * 4\n" + POSTERIOR_OF + MISSED.replace("> margin", "<= margin"),
            3,
        ),
        "no guess": (POSTERIOR_OF + MISSED, 2),
    },
    "q5": {
        "the joint": (table("return prior[:, None] * likelihood"), 0),
        "each row adds up to 1": (
            table("joint = prior[:, None] * likelihood", "return joint / joint.sum(1)[:, None]"),
            0,
        ),
        "the likelihood normalised, without the prior": (
            table("return likelihood / likelihood.sum(axis=0)"),
            0,
        ),
        "the prior multiplied along the wrong axis": (
            table("joint = prior * likelihood", "return joint / joint.sum(axis=0)"),
            0,
        ),
        "NaN for what is impossible": (
            table(
                "joint = prior[:, None] * likelihood",
                "with np.errstate(all='ignore'):",
                "    return joint / joint.sum(axis=0)",
            ),
            3,
        ),
        "a tiny number added": (
            table(
                "joint = prior[:, None] * likelihood",
                "return joint / (joint.sum(axis=0) + 1e-12)",
            ),
            3,
        ),
        "every zero refused": (
            table(
                "if (likelihood == 0).any():",
                "    raise ValueError('a probability of 0')",
                "joint = prior[:, None] * likelihood",
                "return joint / joint.sum(axis=0)",
            ),
            3,
        ),
        "the library called": ("posterior_table = bayes.posterior", 4),
    },
}

EQUAL = {
    "q1": [
        "by_hand = Fraction(22, 1132)\ndef after_positive(prevalence, finds, false_alarms):\n"
        "    rates = [finds, false_alarms]\n"
        "    return bayes.posterior([prevalence, 1 - prevalence], rates)[0]",
        "by_hand = bayes.probability_of(Fraction(99, 5) * Fraction(1, 999))\n"
        "after_positive = lambda p, f, a: 1 - a * (1 - p) / (f * p + a * (1 - p))",
    ],
    "q2": [
        f"{LINE_1}\n{LINE_2}",
        'line_1 = r"\\frac{P(\\bar C, M)}{P(\\bar C, W)}"\n'
        'line_2 = r"\\frac{P(M) - P(C\\mid M) P(M)}{(1 - P(C\\mid W))(1 - P(M))}"',
    ],
    "q3": [
        f"fails_at = dict(b=EQUAL, e=EQUAL, d=({HALL}))",
        'fails_at = dict.fromkeys("bde", (0.2, 0.5, 0.25))',
    ],
    "q4": [
        "guess = [0.07, 0.7, 0.88, 0.99]\n" + POSTERIOR_OF + MISSED,
        "guess = [0, 1, 0.5, 1]\n"
        + POSTERIOR_OF.replace("7 * men", "0.07 * men").replace(
            "1 + 6 * men", "0.07 * men + 0.01 * (1 - men)"
        )
        + MISSED,
    ],
    "q5": [
        "def posterior_table(prior, likelihood):\n"
        "    columns = []\n"
        "    for column in zip(*likelihood):\n"
        "        joint = [p * l for p, l in zip(prior, column)]\n"
        "        if sum(joint) == 0:\n"
        "            raise ValueError('impossible')\n"
        "        columns.append([j / sum(joint) for j in joint])\n"
        "    return np.array(columns).T",
        table(
            "joint = (likelihood.T * prior).T",
            "if not joint.sum(axis=0).all():",
            "    raise ValueError('a column of zeros')",
            "return joint / joint.sum(axis=0, keepdims=True)",
        ),
    ],
}
