"""The source of the house, as the tests of its rules read it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "messaging", "inbound", "billing")
PARTS = (*APPS, "smsportal")

# What a file of a wing may be called, and how high it stands: it imports its own height and below.
# Any other name is a pure module, the lowest: words and sums.
PURE, FACTS, CARRIERS, QUESTIONS, WORK, DEEDS, DOORS = range(7)
KINDS = {
    "models": FACTS,
    "signals": FACTS,
    "queries": QUESTIONS,
    "engine": WORK,
    "services": DEEDS,
    "tasks": DOORS,
    "receivers": DOORS,
    "forms": DOORS,
    "views": DOORS,
    "urls": DOORS,
    "access": FACTS,
    "proofs": DEEDS,
    "middleware": DOORS,
    "adapters": DOORS,
    "management": DOORS,
    "templatetags": DOORS,
}


@cache
def python_files() -> tuple[Path, ...]:
    """Every Python file of the product and its tests; migrations are written by a machine."""
    top = sorted(ROOT.glob("*.py"))
    deep = sorted(path for part in PARTS for path in (ROOT / part).rglob("*.py"))
    return tuple(path for path in (*top, *deep) if "migrations" not in path.parts)


def product_files() -> list[Path]:
    """The files of the four apps and of smsportal, without the tests."""
    return [path for path in python_files() if path.parent != ROOT and not is_test(path)]


def is_test(path: Path) -> bool:
    return "tests" in path.relative_to(ROOT).parts


def module(path: Path) -> str:
    """The dotted name that a file is imported by."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def kind(name: str) -> int | None:
    """How high a module of a wing stands, by its dotted name; None outside the wings."""
    app, _, inside = name.partition(".")
    wing, *rest = inside.split(".")
    if app not in APPS or wing in ("", "models", "tasks", "urls", "apps"):
        return None
    if wing in ("management", "templatetags"):
        return DOORS
    if not rest:
        return PURE
    return KINDS.get(rest[0], CARRIERS if (app, wing) == ("messaging", "carriers") else PURE)


def imported(path: Path) -> Iterator[str]:
    """The dotted names that a file imports, relative ones resolved, wherever they stand in it."""
    package = module(path) if path.name == "__init__.py" else module(path).rpartition(".")[0]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".") if node.level else []
            base = base[: len(base) - node.level + 1] if node.level else base
            base += node.module.split(".") if node.module else []
            yield from (".".join([*base, alias.name]) for alias in node.names)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def at(path: Path, node: ast.AST | int) -> str:
    """A place in the source, as an editor opens it."""
    line = node if isinstance(node, int) else getattr(node, "lineno", 1)
    return f"{path.relative_to(ROOT)}:{line}"
