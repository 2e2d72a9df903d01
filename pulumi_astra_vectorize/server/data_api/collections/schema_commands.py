"""createCollection, findCollections, deleteCollection (contract data-api.md, section 5)."""

from __future__ import annotations

from pydantic import Field

from pulumi_astra_vectorize.rules import (
    MAX_ENTITY_NAME,
    collection_limit,
    entity_name_problem,
)
from pulumi_astra_vectorize.server.data_api.collections.definitions import (
    CollectionOptions,
    CreateCollection,
    definition_of,
)
from pulumi_astra_vectorize.server.data_api.commands import Call, Command, command
from pulumi_astra_vectorize.server.data_api.entities import (
    add_entity,
    count_collections,
    drop_entity,
    entities_of_kind,
    find_entity,
)
from pulumi_astra_vectorize.server.data_api.envelope import (
    OK,
    JsonObject,
    Reply,
    schema_failure,
)
from pulumi_astra_vectorize.server.store.schema import Entity


class ExplainOptions(Command):
    """``options`` of findCollections."""

    explain: bool = False


class FindCollections(Command):
    """``findCollections``."""

    options: ExplainOptions | None = None


class DeleteCollection(Command):
    """``deleteCollection``; of the name it checks only that there is one."""

    name: str = Field(min_length=1)


@command("createCollection", "keyspace", CreateCollection)
def create_collection(call: Call, request: CreateCollection) -> Reply:
    """Creates a collection; an equal one that exists already is as good."""
    name = _checked_name(request.name)
    definition = definition_of(call, request.options or CollectionOptions())
    with call.write() as session:
        existing = find_entity(session, call, name)
        if existing is not None:
            _refuse_different(existing, definition)
            return OK
        raised = call.server.settings.collection_limit
        limit = raised or collection_limit(classic=call.database.classic)
        count = count_collections(session, call)
        if count >= limit:
            raise schema_failure(
                "TOO_MANY_COLLECTIONS",
                f"Cannot create collection '{name}': the maximum number of collections per "
                f"database is {limit}, database already has {count}.",
            )
        add_entity(session, call, name, "collection", definition)
    return OK


@command("findCollections", "keyspace", FindCollections, reads=True)
def find_collections(call: Call, request: FindCollections) -> Reply:
    """Lists the keyspace's collections: names, or with ``explain`` their options too."""
    with call.server.store.read() as session:
        found = entities_of_kind(session, call, "collection")
    if request.options is not None and request.options.explain:
        shown = [{"name": it.name, "options": it.definition} for it in found]
        return Reply(status={"collections": shown})
    return Reply(status={"collections": [it.name for it in found]})


@command("deleteCollection", "keyspace", DeleteCollection)
def delete_collection(call: Call, request: DeleteCollection) -> Reply:
    """Drops what has that name, a table too; nothing of that name is as good."""
    drop_entity(call, request.name)
    return OK


def _checked_name(name: str | None) -> str:
    problem = entity_name_problem("collection", name or "", MAX_ENTITY_NAME)
    if name is None or problem is not None:
        raise schema_failure(
            "UNSUPPORTED_SCHEMA_NAME",
            f"The collection name '{'(null)' if name is None else name}' is not supported: "
            f"{problem}.",
        )
    return name


def _refuse_different(existing: Entity, definition: JsonObject) -> None:
    if existing.kind != "collection":
        raise schema_failure(
            "EXISTING_TABLE_NOT_DATA_API_COLLECTION",
            f"The table '{existing.name}' already exists and it is not a collection.",
        )
    if existing.definition != definition:
        raise schema_failure(
            "EXISTING_COLLECTION_DIFFERENT_SETTINGS",
            f"Collection '{existing.name}' already exists but with settings different from ones "
            "passed with 'createCollection' command.",
        )
