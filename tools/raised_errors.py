"""Where the source makes errors: read from it, so that the page of errors leaves none out."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from pulumi_astra_vectorize import errors
from pulumi_astra_vectorize.server.store.opening import MEND
from tools.source_texts import Bound, Texts, assigned_once

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pulumi_astra_vectorize"
ERRORS = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and kind.__base__ is errors.AstraVectorizeError
}
ALIASES = {"DataApiError": "RefusedError"}
MAKERS = (*ERRORS, *ALIASES, "StorageError", "Finding")
CODE = re.compile(r"[A-Z]+(_[A-Z]+)+")


@dataclass(frozen=True)
class Raised:
    """An error as a place in the source makes it; the place is a module below the package."""

    kind: str
    code: str
    message: str
    fix: str
    place: str


def found() -> Iterator[Raised]:
    """Every place that makes an error, file by file."""
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text())
        if any(calls(tree, MAKERS)):
            yield from raised_in(tree, path.relative_to(PACKAGE).with_suffix("").as_posix())


def raised_in(tree: ast.Module, place: str) -> Iterator[Raised]:
    """The errors of one file."""
    module = import_module(f"pulumi_astra_vectorize.{place}".replace("/", "."))
    texts = Texts(vars(module))
    for call, function in made_in(tree).items():
        for bound in bindings(tree, function, call.args[0]):
            meanings = {**assigned_once(function), **bound}
            code, message, fix = (texts.shown(it, meanings) for it in arguments(call))
            if CODE.fullmatch(code) and not _refuses_a_request(call):
                yield Raised(ALIASES.get(called(call), called(call)), code, message, fix, place)


def made_in(tree: ast.Module) -> dict[ast.Call, ast.FunctionDef]:
    """The calls that make errors, each with the innermost function around it."""
    functions = (it for it in ast.walk(tree) if isinstance(it, ast.FunctionDef))
    return {call: function for function in functions for call in calls(function, MAKERS)}


def arguments(call: ast.Call) -> tuple[ast.expr, ast.expr, ast.expr]:
    """Code, message and fix, as the source writes them."""
    code, message, *others = (it for it in call.args if not _is_level(it))
    named = [it.value for it in call.keywords if it.arg == "fix"]
    fallback = ast.Constant(MEND if called(call) == "StorageError" else "")
    return code, message, (named or others or [fallback])[0]


def _refuses_a_request(call: ast.Call) -> bool:
    """Told by HTTP, with a status of 4xx: docs/integrations-api.md has those."""
    return any(it.arg == "http_status" and "4" in ast.unparse(it.value)[:1] for it in call.keywords)


def _is_level(expression: ast.expr) -> bool:
    """How bad a finding is stands between its code and its message."""
    words = ast.unparse(expression)
    return any(repr(level) in words for level in ("ok", "warning", "error"))


def calls(tree: ast.AST, names: Collection[str]) -> Iterator[ast.Call]:
    """The calls of something with one of these names."""
    found_calls = (it for it in ast.walk(tree) if isinstance(it, ast.Call))
    return (it for it in found_calls if called(it) in names)


def called(call: ast.Call) -> str:
    """The last word of what is called."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def bindings(tree: ast.Module, function: ast.FunctionDef, code: ast.expr) -> Iterator[Bound]:
    """What stands for values that come with the code: from each object's maker, or each caller."""
    match code:
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            for maker, fields in makers_of(tree, name):
                values = given(fields, maker)
                yield {f"{owner}.{field}": value for field, value in values.items()}
        case _:
            names = [it.arg for it in function.args.args if it.arg != "self"]
            defaults = dict(zip(reversed(names), reversed(function.args.defaults), strict=False))
            callers = [given(names, caller) for caller in calls(tree, {function.name})]
            yield from ({**defaults, **values} for values in callers or [{}])


def given(names: list[str], call: ast.Call) -> dict[str, ast.expr]:
    """The arguments of a call by the names that they go to."""
    named = {it.arg: it.value for it in call.keywords if it.arg}
    return {**dict(zip(names, call.args, strict=False)), **named}


def makers_of(tree: ast.Module, field: str) -> Iterator[tuple[ast.Call, list[str]]]:
    """The calls that make objects with such a field, and the fields that they have.

    Errors are none of these: what has the code of one tells what is told elsewhere.
    """
    for kind in (it for it in tree.body if isinstance(it, ast.ClassDef)):
        declared = [ast.unparse(it.target) for it in kind.body if isinstance(it, ast.AnnAssign)]
        if field in declared and kind.name not in MAKERS:
            yield from ((call, declared) for call in calls(tree, {kind.name}))
