"""Whether memory grows under a long mixed load: `python bench/soak.py [SECONDS]`.

Ten minutes unless told otherwise (`python -m bench soak` takes the seconds from
BENCH_SOAK_SECONDS). The clients remove as many documents as they insert, so what the server holds
stays the same; its resident memory at the end is compared with that after the first minute. A tenth
more is allowed: the C library's allocator gives memory back late and in pieces, so that the
resident memory of a process that keeps nothing swings by some per cent, too.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from bench.figures import Figure, table
from bench.memory import resident_megabytes
from bench.mixed_load import MixedClient
from bench.served_collection import DATABASE, connected, created
from pulumi_astra_vectorize.testing.server import running_server

SECONDS = 600
WARM_UP_SECONDS = 60
CLIENTS = 4
NOTES = "notes"
AT_MOST = 1.1


def figures() -> Iterator[Figure]:
    """Memory at the end to memory after the first minute."""
    yield figure_of(float(os.environ.get("BENCH_SOAK_SECONDS", SECONDS)))


def figure_of(seconds: float) -> Figure:
    """The figure of a load of so many seconds; a short one warms up for a quarter of them."""
    warm_up = min(WARM_UP_SECONDS, seconds / 4)
    with running_server(DATABASE) as server, created(server, NOTES), ExitStack() as connections:
        clients = [
            MixedClient(connections.enter_context(connected(server, NOTES)), f"client-{number}")
            for number in range(CLIENTS)
        ]
        _load(clients, warm_up)
        before = resident_megabytes(server)
        _load(clients, seconds - warm_up)
        after = resident_megabytes(server)
    operations = sum(client.operations for client in clients)
    behind = f"{after:.0f} and {before:.0f} MB; {operations:,} operations, no error"
    name = f"memory after {seconds:.0f} s of mixed load to that after {warm_up:.0f} s"
    return Figure(name, after / before, "x", AT_MOST, behind=behind)


def _load(clients: list[MixedClient], seconds: float) -> None:
    """All clients at work for so long; an error of one is raised."""
    end = time.monotonic() + seconds

    def work(client: MixedClient) -> None:
        while time.monotonic() < end:
            client.take_turns(1)

    with ThreadPoolExecutor(len(clients)) as pool:
        list(pool.map(work, clients))


if __name__ == "__main__":
    asked = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    print(table([figure_of(asked)]))
