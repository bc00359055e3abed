"""Contrast, colour-vision deficiency and colour distance: arithmetic on hex colours."""

import numpy as np

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
# CSS filter hue-rotate(180deg): cos = -1 and sin = 0 in the matrix of the Filter Effects module.
LUMA = np.array([0.213, 0.715, 0.072])
HUE_ROTATE_180 = 2 * np.tile(LUMA, (3, 1)) - np.eye(3)
# sRGB to XYZ under D65, rows divided by the white point.
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
) / np.array([[0.95047], [1.0], [1.08883]])


def rgb(colour: str) -> np.ndarray:
    """Three numbers in [0, 1]."""
    return np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255


def hexadecimal(values) -> str:
    """The nearest colour of 24 bits."""
    return "#" + "".join(f"{round(255 * value):02x}" for value in np.clip(values, 0, 1))


def linear(values) -> np.ndarray:
    """sRGB to light."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def encoded(values) -> np.ndarray:
    """Light to sRGB."""
    values = np.clip(values, 0, 1)
    return np.where(values <= 0.0031308, 12.92 * values, 1.055 * values ** (1 / 2.4) - 0.055)


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2."""
    return float(linear(rgb(colour)) @ np.array([0.2126, 0.7152, 0.0722]))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def seen_by(vision: str, colour: str) -> str:
    """A colour as someone with this vision sees it."""
    return hexadecimal(encoded(VISION[vision] @ linear(rgb(colour))))


def dark_of(colour: str) -> str:
    """What the page's filter `invert(1) hue-rotate(180deg)` makes of a colour."""
    return hexadecimal(HUE_ROTATE_180 @ (1 - rgb(colour)))


def lab(colour: str) -> np.ndarray:
    """CIE L*a*b* under D65."""
    xyz = TO_XYZ @ linear(rgb(colour))
    x, y, z = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def ciede2000(one, other) -> float:
    """Distance of two L*a*b* colours: Sharma, Wu and Dalal (2005), equations 2 to 22."""
    (l_1, a_1, b_1), (l_2, a_2, b_2) = one, other
    mean_chroma = (np.hypot(a_1, b_1) + np.hypot(a_2, b_2)) / 2
    stretch = 1 + 0.5 * (1 - np.sqrt(mean_chroma**7 / (mean_chroma**7 + 25.0**7)))
    a_1, a_2 = stretch * a_1, stretch * a_2
    c_1, c_2 = np.hypot(a_1, b_1), np.hypot(a_2, b_2)
    h_1, h_2 = (np.degrees(np.arctan2(b, a)) % 360 for a, b in ((a_1, b_1), (a_2, b_2)))

    grey = c_1 * c_2 == 0
    turn = 0.0 if grey else (h_2 - h_1 + 180) % 360 - 180
    d_l, d_c = l_2 - l_1, c_2 - c_1
    d_h = 2 * np.sqrt(c_1 * c_2) * np.sin(np.radians(turn / 2))

    l_bar, c_bar = (l_1 + l_2) / 2, (c_1 + c_2) / 2
    h_bar = h_1 + h_2 if grey else (h_1 + turn / 2) % 360
    t = (
        1
        - 0.17 * np.cos(np.radians(h_bar - 30))
        + 0.24 * np.cos(np.radians(2 * h_bar))
        + 0.32 * np.cos(np.radians(3 * h_bar + 6))
        - 0.20 * np.cos(np.radians(4 * h_bar - 63))
    )
    s_l = 1 + 0.015 * (l_bar - 50) ** 2 / np.sqrt(20 + (l_bar - 50) ** 2)
    s_c, s_h = 1 + 0.045 * c_bar, 1 + 0.015 * c_bar * t
    bend = 30 * np.exp(-(((h_bar - 275) / 25) ** 2))
    r_t = -2 * np.sqrt(c_bar**7 / (c_bar**7 + 25.0**7)) * np.sin(np.radians(2 * bend))
    light, chroma, hue = d_l / s_l, d_c / s_c, d_h / s_h
    return float(np.sqrt(light**2 + chroma**2 + hue**2 + r_t * chroma * hue))


def distance(one: str, other: str, vision: str = "normal") -> float:
    """How far apart two colours look to someone with this vision."""
    return ciede2000(lab(seen_by(vision, one)), lab(seen_by(vision, other)))
