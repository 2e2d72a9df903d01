"""Filters over rows: conditions on columns, joined by $and and $or (contract, section 8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from math import prod
from typing import Final

from pulumi_astra_vectorize.rules import TEXT_TYPES
from pulumi_astra_vectorize.server.data_api.filters import OPPOSITES, Group
from pulumi_astra_vectorize.server.data_api.json_types import is_object
from pulumi_astra_vectorize.server.data_api.tables.definition import Table
from pulumi_astra_vectorize.server.data_api.tables.primary_keys import record_key
from pulumi_astra_vectorize.server.data_api.tables.scalars import JsonValue, scalar_order
from pulumi_astra_vectorize.server.data_api.tables.values import canonical
from pulumi_astra_vectorize.server.field_values import Field, FieldTest

Test = Callable[[JsonValue, JsonValue], bool]
"""Compares a value of a row, made comparable, with a condition's operand."""

TESTS: Final[dict[str, Test]] = {
    "$eq": lambda value, operand: value == operand,
    "$ne": lambda value, operand: value != operand,
    "$gt": lambda value, operand: value > operand,
    "$gte": lambda value, operand: value >= operand,
    "$lt": lambda value, operand: value < operand,
    "$lte": lambda value, operand: value <= operand,
    "$in": lambda value, operand: value in operand,
    "$nin": lambda value, operand: value not in operand,
}
MEMBER_OPPOSITES: Final = {**OPPOSITES, "$all": "$notAny", "$notAny": "$all"}
"""Of operators on members; ``$notAny`` cannot be written, only come about so."""

COMPARISONS: Final = ("$gt", "$gte", "$lt", "$lte")
LISTS: Final = ("$in", "$nin")
PARTS: Final = ("$keys", "$values")
"""The parts of a map, in the order of an entry's pair."""
MAX_EXACT_KEYS: Final = 10_000
""""$in" on several key columns multiplies: beyond this many keys, reading all rows is quicker."""


@dataclass(frozen=True)
class Condition:
    """One comparison of a column with an operand, which is a stored value or a list of them.

    ``kind`` is the column's primitive type. A null column fulfils no condition, not even ``$ne``.
    """

    column: str
    kind: str
    operator: str
    operand: JsonValue

    def inverted(self) -> Condition:
        """The condition that ``$not`` makes of this one."""
        return replace(self, operator=OPPOSITES[self.operator])

    def field_tests(self) -> FieldTest:
        """The test that a row passes if it fulfils the condition."""
        return FieldTest(_column(self.column), self._passes)

    def _passes(self, value: JsonValue) -> bool:
        if value is None:
            return False
        return TESTS[self.operator](scalar_order(self.kind, value), self._comparable)

    @cached_property
    def _comparable(self) -> JsonValue:
        if self.operator in LISTS:
            return [scalar_order(self.kind, item) for item in self.operand]
        return scalar_order(self.kind, self.operand)


@dataclass(frozen=True)
class MemberCondition:
    """A condition on the members of a list, set or map.

    ``part`` is ``$keys`` or ``$values`` of a map, or None: the items, or a map's entries as pairs.
    ``$in``: has at least one of the operands; ``$nin``: has none; ``$all``: has every one.
    """

    column: str
    part: str | None
    operator: str
    operand: tuple[JsonValue, ...]

    def inverted(self) -> MemberCondition:
        """The condition that ``$not`` makes of this one."""
        return replace(self, operator=MEMBER_OPPOSITES[self.operator])

    def field_tests(self) -> FieldTest:
        """The test that a row passes if it fulfils the condition; a null column has no members."""
        return FieldTest(_column(self.column), self._passes)

    def _passes(self, value: JsonValue) -> bool:
        held = {canonical(member) for member in self._members(value)}
        wanted = {canonical(item) for item in self.operand}
        return {
            "$in": bool(held & wanted),
            "$nin": not held & wanted,
            "$all": wanted <= held,
            "$notAny": not wanted <= held,
        }[self.operator]

    def _members(self, value: JsonValue) -> list[JsonValue]:
        members: list[JsonValue] = value or []
        if is_object(value):
            members = [[key, item] for key, item in value.items()]
        if self.part is None:
            return members
        return [pair[PARTS.index(self.part)] for pair in members]


RowFilter = Group[Condition | MemberCondition]


def _column(name: str) -> Field:
    return Field((name,), lambda row: row.get(name))


def texts_held(expression: RowFilter) -> list[str]:
    """Texts that every row has somewhere which matches."""
    conditions = (it for it in expression.required() if isinstance(it, Condition))
    return [it.operand for it in conditions if it.operator == "$eq" and it.kind in TEXT_TYPES]


def exact_keys(table: Table, expression: RowFilter) -> list[str] | None:
    """The record keys that a filter leaves, if it fixes every primary key column; else None."""
    fixed = _fixed_values(expression)
    if not fixed.keys() >= set(table.primary_key):
        return None
    values = [fixed[column] for column in table.primary_key]
    if prod(len(some) for some in values) > MAX_EXACT_KEYS:
        return None
    return [record_key(list(key)) for key in product(*values)]


def _fixed_values(expression: RowFilter) -> Mapping[str, list[JsonValue]]:
    fixed: dict[str, list[JsonValue]] = {}
    for condition in expression.required():
        if condition.operator == "$eq":
            fixed[condition.column] = [condition.operand]
        elif condition.operator == "$in" and isinstance(condition, Condition):
            fixed.setdefault(condition.column, condition.operand)
    return fixed
