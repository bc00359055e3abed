"""Answers that people give to the exercises of chapter 7, wrong ones and other right ones.

WRONG: question -> what was done -> (the answer's source, the most points that it may earn).
EQUAL: question -> other answers that earn full marks.
"""

ERROR = "(x - mu) ** 2 + exp(log_var)"
PRICE = "0.5 * (mu**2 + exp(log_var) - 1 - log_var)"


def pixel(error=ERROR, price=PRICE, answer="x / 2, -log(2)", numbers=None):
    """The pixel and its latent, right but for what is named."""
    numbers = numbers or (
        "reconstruction, kl = terms(2, 0.5, log(0.5))\n"
        "log_evidence = -0.5 * log(4 * pi) - 1\n"
        "gap = log_evidence - reconstruction + kl\n"
    )
    return (
        f"def terms(x, mu, log_var):\n    return -0.5 * (log(2 * pi) + {error}), {price}\n"
        f"def answer(x):\n    return {answer}\n{numbers}"
    )


def lines(one, two):
    """The two lines of the derivation."""
    return f"line_1 = {one}\nline_2 = {two}\n"


OPEN = r'E % r"\frac{z^2}{2}-\frac{(z-\mu)^2}{2e^\ell}-\frac{\ell}{2}"'
CLOSED = r'r"\frac12\left(\mu^2+e^\ell-\ell-1\right)"'
CASE = "np.full((3, 8), {}), np.full((3, 2), {}), np.full((3, 2), {})"
PAIR = f"(({CASE.format(1.0, 1.0, 1.0)}), ({CASE.format(1.0, 0.0, 1.0)}))"


def letters(found, pair=PAIR, wrong=None):
    """Which losses are right, and one pair of cases against all others."""
    wrong = wrong or "".join(sorted(set("abcdef") - set(found)))
    return f"right = set({found!r})\nwitness = dict.fromkeys({wrong!r}, {pair})\n"


GUESS = "guess = {1: 16, 8: 9, 64: 1}\n"


def columns(left="values - beta * v", root="**0.5", weight="D", cut="[:latents]", guess=GUESS):
    """The columns that stay, right but for what is named."""
    return (
        f"{guess}def widths(eigenvalues, v, beta, latents):\n"
        f"    values = np.asarray(eigenvalues){cut}\n"
        f"    return np.maximum({left}, 0){root}\n"
        "def survivors(eigenvalues, v, beta, latents):\n"
        "    return int(np.count_nonzero(widths(eigenvalues, v, beta, latents)))\n"
        "def mean_over_pixels(eigenvalues, v, D, latents):\n"
        f"    return survivors(eigenvalues, v, {weight}, latents)\n"
    )


NONE = "np.logaddexp(share, drawn[..., :1])"


def levels(
    share="-np.logaddexp(0, -a)",
    up="-np.logaddexp(0, -t)",
    down="-np.logaddexp(0, t)",
    rest="-np.logaddexp(0, a)",
    ways="np.log([comb(16, n) for n in k])",
    none=NONE,
    average="16 * np.exp(-np.logaddexp(0, empty) - np.logaddexp(0, -np.asarray(ink)))",
    total="float(np.logaddexp.reduce(np.asarray(row)))",
):
    """The law of a pixel that is mostly empty, right but for what is named."""
    return (
        "def log_pmf(empty, ink):\n"
        "    a, t = np.asarray(empty)[..., None], np.asarray(ink)[..., None]\n"
        f"    k, share = np.arange(17), {share}\n"
        f"    drawn = {ways} + k * ({up}) + (16 - k) * ({down}) + ({rest})\n"
        f"    return np.concatenate([{none}, drawn[..., 1:]], -1)\n"
        f"def mean(empty, ink):\n    return {average}\n"
        f"def excess(row):\n    return {total}\n"
    )


IMPORTANCE = "top + np.log(np.exp(log_weights - top).mean(axis=0))"
FAIR = "bool(bits * dims * log(2) >= -np.mean(log_evidence) - 1e-8)"


def reported(
    each=IMPORTANCE, unit="-dims * log(2)", error="rows.std(ddof=1) / sqrt(rows.size)", fair=FAIR
):
    """What is reported, right but for what is named."""
    return (
        "def report_bits(log_weights, dims):\n    top = log_weights.max(axis=0)\n"
        f"    unit = {unit}\n    rows = ({each}) / unit\n"
        "    return dict(bound=float(log_weights.mean() / unit),\n"
        f"                importance=float(rows.mean()), error=float({error}))\n"
        f"def honest(bits, log_evidence, dims):\n    return {fair}\n"
    )


