"""Keyspaces and providers (contract data-api.md, sections 1 to 4)."""

from __future__ import annotations

from typing import Final

from tests.fidelity.cases import (
    GENERAL,
    NO_LEXICAL,
    OK,
    Json,
    Kind,
    Step,
    case,
    refusals,
    refused,
)
from tests.fidelity.matching import ABSENT, ANY, Length, including

NAME: Final = "fidelity_made"

DEVOPS_ONLY: Final[dict[Kind, str]] = {"astra": "keyspaces are made by the DevOps API there"}

DEPRECATED: Final = [{"errorCode": "DEPRECATED_COMMAND", "scope": "WARNING", "family": "REQUEST"}]


def create(name: object, **members: object) -> Json:
    """A createKeyspace."""
    return {"createKeyspace": {"name": name, **members}}


def replicated(**replication: object) -> Json:
    """A createKeyspace with this replication."""
    return create(NAME, options={"replication": replication})


def providers(status: object) -> Json:
    """A findEmbeddingProviders with this filter."""
    return {"findEmbeddingProviders": {"options": {"filterModelStatus": status}}}


def models(count: int) -> Json:
    """An answer in which Hugging Face has so many models."""
    return {"status": {"embeddingProviders": {"huggingface": {"models": Length(count)}}}}


DROP: Final = {"dropKeyspace": {"name": NAME}}

KEYSPACES = [
    case(
        "createKeyspace: made twice, listed beside the system's, dropped twice",
        GENERAL,
        create(NAME),
        OK,
        Step(create(NAME), OK),
        Step({"findKeyspaces": {}}, {"status": {"keyspaces": including(NAME, "system")}}),
        Step(DROP, OK),
        Step(DROP, OK),
        differs_on=DEVOPS_ONLY,
    ),
    case(
        "createKeyspace: SimpleStrategy",
        GENERAL,
        replicated(**{"class": "SimpleStrategy", "replication_factor": 1}),
        OK,
        Step(DROP, OK),
        differs_on=DEVOPS_ONLY,
    ),
    case(
        "createKeyspace: NetworkTopologyStrategy with a member a data centre",
        GENERAL,
        replicated(**{"class": "NetworkTopologyStrategy", "datacenter1": 1}),
        OK,
        Step(DROP, OK),
        differs_on={**DEVOPS_ONLY, "hcd": "its data centre is dc1"},
    ),
    case(
        "createNamespace, findNamespaces, dropNamespace: they work and warn",
        GENERAL,
        {
            "createNamespace": {
                "name": NAME,
                "options": {"replication": {"class": "SimpleStrategy", "replication_factor": 1}},
            }
        },
        {"status": {"ok": 1, "warnings": DEPRECATED}},
        Step(
            {"findNamespaces": {}},
            {"status": {"namespaces": including(NAME), "warnings": DEPRECATED}},
        ),
        Step({"dropNamespace": {"name": NAME}}, {"status": {"ok": 1, "warnings": DEPRECATED}}),
        differs_on=DEVOPS_ONLY,
    ),
    case(
        "dropKeyspace: a dash comes back from the database",
        GENERAL,
        {"dropKeyspace": {"name": "a-b"}},
        refused("INVALID_DATABASE_QUERY", "DATABASE", "SERVER"),
        differs_on=DEVOPS_ONLY,
    ),
    *refusals(
        "createKeyspace",
        GENERAL,
        [
            ("a dash in the name", create("a-b"), "UNSUPPORTED_SCHEMA_NAME"),
            ("an empty name", create(""), "UNSUPPORTED_SCHEMA_NAME"),
            ("49 characters", create("n" * 49), "UNSUPPORTED_SCHEMA_NAME"),
            ("letters that are not ASCII", create("été"), "UNSUPPORTED_SCHEMA_NAME"),
            ("no name", {"createKeyspace": {}}, "COMMAND_FIELD_VALUE_INVALID"),
            ("a name that is null", create(None), "COMMAND_FIELD_VALUE_INVALID"),
            ("a name that is an array", create(["n"]), "REQUEST_STRUCTURE_MISMATCH"),
            ("an unknown member", create("n", x=1), "COMMAND_FIELD_UNKNOWN"),
            ("an unknown strategy", replicated(**{"class": "X"}), "COMMAND_FIELD_VALUE_INVALID"),
        ],
    ),
    *refusals(
        "general commands",
        GENERAL,
        [
            ("dropKeyspace without name", {"dropKeyspace": {}}, "COMMAND_FIELD_VALUE_INVALID"),
            (
                "findKeyspaces with options",
                {"findKeyspaces": {"options": {"x": 1}}},
                "COMMAND_ACCEPTS_NO_OPTIONS",
            ),
            ("an unknown command", {"fly": {}}, "COMMAND_UNKNOWN"),
            ("another level's command", {"find": {}}, "COMMAND_UNKNOWN"),
        ],
    ),
]

PROVIDERS = [
    case(
        "findEmbeddingProviders: Hugging Face with its six models",
        GENERAL,
        {"findEmbeddingProviders": {}},
        {
            "status": {
                "embeddingProviders": {
                    "huggingface": {
                        "models": Length(6),
                        "displayName": ANY,
                        "supportedAuthentication": {"HEADER": {"enabled": True}},
                    },
                    "cohere": ABSENT,
                }
            }
        },
    ),
    *[
        case(f"findEmbeddingProviders: the filter {status!r}", GENERAL, providers(status), found)
        for status, found in [
            ("SUPPORTED", models(6)),
            ("supported", models(6)),
            ("", models(6)),
            (None, models(6)),
            ("DEPRECATED", models(0)),
            ("end_of_life", models(0)),
            ("OLD", refused("COMMAND_FIELD_VALUE_INVALID")),
        ]
    ],
    case(
        "findRerankingProviders: reranking is off",
        GENERAL,
        {"findRerankingProviders": {"options": {"filterModelStatus": "SUPPORTED"}}},
        refused("RERANKING_FEATURE_NOT_ENABLED"),
        differs_on=NO_LEXICAL,
        off="the command",
    ),
]

CASES = [*KEYSPACES, *PROVIDERS]
