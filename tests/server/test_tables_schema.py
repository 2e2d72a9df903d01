"""createTable, listTables, dropTable over HTTP (contract data-api.md, section 7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

PostCommand = Callable[..., dict[str, Any]]
Definition = dict[str, Any]

MODEL = "sentence-transformers/all-MiniLM-L6-v2"
SERVICE = {"provider": "huggingface", "modelName": MODEL}
BOOKS: Definition = {
    "columns": {"title": "text", "isbn": "text", "year": {"type": "int"}},
    "primaryKey": "isbn",
}


def create(
    data_api: PostCommand, keyspace: str, definition: Definition, name: str = "books", **more: Any
) -> dict[str, Any]:
    """Sends createTable."""
    return data_api({"createTable": {"name": name, "definition": definition, **more}}, keyspace)


def explained(data_api: PostCommand, keyspace: str) -> list[dict[str, Any]]:
    """What listTables explains."""
    reply = data_api({"listTables": {"options": {"explain": True}}}, keyspace)
    tables: list[dict[str, Any]] = reply["status"]["tables"]
    return tables


def test_key_columns_are_explained_first(data_api: PostCommand, keyspace: str) -> None:
    """Key columns come first in key order, the others alphabetically; short forms become long."""
    definition = {
        "columns": {"z": "text", "b": "int", "a": "uuid", "k": "text", "s": "timestamp"},
        "primaryKey": {"partitionBy": ["k"], "partitionSort": {"s": -1}},
    }
    assert create(data_api, keyspace, definition) == {"status": {"ok": 1}}
    (table,) = explained(data_api, keyspace)
    assert list(table["definition"]["columns"]) == ["k", "s", "a", "b", "z"]
    assert table["definition"]["columns"]["s"] == {"type": "timestamp"}
    assert table["definition"]["primaryKey"] == definition["primaryKey"]


def test_a_vector_column_is_explained_with_its_support(
    data_api: PostCommand, keyspace: str, user_access_token: str
) -> None:
    """The dimension is filled in, the credential has its suffix, and apiSupport is there."""
    service = {**SERVICE, "authentication": {"providerKey": user_access_token}}
    columns = {"id": "text", "v": {"type": "vector", "service": service}}
    assert create(data_api, keyspace, {"columns": columns, "primaryKey": "id"})["status"] == {
        "ok": 1
    }
    (table,) = explained(data_api, keyspace)
    column = table["definition"]["columns"]["v"]
    support = column.pop("apiSupport")
    assert column == {
        "type": "vector",
        "dimension": 384,
        "service": {
            **SERVICE,
            "authentication": {"providerKey": f"{user_access_token}.providerKey"},
        },
    }
    assert support.keys() == {"createTable", "insert", "read", "filter", "cqlDefinition"}


def test_list_tables_names_tables_only(data_api: PostCommand, keyspace: str) -> None:
    """Names are sorted, collections are not among them."""
    for name in ("novels", "atlases"):
        create(data_api, keyspace, BOOKS, name)
    data_api({"createCollection": {"name": "notes"}}, keyspace)
    assert data_api({"listTables": {}}, keyspace) == {"status": {"tables": ["atlases", "novels"]}}


@pytest.mark.parametrize("first", ["createTable", "createCollection"])
def test_a_name_that_exists_is_refused_by_the_database(
    data_api: PostCommand, keyspace: str, first: str
) -> None:
    """ok 0 and CANNOT_ADD_EXISTING_TABLE, unless ifNotExists: then nothing is compared."""
    command: dict[str, Any] = {"name": "books"}
    data_api({first: command | ({"definition": BOOKS} if first == "createTable" else {})}, keyspace)
    refused = create(data_api, keyspace, BOOKS)
    assert refused["status"] == {"ok": 0}
    assert refused["errors"][0]["errorCode"] == "CANNOT_ADD_EXISTING_TABLE"
    other = {"columns": {"id": "int"}, "primaryKey": "id"}
    accepted = create(data_api, keyspace, other, options={"ifNotExists": True})
    assert accepted == {"status": {"ok": 1}}


def test_drop_table_drops_a_collection(data_api: PostCommand, keyspace: str) -> None:
    """dropTable drops a collection of that name."""
    data_api({"createCollection": {"name": "notes"}}, keyspace)
    assert data_api({"dropTable": {"name": "notes"}}, keyspace) == {"status": {"ok": 1}}
    assert data_api({"findCollections": {}}, keyspace)["status"]["collections"] == []


COLUMN_REFUSALS = [
    ({"type": "vector", "dimension": -1}, "UNSUPPORTED_VECTOR_DIMENSION"),
    ({"type": "vector", "service": {**SERVICE, "size": 1}}, "COMMAND_FIELD_UNKNOWN"),
    ({"type": "vector", "service": "huggingface"}, "REQUEST_STRUCTURE_MISMATCH"),
    ({"type": "list"}, "UNSUPPORTED_LIST_DEFINITION"),
    ({"type": "set", "valueType": "vector"}, "UNSUPPORTED_SET_DEFINITION"),
    ({"type": "map", "keyType": "list", "valueType": "text"}, "UNSUPPORTED_MAP_DEFINITION"),
    ({"type": "counter"}, "UNSUPPORTED_DATA_TYPE_TABLE_CREATION"),
    ({"type": "userDefined", "udtName": "address"}, "UNKNOWN_USER_DEFINED_TYPE"),
]


@pytest.mark.parametrize(("column", "code"), COLUMN_REFUSALS)
def test_refused_columns(
    data_api: PostCommand, keyspace: str, user_access_token: str, column: object, code: str
) -> None:
    """Each mistake in a column has its code, and no table comes into being."""
    definition = {"columns": {"id": "text", "c": column}, "primaryKey": "id"}
    assert create(data_api, keyspace, definition)["errors"][0]["errorCode"] == code
    assert data_api({"listTables": {}}, keyspace)["status"]["tables"] == []


@pytest.mark.parametrize("name", ["", " ", "\t"])
def test_a_column_needs_a_name(data_api: PostCommand, keyspace: str, name: str) -> None:
    """A blank name makes the real server fall over, in a new table and in one that is there."""
    create(data_api, keyspace, BOOKS)
    definition: Definition = {"columns": {"id": "int", name: "int"}, "primaryKey": "id"}
    new = create(data_api, keyspace, definition, "other")
    add = {"add": {"columns": {name: "text"}}}
    added = data_api({"alterTable": {"operation": add}}, keyspace, "books")
    for reply in (new, added):
        (error,) = reply["errors"]
        assert (error["family"], error["errorCode"]) == ("SERVER", "UNEXPECTED_SERVER_ERROR")
    (table,) = explained(data_api, keyspace)
    assert set(table["definition"]["columns"]) == set(BOOKS["columns"])


@pytest.mark.parametrize(
    ("definition", "code"),
    [
        (
            {
                "columns": {"id": "text"},
                "primaryKey": {"partitionBy": ["id"], "partitionSort": {"s": 1}},
            },
            "UNKNOWN_PARTITION_SORT_COLUMNS",
        ),
    ],
)
def test_refused_definitions(
    data_api: PostCommand, keyspace: str, definition: Definition | None, code: str
) -> None:
    """What is missing or unknown in a definition is refused by the contract's code."""
    members = {} if definition is None else {"definition": definition}
    reply = data_api({"createTable": {"name": "books", **members}}, keyspace)
    assert reply["errors"][0]["errorCode"] == code


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("a" * 48, True),
        ("1_x", True),
        ("a" * 49, False),
        ("a-b", False),
        ("größe", False),
        ("", False),
    ],
)
def test_table_names(data_api: PostCommand, keyspace: str, name: str, accepted: bool) -> None:  # noqa: FBT001
    """48 ASCII letters, digits and underscores are a name; anything else is not."""
    reply = create(data_api, keyspace, BOOKS, name)
    if accepted:
        assert reply == {"status": {"ok": 1}}
    else:
        assert reply["errors"][0]["errorCode"] == "UNSUPPORTED_SCHEMA_NAME"


def test_odd_definitions_that_are_accepted(data_api: PostCommand, keyspace: str) -> None:
    """Vectors have no greatest dimension and may be keys; other columns drop a service."""
    columns = {
        "v": {"type": "vector", "dimension": 5000},
        "t": {"type": "text", "service": SERVICE},
    }
    assert create(data_api, keyspace, {"columns": columns, "primaryKey": "v"})["status"]["ok"] == 1
    (table,) = explained(data_api, keyspace)
    assert table["definition"]["columns"]["t"] == {"type": "text"}
