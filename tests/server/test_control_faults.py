"""The control interface: faults by path and port (docs/control.md)."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from pulumi_astra_vectorize.testing import Control, Fault
from pulumi_astra_vectorize.wire import INTEGRATIONS
from tests.server.conftest import Server
from tests.server.controlled_server import post


def test_status_so_many_times(controlled: Server, control: Control) -> None:
    """The next two requests get the status; the third is answered."""
    control.inject(Fault(status=503, times=2))
    statuses = [post(controlled, {"findCollections": {}}).status_code for _ in range(3)]
    assert statuses == [503, 503, 200]


def test_body_beside_a_status(controlled: Server, control: Control) -> None:
    """The body is the one that was asked for."""
    control.inject(Fault(path="/health", status=429, body={"error": "slow down"}))
    answer = controlled.http.get(f"{controlled.url}/health")
    assert (answer.status_code, answer.json()) == (429, {"error": "slow down"})


@pytest.mark.parametrize(
    ("fault", "main", "database"),
    [
        (Fault(status=500, port="main", times=None), 500, 200),
        (Fault(status=500, port="database", times=None), 200, 500),
        (Fault(status=500, path="/v1/default_*", times=None), 200, 500),
        (Fault(status=500, path="/v1/integrations", times=None), 500, 200),
        (Fault(status=500, path="/nothing", times=None), 200, 200),
    ],
)
def test_only_where_it_fits(
    controlled: Server, control: Control, fault: Fault, main: int, database: int
) -> None:
    """A fault happens by kind of port and by path, and never to the control interface."""
    control.inject(fault)
    assert controlled.call("GET", INTEGRATIONS).status_code == main
    assert post(controlled, {"findCollections": {}}).status_code == database
    assert control.waiting_faults() == [fault]
    control.clear_faults()
    assert control.waiting_faults() == []


def test_latency(controlled: Server, control: Control) -> None:
    """The answer is the ordinary one, later."""
    control.inject(Fault(latency_seconds=0.3))
    start = time.monotonic()
    assert post(controlled, {"findCollections": {}}).status_code == 200
    assert time.monotonic() - start >= 0.3


@pytest.mark.parametrize(
    ("loss", "error", "created"),
    [
        ("request", httpx.ReadError, []),
        ("answer", httpx.ReadError, ["made"]),
        ("half-answer", httpx.RemoteProtocolError, ["made"]),
    ],
)
def test_losses(
    controlled: Server,
    control: Control,
    loss: Any,
    error: type[Exception],
    created: list[str],
) -> None:
    """The client sees a broken connection; the work is done unless the request was lost."""
    control.inject(Fault(lose=loss))
    with pytest.raises(error):
        post(controlled, {"createCollection": {"name": "made"}})
    listed = post(controlled, {"findCollections": {}}).json()
    assert listed["status"]["collections"] == created


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"status": 200},
        {"status": 503, "lose": "answer"},
        {"latencySeconds": 1, "body": {}},
        {"status": 503, "times": 0},
        {"lose": "everything"},
        {"status": 503, "colour": "red"},
    ],
)
def test_what_is_no_fault(controlled: Server, control: Control, fault: dict[str, Any]) -> None:
    """A fault is a status, a loss or a delay; anything else is refused."""
    refused = controlled.call("POST", "/_control/faults", json=fault)
    assert refused.status_code == 422
    assert control.waiting_faults() == []
