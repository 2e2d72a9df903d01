"""Reads and writes the documents of collections and the rows of tables, many at a time."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session

from pulumi_astra_vectorize.server.data_api.envelope import JsonObject, unexpected_failure
from pulumi_astra_vectorize.server.exact_json import dumps
from pulumi_astra_vectorize.server.store.schema import Record, Vector
from pulumi_astra_vectorize.server.vector_rows import WIRE, shortest

CHUNK = 500
"""How many keys or positions one statement names at most."""

_AT_POSITIONS = select(Record.position, Record.key, Record.body).where(
    Record.position.in_(bindparam("positions", expanding=True))
)

_WITH_KEYS = select(Record.position, Record.key, Record.body).where(
    Record.entity_id == bindparam("entity_id"),
    Record.key.in_(bindparam("keys", expanding=True)),
)
"""Without an order: for the sake of one sqlite would read the whole entity."""

_POSITIONS_OF = _WITH_KEYS.with_only_columns(Record.key, Record.position)

_VECTORS_AT = select(Vector.position, Vector.value).where(
    Vector.column == bindparam("column"),
    Vector.position.in_(bindparam("positions", expanding=True)),
)

_BODY = type_coerce(Record.body, Text)
"""A body as it stands in the store, not parsed."""

_COUNTED = (
    select(func.count()).select_from(Record).where(Record.entity_id == bindparam("entity_id"))
)

Vectors = Mapping[str, Sequence[float]]
"""The vectors of one record, by column (``$vector`` for collections)."""


@dataclass(frozen=True)
class Draft:
    """A record that is not in the store yet; ``body`` holds everything but the vectors."""

    key: str
    body: JsonObject
    vectors: Vectors = field(default_factory=dict[str, Sequence[float]])


@dataclass(frozen=True)
class Stored:
    """A record as the store has it, without its vectors."""

    position: int
    key: str
    body: JsonObject


def insert_records(session: Session, entity_id: int, drafts: Sequence[Draft]) -> list[int]:
    """Writes new records and their vectors; returns the records' positions in the same order.

    The keys must be new to the entity and different from each other: ``positions_of`` tells.
    """
    if not drafts:
        return []
    rows = [{"entity_id": entity_id, "key": it.key, "body": it.body} for it in drafts]
    statement = insert(Record).returning(Record.position, sort_by_parameter_order=True)
    positions = list(session.scalars(statement, rows))
    _insert_vectors(
        session,
        entity_id,
        {position: draft.vectors for position, draft in zip(positions, drafts, strict=True)},
    )
    return positions


def rewrite_bodies(session: Session, bodies: Mapping[int, JsonObject]) -> None:
    """Replaces the bodies of existing records, by position; their keys stay."""
    rows = [{"position": position, "body": body} for position, body in bodies.items()]
    if rows:
        session.execute(update(Record), rows)


def rewrite_vectors(
    session: Session, entity_id: int, column: str, vectors: Mapping[int, Sequence[float] | None]
) -> None:
    """Replaces one column's vector of existing records, by position; None takes it away."""
    for some in _chunks(list(vectors)):
        session.execute(delete(Vector).where(Vector.column == column, Vector.position.in_(some)))
    kept = {
        position: {column: vector} for position, vector in vectors.items() if vector is not None
    }
    _insert_vectors(session, entity_id, kept)


def delete_records(session: Session, positions: Collection[int]) -> None:
    """Removes records; their vectors go with them."""
    for some in _chunks(list(positions)):
        session.execute(delete(Vector).where(Vector.position.in_(some)))
        session.execute(delete(Record).where(Record.position.in_(some)))


def delete_all_records(session: Session, entity_id: int) -> None:
    """Empties a collection or table."""
    session.execute(delete(Vector).where(Vector.entity_id == entity_id))
    session.execute(delete(Record).where(Record.entity_id == entity_id))


def positions_of(session: Session, entity_id: int, keys: Collection[str]) -> dict[str, int]:
    """The positions of those of the keys that exist."""
    return {
        key: position
        for some in _chunks(list(keys))
        for key, position in session.execute(_POSITIONS_OF, {"entity_id": entity_id, "keys": some})
    }


