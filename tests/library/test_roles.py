"""The role colours: read from one file, legible on their ground, told apart by every eye."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from diffusion_derived.roles import CSS_FILE, GROUND, ROLES, Role, parse

# Groups that share a picture; across groups a dash and a label must tell lines apart.
BAYES = ("prior", "likelihood", "posterior", "evidence")
DIFFUSION = ("q", "p", "data", "noise", "latent", "condition")

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
# The rotation by 180 degrees of CSS hue-rotate (Filter Effects 1): cosine -1, sine 0.
LUMA = np.array([0.213, 0.715, 0.072])
HUE_ROTATED = 2 * np.outer(np.ones(3), LUMA) - np.eye(3)


def rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255


def linear(values: np.ndarray) -> np.ndarray:
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(rgb(colour)) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lab(colour: str, vision: str) -> np.ndarray:
    """CIE L*a*b* (D65) of a colour as this eye sees it."""
    seen = np.clip(np.array(VISION[vision]) @ linear(rgb(colour)), 0, 1)
    to_xyz = [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
    xyz = to_xyz @ seen / [0.95047, 1, 1.08883]
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """CIEDE2000 colour difference (Sharma, Wu and Dalal 2005)."""
    chroma = (np.hypot(*one[1:]) + np.hypot(*other[1:])) / 2
    stretch = 1.5 - 0.5 * np.sqrt(chroma**7 / (chroma**7 + 25**7))
    a, b = np.array([one[1], other[1]]) * stretch, np.array([one[2], other[2]])
    c = np.hypot(a, b)
    hue = np.degrees(np.arctan2(b, a)) % 360
    turn = (hue[1] - hue[0] + 180) % 360 - 180 if c.all() else 0.0
    mean_l, mean_c = (one[0] + other[0]) / 2, c.mean()
    mean_h = (hue[0] + turn / 2) % 360 if c.all() else hue.sum()
    wave = np.cos(np.radians(np.array([mean_h - 30, 2 * mean_h, 3 * mean_h + 6, 4 * mean_h - 63])))
    t = 1 + wave @ [-0.17, 0.24, 0.32, -0.20]
    scale = np.array(
        [
            1 + 0.015 * (mean_l - 50) ** 2 / np.sqrt(20 + (mean_l - 50) ** 2),
            1 + 0.045 * mean_c,
            1 + 0.015 * mean_c * t,
        ]
    )
    hue_step = 2 * np.sqrt(c.prod()) * np.sin(np.radians(turn / 2))
    steps = np.array([other[0] - one[0], c[1] - c[0], hue_step]) / scale
    angle = 60 * np.exp(-(((mean_h - 275) / 25) ** 2))
    rotation = -2 * np.sqrt(mean_c**7 / (mean_c**7 + 25**7)) * np.sin(np.radians(angle))
    return float(np.sqrt(steps @ steps + rotation * steps[1] * steps[2]))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)
def test_the_distance_agrees_with_the_published_pairs(
    one: tuple, other: tuple, expected: float
) -> None:
    assert distance(np.array(one), np.array(other)) == pytest.approx(expected, abs=1e-4)


def test_ten_roles_and_seven_grounds() -> None:
    assert set(ROLES) == {*BAYES, *DIFFUSION}
    assert set(GROUND) == {"paper", "wash", "ink", "ink-2", "rule", "rule-2", "rubric"}
    assert ROLES["posterior"] == Role("#3a5fcd", "#7ba0ff")
    assert ROLES["prior"] == Role("#746e62", "#969084", (4.0, 2.5))


def test_lines_that_share_a_picture_differ_in_dash_in_the_first_part() -> None:
    assert len({ROLES[name].dash for name in BAYES}) == 4
    assert ROLES["posterior"].linestyle == "-"
    assert ROLES["prior"].linestyle == (0, (4.0, 2.5))


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", [*ROLES, "ink", "ink-2", "rubric"])
def test_every_colour_is_legible_as_text(name: str, mode: str) -> None:
    colour = getattr((ROLES | GROUND)[name], mode)
    assert contrast(colour, getattr(GROUND["paper"], mode)) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_controls_and_muted_words_stand_out(mode: str) -> None:
    wash = getattr(GROUND["wash"], mode)
    assert contrast(getattr(GROUND["ink-2"], mode), wash) >= 4.5
    assert contrast(getattr(GROUND["rule-2"], mode), wash) >= 3


@pytest.mark.parametrize("name", ROLES)
def test_the_dark_colour_is_the_filtered_light_one(name: str) -> None:
    """invert(1) hue-rotate(180deg) turns a light figure into the dark one."""
    turned = np.clip(HUE_ROTATED @ (1 - rgb(ROLES[name].light)), 0, 1)
    assert np.abs(255 * (turned - rgb(ROLES[name].dark))).max() <= 1


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("vision", "floor"), [*zip(VISION, (9, 9, 9, 7), strict=True)])
@pytest.mark.parametrize("group", [BAYES, DIFFUSION])
def test_every_eye_tells_the_roles_apart(
    group: tuple[str, ...], vision: str, floor: float, mode: str
) -> None:
    seen = {name: lab(getattr(ROLES[name], mode), vision) for name in group}
    for one, other in itertools.combinations(group, 2):
        assert distance(seen[one], seen[other]) >= floor, (one, other)


def test_a_style_sheet_that_lacks_a_dark_colour_is_refused() -> None:
    css = Path(CSS_FILE).read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="unpaired: .'c-prior'"):
        parse(css.replace("--c-prior: #969084;", ""))
    with pytest.raises(ValueError, match="found 1 blocks"):
        parse(css.split("@media")[0])
