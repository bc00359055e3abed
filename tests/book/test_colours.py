"""The book's colours: legible on their ground, told apart by every reader, one figure for day and
night. The values are in `roles.css`; what is demanded of them is here."""

import io
from itertools import combinations

import numpy as np
import pytest
from colour_arithmetic import VISION, ciede2000, contrast, dark_of, distance
from PIL import Image

from diffusion_derived.roles import GROUND, ROLES

GROUPS = {
    "inference": ("prior", "likelihood", "posterior", "evidence"),
    "diffusion": ("q", "p", "data", "noise", "latent", "condition"),
}
TEXT, CONTROL = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11
FLOOR = {"normal": 9, "protan": 9, "deutan": 9, "tritan": 7}
# Some of the test pairs that Sharma, Wu and Dalal (2005) publish.
PUBLISHED = [
    ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
    ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
    ((50, 0, 0), (50, -1, 2), 2.3669),
    ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
    ((50, 2.5, 0), (61, -5, 29), 22.8977),
    ((50, 2.5, 0), (50, 3.2592, 0.3350), 1.0000),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize("one, other, published", PUBLISHED)
def test_the_distance_is_the_published_one(one, other, published):
    assert ciede2000(one, other) == pytest.approx(published, abs=5e-5)
    assert ciede2000(other, one) == pytest.approx(published, abs=5e-5)


def test_contrast_of_known_pairs():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_every_role_belongs_to_one_group():
    assert sorted(sum(GROUPS.values(), ())) == sorted(ROLES)


@pytest.mark.parametrize("ground", ["paper", "wash"])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_words_are_legible(mode, ground):
    behind = getattr(GROUND[ground], mode)
    for name in ("ink", "ink-2", "rubric"):
        assert contrast(getattr(GROUND[name], mode), behind) >= TEXT, name
    assert contrast(getattr(GROUND["rule-2"], mode), behind) >= CONTROL


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_role_can_be_written_in_its_colour(role, mode):
    colour, paper = getattr(ROLES[role], mode), getattr(GROUND["paper"], mode)
    assert contrast(colour, paper) >= TEXT


@pytest.mark.parametrize("role", ROLES)
def test_the_filter_of_the_dark_pages_gives_the_dark_colour(role):
    assert dark_of(ROLES[role].light) == ROLES[role].dark


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("group", GROUPS)
def test_the_roles_of_a_group_are_told_apart(group, mode, vision):
    near = {
        (one, other): distance(getattr(ROLES[one], mode), getattr(ROLES[other], mode), vision)
        for one, other in combinations(GROUPS[group], 2)
    }
    assert min(near.values()) >= FLOOR[vision], min(near, key=near.get)


def test_lines_of_inference_differ_by_dash_as_well():
    dashes = [ROLES[role].dash for role in GROUPS["inference"]]
    assert len(set(dashes)) == len(dashes)


def test_two_colours_that_are_too_near_would_be_seen():
    assert distance("#3a5fcd", "#4060d0", "normal") < FLOOR["normal"]
    assert distance("#c00000", "#606000", "deutan") < distance("#c00000", "#606000", "normal")


def test_the_browser_filters_a_figure_into_the_dark_colours(browser):
    page = browser.new_page()
    swatches = "".join(
        f'<rect x="{10 * at}" width="10" height="10" fill="{role.light}"/>'
        for at, role in enumerate(ROLES.values())
    )
    page.set_content(
        '<body style="margin:0"><svg width="100" height="10" shape-rendering="crispEdges" '
        f'style="display:block;filter:invert(1) hue-rotate(180deg)">{swatches}</svg>'
    )
    shown = pixels(page, width=100, height=10)
    page.close()
    for at, role in enumerate(ROLES.values()):
        wanted = [int(role.dark[place : place + 2], 16) for place in (1, 3, 5)]
        assert list(shown[5, 10 * at + 5]) == pytest.approx(wanted, abs=1)


def pixels(page, width: int, height: int) -> np.ndarray:
    """What the top left corner of a page shows, as an array of bytes."""
    clip = {"x": 0, "y": 0, "width": width, "height": height}
    return np.asarray(Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB"))
