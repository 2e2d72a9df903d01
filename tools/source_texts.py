"""Texts as the source writes them: what stands in one for a value is shown in capitals."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

from pulumi_astra_vectorize.settings import Settings

EXAMPLE = Settings.model_construct()
LINES = {"line_to_set", "line_to_remove", "how_to_set", "key_of"}
"""What of the settings makes a line to paste: the page shows that of a stack's own settings."""
_SILENT = ("inputs", "settings", "problem", "answer", "str", "type", "removeprefix", "verify")
_WORDS = {**dict.fromkeys(_SILENT, ""), "self": "", "len": "n", "strerror": "reason"}

Bound = Mapping[str, ast.expr]


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
                text = " or ".join(filter(None, either))
            case ast.BoolOp(values=[first, *_]):
                text = self.shown(first, bound)
            case ast.Name() | ast.Attribute() if (name := ast.unparse(expression)) in bound:
                text = self.shown(bound[name], {})
            case ast.Name(id=name) if isinstance(self._names.get(name), (str, int)):
                text = str(self._names[name])
            case ast.Call():
                text = self._of_call(expression, bound)
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

    def _of_call(self, call: ast.Call, bound: Bound) -> str:
        match call.func:
            case ast.Attribute(attr=name) if name in LINES:
                return self._line(name, [bound.get(ast.unparse(it), it) for it in call.args])
            case ast.Attribute(value=ast.Constant(), attr="join"):
                return self.shown(call.args[0], bound)
            case ast.Attribute(value=ast.Name(id=name), attr="format"):
                return str(self._names[name])
            case _:
                return _capitals(ast.unparse(call.func))

    def _line(self, name: str, arguments: list[ast.expr]) -> str:
        values = [self._value(it) for it in arguments]
        if None in values:
            return "the line that the message has"
        return str(getattr(EXAMPLE, name)(*values))

    def _value(self, expression: ast.expr) -> Any:
        """What an argument is, if it is written out or a constant of the module."""
        if isinstance(expression, ast.Name):
            return self._names.get(expression.id)
        written = isinstance(expression, (ast.Constant, ast.Dict))
        return ast.literal_eval(expression) if written else None


def _capitals(expression: str) -> str:
    """`self._database.name` as DATABASE NAME."""
    words = [_WORDS.get(word, word) for word in re.findall(r"[A-Za-z]+", expression)]
    return " ".join(word.upper() for word in words if word) or "IT"
