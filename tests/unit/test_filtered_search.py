"""A search with a filter finds what a look at every document finds."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, update

from pulumi_astra_vectorize.server import dot_products
from pulumi_astra_vectorize.server.data_api.collections.filter_parsing import parse_filter
from pulumi_astra_vectorize.server.data_api.collections.indexing import Indexing
from pulumi_astra_vectorize.server.field_values import FEW, Field, FieldTest, FieldTests
from pulumi_astra_vectorize.server.store.schema import Record, Vector
from pulumi_astra_vectorize.server.store.store import Store
from pulumi_astra_vectorize.server.vector_rows import FIELDS_KEPT, WIRE, Rows
from pulumi_astra_vectorize.server.vectors import VectorCache
from tests.unit.failing_store import unreadable

Document = dict[str, Any]

UUID = "6f1c9a3e-0000-4000-8000-00000000abcd"
LARGE = 2**53
"""From here on a float no longer tells whole numbers apart."""

NUMBERS = [0, 1, 2, 2.0, 2.5, -1, LARGE, LARGE + 1, float(LARGE), 10**400]
OTHERS = [True, False, "a", "b", "2", UUID, {"$uuid": UUID}, {"$date": 1}, {"$date": 2}]
SINGLE = st.sampled_from([*NUMBERS, *OTHERS, None])
VALUES = SINGLE | st.lists(SINGLE, max_size=3) | st.dictionaries(st.just("c"), SINGLE, max_size=1)
DOCUMENTS = st.dictionaries(st.sampled_from(["a", "b"]), VALUES)
PATHS = st.sampled_from(["a", "b", "a.c", "b.0"])
COMPARABLE = st.sampled_from([*NUMBERS, *OTHERS])
OPERATIONS = st.one_of(
    st.tuples(st.sampled_from(["$eq", "$ne"]), SINGLE),
    st.tuples(st.sampled_from(["$in", "$nin"]), st.lists(SINGLE, max_size=3)),
    st.tuples(st.sampled_from(["$gt", "$gte", "$lt", "$lte"]), COMPARABLE),
    st.tuples(st.just("$all"), st.lists(SINGLE, min_size=1, max_size=2)),
    st.tuples(st.just("$size"), st.integers(0, 3)),
    st.tuples(st.just("$exists"), st.booleans()),
)
CONDITIONS = st.builds(lambda path, operation: {path: dict([operation])}, PATHS, OPERATIONS)
FILTERS = st.recursive(
    CONDITIONS,
    lambda some: (
        st.builds(lambda members: {"$and": members}, st.lists(some, max_size=3))
        | st.builds(lambda members: {"$or": members}, st.lists(some, max_size=3))
        | st.builds(lambda member: {"$not": member}, some)
    ),
    max_leaves=5,
)


def encoded(number: int) -> bytes:
    """A vector that is the nearer to (1, 0) the smaller the number is."""
    return np.array([1, number], WIRE).tobytes()


def searched(rows: Rows, tests: FieldTest | FieldTests) -> list[int]:
    return [position for position, _ in rows.search(np.array([1.0, 0]), "cosine", 5, tests)]


@given(
    st.lists(st.tuples(st.integers(0, 9), DOCUMENTS | st.none()), max_size=25),
    FILTERS,
    st.sets(st.integers(0, 24), max_size=3),
)
def test_equals_a_look_at_every_document(
    steps: list[tuple[int, Document | None]], clause: Document, gatherings: set[int]
) -> None:
    """The nearest that match, whatever was added, replaced, removed (None) or gathered before."""
    tests = parse_filter(clause, Indexing()).field_tests()
    rows, kept = Rows(), dict[int, Document]()
    for step, (position, document) in enumerate(steps):
        if step in gatherings:
            rows.gather()
        if document is None:
            rows.remove([position])
            kept.pop(position, None)
        else:
            rows.put({position: encoded(position)})
            rows.put_fields({position: document}, tests.fields())
            kept[position] = document

    expected = sorted(position for position, it in kept.items() if tests.matches(it))[:5]
    assert searched(rows, tests) == expected


@pytest.mark.parametrize("operator", ["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in"])
@pytest.mark.parametrize("operand", [*NUMBERS, *OTHERS])
def test_every_kind_of_value_is_compared_as_in_a_document(operator: str, operand: object) -> None:
    """Also numbers that a float rounds, and texts that stand for something else."""
    documents: list[Document] = [{"a": value} for value in [*NUMBERS, *OTHERS, None, [2], ["a"]]]
    clause = {"a": {operator: [operand, "a"] if operator == "$in" else operand}}
    tests = parse_filter(clause, Indexing()).field_tests()
    rows = Rows()
    rows.put({position: encoded(position) for position in range(len(documents))})
    rows.put_fields(dict(enumerate(documents)), tests.fields())

    found = rows.search(np.array([1.0, 0]), "cosine", len(documents), tests)

    expected = [position for position, document in enumerate(documents) if tests.matches(document)]
    assert [position for position, _ in found] == expected


@pytest.mark.parametrize(
    "kept",
    [
        range(1, 5000, 2),
        range(1, 5000, 100),
        range(2000),
        range(3500, 5000),
        [*range(0, 3000, 2), *range(3100, 5000, 400)],
        [4999],
        [],
    ],
    ids=["half", "few", "first", "last", "crowded and scattered", "one", "none"],
)
@pytest.mark.parametrize("gathered", [False, True])
def test_wide_and_narrow_filters_are_exact(
    kept: Sequence[int], *, gathered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scoring all rows of a part, or a copy of some, gives the same: the best that match.

    So do rows that were brought together, and several threads.
    """
    monkeypatch.setattr(dot_products, "NUMBERS_AT_ONCE", 6400)
    monkeypatch.setattr(dot_products, "THREADS", 3)
    vectors = np.random.default_rng(4).normal(size=(5000, 64)).astype(WIRE)
    kind = Field(("kept",), lambda body: body.get("kept"))
    rows = Rows()
    rows.put({position: vector.tobytes() for position, vector in enumerate(vectors)})
    matching = set(kept)
    rows.put_fields({it: {"kept": it in matching} for it in range(5000)}, [kind])
    if gathered:
        rows.gather()
    query = np.random.default_rng(5).normal(size=64)

    found = rows.search(query, "dot_product", 10, FieldTest(kind, lambda value: value is True))

    best = sorted(kept, key=lambda position: -float(vectors[position] @ query))[:10]
    assert [position for position, _ in found] == best


