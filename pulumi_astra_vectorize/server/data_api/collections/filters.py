"""Filters over documents: what a filter clause means and which documents it matches."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, cast

from pulumi_astra_vectorize.server.data_api.collections.paths import MISSING, Path, find
from pulumi_astra_vectorize.server.data_api.collections.values import (
    COMPARABLE_RANKS,
    fingerprint,
    is_composite,
    may_be_wrapped,
    order_key,
)
from pulumi_astra_vectorize.server.data_api.filters import OPPOSITES, Group
from pulumi_astra_vectorize.server.data_api.json_types import is_array, is_number
from pulumi_astra_vectorize.server.field_values import Field, FieldTest, Shortcut, number_of

ID: Final[Path] = ("_id",)

Test = Callable[[object], bool]


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

    def field_tests(self) -> FieldTest:
        """The test that a document passes if it fulfils the condition."""
        path = self.path
        field = Field(path, lambda document: find(document, path))
        return FieldTest(field, self._test(), _shortcut(self.operator, self.operand))

    def _test(self) -> Test:
        test = _TESTS[self.operator](self.operand)
        return (lambda value: not test(value)) if self.negated else test


DocumentFilter = Group[Condition]


def is_single(expression: DocumentFilter) -> bool:
    """Whether it consists of one condition."""
    return len(expression.members) == 1 and isinstance(expression.members[0], Condition)


def id_keys(expression: DocumentFilter) -> set[str] | None:
    """The only ``_id`` keys that can match (their fingerprints); None if any can."""
    for condition in expression.required():
        if condition.path == ID and condition.operator == "$eq":
            return {fingerprint(condition.operand)}
        if condition.path == ID and condition.operator == "$in":
            return set(map(fingerprint, cast("list[object]", condition.operand)))
    return None


def texts_held(expression: DocumentFilter) -> list[str]:
    """Texts that every document has somewhere which matches, letter by letter."""
    equalities = (it.operand for it in expression.required() if it.operator == "$eq")
    return [it for it in equalities if isinstance(it, str) and not may_be_wrapped(it)]


def mentions(expression: DocumentFilter, *names: str) -> bool:
    """Whether a condition looks at one of these top-level fields."""
    return any(condition.path[0] in names for condition in expression.conditions())


def _shortcut(operator: str, operand: object) -> Shortcut | None:
    if operator in ("$gt", "$gte") and is_number(operand):
        return Shortcut(number_of(operand), math.inf)
    if operator in ("$lt", "$lte") and is_number(operand):
        return Shortcut(-math.inf, number_of(operand))
    if operator in ("$eq", "$in"):
        return _shortcut_to(cast("list[object]", operand if operator == "$in" else [operand]))
    return None


def _shortcut_to(wanted: list[object]) -> Shortcut | None:
    """For equality with one of these, if they are texts and one number at most."""
    texts = frozenset(value for value in wanted if isinstance(value, str))
    others = [value for value in wanted if not isinstance(value, str)]
    if not others:
        return Shortcut(math.inf, -math.inf, texts)
    if len(others) == 1 and is_number(others[0]):
        return Shortcut(number_of(others[0]), number_of(others[0]), texts)
    return None


def _equals(operand: object) -> Test:
    return _is_any_of([operand])


def _not_equals(operand: object) -> Test:
    equals = _equals(operand)
    return lambda value: not equals(value)


def _is_any_of(operand: object) -> Test:
    """Equal to one as a whole, or an array that has a (single) one among its elements."""
    wanted = set(map(fingerprint, cast("list[object]", operand)))
    single = {mark for mark in wanted if not is_composite(mark)}

    def test(value: object) -> bool:
        if value is MISSING:
            return False
        if is_array(value) and any(fingerprint(element) in single for element in value):
            return True
        return fingerprint(value) in wanted

    return test


def _is_none_of(operand: object) -> Test:
    is_any_of = _is_any_of(operand)
    return lambda value: not is_any_of(value)


def _has_all(operand: object) -> Test:
    tests = [_equals(wanted) for wanted in cast("list[object]", operand)]
    return lambda value: is_array(value) and all(test(value) for test in tests)


def _has_size(operand: object) -> Test:
    return lambda value: is_array(value) and len(value) == operand


def _exists(operand: object) -> Test:
    return lambda value: (value is not MISSING) is operand


def _compares(accept: Callable[[int], bool]) -> Callable[[object], Test]:
    """A comparison that accepts the sign of "value minus operand", within one kind of values."""

    def make(operand: object) -> Test:
        bound = order_key(operand)

        def test(value: object) -> bool:
            known = order_key(value)
            if known[0] != bound[0] or known[0] not in COMPARABLE_RANKS:
                return False
            return accept((known > bound) - (known < bound))

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