WRONG = {
    "q1": {
        "the decoder sees the mean only": (pixel(error="(x - mu) ** 2"), 1),
        "log_var taken for the standard deviation": (
            pixel("(x - mu) ** 2 + log_var**2", "0.5 * (mu**2 + log_var**2 - 1 - log(log_var**2))"),
            1,
        ),
        "log_var taken for the logarithm of the standard deviation": (
            pixel(
                "(x - mu) ** 2 + exp(2 * log_var)",
                "0.5 * (mu**2 + exp(2 * log_var) - 1 - 2 * log_var)",
                "x / 2, -log(2) / 2",
            ),
            0,
        ),
        "the divergence the wrong way round": (
            pixel(price="0.5 * ((1 + mu**2) / exp(log_var) - 1 + log_var)"),
            1,
        ),
        "the divergence without its half": (
            pixel(price="mu**2 + exp(log_var) - 1 - log_var"),
            1,
        ),
        "the mean of the code is the pixel": (pixel(answer="x, -log(2)"), 4),
        "the variance itself": (pixel(answer="x / 2, 0.5"), 4),
        "the gap is the divergence from the prior": (
            pixel(
                numbers="reconstruction, kl = terms(2, 0.5, log(0.5))\n"
                "log_evidence, gap = reconstruction, kl\n"
            ),
            3,
        ),
    },
    "q2": {
        "the standard deviation taken for its logarithm": (
            lines(OPEN, r'r"\frac12\left(\mu^2+\ell^2-\log\ell^2-1\right)"'),
            1,
        ),
        "the variance squared": (
            lines(OPEN, r'r"\frac12\left(\mu^2+e^{2\ell}-2\ell-1\right)"'),
            1,
        ),
        "mu for its square": (lines(OPEN, r'r"\frac12\left(\mu+e^\ell-\ell-1\right)"'), 1),
        "the one lost": (lines(OPEN, r'r"\frac12\left(\mu^2+e^\ell-\ell\right)"'), 1),
        "half the logarithm lost": (
            lines(OPEN.replace(r"\frac{\ell}{2}", r"\ell"), CLOSED),
            1,
        ),
        "the line above": (lines("PRICE", "PRICE"), 0),
        "the mean left standing": (lines(OPEN, OPEN), 1),
        "no TeX": (lines("0.5", "0.5"), 0),
    },
    "q3": {
        "only the one that the chapter has": (letters("a"), 0),
        "the average over pixels taken for right": (letters("abce"), 3),
        "divided by D in both terms taken for wrong": (letters("ac"), 0),
        "the divergence averaged over its latents": (letters("acef"), 3),
        "as many pixels as latents": (
            letters("ace", PAIR.replace("8", "2")),
            2,
        ),
        "cases in which nothing has a price": (
            letters("ace", f"(({CASE.format(2.0, 0.0, 0.0)}), ({CASE.format(1.0, 0.0, 0.0)}))"),
            2,
        ),
        "twice the same case": (
            letters("ace", f"(({CASE.format(1.0, 1.0, 1.0)}), ({CASE.format(1.0, 1.0, 1.0)}))"),
            2,
        ),
        "letters without cases": ("right, witness = set('ace'), {}\n", 2),
    },
    "q4": {
        "the noise alone decides": (columns("values - v"), 2),
        "the square of the weight": (columns("values - beta**2 * v"), 2),
        "the square of the length": (columns(root=""), 3),
        "the weight divides": (columns("values - v / beta"), 1),
        "the average over the pixels weighs nothing": (columns(weight="1"), 4),
        "divided by the pixels": (columns(weight="1 / D"), 4),
        "the smallest latents first": (columns(cut="[-latents:]"), 3),
        "the length of what is left": (columns("(values > beta * v) * values"), 3),
    },
    "q5": {
        "the empty pixel alone gives 0": (levels(none="share"), 2),
        "an empty pixel cannot be drawn": (levels(none="share + 0 * drawn[..., :1]"), 2),
        "the binomial coefficients forgotten": (levels(ways="0"), 2),
        "log-odds taken for probabilities": (
            levels("np.log(a)", "np.log(t)", "np.log(1 - t)", "np.log(1 - a)"),
            2,
        ),
        "probabilities before their logarithms": (
            levels(
                "np.log(1 / (1 + np.exp(-a)))",
                "np.log(1 / (1 + np.exp(-t)))",
                "np.log(1 - 1 / (1 + np.exp(-t)))",
                "np.log(1 - 1 / (1 + np.exp(-a)))",
            ),
            4,
        ),
        "the mean of the binomial law": (
            levels(average="16 * np.exp(-np.logaddexp(0, -np.asarray(ink)))"),
            4,
        ),
        "the total, not its logarithm": (levels(total="float(np.exp(row).sum())"), 4),
        "the total of small numbers": (levels(total="float(np.log(np.exp(row).sum()))"), 4),
        "empty and full exchanged": (
            levels(share="-np.logaddexp(0, a)", rest="-np.logaddexp(0, -a)"),
            2,
        ),
    },
    "q6": {
        "the sign": (reported(unit="dims * log(2)"), 1),
        "nats": (reported(unit="-dims"), 1),
        "one number for the picture": (reported(unit="-log(2)"), 2),
        "the mean of the logarithms twice": (reported("log_weights.mean(axis=0)"), 2),
        "the standard deviation for the standard error": (reported(error="rows.std(ddof=1)"), 2),
        "all draws counted as pictures": (
            reported(error="(log_weights / unit).std(ddof=1) / sqrt(log_weights.size)"),
            2,
        ),
        "exponentials as they are": (reported("np.log(np.exp(log_weights).mean(axis=0))"), 4),
        "the number of draws forgotten": (
            reported("top + np.log(np.exp(log_weights - top).sum(axis=0))"),
            1,
        ),
        "a bound above the evidence": (
            reported(fair="bool(bits * dims * log(2) <= -np.mean(log_evidence) + 1e-8)"),
            4,
        ),
        "the best of all pictures": (
            reported(fair="bool(bits * dims * log(2) >= -np.max(log_evidence))"),
            5,
        ),
    },
}

