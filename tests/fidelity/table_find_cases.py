"""Rows: finds (contract data-api.md, section 8)."""

from __future__ import annotations

from typing import Any, Final

from tests.fidelity.cases import (
    NEXT_PAGE,
    ON_CASSANDRA,
    Entity,
    Json,
    Step,
    case,
    refusals,
    refused,
)
from tests.fidelity.matching import ABSENT, ANY, Exactly, Length, Listing

ROWS: Final = Entity(
    "fidelity_rows",
    "table",
    {
        "columns": {
            "id": "text",
            "year": "int",
            "lang": "text",
            "tags": {"type": "set", "valueType": "text"},
            "facts": {"type": "map", "keyType": "text", "valueType": "int"},
            "v": {"type": "vector", "dimension": 2},
            "bare": {"type": "vector", "dimension": 2},
        },
        "primaryKey": "id",
    },
    (
        {"createIndex": {"name": "fidelity_year", "definition": {"column": "year"}}},
        {"createIndex": {"name": "fidelity_tags", "definition": {"column": "tags"}}},
        {
            "createIndex": {
                "name": "fidelity_facts",
                "definition": {"column": {"facts": "$keys"}},
            }
        },
        {"createVectorIndex": {"name": "fidelity_v", "definition": {"column": "v"}}},
        {
            "insertMany": {
                "documents": [
                    {"id": "a", "year": 2001, "lang": "de", "tags": ["x", "y"], "v": [1, 0]},
                    {"id": "b", "year": 2002, "lang": "en", "tags": ["y"], "v": [0.6, 0.8]},
                    {"id": "c", "year": 2003, "lang": "de", "facts": {"q": 1}, "v": [-1, 0]},
                    {"id": "d", "lang": "fr"},
                ]
            }
        },
    ),
)
"""Four rows that no case changes."""

MANY: Final = Entity(
    "fidelity_many",
    "table",
    {"columns": {"id": "int"}, "primaryKey": "id"},
    ({"insertMany": {"documents": [{"id": number} for number in range(60)]}},),
)
"""More rows than a page."""


def find(**members: Any) -> Json:
    """A find."""
    return {"find": members}


def rows(*found: str) -> Json:
    """An answer with these rows in any order."""
    return {"data": {"documents": Listing(tuple({"id": one} for one in found))}}


FOUND = [
    *[
        case(f"find rows: {name}", ROWS, find(filter=condition), rows(*found))
        for name, condition, found in [
            ("by key", {"id": "b"}, "b"),
            ("by $eq", {"id": {"$eq": "b"}}, "b"),
            ("by $in", {"id": {"$in": ["c", "a", "z"]}}, "ac"),
            ("by $gt", {"year": {"$gt": 2001}}, "bc"),
            ("by $gte", {"year": {"$gte": 2003}}, "c"),
            ("by $lt", {"year": {"$lt": 2002}}, "a"),
            ("by $lte", {"year": {"$lte": 2001}}, "a"),
            ("by an element of a set", {"tags": {"$in": ["x"]}}, "a"),
            ("by a value of a map", {"facts": {"$values": {"$in": [1]}}}, "c"),
            ("by a key of a map", {"facts": {"$keys": {"$in": ["q"]}}}, "c"),
        ]
    ],
    *[
        case(
            f"find rows: {name}",
            ROWS,
            find(filter=condition),
            rows(*found),
            differs_on=ON_CASSANDRA,
        )
        for name, condition, found in [
            ("by two columns", {"lang": "de", "year": {"$lte": 2001}}, "a"),
            ("by $or", {"$or": [{"lang": "fr"}, {"year": 2002}]}, "bd"),
            ("by $and", {"$and": [{"lang": "de"}, {"id": "a"}]}, "a"),
            ("by $not", {"$not": {"year": {"$gt": 2001}}}, "a"),
            ("by $ne", {"year": {"$ne": 2001}}, "bc"),
            ("by $nin", {"year": {"$nin": [2001, 2002]}}, "c"),
            ("by $all", {"tags": {"$all": ["x", "y"]}}, "a"),
        ]
    ],
    *[
        case(
            f"find rows warns: {name}",
            ROWS,
            find(filter=condition),
            {"status": {"warnings": warnings}},
        )
        for name, condition, warnings in [
            ("no filter", {}, [{"errorCode": "ZERO_FILTER_OPERATIONS", "scope": "WARNING"}]),
            ("no index", {"lang": "de"}, [{"errorCode": "MISSING_INDEX"}]),
            ("nothing for an index", {"year": 2001}, ABSENT),
        ]
    ],
    case(
        "find rows: null columns are left out, the schema is told",
        ROWS,
        find(filter={"id": "d"}),
        {
            "data": Exactly({"documents": [{"id": "d", "lang": "fr"}], "nextPageState": None}),
            "status": {"projectionSchema": {"tags": {"type": "set", "valueType": "text"}}},
        },
    ),
    case(
        "find rows: projection and limit",
        ROWS,
        find(projection={"id": 1}, options={"limit": 2}),
        {"data": {"documents": Length(2), "nextPageState": None}},
    ),
    case(
        "find rows: the rest by a page's state",
        MANY,
        find(),
        {"data": {"documents": Length(50), "nextPageState": ANY}},
        Step(
            find(options={"pageState": NEXT_PAGE}),
            {"data": {"documents": Length(10), "nextPageState": None}},
        ),
    ),
    case(
        "find rows: a limit above a page counts over all pages",
        MANY,
        find(options={"limit": 55}),
        {"data": {"documents": Length(50), "nextPageState": ANY}},
        Step(
            find(options={"limit": 55, "pageState": NEXT_PAGE}),
            {"data": {"documents": Length(5), "nextPageState": None}},
        ),
    ),
    case(
        "find rows: a page state that cannot be decoded",
        ROWS,
        find(options={"pageState": "?"}),
        refused("UNEXPECTED_SERVER_ERROR", family="SERVER"),
    ),
    case(
        "findOne row: projected",
        ROWS,
        {"findOne": {"filter": {"id": "a"}, "projection": {"year": 1}}},
        {"data": {"document": Exactly({"year": 2001})}, "status": {"projectionSchema": ANY}},
    ),
    case(
        "findOne row: nothing",
        ROWS,
        {"findOne": {"filter": {"id": "z"}}},
        {"data": {"document": None}, "status": {"projectionSchema": ANY}},
    ),
]


REFUSED = [
    *refusals(
        "find rows refuses a filter by",
        ROWS,
        [
            ("an unknown column", find(filter={"other": 1}), "UNKNOWN_TABLE_COLUMNS"),
            (
                "a value of another type",
                find(filter={"year": "2001"}),
                "INVALID_FILTER_COLUMN_VALUES",
            ),
        ],
        scope="FILTER",
    ),
    case(
        "find rows refuses: an unknown column in the projection",
        ROWS,
        find(projection={"other": 1}),
        refused("UNKNOWN_TABLE_COLUMNS", "PROJECTION"),
    ),
    case(
        "find rows refuses: the partition key under $or",
        ROWS,
        find(filter={"$or": [{"id": "d"}, {"year": 2002}]}),
        refused("INVALID_DATABASE_QUERY", "DATABASE", "SERVER"),
        differs_on=ON_CASSANDRA,
    ),
    case(
        "find rows refuses: a skip without a sort",
        ROWS,
        find(options={"skip": 1}),
        refused("COMMAND_FIELD_VALUE_INVALID"),
    ),
]

CASES = [*FOUND, *REFUSED]
