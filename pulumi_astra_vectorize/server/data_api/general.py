"""The commands of the general level: keyspaces, embedding and reranking providers."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from pulumi_astra_vectorize import catalog
from pulumi_astra_vectorize.rules import MAX_ENTITY_NAME, SYSTEM_KEYSPACES, entity_name_problem
from pulumi_astra_vectorize.server.data_api.commands import Call, Command, command
from pulumi_astra_vectorize.server.data_api.envelope import (
    OK,
    Failure,
    JsonObject,
    Reply,
    invalid_query,
    schema_failure,
    warning,
)
from pulumi_astra_vectorize.server.store.keyspaces import (
    create_keyspace,
    drop_keyspace,
    keyspaces_of,
)

STRATEGIES = ("SimpleStrategy", "NetworkTopologyStrategy")

MODEL_STATUSES = (catalog.SUPPORTED, "DEPRECATED", "END_OF_LIFE")


def _replication(value: dict[str, str | int]) -> dict[str, str | int]:
    if value.get("class") not in STRATEGIES:
        raise ValueError(f"'class' must be one of {', '.join(STRATEGIES)}")
    return value


class CreateKeyspaceOptions(Command):
    """The options of createKeyspace.

    ``replication`` names a class and counts: ``replication_factor``, or one a data centre. It is
    checked, and without effect on one machine.
    """

    replication: Annotated[dict[str, str | int], AfterValidator(_replication)] | None = None


class CreateKeyspace(Command):
    """The request of createKeyspace."""

    name: str
    options: CreateKeyspaceOptions | None = None


class DropKeyspace(Command):
    """The request of dropKeyspace."""

    name: Annotated[str, Field(min_length=1)]


class FindKeyspaces(Command):
    """The request of findKeyspaces: it has no members."""


def _model_status(value: str | None) -> str | None:
    if value and value.upper() not in MODEL_STATUSES:
        raise ValueError(f"must be one of {', '.join(MODEL_STATUSES)}, or empty for all of them")
    return value


class FindProvidersOptions(Command):
    """The options of findEmbeddingProviders and findRerankingProviders."""

    filter_model_status: Annotated[str | None, AfterValidator(_model_status)] = None


class FindProviders(Command):
    """The request of findEmbeddingProviders and findRerankingProviders."""

    options: FindProvidersOptions | None = None


@command("createKeyspace", "general", CreateKeyspace)
def create_a_keyspace(call: Call, request: CreateKeyspace) -> Reply:
    """Makes a keyspace; once more is no error (section 3)."""
    problem = entity_name_problem("keyspace", request.name, MAX_ENTITY_NAME)
    if problem is not None:
        raise schema_failure("UNSUPPORTED_SCHEMA_NAME", problem)
    if request.name not in SYSTEM_KEYSPACES:
        with call.write() as session:
            create_keyspace(session, call.database.id, request.name)
    return OK


@command("dropKeyspace", "general", DropKeyspace)
def drop_a_keyspace(call: Call, request: DropKeyspace) -> Reply:
    """Drops a keyspace with its contents; one that is not there is no error (section 3)."""
    ill_formed = entity_name_problem("keyspace", request.name, len(request.name))
    if ill_formed is not None or request.name in SYSTEM_KEYSPACES:
        raise invalid_query(f"The database cannot drop the keyspace '{request.name}'.")
    with call.write() as session:
        dropped = drop_keyspace(session, call.database.id, request.name)
    for entity_id in dropped or ():
        call.server.vectors.forget(entity_id)
    return OK


@command("findKeyspaces", "general", FindKeyspaces)
def find_keyspaces(call: Call, _request: FindKeyspaces) -> Reply:
    """Lists the keyspaces, Cassandra's own among them (section 3)."""
    return Reply(status={"keyspaces": _all_keyspaces(call)})


@command("createNamespace", "general", CreateKeyspace)
def create_namespace(call: Call, request: CreateKeyspace) -> Reply:
    """The old name of createKeyspace."""
    return _deprecated(create_a_keyspace(call, request), "createNamespace", "createKeyspace")


@command("dropNamespace", "general", DropKeyspace)
def drop_namespace(call: Call, request: DropKeyspace) -> Reply:
    """The old name of dropKeyspace."""
    return _deprecated(drop_a_keyspace(call, request), "dropNamespace", "dropKeyspace")


@command("findNamespaces", "general", FindKeyspaces)
def find_namespaces(call: Call, _request: FindKeyspaces) -> Reply:
    """The old name of findKeyspaces, with a status member of its own."""
    listed = Reply(status={"namespaces": _all_keyspaces(call)})
    return _deprecated(listed, "findNamespaces", "findKeyspaces")


@command("findEmbeddingProviders", "general", FindProviders)
def find_embedding_providers(_call: Call, request: FindProviders) -> Reply:
    """The catalogue; the filter empties ``models`` and keeps the providers (section 4)."""
    statuses = _wanted_statuses(request.options)
    status: JsonObject = json.loads(catalog.bundled_bytes())
    for provider in status["embeddingProviders"].values():
        provider["models"] = [
            model for model in provider["models"] if _support_of(model) in statuses
        ]
    return Reply(status=status)


@command("findRerankingProviders", "general", FindProviders)
def find_reranking_providers(_call: Call, _request: FindProviders) -> Reply:
    """Refused: this server does not rerank (section 4)."""
    raise Failure("RERANKING_FEATURE_NOT_ENABLED", "Reranking is not available on this server.")


def _wanted_statuses(options: FindProvidersOptions | None) -> tuple[str, ...]:
    """Without options only what is supported; options that name no status mean every one."""
    if options is None:
        return (catalog.SUPPORTED,)
    return (options.filter_model_status.upper(),) if options.filter_model_status else MODEL_STATUSES


def _all_keyspaces(call: Call) -> list[str]:
    with call.server.store.read() as session:
        return [*SYSTEM_KEYSPACES, *keyspaces_of(session, call.database.id)]


def _deprecated(reply: Reply, old: str, new: str) -> Reply:
    message = f"The command '{old}' is deprecated; use '{new}' instead."
    return Reply(status=reply.status, warnings=[warning("DEPRECATED_COMMAND", message)])


def _support_of(model: dict[str, Any]) -> str:
    status: str = model["apiModelSupport"]["status"]
    return status
