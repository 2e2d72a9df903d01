"""Filters over documents: what a filter clause means and which documents it matches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal, cast

from pulumi_astra_vectorize.server.data_api.collections.paths import MISSING, Path, find
from pulumi_astra_vectorize.server.data_api.collections.values import (
    COMPARABLE_RANKS,
    fingerprint,
    is_composite,
    order_key,
)
from pulumi_astra_vectorize.server.data_api.envelope import JsonObject
from pulumi_astra_vectorize.server.data_api.json_types import is_array

ID: Final[Path] = ("_id",)

Predicate = Callable[[JsonObject], bool]

OPPOSITES: Final = {
    "$eq": "$ne",
    "$in": "$nin",
    "$gt": "$lte",
    "$gte": "$lt",
}
OPPOSITES.update({opposite: operator for operator, opposite in OPPOSITES.items()})


@dataclass(frozen=True)
class Condition:
    """One comparison: ``operator`` with its ``operand`` on the value at ``path``.

    ``negated`` turns the operators that have no opposite of their own ($size, $all, $exists).
    """

    path: Path
    operator: str
    operand: object
    negated: bool = False

    def inverted(self) -> Condition:
        """The condition that ``$not`` makes of this one.

        As in the Data API it turns the operator: what ``$gt`` cannot compare, its opposite
        ``$lte`` cannot either, so a document without the field matches neither.
        """
        if self.operator in OPPOSITES:
            return replace(self, operator=OPPOSITES[self.operator])
        return replace(self, negated=not self.negated)


@dataclass(frozen=True)
class Group:
    """Expressions of which all (``and``) or at least one (``or``) must match."""

    relation: Literal["and", "or"]
    members: tuple[Condition | Group, ...]

    def inverted(self) -> Group:
        """The group that ``$not`` makes of this one."""
        relation: Literal["and", "or"] = "or" if self.relation == "and" else "and"
        return Group(relation, tuple(member.inverted() for member in self.members))

    def conditions(self) -> Iterator[Condition]:
        """All conditions, however deep."""
        for member in self.members:
            if isinstance(member, Group):
                yield from member.conditions()
            else:
                yield member

    def required(self) -> Iterator[Condition]:
        """The conditions that every matching document fulfils."""
        for member in self.members if self.relation == "and" else ():
            if isinstance(member, Group):
                yield from member.required()
            else:
                yield member

    def id_keys(self) -> set[str] | None:
        """The only ``_id`` keys that can match (their fingerprints); None if any can."""
        for condition in self.required():
            if condition.path == ID and condition.operator == "$eq":
                return {fingerprint(condition.operand)}
            if condition.path == ID and condition.operator == "$in":
                return set(map(fingerprint, cast("list[object]", condition.operand)))
        return None

    def mentions(self, name: str) -> bool:
        """Whether a condition looks at the top-level field ``name``."""
        return any(condition.path[0] == name for condition in self.conditions())


def predicate(expression: Condition | Group) -> Predicate:
    """The test that a document passes if the expression matches it."""
    if isinstance(expression, Group):
        tests = [predicate(member) for member in expression.members]
        if expression.relation == "and" or not tests:
            return lambda document: all(test(document) for test in tests)
        return lambda document: any(test(document) for test in tests)
    test = _TESTS[expression.operator](expression.operand)
    path, negated = expression.path, expression.negated
    return lambda document: test(find(document, path)) is not negated


Test = Callable[[object], bool]


def _equals(operand: object) -> Test:
    """Equal as a whole, or an array that has the (single) value among its elements."""
    wanted = fingerprint(operand)

    def test(value: object) -> bool:
        if value is MISSING:
            return False
        if is_array(value) and not is_composite(wanted):
            return any(fingerprint(element) == wanted for element in value)
        return fingerprint(value) == wanted

    return test


def _not_equals(operand: object) -> Test:
    equals = _equals(operand)
    return lambda value: not equals(value)


def _equals_each(operand: object) -> list[Test]:
    return [_equals(wanted) for wanted in cast("list[object]", operand)]


def _is_any_of(operand: object) -> Test:
    tests = _equals_each(operand)
    return lambda value: any(test(value) for test in tests)


def _is_none_of(operand: object) -> Test:
    is_any_of = _is_any_of(operand)
    return lambda value: not is_any_of(value)


def _has_all(operand: object) -> Test:
    tests = _equals_each(operand)
    return lambda value: is_array(value) and all(test(value) for test in tests)


def _has_size(operand: object) -> Test:
    return lambda value: is_array(value) and len(value) == operand


def _exists(operand: object) -> Test:
    return lambda value: (value is not MISSING) is operand


def _compares(accept: Callable[[int], bool]) -> Callable[[object], Test]:
    """A comparison that accepts the sign of "value minus operand", within one kind of values."""

    def make(operand: object) -> Test:
        rank, bound = order_key(operand)

        def test(value: object) -> bool:
            value_rank, known = order_key(value)
            if value_rank != rank or rank not in COMPARABLE_RANKS:
                return False
            return accept((known > bound) - (known < bound))  # type: ignore[operator]

        return test

    return make


_TESTS: Final[dict[str, Callable[[object], Test]]] = {
    "$eq": _equals,
    "$ne": _not_equals,
    "$in": _is_any_of,
    "$nin": _is_none_of,
    "$all": _has_all,
    "$size": _has_size,
    "$exists": _exists,
    "$gt": _compares(lambda sign: sign > 0),
    "$gte": _compares(lambda sign: sign >= 0),
    "$lt": _compares(lambda sign: sign < 0),
    "$lte": _compares(lambda sign: sign <= 0),
}
OPERATORS: Final = frozenset(_TESTS)