def test_no_thread_reads_on_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next one to have the rows moves them, and frees what they took."""
    monkeypatch.setattr(dot_products, "NUMBERS_AT_ONCE", 1)
    monkeypatch.setattr(dot_products, "THREADS", 2)
    begun, reading = threading.Event(), set[int]()

    def dot(*_terms: object, **_out: object) -> None:
        if threading.current_thread() is threading.main_thread():
            begun.wait(10)
            raise MemoryError
        reading.add(0)
        begun.set()
        time.sleep(0.01)
        reading.discard(0)

    monkeypatch.setattr(np, "dot", dot)
    matrix, query = np.ones((20, 2), np.float32), np.ones(2, np.float32)
    with pytest.raises(MemoryError):
        dot_products.dot_products(matrix, query, np.arange(20))
    assert reading == set()


def test_rows_of_one_value_lie_side_by_side() -> None:
    """Of fields with few values: one of many would only tear those apart."""
    kind = Field(("k",), lambda body: body.get("k"))
    number = Field(("n",), lambda body: body.get("n"))
    rows = Rows()
    rows.put({position: encoded(position) for position in range(100)})
    bodies = {it: {"k": "even" if it % 2 == 0 else "odd", "n": it} for it in range(100)}
    rows.put_fields(bodies, [number, kind])

    rows.gather()

    flags = rows.fields[kind].passing(FieldTest(kind, lambda value: value == "even"))[:100]
    assert np.flatnonzero(np.diff(flags)).tolist() == [49]


def test_memory_for_fields_is_bounded() -> None:
    """Of many filters the last ones' fields are held, and no values that all documents lost."""
    rows = Rows()
    rows.put({1: encoded(1)})
    fields = [Field((str(number),), lambda body: body.get("n")) for number in range(40)]
    for field in fields:
        rows.forget_fields([field])
        rows.put_fields({1: {"n": 0}}, [field])
    assert list(rows.fields) == fields[-FIELDS_KEPT:]

    for number in range(2000):
        rows.put_fields({1: {"n": number}}, fields[-1:])
    rows.forget_fields(fields[-1:])
    assert fields[-1] not in rows.fields


