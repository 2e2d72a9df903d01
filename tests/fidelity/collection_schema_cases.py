"""createCollection, findCollections, deleteCollection (contract data-api.md, section 5)."""

from __future__ import annotations

from typing import Any, Final

from tests.fidelity.cases import (
    KEYLESS,
    KEYSPACE,
    OK,
    PROVIDER_KEY,
    SERVICE,
    Json,
    Kind,
    Step,
    case,
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
        "createCollection: the metric follows the source model",
        KEYSPACE,
        create(vector(dimension=3, sourceModel="ada002")),
        OK,
        explained(shown(3, "dot_product", "ada002")),
        Step(create(vector(dimension=3, sourceModel="ada002", metric="dot_product")), OK),
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
    case(
        "deleteCollection: an ill-formed name",
        KEYSPACE,
        {"deleteCollection": {"name": "ill-formed"}},
        OK,
    ),
]

CASES = CREATED
