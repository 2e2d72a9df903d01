"""Indexes of tables (contract data-api.md, section 7)."""

from __future__ import annotations

from typing import Any, Final

from tests.fidelity.cases import (
    KEYSPACE,
    OK,
    Json,
    Kind,
    Step,
    case,
    refusals,
    refused,
)
from tests.fidelity.matching import ANY, Listing, including
from tests.fidelity.table_alteration_cases import ALTERED
from tests.fidelity.table_schema_cases import OK0

TEXT_INDEX: Final[dict[Kind, str]] = {
    "hcd": "it has text indexes",
    "astra": "it has text indexes",
}
FORGETS_SOURCE_MODELS: Final[dict[Kind, str]] = {
    "cassandra": "its indexes keep no source model (section 7)"
}


def index(command: str, on: object, name: str = "fidelity_index", **options: Any) -> Json:
    """A command that makes an index."""
    definition = {"column": on} | ({"options": options} if options else {})
    return {command: {"name": name, "definition": definition}}


def indexed(command: Json, definition: object, kind: str) -> tuple[Json, Json, Step, Step]:
    """An index is made, explained like this, and dropped."""
    listed = Listing(
        ({"name": "fidelity_index", "definition": definition, "indexType": kind},), more=True
    )
    return (
        command,
        OK,
        Step({"listIndexes": {"options": {"explain": True}}}, {"status": {"indexes": listed}}),
        DROP_INDEX,
    )


DROP_INDEX: Final = Step({"dropIndex": {"name": "fidelity_index"}}, OK, KEYSPACE)

INDEXES = [
    case(
        "createVectorIndex: the metric is cosine by default",
        ALTERED,
        *indexed(
            index("createVectorIndex", "w"),
            {"column": "w", "options": {"metric": "cosine"}},
            "vector",
        ),
    ),
    case(
        "createVectorIndex: metric and source model",
        ALTERED,
        *indexed(
            index("createVectorIndex", "w", metric="euclidean", sourceModel="bert"),
            {"column": "w", "options": {"metric": "euclidean", "sourceModel": "bert"}},
            "vector",
        ),
        differs_on=FORGETS_SOURCE_MODELS,
    ),
    case(
        "createIndex: a number",
        ALTERED,
        *indexed(index("createIndex", "year"), {"column": "year"}, "regular"),
    ),
    case(
        "createIndex: how a text is analysed",
        ALTERED,
        *indexed(
            index("createIndex", "title", ascii=True, normalize=True, caseSensitive=False),
            {
                "column": "title",
                "options": {"ascii": True, "normalize": True, "caseSensitive": False},
            },
            "regular",
        ),
    ),
    case(
        "createIndex: a part of a map",
        ALTERED,
        *indexed(
            index("createIndex", {"facts": "$keys"}), {"column": {"facts": "$keys"}}, "regular"
        ),
    ),
    case(
        "createIndex: taken, tolerated with ifNotExists; listIndexes lists names",
        ALTERED,
        index("createIndex", "year", "fidelity_taken"),
        refused("CANNOT_ADD_EXISTING_INDEX", status=OK0),
        *[
            Step({name: {**members, "options": {"ifNotExists": True}}}, OK)
            for name, members in [
                ("createIndex", {"name": "fidelity_taken", "definition": {"column": "year"}}),
                ("createVectorIndex", {"name": "fidelity_taken", "definition": {"column": "w"}}),
            ]
        ],
        Step({"listIndexes": {}}, {"status": {"indexes": including("fidelity_taken")}}),
    ),
    case(
        "createIndex: a second index on a column",
        ALTERED,
        index("createIndex", "indexed"),
        refused("INVALID_DATABASE_QUERY", "DATABASE", "SERVER", OK0),
    ),
    case(
        "createIndex: the only column of the partition key",
        ALTERED,
        index("createIndex", "id"),
        refused("INVALID_DATABASE_QUERY", "DATABASE", "SERVER", OK0),
    ),
    case(
        "dropIndex: unknown, and tolerated with ifExists",
        KEYSPACE,
        {"dropIndex": {"name": "no_such"}},
        refused("CANNOT_DROP_UNKNOWN_INDEX", status=OK0),
        Step({"dropIndex": {"name": "no_such", "options": {"ifExists": True}}}, OK),
    ),
    *refusals(
        "an index is refused",
        ALTERED,
        [
            ("on an unknown column", index("createIndex", "other"), "UNKNOWN_INDEX_COLUMN"),
            (
                "of vectors on a text",
                index("createVectorIndex", "title"),
                "UNSUPPORTED_VECTOR_INDEX_FOR_DATA_TYPES",
            ),
            (
                "a plain one on a vector",
                index("createIndex", "w"),
                "UNSUPPORTED_INDEXING_FOR_DATA_TYPES",
            ),
            (
                "an analysed number",
                index("createIndex", "year", ascii=True),
                "UNSUPPORTED_TEXT_ANALYSIS_FOR_DATA_TYPES",
            ),
            (
                "an unknown metric",
                index("createVectorIndex", "w", metric="manhattan"),
                "UNKNOWN_VECTOR_METRIC",
            ),
            (
                "an unknown source model",
                index("createVectorIndex", "w", sourceModel="mine"),
                "UNKNOWN_VECTOR_SOURCE_MODEL",
            ),
            (
                "an unknown option",
                index("createVectorIndex", "w", size=1),
                "COMMAND_FIELD_UNKNOWN",
            ),
            (
                "101 characters",
                index("createIndex", "year", "i" * 101),
                "UNSUPPORTED_SCHEMA_NAME",
            ),
        ],
    ),
    case(
        "createTextIndex: text indexes are not there",
        ALTERED,
        {
            "createTextIndex": {
                "name": "fidelity_text",
                "definition": {"column": "title", "options": {"analyzer": "standard"}},
                "options": {"ifNotExists": False},
            }
        },
        refused("UNEXPECTED_DRIVER_ERROR", family="SERVER", status=ANY),
        differs_on=TEXT_INDEX,
        off="the command",
    ),
]

CASES = INDEXES
