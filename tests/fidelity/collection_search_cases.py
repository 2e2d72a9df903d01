"""Searches of collections by vector and by text (contract data-api.md, section 6)."""

from __future__ import annotations

from typing import Final

from tests.fidelity.cases import (
    NO_LEXICAL,
    SERVICE,
    Entity,
    case,
    refusals,
    refused,
)
from tests.fidelity.collection_find_cases import find, ids, some
from tests.fidelity.matching import ABSENT, ANY, Length, Near

POINTS: Final = Entity(
    "fidelity_points",
    "collection",
    {"vector": {"dimension": 2}},
    (
        {
            "insertMany": {
                "documents": [
                    {"_id": "east", "$vector": [1, 0], "far": False},
                    {"_id": "north-east", "$vector": [1, 1], "far": True},
                    {"_id": "north", "$vector": [0, 1], "far": True},
                    {"_id": "nowhere"},
                ]
            }
        },
    ),
)
"""Vectors to the east, north-east and north, and a document without one."""

PASSAGES: Final = Entity(
    "fidelity_passages",
    "collection",
    {"vector": {"service": SERVICE}},
    (
        {
            "insertMany": {
                "documents": [
                    {"_id": 0, "$vectorize": "A dog barks at night."},
                    {"_id": 1, "$vectorize": "The stock market fell."},
                    {"_id": 2, "$vectorize": "Cats like to sleep."},
                ]
            }
        },
    ),
)
"""Three texts that are embedded."""

ASKED = {"includeSimilarity": True, "includeSortVector": True}

VECTORS = [
    case(
        "find: the nearest first with similarity and sort vector, in one page",
        POINTS,
        find(sort={"$vector": [1, 0]}, options=ASKED),
        {
            "data": {
                "documents": [
                    {"_id": "east", "$similarity": Near(1)},
                    {"_id": "north-east", "$similarity": Near(0.8535534)},
                    {"_id": "north", "$similarity": Near(0.5)},
                ],
                "nextPageState": None,
            },
            "status": {"sortVector": [Near(1), Near(0)]},
        },
    ),
    case(
        "find: a vector sort with limit",
        POINTS,
        find(sort={"$vector": [0, 1]}, options={"limit": 1}),
        ids("north"),
    ),
    case(
        "find: a vector sort with skip",
        POINTS,
        find(sort={"$vector": [0, 1]}, options={"skip": 1}),
        ids("north-east", "east"),
    ),
    case(
        "find: a vector sort with a filter",
        POINTS,
        find(sort={"$vector": [1, 0]}, filter={"far": True}),
        ids("north-east", "north"),
    ),
    case(
        "find: documents without a vector",
        POINTS,
        find(filter={"$vector": {"$exists": False}}),
        some("nowhere"),
    ),
    case(
        "findOne: the nearest, with similarity and sort vector",
        POINTS,
        {"findOne": {"sort": {"$vector": [0, 1]}, "options": ASKED}},
        {
            "data": {"document": {"_id": "north", "$similarity": Near(1)}},
            "status": {"sortVector": [Near(0), Near(1)]},
        },
    ),
    case(
        "findOne: the sort vector is null where nothing is sorted by one",
        POINTS,
        {"findOne": {"options": {"includeSortVector": True}}},
        {"status": {"sortVector": None}},
    ),
    case(
        "find: a text finds the passage nearest in meaning",
        PASSAGES,
        find(sort={"$vectorize": "a puppy"}, options={"limit": 1, **ASKED}),
        {
            "data": {"documents": [{"_id": 0, "$similarity": ANY}], "nextPageState": None},
            "status": {"sortVector": Length(384)},
        },
    ),
    *[
        case(
            f"findOne: {name} of vectors and texts",
            PASSAGES,
            {"findOne": {"filter": {"_id": 0}, **projection}},
            {"data": {"document": shown}},
        )
        for name, projection, shown in [
            ("default projection", {}, {"$vector": ABSENT, "$vectorize": ABSENT}),
            ("projection *", {"projection": {"*": 1}}, {"$vector": Length(384), "$vectorize": ANY}),
            (
                "a named projection",
                {"projection": {"$vectorize": 1}},
                {"$vector": ABSENT, "$vectorize": "A dog barks at night."},
            ),
        ]
    ],
    case(
        "findAndRerank: reranking is off",
        PASSAGES,
        {"findAndRerank": {"sort": {"$hybrid": "a"}, "options": {"limit": 3}}},
        refused("RERANKING_FEATURE_NOT_ENABLED"),
        differs_on=NO_LEXICAL,
        off="the command",
    ),
]

REFUSED = [
    case(
        "find refuses: a vector of zeros, which the cosine cannot compare",
        POINTS,
        find(sort={"$vector": [0, 0]}),
        refused("INVALID_DATABASE_QUERY", "DATABASE", "SERVER"),
    ),
    case(
        "insertOne refuses: a vector of zeros, which the cosine cannot compare",
        POINTS,
        {"insertOne": {"document": {"_id": "zeros", "$vector": [0, 0]}}},
        refused("INVALID_DATABASE_QUERY", "DATABASE", "SERVER", {"insertedIds": []}),
    ),
    *refusals(
        "find of texts refuses a sort by",
        PASSAGES,
        [
            ("a text and a field", find(sort={"$vectorize": "a", "n": 1}), "SORT_CLAUSE_INVALID"),
            (
                "a vector and a field",
                find(sort={"$vector": [1.0] * 384, "n": 1}),
                "SORT_CLAUSE_INVALID",
            ),
            ("an empty text", find(sort={"$vectorize": ""}), "SORT_CLAUSE_VALUE_INVALID"),
            ("a blank text", find(sort={"$vectorize": " "}), "SORT_CLAUSE_VALUE_INVALID"),
            ("a number as text", find(sort={"$vectorize": 5}), "SORT_CLAUSE_VALUE_INVALID"),
        ],
        scope="SORT",
    ),
    *refusals(
        "find refuses",
        POINTS,
        [
            (
                "a text without a service",
                find(sort={"$vectorize": "a"}),
                "EMBEDDING_SERVICE_NOT_CONFIGURED",
            ),
            (
                "a vector of another length",
                find(sort={"$vector": [1.0, 2.0, 3.0]}),
                "INVALID_VECTOR_LENGTH",
            ),
            ("a filter by a vector", find(filter={"$vector": [1, 0]}), "FILTER_INVALID_EXPRESSION"),
            ("limit 0", find(options={"limit": 0}), "COMMAND_FIELD_VALUE_INVALID"),
            ("skip -1", find(options={"skip": -1}), "COMMAND_FIELD_VALUE_INVALID"),
            ("skip without a sort", find(options={"skip": 1}), "COMMAND_FIELD_VALUE_INVALID"),
            ("a limit in quotes", find(options={"limit": "3"}), "REQUEST_STRUCTURE_MISMATCH"),
            ("an unknown option", find(options={"reverse": True}), "COMMAND_FIELD_UNKNOWN"),
            (
                "options that countDocuments does not have",
                {"countDocuments": {"options": {"a": 1}}},
                "COMMAND_ACCEPTS_NO_OPTIONS",
            ),
            (
                "a command of tables",
                {"listIndexes": {}},
                "UNSUPPORTED_COLLECTION_COMMAND",
            ),
        ],
    ),
]

CASES = [*VECTORS, *REFUSED]
