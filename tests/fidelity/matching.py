"""What must hold in an answer: patterns, and what in an answer breaks them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isclose
from typing import Any, Protocol, cast

ANY: dict[str, Any] = {"*": "anything"}
"""Fits any value that is there."""

ABSENT = "(absent)"
"""As the value of a pattern's member: the answer must not have the member."""


class Matcher(Protocol):
    """A pattern that is neither JSON nor ANY."""

    def problem(self, found: object) -> str | None:
        """What is wrong with this part of an answer."""
        ...


@dataclass(frozen=True)
class Exactly:
    """Fits this value and no other: objects have no further members."""

    value: object

    def problem(self, found: object) -> str | None:
        return None if found == self.value else f"{_shown(found)} is not {_shown(self.value)}"


@dataclass(frozen=True)
class Near:
    """Fits a number up to rounding."""

    value: float

    def problem(self, found: object) -> str | None:
        near = isinstance(found, (int, float)) and isclose(found, self.value, abs_tol=1e-4)
        return None if near else f"{_shown(found)} is not near {self.value}"


@dataclass(frozen=True)
class Listing:
    """Fits an array with these elements in any order, others beside them if ``more``."""

    elements: tuple[object, ...]
    more: bool = False

    def problem(self, found: object) -> str | None:
        if not isinstance(found, list):
            return f"{_shown(found)} is no array"
        rest = list(cast("list[object]", found))
        for element in self.elements:
            fitting = next((it for it in rest if problem(element, it) is None), None)
            if fitting is None:
                return f"{_shown(found)} has no {_shown(element)}"
            rest.remove(fitting)
        return f"{_shown(rest)} should not be there" if rest and not self.more else None


@dataclass(frozen=True)
class Lacking:
    """Fits an array without this element."""

    element: object

    def problem(self, found: object) -> str | None:
        fits = isinstance(found, list) and self.element not in cast("list[object]", found)
        return None if fits else f"{_shown(found)} has {_shown(self.element)}"


def including(*elements: object) -> Listing:
    """Fits an array that has these elements among others."""
    return Listing(elements, more=True)


@dataclass(frozen=True)
class Length:
    """Fits an array of so many elements."""

    count: int

    def problem(self, found: object) -> str | None:
        fits = isinstance(found, list) and len(cast("list[object]", found)) == self.count
        return None if fits else f"{_shown(found)} does not have {self.count} elements"


@dataclass(frozen=True)
class Saying:
    """Fits a text that has this in it."""

    part: str

    def problem(self, found: object) -> str | None:
        return None if self.part in str(found) else f"{_shown(found)} does not say {self.part}"


def problem(pattern: object, found: object) -> str | None:
    """What in the answer breaks the pattern; None if nothing does.

    An object fits an object pattern if every member of the pattern fits; it may have more. An
    array fits element by element. Everything else has to be equal.
    """
    if pattern is ANY:
        return None
    if isinstance(pattern, (Exactly, Near, Listing, Lacking, Length, Saying)):
        return pattern.problem(found)
    if isinstance(pattern, dict) and isinstance(found, dict):
        members = cast("dict[str, object]", pattern)
        return _object_problem(members, cast("dict[str, object]", found))
    if isinstance(pattern, list) and isinstance(found, list):
        return _array_problem(cast("list[object]", pattern), cast("list[object]", found))
    return Exactly(pattern).problem(found)


def _object_problem(pattern: Mapping[str, object], found: Mapping[str, object]) -> str | None:
    for name, member in pattern.items():
        if member == ABSENT:
            wrong = f"it is there: {_shown(found[name])}" if name in found else None
        else:
            wrong = problem(member, found[name]) if name in found else "it is missing"
        if wrong is not None:
            return f"{name}: {wrong}"
    return None


def _array_problem(pattern: list[object], found: list[object]) -> str | None:
    if len(pattern) != len(found):
        return f"{_shown(found)} does not have {len(pattern)} elements"
    wrongs = (problem(*pair) for pair in zip(pattern, found, strict=True))
    return next((f"[{at}]: {wrong}" for at, wrong in enumerate(wrongs) if wrong), None)


def _shown(value: object) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 300 else f"{text[:300]}..."
