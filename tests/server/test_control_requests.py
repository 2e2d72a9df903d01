"""The control interface counts requests and connections (docs/control.md)."""

from __future__ import annotations

import httpx

from pulumi_astra_vectorize.testing import Control
from pulumi_astra_vectorize.wire import INTEGRATIONS
from tests.server.conftest import Server
from tests.server.controlled_server import post

KEYSPACE = "/v1/default_keyspace"


def counted(control: Control) -> dict[tuple[str, str, str | None], int]:
    """How often each request was counted."""
    found = control.requests().requests
    return {(it.method, it.path, it.command): it.times for it in found}


def test_requests_are_counted_by_what_they_ask(controlled: Server, control: Control) -> None:
    """Path, method and the Data API's command tell requests apart; refused ones count, too."""
    for command in ("findCollections", "listTables", "findCollections"):
        post(controlled, {command: {}})
    controlled.call("GET", INTEGRATIONS)
    controlled.http.get(f"{controlled.url}/v2/databases")  # without a token: 401
    assert counted(control) == {
        ("POST", KEYSPACE, "findCollections"): 2,
        ("POST", KEYSPACE, "listTables"): 1,
        ("GET", INTEGRATIONS, None): 1,
        ("GET", "/v2/databases", None): 1,
    }


def test_counts_begin_anew(controlled: Server, control: Control) -> None:
    """Deleting the counts, and a reset, leave nothing counted; control is never counted."""
    post(controlled, {"findCollections": {}})
    control.forget_requests()
    assert control.requests().requests == []
    post(controlled, {"findCollections": {}})
    control.reset()
    assert (control.requests().requests, control.requests().connections) == ([], 0)


def test_connections_are_told_from_requests(controlled: Server, control: Control) -> None:
    """Requests over one kept connection are one connection; each client brings another."""
    for _ in range(2):
        with httpx.Client(base_url=controlled.url, headers=controlled.bearer) as http:
            for _ in range(3):
                http.get("/v2/databases").raise_for_status()
    assert control.requests().connections == 2
    assert counted(control) == {("GET", "/v2/databases", None): 6}


def test_body_that_is_counted_arrives_whole(controlled: Server, control: Control) -> None:
    """A body of many pieces reaches its command though its beginning was looked at."""
    text = "a" * 7000
    post(controlled, {"createCollection": {"name": "long"}})
    documents = [{"_id": n, **{f"part{p}": text for p in range(20)}} for n in range(20)]
    reply = post(controlled, {"insertMany": {"documents": documents}}, "/long").json()
    assert reply["status"]["insertedIds"] == [*range(20)]
    assert counted(control)[("POST", f"{KEYSPACE}/long", "insertMany")] == 1
