"""Starts and stops the embedded server: folder, sockets, state."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from httpx import HTTPTransport

from pulumi_astra_vectorize.server.admission import Admission
from pulumi_astra_vectorize.server.application import create_application
from pulumi_astra_vectorize.server.application_token import application_token
from pulumi_astra_vectorize.server.control.connections import ReachableConnection
from pulumi_astra_vectorize.server.data_folder import TOKEN_FILE, data_folder
from pulumi_astra_vectorize.server.databases import open_databases
from pulumi_astra_vectorize.server.embedding.client import EmbeddingClient
from pulumi_astra_vectorize.server.integrations.keys import check_key
from pulumi_astra_vectorize.server.master_key import sealer_of_folder
from pulumi_astra_vectorize.server.running import (
    OpenSockets,
    run_until_stopped,
    running_in_thread,
)
from pulumi_astra_vectorize.server.settings import ServerSettings
from pulumi_astra_vectorize.server.sockets import listen, port_of, url_of
from pulumi_astra_vectorize.server.state import ServerState
from pulumi_astra_vectorize.server.store.engines import sqlite_engines
from pulumi_astra_vectorize.server.store.opening import opened_store
from pulumi_astra_vectorize.server.store.store import Store
from pulumi_astra_vectorize.server.vectors import VectorCache
from pulumi_astra_vectorize.wire import ServerAddresses


@dataclass(frozen=True, kw_only=True)
class OpenServer(OpenSockets):
    """The embedded server with its state, which tests look into."""

    state: ServerState


def serve(settings: ServerSettings, announce: Callable[[ServerAddresses], None]) -> None:
    """Runs a server until SIGTERM or SIGINT; ``announce`` is called when it answers.

    Raises:
        ConfigurationError: when it cannot start; the code says why.
        SystemExit: with 0, after a signal and a clean stop.
    """
    run_until_stopped(opened_server(settings), settings.ready_file, announce)


def running_server(settings: ServerSettings) -> AbstractContextManager[OpenServer]:
    """A server in a thread of this process, for tests."""
    return running_in_thread(opened_server(settings))


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
        yield OpenServer(
            application=create_application(state, port_of(main)),
            addresses=ServerAddresses(
                url=url_of(settings.host, port_of(main)),
                lookup_url=f"{url_of(settings.host, port_of(main))}/v1",
                pid=os.getpid(),
                token_file=str(folder / TOKEN_FILE),
                databases=[one.address(settings.host) for one in databases],
            ),
            listeners=[main, *(one.listener for one in databases)],
            protocol=ReachableConnection if settings.control else None,
            state=state,
        )


@contextmanager
def _opened_state(
    settings: ServerSettings, folder: Path, store: Store, url: str
) -> Generator[ServerState, None, None]:
    sealer = sealer_of_folder(folder)
    check_key(store, sealer)
    token = application_token(settings.token, folder / TOKEN_FILE)
    with closing(_embeddings(settings, url)) as embeddings:
        yield ServerState(
            settings=settings,
            store=store,
            sealer=sealer,
            admission=Admission(token, settings.username, settings.password),
            embeddings=embeddings,
            vectors=VectorCache(store),
        )


def _embeddings(settings: ServerSettings, own_url: str) -> EmbeddingClient:
    """A proxy leads to a router elsewhere, never back to this machine, which speaks plain HTTP."""
    if settings.embeddings is not None:
        return EmbeddingClient(settings.embeddings)
    return EmbeddingClient(own_url, HTTPTransport(verify=False))
