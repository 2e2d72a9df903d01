"""The engine's own provider process, killed from outside while a rotation is on its way."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.lifecycle.programs import token_and_scope
from tests.lifecycle.servers import Server, started_server
from tests.lifecycle.stacks import Stack, environment_of
from tests.reliability import figures
from tests.reliability.proxy import Network, Request, network_before, pass_through

DATABASES = tuple(f"library-{number}" for number in range(1, 13))
NEW = "hf_the_secret_after_the_rotation"

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="the provider's process is found in /proc"
)


@dataclass
class KillAt:
    """Kills the provider's process when a request passes, before or after the server's work."""

    home: Path
    method: str
    ending: str
    after: bool
    killed: int = 0

    def __call__(self, request: Request) -> None:
        path = request.path.partition("?")[0]
        if self.killed or request.command != self.method or not path.endswith(self.ending):
            pass_through(request)
            return
        if self.after:
            request.work()
        self.killed = provider_process(self.home)
        os.kill(self.killed, signal.SIGKILL)
        request.reset()


def provider_process(home: Path) -> int:
    """The process in which the engine that has this home runs the provider."""
    (process,) = processes_of(home, b"pulumi.dynamic")
    return process


def processes_of(home: Path, command: bytes) -> list[int]:
    """Those of the engine that has this home whose command line has these bytes."""
    return [
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if str(home).encode() in _read(process / "environ")
        and command in _read(process / "cmdline")
    ]


def _read(file: Path) -> bytes:
    """Nothing of a process that ended meanwhile, or is not ours to look into."""
    try:
        return file.read_bytes()
    except OSError:
        return b""


@pytest.fixture
def wide_server(tmp_path: Path) -> Iterator[Server]:
    """A server with twelve databases."""
    with started_server(tmp_path, DATABASES) as running:
        yield running


@pytest.fixture
def network(wide_server: Server) -> Iterator[Network]:
    """A stand-in for the server's main address."""
    with network_before([wide_server.url]) as network:
        yield network


def stack_through(network: Network, server: Server, folder: Path) -> Stack:
    """A stack that reaches the server's main address through the stand-in."""
    environment = environment_of(server)
    environment["ASTRA_VECTORIZE_ENDPOINT"] = network.url_for(server.url)
    return Stack(folder, environment)


def secrets_in_force(server: Server) -> set[str]:
    """What a self-hosted Data API would be told for each of the twelve databases."""
    return {
        httpx.get(
            f"{server.url}/v1/databases/{database.id}/integrations-type/huggingface/creds/"
            "search-prod.providerKey",
            headers={"Authorization": f"Bearer {server.token}"},
        ).json()["credentials"]["search-prod.providerKey"]
        for database in server.databases.values()
    }


@pytest.mark.parametrize(
    ("method", "ending", "after"),
    [("DELETE", "", True), ("POST", "/tokens", True), ("POST", "/scope", False)],
    ids=["in the gap", "token added", "two databases missing"],
)
def test_next_up_finishes_what_the_killed_provider_began(
    method: str, ending: str, wide_server: Server, network: Network, tmp_path: Path, *, after: bool
) -> None:
    """`up` fails with the provider gone; the next one has all databases and the new secret."""
    stack = stack_through(network, wide_server, tmp_path)
    stack.up(lambda: token_and_scope(databases=[*DATABASES]))
    network.behaviour = kill = KillAt(tmp_path / "home", method, ending, after=after)
    stack.refused_up(lambda: token_and_scope(databases=[*DATABASES], secret=NEW))
    assert kill.killed
    network.behaviour = pass_through
    stack.up(lambda: token_and_scope(databases=[*DATABASES], secret=NEW))
    assert wide_server.scope("search-prod") == set(DATABASES)
    assert secrets_in_force(wide_server) == {NEW}
    figures.count(figures.ENGINE_KILLS)


def test_refresh_in_the_gap_loses_no_database_of_another_stack(
    wide_server: Server, network: Network, tmp_path: Path
) -> None:
    """The refresh finds a rotation on its way, not a token that is gone; `up` finishes it."""
    ours, others = [*DATABASES[:10]], DATABASES[10:]
    stack = stack_through(network, wide_server, tmp_path)
    stack.up(lambda: token_and_scope(databases=ours))
    for database in others:
        wide_server.add_to_scope("search-prod", database)
    network.behaviour = kill = KillAt(tmp_path / "home", "DELETE", "", after=True)
    stack.refused_up(lambda: token_and_scope(databases=ours, secret=NEW))
    assert kill.killed
    assert wide_server.tokens() == {}
    network.behaviour = pass_through
    assert stack.refresh().steps == {"token": ["update"]}
    updated = {"token": ["update"], "scope": ["update"]}
    assert stack.preview(lambda: token_and_scope(databases=ours)).steps == updated
    assert stack.up(lambda: token_and_scope(databases=ours, secret=NEW)).steps == updated
    assert wide_server.scope("search-prod") == set(DATABASES)
    assert secrets_in_force(wide_server) == {NEW}
    assert stack.refresh().steps == {}
    figures.count(figures.ENGINE_KILLS)
