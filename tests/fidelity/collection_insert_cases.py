"""Insertions into collections (contract data-api.md, section 6)."""

from __future__ import annotations

from typing import Any, Final

from tests.fidelity.cases import SERVICE, Case, Entity, Json, Step, case, refusals, refused
from tests.fidelity.matching import ABSENT, ANY, Exactly, Length

NOTES: Final = Entity("fidelity_notes", "collection", {"vector": {"service": SERVICE}})
"""Documents whose text is embedded; each case has ids of its own."""

PLAIN: Final = Entity("fidelity_plain", "collection", {"vector": {"dimension": 2}})
"""Documents with vectors of their own."""


def insert(*documents: Json, **options: Any) -> Json:
    """An insertMany."""
    members: Json = {"documents": list(documents)}
    return {"insertMany": members | ({"options": options} if options else {})}


def inserted(*ids: object) -> Json:
    """An answer that names what was inserted."""
    return {"status": {"insertedIds": list(ids)}, "errors": ABSENT}


def stored(document: object, identifier: object) -> Step:
    """The document is there like this, shown whole."""
    command = {"findOne": {"filter": {"_id": identifier}, "projection": {"*": 1}}}
    return Step(command, {"data": {"document": document}})


def update(identifier: object, clause: Json, **options: Any) -> Json:
    """An updateOne."""
    members: Json = {"filter": {"_id": identifier}, "update": clause}
    return {"updateOne": members | ({"options": options} if options else {})}


INSERTED = [
    case(
        "insertOne: an id of one's own, not taken twice",
        PLAIN,
        {"insertOne": {"document": {"_id": "own", "a": 1}}},
        inserted("own"),
        Step(
            {"insertOne": {"document": {"_id": "own"}}},
            {"errors": [{"errorCode": "DOCUMENT_ALREADY_EXISTS", "documentIds": ["own"]}]},
        ),
    ),
    case("insertOne: an id is made", PLAIN, {"insertOne": {"document": {"a": 1}}}, inserted(ANY)),
    case(
        "insertMany: ordered stops at the first failure and lists what was written",
        PLAIN,
        insert({"_id": "o1"}, {"_id": "o2", "$wrong": 1}, {"_id": "o3"}, ordered=True),
        {
            "status": {"insertedIds": ["o1"]},
            "errors": [{"errorCode": "SHRED_BAD_FIELD_NAME", "documentIds": ["o2"]}],
        },
    ),
    case(
        "insertMany: unordered continues",
        PLAIN,
        insert({"_id": "u1"}, {"_id": "u2", "$wrong": 1}, {"_id": "u3"}, ordered=False),
        {"status": {"insertedIds": ["u1", "u3"]}, "errors": Length(1)},
    ),
    case(
        "insertMany: a response for each document",
        PLAIN,
        insert({"_id": "r1"}, {"_id": "r2", "$x": 1}, {"_id": "r3"}, returnDocumentResponses=True),
        {
            "status": {
                "insertedIds": ABSENT,
                "documentResponses": [
                    {"_id": "r1", "status": "OK"},
                    {"_id": "r2", "status": "ERROR", "errorsIdx": 0},
                    {"_id": "r3", "status": "SKIPPED"},
                ],
            }
        },
    ),
    case(
        "insertMany: vectors as numbers and as big-endian float32",
        PLAIN,
        insert(
            {"_id": "v1", "$vector": [0.5, -2]},
            {"_id": "v2", "$vector": {"$binary": "PwAAAMAAAAA="}},
        ),
        inserted("v1", "v2"),
        stored(Exactly({"_id": "v1", "$vector": [0.5, -2.0]}), "v1"),
        stored(Exactly({"_id": "v2", "$vector": [0.5, -2.0]}), "v2"),
    ),
    case(
        "insertMany: the text is kept beside its vector; blank text has none",
        NOTES,
        insert(
            {"_id": "t1", "$vectorize": "a quiet place"},
            {"_id": "t2", "$vectorize": " "},
            {"_id": "t3", "$vectorize": None},
        ),
        inserted("t1", "t2", "t3"),
        stored({"$vectorize": "a quiet place", "$vector": Length(384)}, "t1"),
        stored(Exactly({"_id": "t2", "$vectorize": " "}), "t2"),
        stored(Exactly({"_id": "t3", "$vectorize": None}), "t3"),
    ),
    case(
        "insertMany: the limit of strings does not apply to $vectorize",
        NOTES,
        insert({"_id": "long", "$vectorize": "word " * 2000}),
        inserted("long"),
    ),
]


