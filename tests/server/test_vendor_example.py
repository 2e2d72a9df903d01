"""The Python example of the vendor's page, section "Add the integration to a new table"."""

from __future__ import annotations

import pytest
from astrapy import Database, Table
from astrapy.constants import VectorMetric
from astrapy.data_types import DataAPIVector
from astrapy.info import (
    ColumnType,
    CreateTableDefinition,
    TablePrimaryKeyDescriptor,
    TableScalarColumnTypeDescriptor,
    TableVectorColumnTypeDescriptor,
    TableVectorIndexOptions,
    VectorServiceOptions,
)

MODEL = "sentence-transformers/all-MiniLM-L6-v2"
PASSAGES = [
    "The cat sleeps on the warm windowsill.",
    "Interest rates were raised by the central bank.",
    "Preheat the oven and mix flour with butter.",
]


@pytest.fixture
def table(astrapy_database: Database, user_access_token: str) -> Table[dict[str, object]]:
    """The table of the example with its vector index, made by the vendor's client."""
    definition = CreateTableDefinition(
        columns={
            "example_vector": TableVectorColumnTypeDescriptor(
                dimension=384,
                service=VectorServiceOptions(
                    provider="huggingface",
                    model_name=MODEL,
                    authentication={"providerKey": user_access_token},
                ),
            ),
            "original_text": TableScalarColumnTypeDescriptor(column_type=ColumnType.TEXT),
        },
        primary_key=TablePrimaryKeyDescriptor(partition_by=["original_text"], partition_sort={}),
    )
    table = astrapy_database.create_table("example_table", definition=definition)
    table.create_vector_index(
        "example_vector_index",
        column="example_vector",
        options=TableVectorIndexOptions(metric=VectorMetric.DOT_PRODUCT),
    )
    return table


def test_the_example_defines_the_table_and_its_index(
    table: Table[dict[str, object]], user_access_token: str
) -> None:
    """The client reads back the definition it sent, with the credential's full name."""
    column = table.definition().columns["example_vector"]
    assert isinstance(column, TableVectorColumnTypeDescriptor)
    assert column.dimension == 384
    assert column.service is not None
    assert column.service.model_name == MODEL
    assert column.service.authentication == {"providerKey": f"{user_access_token}.providerKey"}
    (index,) = table.list_indexes()
    assert index.name == "example_vector_index"
    assert index.definition.as_dict()["options"] == {
        "metric": "dot_product",
        "sourceModel": "other",
    }


def test_text_is_embedded_and_found_by_its_meaning(table: Table[dict[str, object]]) -> None:
    """Strings inserted into the vector column are embedded; a text finds the nearest of them."""
    inserted = table.insert_many(
        [{"original_text": passage, "example_vector": passage} for passage in PASSAGES]
    )
    assert inserted.inserted_id_tuples == [(passage,) for passage in PASSAGES]
    found = table.find(
        sort={"example_vector": "a kitten taking a nap"},
        projection={"original_text": True},
        limit=2,
    ).to_list()
    assert found[0]["original_text"] == PASSAGES[0]
    assert len(found) == 2


def test_the_vector_of_a_text_is_stored_without_the_text(table: Table[dict[str, object]]) -> None:
    """Only the vector stays in the column: 384 numbers of length one."""
    table.insert_one({"original_text": PASSAGES[1], "example_vector": PASSAGES[1]})
    row = table.find_one({"original_text": PASSAGES[1]})
    assert row is not None
    vector = row["example_vector"]
    assert isinstance(vector, DataAPIVector)
    assert len(vector) == 384
    assert sum(number * number for number in vector) == pytest.approx(1, abs=1e-5)
