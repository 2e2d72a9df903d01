"""Filters over rows: conditions on columns, joined by $and and $or (contract, section 8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import Final, Literal

from pulumi_astra_vectorize.server.data_api.envelope import JsonObject
from pulumi_astra_vectorize.server.data_api.json_types import is_object
from pulumi_astra_vectorize.server.data_api.tables.definition import Table
from pulumi_astra_vectorize.server.data_api.tables.primary_keys import record_key
from pulumi_astra_vectorize.server.data_api.tables.scalars import JsonValue, scalar_order
from pulumi_astra_vectorize.server.data_api.tables.values import canonical
from pulumi_astra_vectorize.server.field_values import Field, FieldTest, FieldTests

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
OPPOSITES: Final = {
    "$eq": "$ne",
    "$ne": "$eq",
    "$gt": "$lte",
    "$lte": "$gt",
    "$gte": "$lt",
    "$lt": "$gte",
    "$in": "$nin",
    "$nin": "$in",
    "$all": "$notAny",
    "$notAny": "$all",
}
"""What ``$not`` makes of an operator; ``$notAny`` cannot be written, only come about so."""

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

    def matches(self, row: JsonObject) -> bool:
        """Whether the row fulfils the condition."""
        value = row.get(self.column)
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

    def matches(self, row: JsonObject) -> bool:
        """Whether the row fulfils the condition; a null column has no members."""
        held = {canonical(member) for member in self._members(row.get(self.column))}
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


@dataclass(frozen=True)
class Group:
    """Expressions of which every one (``$and``) or at least one (``$or``) must match."""

    relation: str
    members: tuple[Expression, ...]

    def matches(self, row: JsonObject) -> bool:
        """Whether the row fulfils the group; one without members is fulfilled by all."""
        outcomes = (member.matches(row) for member in self.members)
        return any(outcomes) if self.relation == "$or" and self.members else all(outcomes)

    def conditions(self) -> Iterator[Condition | MemberCondition]:
        """All conditions, however deep."""
        for member in self.members:
            if isinstance(member, Group):
                yield from member.conditions()
            else:
                yield member

    def required(self) -> Iterator[Condition]:
        """The conditions on primitive columns that every matching row fulfils."""
        for member in self.members if self.relation == "$and" else ():
            if isinstance(member, Group):
                yield from member.required()
            elif isinstance(member, Condition):
                yield member


Expression = Condition | MemberCondition | Group


def field_tests(expression: Expression) -> FieldTest | FieldTests:
    """The same test in the form that is made on the columns' values alone."""
    if isinstance(expression, Group):
        relation: Literal["and", "or"] = "or" if expression.relation == "$or" else "and"
        return FieldTests(relation, [field_tests(member) for member in expression.members])
    column = expression.column
    return FieldTest(
        Field((column,), lambda row: row.get(column)),
        lambda value: expression.matches({column: value}),
    )


def exact_keys(table: Table, expression: Group) -> list[str] | None:
    """The record keys that a filter leaves, if it fixes every primary key column; else None."""
    fixed = _fixed_values(expression)
    if not fixed.keys() >= set(table.primary_key):
        return None
    values = [fixed[column] for column in table.primary_key]
    if prod(len(some) for some in values) > MAX_EXACT_KEYS:
        return None
    return [record_key(list(key)) for key in product(*values)]


def _fixed_values(expression: Group) -> Mapping[str, list[JsonValue]]:
    fixed: dict[str, list[JsonValue]] = {}
    for condition in expression.required():
        if condition.operator == "$eq":
            fixed[condition.column] = [condition.operand]
        elif condition.operator == "$in":
            fixed.setdefault(condition.column, condition.operand)
    return fixed
