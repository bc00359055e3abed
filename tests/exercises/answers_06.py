"""Answers that people give to the exercises of chapter 6, wrong ones and other right ones.

WRONG: question -> what was done -> (the answer's source, the most points that it may earn).
EQUAL: question -> other answers that earn full marks.
"""


def hand(bound="-log(2)", gap="log(5 / 4)", log_evidence="log(5 / 8)", of=None, closes=None):
    """The box of two coins, right but for what is named."""
    of = of or "q * log(share / q) + (1 - q) * log((1 - share) / 2**n / (1 - q))"
    closes = closes or "share * 2**n / (share * 2**n + 1 - share)"
    return (
        f"bound, gap, log_evidence = {bound}, {gap}, {log_evidence}\n"
        f"def bound_of(q, share, n):\n    return {of}\n"
        f"def closes(share, n):\n    return {closes}\n"
    )


ENERGY = "q * log(share) + (1 - q) * log((1 - share) / 2**n)"
LIKELIHOODS = "(1 - q) * log(1 / 2**n) - q * log(q) - (1 - q) * log(1 - q)"


def lines(one, two):
    """The two lines of the derivation."""
    return f"line_1 = {one}\nline_2 = {two}\n"


OPEN = r'E % r"\log p(x\mid z)+\log p(z)-\log q(z\mid x)"'
RECON = r'E % r"\log p(x\mid z)"'
CLOSED = RECON + ' + "-" + kl(Q, "p(z)")'
PLACE = "(Fraction(1, 5), Fraction(1, 2), Fraction(1, 3), Fraction(1, 2))"
HIGH = "('e', (Fraction(1, 2), Fraction(4, 5), Fraction(1, 5), Fraction(4, 5)))"


def letters(found, place=PLACE, high=HIGH):
    """Each of these letters, refuted at the same place, and the line that is too high."""
    return f"fails_at = dict.fromkeys({found!r}, {place})\ntoo_high = {high}\n"


GUESS = "guess = dict(zip(ASKED, (1, 4, 0.5, 3)))\n"
BEST = "first * (1 - rho**2), second * (1 - rho**2), -log(1 - rho**2) / 2"
WORST = """
truth = dict(zip(ASKED, (0.19, 0.76, 0.8303, 22)))
worst = max(ASKED, key=lambda a: max(guess[a] / truth[a], truth[a] / guess[a]))
"""


def field(best=BEST, step="rho**2", worst=WORST, guess=GUESS):
    """The independent guess and its sweeps, right but for what is named."""
    return (
        f"{guess}def best_guess(first, second, rho):\n    return {best}\n"
        "def sweeps(rho, share):\n    n, off = 0, 1.0\n"
        f"    while off > share:\n        n, off = n + 1, off * abs({step})\n    return n\n{worst}"
    )


def weighted(rows, error="rows.std(ddof=1) / np.sqrt(len(rows))"):
    """`weighted_bound`, from what it does with a row."""
    return (
        "def weighted_bound(log_weights):\n    top = log_weights.max(axis=1, keepdims=True)\n"
        "    scaled = np.exp(log_weights - top)\n"
        f"    rows = {rows}\n    return rows.mean(), {error}\n"
    )


def exact(term="np.log(np.mean([joint[z] / q[z] for z in states]))", tuples="product"):
    """`exact_bound`, from what it adds up and over which tuples."""
    return (
        "def exact_bound(joint, q, K):\n    import itertools\n    total = 0\n"
        f"    for states in itertools.{tuples}(range(len(q)), "
        f"{'repeat=K' if tuples == 'product' else 'K'}):\n"
        f"        total += np.prod([q[z] for z in states]) * {term}\n    return total\n"
    )


ROWS = "top[:, 0] + np.log(scaled.mean(axis=1))"

