"""Vectors of zeros, which have no direction: the database refuses them where the cosine compares.

Its words are in the vendor's Cassandra (VectorUtil) and in the tests of its Data API
(VectorSearchIntegrationTest); such a refusal is INVALID_DATABASE_QUERY.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.collection_posts import Post, collection, insert
from tests.server.conftest import NewTable, PostCommand, PostToTable

ZEROS = [[0, 0], [1e-7, -1e-6], {"$binary": "AAAAAAAAAAA="}]


def refusal(reply: dict[str, Any]) -> tuple[str, str, str]:
    """What the one error of a reply is."""
    (error,) = reply["errors"]
    return error["family"], error["scope"], error["errorCode"]


REFUSED = ("SERVER", "DATABASE", "INVALID_DATABASE_QUERY")


@pytest.fixture
def points(data_api: PostCommand, keyspace: str) -> Post:
    """A collection that compares by the cosine."""
    return collection(data_api, keyspace, {"vector": {"dimension": 2}})


@pytest.fixture
def rows(new_table: NewTable) -> PostToTable:
    """A table with three vectors: by the cosine, by the distance, and without an index."""
    vector = {"type": "vector", "dimension": 2}
    post = new_table({"id": "int", "c": vector, "e": vector, "free": vector}, "id")
    for column, metric in (("c", "cosine"), ("e", "euclidean")):
        definition = {"column": column, "options": {"metric": metric}}
        post({"createVectorIndex": {"name": f"{column}_index", "definition": definition}})
    return post


@pytest.mark.parametrize("zeros", ZEROS)
def test_documents(points: Post, zeros: object) -> None:
    """Insertion, update and search are refused; an insertion of several names the document."""
    inserted = points(insert({"_id": 1, "$vector": zeros}, {"_id": 2}, ordered=False))
    assert refusal(inserted) == REFUSED
    assert inserted["errors"][0]["documentIds"] == [1]
    assert inserted["status"] == {"insertedIds": [2]}
    change = {"filter": {"_id": 2}, "update": {"$set": {"$vector": zeros}}}
    assert refusal(points({"updateOne": change})) == REFUSED
    assert refusal(points({"find": {"sort": {"$vector": zeros}}})) == REFUSED


def test_other_metrics_take_zeros(data_api: PostCommand, keyspace: str) -> None:
    """Only the cosine needs a direction."""
    vector = {"dimension": 2, "metric": "euclidean"}
    post = collection(data_api, keyspace, {"vector": vector})
    assert "errors" not in post(insert({"_id": 1, "$vector": [0, 0]}))
    assert "errors" not in post({"find": {"sort": {"$vector": [0, 0]}}})


@pytest.mark.parametrize("zeros", ZEROS)
def test_rows(rows: PostToTable, zeros: object) -> None:
    """Rows are refused one by one, where the column has an index by the cosine."""
    assert refusal(rows({"insertOne": {"document": {"id": 1, "c": zeros}}})) == REFUSED
    documents = [{"id": 1, "c": zeros}, {"id": 2, "e": zeros, "free": zeros}]
    several = rows({"insertMany": {"documents": documents, "options": {"ordered": False}}})
    assert refusal(several) == REFUSED
    assert several["status"]["insertedIds"] == [[2]]
    change = {"filter": {"id": 2}, "update": {"$set": {"c": zeros}}}
    assert refusal(rows({"updateOne": change})) == REFUSED
    assert refusal(rows({"find": {"sort": {"c": zeros}}})) == REFUSED
    assert "errors" not in rows({"find": {"sort": {"e": zeros}}})
