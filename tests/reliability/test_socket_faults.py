"""Faults of real sockets, at every distinct request of every resource's life."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import stamina
from httpx import HTTPTransport

from pulumi_astra_vectorize.api import target
from pulumi_astra_vectorize.api import transport as api_transport
from pulumi_astra_vectorize.api.network import connections
from pulumi_astra_vectorize.errors import AstraVectorizeError
from tests.reliability import figures
from tests.reliability.miniature_engine import MiniatureEngine, StepFailedError
from tests.reliability.programs import World, program_of
from tests.reliability.proxy import Behaviour, Network, Request, network_before, pass_through
from tests.reliability.socket_faults import FAULTS, TAKING_TIME, TIMEOUT
from tests.reliability.test_every_call import EDITED, EMPTY, FIRST
from tests.reliability.world import NOTHING, HeldWorld, expected

ADVICE = {"ALREADY_EXISTS", "INTEGRATION_EXISTS", "TOKEN_NAME_TAKEN"}
MOST_FAULTS = 60
READS = re.compile("^GET| (find|list|count)")
IDENTIFIER = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


class EveryRequestOnce:
    """Gives each distinct request the fault the first time, and passes it on from then on."""

    def __init__(self, fault: Behaviour, *, only_changes: bool) -> None:
        self._fault, self._only_changes = fault, only_changes
        self.hit: set[str] = set()

    def __call__(self, request: Request) -> None:
        kind = kind_of(request)
        if kind in self.hit or (self._only_changes and READS.search(kind)):
            pass_through(request)
        else:
            self.hit.add(kind)
            self._fault(request)


def kind_of(request: Request) -> str:
    """A request without what differs in its repetition."""
    path = IDENTIFIER.sub("ID", request.path.partition("?")[0])
    body = json.loads(request.body) if request.body else {}
    return f"{request.command} {path} {next(iter(body), '')}"


@pytest.fixture(scope="module")
def network(world: HeldWorld) -> Iterator[Network]:
    """Stand-ins for the server's addresses."""
    upstreams = [world.url, *(database.url for database in world.databases.values())]
    with network_before(upstreams) as network:
        yield network


@pytest.fixture
def _sockets_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The provider leaves its connections to the end of its process; this process goes on."""
    with ExitStack() as opened:

        def closed(*, tls: bool, proxy: str | None) -> HTTPTransport:
            return opened.enter_context(connections(tls=tls, proxy=proxy))

        monkeypatch.setattr(target, "connections", closed)
        monkeypatch.setattr(target, "_clients", target._Clients())
        yield


@pytest.fixture
def stack(
    world: HeldWorld, network: Network, monkeypatch: pytest.MonkeyPatch, _sockets_closed: None
) -> Iterator[MiniatureEngine]:
    """An empty stack that reaches the server through the network; retries do not wait."""
    monkeypatch.setattr(api_transport, "LARGEST_ANSWER", 1_000_000)
    url = network.url_for(world.url)
    configuration = world.configuration(url) | {"astra-vectorize:timeoutSeconds": str(TIMEOUT)}
    with stamina.set_testing(testing=True, attempts=4), world.left_empty():
        yield MiniatureEngine(configuration)


@pytest.mark.parametrize("name", FAULTS)
def test_nothing_is_lost_or_duplicated(
    name: str, stack: MiniatureEngine, world: HeldWorld, network: Network
) -> None:
    """Each request of each operation meets the fault once: errors say whose, and `up` finishes."""
    for wanted in (FIRST, EDITED, EMPTY):
        faulty = EveryRequestOnce(FAULTS[name], only_changes=name in TAKING_TIME)
        network.behaviour = faulty
        errors = bring_up(stack, wanted)
        network.behaviour = pass_through
        assert {error.source for error in errors} <= {"Astra DB", "embedding provider"}
        assert not ADVICE & {error.code for error in errors}
        assert world.held() == expected(wanted)
        assert stack.up(program_of(wanted)) == []
        assert stack.refresh() == {}
        figures.count(figures.FAULTS, len(faulty.hit))
    stack.destroy()
    assert world.held() == NOTHING


def bring_up(stack: MiniatureEngine, wanted: World) -> list[AstraVectorizeError]:
    """`up` until it succeeds; the errors on the way."""
    errors: list[AstraVectorizeError] = []
    for _ in range(MOST_FAULTS):
        try:
            stack.up(program_of(wanted))
        except StepFailedError as failure:
            errors.append(failure.error)
        else:
            break
    return errors
