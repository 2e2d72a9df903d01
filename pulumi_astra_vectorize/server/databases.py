"""The organisation's databases at start: those the store knows, and those declared now."""

from __future__ import annotations

import socket
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from pulumi_astra_vectorize.server.settings import ServerSettings
from pulumi_astra_vectorize.server.sockets import listen_preferably, port_of, url_of
from pulumi_astra_vectorize.server.store.schema import ACTIVE, Database, Keyspace
from pulumi_astra_vectorize.server.store.store import Store
from pulumi_astra_vectorize.wire import DatabaseAddress

FIRST_DATABASE = "default"
"""The name of the database of a server that was told none."""


@dataclass(frozen=True)
class ListeningDatabase:
    """A database with the socket of its own that its Data API answers on."""

    database: Database
    listener: socket.socket

    def address(self, host: str) -> DatabaseAddress:
        """Where a server on this host answers for the database."""
        return DatabaseAddress(
            id=self.database.id, name=self.database.name, url=url_of(host, port_of(self.listener))
        )


@contextmanager
def open_databases(
    store: Store, settings: ServerSettings, main_port: int
) -> Generator[list[ListeningDatabase], None, None]:
    """Creates what is declared and not there yet, and gives every database its socket.

    The ports are remembered, so that addresses stay over a restart; a new database gets the next
    one after the main port (a free one when the main port was left to the system), and one whose
    port is taken moves to a free one.
    """
    with ExitStack() as listeners:
        with store.write() as session:
            _declare(session, settings)
            databases = session.scalars(select(Database).order_by(Database.created_at)).all()
            _wish_ports(databases, 0 if settings.port == 0 else main_port + 1)
            opened = [
                ListeningDatabase(
                    database,
                    listeners.enter_context(listen_preferably(settings.host, database.port)),
                )
                for database in databases
            ]
            for one in opened:
                one.database.port = port_of(one.listener)
                one.database.status = ACTIVE  # what control did to it ended with the last server
        yield opened


def _declare(session: Session, settings: ServerSettings) -> None:
    known = set(session.scalars(select(Database.name)))
    declared = [*settings.databases, *settings.classic_databases]
    if not declared and not known:
        declared = [FIRST_DATABASE]
    for name in dict.fromkeys(declared):
        if name not in known:
            database = Database(name=name, port=0, classic=name in settings.classic_databases)
            session.add(database)
            session.flush()
            session.add(Keyspace(database_id=database.id, name=settings.keyspace))


def _wish_ports(databases: Sequence[Database], first: int) -> None:
    """Gives those without a port the next one that no other database has; 0 leaves it open."""
    if first == 0:
        return
    taken = {database.port for database in databases}
    for database in databases:
        if database.port == 0:
            database.port = next((it for it in range(first, 2**16) if it not in taken), 0)
            taken.add(database.port)
