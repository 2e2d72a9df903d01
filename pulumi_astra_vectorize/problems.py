"""What is wrong with a program's inputs, as it is told before anything is done.

Each problem has a code, as errors have: docs/errors.md lists them all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pulumi_astra_vectorize.unknowns import contains_unknown

_WORD = re.compile(r"\w+")

ProblemCode = Literal[
    "CONTRADICTORY_INPUTS",
    "DUPLICATE_ITEM",
    "EMPTY_INPUT",
    "INVALID_AUTHENTICATION",
    "INVALID_CHOICE",
    "INVALID_COLUMN",
    "INVALID_DIMENSION",
    "INVALID_INDEXING",
    "INVALID_MODEL",
    "INVALID_NAME",
    "INVALID_PARAMETERS",
    "INVALID_PRIMARY_KEY",
    "INVALID_SECRET",
    "MISSING_INPUT",
    "TARGET_NOT_CONFIGURED",
    "UNKNOWN_INPUT",
    "UNKNOWN_PROVIDER",
    "WRONG_TYPE",
]
_SHAPE_CODES: dict[str, ProblemCode] = {
    "missing": "MISSING_INPUT",
    "extra_forbidden": "UNKNOWN_INPUT",
    "literal_error": "INVALID_CHOICE",
}


@dataclass(frozen=True)
class Problem:
    """Something wrong with an input, found without asking anybody."""

    code: ProblemCode
    path: tuple[str | int, ...]
    reason: str

    @property
    def property(self) -> str:
        """The property's path as Pulumi writes it: ``databases[1]``, ``service.model``."""
        shown = ""
        for part in self.path:
            if isinstance(part, int):
                shown += f"[{part}]"
            elif _WORD.fullmatch(part):
                shown += f".{part}" if shown else part
            else:
                shown += f"[{json.dumps(part, ensure_ascii=False)}]"
        return shown

    def told(self, hidden: Collection[str]) -> tuple[str, str]:
        """Property and reason for the engine, which shows the value of the property it is told."""
        if self.path[0] in hidden or self.code == "INVALID_SECRET":
            return "", f"[{self.code}] `{self.property}`: {self.reason}"
        return self.property, f"[{self.code}] {self.reason}"


def problems_of_shape(error: ValidationError, properties: object) -> list[Problem]:
    """What a model says of inputs whose types are wrong; nothing that is unknown is a problem."""
    return _innermost(
        Problem(
            _SHAPE_CODES.get(item["type"], "WRONG_TYPE"),
            _written_path(item, properties),
            item["msg"],
        )
        for item in error.errors(include_url=False)
        if item["type"] == "missing" or not contains_unknown(item["input"])
    )


def _innermost(problems: Iterable[Problem]) -> list[Problem]:
    """Without those of a value that has one inside: it is of the other of two shapes."""
    found = list(problems)
    around = {problem.path[:depth] for problem in found for depth in range(len(problem.path))}
    return [problem for problem in found if problem.path not in around]


def _written_path(error: ErrorDetails, properties: object) -> tuple[str | int, ...]:
    """Where the program wrote it: models also name the member of a union that they tried."""
    path: list[str | int] = []
    value, location = properties, error["loc"]
    for part in location:
        if isinstance(value, Mapping) and part in value:
            path, value = [*path, part], cast("Mapping[str, object]", value)[cast(str, part)]
        elif isinstance(value, list) and isinstance(part, int):
            path, value = [*path, part], cast("list[object]", value)[part]
    return (*path, location[-1]) if error["type"] == "missing" else tuple(path)
