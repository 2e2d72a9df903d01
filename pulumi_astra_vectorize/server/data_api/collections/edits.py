"""Changes documents where they are, or inserts one where none matches (upsert).

What is to be done is planned in the transaction that does it, so no other change is lost. The
provider is asked for vectors while no transaction is open: a plan that needs the vector of a text
is given up, the text embedded, and everything planned anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy.orm import Session

from pulumi_astra_vectorize.server.data_api.collections.collection import (
    VECTOR,
    VECTORIZE,
    Collection,
)
from pulumi_astra_vectorize.server.data_api.collections.documents import (
    Content,
    already_exists,
    take_apart,
    text_to_embed,
    with_id,
)
from pulumi_astra_vectorize.server.data_api.collections.search import Hit, Query, find_hits
from pulumi_astra_vectorize.server.data_api.collections.update_operators import put
from pulumi_astra_vectorize.server.data_api.envelope import JsonObject
from pulumi_astra_vectorize.server.data_api.records import (
    Stored,
    encode_vector,
    insert_records,
    positions_of,
    rewrite_bodies,
    rewrite_vectors,
    vectors_at,
)
from pulumi_astra_vectorize.server.data_api.vector_numbers import shown


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
        vector = self.before.get(VECTOR)
        before = {name: value for name, value in self.before.items() if name != VECTOR}
        return self.content.body != before or _encoded(self.content.vector) != _encoded(vector)


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


def as_read(content: Content) -> JsonObject:
    """A document with its vector as a find reads them, for a projection."""
    if content.vector is None:
        return content.body
    return {**content.body, VECTOR: shown(content.vector)}


def change(
    query: Query, modifier: Modifier, limit: int, *, upsert: bool, after: int = 0
) -> Outcome:
    """Changes the first ``limit`` documents of a query, those after a position only.

    ``upsert``: where none matches, the modifier's document is inserted.
    """
    call = query.collection.call
    embedded: dict[str, list[float]] = {}
    while True:
        planner = Planner(query, modifier, embedded)
        with call.write() as session:
            outcome = planner.plan(session, limit, after, upsert=upsert)
            touched = _write(session, query.collection, outcome) if outcome else []
        if outcome is not None:
            call.server.vectors.put(query.collection.id, VECTOR, touched)
            return outcome
        texts = sorted(planner.missing)
        embedded |= zip(texts, query.collection.embed(texts), strict=True)


@dataclass
class Planner:
    """Plans a change with the vectors that are ``embedded`` already, by text.

    ``missing`` are the texts without which it could not.
    """

    query: Query
    modifier: Modifier
    embedded: Mapping[str, list[float]]
    missing: set[str] = field(default_factory=set[str])

    def plan(self, session: Session, limit: int, after: int, *, upsert: bool) -> Outcome | None:
        """What is to be done; None if vectors are missing."""
        hits = find_hits(session, self.query, limit + 1, after=after)
        inserts = upsert and not hits
        outcome = self._insertion(session) if inserts else self._edits(session, hits, limit)
        return None if self.missing else outcome

    def _edits(self, session: Session, hits: list[Hit], limit: int) -> Outcome:
        records = [hit.record for hit in hits[:limit]]
        edits: list[Edit] = []
        for record, before in zip(records, _with_vectors(session, records), strict=True):
            content = self._content(before, self.modifier.edited(before))
            if content is not None:
                edits.append(Edit(record, before, content))
        return Outcome(edits, last_position=records[-1].position if len(hits) > limit else None)

    def _insertion(self, session: Session) -> Outcome:
        collection = self.query.collection
        document = with_id(self.modifier.inserted(_seed(self.query)), collection)
        content = self._content({}, document)
        if content is not None and positions_of(session, collection.id, [content.key]):
            raise already_exists(content.id)
        return Outcome(upserted=content)

    def _content(self, before: JsonObject, after: JsonObject) -> Content | None:
        """The checked document; None, and its text noted, if the text's vector is missing."""
        text = _new_text(before, after)
        if text is not None and text not in self.embedded:
            self.missing.add(text)
            return None
        vector = None if text is None else self.embedded[text]
        return take_apart(_settled(before, after), self.query.collection, vector)


def _with_vectors(session: Session, records: list[Stored]) -> list[JsonObject]:
    vectors = vectors_at(session, VECTOR, [record.position for record in records])
    return [
        {**it.body, VECTOR: vectors[it.position]} if it.position in vectors else it.body
        for it in records
    ]


def _write(session: Session, collection: Collection, outcome: Outcome) -> list[int]:
    """Writes what is planned; returns the positions whose vectors may have changed."""
    if outcome.upserted is not None:
        return insert_records(session, collection.id, [outcome.upserted.draft()])
    edits = {edit.record.position: edit for edit in outcome.edits if edit.modifies}
    rewrite_bodies(session, {position: it.content.body for position, it in edits.items()})
    vectors = {position: it.content.vector for position, it in edits.items()}
    rewrite_vectors(session, collection.id, VECTOR, vectors)
    return list(edits)


def _encoded(vector: Sequence[float] | None) -> bytes | None:
    """To compare: equal vectors may be written with more digits or fewer."""
    return None if vector is None else encode_vector(vector)


def _new_text(before: JsonObject, after: JsonObject) -> str | None:
    return text_to_embed(after) if _text_changed(before, after) else None


def _text_changed(before: JsonObject, after: JsonObject) -> bool:
    return VECTORIZE in after and after[VECTORIZE] != before.get(VECTORIZE)


def _settled(before: JsonObject, after: JsonObject) -> JsonObject:
    """The changed document: a changed text parts with its old vector."""
    if not _text_changed(before, after):
        return after
    return {name: value for name, value in after.items() if name != VECTOR}


def _seed(query: Query) -> JsonObject:
    """The equalities of the filter as the start of an upserted document."""
    seed: JsonObject = {}
    for condition in query.filter.required():
        if condition.operator == "$eq":
            put(seed, condition.path, condition.operand)
    return seed
