"""Public things say what they are for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "pulumi_astra_vectorize"
FILES = sorted(PACKAGE.rglob("*.py"))
HOOKS_OF_OTHERS = ("Lifecycle", "Provider")
"""Classes that carry out what is explained at `lifecycle.Lifecycle`, or in Pulumi's SDK."""

Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def public(tree: ast.Module) -> Iterator[tuple[str, Documented]]:
    """Functions and classes of a module, and the methods of its classes, that have public names.

    Without routes: what they are for stands in the page of their interface.
    """
    for node in tree.body:
        if isinstance(node, Documented) and not node.name.startswith("_") and not is_route(node):
            yield node.name, node
            if isinstance(node, ast.ClassDef):
                yield from ((f"{node.name}.{m.name}", m) for m in methods(node))


def is_route(node: Documented) -> bool:
    """Whether a decorator like `@routes.get(...)` stands before it."""
    return any(ast.unparse(it).startswith("routes.") for it in node.decorator_list)


def methods(described: ast.ClassDef) -> Iterator[ast.FunctionDef]:
    """Its public methods, without those that carry out a contract explained elsewhere."""
    if described.name.endswith(HOOKS_OF_OTHERS) and described.name != "Lifecycle":
        return
    for node in described.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_public_things_have_docstrings(file: Path) -> None:
    """Modules, classes, functions, methods: a sentence for whoever reads them first."""
    tree = ast.parse(file.read_text(encoding="utf-8"))

    assert ast.get_docstring(tree), "the module"
    assert [name for name, node in public(tree) if not ast.get_docstring(node)] == []
