"""Opens the store and hands out transactions: many readers, one writer at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from pulumi_astra_vectorize.server.store.schema import Base

FILE_NAME = "store.sqlite3"


class Store:
    """The server's state.

    ``folder`` is the data folder, or None for memory. Sessions are plain SQLAlchemy sessions;
    ``write`` holds the one writer's lock and commits at the end, or changes nothing at all.
    """

    def __init__(self, folder: Path | None) -> None:
        self._engine = _engine(folder)
        self._writing = threading.RLock()
        Base.metadata.create_all(self._engine)

    @contextmanager
    def read(self) -> Iterator[Session]:
        with Session(self._engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        with self._writing, Session(self._engine, expire_on_commit=False) as session:
            with session.begin():
                yield session

    def close(self) -> None:
        self._engine.dispose()


def _engine(folder: Path | None) -> Engine:
    if folder is None:
        engine = create_engine(
            "sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool
        )
    else:
        engine = create_engine(
            f"sqlite:///{folder / FILE_NAME}", connect_args={"check_same_thread": False}
        )
    event.listen(engine, "connect", _set_pragmas)
    return engine


def _set_pragmas(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
