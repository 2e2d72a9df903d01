"""Starts and stops the embedded server: folder, sockets, state, uvicorn."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from pydantic import SecretStr

from pulumi_astra_vectorize.server.admission import Admission
from pulumi_astra_vectorize.server.application import create_application
from pulumi_astra_vectorize.server.control.connections import ReachableConnection
from pulumi_astra_vectorize.server.data_folder import READY_FILE, TOKEN_FILE, data_folder
from pulumi_astra_vectorize.server.databases import open_databases
from pulumi_astra_vectorize.server.embedding.client import EmbeddingClient
from pulumi_astra_vectorize.server.integrations.keys import check_key
from pulumi_astra_vectorize.server.master_key import sealer_of_folder
from pulumi_astra_vectorize.server.private_files import read_or_create, write_whole
from pulumi_astra_vectorize.server.settings import ServerSettings
from pulumi_astra_vectorize.server.sockets import listen, port_of, url_of
from pulumi_astra_vectorize.server.state import ServerState
from pulumi_astra_vectorize.server.store.engines import sqlite_engines
from pulumi_astra_vectorize.server.store.opening import opened_store
from pulumi_astra_vectorize.server.store.store import Store
from pulumi_astra_vectorize.server.vectors import VectorCache
from pulumi_astra_vectorize.wire import ServerAddresses

GRACE_SECONDS = 5
"""How long calls in flight may take once the server was told to stop."""


@dataclass(frozen=True)
class OpenServer:
    """A server whose sockets take connections already; ``uvicorn`` answers them once it runs."""

    state: ServerState
    addresses: ServerAddresses
    main_port: int
    listeners: list[socket.socket]


class _Uvicorn(uvicorn.Server):
    """Says when it answers."""

    def __init__(self, opened: OpenServer, ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            create_application(opened.state, opened.main_port),
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            http=ReachableConnection if opened.state.settings.control else "auto",
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def serve(settings: ServerSettings, announce: Callable[[ServerAddresses], None]) -> None:
    """Runs a server until SIGTERM or SIGINT; ``announce`` is called when it answers.

    Raises:
        ConfigurationError: when it cannot start; the code says why.
        SystemExit: with 0, after a signal and a clean stop.
    """
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    with opened_server(settings) as opened, _ready_file(settings, opened) as write_ready_file:

        def ready() -> None:
            write_ready_file()
            announce(opened.addresses)

        _Uvicorn(opened, ready).run(opened.listeners)


@contextmanager
def running_server(settings: ServerSettings) -> Generator[OpenServer, None, None]:
    """A server in a thread of this process, for tests."""
    with opened_server(settings) as opened:
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
def opened_server(settings: ServerSettings) -> Generator[OpenServer, None, None]:
    """Everything that a server needs, closed in the reverse order at the end."""
    with (
        data_folder(settings.data) as folder,
        listen(settings.host, settings.port) as main,
        opened_store(
            sqlite_engines(folder, durable=settings.data is not None), str(folder)
        ) as store,
        _opened_state(settings, folder, store, url_of(settings.host, port_of(main))) as state,
        open_databases(store, settings, port_of(main)) as databases,
    ):
        addresses = ServerAddresses(
            url=url_of(settings.host, port_of(main)),
            pid=os.getpid(),
            token_file=str(folder / TOKEN_FILE),
            databases=[one.address(settings.host) for one in databases],
        )
        listeners = [main, *(one.listener for one in databases)]
        yield OpenServer(state, addresses, port_of(main), listeners)


@contextmanager
def _opened_state(
    settings: ServerSettings, folder: Path, store: Store, url: str
) -> Generator[ServerState, None, None]:
    sealer = sealer_of_folder(folder)
    check_key(store, sealer)
    token = _application_token(settings, folder / TOKEN_FILE)
    with closing(EmbeddingClient(settings.embeddings or url)) as embeddings:
        yield ServerState(
            settings=settings,
            store=store,
            sealer=sealer,
            admission=Admission(token, settings.username, settings.password),
            embeddings=embeddings,
            vectors=VectorCache(store),
        )


def _application_token(settings: ServerSettings, path: Path) -> SecretStr:
    if settings.token is not None:
        write_whole(path, settings.token.get_secret_value() + "\n")
        return settings.token
    return SecretStr(read_or_create(path, _new_token))


def _new_token() -> str:
    """A token of the form that Astra hands out."""
    return f"AstraCS:{secrets.token_hex(10)}:{secrets.token_hex(32)}"


@contextmanager
def _ready_file(
    settings: ServerSettings, opened: OpenServer
) -> Generator[Callable[[], None], None, None]:
    path = settings.ready_file or Path(opened.addresses.token_file).with_name(READY_FILE)
    try:
        yield lambda: write_whole(path, opened.addresses.model_dump_json(by_alias=True) + "\n")
    finally:
        path.unlink(missing_ok=True)


def _leave(_signal: int, _frame: object) -> None:
    raise SystemExit(0)