def records_with_keys(session: Session, entity_id: int, keys: Collection[str]) -> list[Stored]:
    """Those of the keys that exist, in the order of their insertion."""
    found = [
        Stored(position, key, body)
        for some in _chunks(list(keys))
        for position, key, body in session.execute(
            _WITH_KEYS, {"entity_id": entity_id, "keys": some}
        )
    ]
    return sorted(found, key=lambda stored: stored.position)


def records_at(session: Session, positions: Sequence[int]) -> list[Stored]:
    """Records by position, in the order asked for; those that are gone are left out."""
    found = {
        position: Stored(position, key, body)
        for some in _chunks(positions)
        for position, key, body in session.execute(_AT_POSITIONS, {"positions": some})
    }
    return [found[position] for position in positions if position in found]


def count_records(session: Session, entity_id: int) -> int:
    """How many records an entity has."""
    return session.scalar(_COUNTED, {"entity_id": entity_id}) or 0


def vectors_at(session: Session, column: str, positions: Collection[int]) -> dict[int, list[float]]:
    """One column's vectors of those records that have one, by position.

    They are those of the transaction, as the records are: what is kept in memory for searches may
    be older or newer.
    """
    asked = {"column": column, "positions": list(positions)}
    found: dict[int, bytes] = {}
    found.update((position, value) for position, value in session.execute(_VECTORS_AT, asked))
    if not found:
        return {}
    matrix = np.reshape(np.frombuffer(b"".join(found.values()), WIRE), (len(found), -1))
    return dict(zip(found, shortest(matrix).tolist(), strict=True))


def positions_with(session: Session, entity_id: int, column: str) -> set[int]:
    """The positions of the records that have a vector in a column."""
    statement = select(Vector.position).filter_by(entity_id=entity_id, column=column)
    return set(session.scalars(statement))


def scan(
    session: Session, entity_id: int, after: int = 0, holding: Iterable[str] = ()
) -> Iterator[Stored]:
    """The records of an entity in the order of their insertion, those after a position only.

    The rows are fetched as they are consumed. Some in which one of the texts of ``holding`` stands
    nowhere are left out: they need not be parsed.
    """
    texts = [func.instr(_BODY, dumps(text)) > 0 for text in holding if _has_one_spelling(text)]
    return _select(session, Record.entity_id == entity_id, Record.position > after, *texts)


def encode_vector(vector: Sequence[float]) -> bytes:
    """A vector as the store keeps it."""
    return np.asarray(vector, WIRE).tobytes()


@dataclass(frozen=True)
class PageState:
    """Where the next page begins: after a position, with as many documents as the limit left."""

    after: int = 0
    remaining: int | None = None

    def encode(self) -> str:
        """The opaque ``nextPageState``."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()

    @classmethod
    def decode(cls, state: str | None) -> PageState:
        """A client's ``pageState``; the first page without one.

        Raises UNEXPECTED_SERVER_ERROR for any other text, as the real server (contract
        data-api.md, section 6).
        """
        if not state:
            return cls()
        try:
            told = json.loads(base64.urlsafe_b64decode(state))
            remaining = told["remaining"]
            return cls(int(told["after"]), None if remaining is None else int(remaining))
        except (ValueError, KeyError, TypeError, binascii.Error):
            raise unexpected_failure("The pageState cannot be decoded.") from None


def _has_one_spelling(text: str) -> bool:
    """JSON may escape anything else in more than one way."""
    return text.isascii() and text.isprintable()


def _select(session: Session, *conditions: ColumnElement[bool]) -> Iterator[Stored]:
    statement = (
        select(Record.position, Record.key, Record.body)
        .where(*conditions)
        .order_by(Record.position)
        .execution_options(yield_per=CHUNK)
    )
    return (Stored(position, key, body) for position, key, body in session.execute(statement))


def _insert_vectors(session: Session, entity_id: int, vectors: Mapping[int, Vectors]) -> None:
    rows = [
        {
            "position": position,
            "column": column,
            "entity_id": entity_id,
            "value": encode_vector(vector),
        }
        for position, columns in vectors.items()
        for column, vector in columns.items()
    ]
    if rows:
        session.execute(insert(Vector), rows)


def _chunks(values: Sequence[object]) -> Iterator[list[object]]:
    remaining = iter(values)
    while some := list(islice(remaining, CHUNK)):
        yield some
