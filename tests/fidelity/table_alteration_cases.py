"""Alterations of tables (contract data-api.md, section 7)."""

from __future__ import annotations

from typing import Final

from tests.fidelity.cases import (
    KEYLESS,
    KEYSPACE,
    MODEL,
    OK,
    SERVICE,
    Entity,
    Json,
    Step,
    case,
    refusals,
    refused,
)
from tests.fidelity.matching import ABSENT, Exactly, including
from tests.fidelity.table_schema_cases import FORGETS_SERVICES, OK0

ALTERED: Final = Entity(
    "fidelity_altered",
    "table",
    {
        "columns": {
            "id": "text",
            "title": "text",
            "v": {"type": "vector", "dimension": 384},
            "year": "int",
            "facts": {"type": "map", "keyType": "text", "valueType": "int"},
            "indexed": "text",
            "w": {"type": "vector", "dimension": 2},
        },
        "primaryKey": "id",
    },
    ({"createIndex": {"name": "fidelity_taken", "definition": {"column": "indexed"}}},),
)
"""A table of many kinds of columns; one has an index."""


UNCHANGED: Final = Step(
    {"listTables": {"options": {"explain": True}}},
    {
        "status": {
            "tables": including(
                {
                    "name": ALTERED.name,
                    "definition": {
                        "columns": {
                            "id": {"type": "text"},
                            "title": Exactly({"type": "text"}),
                            "indexed": {"type": "text"},
                            "v": {"type": "vector", "dimension": 384, "service": ABSENT},
                            "other": ABSENT,
                        }
                    },
                }
            )
        }
    },
    KEYSPACE,
)


def alter(operation: str, columns: object) -> Json:
    """An alterTable."""
    return {"alterTable": {"operation": {operation: {"columns": columns}}}}


ALTERATIONS = [
    case(
        "alterTable: a column comes and goes",
        ALTERED,
        alter("add", {"pages": "int"}),
        OK,
        Step(alter("drop", ["pages"]), OK),
        Step(
            alter("add", {"pages": "text"}),
            refused("CANNOT_ADD_PREVIOUSLY_DROPPED_COLUMN", status=OK0),
        ),
    ),
    case(
        "alterTable: vectorize comes, is overwritten, and goes twice",
        ALTERED,
        alter("addVectorize", {"v": KEYLESS}),
        OK,
        Step(alter("addVectorize", {"v": SERVICE}), OK),
        Step(alter("dropVectorize", ["v"]), OK),
        Step(alter("dropVectorize", ["v"]), OK),
        differs_on=FORGETS_SERVICES,
    ),
    case(
        "alterTable: the real server falls over at a blank name of a column",
        ALTERED,
        alter("add", {" ": "text"}),
        refused("UNEXPECTED_SERVER_ERROR", family="SERVER"),
    ),
    *refusals(
        "alterTable refuses",
        ALTERED,
        [
            (
                "add: an existing column",
                alter("add", {"title": "text"}),
                "CANNOT_ADD_EXISTING_COLUMNS",
            ),
            ("add: nothing", alter("add", {}), "MISSING_ALTER_TABLE_OPERATIONS"),
            ("drop: an unknown column", alter("drop", ["other"]), "CANNOT_DROP_UNKNOWN_COLUMNS"),
            ("drop: the key", alter("drop", ["id"]), "CANNOT_DROP_PRIMARY_KEY_COLUMNS"),
            ("drop: an indexed column", alter("drop", ["indexed"]), "CANNOT_DROP_INDEXED_COLUMNS"),
            ("drop: nothing", alter("drop", []), "MISSING_ALTER_TABLE_OPERATIONS"),
            (
                "addVectorize: an unknown column",
                alter("addVectorize", {"other": KEYLESS}),
                "CANNOT_VECTORIZE_UNKNOWN_COLUMNS",
            ),
            (
                "addVectorize: a text",
                alter("addVectorize", {"title": KEYLESS}),
                "CANNOT_VECTORIZE_NON_VECTOR_COLUMNS",
            ),
            (
                "addVectorize: an unknown provider",
                alter("addVectorize", {"v": {"provider": "nobody", "modelName": MODEL}}),
                "INVALID_CREATE_COLLECTION_OPTIONS",
            ),
            (
                "addVectorize: a model of another dimension",
                alter("addVectorize", {"v": {**KEYLESS, "modelName": "BAAI/bge-base-en-v1.5"}}),
                "INVALID_CREATE_COLLECTION_OPTIONS",
            ),
            (
                "addVectorize: a credential that is not there",
                alter("addVectorize", {"v": {**KEYLESS, "authentication": {"providerKey": "x"}}}),
                "VECTORIZE_CREDENTIAL_INVALID",
            ),
            (
                "dropVectorize: an unknown column",
                alter("dropVectorize", ["other"]),
                "CANNOT_DROP_VECTORIZE_FROM_UNKNOWN_COLUMNS",
            ),
            (
                "dropVectorize: a text",
                alter("dropVectorize", ["title"]),
                "CANNOT_DROP_VECTORIZE_FROM_NON_VECTOR_COLUMNS",
            ),
            ("no operation", {"alterTable": {"operation": {}}}, "REQUEST_STRUCTURE_MISMATCH"),
            ("an unknown operation", alter("rename", ["title"]), "COMMAND_UNKNOWN"),
        ],
        then=(UNCHANGED,),
    ),
]

CASES = ALTERATIONS
