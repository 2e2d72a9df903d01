"""The engine, killed from outside between what was made and its being stored: `up` finishes it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lifecycle.programs import everything
from tests.lifecycle.servers import Server
from tests.lifecycle.stacks import Stack, collect_what_was_left_open, environment_of
from tests.lifecycle.test_rotation_kills import processes_of, provider_process
from tests.reliability import figures
from tests.reliability.proxy import Network, Request, network_before, pass_through

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="the engine's process is found in /proc"
)

STEPS = ["hugging-face", "token", "scope", "notes", "books", "summary"]


@dataclass
class KillTheEngineAfter:
    """Kills the engine, which leaves its provider behind, once the server has done a request."""

    home: Path
    method: str
    said: bytes
    killed: bool = False

    def __call__(self, request: Request) -> None:
        answer = request.work()
        asked = request.command == self.method and self.said in request.path.encode() + request.body
        if asked and not self.killed:
            self.killed = True
            for engine in processes_of(self.home, b"pulumi\0"):
                os.kill(engine, signal.SIGKILL)
        request.pass_on(answer)


@pytest.fixture
def network(server: Server) -> Iterator[Network]:
    """A stand-in for each of the server's addresses."""
    databases = [database.url for database in server.databases.values()]
    with network_before([server.url, *databases]) as network:
        yield network


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ("POST", b'{"provider":'),
        ("POST", b"/tokens"),
        ("POST", b'{"createCollection":'),
        ("POST", b'{"createTable":'),
        ("POST", b'{"alterTable":'),
        ("POST", b'{"createVectorIndex":'),
    ],
    ids=["integration", "token", "collection", "table", "column", "index"],
)
def test_next_up_takes_over_what_the_killed_engine_was_not_told(
    method: str, said: bytes, server: Server, network: Network, tmp_path: Path
) -> None:
    """Without a word in the program: what stands there is what this stack's last `up` made."""
    stack = Stack(tmp_path, {**environment_of(server), "ASTRA_VECTORIZE_ENDPOINT": network.url})
    network.behaviour = kill = KillTheEngineAfter(tmp_path / "home", method, said)
    stack.refused_up(everything)
    assert kill.killed
    os.kill(provider_process(tmp_path / "home"), signal.SIGKILL)  # an orphan by now
    network.behaviour = pass_through
    stack.unlock()
    assert set(stack.resources()) < set(STEPS)

    stack.up(everything)

    assert set(stack.resources()) == set(STEPS)
    assert stack.up(everything).steps == {}
    assert [*(tmp_path / "spool" / "creations").iterdir()] == []
    stack.destroy()
    assert (server.collections(), server.tables(), server.integrations()) == ({}, {}, {})
    collect_what_was_left_open()
    figures.count(figures.ENGINE_KILLS)
