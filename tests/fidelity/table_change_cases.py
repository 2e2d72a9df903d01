"""Rows: insertions and changes (contract data-api.md, section 8)."""

from __future__ import annotations

from typing import Any, Final

from tests.fidelity.cases import (
    DONE,
    ON_CASSANDRA,
    SERVICE,
    Entity,
    Json,
    Step,
    case,
    refusals,
    refused,
)
from tests.fidelity.matching import ABSENT, Exactly, Length
from tests.fidelity.table_find_cases import ROWS, find
from tests.fidelity.table_sort_cases import SHELVES

WRITTEN: Final = Entity(
    "fidelity_written",
    "table",
    {
        "columns": {
            "id": "text",
            "title": "text",
            "pages": "int",
            "tags": {"type": "set", "valueType": "text"},
            "day": "date",
            "at": "timestamp",
            "v": {"type": "vector", "dimension": 2},
            "text": {"type": "vector", "service": SERVICE},
        },
        "primaryKey": "id",
    },
    ({"createVectorIndex": {"name": "fidelity_written_text", "definition": {"column": "text"}}},),
)
"""Rows that cases write; each has ids of its own."""

FIRST: Final = "0001-01-01T00:00:00Z"


def update(identifier: str, clause: Json, **more: Any) -> Json:
    """An updateOne of the row with this id."""
    return {"updateOne": {"filter": {"id": identifier}, "update": clause, **more}}


CHANGED: Final = {"status": {"matchedCount": 1, "modifiedCount": 1}}
DELETED: Final = {"status": {"deletedCount": -1}}

REFUSED = [
    *refusals(
        "a row is refused",
        WRITTEN,
        [
            (
                "an unknown column",
                {"insertOne": {"document": {"id": "x", "other": 1}}},
                "UNKNOWN_TABLE_COLUMNS",
            ),
            (
                "$vectorize",
                {"insertOne": {"document": {"id": "x", "$vectorize": "a"}}},
                "UNKNOWN_TABLE_COLUMNS",
            ),
            (
                "no key",
                {"insertOne": {"document": {"title": "a"}}},
                "MISSING_PRIMARY_KEY_COLUMNS",
            ),
            (
                "a value of another type",
                {"insertOne": {"document": {"id": "x", "pages": "a"}}},
                "INVALID_COLUMN_VALUES",
            ),
            (
                "a vector of another length",
                {"insertOne": {"document": {"id": "x", "v": [1]}}},
                "INVALID_COLUMN_VALUES",
            ),
            (
                "a text without a service",
                {"insertOne": {"document": {"id": "x", "v": "a"}}},
                "UNSUPPORTED_VECTORIZE_WHEN_MISSING_VECTORIZE_DEFINITION",
            ),
        ],
        scope="DOCUMENT",
    ),
    *refusals(
        "a change of rows is refused",
        WRITTEN,
        [
            ("no rows", {"insertMany": {"documents": []}}, "COMMAND_FIELD_VALUE_INVALID"),
            ("deleteOne without filter", {"deleteOne": {}}, "COMMAND_FIELD_VALUE_INVALID"),
            (
                "by another column than the key",
                {"deleteOne": {"filter": {"title": "t"}}},
                "UNSUPPORTED_NON_PRIMARY_KEY_FILTER_FOR_UPDATE_DELETE",
            ),
            (
                "a text without a service in an update",
                update("x", {"$set": {"v": "a"}}),
                "UNSUPPORTED_VECTORIZE_WHEN_MISSING_VECTORIZE_DEFINITION",
            ),
        ],
    ),
    case(
        "a deletion of a row takes no sort",
        WRITTEN,
        {"deleteOne": {"filter": {"id": "x"}, "sort": {"id": 1}}},
        refused("UNSUPPORTED_SORT_FOR_TABLE_DELETE_COMMAND", "SORT"),
        off="sort",
    ),
    case(
        "an update of a row takes no sort",
        WRITTEN,
        update("x", {"$set": {"pages": 1}}, sort={"id": 1}),
        refused("UNSUPPORTED_SORT_FOR_TABLE_UPDATE_COMMAND", "SORT"),
        off="sort",
    ),
    case(
        "a change of rows is refused: a part of the key",
        SHELVES,
        {"deleteOne": {"filter": {"shelf": "a"}}},
        refused("MISSING_FULL_PRIMARY_KEY_FOR_UPDATE_DELETE", "FILTER"),
    ),
    *[
        case(
            f"deleteMany of rows: the database refuses {what}",
            WRITTEN,
            {"deleteMany": {"filter": condition}},
            refused("INVALID_DATABASE_QUERY", "DATABASE", "SERVER"),
            differs_on=differs,
        )
        for what, condition, differs in [
            ("a range of the partition key", {"id": {"$gt": "x"}}, {}),
            ("$ne on the partition key", {"id": {"$ne": "x"}}, {}),
            ("$or", {"$or": [{"id": "x1"}, {"id": "x2"}]}, ON_CASSANDRA),
        ]
    ],
    case(
        "an update of a row is refused: an operator of collections",
        WRITTEN,
        update("x", {"$inc": {"pages": 1}}),
        refused("UNSUPPORTED_UPDATE_OPERATIONS_FOR_TABLE", "UPDATE"),
    ),
    case(
        "an update of a row is refused: $push of an array without $each",
        WRITTEN,
        update("x", {"$push": {"tags": ["a"]}}),
        refused("INVALID_PUSH_OPERATOR_USAGE", "UPDATE"),
    ),
    *[
        case(
            f"{name}: no command of tables",
            ROWS,
            {name: members},
            refused("UNSUPPORTED_TABLE_COMMAND"),
        )
        for name, members in [
            ("countDocuments", {}),
            ("estimatedDocumentCount", {}),
            ("updateMany", {"filter": {}, "update": {"$set": {"lang": "x"}}}),
            ("findOneAndUpdate", {"filter": {}, "update": {"$set": {"lang": "x"}}}),
            ("findOneAndReplace", {"filter": {}, "replacement": {}}),
            ("findOneAndDelete", {"filter": {}}),
        ]
    ],
]

