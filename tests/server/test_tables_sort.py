"""Sorts of tables over HTTP: by vector, by text, by columns (contract data-api.md, section 8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Post = Callable[[dict[str, Any]], dict[str, Any]]
NewTable = Callable[[dict[str, Any], object], Post]

PASSAGES = {
    1: "The cat sleeps on the windowsill.",
    2: "The central bank raised interest rates.",
    3: "Mix the flour with butter.",
}
VECTORS = {1: [1, 0], 2: [0.6, 0.8], 3: [-1, 0]}
ASKED = {"includeSimilarity": True, "includeSortVector": True}


@pytest.fixture
def post(new_table: NewTable, service: dict[str, Any]) -> Post:
    """One partition of three rows, with a plain and a vectorize column; both are indexed."""
    columns = {
        "shelf": "text",
        "at": "int",
        "title": "text",
        "v": {"type": "vector", "dimension": 2},
        "bare": {"type": "vector", "dimension": 2},
        "text": {"type": "vector", "service": service},
    }
    key = {"partitionBy": ["shelf"], "partitionSort": {"at": -1}}
    post = new_table(columns, key)
    for column in ("v", "text"):
        index = {"name": f"{column}_index", "definition": {"column": column}}
        post({"createVectorIndex": index})
    rows = [
        {"shelf": "a", "at": at, "title": PASSAGES[at], "text": PASSAGES[at], "v": VECTORS[at]}
        for at in PASSAGES
    ]
    inserted = post({"insertMany": {"documents": rows}})
    assert "errors" not in inserted
    return post


def order(reply: dict[str, Any]) -> list[int]:
    """The rows found, by their ``at``."""
    return [row["at"] for row in reply["data"]["documents"]]


def test_a_vector_sort_finds_the_nearest_rows(post: Post) -> None:
    """Best first; similarity (of the cosine, between 0 and 1) and sort vector when asked for."""
    reply = post({"find": {"sort": {"v": [1, 0]}, "options": {**ASKED, "limit": 2}}})
    assert order(reply) == [1, 2]
    similarities = [row["$similarity"] for row in reply["data"]["documents"]]
    assert similarities == pytest.approx([1.0, 0.8], abs=1e-6)
    assert reply["status"]["sortVector"] == [1, 0]
    assert reply["data"]["nextPageState"] is None


def test_a_vector_sort_may_be_binary_and_filtered(post: Post) -> None:
    """A $binary vector sorts as well, and a filter narrows what is found; no filter, no warning."""
    binary = {"$binary": "P4AAAAAAAAA="}
    reply = post({"find": {"sort": {"v": binary}, "filter": {"at": {"$gt": 1}}}})
    assert order(reply) == [2, 3]
    assert "$similarity" not in reply["data"]["documents"][0]
    assert "warnings" not in post({"find": {"sort": {"v": [1, 0]}}})["status"]


def test_a_text_sort_answers_without_similarity_and_sort_vector(post: Post) -> None:
    """A text finds the passage that means the same, but no similarity even if asked for."""
    reply = post({"find": {"sort": {"text": "a napping kitten"}, "options": ASKED}})
    assert order(reply)[0] == 1
    assert len(order(reply)) == 3
    assert all("$similarity" not in row for row in reply["data"]["documents"])
    assert "sortVector" not in reply["status"]
    assert reply["data"]["nextPageState"] is None


def test_find_one_sorts_too(post: Post) -> None:
    """findOne answers the nearest row."""
    reply = post({"findOne": {"sort": {"v": [-1, 0]}, "options": {"includeSimilarity": True}}})
    assert reply["data"]["document"]["at"] == 3
    assert reply["data"]["document"]["$similarity"] == pytest.approx(1.0)


def test_a_text_column_has_no_vectors_to_sort_by(post: Post) -> None:
    """A vector sort on a column of text has its code of scope SORT."""
    (error,) = post({"find": {"sort": {"title": [1, 0]}}})["errors"]
    assert error["scope"] == "SORT"
    assert error["errorCode"] == "CANNOT_VECTOR_SORT_NON_VECTOR_COLUMNS"


def test_an_empty_text_is_where_the_real_server_falls_over(post: Post) -> None:
    """Sorting by an empty string is an unexpected server error."""
    (error,) = post({"find": {"sort": {"text": ""}}})["errors"]
    assert (error["family"], error["errorCode"]) == ("SERVER", "UNEXPECTED_SERVER_ERROR")


@pytest.mark.parametrize(
    ("clause", "sort", "ordered", "warnings"),
    [
        ({"shelf": "a"}, {}, [3, 2, 1], []),
        ({"shelf": "a"}, {"at": 1}, [1, 2, 3], []),
        ({"shelf": "a"}, {"title": 1}, [3, 1, 2], ["NON_PARTITION_SORTING"]),
        ({"shelf": {"$in": ["a"]}}, {"at": 1}, [1, 2, 3], ["PARTITION_KEY_NOT_RESTRICTED"]),
    ],
)
def test_rows_are_sorted_by_columns(
    post: Post,
    clause: dict[str, Any],
    sort: dict[str, int],
    ordered: list[int],
    warnings: list[str],
) -> None:
    """Without a sort a partition has its own order; sorting in memory is warned of."""
    reply = post({"find": {"filter": clause, "sort": sort}})
    assert order(reply) == ordered
    codes = [it["errorCode"] for it in reply["status"].get("warnings", [])]
    assert codes == [f"IN_MEMORY_SORTING_DUE_TO_{reason}" for reason in warnings]


def test_an_incomplete_key_is_warned_of(post: Post) -> None:
    """A filter on the key's later column alone reads all partitions."""
    (warning,) = post({"find": {"filter": {"at": 1}}})["status"]["warnings"]
    assert warning["errorCode"] == "INCOMPLETE_PRIMARY_KEY_FILTER"


def test_pages_of_a_partition_keep_its_order(post: Post) -> None:
    """A partition of more than a page comes in its order over all pages."""
    rows = [{"shelf": "b", "at": at} for at in range(80)]
    post({"insertMany": {"documents": rows}})
    first = post({"find": {"filter": {"shelf": "b"}}})
    state = first["data"]["nextPageState"]
    second = post({"find": {"filter": {"shelf": "b"}, "options": {"pageState": state}}})
    assert order(first) + order(second) == list(range(79, -1, -1))
    assert second["data"]["nextPageState"] is None
