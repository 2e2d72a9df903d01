"""What a reload has done so far, on disk: what a crash leaves for the next run."""

from __future__ import annotations

import fcntl
import hashlib
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from pulumi_astra_vectorize.errors import ConfigurationError, ConflictError
from pulumi_astra_vectorize.files import explained_disk_errors, write_whole

READABLE = 120
"""Characters of a file's name that say what it is about; a hash makes it unique."""

EntryT = TypeVar("EntryT", bound=BaseModel)


@dataclass(frozen=True)
class Place:
    """What is reloaded: a collection (keyspace, name), or a column (keyspace, table, name).

    ``database`` is what no other database has: its id, or its address.
    """

    database: str
    path: tuple[str, ...]

    @property
    def file_name(self) -> str:
        """Readable, of safe characters, and another one for every place."""
        parts = (self.database, *self.path)
        readable = re.sub(r"[^\w-]", "_", "-".join(parts), flags=re.ASCII)[:READABLE]
        return f"{readable}-{hashlib.sha256(repr(parts).encode()).hexdigest()[:12]}"


class Journal(Generic[EntryT]):
    """One entry about one place; there as long as something is left to be done.

    Args:
        folder: where it is kept; made on the first write, for its owner alone.
        place: what it is about.
        kind: the model of the entry.
    """

    def __init__(self, folder: Path, place: Place, kind: type[EntryT]) -> None:
        self.path = folder / f"{place.file_name}.json"
        self._kind = kind

    def read(self) -> EntryT | None:
        """The entry, or None when nothing is left to be done.

        Raises:
            ConfigurationError: JOURNAL_UNREADABLE.
        """
        try:
            return self._kind.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError):
            raise ConfigurationError(
                "JOURNAL_UNREADABLE",
                f"{self.path}, which says how far a reload has come, cannot be read",
                fix="give the right to read it, or let the version that wrote it finish",
            ) from None

    def write(self, entry: EntryT) -> None:
        """Replaces the entry; on the disk when this returns."""
        with explained_disk_errors(self.path):
            write_whole(self.path, entry.model_dump_json())

    def remove(self) -> None:
        """Nothing is left to be done."""
        with explained_disk_errors(self.path):
            self.path.unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Generator[None]:
        """Keeps every other run, of this process or another, out of this place.

        Raises:
            ConflictError: RELOAD_RUNNING.
        """
        lock = self.path.with_suffix(".lock")
        with explained_disk_errors(lock):
            lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            stream = lock.open("w")
        with stream:  # closing it frees the lock, also when the process is killed
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ConflictError(
                    "RELOAD_RUNNING",
                    f"another run is reloading here ({lock} is locked)",
                    fix="wait until it has ended, and run the same command again",
                ) from None
            yield
