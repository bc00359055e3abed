"""A new chapter has every part, in the form that the checks ask for."""

import pytest

from hygiene import faults
from nbfiles import code_cells, read
from new_chapter import PARTS, begin


def test_a_new_chapter_has_its_parts_and_only_lacks_its_run(tmp_path):
    path = begin(3, "distributions", "One distribution, many faces", tmp_path)
    assert path.name == "03_distributions.ipynb"
    notebook = read(path)
    assert notebook.cells[0].source.startswith("# One distribution, many faces\n\n*The question")
    assert [c.id for c in notebook.cells[2:]] == [f"distributions-{part}" for part, _, _ in PARTS]
    assert "**Figure 3.1.**" in "".join(c.source for c in notebook.cells)
    assert len(code_cells(notebook)) == 1
    found = faults(path)
    assert len(found) == 2
    assert "cell distributions-setup ran as None; expected 1" in found[0]
    assert "nothing for nbval to compare" in found[1]


@pytest.mark.parametrize(
    ("number", "name", "title", "message"),
    [
        (0, "x", "T", "'00_x.ipynb' is no chapter name"),
        (100, "x", "T", "is no chapter name"),
        (3, "Big-Name", "T", "is no chapter name"),
        (3, "", "T", "is no chapter name"),
        (3, "x", " ", "title is ' '; expected words"),
    ],
)
def test_a_bad_name_is_refused(tmp_path, number, name, title, message):
    with pytest.raises(ValueError, match=message):
        begin(number, name, title, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_taken_number_is_refused_and_nothing_overwritten(tmp_path):
    path = begin(3, "distributions", "T", tmp_path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="chapter 3 exists: 03_distributions.ipynb"):
        begin(3, "other", "T", tmp_path)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1