WRONG = {
    "q1": {
        "the entropy with its sign turned": (
            hand(bound="-3 * log(2)", of=ENERGY + " + q * log(q) + (1 - q) * log(1 - q)"),
            1,
        ),
        "no entropy": (hand(bound="-2 * log(2)", of=ENERGY), 1),
        "the divergence of the posterior from the guess": (
            hand(gap="0.2 * log(0.4) + 0.8 * log(1.6)"),
            3,
        ),
        "likelihoods in place of joint probabilities": (
            hand(bound="0.0", gap="0.0", of=LIKELIHOODS, closes="Fraction(2**n) / (2**n + 1)"),
            0,
        ),
        "logarithms to base 2": (
            "from math import log2\n"
            + hand("-1", "log2(5 / 4)", "log2(5 / 8)").replace("log(", "log2("),
            1,
        ),
        "the prior closes the gap": (hand(closes="share"), 4),
        "the posterior of the fair coin": (
            hand(closes="(1 - share) / (share * 2**n + 1 - share)"),
            4,
        ),
        "the mean of the evidence's two parts": (hand(log_evidence="log(5 / 16)"), 3),
    },
    "q2": {
        "the posterior in place of the prior": (
            lines(OPEN, RECON + r' + "-" + kl(Q, r"p(z\mid x)")'),
            1,
        ),
        "the divergence added": (lines(OPEN, RECON + ' + "+" + kl(Q, "p(z)")'), 1),
        "the divergence the wrong way round": (
            lines(OPEN, RECON + ' + "-" + kl("p(z)", Q)'),
            1,
        ),
        "the entropy's sign": (
            lines(r'E % r"\log p(x\mid z)+\log p(z)+\log q(z\mid x)"', CLOSED),
            1,
        ),
        "the line above repeated": (lines("BOUND", "BOUND"), 0),
        "the joint left standing": (
            lines(r'E % r"\log p(x,z)-\log q(z\mid x)"', CLOSED),
            3,
        ),
        "the second line is the first": (lines(OPEN, OPEN), 1),
        "no TeX": ("line_1 = line_2 = 0.5", 0),
    },
    "q3": {
        "only the one that is too high": (letters("e"), 2),
        "(d) taken for the bound, since it is below": (letters("ce"), 2),
        "(a) taken for wrong": (letters("acde"), 2),
        "all of them": (letters("abcde"), 2),
        "refuted where (c) happens to be right": (letters("cde", "thirds"), 2),
        "refuted at the posterior, where (d) is right": (
            letters("cde", "(*thirds[:3], Fraction(1, 2))"),
            2,
        ),
        "(c) taken for too high": (letters("cde", high=f"('c', {PLACE})"), 2),
        "(d) at the posterior, where it only touches": (
            letters("cde", high="('d', (*thirds[:3], Fraction(1, 2)))"),
            2,
        ),
        "letters without places": ("fails_at, too_high = {'c', 'd', 'e'}, 'e'", 0),
        "a place at the border": (
            letters("cde", "(Fraction(1, 2), 1, Fraction(1, 3), Fraction(1, 2))"),
            2,
        ),
    },
    "q4": {
        "the variances of the posterior": (field("first, second, -log(1 - rho**2) / 2"), 3),
        "no gap": (field("first * (1 - rho**2), second * (1 - rho**2), 0.0"), 3),
        "standard deviations multiplied": (
            field("first * (1 - rho**2)**0.5, second * (1 - rho**2)**0.5, -log(1 - rho**2) / 2"),
            3,
        ),
        "one unknown only: rho for each sweep": (field(step="rho"), 3),
        "the gap without its half": (
            field("first * (1 - rho**2), second * (1 - rho**2), -log(1 - rho**2)"),
            3,
        ),
        "the smallest miss": (field(worst=WORST.replace("max(ASKED", "min(ASKED")), 4),
        "the largest difference in place of the largest factor": (
            field(
                guess="guess = dict(zip(ASKED, (0.9, 3.5, 0.1, 10)))\n",
                worst="worst = 'sweeps'\n",
            ),
            4,
        ),
        "updates in place of sweeps": (field(step="rho") + "\n", 3),
        "no guess": (field(guess="guess = {}\n", worst="worst = 'gap'\n"), 4),
    },
    "q5": {
        "the mean of the logarithms": (weighted("log_weights.mean(axis=1)") + exact(), 3),
        "log K forgotten": (weighted("top[:, 0] + np.log(scaled.sum(axis=1))") + exact(), 3),
        "all weights in one mean": (
            weighted("np.full(len(top), np.log(np.exp(log_weights).mean()))") + exact(),
            2,
        ),
        "the standard deviation for the standard error": (
            weighted(ROWS, "rows.std(ddof=1)") + exact(),
            5,
        ),
        "exponentials as they are": (
            weighted("np.log(np.exp(log_weights).mean(axis=1))") + exact(),
            5,
        ),
        "all draws counted as independent": (
            weighted(ROWS, "rows.std(ddof=1) / np.sqrt(log_weights.size)") + exact(),
            5,
        ),
        "each set of states once": (
            weighted(ROWS) + exact(tuples="combinations_with_replacement"),
            5,
        ),
        "the logarithm of each weight": (
            weighted(ROWS) + exact("np.mean([np.log(joint[z] / q[z]) for z in states])"),
            5,
        ),
        "the library": (
            weighted(ROWS) + exact() + "def weighted_bound(log_weights):\n"
            "    found = elbo.importance_weighted_bound(log_weights)\n"
            "    return found.value, found.error\n",
            6,
        ),
    },
}

EQUAL = {
    "q1": [
        hand("log(5 / 8) - log(5 / 4)", "-log(0.8)", "-log(1.6)"),
        hand(
            of="log(share + (1 - share) / 2**n) - q * log(q * (share + (1 - share) / 2**n) / share)"
            " - (1 - q) * log((1 - q) * (share * 2**n + 1 - share) / (1 - share))",
            closes="1 / (1 + (1 - share) / share / Fraction(2)**n)",
        ),
    ],
    "q2": [
        lines(
            r'RECON + r"+\mathbb{E}_{q(z\mid x)}\left[\log\frac{p(z)}{q(z\mid x)}\right]"'.replace(
                "RECON", RECON
            ),
            r'r"-D_{\mathrm{KL}}(q(z\mid x)\,\|\,p(z))+" + E % r"\log p(x\mid z)"',
        ),
        lines(
            r'r"\sum_{z}q(z\mid x)\log\frac{p(x\mid z)\,p(z)}{q(z\mid x)}"',
            r'r"\sum_{z}q(z\mid x)\log p(x\mid z)-" + kl(Q, "p(z)")',
        ),
    ],
    "q3": [
        letters("cde", "(Fraction(1, 2), Fraction(9, 10), Fraction(1, 10), Fraction(1, 3))"),
        letters("edc", high="('e', [Fraction(1, 3), 0.9, 0.1, 0.7])"),
    ],
    "q4": [
        field(),
        field(
            "1 / np.linalg.inv([[first, rho * (first * second)**0.5],"
            " [rho * (first * second)**0.5, second]])[0, 0], second - rho**2 * second,"
            " -0.5 * log((1 - rho) * (1 + rho))",
            guess="guess = dict(zip(ASKED, (0.19, 0.76, 0.83, 1000)))\n",
        ),
    ],
    "q5": [
        weighted(ROWS, "np.sqrt(rows.var(ddof=1) / rows.size)") + exact(),
        weighted("np.logaddexp.reduce(log_weights, axis=1) - np.log(log_weights.shape[1])")
        + exact("np.log(sum(joint[z] / q[z] for z in states) / K)"),
    ],
}
