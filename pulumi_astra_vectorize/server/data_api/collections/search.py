"""Finds the documents that a command's filter and sort mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from sqlalchemy.orm import Session

from pulumi_astra_vectorize.server.data_api.collections.collection import VECTOR, Collection
from pulumi_astra_vectorize.server.data_api.collections.filter_parsing import (
    VECTOR_FIELDS,
    parse_filter,
)
from pulumi_astra_vectorize.server.data_api.collections.filters import (
    DocumentFilter,
    id_keys,
    is_single,
    mentions,
    texts_held,
)
from pulumi_astra_vectorize.server.data_api.collections.sorts import (
    FieldSort,
    Sort,
    TextSort,
    VectorSort,
    parse_sort,
)
from pulumi_astra_vectorize.server.data_api.nearest import Filter, nearest_records
from pulumi_astra_vectorize.server.data_api.paging import few_enough_to_sort
from pulumi_astra_vectorize.server.data_api.records import (
    Stored,
    positions_of,
    positions_with,
    records_with_keys,
    scan,
)
from pulumi_astra_vectorize.server.vector_rows import Narrowing

NEAREST_DOCUMENTS: Final = 1000
"""How many documents a vector sort finds at most."""


@dataclass(frozen=True)
class Query:
    """What a command looks for, with the text of its sort already turned into a vector."""

    collection: Collection
    filter: DocumentFilter
    sort: FieldSort | VectorSort | None


@dataclass(frozen=True)
class Hit:
    """A document found; ``similarity`` after a vector sort only."""

    record: Stored
    similarity: float | None = None


def prepare_query(collection: Collection, filter_clause: object, sort_clause: object) -> Query:
    """Checks filter and sort, and embeds the sort's text: no transaction may be open."""
    parsed = parse_filter(filter_clause, collection.indexing)
    sort = _with_vector(collection, parse_sort(sort_clause, collection.indexing))
    if isinstance(sort, VectorSort):
        collection.require_vectors()
        collection.check_vector(sort.vector)
    return Query(collection, parsed, sort)


def find_hits(
    session: Session, query: Query, limit: int, skip: int = 0, after: int = 0
) -> list[Hit]:
    """The first documents that a query means, in its order.

    ``after``: unsorted, only those after that position.
    """
    if isinstance(query.sort, VectorSort):
        return _nearest(session, query, query.sort, limit + skip)[skip:]
    if query.sort is None:
        return [Hit(it) for it in islice(matching(session, query, after), skip, skip + limit)]
    found = few_enough_to_sort(matching(session, query))
    return [Hit(it) for it in query.sort.arrange(found)[skip : skip + limit]]


def matching(session: Session, query: Query, after: int = 0) -> Iterator[Stored]:
    """The documents that the filter matches, in the order of insertion, after a position only.

    An equality on ``_id`` reads these documents alone, one with another text those that have it
    somewhere; any other filter reads all.
    """
    keys = id_keys(query.filter)
    if keys is None:
        candidates = scan(session, query.collection.id, after, texts_held(query.filter))
    else:
        found = records_with_keys(session, query.collection.id, keys)
        candidates = (record for record in found if record.position > after)
    if not query.filter.members:
        return candidates
    return _matching(session, query, candidates)


def _matching(session: Session, query: Query, candidates: Iterator[Stored]) -> Iterator[Stored]:
    matches = query.filter.field_tests().matches
    with_vector: set[int] = set()
    if mentions(query.filter, VECTOR):
        with_vector = positions_with(session, query.collection.id, VECTOR)
    for record in candidates:
        marked = {VECTOR: True} if record.position in with_vector else {}
        if matches(record.body | marked if marked else record.body):
            yield record


def _nearest(session: Session, query: Query, sort: VectorSort, limit: int) -> list[Hit]:
    collection = query.collection

    def nearest_of(allowed: Narrowing | None) -> list[tuple[int, float]]:
        most = min(limit, NEAREST_DOCUMENTS)
        return collection.call.server.vectors.search(
            collection.id, VECTOR, sort.vector, collection.metric, most, allowed
        )

    found = nearest_records(session, nearest_of, _filter(session, query))
    return [Hit(record, similarity) for record, similarity in found]


def _filter(session: Session, query: Query) -> Filter | None:
    expression = query.filter
    if not expression.members:
        return None
    keys = id_keys(expression)
    if keys is not None and is_single(expression):
        return Filter(lambda: positions_of(session, query.collection.id, keys).values())
    tests = None
    if keys is None and not mentions(expression, *VECTOR_FIELDS):
        tests = expression.field_tests()
    return Filter(lambda: [record.position for record in matching(session, query)], tests)


def _with_vector(collection: Collection, sort: Sort) -> FieldSort | VectorSort | None:
    if not isinstance(sort, TextSort):
        return sort
    (vector,) = collection.embed([sort.text])
    return VectorSort(vector)
