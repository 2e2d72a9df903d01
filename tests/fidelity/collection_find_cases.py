"""find, findOne and the counts on collections (contract data-api.md, section 6)."""

from __future__ import annotations

from typing import Any, Final

from tests.fidelity.cases import (
    DONE,
    NEXT_PAGE,
    ON_CASSANDRA,
    Case,
    Entity,
    Json,
    Kind,
    Step,
    case,
    refused,
)
from tests.fidelity.matching import ABSENT, ANY, Exactly, Length, Listing

NUMBERS: Final = Entity(
    "fidelity_numbers",
    "collection",
    {},
    tuple(
        {
            "insertMany": {
                "documents": [
                    {"_id": n, "half": n // 2, "odd": n % 2, "tags": ["t", n]}
                    for n in range(start, start + 40)
                ]
            }
        }
        for start in (0, 40)
    ),
)
"""80 documents with ``_id`` 0 to 79."""

ESTIMATES: Final = "fresh data is not in its estimate"
COUNTS_AT_ONCE: Final[dict[Kind, str]] = {
    "cassandra": ESTIMATES,
    "hcd": ESTIMATES,
    "astra": ESTIMATES,
}


def find(**members: Any) -> Json:
    """A find."""
    return {"find": members}


def ids(*found: object) -> Json:
    """An answer with documents of these ids in this order."""
    return {"data": {"documents": [{"_id": one} for one in found]}, "errors": ABSENT}


def some(*found: object) -> Json:
    """An answer with documents of these ids in any order."""
    return {"data": {"documents": Listing(tuple({"_id": one} for one in found))}}


def filtered(name: str, condition: Json, *found: object, everywhere: bool = False) -> Case:
    """A case of a find with a filter; ``everywhere``: also on OSS Cassandra."""
    differs_on = {} if everywhere else ON_CASSANDRA
    command = find(filter=condition)
    return case(f"find: {name}", NUMBERS, command, some(*found), differs_on=differs_on)


FILTERS = [
    filtered("by _id", {"_id": 7}, 7, everywhere=True),
    filtered("by $eq", {"half": {"$eq": 30}}, 60, 61, everywhere=True),
    filtered("by _id $in", {"_id": {"$in": [9, 7, 500]}}, 7, 9, everywhere=True),
    filtered("by a field", {"half": 30}, 60, 61, everywhere=True),
    filtered("by two fields", {"half": 30, "odd": 1}, 61),
    filtered("by $gt and $lt", {"half": {"$gt": 37, "$lt": 39}}, 76, 77),
    filtered("by $gte and $lte", {"half": {"$gte": 39, "$lte": 40}}, 78, 79),
    filtered("by $ne and a range", {"_id": {"$in": [1, 2]}, "odd": {"$ne": 0}}, 1),
    filtered("by $in of a field", {"half": {"$in": [0, 1]}}, 0, 1, 2, 3),
    filtered("by $nin", {"_id": {"$in": [4, 5]}, "odd": {"$nin": [1]}}, 4),
    filtered("by $all", {"tags": {"$all": ["t", 5]}}, 5),
    filtered("by $size", {"_id": {"$in": [6]}, "tags": {"$size": 2}}, 6),
    filtered("by an array's element", {"tags": 8}, 8, everywhere=True),
    filtered("by $exists", {"half": {"$exists": False}}, everywhere=True),
    filtered("by $or", {"$or": [{"half": 1}, {"half": 2}]}, 2, 3, 4, 5),
    filtered("by $and", {"$and": [{"half": 1}, {"odd": 0}]}, 2),
    filtered("by $not", {"_id": {"$in": [1, 2]}, "$not": {"odd": 0}}, 1),
]

PAGES = [
    case(
        "find: a page of 50, and the rest by its state",
        NUMBERS,
        find(),
        {"data": {"documents": Length(50), "nextPageState": ANY}},
        Step(
            find(options={"pageState": NEXT_PAGE}),
            {"data": {"documents": Length(30), "nextPageState": None}},
        ),
    ),
    case(
        "find: limit and the last page",
        NUMBERS,
        find(options={"limit": 2}),
        {"data": {"documents": Length(2), "nextPageState": None}},
    ),
    case(
        "find: sort, skip and limit",
        NUMBERS,
        find(sort={"half": -1, "odd": 1}, options={"limit": 2, "skip": 1}),
        ids(79, 76),
    ),
    case(
        "find: a page state that cannot be decoded",
        NUMBERS,
        find(options={"pageState": "no state"}),
        refused("UNEXPECTED_SERVER_ERROR", family="SERVER"),
        off="",
    ),
    case(
        "find: projection",
        NUMBERS,
        find(filter={"_id": 3}, projection={"half": 1}),
        {"data": {"documents": [Exactly({"_id": 3, "half": 1})]}},
    ),
    case(
        "findOne: a document",
        NUMBERS,
        {"findOne": {"filter": {"_id": 7}, "projection": {"tags": 0}}},
        {"data": {"document": Exactly({"_id": 7, "half": 3, "odd": 1})}, "status": ABSENT},
    ),
    case(
        "findOne: nothing",
        NUMBERS,
        {"findOne": {"filter": {"_id": 500}}},
        {"data": {"document": None}},
    ),
    case(
        "findOne: the first of a sort",
        NUMBERS,
        {"findOne": {"sort": {"half": 1, "odd": -1}}},
        {"data": {"document": {"_id": 1}}},
    ),
    case(
        "countDocuments: of a filter",
        NUMBERS,
        {"countDocuments": {"filter": {"half": 1}}},
        {"status": Exactly({"count": 2})},
    ),
    case(
        "estimatedDocumentCount: all documents",
        NUMBERS,
        {"estimatedDocumentCount": {}},
        {"status": {"count": 80}},
        differs_on=COUNTS_AT_ONCE,
    ),
]

REFUSED = [
    case(
        "find refuses: a vector where there are none",
        NUMBERS,
        find(sort={"$vector": [1.0]}),
        refused("VECTOR_SEARCH_NOT_SUPPORTED", "SCHEMA"),
    ),
    case("find: by _id of the other type finds nothing", NUMBERS, find(filter={"_id": "7"}), DONE),
]

CASES = [*FILTERS, *PAGES, *REFUSED]
