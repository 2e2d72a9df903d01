"""Many clients at once, and readers beside a writer.

32 clients do a mix of everything, and one client does as many operations alone: together they are
at least as fast, and none is refused. A reader then reads alone and beside a writer that inserts
without a pause. With texts an insert is mostly embedding: a read that ever waited for a whole
insert would take as long.
"""

from __future__ import annotations

import json
import statistics
import threading
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import httpx

from bench.figures import Figure
from bench.mixed_load import MixedClient
from bench.served_collection import (
    DOCUMENTS_A_COMMAND,
    Collection,
    Document,
    connected,
    created,
    on_the_wire,
    unit_vectors,
)
from pulumi_astra_vectorize.testing.server import RunningServer, running_server

CLIENTS = 32
OPERATIONS = 1280
ROUNDS = 3
READS = 300
STORED = 2_000
NOTES = "notes"

SHARE_OF_AN_INSERT = 0.5
"""A read may take this share of an insert: less than waiting for one, more than sharing a CPU.
If reads waited for inserts it would be more than one in a hundred."""


def figures() -> Iterator[Figure]:
    """The mix by one client and by 32; reads alone and beside a writer."""
    with running_server("library") as server, created(server, NOTES) as collection:
        vectors = unit_vectors(STORED, seed=3)
        collection.insert(
            [
                {"_id": f"d{number}", "shelf": number % 10, "$vector": on_the_wire(vector)}
                for number, vector in enumerate(vectors)
            ]
        )
        yield from _mixed(server)
        yield from _reads_beside_a_writer(server, collection)


def _mixed(server: RunningServer) -> Iterator[Figure]:
    errors: list[str] = []
    rates: dict[int, list[float]] = {1: [], CLIENTS: []}
    for number in range(ROUNDS):
        for clients, measured in rates.items():
            measured.append(_rate(server, clients, f"r{number}c{clients}", errors))
    alone, together = max(rates[1]), max(rates[CLIENTS])
    behind = f"{together:.0f} and {alone:.0f} operations a second"
    name = f"mixed operations, {CLIENTS} clients to one"
    yield Figure(name, together / alone, "x", at_least=1.0, behind=behind)
    done = 2 * ROUNDS * OPERATIONS
    behind = "; ".join(sorted(set(errors))[:3])
    yield Figure(f"errors in {done:,} mixed operations", len(errors), "", 0, behind=behind)


def _rate(server: RunningServer, clients: int, name: str, errors: list[str]) -> float:
    """Operations a second; what went wrong is added to ``errors``."""

    def work(client: MixedClient) -> None:
        try:
            client.take_turns(OPERATIONS // clients)
        except (RuntimeError, httpx.HTTPError) as problem:
            errors.append(f"{type(problem).__name__}: {problem}")

    with ExitStack() as connections, ThreadPoolExecutor(clients) as pool:
        every = [
            MixedClient(connections.enter_context(connected(server, NOTES)), f"{name}n{number}")
            for number in range(clients)
        ]
        started = time.perf_counter()
        list(pool.map(work, every))
        return OPERATIONS / (time.perf_counter() - started)


def _reads_beside_a_writer(server: RunningServer, collection: Collection) -> Iterator[Figure]:
    vectors = unit_vectors(DOCUMENTS_A_COMMAND, seed=5)
    with_vectors = [{"$vector": on_the_wire(vector)} for vector in vectors]
    with_texts = [{"$vectorize": f"Note {number}: rain."} for number in range(DOCUMENTS_A_COMMAND)]
    alone = _read_times(collection)
    for what, documents in (("vectors", with_vectors), ("texts", with_texts)):
        with _writer(server, documents) as inserts:
            beside = _read_times(collection)
        insert = statistics.median(inserts)
        behind = f"{len(inserts)} inserts of {DOCUMENTS_A_COMMAND}, median {insert:.0f} ms"
        for name, percent in (("p50", 50), ("p99", 99)):
            one, other = _percentile(alone, percent), _percentile(beside, percent)
            told = f"{other:.1f} and {one:.1f} ms; {behind}"
            yield Figure(f"reads beside a writer of {what}, {name}", other / one, "x", behind=told)
    told = f"{_percentile(beside, 99):.0f} ms; {behind}"
    ratio = _percentile(beside, 99) / insert
    yield Figure("p99 of reads to an insert of texts", ratio, "x", SHARE_OF_AN_INSERT, behind=told)


def _percentile(times: list[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1]


def _read_times(collection: Collection) -> list[float]:
    """Milliseconds of single reads and searches in turn."""
    times: list[float] = []
    for number, vector in enumerate(unit_vectors(READS, seed=4)):
        started = time.perf_counter()
        if number % 2:
            collection.post("findOne", filter={"_id": f"d{number}"})
        else:
            sort = {"$vector": on_the_wire(vector)}
            collection.post("find", sort=sort, options={"limit": 10})
        times.append((time.perf_counter() - started) * 1000)
    return times


@contextmanager
def _writer(server: RunningServer, documents: list[Document]) -> Generator[list[float]]:
    """Inserts these over and over until the end of the block; milliseconds of each.

    They are encoded once: the reader is in this process and must not wait for that.
    """
    command = json.dumps({"insertMany": {"documents": documents}})
    over = threading.Event()
    times: list[float] = []

    def write() -> None:
        with connected(server, NOTES) as collection:
            while not over.is_set():
                started = time.perf_counter()
                collection.http.post(f"/{NOTES}", content=command).raise_for_status()
                times.append((time.perf_counter() - started) * 1000)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        try:
            yield times
        finally:
            over.set()
        writing.result()
