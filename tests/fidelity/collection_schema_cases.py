"""createCollection, findCollections, deleteCollection (contract data-api.md, section 5)."""

from __future__ import annotations

from typing import Any, Final

from tests.fidelity.cases import (
    KEYLESS,
    KEYSPACE,
    MODEL,
    NO_LEXICAL,
    OK,
    PROVIDER_KEY,
    SERVICE,
    Json,
    Kind,
    Step,
    case,
    refusals,
    refused,
)
from tests.fidelity.matching import ABSENT, ANY, Exactly, Saying, including

NAME: Final = "fidelity_made"
DROP: Final = Step({"deleteCollection": {"name": NAME}}, OK)
NO_SOURCE_MODEL: Final[dict[Kind, str]] = {
    "cassandra": "its vector index takes no source model (section 5)"
}


def create(options: Json | None = None, name: object = NAME) -> Json:
    """A createCollection."""
    members = {"name": name, "options": options} if options is not None else {"name": name}
    return {"createCollection": members}


def vector(**members: Any) -> Json:
    """The options of a collection of vectors."""
    return {"vector": members}


def service(**changes: Any) -> Json:
    """The options of a collection with a service that differs from one that works."""
    changed = {**SERVICE, **changes}
    return vector(service={name: value for name, value in changed.items() if value is not None})


def explained(options: object) -> Step:
    """The collection is listed with these options."""
    listed = including({"name": NAME, "options": options})
    command = {"findCollections": {"options": {"explain": True}}}
    return Step(command, {"status": {"collections": listed}})


def shown(dimension: int, metric: str = "cosine", source_model: str = "other") -> Json:
    """The options of a collection of plain vectors as they are explained."""
    members = {"dimension": dimension, "metric": metric, "sourceModel": source_model}
    return {"vector": Exactly(members), "lexical": ANY, "rerank": ANY}


CREATED = [
    case(
        "createCollection: the name is listed, once more is ok, deleteCollection twice",
        KEYSPACE,
        create(),
        OK,
        Step({"findCollections": {}}, {"status": {"collections": including(NAME)}}),
        Step(create(), OK),
        DROP,
        DROP,
    ),
    case(
        "createCollection: defaultId, indexing.allow",
        KEYSPACE,
        create({"defaultId": {"type": "uuidv7"}, "indexing": {"allow": ["a", "b.c"]}}),
        OK,
        explained({"defaultId": {"type": "uuidv7"}, "indexing": {"allow": ["a", "b.c"]}}),
        DROP,
    ),
    case(
        "createCollection: indexing.deny",
        KEYSPACE,
        create({"indexing": {"deny": ["a"]}}),
        OK,
        explained({"indexing": {"deny": ["a"]}, "defaultId": ABSENT, "vector": ABSENT}),
        DROP,
    ),
    case(
        "createCollection: defaults of a vector, dimension 3.5 is 3",
        KEYSPACE,
        create(vector(dimension=3.5)),
        OK,
        explained(shown(3)),
        DROP,
    ),
    case(
        "createCollection: metric and source model",
        KEYSPACE,
        create(vector(dimension=3, metric="dot_product", sourceModel="bert")),
        OK,
        explained(shown(3, "dot_product", "bert")),
        DROP,
        differs_on=NO_SOURCE_MODEL,
    ),
    case(
        "createCollection: the old names size and function",
        KEYSPACE,
        create(vector(size=3, function="euclidean")),
        OK,
        explained(shown(3, "euclidean")),
        DROP,
    ),
    case(
        "createCollection: the service gets its model's dimension and the credential its suffix; "
        "both are no difference when it is repeated, another metric is",
        KEYSPACE,
        create(service()),
        OK,
        explained(
            {
                "vector": {
                    "dimension": 384,
                    "metric": "cosine",
                    "service": {
                        **KEYLESS,
                        "authentication": {"providerKey": Saying(".providerKey")},
                    },
                }
            }
        ),
        Step(create(vector(dimension=384, **service()["vector"])), OK),
        Step(create(service(authentication={"providerKey": f"{PROVIDER_KEY}.providerKey"})), OK),
        Step(
            create(vector(metric="dot_product", **service()["vector"])),
            refused("EXISTING_COLLECTION_DIFFERENT_SETTINGS", "SCHEMA"),
        ),
        DROP,
    ),
    case(
        "createCollection: lexical and rerank switched off",
        KEYSPACE,
        create({"lexical": {"enabled": False}, "rerank": {"enabled": False}}),
        OK,
        explained({"lexical": {"enabled": False}, "rerank": {"enabled": False}}),
        DROP,
    ),
    case(
        "createCollection: over a table; deleteCollection drops a table",
        KEYSPACE,
        {
            "createTable": {
                "name": NAME,
                "definition": {"columns": {"id": "text"}, "primaryKey": "id"},
            }
        },
        OK,
        Step(create(), refused("EXISTING_TABLE_NOT_DATA_API_COLLECTION", "SCHEMA")),
        DROP,
        Step({"listTables": {}}, {"status": {"tables": ANY}}),
    ),
    case(
        "deleteCollection: an ill-formed name",
        KEYSPACE,
        {"deleteCollection": {"name": "ill-formed"}},
        OK,
    ),
]

