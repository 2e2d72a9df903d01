"""A table's columns and primary key: as written, and as the server explains them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypedDict, cast

import pulumi

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize import rules
from pulumi_astra_vectorize.api.commands import JsonObject
from pulumi_astra_vectorize.problems import Problem
from pulumi_astra_vectorize.resources._place import PlacedInputs
from pulumi_astra_vectorize.resources._primary_key import PrimaryKey, key_there, sort_columns
from pulumi_astra_vectorize.resources._values import listed, mapping

CONTAINERS = {"list": {"value_type"}, "set": {"value_type"}, "map": {"key_type", "value_type"}}
TO_WIRE = {"type": "type", "key_type": "keyType", "value_type": "valueType"}

ColumnType = str | dict[str, Any]


class ColumnDict(TypedDict, total=False):
    """A column of a container type: ``{"type": "map", "key_type": ..., "value_type": ...}``."""

    type: pulumi.Input[str]
    key_type: pulumi.Input[str]
    value_type: pulumi.Input[str]


class TableInputs(PlacedInputs):
    """What a user writes."""

    name: str
    columns: dict[str, ColumnType]
    primary_key: str | PrimaryKey
    adopt: bool = False
    force_destroy: bool = False

    @property
    def key(self) -> PrimaryKey:
        """The primary key in its long form."""
        if isinstance(self.primary_key, str):
            return PrimaryKey(partition_by=[self.primary_key])
        return self.primary_key


def definition_of(inputs: TableInputs) -> JsonObject:
    """The ``definition`` of createTable."""
    return {
        "columns": {name: column_to_wire(column) for name, column in inputs.columns.items()},
        "primaryKey": inputs.key.on_the_wire,
    }


def column_to_wire(column: ColumnType) -> Any:
    """A column's type in the Data API's words."""
    if isinstance(column, str):
        return column
    return {TO_WIRE[member]: value for member, value in column.items()}


def columns_there(definition: JsonObject) -> dict[str, ColumnType]:
    """The plain columns of an explained definition, in the words of the inputs.

    Vector columns belong to VectorColumn resources, and are left out.
    """
    described = cast("dict[str, JsonObject]", definition["columns"])
    return {
        name: short_form(column)
        for name, column in described.items()
        if column.get("type") != "vector"
    }


def written_columns(inputs: TableInputs) -> dict[str, Any]:
    """The columns that the program says, each in its short form."""
    return {name: short_form(column) for name, column in inputs.columns.items()}


def as_written(definition: JsonObject) -> dict[str, Any]:
    """A definition as a program would write it."""
    key = key_there(definition).model_dump()
    return {"columns": columns_there(definition), "primary_key": key}


def dropped_columns(inputs: TableInputs, definition: JsonObject | None) -> list[str]:
    """The columns that are there and no more in the program."""
    wanted = written_columns(inputs)
    return [name for name in columns_there(definition or {"columns": {}}) if name not in wanted]


def short_form(column: ColumnType | JsonObject) -> ColumnType:
    """One form for equal types: ``"text"`` rather than ``{"type": "text"}``."""
    if isinstance(column, str):
        return column
    names = {wire: name for name, wire in TO_WIRE.items()}
    known = {names.get(member, member): value for member, value in column.items()}
    parts = {name: _item_type(known[name]) for name in TO_WIRE if known.get(name) is not None}
    return str(parts["type"]) if set(parts) == {"type"} else parts


def _item_type(value: Any) -> Any:
    return short_form(cast("JsonObject", value)) if isinstance(value, Mapping) else value


def definition_problems(known: life.Properties) -> Iterator[Problem]:
    """What is wrong with columns and primary key, as far as they are known."""
    columns = mapping(known, "columns")
    if columns is None:
        return
    for name, column in columns.items():
        if wrong := _column_problem(name, column):
            yield Problem("INVALID_COLUMN", ("columns", name), wrong)
            continue
        kinds = dict(_kinds(name, column))
        yield from _inner_problems(kinds)
        if not known.get("adopt"):
            yield from _uncreatable(kinds)
    keys = _key_columns(known)
    yield from _key_type_problems(keys, columns)
    yield from _key_problems(mapping(known, "primary_key") or {}, keys)


def _kinds(name: str, column: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The type of a column, and those of what it holds, by where they are written."""
    yield ("columns", name), _kind(column)
    for member in CONTAINERS.get(str(_kind(column)), ()):
        yield ("columns", name, member), _kind(column.get(member))


