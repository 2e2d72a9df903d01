"""What applications notice of a rotation: `python bench/rotation.py [ROTATIONS]`.

A client inserts by `$vectorize` as fast as it can while the token's secret is rotated, five times
in each way unless told otherwise, with twelve databases in its scope. Prints, for each way, the
inserts that failed, and how long no insert succeeded around a rotation that cost some.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

import httpx

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize.api.target import Target
from pulumi_astra_vectorize.resources.collection import CollectionLifecycle
from pulumi_astra_vectorize.resources.integration import IntegrationLifecycle
from pulumi_astra_vectorize.resources.token_scope import TokenScopeLifecycle
from pulumi_astra_vectorize.resources.user_access_token import (
    UserAccessTokenInputs,
    UserAccessTokenLifecycle,
    UserAccessTokenOutputs,
)
from pulumi_astra_vectorize.settings import load_settings
from pulumi_astra_vectorize.testing.server import RunningServer, running_server

DATABASES = [f"library-{number}" for number in range(1, 13)]
MODEL = "sentence-transformers/all-MiniLM-L6-v2"
WAYS = ("recreate", "in_place")
QUIET_SECONDS = 0.5
"""Between two rotations: the client has to be seen to succeed again."""


@dataclass(frozen=True)
class Insert:
    """One insert of the client: when it was sent and answered, and whether it worked."""

    sent: float
    answered: float
    worked: bool


def main() -> None:
    """Rotates in both ways and prints a line for each."""
    rotations = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with running_server(*DATABASES) as server:
        target, secret = prepared(server), "hf_first_secret_value"
        print(f"{'way':>10} {'rotations':>10} {'inserts':>8} {'failed':>7} {'median gap':>11}")
        for way in WAYS:
            with inserting(server) as inserts:
                for number in range(rotations):
                    time.sleep(QUIET_SECONDS)
                    secret = rotated(target, way, secret, f"hf_{way}_secret_{number}")
                time.sleep(QUIET_SECONDS)
            gaps = [*gaps_in(inserts)]
            failed = sum(not insert.worked for insert in inserts)
            shown = f"{1000 * median(gaps):8.0f} ms" if gaps else f"{'none':>11}"
            print(f"{way:>10} {rotations:>10} {len(inserts):>8} {failed:>7} {shown}", flush=True)


def prepared(server: RunningServer) -> Target:
    """Integration, token, scope and collection, made as the resources make them."""
    configuration = {
        "astra-vectorize:endpoint": server.url,
        "astra-vectorize:applicationToken": server.token,
    }
    target = Target(load_settings(configuration.get))
    service = {"provider": "huggingface", "model": MODEL, "token": "search"}
    resources: list[tuple[life.Lifecycle[Any, Any], dict[str, object]]] = [
        (IntegrationLifecycle(), {}),
        (UserAccessTokenLifecycle(), {"name": "search", "secret": "hf_first_secret_value"}),
        (TokenScopeLifecycle(), {"token": "search", "databases": DATABASES}),
        (CollectionLifecycle(), {"database": DATABASES[0], "name": "notes", "service": service}),
    ]
    for rules, inputs in resources:
        rules.create(rules.inputs_type.model_validate(inputs), target)
    return target


def rotated(target: Target, way: str, old: str, new: str) -> str:
    """Puts the new secret in force, by the resource's own rules; answers it."""
    there = target.integrations.token("huggingface", "search")
    kept = UserAccessTokenOutputs(token_id=there.id if there else "")
    before, after = (
        UserAccessTokenInputs(name="search", rotation=way, secret=secret) for secret in (old, new)
    )
    UserAccessTokenLifecycle().update(life.State(before, kept), after, target)
    return new


@contextmanager
def inserting(server: RunningServer) -> Iterator[list[Insert]]:
    """A client that inserts until the end of the block."""
    inserts: list[Insert] = []
    over = threading.Event()
    client = threading.Thread(target=insert_until, args=(over, server, inserts))
    client.start()
    try:
        yield inserts
    finally:
        over.set()
        client.join()


def insert_until(over: threading.Event, server: RunningServer, inserts: list[Insert]) -> None:
    """One insert after the other, each with a text of its own."""
    url = f"{server.databases[DATABASES[0]].url}/v1/default_keyspace/notes"
    with httpx.Client(headers={"Token": server.token}, timeout=60) as http:
        while not over.is_set():
            document = {"$vectorize": f"Note {len(inserts)} about rotations."}
            sent = time.monotonic()
            reply = http.post(url, json={"insertOne": {"document": document}}).json()
            inserts.append(Insert(sent, time.monotonic(), "errors" not in reply))


def gaps_in(inserts: list[Insert]) -> Iterator[float]:
    """Seconds from the last success before failures to the first one after them."""
    last_success, failing = 0.0, False
    for insert in inserts:
        if insert.worked and failing:
            yield insert.answered - last_success
        if insert.worked:
            last_success = insert.answered
        failing = not insert.worked


if __name__ == "__main__":
    main()