CHANGES = [
    case(
        "insertOne row: key values in an array, an upsert",
        WRITTEN,
        {"insertOne": {"document": {"id": "i1", "title": "first", "pages": 1}}},
        {"status": {"primaryKeySchema": {"id": {"type": "text"}}, "insertedIds": [["i1"]]}},
        Step({"insertOne": {"document": {"id": "i1", "title": "second"}}}, DONE),
        Step(
            {"findOne": {"filter": {"id": "i1"}}},
            {"data": {"document": Exactly({"id": "i1", "title": "second", "pages": 1})}},
        ),
    ),
    case(
        "insertMany rows: valid rows are written, the others' errors appended",
        WRITTEN,
        {
            "insertMany": {
                "documents": [{"id": "m1"}, {"id": "m2", "pages": "x"}, {"id": "m3"}],
                "options": {"ordered": False},
            }
        },
        {
            "status": {"insertedIds": [["m1"], ["m3"]]},
            "errors": [{"errorCode": "INVALID_COLUMN_VALUES", "documentIds": ABSENT}],
        },
    ),
    case(
        "insertMany rows: a response for each",
        WRITTEN,
        {
            "insertMany": {
                "documents": [{"id": "r1"}, {"title": "no key"}],
                "options": {"returnDocumentResponses": True},
            }
        },
        {
            "status": {
                "documentResponses": [
                    {"_id": ["r1"], "status": "OK"},
                    {"_id": [], "status": "ERROR", "errorsIdx": 0},
                ]
            }
        },
    ),
    case(
        "insertMany rows: with a text to embed one bad row refuses all",
        WRITTEN,
        {
            "insertMany": {
                "documents": [{"id": "t1", "text": "A dog barks."}, {"id": "t2", "pages": "x"}],
                "options": {"ordered": False},
            }
        },
        refused("INVALID_COLUMN_VALUES"),
        Step({"findOne": {"filter": {"id": "t1"}}}, {"data": {"document": None}}),
    ),
    case(
        "a text in a row is embedded, not kept, and found; without similarity even if asked for",
        WRITTEN,
        {"insertOne": {"document": {"id": "e1", "text": "A dog barks at night."}}},
        DONE,
        Step({"findOne": {"filter": {"id": "e1"}}}, {"data": {"document": {"text": Length(384)}}}),
        Step(
            find(sort={"text": "a puppy"}, options={"includeSimilarity": True, "limit": 1}),
            {
                "data": {"documents": [{"id": "e1", "$similarity": ABSENT}]},
                "status": {"sortVector": ABSENT},
            },
        ),
    ),
    case(
        "updateOne row: $set and $unset, an upsert, always counted as one",
        WRITTEN,
        update("u1", {"$set": {"title": "t", "pages": 1}}),
        CHANGED,
        Step(update("u1", {"$unset": {"title": ""}}, options={"upsert": True}), CHANGED),
        Step(
            {"findOne": {"filter": {"id": "u1"}}},
            {"data": {"document": Exactly({"id": "u1", "pages": 1})}},
        ),
    ),
    case(
        "updateOne row: $push adds to a set, $pullAll takes out of it",
        WRITTEN,
        update("p1", {"$push": {"tags": {"$each": ["c", "a"]}}}),
        CHANGED,
        Step(update("p1", {"$push": {"tags": "b"}}), CHANGED),
        Step(update("p1", {"$pullAll": {"tags": ["a", "x"]}}), CHANGED),
        Step(
            {"findOne": {"filter": {"id": "p1"}}},
            {"data": {"document": Exactly({"id": "p1", "tags": ["b", "c"]})}},
        ),
    ),
    case(
        "updateOne row: an update without a value makes no row",
        WRITTEN,
        update("u2", {"$unset": {"title": ""}, "$set": {"pages": None}}),
        CHANGED,
        Step({"findOne": {"filter": {"id": "u2"}}}, {"data": {"document": None}}),
    ),
    case(
        "insertOne row: dates and timestamps of any year",
        WRITTEN,
        {"insertOne": {"document": {"id": "d1", "day": "-0044-03-15", "at": FIRST}}},
        DONE,
        Step(
            {"findOne": {"filter": {"id": "d1"}}},
            {"data": {"document": Exactly({"id": "d1", "day": "-0044-03-15", "at": FIRST})}},
        ),
    ),
    case(
        "deleteOne and deleteMany of rows are not counted",
        WRITTEN,
        {"insertMany": {"documents": [{"id": "x1"}, {"id": "x2"}]}},
        DONE,
        Step({"deleteOne": {"filter": {"id": "x1"}}}, DELETED),
        Step({"deleteOne": {"filter": {"id": "x1"}}}, DELETED),
        Step({"deleteMany": {"filter": {"id": "x2"}}}, DELETED),
        Step({"findOne": {"filter": {"id": "x2"}}}, {"data": {"document": None}}),
    ),
]

CASES = [*REFUSED, *CHANGES]
