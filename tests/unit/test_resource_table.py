"""Table: what a program may write, what a change of it means, and what the server explains."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_astra_vectorize.resources._primary_key import key_there
from pulumi_astra_vectorize.resources._table_definition import (
    TableInputs,
    columns_there,
    definition_of,
)
from pulumi_astra_vectorize.resources.table import TableLifecycle
from tests.unit.resource_cases import LIBRARY, Written, change, problems

TABLE = TableLifecycle()
TAGS = {"type": "map", "key_type": "text", "value_type": "int"}
WRITTEN: Written = {
    "database": "library",
    "name": "books",
    "columns": {"id": "text", "year": "int", "tags": TAGS},
    "primary_key": "id",
}
EXPLAINED: dict[str, Any] = {
    "columns": {
        "id": {"type": "text"},
        "year": {"type": "int"},
        "summary": {
            "type": "vector",
            "dimension": 384,
            "service": {"provider": "huggingface", "modelName": "BAAI/bge-small-en-v1.5"},
        },
        "tags": {"type": "map", "keyType": "text", "valueType": "int"},
    },
    "primaryKey": {"partitionBy": ["id"], "partitionSort": {}},
}
"""As listTables explains it (contract data-api.md, section 7)."""


@pytest.mark.parametrize(
    "kind",
    [
        "ascii",
        "bigint",
        "blob",
        "boolean",
        "date",
        "decimal",
        "double",
        "duration",
        "float",
        "inet",
        "int",
        "smallint",
        "text",
        "time",
        "timestamp",
        "tinyint",
        "uuid",
        "varint",
    ],
)
def test_primitive_column_types(kind: str) -> None:
    """Each type of the Data API's tables, in its short form and its long form."""
    columns = {"id": "text", "short": kind, "long": {"type": kind}}

    assert problems(TABLE, {**WRITTEN, "columns": columns}) == {}


@pytest.mark.parametrize(
    ("column", "path"),
    [
        ("timeuuid", "columns.n"),
        ({"type": "timeuuid"}, "columns.n"),
        ({"type": "list", "value_type": "timeuuid"}, "columns.n.value_type"),
        ({"type": "map", "key_type": "timeuuid", "value_type": "int"}, "columns.n.key_type"),
    ],
)
def test_a_type_that_only_cql_creates(column: Any, path: str) -> None:
    """The vendor's "UUID types": the Data API cannot create timeuuid, it reads and writes it."""
    written = {**WRITTEN, "columns": {"id": "text", "n": column}, "primary_key": "id"}

    assert set(problems(TABLE, written)) == {path}
    assert problems(TABLE, {**written, "adopt": True}) == {}


@pytest.mark.parametrize("kind", [["text"], {"type": "text"}, 5])
def test_a_type_is_a_name(kind: Any) -> None:
    """Anything else is named as a problem, not tripped over."""
    columns = {"id": "text", "n": {"type": kind}}

    assert set(problems(TABLE, {**WRITTEN, "columns": columns, "primary_key": "id"})) == {
        "columns.n"
    }


