"""From a filter clause to conditions on a table's columns (contract data-api.md, section 8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from pulumi_astra_vectorize.server.data_api.envelope import Failure, JsonObject, filter_failure
from pulumi_astra_vectorize.server.data_api.filters import RELATIONS, Group, invalid_filter
from pulumi_astra_vectorize.server.data_api.json_types import is_array, is_object
from pulumi_astra_vectorize.server.data_api.tables.definition import Table
from pulumi_astra_vectorize.server.data_api.tables.filters import (
    COMPARISONS,
    LISTS,
    PARTS,
    TESTS,
    Condition,
    MemberCondition,
    RowFilter,
)
from pulumi_astra_vectorize.server.data_api.tables.scalars import (
    InvalidValueError,
    JsonValue,
    parse_scalar,
)

MEMBER_OPERATORS = ("$in", "$nin", "$all")
BINARY = "$binary"


def parse_filter(table: Table, clause: JsonObject) -> RowFilter:
    """The filter of a command; an empty clause is a group without members.

    Raises failures of scope FILTER, unknown columns before all others.
    """
    unknown = sorted({name for name in _names(clause) if name not in table.columns})
    if unknown:
        raise filter_failure(
            "UNKNOWN_TABLE_COLUMNS",
            f"The table {table.full_name} has the columns {table.described()}. The filter also "
            f"names: {', '.join(unknown)}.",
        )
    return Group("and", tuple(_expressions(table, clause)))


def _names(clause: JsonObject) -> Iterator[str]:
    """The columns that a clause names; what is no clause is refused later, in its place."""
    for name, value in clause.items():
        if not name.startswith("$"):
            yield name
        elif name == "$not" and is_object(value):
            yield from _names(value)
        elif is_array(value):
            for member in value:
                yield from _names(member) if is_object(member) else ()


def _expressions(
    table: Table, clause: JsonObject
) -> Iterator[Condition | MemberCondition | RowFilter]:
    for name, value in clause.items():
        if name in RELATIONS:
            yield Group(RELATIONS[name], tuple(_members(table, name, value)))
        elif name == "$not":
            yield Group("and", tuple(_expressions(table, _clause(name, value)))).inverted()
        elif name.startswith("$"):
            raise invalid_filter(f"'{name}' is no operator between conditions")
        else:
            yield from _conditions(table, name, value)


def _members(table: Table, relation: str, value: object) -> Iterator[RowFilter]:
    if not is_array(value):
        raise invalid_filter(f"'{relation}' needs an array")
    for clause in value:
        yield Group("and", tuple(_expressions(table, _clause(relation, clause))))


def _clause(operator: str, value: object) -> JsonObject:
    if not is_object(value):
        raise invalid_filter(f"'{operator}' needs JSON objects")
    return value


def _conditions(table: Table, name: str, value: object) -> Iterator[Condition | MemberCondition]:
    kind: str = table.columns[name]["type"]
    if kind == "vector":
        raise filter_failure(
            "UNSUPPORTED_FILTERING_FOR_COLUMN_TYPES",
            f"'{name}' is a vector: filters are for columns of other types.",
        )
    if kind in {"list", "set", "map"}:
        yield from _member_conditions(table, name, value)
    elif is_object(value) and BINARY not in value:
        if not value or not all(operator.startswith("$") for operator in value):
            raise filter_failure(
                "FILTER_UNSUPPORTED_DATA_TYPE", f"'{name}' cannot be compared with an object."
            )
        for operator, operand in value.items():
            yield _condition(table, name, operator, operand)
    else:
        yield _condition(table, name, "$eq", value)


def _condition(table: Table, name: str, operator: str, operand: object) -> Condition:
    kind: str = table.columns[name]["type"]
    _check_operator(name, kind, operator)
    if operator not in LISTS:
        return Condition(name, kind, operator, _operand(table, name, kind, operand))
    if not is_array(operand):
        raise invalid_filter(f"'{operator}' needs an array")
    values = [_operand(table, name, kind, item) for item in operand]
    return Condition(name, kind, operator, values)


def _check_operator(name: str, kind: str, operator: str) -> None:
    if operator == "$match":
        raise filter_failure(
            "CANNOT_LEXICAL_FILTER_NON_INDEXED_COLUMNS", f"'{name}' has no text index."
        )
    if operator not in TESTS:
        raise filter_failure(
            "FILTER_UNSUPPORTED_OPERATOR",
            f"Tables do not support '{operator}' on '{name}'; they do: {', '.join(TESTS)}.",
        )
    if kind == "duration" and operator in COMPARISONS:
        raise filter_failure(
            "UNSUPPORTED_COMPARISON_FILTER_AGAINST_DURATION",
            f"'{name}' is a duration, which has no order: '{operator}' cannot compare it.",
        )


def _operand(table: Table, name: str, kind: str, operand: object) -> JsonValue:
    try:
        return parse_scalar(kind, operand)
    except InvalidValueError as problem:
        raise filter_failure(
            "INVALID_FILTER_COLUMN_VALUES",
            f"In the table {table.full_name} '{name}' has the type {kind}: {problem}.",
        ) from None


def _member_conditions(table: Table, name: str, value: object) -> Iterator[MemberCondition]:
    column = table.columns[name]
    if not is_object(value) or not value:
        raise _invalid_member_filter(name, "it needs an operator")
    for key, operand in value.items():
        if column["type"] == "map" and key in PARTS:
            kind = column["keyType" if key == "$keys" else "valueType"]
            for operator, items in _clause(key, operand).items():
                parse = partial(parse_scalar, kind)
                yield _member_condition(name, key, operator, items, parse)
        else:
            yield _member_condition(name, None, key, operand, partial(_member, column))


def _member(column: JsonObject, item: object) -> JsonValue:
    """An item of a list or set, or an entry of a map as a pair."""
    if column["type"] != "map":
        return parse_scalar(column["valueType"], item)
    if not is_array(item) or len(item) != 2:
        raise InvalidValueError("a map's entry is a pair of key and value")
    return [parse_scalar(column["keyType"], item[0]), parse_scalar(column["valueType"], item[1])]


def _member_condition(
    name: str, part: str | None, operator: str, items: object, parse: Callable[[object], JsonValue]
) -> MemberCondition:
    if operator not in MEMBER_OPERATORS:
        raise _invalid_member_filter(name, f"'{operator}' is none of its operators")
    if not is_array(items):
        raise _invalid_member_filter(name, f"'{operator}' needs an array")
    try:
        return MemberCondition(name, part, operator, tuple(parse(item) for item in items))
    except InvalidValueError as problem:
        raise filter_failure("INVALID_FILTER_COLUMN_VALUES", f"'{name}': {problem}.") from None


def _invalid_member_filter(name: str, problem: str) -> Failure:
    return filter_failure(
        "INVALID_MAP_SET_LIST_FILTER",
        f"The filter on '{name}' is invalid: {problem}. Lists, sets and maps are filtered by "
        f"{', '.join(MEMBER_OPERATORS)}, maps also by their {' or '.join(PARTS)}.",
    )
