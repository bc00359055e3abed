"""Answers that people give to the exercises of chapter 8, wrong ones and other right ones.

WRONG: question -> what was done -> (the answer's source, the most points that it may earn).
EQUAL: question -> other answers that earn full marks.
"""

SEEN = "-log(8 * pi) / 2 - ((2 - mu)**2 + v) / 8"
LOWER = "(1 + log(v / 3) - ((1 - c)**2 * (mu**2 + v) + w) / 3) / 2"
ABOVE = "(c**2 * (mu**2 + v) + w - 1 - log(w)) / 2"
EVIDENCE = "-log(16 * pi) / 2 - 1 / 4"


def stack(evidence=EVIDENCE, seen=SEEN, lower=LOWER, above=ABOVE, best="(0.25, 0.75)"):
    """The stack on a line, right but for what is named."""
    return (
        f"log_evidence = {evidence}\n"
        "mu, v, c, w = 1, 0.25, 0, 1\n"
        f"reconstruction = {seen}\nupper = {above}\n"
        f"def bound_of(mu, v, c, w):\n    return {seen} + {lower} - ({above})\n"
        f"bound = bound_of(1, 0.25, 0, 1)\nbest_upper = {best}\n"
    )


def lines(two, three):
    """The two lines of the change of variables."""
    return f"line_2 = {two}\nline_3 = {three}\n"


SECOND = r'r"\log" + DENSITY + r"-\log s"'
THIRD = r'r"-\frac12\log(2\pi)-\frac{(x-b)^2}{2s^2}-\log s"'
CENTRED = "(48, 64, 17, 1 / 8, -1)"


def letters(right, against, place=CENTRED):
    """These letters right, and the others refuted at one place."""
    return f"correct = set({right!r})\nwitness = dict.fromkeys({against!r}, {place})\n"


def climbing(
    guess="(0.33, 0, 100)",
    kept="set(guess)",
    best="1 / np.sqrt(np.mean(x**2))",
    mass="1.0 if log_det else 1 / s",
    slope="log_det - s**2 * np.mean(x**2)",
    step="s * np.exp(rate * slope)",
):
    """The flow that only stretches, right but for what is named."""
    return (
        f"guess = dict(zip(('slope', 'without', 'mass'), {guess}))\nkept = {kept}\n"
        f"def best_slope(x):\n    return {best}\n"
        f"def mass(s, log_det):\n    return {mass}\n"
        "def climb(x, s, steps, rate, log_det):\n    slopes = [s]\n"
        "    for _ in range(steps):\n"
        f"        slope = {slope}\n        s = {step}\n        slopes.append(s)\n"
        "    return slopes\n"
    )


SPLINE = """
def forward(x, widths, heights, slopes):
    left, floor = knots(widths), knots(heights)
    k = which(x, left)
    w, h = widths[k], heights[k]
    first, last = slopes[k], slopes[k + 1]
    s, t = h / w, (x - left[k]) / w
    below = s + (first + last - 2 * s) * t * (1 - t)
    y = floor[k] + h * (s * t**2 + first * t * (1 - t)) / below
    top = last * t**2 + 2 * s * t * (1 - t) + first * (1 - t)**2
    return y, 2 * np.log(s) + np.log(top) - 2 * np.log(below)

def inverse(y, widths, heights, slopes):
    left, floor = knots(widths), knots(heights)
    k = which(y, floor)
    w, h = widths[k], heights[k]
    first, last = slopes[k], slopes[k + 1]
    s, rise = h / w, y - floor[k]
    bend = first + last - 2 * s
    a, b = h * (s - first) + rise * bend, h * first - rise * bend
    root = np.sqrt(np.maximum(b**2 + 4 * a * s * rise, 0))
    top, bottom = np.where(b < 0, root - b, 2 * s * rise), np.where(b < 0, 2 * a, root + b)
    x = left[k] + w * top / bottom
    return x, -forward(x, widths, heights, slopes)[1]
"""

BISECTION = """
def forward(x, widths, heights, slopes):
    left, floor = knots(widths), knots(heights)
    k = np.array([max(j for j in range(len(widths)) if left[j] <= at) for at in np.asarray(x)])
    s = heights[k] / widths[k]
    t = (x - left[k]) / widths[k]
    u = 1 - t
    d, e = slopes[k], slopes[k + 1]
    under = s * t * t + (d + e) * t * u + s * u * u
    rise = heights[k] * (s * t * t + d * t * u) / under
    return floor[k] + rise, np.log(s * s * (e * t * t + 2 * s * t * u + d * u * u) / under**2)

def inverse(y, widths, heights, slopes):
    low, high = np.zeros(len(y)), np.ones(len(y))
    for _ in range(60):
        middle = (low + high) / 2
        above = forward(middle, widths, heights, slopes)[0] > y
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return high, -forward(high, widths, heights, slopes)[1]
"""


def spline(old="", new=""):
    """The spline and its inverse with one piece replaced."""
    assert old in SPLINE
    return SPLINE.replace(old, new) if old else SPLINE


