"""Every module of a chapter stands on a page of the library, once."""

import collections
import pathlib
import re

import pytest
from test_layers import LAYERS

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "diffusion_derived"


def documented() -> collections.Counter:
    """How often the pages name each module."""
    text = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "book" / "api").glob("*.md"))
    return collections.Counter(re.findall(r"automodule:: diffusion_derived\.([\w.]+)", text))


def chapter_modules() -> list[str]:
    """The modules that belong to a chapter, by the table of layers."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        public = not any(part.startswith("_") for part in parts)
        if public and isinstance(LAYERS.get(parts[0]), int):
            found.append(".".join(parts))
    return found


@pytest.mark.parametrize("module", chapter_modules())
def test_a_module_stands_on_one_page(module):
    source = (PACKAGE / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8")
    own = re.search(r"^(def|class) [a-z A-Z]\w*", source, re.M)
    assert own is None or documented()[module] == 1


def test_no_page_names_a_module_that_is_not_there():
    known = {".".join(p.relative_to(PACKAGE).with_suffix("").parts) for p in PACKAGE.rglob("*.py")}
    packages = {name.removesuffix(".__init__") for name in known if name.endswith("__init__")}
    assert set(documented()) <= known | packages
