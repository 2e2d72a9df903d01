"""deleteOne, deleteMany, findOneAndDelete (contract data-api.md, section 6)."""

from __future__ import annotations

from itertools import islice
from typing import Any, ClassVar, Final

from pulumi_astra_vectorize.server.data_api.collections.collection import Collection
from pulumi_astra_vectorize.server.data_api.collections.find_commands import (
    FindOneOptions,
    shown_documents,
)
from pulumi_astra_vectorize.server.data_api.collections.projections import parse_projection
from pulumi_astra_vectorize.server.data_api.collections.search import (
    find_hits,
    matching,
    prepare_query,
)
from pulumi_astra_vectorize.server.data_api.commands import Call, Command, command
from pulumi_astra_vectorize.server.data_api.envelope import JsonObject, Reply
from pulumi_astra_vectorize.server.data_api.records import delete_all_records, delete_records

MAX_DELETED_DOCUMENTS: Final = 20
"""How many documents one deleteMany removes; ``moreData`` asks the client to repeat it."""


class DeleteOne(Command):
    """``deleteOne``: its filter is required."""

    fields_in_errors: ClassVar[dict[str, str]] = {"filter": "filterDefinition"}

    filter: JsonObject
    sort: Any = None


class DeleteMany(Command):
    """``deleteMany``: without a filter it empties the collection."""

    filter: Any = None


class FindOneAndDelete(Command):
    """``findOneAndDelete``."""

    filter: Any = None
    sort: Any = None
    projection: Any = None


@command("deleteOne", "data", DeleteOne, "collection")
def delete_one(call: Call, request: DeleteOne) -> Reply:
    """Removes the first document."""
    query = prepare_query(Collection(call), request.filter, request.sort)
    with call.write() as session:
        positions = [hit.record.position for hit in find_hits(session, query, 1)]
        delete_records(session, positions)
    call.server.vectors.remove(query.collection.id, positions)
    return Reply(status={"deletedCount": len(positions)})


@command("deleteMany", "data", DeleteMany, "collection")
def delete_many(call: Call, request: DeleteMany) -> Reply:
    """Removes the first 20 documents, or all where no filter says which."""
    query = prepare_query(Collection(call), request.filter, None)
    if not query.filter.members:
        return _delete_all(query.collection)
    with call.write() as session:
        found = list(islice(matching(session, query), MAX_DELETED_DOCUMENTS + 1))
        positions = [record.position for record in found[:MAX_DELETED_DOCUMENTS]]
        delete_records(session, positions)
    call.server.vectors.remove(query.collection.id, positions)
    status: JsonObject = {"deletedCount": len(positions)}
    return Reply(status=status | {"moreData": True} if len(found) > len(positions) else status)


@command("findOneAndDelete", "data", FindOneAndDelete, "collection")
def find_one_and_delete(call: Call, request: FindOneAndDelete) -> Reply:
    """Removes the first document and shows it."""
    query = prepare_query(Collection(call), request.filter, request.sort)
    projection = parse_projection(request.projection)
    with call.write() as session:
        hits = find_hits(session, query, 1)
        documents = shown_documents(session, projection, hits, FindOneOptions())
        positions = [hit.record.position for hit in hits]
        delete_records(session, positions)
    call.server.vectors.remove(query.collection.id, positions)
    return Reply(
        status={"deletedCount": len(positions)},
        data={"document": next(iter(documents), None)},
    )


def _delete_all(collection: Collection) -> Reply:
    with collection.call.write() as session:
        delete_all_records(session, collection.id)
    collection.call.server.vectors.forget(collection.id)
    return Reply(status={"deletedCount": -1})
