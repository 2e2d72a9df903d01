"""Opens the store and hands out transactions: many readers, one writer at a time."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from pulumi_astra_vectorize.server.store.problems import storage_error
from pulumi_astra_vectorize.server.store.schema import Base

FILE_NAME = "store.sqlite3"

PRAGMAS = ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=5000")


class Store:
    """The server's state, in one sqlite file of ``folder``.

    Sessions are plain SQLAlchemy sessions that see one snapshot; ``write`` holds the one writer's
    lock and commits at the end, or changes nothing at all. ``durable`` False leaves out waiting
    for the disk, for a folder that goes with the process.

    Raises:
        StorageError: from the constructor, ``read`` and ``write`` when sqlite or the disk fails.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._engine = _engine(folder / FILE_NAME, durable=durable)
        self._writing = threading.RLock()
        with _clear_problems():
            Base.metadata.create_all(self._engine)

    @contextmanager
    def read(self) -> Generator[Session, None, None]:
        """A session to look things up in."""
        with _clear_problems(), Session(self._engine) as session:
            yield session

    @contextmanager
    def write(self) -> Generator[Session, None, None]:
        """A session whose changes are committed together, or not at all."""
        with (
            _clear_problems(),
            self._writing,
            Session(self._engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def close(self) -> None:
        """Gives the file back; no session may be open."""
        self._engine.dispose()


def _engine(path: Path, *, durable: bool) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"check_same_thread": False},
        max_overflow=-1,  # one connection a busy thread; the thread pool is the bound
        hide_parameters=True,  # what users store must not turn up in a log
    )

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where SQLAlchemy says, see below
        for pragma in (*PRAGMAS, f"synchronous={'FULL' if durable else 'OFF'}"):
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


@contextmanager
def _clear_problems() -> Generator[None, None, None]:
    try:
        yield
    except (IntegrityError, ProgrammingError):
        raise  # the statement is at fault, not the disk
    except DatabaseError as problem:
        raise storage_error(problem) from problem
