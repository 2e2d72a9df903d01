"""Exact vector search, checked against a search that looks at every vector by itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import delete

from pulumi_astra_vectorize.server.store.schema import Record, Vector
from pulumi_astra_vectorize.server.store.store import Store
from pulumi_astra_vectorize.server.vector_rows import WIRE, Rows, shortest
from pulumi_astra_vectorize.server.vectors import MOST_TOUCHED, VectorCache
from tests.unit.failing_store import unreadable

METRICS = ("cosine", "dot_product", "euclidean")
NUMBERS = st.one_of(
    st.just(0.0), st.floats(0.0625, 1024, width=32), st.floats(-1024, -0.0625, width=32)
)
VECTORS = st.lists(NUMBERS, min_size=3, max_size=3)


def encoded(vector: list[float]) -> bytes:
    return np.array(vector, WIRE).tobytes()


def similarity(one: list[float], other: list[float], metric: str) -> float:
    """Cassandra's definition, in plain Python."""
    dot = math.fsum(a * b for a, b in zip(one, other, strict=True))
    if metric == "euclidean":
        return 1 / (1 + math.dist(one, other) ** 2)
    if metric == "cosine":
        lengths = math.hypot(*one) * math.hypot(*other)
        return (1 + (dot / lengths if lengths else 0)) / 2
    return (1 + dot) / 2


