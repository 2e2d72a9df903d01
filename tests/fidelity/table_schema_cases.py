"""Tables and their indexes (contract data-api.md, section 7)."""

from __future__ import annotations

from typing import Any, Final

from tests.fidelity.cases import (
    KEYLESS,
    KEYSPACE,
    OK,
    SERVICE,
    Json,
    Kind,
    Step,
    case,
    refusals,
    refused,
)
from tests.fidelity.matching import ABSENT, ANY, Exactly, Saying, including

NAME: Final = "fidelity_table"
BOOKS: Final[Json] = {"columns": {"isbn": "text", "year": {"type": "int"}}, "primaryKey": "isbn"}

NO_TYPES: Final[dict[Kind, str]] = {
    "cassandra": "it has user-defined types",
    "hcd": "it has user-defined types",
    "astra": "it has user-defined types",
}
FORGETS_SERVICES: Final[dict[Kind, str]] = {
    "cassandra": "tables lose their vectorize definition there (section 12)"
}


def create(definition: Json = BOOKS, name: str = NAME, **more: Any) -> Json:
    """A createTable."""
    return {"createTable": {"name": name, "definition": definition, **more}}


def column(described: object) -> Json:
    """A createTable with one such column."""
    return create({"columns": {"id": "text", "c": described}, "primaryKey": "id"})


def explained(definition: object) -> Step:
    """The table is listed with this definition."""
    listed = including({"name": NAME, "definition": definition})
    command = {"listTables": {"options": {"explain": True}}}
    return Step(command, {"status": {"tables": listed}})


def drop(*, if_exists: bool = False) -> Json:
    """A dropTable."""
    options = {"options": {"ifExists": True}} if if_exists else {}
    return {"dropTable": {"name": NAME, **options}}


DROPPED: Final = Step(drop(if_exists=True), OK)
OK0: Final = {"ok": 0}

