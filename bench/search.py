"""How much longer a search takes than a scan of the same vectors in memory.

The floor is numpy's product of all (or the kept) vectors with the query and the choice of the best
ten, in this process. A search also crosses HTTP and the Data API's checks: the cheapest command
that the same server takes, ``findKeyspaces``, is added to the floor. Each ratio is given without
that addition, too: a scan of 1,000 vectors is shorter than any request. What embedding a question
costs is left out by asking with vectors; for one size it is also measured by text, less the time
of the same text at the server's embedding endpoint.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np

from bench.figures import Figure
from bench.served_collection import (
    DATABASE,
    MODEL,
    SECRET,
    Collection,
    Document,
    Floats,
    created,
    on_the_wire,
    posted,
    unit_vectors,
)
from pulumi_astra_vectorize.testing.server import RunningServer, running_server

SIZES = (1_000, 10_000, 100_000)
SIZE_BY_TEXT = 10_000
BEST = 10
QUERIES = 20
ROUNDS = 5

AT_MOST = 2.0

ROWS_AT_ONCE = 512

Action = Callable[[Floats], object]


@dataclass(frozen=True)
class Kind:
    """Searches with one filter: what it is called, its clause, and the rows that it keeps."""

    name: str
    clause: dict[str, Any] | None
    rows: range | list[int]


def figures() -> Iterator[Figure]:
    """Searches by vector in collections of each size with each filter; by text in one."""
    with running_server("library") as server:
        for size in SIZES:
            with created(server, f"of_{size}") as collection:
                vectors = unit_vectors(size, seed=size)
                collection.insert([_document(number, it) for number, it in enumerate(vectors)])
                for kind in _kinds(size):
                    yield from _measured(server, collection, vectors, kind)
                if size == SIZE_BY_TEXT:
                    yield _measured_by_text(server, collection, vectors)


def _document(number: int, vector: Floats) -> Document:
    return {
        "_id": number,
        "parity": ("even", "odd")[number % 2],
        "shelf": {"number": number % 100},
        "number": number,
        "$vector": on_the_wire(vector),
    }


def _kinds(size: int) -> list[Kind]:
    some = list(range(0, size, size // 50))
    return [
        Kind("no filter", None, range(size)),
        Kind("50 % kept", {"parity": "even"}, range(0, size, 2)),
        Kind("50 % kept by a range", {"number": {"$lt": size // 2}}, range(size // 2)),
        Kind("1 % kept", {"shelf.number": 7}, range(7, size, 100)),
        Kind("50 ids", {"_id": {"$in": some}}, some),
    ]


def _measured(
    server: RunningServer, collection: Collection, vectors: Floats, kind: Kind
) -> Iterator[Figure]:
    kept = np.ascontiguousarray(vectors[kind.rows])
    queries = unit_vectors(QUERIES, seed=1)
    name = f"{len(vectors):,} documents, {kind.name}"
    recall = statistics.mean(
        _recall(_search(collection, query, kind.clause), kept, kind.rows, query)
        for query in queries
    )
    yield Figure(f"recall, {name}", recall, "", at_least=1.0)
    search, request, *scans = _milliseconds(
        queries,
        lambda query: _search(collection, query, kind.clause),
        lambda _: _ask_least(server, collection),
        *_scans(kept),
    )
    scan = min(scans)
    behind = f"search {search:.2f} ms, scan {scan:.2f} ms, request {request:.2f} ms"
    ratio = search / (scan + request)
    yield Figure(f"search, {name}, to scan and request", ratio, "x", AT_MOST, behind=behind)
    yield Figure(f"search, {name}, to the scan alone", search / scan, "x", AT_MOST)


def _measured_by_text(server: RunningServer, collection: Collection, vectors: Floats) -> Figure:
    headers = {"Authorization": f"Bearer {SECRET}"}
    path = f"/hf-inference/models/{MODEL}/pipeline/feature-extraction"
    queries = unit_vectors(QUERIES, seed=1)
    texts = {
        query.tobytes(): f"Which book has the number {row}?" for row, query in enumerate(queries)
    }

    def search_text(query: Floats) -> object:
        sort = {"$vectorize": texts[query.tobytes()]}
        return collection.post("find", sort=sort, options={"limit": BEST})

    with httpx.Client(base_url=server.url, headers=headers, timeout=60) as http:
        search, embedding, request, *scans = _milliseconds(
            queries,
            search_text,
            lambda query: http.post(path, json={"inputs": [texts[query.tobytes()]]}),
            lambda _: _ask_least(server, collection),
            *_scans(vectors),
        )
    scan = min(scans)
    behind = (
        f"search {search:.2f} ms, embedding {embedding:.2f} ms, "
        f"scan {scan:.2f} ms, request {request:.2f} ms"
    )
    name = f"search by text beyond embedding, {len(vectors):,} documents, to scan and request"
    ratio = (search - embedding) / (scan + request)
    return Figure(name, ratio, "x", AT_MOST, behind=behind)


def _search(collection: Collection, query: Floats, clause: dict[str, Any] | None) -> list[int]:
    members = {} if clause is None else {"filter": clause}
    reply = collection.post(
        "find", sort={"$vector": on_the_wire(query)}, options={"limit": BEST}, **members
    )
    return [document["_id"] for document in reply["data"]["documents"]]


def _ask_least(server: RunningServer, collection: Collection) -> object:
    return posted(collection.http, f"{server.databases[DATABASE].url}/v1", {"findKeyspaces": {}})


def _scans(vectors: Floats) -> list[Action]:
    """Two ways, of which the quicker one counts: one product, or parts that a thread takes each."""
    return [
        lambda query: _best(vectors @ query),
        lambda query: _best(_scores_in_parts(vectors, query)),
    ]


def _scores_in_parts(vectors: Floats, query: Floats) -> Floats:
    scores: Floats = np.empty(len(vectors), np.float32)
    for start in range(0, len(vectors), ROWS_AT_ONCE):
        some = slice(start, start + ROWS_AT_ONCE)
        np.dot(vectors[some], query, out=scores[some])
    return scores


def _best(scores: Floats) -> object:
    count = min(BEST, len(scores))
    best = np.argpartition(-scores, count - 1)[:count]
    return best[np.argsort(-scores[best])]


def _recall(found: list[int], kept: Floats, rows: Sequence[int], query: Floats) -> float:
    similarities = kept.astype(np.float64) @ query.astype(np.float64)
    nearest = {rows[row] for row in np.argsort(-similarities)[:BEST]}
    return len(nearest.intersection(found)) / len(nearest)


def _milliseconds(queries: Floats, *actions: Action) -> list[float]:
    """The quickest of each action's times: what a busy machine adds belongs to none of them.

    They take turns, so that a busy moment hits all.
    """
    times: list[list[float]] = [[] for _ in actions]
    for _ in range(ROUNDS):
        for query in queries:
            for action, measured in zip(actions, times, strict=True):
                started = time.perf_counter()
                action(query)
                measured.append((time.perf_counter() - started) * 1000)
    return [min(measured) for measured in times]
