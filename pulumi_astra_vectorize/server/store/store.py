"""Opens the store and hands out transactions: many readers, one writer at a time."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from pulumi_astra_vectorize.server.store.engines import Engines
from pulumi_astra_vectorize.server.store.problems import storage_error
from pulumi_astra_vectorize.server.store.versions import bring_up_to_date

_MOMENT = "moment"


def moment_of(session: Session) -> int:
    """What a session of ``Store.read`` sees, for ``Store.is_as_seen``: so many transactions had
    ended before it."""
    moment: int = session.info[_MOMENT]
    return moment


class Store:
    """The server's state, made or brought to the present schema when it is opened.

    Sessions are plain SQLAlchemy sessions that see one snapshot; ``write`` holds the one writer's
    lock and commits at the end, or changes nothing at all.

    Raises:
        StorageError: from the constructor, ``read`` and ``write`` when the database or its disk
            fails.
        StoreTooNewError: from the constructor, see there.
    """

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._writing = threading.RLock()
        self._begun = self._ended = 0
        with _clear_problems():
            bring_up_to_date(engines.writing)

    @contextmanager
    def read(self) -> Generator[Session, None, None]:
        """A session to look things up in."""
        info = {_MOMENT: self._ended}
        with _clear_problems(), Session(self._engines.reading, info=info) as session:
            yield session

    @contextmanager
    def write(self) -> Generator[Session, None, None]:
        """A session whose changes are committed together, or not at all."""
        with (
            _clear_problems(),
            self._writing,
            self._counted(),
            Session(self._engines.writing, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def is_as_seen(self, moment: int) -> bool:
        """Whether nothing can have changed since the session that has this ``moment_of``.

        A look into memory, so it knows only of this process's writers; False means "look again".
        """
        return self._begun == moment

    @contextmanager
    def _counted(self) -> Generator[None, None, None]:
        """Counts a transaction before it can change anything, and when its changes can be seen."""
        self._begun += 1
        try:
            yield
        finally:
            self._ended += 1

    def close(self) -> None:
        """Gives files and connections back; no session may be open."""
        self._engines.writing.dispose()


@contextmanager
def _clear_problems() -> Generator[None, None, None]:
    try:
        yield
    except (IntegrityError, ProgrammingError):
        raise  # the statement is at fault, not the disk
    except DatabaseError as problem:
        raise storage_error(problem) from problem