@pytest.fixture
def documents(store: Store) -> Store:
    """The same with three documents, of which 2 and 3 have the kind "b"."""
    with store.write() as session:
        for position, kind in ((1, "a"), (2, "b"), (3, "b")):
            record = {"position": position, "entity_id": 1}
            session.add(Record(key=str(position), body={"kind": kind}, **record))
            session.flush()
            session.add(Vector(column="$vector", value=encoded(position), **record))
    return store


def test_changed_fields_are_seen(documents: Store) -> None:
    """The fields are read from the store when first asked for, and again when they change."""
    cache = VectorCache(documents)
    tests = parse_filter({"kind": "b"}, Indexing()).field_tests()

    def found() -> list[int]:
        return [it for it, _ in cache.search(1, "$vector", [1.0, 0.0], "cosine", 5, tests)]

    assert found() == [2, 3]
    with documents.write() as session:
        session.execute(update(Record).where(Record.position == 2).values(body={"kind": "a"}))
        session.execute(update(Record).where(Record.position == 1).values(body={"kind": "b"}))
    cache.put(1, "$vector", [1, 2])
    assert found() == [1, 3]


def test_documents_are_gone_before_a_filter_asks_for_their_fields(documents: Store) -> None:
    """A first filter while another caller deletes everything finds nothing, and is no error."""
    cache = VectorCache(documents)
    assert cache.search(1, "$vector", [1.0, 0.0], "cosine", 5)
    with documents.write() as session:
        session.execute(delete(Record))

    tests = parse_filter({"kind": "b"}, Indexing()).field_tests()
    assert cache.search(1, "$vector", [1.0, 0.0], "cosine", 5, tests) == []


def test_a_field_that_could_not_be_read_is_read_anew(documents: Store) -> None:
    """A search that the store fails leaves no field behind that seems to be nowhere."""
    cache = VectorCache(documents)
    tests = parse_filter({"kind": "b"}, Indexing()).field_tests()
    assert cache.search(1, "$vector", [1.0, 0.0], "cosine", 5)

    with unreadable(documents):
        cache.search(1, "$vector", [1.0, 0.0], "cosine", 5, tests)

    assert [it for it, _ in cache.search(1, "$vector", [1.0, 0.0], "cosine", 5, tests)] == [2, 3]


def test_a_field_whose_values_are_gone_is_given_up(documents: Store) -> None:
    """Its values change with every write, and no filter asks for it any more."""
    cache = VectorCache(documents)
    read: list[object] = []

    def kind(body: Document) -> object:
        read.append(body["kind"] if body else None)
        return read[-1]

    tests = FieldTest(Field(("kind",), kind), lambda value: value == "b")
    assert cache.search(1, "$vector", [1.0, 0.0], "cosine", 1, tests)[0][0] == 2
    for number in range(FEW + 20):
        with documents.write() as session:
            changed = {"kind": number}
            session.execute(update(Record).where(Record.position == 1).values(body=changed))
        cache.put(1, "$vector", [1])
        cache.search(1, "$vector", [1.0, 0.0], "cosine", 1)

    assert FEW - 1 in read
    assert FEW + 19 not in read
    assert cache.search(1, "$vector", [1.0, 0.0], "cosine", 1, tests)[0][0] == 2
    assert FEW + 19 in read
