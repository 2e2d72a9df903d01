"""How long look-ups of credentials take under load: `python bench/lookups.py [SECONDS]`.

Starts the integrations service in a process of its own and sends 200 look-ups a second (10 s by
default), each when its time has come, whether earlier ones were answered or not. A Data API waits
2 s for the connection and 5 s for the answer. The store is a sqlite file, or the PostgreSQL of
ASTRA_VECTORIZE_SERVER_STORE (with ..._TOKEN and ..._MASTER_KEY) if that is set.
"""

from __future__ import annotations

import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx

from pulumi_astra_vectorize.testing.server import COMMAND, wait_until_ready
from pulumi_astra_vectorize.wire import INTEGRATIONS, SINGLE_TENANT, ServerAddresses

LOOKUPS_A_SECOND = 200
CONNECTIONS = 16
PROVIDER = "huggingface"


def main() -> None:
    """Measures, and prints one line for answers and one for times."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as addresses:
        token = Path(addresses.token_file).read_text().strip()
        http_headers = {"Authorization": f"Bearer {token}"}
        name = add_token(addresses.url, http_headers)
        path = f"/databases/{SINGLE_TENANT}/integrations-type/{PROVIDER}/creds/{name}.providerKey"
        url = f"{addresses.lookup_url}{path}"
        times, outcomes = look_up(url, http_headers, seconds)
    cuts = statistics.quantiles(times, n=100)
    print(f"{len(times)} look-ups, {LOOKUPS_A_SECOND} a second; outcomes: {dict(outcomes)}")
    print(f"p50 {cuts[49]:.1f} ms   p99 {cuts[98]:.1f} ms   slowest {max(times):.1f} ms")


@contextmanager
def serving(folder: Path) -> Iterator[ServerAddresses]:
    """The service on a free port."""
    ready, log = folder / "ready.json", folder / "log"
    data = () if "ASTRA_VECTORIZE_SERVER_STORE" in os.environ else ("--data", folder / "data")
    flags = ("--only", "integrations", "--port", "0", "--ready-file", ready, *data)
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command line
            [*COMMAND, *map(str, flags)], stdout=output, stderr=output
        )
    try:
        yield wait_until_ready(process, ready, log.read_text)
    finally:
        process.terminate()
        process.wait()


def add_token(url: str, headers: dict[str, str]) -> str:
    """Adds a user access token of a new name to look up; returns the name."""
    name = f"bench-{os.getpid()}"
    integrations = url + INTEGRATIONS
    with httpx.Client(headers=headers) as http:
        http.post(integrations, json={"provider": PROVIDER})  # 409 when an earlier run did it
        new = {"name": name, "secret": "hf_bench", "databases": [SINGLE_TENANT]}
        http.post(f"{integrations}/{PROVIDER}/tokens", json=new).raise_for_status()
    return name


def look_up(url: str, headers: dict[str, str], seconds: int) -> tuple[list[float], Counter[str]]:
    """Look-ups at a steady rate over several connections; the milliseconds of each, counted from
    when its time had come, and what came of them."""
    tls = ssl.create_default_context()  # one for all: it takes a while to make
    ready = threading.Barrier(CONNECTIONS)

    def one_connection(first: int) -> tuple[list[float], Counter[str]]:
        times: list[float] = []
        outcomes: Counter[str] = Counter()
        with httpx.Client(headers=headers, timeout=5, verify=tls) as http:
            outcome(http, url)
            ready.wait()
            begin = time.perf_counter()
            for number in range(first, LOOKUPS_A_SECOND * seconds, CONNECTIONS):
                due = begin + number / LOOKUPS_A_SECOND
                time.sleep(max(0, due - time.perf_counter()))
                outcomes[outcome(http, url)] += 1
                times.append((time.perf_counter() - due) * 1000)
        return times, outcomes

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        measured = list(pool.map(one_connection, range(CONNECTIONS)))
    return [one for times, _ in measured for one in times], sum(
        (outcomes for _, outcomes in measured), Counter()
    )


def outcome(http: httpx.Client, url: str) -> str:
    """The HTTP status of a call, or what kept it from having one."""
    try:
        return str(http.get(url).status_code)
    except httpx.HTTPError as problem:
        return type(problem).__name__


if __name__ == "__main__":
    main()