PMF = """
def log_pmf(weights, means, scales, levels):
    edges = np.arange(levels + 1) - 0.5
    edges[0], edges[-1] = -np.inf, np.inf
    z = (edges[:, None] - means) / scales
    low, high = z[:-1], z[1:]
    parts = log_sigmoid(high) + log_sigmoid(-low) + np.log(-np.expm1(low - high))
    return np.logaddexp.reduce(parts + np.log(weights), axis=1)

def dequantised(weights, means, scales, k):
    z = (k + NODES[:, None] - means) / scales
    parts = log_sigmoid(z) + log_sigmoid(-z) + np.log(weights) - np.log(scales)
    return SHARES @ np.logaddexp.reduce(parts, axis=1)

def loss(weights, means, scales, k):
    return log_pmf(weights, means, scales, k + 2)[k] - dequantised(weights, means, scales, k)
"""


def levels(*changes):
    """The pixel of logistics with some pieces replaced."""
    source = PMF
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    return source


EXACT_PARTS = "log_sigmoid(high) + log_sigmoid(-low) + np.log(-np.expm1(low - high))"
DIFFERENCE = "np.log(np.exp(log_sigmoid(high)) - np.exp(log_sigmoid(low)))"
MEAN_OF_LOGS = "return SHARES @ np.logaddexp.reduce(parts, axis=1)"
DENSITY_AT_LEVELS = """
def log_pmf(weights, means, scales, levels):
    z = (np.arange(levels)[:, None] - means) / scales
    parts = log_sigmoid(z) + log_sigmoid(-z) + np.log(weights / scales)
    return np.logaddexp.reduce(parts, axis=1)
"""

WRONG = {
    "q1": {
        "each level against a prior of its own": (
            stack(lower="(1 + log(v / 4) - (mu**2 + v) / 4) / 2"),
            1,
        ),
        "the noise of the upper guess forgotten": (
            stack(lower="(1 + log(v / 3) - (1 - c)**2 * (mu**2 + v) / 3) / 2"),
            1,
        ),
        "the upper divergence at the mean of the lower level": (
            stack(above="(c**2 * mu**2 + w - 1 - log(w)) / 2"),
            3,
        ),
        "the evidence without the noise of what is seen": (
            stack(evidence="-log(8 * pi) / 2 - 1 / 2"),
            3,
        ),
        "variances taken for standard deviations": (
            stack(seen="-log(32 * pi) / 2 - ((2 - mu)**2 + v) / 32"),
            1,
        ),
        "the upper divergence added": (stack(above=f"-({ABOVE})"), 3),
        "the upper guess copies the lower level": (stack(best="(1, 1)"), 4),
        "the upper guess is its prior": (stack(best="(0, 1)"), 4),
    },
    "q2": {
        "the slope s in place of 1/s": (lines(SECOND.replace("-", "+"), THIRD), 1),
        "the slope forgotten": (
            lines(r'r"\log" + DENSITY', r'r"-\frac12\log(2\pi)-\frac{(x-b)^2}{2s^2}"'),
            0,
        ),
        "s in place of its square": (
            lines(SECOND, r'r"-\frac12\log(2\pi)-\frac{(x-b)^2}{2s}-\log s"'),
            1,
        ),
        "the logarithm of s twice": (
            lines(SECOND, r'r"-\frac12\log(2\pi s^2)-\frac{(x-b)^2}{2s^2}-\log s"'),
            1,
        ),
        "the end written down twice": (
            lines(r'r"\log\mathcal N(x;b,s^2)"', r'r"\log\mathcal N(x;b,s^2)"'),
            0,
        ),
        "the first line repeated": (lines("START", "START"), 0),
    },
    "q3": {
        "the offset left out is right": (letters("ABD", "CEF"), 0),
        "the offset's sign": (letters("C", "ABDEF"), 0),
        "the number of levels is the stretch": (letters("ADE", "BCF"), 0),
        "the other spelling is wrong": (letters("A", "BCDEF"), 0),
        "looked at the squeezed digits alone": (
            letters("AD", "BCEF", "(96, 64, 17, 1 / 17, 0)"),
            2,
        ),
        "levels that were not stretched": (letters("AD", "BCEF", "(-90, 64, 17, 1, 0)"), 2),
        "one witness missing": (letters("AD", "BCE"), 2),
    },
    "q4": {
        "the mass is s": (climbing(mass="1.0 if log_det else s"), 3),
        "every density integrates to one": (climbing(mass="1.0"), 3),
        "the slope is the standard deviation": (climbing(best="np.sqrt(np.mean(x**2))"), 3),
        "the standard deviation about the mean": (climbing(best="1 / x.std()"), 3),
        "a gradient in s taken for one in its logarithm": (
            climbing(slope="log_det / s - s * np.mean(x**2)"),
            3,
        ),
        "a step in s, not in its logarithm": (climbing(step="s + rate * slope"), 3),
        "the log-determinant with its sign turned": (
            climbing(slope="-log_det - s**2 * np.mean(x**2)"),
            3,
        ),
        "a guess made after the answer, and none held": (climbing(kept="set()"), 4),
        "a wrong guess that is said to have held": (climbing(guess="(3, 1, 1)"), 4),
    },
    "q5": {
        "the quadratic formula from school alone": (
            spline("top, bottom = np.where(b < 0, root - b, 2 * s * rise), "
                   "np.where(b < 0, 2 * a, root + b)", "top, bottom = root - b, 2 * a"),
            5,
        ),
        "the slope in units of the bin": (
            spline("2 * np.log(s) + np.log(top)", "np.log(s * h) + np.log(top)"),
            4,
        ),
        "one mean slope too few": (spline("2 * np.log(s) + np.log(top)", "np.log(s * top)"), 5),
        "the inverse looks its bin up among the widths": (
            spline("k = which(y, floor)", "k = which(y, left)"),
            5,
        ),
        "the two slopes of a bin exchanged": (
            spline("first, last = slopes[k], slopes", "last, first = slopes[k], slopes"),
            3,
        ),
        "the inverse's slope is that of the curve": (
            spline("return x, -forward", "return x, forward"),
            5,
        ),
        "the inverse's slope at y": (
            spline("-forward(x, widths", "-forward(y, widths"),
            5,
        ),
    },
    "q6": {
        "a difference of sigmoids, then its logarithm": (levels((EXACT_PARTS, DIFFERENCE)), 4),
        "the density at the level": (PMF + DENSITY_AT_LEVELS, 0),
        "the tails left out": (
            levels(("    edges[0], edges[-1] = -np.inf, np.inf\n", "")),
            4,
        ),
        "the weights forgotten": (
            levels(("parts + np.log(weights)", "parts - np.log(len(weights))")),
            0,
        ),
        "the weights not in logarithms": (
            levels(("parts + np.log(weights)", "parts + weights - 1")),
            0,
        ),
        "the logarithm of the mean density": (
            levels((MEAN_OF_LOGS, "return np.log(SHARES @ np.exp(parts).sum(axis=1))")),
            4,
        ),
        "no scale under the density": (levels((" - np.log(scales)", "")), 4),
        "the loss the wrong way round": (
            levels(("return log_pmf(weights, means, scales, k + 2)[k] -",
                    "return -log_pmf(weights, means, scales, k + 2)[k] +")),
            4,
        ),
        "the last level taken for a middle one": (levels(("k + 2)[k]", "k + 1)[k]")), 4),
    },
}  # fmt: skip

