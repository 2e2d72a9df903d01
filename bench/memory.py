"""What the embedded server takes: time to start, memory with nothing stored, memory a document.

The server is a process of its own and keeps its data on disk. Memory is what is resident: of the
process as a whole, so with all libraries. A search reads the vectors of a column into memory, so
documents are measured after one; what their insertion left behind is in the figure.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from bench.figures import Figure
from bench.served_collection import (
    DATABASE,
    DIMENSION,
    Collection,
    created,
    on_the_wire,
    unit_vectors,
)
from bench.texts import texts
from pulumi_astra_vectorize.testing.server import RunningServer, running_server

STARTS = 5
DOCUMENTS = 100_000
PORTION = 5_000
WORDS = 12
BEST = 10

MEGABYTE = 2**20
"""As `ps` and `top` count."""


def figures() -> Iterator[Figure]:
    """Start, memory of an empty server, and memory that documents add."""
    seconds = min(_start_seconds() for _ in range(STARTS))
    yield Figure("start to the first healthy answer", seconds, "s", at_most=1.5)
    with (
        TemporaryDirectory() as folder,
        running_server(DATABASE, data=Path(folder)) as server,
        created(server, "documents") as collection,
    ):
        yield from _memory(server, collection)


def _start_seconds() -> float:
    """From the start of the process; each time with a new folder."""
    started = time.perf_counter()
    with TemporaryDirectory() as folder, running_server(DATABASE, data=Path(folder)) as server:
        httpx.get(f"{server.url}/health").raise_for_status()
        return time.perf_counter() - started


def _memory(server: RunningServer, collection: Collection) -> Iterator[Figure]:
    collection.insert([{"_id": "first", "$vectorize": "A text that has the model loaded."}])
    collection.post("deleteMany", filter={})
    empty = resident_megabytes(server)
    yield Figure("memory, model loaded, nothing stored", empty, "MB", at_most=250)
    raw = _insert(collection) / MEGABYTE
    collection.post(
        "find",
        sort={"$vector": on_the_wire(unit_vectors(1, seed=0)[0])},
        options={"limit": BEST},
    )
    added = resident_megabytes(server) - empty
    yield Figure(
        f"memory that {DOCUMENTS:,} documents add, to their vectors and text",
        added / raw,
        "x",
        at_most=2,
        behind=f"{added:.0f} MB for {raw:.0f} MB",
    )


def _insert(collection: Collection) -> int:
    """Inserts the documents; answers the bytes of their vectors and text."""
    words = " ".join(texts(1_000)).split()
    characters = 0
    for start in range(0, DOCUMENTS, PORTION):
        vectors = unit_vectors(PORTION, seed=start)
        some = [_text(words, number) for number in range(start, start + PORTION)]
        characters += sum(len(text.encode()) for text in some)
        collection.insert(
            [
                {"_id": start + row, "text": text, "$vector": on_the_wire(vector)}
                for row, (text, vector) in enumerate(zip(some, vectors, strict=True))
            ]
        )
    return characters + DOCUMENTS * DIMENSION * 4


def _text(words: list[str], number: int) -> str:
    start = number * WORDS % (len(words) - WORDS)
    return " ".join(words[start : start + WORDS])


def resident_megabytes(server: RunningServer) -> float:
    """What the server's process has in memory now."""
    for line in Path(f"/proc/{server.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / MEGABYTE
    raise RuntimeError("the kernel does not tell the size of a process")
