"""The README's picture is what its tool draws, and its numbers are right."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
from scipy import stats

import make_picture

SVG = "{http://www.w3.org/2000/svg}"


def test_the_committed_picture_is_what_the_tool_draws():
    assert make_picture.PICTURE.read_text(encoding="utf-8") == make_picture.picture()
    assert make_picture.PICTURE.stat().st_size < 300_000


def test_the_last_frame_is_the_beta_density_of_the_coins_shown():
    root = ElementTree.fromstring(make_picture.picture())
    still = next(g for g in root.iter(f"{SVG}g") if g.get("class") == "still")
    kinds = [circle.get("class") for circle in still.iter(f"{SVG}circle")]
    heads, tails = kinds.count("heads"), kinds.count("tails")
    assert heads + tails == make_picture.TOSSES
    path = next(still.iter(f"{SVG}path")).get("d")
    points = np.array(re.findall(r"L([\d.]+) ([\d.]+)", path)[:-1], dtype=float)
    theta = (points[:, 0] - make_picture.LEFT) / make_picture.SPAN
    height = make_picture.BASE - points[:, 1]
    density = stats.beta(1 + heads, 1 + tails).pdf(theta)
    assert np.allclose(height / height.max(), density / density.max(), atol=0.01)
    words = next(still.iter(f"{SVG}text")).text
    mean = (1 + heads) / (2 + heads + tails)
    assert words == f"heads {heads} of {heads + tails}, mean {mean:.2f}"
