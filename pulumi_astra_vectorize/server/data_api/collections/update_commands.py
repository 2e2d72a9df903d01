"""updateOne, updateMany, findOneAndUpdate, findOneAndReplace (data-api.md, section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal

from pulumi_astra_vectorize.server.data_api.collections.collection import (
    VECTOR,
    VECTORIZE,
    Collection,
)
from pulumi_astra_vectorize.server.data_api.collections.document_ids import key_of
from pulumi_astra_vectorize.server.data_api.collections.documents import check_vector_fields
from pulumi_astra_vectorize.server.data_api.collections.edits import (
    Modifier,
    Outcome,
    as_read,
    change,
)
from pulumi_astra_vectorize.server.data_api.collections.projections import (
    Projection,
    parse_projection,
)
from pulumi_astra_vectorize.server.data_api.collections.search import prepare_query
from pulumi_astra_vectorize.server.data_api.collections.updates import Update, parse_update
from pulumi_astra_vectorize.server.data_api.commands import Call, Command, command
from pulumi_astra_vectorize.server.data_api.envelope import JsonObject, Reply, document_failure
from pulumi_astra_vectorize.server.data_api.records import PageState

MAX_UPDATED_DOCUMENTS: Final = 20
"""How many documents one updateMany changes; the client continues with ``nextPageState``."""


class UpdateOptions(Command):
    """``options`` of updateOne."""

    upsert: bool = False


class UpdateManyOptions(UpdateOptions):
    """``options`` of updateMany."""

    page_state: str | None = None


class FindOneAndOptions(UpdateOptions):
    """``options`` of findOneAndUpdate and findOneAndReplace."""

    return_document: Literal["before", "after"] = "before"


class UpdateOne(Command):
    """``updateOne``."""

    fields_in_errors: ClassVar[dict[str, str]] = {"update": "updateClause"}

    filter: Any = None
    sort: Any = None
    update: JsonObject
    options: UpdateOptions | None = None


class UpdateMany(Command):
    """``updateMany``."""

    fields_in_errors: ClassVar[dict[str, str]] = {"update": "updateClause"}

    filter: Any = None
    update: JsonObject
    options: UpdateManyOptions | None = None


class FindOneAndUpdate(Command):
    """``findOneAndUpdate``."""

    fields_in_errors: ClassVar[dict[str, str]] = {"update": "updateClause"}

    filter: Any = None
    sort: Any = None
    projection: Any = None
    update: JsonObject
    options: FindOneAndOptions | None = None


class FindOneAndReplace(Command):
    """``findOneAndReplace``."""

    fields_in_errors: ClassVar[dict[str, str]] = {"replacement": "replacementDocument"}

    filter: Any = None
    sort: Any = None
    projection: Any = None
    replacement: JsonObject
    options: FindOneAndOptions | None = None


@dataclass(frozen=True)
class Replacement:
    """A document that takes another one's place, and its ``_id``."""

    document: JsonObject

    def edited(self, document: JsonObject) -> JsonObject:
        """The replacement; raises DOCUMENT_REPLACE_DIFFERENT_DOCID if it has another ``_id``."""
        document_id = document["_id"]
        if "_id" in self.document and key_of(self.document["_id"]) != key_of(document_id):
            raise document_failure(
                "DOCUMENT_REPLACE_DIFFERENT_DOCID",
                f"The replacement has another '_id' ({self.document['_id']}) than the document "
                f"that the filter matches ({document_id}).",
            )
        kept = {VECTOR: document[VECTOR]} if self._keeps_text_of(document) else {}
        return {"_id": document_id, **self.document, **kept}

    def _keeps_text_of(self, document: JsonObject) -> bool:
        text = self.document.get(VECTORIZE)
        return text is not None and text == document.get(VECTORIZE) and VECTOR in document

    def inserted(self, seed: JsonObject) -> JsonObject:
        """The replacement itself, with the ``_id`` that the filter asked for."""
        return {**({"_id": seed["_id"]} if "_id" in seed else {}), **self.document}


@command("updateOne", "data", UpdateOne, "collection")
def update_one(call: Call, request: UpdateOne) -> Reply:
    """Changes the first document."""
    collection = Collection(call)
    update = _checked_update(collection, request.update)
    query = prepare_query(collection, request.filter, request.sort)
    options = request.options or UpdateOptions()
    return Reply(status=change(query, update, 1, upsert=options.upsert).status())


@command("updateMany", "data", UpdateMany, "collection")
def update_many(call: Call, request: UpdateMany) -> Reply:
    """Changes the first 20 documents and says how to go on."""
    collection = Collection(call)
    update = _checked_update(collection, request.update)
    query = prepare_query(collection, request.filter, None)
    options = request.options or UpdateManyOptions()
    after = PageState.decode(options.page_state).after
    outcome = change(query, update, MAX_UPDATED_DOCUMENTS, upsert=options.upsert, after=after)
    status = outcome.status()
    if outcome.last_position is not None:
        status |= {"moreData": True, "nextPageState": PageState(outcome.last_position).encode()}
    return Reply(status=status)


@command("findOneAndUpdate", "data", FindOneAndUpdate, "collection")
def find_one_and_update(call: Call, request: FindOneAndUpdate) -> Reply:
    """Changes the first document and shows it."""
    collection = Collection(call)
    update = _checked_update(collection, request.update)
    return _find_one_and_change(collection, request, update)


@command("findOneAndReplace", "data", FindOneAndReplace, "collection")
def find_one_and_replace(call: Call, request: FindOneAndReplace) -> Reply:
    """Replaces the first document and shows it or its successor."""
    collection = Collection(call)
    check_vector_fields(request.replacement, collection, "the replacement")
    return _find_one_and_change(collection, request, Replacement(request.replacement))


def _checked_update(collection: Collection, clause: JsonObject) -> Update:
    update = parse_update(clause)
    check_vector_fields(update.assigned(), collection, "the update")
    return update


def _find_one_and_change(
    collection: Collection, request: FindOneAndUpdate | FindOneAndReplace, modifier: Modifier
) -> Reply:
    options = request.options or FindOneAndOptions()
    query = prepare_query(collection, request.filter, request.sort)
    projection = parse_projection(request.projection)
    outcome = change(query, modifier, 1, upsert=options.upsert)
    document = _shown(outcome, projection, options.return_document)
    return Reply(status=outcome.status(), data={"document": document})


def _shown(
    outcome: Outcome, projection: Projection, moment: Literal["before", "after"]
) -> JsonObject | None:
    if outcome.upserted is not None:
        return projection.apply(as_read(outcome.upserted)) if moment == "after" else None
    for edit in outcome.edits:
        return projection.apply(edit.before if moment == "before" else as_read(edit.content))
    return None
