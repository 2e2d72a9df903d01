"""Update clauses of tables: ``$set``, ``$unset``, ``$push``, ``$pullAll`` (contract, section 8).

How ``$push`` and ``$pullAll`` are written, and what is refused, is that of the vendor's source.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from pulumi_astra_vectorize.server.data_api.envelope import Failure, JsonObject, update_failure
from pulumi_astra_vectorize.server.data_api.json_types import is_array, is_object
from pulumi_astra_vectorize.server.data_api.parsing import structure_mismatch
from pulumi_astra_vectorize.server.data_api.tables.definition import Table
from pulumi_astra_vectorize.server.data_api.tables.rows import (
    Edit,
    RowChange,
    assign_all,
    take_all,
)
from pulumi_astra_vectorize.server.data_api.tables.scalars import JsonValue
from pulumi_astra_vectorize.server.data_api.tables.values import (
    as_map,
    as_set,
    canonical,
    pairs,
    parse_value,
)

OPERATORS = ("$set", "$unset", "$push", "$pullAll")
CONTAINERS = ("list", "set", "map")
FAILURES = {"scope": "UPDATE", "invalid_values": "INVALID_UPDATE_COLUMN_VALUES"}


def parse_update(table: Table, update: JsonObject) -> RowChange:
    """What an update clause does to a row; failures of scope UPDATE."""
    unsupported = [operator for operator in update if operator not in OPERATORS]
    if unsupported:
        raise update_failure(
            "UNSUPPORTED_UPDATE_OPERATIONS_FOR_TABLE",
            f"Tables support {', '.join(OPERATORS)}, not {', '.join(unsupported)}.",
        )
    arguments = {operator: _arguments(update, operator) for operator in OPERATORS}
    if not any(arguments.values()):
        raise update_failure("MISSING_UPDATE_OPERATIONS", "The update changes no column.")
    _check_columns(table, arguments)
    change = RowChange()
    assigned = {**arguments["$set"], **dict.fromkeys(arguments["$unset"])}
    assign_all(table, change, assigned, **FAILURES)
    for operator, make in EDITS.items():

        def edit(name: str, argument: object, make: MakeEdit = make) -> None:
            change.edits[name] = make(table.columns[name], argument)

        take_all(table, arguments[operator], edit, **FAILURES)
    return change


def _arguments(update: JsonObject, operator: str) -> JsonObject:
    arguments = update.get(operator, {})
    if not is_object(arguments):
        raise structure_mismatch(f"'{operator}' needs a JSON object")
    return arguments


def _check_columns(table: Table, arguments: dict[str, JsonObject]) -> None:
    named = Counter(name for columns in arguments.values() for name in columns)
    others = {
        name
        for name in [*arguments["$push"], *arguments["$pullAll"]]
        if table.columns.get(name, {}).get("type") not in CONTAINERS
    }
    checks = {
        "UNSUPPORTED_OVERLAPPING_UPDATE_OPERATIONS": {it for it in named if named[it] > 1},
        "UNKNOWN_TABLE_COLUMNS": named.keys() - table.columns.keys(),
        "UNSUPPORTED_UPDATE_FOR_PRIMARY_KEY_COLUMNS": named.keys() & set(table.primary_key),
        "UNSUPPORTED_UPDATE_OPERATOR": others,
    }
    for code, refused in checks.items():
        if refused:
            raise update_failure(
                code,
                f"The table {table.full_name} has the columns {table.described()} and the primary "
                f"key {', '.join(table.primary_key)}. The update cannot change: "
                f"{', '.join(sorted(refused))}.",
            )


def _push(column: JsonObject, argument: object) -> Edit:
    """Appends to a list, adds to a set, puts into a map."""
    kind = column["type"]
    added = parse_value(column, _entries(argument) if kind == "map" else _elements(argument))

    def pushed(stored: JsonValue) -> JsonValue:
        if kind == "map":
            return as_map(column, [*pairs(stored or []), *pairs(added or [])]) or None
        items = [*_items(stored), *_items(added)]
        return (items if kind == "list" else as_set(column, items)) or None

    return pushed


def _pull(column: JsonObject, argument: object) -> Edit:
    """Takes all that equals out of a list or set; out of a map, what has one of these keys."""
    is_map = column["type"] == "map"
    kind = column["keyType"] if is_map else column["valueType"]
    parsed = parse_value({"type": "list", "valueType": kind}, argument)
    gone = {canonical(item) for item in _items(parsed)}

    def pulled(stored: JsonValue) -> JsonValue:
        if is_map:
            kept = [(key, item) for key, item in pairs(stored or []) if canonical(key) not in gone]
            return as_map(column, kept) or None
        return [item for item in _items(stored) if canonical(item) not in gone] or None

    return pulled


def _items(stored: JsonValue) -> list[JsonValue]:
    """The elements of a list or set as the store has it; an empty one is null there."""
    items: list[JsonValue] = stored or []
    return items


def _elements(argument: object) -> list[object]:
    """What ``$push`` adds to a list or set: one value, or those of ``$each``."""
    if is_array(argument):
        raise _bad_push("several values are added by $each")
    several = _each(argument)
    return [argument] if several is None else several


def _entries(argument: object) -> list[list[object]]:
    """What ``$push`` puts into a map: one entry, or those of ``$each``."""
    several = _each(argument)
    return [list(_entry(it)) for it in ([argument] if several is None else several)]


def _each(argument: object) -> list[object] | None:
    if not is_object(argument) or "$each" not in argument:
        return None
    several = argument["$each"]
    if len(argument) > 1 or not is_array(several):
        raise _bad_push("$each is an array, with nothing beside it")
    return several


def _entry(entry: object) -> Iterator[object]:
    """A key and its value, from ``{key: value}`` or ``[key, value]``."""
    if is_object(entry):
        if len(entry) != 1:
            raise _bad_push("several entries are put by $each")
        return iter(next(iter(entry.items())))
    if not is_array(entry) or len(entry) != 2:
        raise _bad_push("an entry of a map is {key: value} or [key, value]")
    if any(is_object(part) or is_array(part) for part in entry):
        raise _bad_push("several entries are put by $each")
    return iter(entry)


def _bad_push(problem: str) -> Failure:
    return update_failure("INVALID_PUSH_OPERATOR_USAGE", f"Invalid use of $push: {problem}.")


MakeEdit = Callable[[JsonObject, object], Edit]

EDITS: Final[dict[str, MakeEdit]] = {"$push": _push, "$pullAll": _pull}
