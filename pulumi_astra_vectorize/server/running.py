"""Runs an application on sockets that are open already: signals, threads, the ready file."""

from __future__ import annotations

import signal
import socket
import sys
import threading
from asyncio import Protocol
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import uvicorn
from starlette.types import ASGIApp

from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.files import write_whole
from pulumi_astra_vectorize.server.data_folder import READY_FILE
from pulumi_astra_vectorize.wire import ServerAddresses

GRACE_SECONDS = 5
"""How long calls in flight may take once the server was told to stop."""

TURN_SECONDS = 0.0005
"""How long a thread computes while another waits for its turn: a tenth of Python's own measure, as
a short read waits so long several times beside a large insert."""


@dataclass(frozen=True, kw_only=True)
class OpenSockets:
    """A server whose sockets take connections already; uvicorn answers them once it runs.

    ``protocol`` takes the place of uvicorn's own; ``certificate`` and ``key`` are files for TLS.
    """

    application: ASGIApp
    addresses: ServerAddresses
    listeners: list[socket.socket]
    protocol: type[Protocol] | None = None
    certificate: Path | None = None
    key: Path | None = None


Opened = TypeVar("Opened", bound=OpenSockets)


class _Uvicorn(uvicorn.Server):
    """Says when it answers."""

    def __init__(self, opened: OpenSockets, ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            opened.application,
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            http=opened.protocol or "auto",
            ssl_certfile=opened.certificate,
            ssl_keyfile=opened.key,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def run_until_stopped(
    opening: AbstractContextManager[OpenSockets],
    ready_file: Path | None,
    announce: Callable[[ServerAddresses], None],
) -> None:
    """Opens a server and runs it until SIGTERM or SIGINT.

    Args:
        opening: opens the server and closes it at the end.
        ready_file: where to write the addresses once it answers; by default beside its token.
        announce: called when it answers.

    Raises:
        ConfigurationError: READY_FILE_UNUSABLE.
        SystemExit: with 0, after a signal and a clean stop.
    """
    sys.setswitchinterval(TURN_SECONDS)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    with opening as opened, _ready_file(ready_file, opened.addresses) as write_ready_file:

        def ready() -> None:
            write_ready_file()
            announce(opened.addresses)

        _Uvicorn(opened, ready).run(opened.listeners)


@contextmanager
def running_in_thread(opening: AbstractContextManager[Opened]) -> Generator[Opened, None, None]:
    """Opens a server and runs it in a thread of this process, for tests."""
    with opening as opened:
        answering = threading.Event()
        server = _Uvicorn(opened, answering.set)
        thread = threading.Thread(target=server.run, args=(opened.listeners,))
        thread.start()
        answering.wait()
        try:
            yield opened
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def _ready_file(
    wanted: Path | None, addresses: ServerAddresses
) -> Generator[Callable[[], None], None, None]:
    path = wanted or Path(addresses.token_file).with_name(READY_FILE)
    try:
        yield lambda: _write_ready_file(path, addresses)
    finally:
        with suppress(OSError):
            path.unlink()


def _write_ready_file(path: Path, addresses: ServerAddresses) -> None:
    try:
        write_whole(path, addresses.model_dump_json(by_alias=True) + "\n")
    except OSError as problem:
        raise ConfigurationError(
            "READY_FILE_UNUSABLE",
            f"{path} cannot be written: {problem.strerror}",
            fix="name a file in a folder that this user may write to: --ready-file FILE",
        ) from None


def _leave(_signal: int, _frame: object) -> None:
    raise SystemExit(0)