WRONG_OPTIONS = "INVALID_CREATE_COLLECTION_OPTIONS"
WRONG_VALUE = "COMMAND_FIELD_VALUE_INVALID"
WRONG_INDEXING = "INVALID_INDEXING_DEFINITION"
WRONG_NAME = "UNSUPPORTED_SCHEMA_NAME"

REFUSED = [
    *refusals(
        "createCollection refuses",
        KEYSPACE,
        [
            ("an unknown provider", create(service(provider="nobody")), WRONG_OPTIONS),
            ("a disabled provider", create(service(provider="cohere")), WRONG_OPTIONS),
            ("no provider", create(service(provider=None)), WRONG_OPTIONS),
            ("an unknown model", create(service(modelName="no/model")), WRONG_OPTIONS),
            ("no model", create(service(modelName=None)), WRONG_OPTIONS),
            (
                "another dimension than the model's",
                create(vector(dimension=512, service=SERVICE)),
                WRONG_OPTIONS,
            ),
            (
                "an authentication key that the provider does not accept",
                create(service(authentication={"secretKey": "x"})),
                WRONG_OPTIONS,
            ),
            ("an unexpected parameter", create(service(parameters={"t": 1})), WRONG_OPTIONS),
            ("a vector without dimension and service", create(vector()), WRONG_OPTIONS),
            (
                "a credential that is not there",
                create(service(authentication={"providerKey": "no-such"})),
                "VECTORIZE_CREDENTIAL_INVALID",
            ),
            ("an unknown metric", create(vector(dimension=3, metric="manhattan")), WRONG_VALUE),
            ("an unknown source model", create(vector(dimension=3, sourceModel="x")), WRONG_VALUE),
            ("an unknown default id", create({"defaultId": {"type": "serial"}}), WRONG_VALUE),
            ("dimension 0", create(vector(dimension=0)), WRONG_VALUE),
            ("dimension -1", create(vector(dimension=-1)), WRONG_VALUE),
            (
                "a dimension that is no number",
                create(vector(dimension="many")),
                "REQUEST_STRUCTURE_MISMATCH",
            ),
            (
                "a service that is a string",
                create(vector(service="huggingface")),
                "REQUEST_STRUCTURE_MISMATCH",
            ),
            ("dimension 4097", create(vector(dimension=4097)), "VECTOR_SEARCH_TOO_BIG_VALUE"),
            (
                "indexing both ways",
                create({"indexing": {"allow": ["a"], "deny": ["b"]}}),
                WRONG_INDEXING,
            ),
            ("indexing of nothing", create({"indexing": {"allow": None}}), WRONG_INDEXING),
            ("indexing twice", create({"indexing": {"allow": ["a", "a"]}}), WRONG_INDEXING),
            ("indexing of $x", create({"indexing": {"deny": ["$x"]}}), WRONG_INDEXING),
            ("indexing of an empty path", create({"indexing": {"deny": [""]}}), WRONG_INDEXING),
            (
                "an unknown member of a service",
                create(service(region="eu")),
                "COMMAND_FIELD_UNKNOWN",
            ),
            ("an unknown option", create({"colour": "red"}), "INVALID_CREATE_COLLECTION_FIELD"),
            ("an unknown member", {"createCollection": {"nome": 1}}, "COMMAND_FIELD_UNKNOWN"),
            ("49 characters", create(name="a" * 49), WRONG_NAME),
            ("a dash in the name", create(name="a-b"), WRONG_NAME),
            ("an empty name", create(name=""), WRONG_NAME),
        ],
    ),
    case(
        "createCollection refuses: no name",
        KEYSPACE,
        {"createCollection": {}},
        refused(WRONG_NAME, "SCHEMA", says="(null)"),
    ),
    case(
        "deleteCollection refuses: an empty name",
        KEYSPACE,
        {"deleteCollection": {"name": ""}},
        refused(WRONG_VALUE, says="command.name"),
    ),
    case(
        "createCollection: the credential is checked before the model, for a probe",
        KEYSPACE,
        create(service(authentication={"providerKey": "no-such"}, modelName="no/model")),
        refused("VECTORIZE_CREDENTIAL_INVALID"),
    ),
    case(
        "createCollection: parameters of a provider that needs them",
        KEYSPACE,
        create(
            vector(
                service={
                    "provider": "azureOpenAI",
                    "modelName": "text-embedding-ada-002",
                    "parameters": {"resourceName": "r", "deploymentId": "d"},
                }
            )
        ),
        OK,
        explained({"vector": {"dimension": 1536, "service": {"parameters": ANY}}}),
        DROP,
    ),
    *[
        case(
            f"createCollection: {path}",
            KEYSPACE,
            create({name: members}),
            refused(code),
            differs_on=NO_LEXICAL,
            off=f"options.{path}",
        )
        for path, name, members, code in [
            (
                "lexical.analyzer",
                "lexical",
                {"enabled": True, "analyzer": "standard"},
                "LEXICAL_FEATURE_NOT_ENABLED",
            ),
            ("lexical.enabled", "lexical", {"enabled": True}, "LEXICAL_FEATURE_NOT_ENABLED"),
            (
                "rerank.service",
                "rerank",
                {"enabled": True, "service": {"provider": "nvidia", "modelName": MODEL}},
                "RERANKING_FEATURE_NOT_ENABLED",
            ),
            ("rerank.enabled", "rerank", {"enabled": True}, "RERANKING_FEATURE_NOT_ENABLED"),
        ]
    ],
]

CASES = [*CREATED, *REFUSED]