class TestRows:
    """One column in memory."""

    @pytest.mark.parametrize(
        ("metric", "expected"),
        [("cosine", [1.0, 0.5, 0.0]), ("dot_product", [1.5, 0.5, -0.5]), ("euclidean", [0.5])],
    )
    def test_similarities_are_those_of_cassandra(self, metric: str, expected: list[float]) -> None:
        """(1+cos)/2, (1+dot)/2 and 1/(1+d^2) for a parallel, an orthogonal, an opposite vector."""
        rows = Rows()
        rows.put({1: encoded([2, 0]), 2: encoded([0, 2]), 3: encoded([-2, 0])})

        found = rows.search(np.array([1.0, 0.0]), metric, len(expected), None)

        assert [similarity for _, similarity in found] == pytest.approx(expected)

    @given(
        st.lists(VECTORS, min_size=1, max_size=30),
        VECTORS,
        st.sampled_from(METRICS),
        st.integers(1, 35),
    )
    @example([[1, 1, 1]] * 9, [1, 2, 3], "cosine", 4)
    def test_finds_what_a_look_at_every_vector_finds(
        self, vectors: list[list[float]], query: list[float], metric: str, limit: int
    ) -> None:
        """The similarities of the best are those of a brute-force search, in falling order."""
        rows = Rows()
        rows.put({position: encoded(vector) for position, vector in enumerate(vectors)})

        found = rows.search(np.array(query), metric, limit, None)

        best = sorted((similarity(each, query, metric) for each in vectors), reverse=True)[:limit]
        assert [similarity for _, similarity in found] == pytest.approx(best, rel=1e-6, abs=1e-9)
        for position, score in found:
            assert score == pytest.approx(similarity(vectors[position], query, metric), rel=1e-6)

    @pytest.mark.parametrize("metric", METRICS)
    def test_equal_vectors_come_in_the_order_of_their_positions(self, metric: str) -> None:
        """A tie is broken by position, whatever the order in which rows were added or moved."""
        vector = np.random.default_rng(1).normal(size=384)
        rows = Rows()
        rows.put({position: encoded(list(vector)) for position in (9, 3, 700, 5, 1, 4, 8)})
        rows.remove([3, 9])

        found = rows.search(vector, metric, 3, None)

        assert [position for position, _ in found] == [1, 4, 5]

    @given(st.lists(st.tuples(st.integers(0, 12), st.booleans(), VECTORS), max_size=60))
    def test_holds_what_a_dictionary_holds(
        self, steps: list[tuple[int, bool, list[float]]]
    ) -> None:
        """Any order of adding, replacing and removing leaves the same vectors as in a dict."""
        rows, expected = Rows(), dict[int, list[float]]()
        for position, removes, vector in steps:
            if removes:
                rows.remove([position])
                expected.pop(position, None)
            else:
                rows.put({position: encoded(vector)})
                expected[position] = vector

        assert len(rows) == len(expected)
        for position in range(13):
            query = np.array(expected.get(position, [0.0] * 3), np.float32).astype(np.float64)
            there = [(position, 1.0)] if position in expected else []
            assert rows.search(query, "euclidean", 1, [position]) == there

    @given(st.sets(st.integers(0, 19), max_size=20), st.sampled_from(METRICS))
    def test_only_allowed_positions_are_found(self, allowed: set[int], metric: str) -> None:
        """A filter narrows the search; positions without a vector do not matter."""
        vectors = np.random.default_rng(2).normal(size=(15, 4))
        rows = Rows()
        rows.put({position: encoded(list(vector)) for position, vector in enumerate(vectors)})

        found = rows.search(vectors[0], metric, 20, allowed)

        assert {position for position, _ in found} == {each for each in allowed if each < 15}

    def test_large_column_is_searched_exactly(self) -> None:
        """The fast, rough pass over many vectors drops none of the best."""
        random = np.random.default_rng(3)
        vectors = random.normal(size=(5000, 64)).astype(np.float32)
        rows = Rows()
        rows.put({position: vector.tobytes() for position, vector in enumerate(vectors)})
        query = random.normal(size=64)

        found = rows.search(query, "cosine", 10, None)

        cosines = vectors @ query / np.linalg.norm(vectors, axis=1)
        assert [position for position, _ in found] == np.argsort(-cosines)[:10].tolist()

    @pytest.mark.parametrize("metric", METRICS)
    def test_numbers_at_the_edge_of_float32_do_no_harm(self, metric: str) -> None:
        """Products that float32 cannot hold are still ordered rightly."""
        rows = Rows()
        rows.put({1: encoded([-1e38, 0]), 2: encoded([1e38, 0]), 3: encoded([0, 1e38])})

        found = rows.search(np.array([1e38, 0.0]), metric, 1, None)

        assert found[0][0] == 2
        assert np.isfinite(found[0][1])

    def test_empty_column_has_nothing_near(self) -> None:
        """A search before the first insert answers with nothing."""
        assert Rows().search(np.array([1.0]), "cosine", 5, None) == []


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), max_size=8))
@example([0.1, 1 / 3, 16777216.0, 1e-45, 3.4028234663852886e38, -0.0])
@example([3e38, -3e38, 1.5e-30, 1e20, 9.999999e22, 1e28, 1e-12, 1e-15, 7e-40])
def test_shortest_numbers_mean_the_same_float32(numbers: list[float]) -> None:
    """Nothing is lost, and every number is the shortest form that numpy has for the float32."""
    vector = np.array(numbers, np.float32)

    short = shortest(vector)

    assert short.astype(np.float32).tolist() == vector.tolist()
    assert short.tolist() == [float(str(original)) for original in vector]


def keep(store: Store, position: int, vector: list[float], column: str = "$vector") -> None:
    """Writes a record with a vector, as an insert does."""
    with store.write() as session:
        session.merge(Record(position=position, entity_id=1, key=str(position), body={}))
        session.flush()
        session.merge(Vector(position=position, column=column, entity_id=1, value=encoded(vector)))


def drop(store: Store, position: int) -> None:
    """Removes a record with its vectors, as a delete does."""
    with store.write() as session:
        session.execute(delete(Record).where(Record.position == position))


def found(cache: VectorCache, column: str = "$vector") -> list[int]:
    return [position for position, _ in cache.search(1, column, [1.0, 0.0], "cosine", 10)]


