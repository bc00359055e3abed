"""The exercises are pages of the book, with their answers folded and their numbers right."""

import json
import re

import pytest

from nbfiles import exercises

pytestmark = pytest.mark.slow
every_master = pytest.mark.parametrize("name", [path.stem for path in exercises()])


@pytest.fixture
def html(built_book):
    """The text of a built page, by its place."""
    return lambda place: (built_book / place).read_text("utf-8")


@every_master
def test_a_page_folds_solutions_and_checks(html, name):
    page = html(f"notebooks/exercises/{name}.html")
    assert page.count("<summary>One solution</summary>") >= 6
    assert page.count("<summary>The checks</summary>") >= 5
    assert page.count("<details") == page.count("</details>")
    for word in ("SECRET_SEED", "# HIDDEN", "# SOLUTION", "BEGIN QUESTION"):
        assert word not in page


@every_master
def test_its_exercises_carry_the_chapters_number_and_its_title_none(html, name):
    page = html(f"notebooks/exercises/{name}.html")
    numbered = '<h1><span class="section-number">'
    assert numbered not in page and numbered in html(f"notebooks/{name}.html")
    numbers = re.findall(r"<h2>Exercise (\d+\.\d+)\. ", page)
    assert numbers == [f"{int(name[:2])}.{place + 1}" for place in range(len(numbers))]


@every_master
def test_the_chapter_links_to_the_page_and_keeps_its_number(html, name):
    chapter = html(f"notebooks/{name}.html")
    assert f'href="exercises/{name}.html"' in chapter
    assert f'<span class="section-number">{int(name[:2])}' in chapter


@every_master
def test_the_page_offers_the_notebook_to_fill_in(html, name):
    given = json.loads(html(f"_sources/notebooks/exercises/{name}.ipynb"))
    assert given["metadata"]["otter"] == {"assignment_name": name}
    text = json.dumps(given)
    assert "SOLUTION" not in text and "SECRET_SEED" not in text and "= ..." in text
