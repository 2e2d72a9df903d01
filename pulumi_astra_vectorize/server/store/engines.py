"""Where a store's rows are: a sqlite file of one server, or a PostgreSQL that several share."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, make_url

from pulumi_astra_vectorize.files import OWNER_ONLY
from pulumi_astra_vectorize.server.exact_json import from_store, to_store

FILE_NAME = "store.sqlite3"

PRAGMAS = ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=5000")

WRITERS_LOCK = 0x61737472
"""The PostgreSQL advisory lock that makes all writers of all instances one."""

CONNECT_SECONDS = 3
LOCK_MILLISECONDS = 5000
CONNECTIONS = 40
"""As many as there are threads that answer requests."""


@dataclass(frozen=True)
class Engines:
    """Two views of one pool of connections: transactions begun by ``writing`` exclude each other;
    ``reading`` sees one snapshot a transaction."""

    reading: Engine
    writing: Engine


def sqlite_engines(folder: Path, *, durable: bool = True) -> Engines:
    """A sqlite file of ``folder``; ``durable`` False leaves out waiting for the disk, for a folder
    that goes with the process."""
    file = folder / FILE_NAME
    file.touch(OWNER_ONLY)  # sqlite gives what it puts beside the file the same mode
    engine = create_engine(
        f"sqlite:///{file}",
        connect_args={"check_same_thread": False},
        max_overflow=-1,  # one connection a busy thread; the thread pool is the bound
        hide_parameters=True,  # what users store must not turn up in a log
        json_serializer=to_store,
        json_deserializer=from_store,
    )

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where SQLAlchemy says, see below
        for pragma in (*PRAGMAS, f"synchronous={'FULL' if durable else 'OFF'}"):
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", _begin)
    return Engines(engine, engine)


def postgres_engines(url: str) -> Engines:
    """A PostgreSQL database, by psycopg 3.

    Raises:
        ModuleNotFoundError: of ``psycopg``, without the extra ``[postgres]``.
    """
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "options": f"-c lock_timeout={LOCK_MILLISECONDS}",
        },
        pool_size=CONNECTIONS,
        pool_pre_ping=True,  # a restarted PostgreSQL costs no caller an error
        hide_parameters=True,
    )
    writing = engine.execution_options()
    event.listen(writing, "begin", _wait_for_other_writers)
    return Engines(engine.execution_options(isolation_level="REPEATABLE READ"), writing)


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _wait_for_other_writers(connection: Connection) -> None:
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})")