TABLES = [
    case(
        "createTable: listed, refused again, tolerated with ifNotExists, dropped, unknown then",
        KEYSPACE,
        create(),
        OK,
        Step({"listTables": {}}, {"status": {"tables": including(NAME)}}),
        Step(create(), refused("CANNOT_ADD_EXISTING_TABLE", "SCHEMA", status=OK0)),
        Step(create(options={"ifNotExists": True}), OK),
        Step(drop(), OK),
        Step(drop(), refused("CANNOT_DROP_UNKNOWN_TABLE", "SCHEMA", status=OK0)),
        DROPPED,
    ),
    case(
        "createTable: partitions, key columns explained first",
        KEYSPACE,
        create(
            {
                "columns": {"z": "text", "a": "uuid", "k": "text", "s": "timestamp"},
                "primaryKey": {"partitionBy": ["k"], "partitionSort": {"s": -1}},
            }
        ),
        OK,
        explained(
            {
                "columns": {"k": {"type": "text"}, "s": {"type": "timestamp"}},
                "primaryKey": {"partitionBy": ["k"], "partitionSort": {"s": -1}},
            }
        ),
        DROPPED,
    ),
    case(
        "createTable: a vector column with its service",
        KEYSPACE,
        column({"type": "vector", "service": SERVICE}),
        OK,
        explained(
            {
                "columns": {
                    "c": {
                        "type": "vector",
                        "dimension": 384,
                        "service": {
                            **KEYLESS,
                            "authentication": {"providerKey": Saying(".providerKey")},
                        },
                    }
                }
            }
        ),
        DROPPED,
        differs_on=FORGETS_SERVICES,
    ),
    case(
        "createTable: a taken name is found out after the columns, by which a service is tried",
        KEYSPACE,
        create(),
        OK,
        Step(
            column({"type": "vector", "service": {**SERVICE, "modelName": "nothing"}}),
            refused("INVALID_CREATE_COLLECTION_OPTIONS", "SCHEMA", status=ABSENT),
        ),
        Step(
            column({"type": "vector", "service": SERVICE}),
            refused("CANNOT_ADD_EXISTING_TABLE", "SCHEMA", status=OK0),
        ),
        DROPPED,
    ),
    case(
        "createTable: a service that is used with the header has no authentication",
        KEYSPACE,
        column({"type": "vector", "service": KEYLESS}),
        OK,
        explained({"columns": {"c": {"service": {**KEYLESS, "authentication": ABSENT}}}}),
        DROPPED,
        differs_on=FORGETS_SERVICES,
    ),
    case(
        "createTable: collections of values, dimension 5000, a service that is dropped",
        KEYSPACE,
        create(
            {
                "columns": {
                    "id": "text",
                    "v": {"type": "vector", "dimension": 5000},
                    "t": {"type": "text", "service": KEYLESS},
                    "l": {"type": "list", "valueType": "int"},
                    "m": {"type": "map", "keyType": "text", "valueType": "int"},
                },
                "primaryKey": "id",
            }
        ),
        OK,
        explained(
            {
                "columns": {
                    "t": Exactly({"type": "text"}),
                    "l": {"type": "list", "valueType": "int"},
                    "m": {"type": "map", "keyType": "text", "valueType": "int"},
                }
            }
        ),
        DROPPED,
    ),
    case(
        "listTables: no collections; dropTable drops one",
        KEYSPACE,
        {"createCollection": {"name": NAME, "options": {"indexing": {"deny": ["*"]}}}},
        OK,
        Step(drop(), OK),
        Step({"findCollections": {}}, {"status": {"collections": ANY}}),
    ),
    *refusals(
        "createTable refuses",
        KEYSPACE,
        [
            ("an unknown type, short", column("string"), "UNKNOWN_PRIMITIVE_DATA_TYPE"),
            ("a vector, short", column("vector"), "UNKNOWN_PRIMITIVE_DATA_TYPE"),
            ("an unknown type, long", column({"type": "string"}), "UNKNOWN_DATA_TYPE"),
            (
                "an unknown member of a column",
                column({"type": "text", "size": 3}),
                "COMMAND_FIELD_UNKNOWN",
            ),
            (
                "a vector without dimension",
                column({"type": "vector"}),
                "MISSING_DIMENSION_IN_VECTOR_COLUMN",
            ),
            (
                "dimension 0",
                column({"type": "vector", "dimension": 0}),
                "UNSUPPORTED_VECTOR_DIMENSION",
            ),
            (
                "a dimension that is no number",
                column({"type": "vector", "dimension": "many"}),
                "UNSUPPORTED_VECTOR_DIMENSION",
            ),
            (
                "an unknown provider",
                column({"type": "vector", "service": {**KEYLESS, "provider": "nobody"}}),
                "INVALID_CREATE_COLLECTION_OPTIONS",
            ),
            (
                "another dimension than the model's",
                column({"type": "vector", "dimension": 3, "service": KEYLESS}),
                "INVALID_CREATE_COLLECTION_OPTIONS",
            ),
            (
                "a credential that is not there",
                column(
                    {
                        "type": "vector",
                        "service": {**KEYLESS, "authentication": {"providerKey": "no-such"}},
                    }
                ),
                "VECTORIZE_CREDENTIAL_INVALID",
            ),
            (
                "no definition",
                {"createTable": {"name": NAME}},
                "COMMAND_FIELD_VALUE_INVALID",
            ),
            (
                "an unknown key column",
                create({"columns": {"id": "text"}, "primaryKey": "other"}),
                "UNKNOWN_PARTITION_COLUMNS",
            ),
            (
                "no key column",
                create({"columns": {"id": "text"}, "primaryKey": {"partitionBy": []}}),
                "MISSING_PARTITION_COLUMNS",
            ),
            ("49 characters", create(name="a" * 49), "UNSUPPORTED_SCHEMA_NAME"),
            ("a dash in the name", create(name="a-b"), "UNSUPPORTED_SCHEMA_NAME"),
        ],
    ),
    *[
        case(
            f"createTable: the real server falls over {what}",
            KEYSPACE,
            {"createTable": {"name": NAME, "definition": definition}},
            refused("UNEXPECTED_SERVER_ERROR", family="SERVER"),
        )
        for what, definition in [
            ("at a blank name of a column", {**BOOKS, "columns": {"isbn": "text", " ": "int"}}),
            ("a definition without primary key", {"columns": {"id": "text"}}),
            ("a definition without columns", {"primaryKey": "id"}),
        ]
    ],
    *[
        case(
            f"{name}: user-defined types are not there",
            KEYSPACE,
            {name: {"name": "address"} if name != "listTypes" else {}},
            refused("COMMAND_UNKNOWN"),
            differs_on=NO_TYPES,
            off="the command",
        )
        for name in ("createType", "alterType", "dropType", "listTypes")
    ],
]

CASES = TABLES