class TestVectorCache:
    """The columns of a store."""

    def test_reads_a_column_from_the_store_when_it_is_first_searched(self, store: Store) -> None:
        """A server that was started anew finds what was stored before."""
        keep(store, 1, [0, 1])
        keep(store, 2, [1, 0])
        keep(store, 3, [1, 0], column="other")

        assert found(VectorCache(store)) == [2, 1]

    def test_sees_new_replaced_and_removed_vectors(self, store: Store) -> None:
        """What writers report is what the next search sees."""
        cache = VectorCache(store)
        keep(store, 1, [0, 1])
        assert found(cache) == [1]

        keep(store, 2, [1, 0])
        cache.put(1, "$vector", {2: [1, 0]})
        assert found(cache) == [2, 1]

        keep(store, 2, [-1, 0])
        cache.put(1, "$vector", [2])
        assert found(cache) == [1, 2]

        drop(store, 1)
        cache.remove(1, [1])
        assert found(cache) == [2]

    def test_late_report_of_a_removal_does_not_hide_a_successor(self, store: Store) -> None:
        """sqlite gives a freed position to the next record: reports may then come in any order."""
        cache = VectorCache(store)
        keep(store, 1, [1, 0])
        assert found(cache) == [1]

        drop(store, 1)
        keep(store, 1, [0, 1])
        cache.put(1, "$vector", [1])
        cache.remove(1, [1])

        assert cache.search(1, "$vector", [0.0, 1.0], "euclidean", 5) == [(1, 1.0)]

    def test_what_could_not_be_read_is_read_anew(self, store: Store) -> None:
        """A search that the store fails is answered with an error, and the next one is right."""
        cache = VectorCache(store)
        keep(store, 1, [1, 0])
        assert found(cache) == [1]
        keep(store, 2, [0, 1])
        cache.put(1, "$vector", [2])

        with unreadable(store):
            found(cache)

        assert found(cache) == [1, 2]

    def test_removal_from_one_column_leaves_the_others(self, store: Store) -> None:
        """An unset vector column is not an unset row."""
        cache = VectorCache(store)
        for column in ("a", "b"):
            keep(store, 1, [1, 0], column)
            assert found(cache, column) == [1]
        with store.write() as session:
            session.execute(delete(Vector).where(Vector.column == "a"))

        cache.remove(1, [1], column="a")

        assert (found(cache, "a"), found(cache, "b")) == ([], [1])

    def test_forgotten_column_may_return_with_another_dimension(self, store: Store) -> None:
        """A dropped column's memory does not disturb a new column of the same name."""
        cache = VectorCache(store)
        keep(store, 1, [1, 0])
        assert found(cache) == [1]
        drop(store, 1)
        cache.forget(1)

        keep(store, 2, [1, 0, 0])

        assert cache.search(1, "$vector", [1.0, 0.0, 0.0], "euclidean", 5) == [(2, 1.0)]

    def test_thousands_of_reports_are_read_in_batches(self, store: Store) -> None:
        """A load of many documents between two searches is seen completely."""
        cache = VectorCache(store)
        assert found(cache) == []
        with store.write() as session:
            positions = range(1, 2502)
            session.add_all(Record(position=p, entity_id=1, key=str(p), body={}) for p in positions)
            session.flush()
            session.add_all(
                Vector(position=p, column="$vector", entity_id=1, value=encoded([p, 1]))
                for p in positions
            )

        cache.put(1, "$vector", positions)

        nearest = cache.search(1, "$vector", [1.0, 0.0], "dot_product", 5000)
        assert (len(nearest), nearest[0][0]) == (2501, 2501)

    def test_writes_without_searches_are_not_noted_for_ever(self, store: Store) -> None:
        """After too many reports the column is read anew, whole and right."""
        cache = VectorCache(store)
        keep(store, 1, [1, 0])
        assert found(cache) == [1]
        keep(store, 2, [0, 1])

        for start in range(0, 2 * MOST_TOUCHED, MOST_TOUCHED // 2):
            cache.put(1, "$vector", range(start, start + MOST_TOUCHED // 2))

        assert found(cache) == [1, 2]
