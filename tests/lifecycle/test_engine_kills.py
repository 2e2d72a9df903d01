"""The engine, killed from outside between what was made and its being stored: `up` finishes it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lifecycle.programs import everything
from tests.lifecycle.servers import Server
from tests.lifecycle.stacks import Stack, environment_of
from tests.lifecycle.test_rotation_kills import processes_of
from tests.reliability import figures
from tests.reliability.proxy import Network, Request, network_before, pass_through

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="the engine's process is found in /proc"
)

STEPS = ["hugging-face", "token", "scope", "notes", "books", "summary"]


def interrupt_twice(engine: int) -> None:
    """Ctrl-C, and once more when that takes too long: the engine ends its providers and itself."""
    os.kill(engine, signal.SIGINT)
    time.sleep(1)
    os.kill(engine, signal.SIGINT)
    time.sleep(1)


@dataclass
class InterruptTheEngine:
    """Interrupts the engine while the server does a request, which takes its time."""

    home: Path
    said: bytes
    interrupted: bool = False

    def __call__(self, request: Request) -> None:
        if self.said in request.body and not self.interrupted:
            self.interrupted = True
            for engine in processes_of(self.home, b"pulumi\0"):
                interrupt_twice(engine)
        request.pass_on(request.work())


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
    stack.killed_up(everything)
    assert kill.killed
    end_orphans(tmp_path / "home")
    network.behaviour = pass_through
    stack.unlock()
    assert set(stack.resources()) < set(STEPS)

    stack.up(everything)

    assert set(stack.resources()) == set(STEPS)
    assert stack.up(everything).steps == {}
    assert [*(tmp_path / "spool" / "creations").iterdir()] == []
    stack.destroy()
    assert (server.collections(), server.tables(), server.integrations()) == ({}, {}, {})
    figures.count(figures.ENGINE_KILLS)


def test_next_up_takes_over_what_the_interrupted_engine_did_not_wait_for(
    server: Server, network: Network, tmp_path: Path
) -> None:
    """The second Ctrl-C: the provider ends in order, but what it makes meanwhile is not stored."""
    stack = Stack(tmp_path, {**environment_of(server), "ASTRA_VECTORIZE_ENDPOINT": network.url})
    network.behaviour = interrupt = InterruptTheEngine(tmp_path / "home", b'{"createCollection":')
    stack.killed_up(everything)
    assert interrupt.interrupted
    wait_for_the_provider(tmp_path / "home")
    end_orphans(tmp_path / "home")
    assert "notes" in server.collections()
    network.behaviour = pass_through
    stack.unlock()
    assert "notes" not in stack.resources()

    stack.up(everything)

    assert set(stack.resources()) == set(STEPS)
    assert [*(tmp_path / "spool" / "creations").iterdir()] == []
    figures.count(figures.ENGINE_KILLS)


def end_orphans(home: Path) -> None:
    """Kills what a dead engine has left running: provider and language host."""
    for orphan in processes_of(home, b"pulumi"):
        with suppress(ProcessLookupError):
            os.kill(orphan, signal.SIGKILL)


def wait_for_the_provider(home: Path) -> None:
    """Until the orphan has finished what it was doing, and ended."""
    give_up = time.monotonic() + 60
    while processes_of(home, b"pulumi.dynamic"):
        assert time.monotonic() < give_up, "the provider does not end"
        time.sleep(0.1)
