"""What is public is documented, and a notebook uses nothing else."""

import ast
import importlib
import inspect
import pathlib
import pkgutil

import pytest

import diffusion_derived
from nbfiles import chapters, code_cells, exercises, read

PREFIX = "diffusion_derived."
MODULES = [
    info.name
    for info in pkgutil.walk_packages(diffusion_derived.__path__, PREFIX)
    if not info.name.rsplit(".", 1)[-1].startswith("_")
]


def public_members(module):
    """A module's own public functions and classes, and the classes' public methods."""
    for name, member in vars(module).items():
        if name.startswith("_") or getattr(member, "__module__", None) != module.__name__:
            continue
        if not (inspect.isfunction(member) or inspect.isclass(member)):
            continue
        yield name, member
        if inspect.isclass(member):
            for method, value in vars(member).items():
                if not method.startswith("_") and inspect.isfunction(value):
                    yield f"{name}.{method}", getattr(member, method)


def undocumented(module) -> list[str]:
    """The public members without a docstring, of their own or of the class they refine."""
    bare = [name for name, member in public_members(module) if not inspect.getdoc(member)]
    return ([] if module.__doc__ else ["the module itself"]) + bare


@pytest.mark.parametrize("name", MODULES)
def test_everything_public_has_a_docstring(name):
    assert undocumented(importlib.import_module(name)) == []


def test_a_missing_docstring_is_found(tmp_path, monkeypatch):
    (tmp_path / "bare_module.py").write_text(
        "'''Words.'''\ndef f(): ...\nclass C:\n def g(s): ...\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert undocumented(importlib.import_module("bare_module")) == ["f", "C", "C.g"]


def library_imports(source: str) -> list[tuple[str, str | None]]:
    """What a cell imports from the library: module and name, or the module alone."""
    plain = "\n".join(
        line for line in source.splitlines() if not line.lstrip().startswith(("%", "!"))
    )
    found: list[tuple[str, str | None]] = []
    for node in ast.walk(ast.parse(plain)):
        if isinstance(node, ast.Import):
            found += [(a.name, None) for a in node.names if a.name.startswith(PREFIX[:-1])]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PREFIX[:-1]):
            found += [(node.module, alias.name) for alias in node.names]
    return found


def faults(source: str) -> list[str]:
    """The library's names in a cell that are private, absent or without a docstring."""
    found = []
    for module, name in library_imports(source):
        full = f"{module}.{name}" if name else module
        if any(part.startswith("_") for part in full.split(".")):
            found.append(f"{full} is private")
            continue
        try:
            member = importlib.import_module(module)
            if name:
                member = getattr(member, name, None) or importlib.import_module(full)
        except ImportError:
            found.append(f"{full} does not exist")
            continue
        if (callable(member) or inspect.ismodule(member)) and not inspect.getdoc(member):
            found.append(f"{full} has no docstring")
    return found


@pytest.mark.parametrize("path", [*chapters(), *exercises()], ids=lambda path: path.stem)
def test_a_notebook_imports_what_is_public_and_documented(path: pathlib.Path):
    cells = code_cells(read(path))
    assert [fault for cell in cells for fault in faults(cell.source)] == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from diffusion_derived.report import report, table", []),
        (
            "from diffusion_derived.report import _cell",
            ["diffusion_derived.report._cell is private"],
        ),
        ("from diffusion_derived import nothing", ["diffusion_derived.nothing does not exist"]),
        ("import diffusion_derived.gone", ["diffusion_derived.gone does not exist"]),
        ("%pip list\nimport numpy", []),
    ],
)
def test_a_planted_import_is_found(source, expected):
    assert faults(source) == expected
