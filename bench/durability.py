"""What is left of acknowledged documents after SIGKILL: `python bench/durability.py [KILLS]`.

A server that keeps its data in a folder is killed under load and started again, 30 times unless
told otherwise (`python -m bench durability` takes the number from BENCH_KILLS). Then every
acknowledged document has to be there, with its vector, and found by a search; and none may be half
there: without its vector, a vector without its document, or a part of one command's documents. A
command that was not acknowledged may have done all or nothing.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import sys
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from bench.figures import Figure, table
from bench.served_collection import (
    DATABASE,
    DIMENSION,
    Collection,
    Document,
    connected,
    created,
    on_the_wire,
    posted,
    unit_vectors,
)
from pulumi_astra_vectorize.server.store.engines import FILE_NAME
from pulumi_astra_vectorize.testing.server import RunningServer, running_server

KILLS = 30
NOTES = "notes"
WRITERS = 4
COMMANDS = 48
DOCUMENTS_A_COMMAND = 5
"""So many that a load has at most 960 documents: one search shows up to 1000."""

SECONDS_OF_LOAD = (0.05, 0.6)

HALVES = f"""
    SELECT (SELECT count(*) FROM records WHERE position NOT IN (SELECT position FROM vectors))
         + (SELECT count(*) FROM vectors WHERE position NOT IN (SELECT position FROM records))
         + (SELECT count(*) FROM vectors WHERE length(value) <> {4 * DIMENSION})
"""  # noqa: S608 - a number of our own


@dataclass
class Load:
    """The ids of commands that were sent, and of those that were acknowledged."""

    sent: list[list[str]] = field(default_factory=list[list[str]])
    acknowledged: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class Loss:
    """What one kill cost, in documents."""

    acknowledged: int
    lost: int
    half_there: int


def figures() -> Iterator[Figure]:
    """Documents lost, and documents half there, over all kills."""
    yield from figures_of(int(os.environ.get("BENCH_KILLS", KILLS)))


def figures_of(kills: int) -> Iterator[Figure]:
    """The figures of so many kills."""
    losses = list(losses_by_kills(kills))
    acknowledged = sum(loss.acknowledged for loss in losses)
    behind = f"{kills} kills, {acknowledged:,} documents acknowledged"
    lost, half_there = (sum(loss.lost for loss in losses), sum(it.half_there for it in losses))
    yield Figure("acknowledged documents lost", lost, "", at_most=0, behind=behind)
    yield Figure("documents half there", half_there, "", at_most=0, behind=behind)


def losses_by_kills(kills: int) -> Iterator[Loss]:
    """Kills a server so many times; what each kill cost."""
    delays = random.Random(1)  # noqa: S311 - the same moments in every run
    with TemporaryDirectory() as folder:
        for _ in range(kills):
            with running_server(DATABASE, data=Path(folder)) as server:
                load = _killed_under_load(server, delays.uniform(*SECONDS_OF_LOAD))
            with running_server(DATABASE, data=Path(folder)) as server:
                yield _loss(server, load, Path(folder, FILE_NAME))


def _killed_under_load(server: RunningServer, seconds: float) -> Load:
    load = Load()
    with created(server, NOTES), ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(_write, server, number, load) for number in range(WRITERS)]
        while not load.acknowledged:
            time.sleep(0.001)
        time.sleep(seconds)
        os.kill(server.pid, signal.SIGKILL)
        for writer in writers:
            writer.result()
    return load


def _write(server: RunningServer, writer: int, load: Load) -> None:
    """Inserts until the server is gone: the first writer texts, the others vectors."""
    with connected(server, NOTES) as collection:
        for command in range(COMMANDS):
            documents = [*_documents(writer, command)]
            ids = [document["_id"] for document in documents]
            load.sent.append(ids)
            try:
                collection.insert(documents)
            except httpx.HTTPError:
                return
            load.acknowledged.extend(ids)


def _documents(writer: int, command: int) -> Iterator[Document]:
    for number in range(DOCUMENTS_A_COMMAND):
        name = f"{writer}-{command}-{number}"
        content: Document = {"$vectorize": f"Note {name}"}
        if writer:
            (vector,) = unit_vectors(1, seed=number)
            content = {"$vector": on_the_wire(vector)}
        yield {"_id": name, **content}


def _loss(server: RunningServer, load: Load, store: Path) -> Loss:
    with _to_be_dropped(server) as collection:
        there = {document["_id"] for document in _all_documents(collection)}
        found = {document["_id"] for document in _search(collection)}
        lost = set(load.acknowledged) - (there & found)
        torn = [ids for ids in load.sent if 0 < len(there.intersection(ids)) < len(ids)]
        half_there = len(there ^ found) + sum(map(len, torn)) + _halves(store)
    return Loss(len(load.acknowledged), len(lost), half_there)


@contextmanager
def _to_be_dropped(server: RunningServer) -> Generator[Collection]:
    with connected(server, NOTES) as collection:
        yield collection
        posted(collection.http, "", {"deleteCollection": {"name": NOTES}})


def _all_documents(collection: Collection) -> Iterator[dict[str, Any]]:
    """Page by page, in the order of insertion."""
    state = None
    while True:
        data = collection.post("find", options={"pageState": state})["data"]
        yield from data["documents"]
        state = data["nextPageState"]
        if state is None:
            return


def _search(collection: Collection) -> list[dict[str, Any]]:
    """All documents that have a vector."""
    (vector,) = unit_vectors(1, seed=0)
    data = collection.post("find", sort={"$vector": on_the_wire(vector)})["data"]
    documents: list[dict[str, Any]] = data["documents"]
    return documents


def _halves(store: Path) -> int:
    """Documents without vectors and vectors without documents, as the file has them."""
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        (count,) = connection.execute(HALVES).fetchone()
    return int(count)


if __name__ == "__main__":
    print(table(figures_of(int(sys.argv[1]) if len(sys.argv) > 1 else KILLS)))
