"""Changes documents where they are, or inserts one where none matches (upsert).

The provider is asked for vectors while no transaction is open; the documents are then written
only if nobody changed them meanwhile, otherwise everything is done anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from pulumi_astra_vectorize.server.data_api.collections.collection import (
    VECTOR,
    VECTORIZE,
    Collection,
)
from pulumi_astra_vectorize.server.data_api.collections.documents import (
    Content,
    take_apart,
    text_to_embed,
    with_id,
)
from pulumi_astra_vectorize.server.data_api.collections.search import Query, find_hits
from pulumi_astra_vectorize.server.data_api.collections.update_operators import put
from pulumi_astra_vectorize.server.data_api.envelope import Failure, JsonObject
from pulumi_astra_vectorize.server.data_api.records import (
    Stored,
    insert_records,
    positions_of,
    records_at,
    rewrite_bodies,
    rewrite_vectors,
)

ATTEMPTS: Final = 4


class Modifier(Protocol):
    """What an update clause or a replacement does to documents; they stay as they are given."""

    def edited(self, document: JsonObject) -> JsonObject:
        """A stored document as it is to be; both with ``$vector`` where they have one."""
        ...

    def inserted(self, seed: JsonObject) -> JsonObject:
        """The document to insert, from the equalities of the filter that nothing matched."""
        ...


@dataclass(frozen=True)
class Edit:
    """One document's change: ``before`` has its vector, ``content`` is what it is to be."""

    record: Stored
    before: JsonObject
    content: Content

    @property
    def modifies(self) -> bool:
        """Whether anything changes at all."""
        return whole(self.content) != self.before


@dataclass(frozen=True)
class Outcome:
    """What was done: edits of found documents, or the document that was inserted instead."""

    edits: Sequence[Edit] = ()
    upserted: Content | None = None
    last_position: int | None = None
    """Of the last edited document, if more documents match behind it."""

    def status(self) -> JsonObject:
        """The ``status`` of the reply, without what belongs to pages."""
        counts: JsonObject = {
            "matchedCount": len(self.edits),
            "modifiedCount": sum(edit.modifies for edit in self.edits),
        }
        return counts if self.upserted is None else counts | {"upsertedId": self.upserted.id}


def whole(content: Content) -> JsonObject:
    """A document with its vector, as a projection takes it."""
    return content.body if content.vector is None else {**content.body, VECTOR: content.vector}


def change(
    query: Query, modifier: Modifier, limit: int, *, upsert: bool, after: int = 0
) -> Outcome:
    """Changes the first ``limit`` documents of a query, those after a position only.

    Raises FAILED_CONCURRENT_OPERATIONS when others keep changing the same documents.
    """
    for _ in range(ATTEMPTS):
        outcome = _plan(query, modifier, limit, after, upsert=upsert)
        if _write(query.collection, outcome):
            return outcome
    raise Failure(
        "FAILED_CONCURRENT_OPERATIONS",
        "Other requests kept changing the same documents. It is safe to retry this request.",
        scope="DATABASE",
        family="SERVER",
    )


def _plan(query: Query, modifier: Modifier, limit: int, after: int, *, upsert: bool) -> Outcome:
    collection = query.collection
    with collection.call.server.store.read() as session:
        hits = find_hits(session, query, limit + 1, after=after)
    records = [hit.record for hit in hits[:limit]]
    if not records and upsert:
        document = with_id(modifier.inserted(_seed(query)), collection)
        return Outcome(upserted=_contents(collection, [({}, document)])[0])
    befores = _with_vectors(collection, records)
    contents = _contents(collection, [(before, modifier.edited(before)) for before in befores])
    edits = [
        Edit(record, before, content)
        for record, before, content in zip(records, befores, contents, strict=True)
    ]
    last_position = records[-1].position if len(hits) > limit else None
    return Outcome(edits, last_position=last_position)


def _write(collection: Collection, outcome: Outcome) -> bool:
    """Writes an outcome; False, and nothing written, if it was planned on what is no more."""
    if outcome.upserted is not None:
        return _insert(collection, outcome.upserted)
    edits = {edit.record.position: edit for edit in outcome.edits if edit.modifies}
    with collection.call.server.store.write() as session:
        current = {it.position: it.body for it in records_at(session, list(edits))}
        if any(current.get(position) != edit.record.body for position, edit in edits.items()):
            return False
        rewrite_bodies(session, {position: it.content.body for position, it in edits.items()})
        vectors = {position: it.content.vector for position, it in edits.items()}
        rewrite_vectors(session, collection.id, VECTOR, vectors)
    collection.call.server.vectors.put(collection.id, VECTOR, edits)
    return True


def _insert(collection: Collection, content: Content) -> bool:
    with collection.call.server.store.write() as session:
        if positions_of(session, collection.id, [content.key]):
            return False
        positions = insert_records(session, collection.id, [content.draft()])
    collection.call.server.vectors.put(collection.id, VECTOR, positions)
    return True


def _contents(
    collection: Collection, changes: Sequence[tuple[JsonObject, JsonObject]]
) -> list[Content]:
    """Checks changed documents, before and after, and embeds the texts that are new."""
    texts = [_new_text(before, after) for before, after in changes]
    new_texts = [text for text in texts if text is not None]
    vectors = iter(collection.embed(new_texts)) if new_texts else iter(())
    return [
        take_apart(_settled(before, after), collection, None if text is None else next(vectors))
        for (before, after), text in zip(changes, texts, strict=True)
    ]


def _new_text(before: JsonObject, after: JsonObject) -> str | None:
    return text_to_embed(after) if _text_changed(before, after) else None


def _text_changed(before: JsonObject, after: JsonObject) -> bool:
    return VECTORIZE in after and after[VECTORIZE] != before.get(VECTORIZE)


def _settled(before: JsonObject, after: JsonObject) -> JsonObject:
    """The changed document: a changed text parts with its old vector."""
    if not _text_changed(before, after):
        return after
    return {name: value for name, value in after.items() if name != VECTOR}


def _with_vectors(collection: Collection, records: list[Stored]) -> list[JsonObject]:
    positions = [record.position for record in records]
    vectors = collection.call.server.vectors.values(collection.id, VECTOR, positions)
    return [
        {**it.body, VECTOR: vectors[it.position]} if it.position in vectors else it.body
        for it in records
    ]


def _seed(query: Query) -> JsonObject:
    """The equalities of the filter as the start of an upserted document."""
    seed: JsonObject = {}
    for condition in query.filter.required():
        if condition.operator == "$eq":
            put(seed, condition.path, condition.operand)
    return seed