def refused_documents() -> list[Case]:
    """What a document cannot be; it is refused and the command goes on."""
    table: list[tuple[str, Json, str]] = [
        ("an array as _id", {"_id": [1]}, "SHRED_BAD_DOCID_TYPE"),
        ("an unknown $field", {"a": {"$b": 1}}, "SHRED_BAD_FIELD_NAME"),
        ("8001 bytes in a string", {"a": "x" * 8001}, "SHRED_DOC_LIMIT_VIOLATION"),
        ("a vector in quotes", {"$vector": "0.5, 0.5"}, "SHRED_BAD_DOCUMENT_VECTOR_TYPE"),
        ("an empty vector", {"$vector": []}, "SHRED_BAD_VECTOR_SIZE"),
        ("a vector of texts", {"$vector": [1, "2"]}, "SHRED_BAD_VECTOR_VALUE"),
        ("a vector of another length", {"$vector": [1, 2, 3]}, "INVALID_VECTOR_LENGTH"),
    ]
    return [
        case(
            f"insertOne refuses: {wrong}",
            PLAIN,
            {"insertOne": {"document": document}},
            refused(code, "DOCUMENT", status={"insertedIds": []}),
        )
        for wrong, document, code in table
    ]


REFUSED = [
    *refused_documents(),
    *refusals(
        "a write is refused whole",
        NOTES,
        [
            ("no documents", insert(), "COMMAND_FIELD_VALUE_INVALID"),
            ("101 documents", insert(*[{}] * 101), "COMMAND_FIELD_VALUE_INVALID"),
            ("a number of 101 digits", insert({"n": 10**100}), "SHRED_DOC_LIMIT_VIOLATION"),
            ("a number as text", insert({"$vectorize": 5}), "INVALID_VECTORIZE_VALUE_TYPE"),
            (
                "text and vector in one document",
                insert({"$vectorize": "a", "$vector": [1.0] * 384}),
                "INVALID_USAGE_OF_VECTORIZE",
            ),
        ],
    ),
    *refusals(
        "a write without a service is refused",
        PLAIN,
        [
            (
                "text in an insertion",
                insert({"$vectorize": "a"}),
                "EMBEDDING_SERVICE_NOT_CONFIGURED",
            ),
            (
                "text in an update",
                update("x", {"$set": {"$vectorize": "a"}}),
                "EMBEDDING_SERVICE_NOT_CONFIGURED",
            ),
        ],
    ),
    case(
        "deleteOne refuses: no filter",
        PLAIN,
        {"deleteOne": {}},
        refused("COMMAND_FIELD_VALUE_INVALID", says="command.filterDefinition"),
    ),
    case(
        "insertMany: a provider's refusal refuses the whole command",
        NOTES,
        insert({"_id": "f0"}),
        inserted("f0"),
        Step(
            insert({"_id": "f1"}, {"_id": "f2", "$vectorize": "a"}, ordered=False),
            refused("EMBEDDING_PROVIDER_CLIENT_ERROR", "EMBEDDING_PROVIDER", "SERVER"),
            headers={"x-embedding-api-key": "hf_nobody has this"},
        ),
        stored(None, "f1"),
    ),
]

CASES = [*INSERTED, *REFUSED]
