"""Imports point down: a chapter's code uses earlier chapters, services know no chapter.

A reader who has read up to chapter n can read every line of its modules.
"""

import ast
import pathlib
import shutil

import pytest

PACKAGE = pathlib.Path(__file__).resolve().parents[1] / "src" / "diffusion_derived"

# The one place that says where a module belongs: a chapter's number, or one of three groups.
LAYERS: dict[str, int | str] = {
    "browser": "service",
    "checks": "service",
    "data": "service",
    "devices": "service",
    "estimates": "service",
    "metrics": "service",
    "report": "service",
    "roles": "service",
    "training": "service",
    "figures": "figures",
    "widgets": "widgets",
    "derivation": "derivation",
    "bayes": 1,
    "beta_coin": 2,
    "distributions": 3,
    "monte_carlo": 3,
    "information": 4,
    "mixture": 5,
    "elbo": 6,
    "vae": 7,
    "flows": 8,
    "hierarchical": 8,
}
# What each group may import beside itself; a chapter adds the chapters before it.
ALLOWED = {
    "service": {"service"},
    "figures": {"service"},
    "widgets": {"service", "figures"},
    "derivation": {"service"},
    "chapter": {"service", "derivation"},
}


def modules(package: pathlib.Path) -> dict[str, pathlib.Path]:
    """The package's modules by dotted name, without the package's own."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(
    name: str, path: pathlib.Path, known: set[str], *, on_loading: bool = False
) -> set[str]:
    """The package's modules that one module imports: anywhere, or only while it is loaded."""
    home = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    targets: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body if on_loading else ast.walk(tree):
        if isinstance(node, ast.Import):
            targets |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = [p for p in home if p][: len(home) - node.level + 1]
                base = ".".join(["diffusion_derived", *above, *filter(None, [base])])
            targets |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    inside = {t.removeprefix("diffusion_derived").lstrip(".") for t in targets if is_own(t)}
    return (inside & known) - {"", name}


def is_own(target: str) -> bool:
    """Whether a dotted name is inside the package."""
    return target == "diffusion_derived" or target.startswith("diffusion_derived.")


def layer(name: str) -> int | str:
    """Where a module belongs, by its first part."""
    first = name.split(".")[0]
    assert first in LAYERS, f"{name}: say in LAYERS (tests/test_layers.py) where it belongs"
    return LAYERS[first]


def may_import(importer: str, imported: str) -> bool:
    """Whether the layers allow one module to import another."""
    own, other = layer(importer), layer(imported)
    if importer.split(".")[0] == imported.split(".")[0]:
        return True
    if isinstance(own, int) and isinstance(other, int):
        return other < own
    return other in ALLOWED["chapter" if isinstance(own, int) else own]


def violations(package: pathlib.Path) -> list[str]:
    """Every import that points up, or to a group that the importer must not know."""
    known = modules(package)
    return [
        f"{name} ({layer(name)}) imports {target} ({layer(target)})"
        for name, path in known.items()
        if name
        for target in sorted(imports(name, path, set(known)))
        if not may_import(name, target)
    ]


def cycles(package: pathlib.Path) -> list[str]:
    """Modules that import each other while they are loaded, by name."""
    known = modules(package)
    names = set(known)
    graph = {n: imports(n, path, names, on_loading=True) for n, path in known.items()}
    # A package's __init__ gathers its modules; they may import each other through it.
    left = {name: targets for name, targets in graph.items() if known[name].name != "__init__.py"}
    while left:
        used = set().union(*left.values())
        free = [name for name, targets in left.items() if not targets & set(left)]
        free += [name for name in left if name not in used]
        if not free:
            return sorted(left)
        for name in free:
            left.pop(name, None)
    return []


def test_imports_point_down():
    assert violations(PACKAGE) == []


def test_no_module_stands_on_a_cycle():
    assert cycles(PACKAGE) == []


def test_every_layer_that_is_named_exists():
    first = {name.split(".")[0] for name in modules(PACKAGE)} - {""}
    assert set(LAYERS) <= first


@pytest.mark.parametrize(
    ("module", "line", "expected"),
    [
        ("bayes", "from diffusion_derived.beta_coin import x", "bayes (1) imports beta_coin (2)"),
        ("bayes", "from . import beta_coin", "bayes (1) imports beta_coin (2)"),
        ("bayes", "from .figures import style", "bayes (1) imports figures (figures)"),
        ("bayes", "import diffusion_derived.widgets", "bayes (1) imports widgets (widgets)"),
        ("report", "from .bayes import x", "report (service) imports bayes (1)"),
        ("bayes", "def f():\n    from . import beta_coin", "bayes (1) imports beta_coin (2)"),
        ("figures.style", "from ..bayes import x", "figures.style (figures) imports bayes (1)"),
    ],
)
def test_a_planted_import_is_found(tmp_path, module, line, expected):
    copy = shutil.copytree(PACKAGE, tmp_path / "diffusion_derived")
    path = modules(copy)[module]
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    assert expected in violations(copy)


def test_a_module_without_a_layer_is_found(tmp_path):
    copy = shutil.copytree(PACKAGE, tmp_path / "diffusion_derived")
    (copy / "stray.py").write_text("from . import report\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="stray: say in LAYERS"):
        violations(copy)


def test_a_planted_cycle_is_found(tmp_path):
    for name, target in {"a": "b", "b": "c", "c": "a", "d": "a"}.items():
        (tmp_path / f"{name}.py").write_text(f"from .{target} import x\n", encoding="utf-8")
    assert cycles(tmp_path) == ["a", "b", "c"]
