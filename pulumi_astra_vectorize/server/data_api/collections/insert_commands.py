"""insertOne and insertMany (contract data-api.md, section 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field
from sqlalchemy.orm import Session

from pulumi_astra_vectorize.server.data_api.collections.collection import VECTOR, Collection
from pulumi_astra_vectorize.server.data_api.collections.documents import (
    Content,
    already_exists,
    check_vector_fields,
    take_apart,
    text_to_embed,
    with_id,
)
from pulumi_astra_vectorize.server.data_api.commands import Call, Command, command
from pulumi_astra_vectorize.server.data_api.envelope import (
    Failure,
    JsonObject,
    Reply,
)
from pulumi_astra_vectorize.server.data_api.records import insert_records, positions_of

MAX_DOCUMENTS = 100

ID_PROBLEMS = frozenset({"SHRED_BAD_DOCID_TYPE", "SHRED_BAD_DOCID_VALUE"})

Outcome = Literal["OK", "ERROR", "SKIPPED"]


class InsertOne(Command):
    """``insertOne``."""

    document: JsonObject


class InsertManyOptions(Command):
    """``options`` of insertMany."""

    ordered: bool = True
    return_document_responses: bool = False


class InsertMany(Command):
    """``insertMany``."""

    documents: list[JsonObject] = Field(min_length=1, max_length=MAX_DOCUMENTS)
    options: InsertManyOptions | None = None


@dataclass
class Insertion:
    """One document on its way in: its content once it is checked, or why it was refused."""

    document: JsonObject
    content: Content | None = None
    failure: Failure | None = None

    @property
    def outcome(self) -> Outcome:
        """What became of it; SKIPPED behind another one's failure."""
        if self.failure is not None:
            return "ERROR"
        return "SKIPPED" if self.content is None else "OK"

    def refuse(self, failure: Failure) -> None:
        """Notes why the document is not written; an ``_id`` that is none is not named."""
        if failure.code not in ID_PROBLEMS:
            failure.document_ids = [self.document["_id"]]
        self.failure = failure


@dataclass
class Batch:
    """The documents of one command, in its order; ``ordered`` stops at the first failure."""

    collection: Collection
    insertions: list[Insertion]
    ordered: bool
    stopped: bool = field(default=False, init=False)

    def check(self, embedded: Sequence[list[float] | None]) -> None:
        """Checks the documents as far as the order goes; ``embedded`` holds their vectors."""
        for insertion, vector in zip(self.insertions, embedded, strict=True):
            if self.stopped:
                return
            try:
                insertion.content = take_apart(insertion.document, self.collection, vector)
            except Failure as failure:
                self._refuse(insertion, failure)

    def write(self, session: Session) -> dict[int, list[float]]:
        """Writes what passed the checks; returns the new vectors by position."""
        keys = [it.content.key for it in self.insertions if it.content is not None]
        taken = set(positions_of(session, self.collection.id, keys))
        written: list[Content] = []
        self.stopped = False
        for insertion in self.insertions:
            if insertion.content is None or self.stopped:
                insertion.content = None
                self.stopped = self.stopped or self.ordered
            elif insertion.content.key in taken:
                insertion.content = None
                self._refuse(insertion, already_exists(insertion.document["_id"]))
            else:
                taken.add(insertion.content.key)
                written.append(insertion.content)
        drafts = [content.draft() for content in written]
        positions = insert_records(session, self.collection.id, drafts)
        found = zip(positions, written, strict=True)
        return {position: it.vector for position, it in found if it.vector is not None}

    def _refuse(self, insertion: Insertion, failure: Failure) -> None:
        insertion.refuse(failure)
        self.stopped = self.ordered


@command("insertOne", "data", InsertOne, "collection")
def insert_one(call: Call, request: InsertOne) -> Reply:
    """Writes one document."""
    return _insert(call, [request.document], InsertManyOptions())


@command("insertMany", "data", InsertMany, "collection")
def insert_many(call: Call, request: InsertMany) -> Reply:
    """Writes up to 100 documents; what fails for one document does not undo the others."""
    return _insert(call, request.documents, request.options or InsertManyOptions())


def _insert(call: Call, documents: list[JsonObject], options: InsertManyOptions) -> Reply:
    collection = Collection(call)
    for number, document in enumerate(documents, start=1):
        check_vector_fields(document, collection, f"document {number} of {len(documents)}")
    insertions = [Insertion(with_id(document, collection)) for document in documents]
    batch = Batch(collection, insertions, options.ordered)
    batch.check(_embed(collection, documents))
    with call.write() as session:
        vectors = batch.write(session)
    call.server.vectors.put(collection.id, VECTOR, vectors)
    return _reply(insertions, options)


def _embed(collection: Collection, documents: list[JsonObject]) -> list[list[float] | None]:
    """The vectors of the documents' texts; one failure of the provider refuses them all."""
    texts = [text_to_embed(document) for document in documents]
    if all(text is None for text in texts):
        return [None] * len(texts)
    vectors = iter(collection.embed([text for text in texts if text is not None]))
    return [None if text is None else next(vectors) for text in texts]


def _reply(insertions: list[Insertion], options: InsertManyOptions) -> Reply:
    errors = [it.failure for it in insertions if it.failure is not None]
    if options.return_document_responses:
        responses = [_response(it, errors) for it in insertions]
        return Reply(status={"documentResponses": responses}, errors=errors)
    ids = [it.content.id for it in insertions if it.content is not None]
    return Reply(status={"insertedIds": ids}, errors=errors)


def _response(insertion: Insertion, errors: list[Failure]) -> JsonObject:
    response: JsonObject = {"_id": insertion.document["_id"], "status": insertion.outcome}
    if insertion.failure is not None:
        response["errorsIdx"] = errors.index(insertion.failure)
    return response