def _inner_problems(kinds: dict[tuple[str, ...], Any]) -> Iterator[Problem]:
    """What a list, set or map holds is of a scalar type."""
    (_, container), *held = kinds.items()
    for path, kind in held:
        in_key = (path[-1], kind) == ("key_type", "duration")
        if kind is not None and (not _is_scalar(kind) or in_key):
            wrong = f"a {container} cannot have {kind!r} there: use text, int or the like"
            yield Problem("INVALID_COLUMN", path, wrong)


def _uncreatable(kinds: dict[tuple[str, ...], Any]) -> Iterator[Problem]:
    for path, kind in kinds.items():
        if _is_scalar(kind) and kind in rules.TYPES_ONLY_OF_CQL:
            wrong = (
                f"the Data API cannot create {kind!r}: use uuid; a table that CQL made is taken "
                "over with `adopt=True`"
            )
            yield Problem("INVALID_COLUMN", path, wrong)


def _is_scalar(kind: object) -> bool:
    return isinstance(kind, str) and kind in rules.SCALAR_TYPES | rules.TYPES_ONLY_OF_CQL


def _key_type_problems(names: list[str], columns: life.Properties) -> Iterator[Problem]:
    for name in names:
        if name not in columns:
            wrong = f"{name!r} is not among the columns"
            yield Problem("INVALID_PRIMARY_KEY", ("primary_key",), wrong)
        elif str(_kind(columns[name])) in rules.NOT_IN_KEYS:
            wrong = f"{name!r} is a {_kind(columns[name])}, which no primary key takes"
            yield Problem("INVALID_PRIMARY_KEY", ("primary_key",), wrong)


def _key_problems(key: life.Properties, names: list[str]) -> Iterator[Problem]:
    if listed(key, "partition_by") == []:
        wrong = "a table is partitioned by one column at least"
        yield Problem("INVALID_PRIMARY_KEY", ("primary_key", "partition_by"), wrong)
    for name, order in sort_columns(key):
        if order not in (1, -1, None):
            wrong = f"1 is ascending, -1 is descending, {order!r} is neither"
            yield Problem("INVALID_PRIMARY_KEY", ("primary_key", "partition_sort", name), wrong)
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem("INVALID_PRIMARY_KEY", ("primary_key",), f"{name!r} stands in it twice")


def _kind(column: Any) -> Any:
    """The type of a column, or of what one holds; None where it is not known."""
    return cast("JsonObject", column).get("type") if isinstance(column, Mapping) else column


def _column_problem(name: str, column: Any) -> str | None:
    if not name.strip():
        return "a column needs a name"
    shape = {"type": column} if isinstance(column, str) else column
    described = cast("Mapping[str, Any]", shape if isinstance(shape, Mapping) else {"type": None})
    kind = described.get("type", "")
    if kind is None:
        return None  # not known yet
    if kind == "vector":
        return "vector columns are resources of their own: use VectorColumn"
    members = CONTAINERS.get(str(kind), set[str]())
    if not members and not _is_scalar(kind):
        creatable = ", ".join(sorted(rules.SCALAR_TYPES))
        return f"{kind!r} is no column type: use one of {creatable}, list, set, map"
    if set(described) - {"type"} != members:
        return f"a column of type {kind} is described by: {', '.join(['type', *sorted(members)])}"
    return None


def _key_columns(known: life.Properties) -> list[str]:
    key = known.get("primary_key")
    if isinstance(key, str):
        return [key]
    parts = mapping(known, "primary_key") or {}
    names = [*(listed(parts, "partition_by") or []), *(name for name, _ in sort_columns(parts))]
    return [name for name in names if isinstance(name, str)]