EQUAL = {
    "q1": [
        pixel(
            numbers="reconstruction, kl = -0.5 * log(2 * pi) - 11 / 8, log(2) / 2 - 1 / 8\n"
            "log_evidence, gap = -1 - log(2 * sqrt(pi)), 0.25\n"
        ),
        pixel(
            "x * x - 2 * x * mu + mu**2 + sqrt(exp(log_var)) ** 2",
            "-0.5 * (1 + log_var) + 0.5 * mu * mu + exp(log_var) / 2",
            "0.5 * x, log(0.5)",
        ),
    ],
    "q2": [
        lines(
            OPEN.replace(r"-\frac{\ell}{2}", "") + r' + r"-\frac12\log e^\ell"',
            r'r"\frac{\mu^2+e^\ell}{2}-\frac{1+\ell}{2}"',
        ),
        lines(
            r'E % r"\frac12\left(z^2-\ell-e^{-\ell}(z-\mu)^2\right)"',
            r'r"\frac{\mu^2}{2}+\frac{\exp(\ell)}{2}-\frac12\left(1+\ell\right)"',
        ),
    ],
    "q3": [
        letters("ace"),
        letters(
            "eca",
            "((np.ones((2, 5)), np.zeros((2, 3)), np.ones((2, 3))),"
            " (3 * np.ones((2, 5)), np.ones((2, 3)), 2 * np.ones((2, 3))))",
        ),
    ],
    "q4": [
        columns(),
        columns(
            "np.where(values > beta * v, values - beta * v, 0)",
            guess="guess = dict.fromkeys(ASKED, 0)\n",
        ),
    ],
    "q5": [
        levels(),
        levels(
            share="np.where(a < 0, a, 0) - np.log1p(np.exp(-abs(a)))",
            average="16 / ((1 + np.exp(np.asarray(empty))) * (1 + np.exp(-np.asarray(ink))))",
            total="float(np.max(row) + np.log(np.sum(np.exp(np.asarray(row) - np.max(row)))))",
        ),
    ],
    "q6": [
        reported(),
        reported(
            "np.logaddexp.reduce(log_weights, axis=0) - log(len(log_weights))",
            error="np.sqrt(rows.var(ddof=1) / len(rows))",
            fair="float(bits) > -float(np.mean(log_evidence)) / log(2) / dims - 1e-9",
        ),
    ],
}
