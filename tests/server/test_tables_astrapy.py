"""Tables through the vendor's own client: every column type, cursors, life of a table."""

from __future__ import annotations

import ipaddress
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from astrapy import Database, Table
from astrapy.constants import SortMode
from astrapy.data_types import (
    DataAPIDate,
    DataAPIDuration,
    DataAPIMap,
    DataAPISet,
    DataAPITime,
    DataAPITimestamp,
    DataAPIVector,
)
from astrapy.exceptions import DataAPIResponseException
from astrapy.info import (
    AlterTableAddColumns,
    AlterTableAddVectorize,
    AlterTableDropColumns,
    AlterTableDropVectorize,
    CreateTableDefinition,
    VectorServiceOptions,
)

COLUMNS: dict[str, Any] = {
    "id": "text",
    "ascii": "ascii",
    "bigint": "bigint",
    "blob": "blob",
    "boolean": "boolean",
    "date": "date",
    "decimal": "decimal",
    "double": "double",
    "duration": "duration",
    "float": "float",
    "inet": "inet",
    "int": "int",
    "smallint": "smallint",
    "time": "time",
    "timestamp": "timestamp",
    "tinyint": "tinyint",
    "uuid": "uuid",
    "varint": "varint",
    "list": {"type": "list", "valueType": "int"},
    "map": {"type": "map", "keyType": "text", "valueType": "float"},
    "pairs": {"type": "map", "keyType": "int", "valueType": "text"},
    "set": {"type": "set", "valueType": "uuid"},
    "v": {"type": "vector", "dimension": 2},
}
A_UUID = UUID("0b3e7b2c-4d4e-4f7a-9a53-0d3d7f3f0a11")
ROW: dict[str, Any] = {
    "id": "größe",
    "ascii": "plain",
    "bigint": 2**62,
    "blob": b"\x00\xff",
    "boolean": True,
    "date": DataAPIDate.from_string("2024-02-29"),
    "decimal": Decimal("1.25"),
    "double": 0.1,
    "duration": DataAPIDuration.from_string("P1DT2H"),
    "float": 2.5,
    "inet": ipaddress.ip_address("10.1.1.2"),
    "int": -7,
    "smallint": 300,
    "time": DataAPITime.from_string("12:34:56.789"),
    "timestamp": DataAPITimestamp.from_string("2024-01-01T00:00:00.500Z"),
    "tinyint": 12,
    "uuid": A_UUID,
    "varint": 10**25,
    "list": [3, 1, 3],
    "map": DataAPIMap({"a": 0.5}),
    "pairs": DataAPIMap({1: "one", 2: "two"}),
    "set": DataAPISet([A_UUID]),
    "v": DataAPIVector([0.5, -1.0]),
}


@pytest.fixture
def table(astrapy_database: Database) -> Table[dict[str, Any]]:
    """A table with a column of every type."""
    definition = CreateTableDefinition.coerce({"columns": COLUMNS, "primaryKey": "id"})
    return astrapy_database.create_table("everything", definition=definition)


def test_every_type_comes_back_as_it_went_in(table: Table[dict[str, Any]]) -> None:
    """The client reads the values that it wrote, of every column type."""
    inserted = table.insert_one(ROW)
    assert inserted.inserted_id == {"id": "größe"}
    assert table.find_one({"id": "größe"}) == ROW


@pytest.mark.parametrize(
    "column",
    [name for name in COLUMNS if isinstance(COLUMNS[name], str)],
)
def test_every_primitive_type_can_be_filtered(table: Table[dict[str, Any]], column: str) -> None:
    """A row is found by the value of any of its primitive columns."""
    table.insert_many([ROW, {"id": "other"}])
    found = table.find({column: ROW[column]}, projection={"id": True}).to_list()
    assert found == [{"id": "größe"}]


def test_cursors_run_over_pages(table: Table[dict[str, Any]]) -> None:
    """A cursor reads all pages, a limit ends it, a sort by a column orders it."""
    table.insert_many([{"id": f"{at:03}", "int": at} for at in range(130)])
    assert len(table.find().to_list()) == 130
    assert len(table.find(limit=70).to_list()) == 70
    last = table.find_one(sort={"int": SortMode.DESCENDING}, projection={"id": True})
    assert last == {"id": "129"}


def test_vector_sort_with_similarity(table: Table[dict[str, Any]]) -> None:
    """The client sorts by a vector and gets similarity and sort vector."""
    table.create_vector_index("v_index", column="v")
    table.insert_many([{"id": "near", "v": [1, 0]}, {"id": "far", "v": [-1, 0]}])
    cursor = table.find(
        sort={"v": DataAPIVector([1, 0])},
        projection={"id": True},
        include_similarity=True,
        include_sort_vector=True,
    )
    rows = cursor.to_list()
    assert [row["id"] for row in rows] == ["near", "far"]
    assert [row["$similarity"] for row in rows] == pytest.approx([1.0, 0.0])
    assert cursor.get_sort_vector() == DataAPIVector([1, 0])


def test_a_table_is_altered(table: Table[dict[str, Any]], user_access_token: str) -> None:
    """Columns and vectorize are added and dropped through the client."""
    service = VectorServiceOptions(
        provider="huggingface",
        model_name="sentence-transformers/all-MiniLM-L6-v2",
        authentication={"providerKey": user_access_token},
    )
    wide = {"type": "vector", "dimension": 384}
    added = AlterTableAddColumns.coerce({"columns": {"wide": wide, "n": {"type": "int"}}})
    table.alter(added)
    table.alter(AlterTableAddVectorize(columns={"wide": service}))
    assert table.definition().columns["wide"].as_dict()["service"]["provider"] == "huggingface"
    table.alter(AlterTableDropVectorize(columns=["wide"]))
    table.alter(AlterTableDropColumns(columns=["n"]))
    columns = table.definition().columns
    assert "n" not in columns
    assert "service" not in columns["wide"].as_dict()


def test_rows_change_and_go(table: Table[dict[str, Any]]) -> None:
    """Updates and deletions through the client; the table itself goes at the end."""
    table.insert_one({"id": "a", "int": 1})
    table.update_one({"id": "a"}, {"$set": {"int": 2}, "$unset": {"ascii": ""}})
    assert table.find_one({"id": "a"}, projection={"int": True}) == {"int": 2}
    table.delete_one({"id": "a"})
    assert table.find_one({"id": "a"}) is None
    table.delete_many({})
    table.drop()
    assert table.database.list_table_names() == []
    with pytest.raises(DataAPIResponseException, match="UNKNOWN_COLLECTION_OR_TABLE"):
        table.find_one({"id": "a"})
