"""What the tests of the book share: its extensions, its tools and its parsed pages."""

import sys
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "book" / "_ext"), str(ROOT / "tools")]


def pytest_collection_modifyitems(items):
    """What needs the built book is not for the fast loop."""
    for item in items:
        if "built_book" in getattr(item, "fixturenames", ()):
            item.add_marker("slow")


@cache
def parsed(path: Path) -> BeautifulSoup:
    """A page of the built book."""
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="session")
def page(built_book):
    """`page("book/intro")`: one page of the built book."""
    return lambda name: parsed(built_book / f"{name}.html")


@pytest.fixture(scope="session")
def pages(built_book) -> dict[str, BeautifulSoup]:
    """Every page that a reader is led to, by its name."""
    files = [*built_book.glob("book/**/*.html"), *built_book.glob("notebooks/*.html")]
    return {file.relative_to(built_book).as_posix(): parsed(file) for file in sorted(files)}
