"""Rows: sorts, by vector and by column (contract data-api.md, section 8)."""

from __future__ import annotations

from typing import Final

from tests.fidelity.cases import (
    NEXT_PAGE,
    Entity,
    Json,
    Step,
    case,
    refusals,
    refused,
)
from tests.fidelity.matching import ANY, Length, Near
from tests.fidelity.table_find_cases import MANY, ROWS, find

SHELVES: Final = Entity(
    "fidelity_shelves",
    "table",
    {
        "columns": {"shelf": "text", "at": "int", "title": "text"},
        "primaryKey": {"partitionBy": ["shelf"], "partitionSort": {"at": -1}},
    },
    (
        {
            "insertMany": {
                "documents": [{"shelf": "a", "at": at, "title": f"t{at}"} for at in (1, 2, 3)]
            }
        },
    ),
)
"""One partition of three rows, ordered from the last to the first."""


SORTED = [
    case(
        "find rows: a vector sort with similarity and sort vector",
        ROWS,
        find(
            sort={"v": [1, 0]},
            options={"includeSimilarity": True, "includeSortVector": True, "limit": 2},
        ),
        {
            "data": {
                "documents": [
                    {"id": "a", "$similarity": Near(1)},
                    {"id": "b", "$similarity": Near(0.8)},
                ],
                "nextPageState": None,
            },
            "status": {"sortVector": [Near(1), Near(0)]},
        },
    ),
    case(
        "findOne row: the nearest",
        ROWS,
        {
            "findOne": {
                "sort": {"v": [-1, 0]},
                "options": {"includeSimilarity": True, "includeSortVector": True},
            }
        },
        {"data": {"document": {"id": "c", "$similarity": Near(1)}}},
    ),
    case(
        "find rows: a partition has its own order",
        SHELVES,
        find(filter={"shelf": "a"}),
        {"data": {"documents": [{"at": 3}, {"at": 2}, {"at": 1}]}},
    ),
    case(
        "find rows: a partition sorted by its key",
        SHELVES,
        find(filter={"shelf": "a"}, sort={"at": 1}),
        {"data": {"documents": [{"at": 1}, {"at": 2}, {"at": 3}]}},
    ),
    case(
        "find rows: sorted in memory they have one page, whatever the limit",
        MANY,
        find(sort={"id": -1}, options={"limit": 55}),
        {
            "data": {"documents": Length(50), "nextPageState": None},
            "status": {"sortedRowCount": 60},
        },
        Step(
            find(sort={"id": -1}, options={"skip": 58}),
            {"data": {"documents": [{"id": 1}, {"id": 0}], "nextPageState": None}},
        ),
    ),
    case(
        "find rows refuses: a vector of zeros, which the cosine cannot compare",
        ROWS,
        find(sort={"v": [0, 0]}),
        refused("INVALID_DATABASE_QUERY", "DATABASE", "SERVER"),
    ),
    case(
        "find rows refuses: a page's state and a sort in memory",
        MANY,
        find(),
        {"data": {"nextPageState": ANY}},
        Step(
            find(sort={"id": -1}, options={"pageState": NEXT_PAGE}),
            refused("UNSUPPORTED_PAGINATION_WITH_IN_MEMORY_SORTING", "SORT"),
        ),
    ),
    case(
        "find rows warns: a skip is done in memory",
        SHELVES,
        find(filter={"shelf": "a"}, sort={"at": 1}, options={"skip": 1}),
        {
            "data": {"documents": [{"at": 2}, {"at": 3}]},
            "status": {"warnings": [{"errorCode": "IN_MEMORY_SORTING_DUE_SKIP_OPTIONS"}]},
        },
    ),
    case(
        "find rows warns: the key is not whole",
        SHELVES,
        find(filter={"at": 1}),
        {"status": {"warnings": [{"errorCode": "INCOMPLETE_PRIMARY_KEY_FILTER"}]}},
    ),
]

SORT_REFUSALS: list[tuple[str, Json, str]] = [
    (
        "a vector column without index",
        find(sort={"bare": [1, 0]}),
        "CANNOT_VECTOR_SORT_NON_INDEXED_VECTOR_COLUMNS",
    ),
    (
        "a text on a vector column without index",
        find(sort={"bare": "text"}),
        "CANNOT_VECTOR_SORT_NON_INDEXED_VECTOR_COLUMNS",
    ),
    (
        "a text without a service",
        find(sort={"v": "text"}),
        "CANNOT_VECTORIZE_SORT_WHEN_MISSING_VECTORIZE_DEFINITION",
    ),
    (
        "a vector of another length",
        find(sort={"v": [1, 0, 0]}),
        "CANNOT_VECTOR_SORT_ON_MISMATCHED_VECTOR_DIMENSIONS",
    ),
    ("an unknown column", find(sort={"other": 1}), "CANNOT_SORT_UNKNOWN_COLUMNS"),
    (
        "two vector columns",
        find(sort={"v": [1, 0], "bare": [1, 0]}),
        "CANNOT_SORT_ON_SPECIAL_WITH_OTHERS",
    ),
    (
        "a vector and a column",
        find(sort={"v": [1, 0], "year": 1}),
        "CANNOT_SORT_ON_SPECIAL_WITH_OTHERS",
    ),
    (
        "a vector with limit 1001",
        find(sort={"v": [1, 0]}, options={"limit": 1001}),
        "CANNOT_VECTOR_SORT_WITH_LIMIT_EXCEEDS_MAX",
    ),
    (
        "a vector with skip",
        find(sort={"v": [1, 0]}, options={"skip": 1}),
        "CANNOT_VECTOR_SORT_WITH_SKIP_OPTION",
    ),
    (
        "a text on a text column",
        find(sort={"lang": "text"}),
        "CANNOT_LEXICAL_SORT_NON_INDEXED_COLUMNS",
    ),
]

CASES = [*SORTED, *refusals("find rows refuses a sort by", ROWS, SORT_REFUSALS, scope="SORT")]
