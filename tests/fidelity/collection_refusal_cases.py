"""What createCollection and deleteCollection refuse (contract data-api.md, section 5)."""

from __future__ import annotations

from typing import Final

from tests.fidelity.cases import (
    KEYSPACE,
    MODEL,
    NO_LEXICAL,
    OK,
    SERVICE,
    Step,
    case,
    refusals,
    refused,
)
from tests.fidelity.collection_schema_cases import DROP, NAME, create, service, vector
from tests.fidelity.matching import Lacking

NOTHING_CAME: Final = Step({"findCollections": {}}, {"status": {"collections": Lacking(NAME)}})

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
        then=(NOTHING_CAME,),
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
        "createCollection: the definition is checked before the name, for a reload",
        KEYSPACE,
        create(),
        OK,
        Step(create(vector(dimension=5000)), refused("VECTOR_SEARCH_TOO_BIG_VALUE", "SCHEMA")),
        Step(
            create(service(authentication={"providerKey": "no-such"})),
            refused("VECTORIZE_CREDENTIAL_INVALID"),
        ),
        Step(
            create(vector(dimension=3)), refused("EXISTING_COLLECTION_DIFFERENT_SETTINGS", "SCHEMA")
        ),
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

CASES = REFUSED
