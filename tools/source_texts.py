"""Texts as the source writes them: what stands in one for a value is shown in capitals."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from textwrap import dedent
from types import FunctionType
from typing import Any

from pulumi_astra_vectorize.settings import Settings

EXAMPLE = Settings.model_construct()
LINES = {"line_to_set", "line_to_remove", "how_to_set", "key_of"}
"""What of the settings makes a line to paste: the page shows that of a stack's own settings."""
_SILENT = (
    *("answer", "base", "done", "error", "inputs", "lifecycle", "problem", "self", "settings"),
    *("numbered", "removeprefix", "rstrip", "shown", "sorted", "str", "strip", "transport"),
    *("type", "verify"),
)
_WORDS = {**dict.fromkeys(_SILENT, ""), "len": "n", "strerror": "reason", "stderr": "output"}

Bound = Mapping[str, ast.expr]
"""What names mean: of the caller's arguments, and of what is assigned once."""


class Texts:
    """Reads the texts of one module, whose names they may use."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names

    def shown(self, expression: ast.expr, bound: Bound) -> str:
        """A text with a word in capitals for each value in it."""
        match expression:
            case ast.Constant(value=value):
                text = str(value)
            case ast.JoinedStr(values=parts):
                text = self._joined(parts, bound)
            case ast.FormattedValue(value=value, conversion=conversion):
                text = self.shown(value, bound)
                text = f"'{text}'" if conversion == ord("r") else text
            case ast.IfExp(body=body, orelse=other):
                either = [self.shown(body, bound), self.shown(other, bound)]
                text = either[0] if either[0].isupper() else " or ".join(filter(None, either))
            case ast.BoolOp(values=[first, *_]) | ast.GeneratorExp(elt=first):
                text = self.shown(first, bound)
            case ast.Name() | ast.Attribute() if (name := ast.unparse(expression)) in bound:
                others = {it: bound[it] for it in bound if it != name}
                text = self._meant(bound[name], others) or _capitals(name)
            case ast.Name(id=name) if isinstance(self._names.get(name), (str, int)):
                text = str(self._names[name])
            case ast.Call():
                text = self._of_call(expression, bound)
            case ast.Subscript(value=ast.Name(id=name)) if isinstance(self._names.get(name), dict):
                text = " or ".join(self._names[name].values())
            case _:
                text = _capitals(ast.unparse(expression))
        return text

    def _joined(self, parts: list[ast.expr], bound: Bound) -> str:
        """Without what only some errors say at the end of a word."""
        text = ""
        for part in parts:
            shown = self.shown(part, bound)
            glued = text[-1:].isalnum() or text.endswith("`")
            text += "" if glued and shown.isupper() else shown
        return text

    def _meant(self, expression: ast.expr, bound: Bound) -> str:
        """A text or a code that a name stands for; nothing for a value, whose name says more."""
        text = self.shown(expression, bound)
        is_value = (text.isupper() or text.isdigit()) and "_" not in text
        return "" if is_value else text

    def _of_call(self, call: ast.Call, bound: Bound) -> str:
        match call.func:
            case ast.Attribute(attr=name) if name in LINES:
                return self._line(name, [bound.get(ast.unparse(it), it) for it in call.args])
            case ast.Attribute(value=ast.Constant(), attr="join"):
                return self.shown(call.args[0], bound)
            case ast.Attribute(value=ast.Name(id=name), attr="format"):
                return str(self._names[name])
            case _ if said := self._said_by(self._function(call.func)):
                return said
            case _:
                silent = _capitals(ast.unparse(call.func)) == "IT"
                return self.shown(call.args[0] if silent and call.args else call.func, bound)

    def _function(self, called: ast.expr) -> FunctionType | None:
        """A function that this module knows, or a method of a class of its own."""
        match called:
            case ast.Name(id=name):
                places = [self._names]
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                places = [vars(it) for it in self._names.values() if inspect.isclass(it)]
            case _:
                return None
        return next((it[name] for it in places if inspect.isfunction(it.get(name))), None)

    def _said_by(self, function: FunctionType | None) -> str:
        """The texts that a function returns; nothing where these are values only."""
        if function is None or function.__annotations__.get("return") != "str":
            return ""
        body = ast.parse(dedent(inspect.getsource(function)))
        there, bound = Texts(function.__globals__), assigned_once(body)
        returns = [it for it in ast.walk(body) if isinstance(it, ast.Return)]
        in_order = sorted(returns, key=lambda it: it.lineno)
        texts = [there.shown(it.value, bound) for it in in_order if it.value]
        return "<br>".join(text for text in texts if text and not text.isupper())

    def _line(self, name: str, arguments: list[ast.expr]) -> str:
        values = [self._value(it) for it in arguments]
        if None in values:
            return "the line that the message has"
        return str(getattr(EXAMPLE, name)(*values))

    def _value(self, expression: ast.expr) -> Any:
        """What an argument is, if it is written out or a constant of the module."""
        if isinstance(expression, ast.Name):
            return self._names.get(expression.id)
        try:
            return ast.literal_eval(expression)
        except ValueError:
            return None


def assigned_once(body: ast.AST) -> Bound:
    """What the names of a function mean that it gives a value in one place."""
    assigned = [(ast.unparse(it.targets[0]), it.value) for it in _assignments(body)]
    names = [name for name, _ in assigned]
    return {name: value for name, value in assigned if names.count(name) == 1}


def _assignments(body: ast.AST) -> Iterator[ast.Assign]:
    return (it for it in ast.walk(body) if isinstance(it, ast.Assign))


def _capitals(expression: str) -> str:
    """`self._database.name` as DATABASE NAME."""
    if expression.endswith("__name__"):
        return "KIND OF ERROR"
    if expression in ("error", "problem"):
        return "REASON"
    words = [_WORDS.get(word, word) for word in re.findall(r"[A-Za-z]+", expression)]
    return " ".join(word.upper() for word in words if word) or "IT"