@pytest.mark.parametrize(
    "column",
    [TAGS, {"type": "list", "value_type": "text"}, {"type": "set", "value_type": "uuid"}],
)
def test_container_column_types(column: Written) -> None:
    """Lists, sets and maps say what they hold."""
    columns = {"id": "text", "held": column}

    assert problems(TABLE, {**WRITTEN, "columns": columns}) == {}


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"database": ""}, "database"),
        ({"name": "n" * 49}, "name"),
        ({"name": "my-table"}, "name"),
        ({"keyspace": ""}, "keyspace"),
        ({"columns": {"id": "text", "n": "string"}}, "columns.n"),
        ({"columns": {"id": "text", "n": {"type": "map"}}}, "columns.n"),
        ({"columns": {"id": "text", "n": {"value_type": "text"}}}, "columns.n"),
        ({"columns": {"id": "text", "n": {"type": "int", "value_type": "text"}}}, "columns.n"),
        ({"columns": {"id": "text", "v": "vector"}}, "columns.v"),
        ({"columns": {"id": "text", "v": {"type": "vector", "dimension": 3}}}, "columns.v"),
        ({"columns": {"id": "text", " ": "text"}}, 'columns[" "]'),
        ({"columns": {"id": "text", "n": {**TAGS, "value_type": "txt"}}}, "columns.n.value_type"),
        ({"columns": {"id": "text", "n": {**TAGS, "key_type": "list"}}}, "columns.n.key_type"),
        ({"columns": {"id": "text", "n": {**TAGS, "key_type": "duration"}}}, "columns.n.key_type"),
        (
            {"columns": {"id": "text", "n": {"type": "list", "value_type": {"type": "txt"}}}},
            "columns.n.value_type",
        ),
        ({"primary_key": "tags"}, "primary_key"),
        ({"primary_key": {"partition_by": ["tags"]}}, "primary_key"),
        ({"primary_key": {"partition_by": ["id", "id"]}}, "primary_key"),
        ({"primary_key": {"partition_by": []}}, "primary_key.partition_by"),
        ({"primary_key": {"partition_by": "id"}}, "primary_key.partition_by"),
        (
            {"primary_key": {"partitionBy": ["id"], "partition_by": ["id"]}},
            "primary_key.partitionBy",
        ),
        (
            {"primary_key": {"partition_by": ["id"], "partition_sort": {"year": 2}}},
            "primary_key.partition_sort.year",
        ),
        ({"primary_key": "isbn"}, "primary_key"),
        ({"primary_key": {"partition_by": ["id"], "partition_sort": {"isbn": 1}}}, "primary_key"),
    ],
)
def test_problem_names_its_property(changes: Written, path: str) -> None:
    """Contract data-api.md, sections 2 and 7; vector columns are resources of their own."""
    assert set(problems(TABLE, {**WRITTEN, **changes})) == {path}


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({}, "none"),
        ({"database": "id-library"}, "none"),
        ({"keyspace": "default_keyspace"}, "none"),
        ({"primary_key": {"partition_by": ["id"]}}, "none"),
        ({"primary_key": {"partition_by": ["id"], "partition_sort": {}}}, "none"),
        ({"columns": {"tags": TAGS, "year": {"type": "int"}, "id": "text"}}, "none"),
        ({"columns": {"id": "text", "year": "int"}}, "update: columns"),
        ({"columns": {**WRITTEN["columns"], "isbn": "text"}}, "update: columns"),
        ({"adopt": True}, "update: adopt"),
        ({"force_destroy": True}, "update: force_destroy"),
        ({"columns": {**WRITTEN["columns"], "year": "bigint"}}, "replace (delete first): columns"),
        (
            {"columns": {**WRITTEN["columns"], "tags": {**TAGS, "value_type": "text"}}},
            "replace (delete first): columns",
        ),
        ({"primary_key": "year"}, "replace (delete first): primary_key"),
        (
            {"primary_key": {"partition_by": ["id"], "partition_sort": {"year": -1}}},
            "replace (delete first): primary_key",
        ),
        ({"database": "archive"}, "replace (create first): database"),
        ({"keyspace": "other"}, "replace (create first): keyspace"),
        ({"name": "volumes"}, "replace (create first): name"),
        (
            {"name": "volumes", "primary_key": "year"},
            "replace (create first): name, primary_key",
        ),
    ],
)
def test_change(changes: Written, step: str) -> None:
    """Plain columns come and go in place; key, types and place are fixed for life."""
    assert change(TABLE, WRITTEN, LIBRARY, {**WRITTEN, **changes}) == step


def test_definition_on_the_wire() -> None:
    """Contract data-api.md, section 7: camelCase members, the key in its long form."""
    assert definition_of(TableInputs.model_validate(WRITTEN)) == {
        "columns": {
            "id": "text",
            "year": "int",
            "tags": {"type": "map", "keyType": "text", "valueType": "int"},
        },
        "primaryKey": {"partitionBy": ["id"], "partitionSort": {}},
    }


def test_explained_columns_are_those_that_were_written() -> None:
    """The long form is no difference, and vector columns are not the table's."""
    assert columns_there(EXPLAINED) == WRITTEN["columns"]
    assert key_there(EXPLAINED) == TableInputs.model_validate(WRITTEN).key


@pytest.mark.parametrize(
    "described", [{"partitionBy": ["id"]}, {"partitionBy": ["id"], "partitionSort": None}]
)
def test_key_without_a_sort(described: Written) -> None:
    """Contract data-api.md, section 7: partitionSort may be absent."""
    assert key_there({"columns": {}, "primaryKey": described}).partition_sort == []


SORTED: Written = {
    **WRITTEN,
    "primary_key": {"partition_by": ["id"], "partition_sort": [{"year": -1}, {"isbn": 1}]},
    "columns": {**WRITTEN["columns"], "isbn": "text"},
}
"""As the engine hands it over: it keeps the order of a list, but not that of a mapping's keys."""


def test_order_of_sort_columns_is_part_of_the_key() -> None:
    """Contract data-api.md, section 7: partitionSort is an object whose members are in order."""
    key = {"partition_by": ["id"], "partition_sort": [{"isbn": 1}, {"year": -1}]}
    replaced = "replace (delete first): primary_key"
    assert change(TABLE, SORTED, LIBRARY, {**SORTED, "primary_key": key}) == replaced
    sort = definition_of(TableInputs.model_validate(SORTED))["primaryKey"]["partitionSort"]
    assert list(sort.items()) == [("year", -1), ("isbn", 1)]


def test_a_column_that_only_cql_makes_is_not_proposed() -> None:
    """A table with a timeuuid is taken over; none is created, so no program is told to use it."""
    columns = {**WRITTEN["columns"], "n": "string"}
    assert "timeuuid" not in problems(TABLE, {**WRITTEN, "columns": columns})["columns.n"]