EQUAL = {
    "q1": [
        stack(seen="-(log(8 * pi) + ((2 - mu)**2 + v) / 4) / 2"),
        stack(
            evidence="-0.5 * log(2 * pi * 8) - 0.25",
            best="[1 / 4, 3 / 4]",
            lower="0.5 + 0.5 * log(v / 3) - ((1 - c)**2 * mu**2 + (1 - c)**2 * v + w) / 6",
        ),
    ],
    "q2": [
        lines(r'r"\log\left(\frac{1}{s}" + DENSITY + r"\right)"', THIRD),
        lines(r'r"-\log s+\log" + DENSITY', r'r"-\frac{(x-b)^2}{2s^2}-\log(s\sqrt{2\pi})"'),
        lines(
            r'r"\log" + DENSITY + r"+\log\frac1s"',
            r'r"\log\frac{1}{\sqrt{2\pi s^2}}-\frac12\left(\frac{b-x}{s}\right)^2"',
        ),
    ],
    "q3": [
        letters("DA", "BCEF", "(0, 1, 2, 3, 5)"),
        "correct = {'A', 'D'}\nwitness = dict(B=(1.0, 10, 17, 0.5, 0), C=(0, 1, 256, 2, 0),\n"
        "               E=(5, 3, 4, 1.0, 7), F=(0, 1, 2, 1, 0))\n",
    ],
    "q4": [
        climbing(guess="(1, 1, 1)", kept="set()"),
        climbing(guess="(0.34, 0.005, 0.01)", kept="{'slope', 'without'}"),
        climbing(best="(x @ x / len(x)) ** -0.5", mass="s ** (log_det - 1)"),
        climbing(step="np.exp(np.log(s) + rate * slope)"),
    ],
    "q5": [
        spline(),
        spline(
            "np.where(b < 0, root - b, 2 * s * rise), np.where(b < 0, 2 * a, root + b)",
            "2 * s * rise, root + b",
        ),
        BISECTION,
    ],
    "q6": [
        levels(
            (EXACT_PARTS, "log_sigmoid(high) + log_sigmoid(-low) + np.log1p(-np.exp(low - high))")
        ),
        levels(
            (MEAN_OF_LOGS, "return sum(s * np.logaddexp.reduce(p) for s, p in zip(SHARES, parts))")
        ),
    ],
}
