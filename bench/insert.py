"""Insertion by `$vectorize`, against the bare model that is fed with the same texts.

Clients are threads of this process, each with an astrapy client of its own that sends `insertMany`
of 50 documents; the server is a process of its own and keeps its data on disk, durable. The bare
model (bench/bare_model.py) runs in this process while nobody inserts. The three take turns: each
round is new texts, of 4 to 200 words, and the ratio is the median of the rounds.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from astrapy import DataAPIClient
from astrapy.api_options import APIOptions, TimeoutOptions
from astrapy.constants import Environment

from bench.bare_model import Way, fastest_way
from bench.figures import Figure
from bench.served_collection import DATABASE, created
from bench.texts import texts
from pulumi_astra_vectorize.testing.server import RunningServer, running_server

ROUNDS = 3
TEXTS_A_ROUND = 800
TEXTS_TO_TRY = 100
"""For the choice of the fastest way, and to have all parts warm."""

DOCUMENTS_A_COMMAND = 50
"""What astrapy's insert_many sends at once."""

CLIENTS = (1, 8)
AT_LEAST = 0.8
PATIENCE_MILLISECONDS = 120_000

COLLECTION = "texts"


@dataclass(frozen=True)
class Round:
    """Texts a second of the bare model, and of each number of clients."""

    bare: float
    inserted: dict[int, float]


def figures() -> Iterator[Figure]:
    """The ratio for each number of clients."""
    warming, *rounds = _portions()
    way = fastest_way(warming)
    with (
        TemporaryDirectory() as folder,
        running_server(DATABASE, data=Path(folder)) as server,
        created(server, COLLECTION),
    ):
        _insert(server, warming, max(CLIENTS))
        measured = [_round(server, way, portion) for portion in rounds]
    for clients in CLIENTS:
        yield _figure(clients, way, measured)


def _portions() -> list[list[str]]:
    every = texts(TEXTS_TO_TRY + ROUNDS * TEXTS_A_ROUND)
    starts = range(TEXTS_TO_TRY, len(every), TEXTS_A_ROUND)
    return [every[:TEXTS_TO_TRY], *(every[start : start + TEXTS_A_ROUND] for start in starts)]


def _round(server: RunningServer, way: Way, portion: Sequence[str]) -> Round:
    return Round(
        way.rate(portion), {clients: _insert(server, portion, clients) for clients in CLIENTS}
    )


def _figure(clients: int, way: Way, rounds: Sequence[Round]) -> Figure:
    inserted = statistics.median(it.inserted[clients] for it in rounds)
    bare = statistics.median(it.bare for it in rounds)
    return Figure(
        f"insert by $vectorize to the bare model, clients: {clients}",
        statistics.median(it.inserted[clients] / it.bare for it in rounds),
        "x",
        at_least=AT_LEAST,
        behind=f"{inserted:.1f} documents/s; bare model {bare:.1f} texts/s ({way.name})",
    )


def _insert(server: RunningServer, portion: Sequence[str], clients: int) -> float:
    """Documents a second, with the texts dealt out among so many clients."""
    shares = [portion[number::clients] for number in range(clients)]
    with ThreadPoolExecutor(clients) as threads:
        started = time.perf_counter()
        for client in [threads.submit(_insert_share, server, share) for share in shares]:
            client.result()
    return len(portion) / (time.perf_counter() - started)


def _insert_share(server: RunningServer, share: Sequence[str]) -> None:
    patience = TimeoutOptions(
        request_timeout_ms=PATIENCE_MILLISECONDS, general_method_timeout_ms=PATIENCE_MILLISECONDS
    )
    client = DataAPIClient(
        environment=Environment.HCD, api_options=APIOptions(timeout_options=patience)
    )
    database = client.get_database(server.databases[DATABASE].url, token=server.token)
    database.get_collection(COLLECTION, keyspace="default_keyspace").insert_many(
        [{"$vectorize": text} for text in share], ordered=True, chunk_size=DOCUMENTS_A_COMMAND
    )
