"""Opens the store of a data folder, or says clearly why that cannot be."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.server.store.problems import StorageError
from pulumi_astra_vectorize.server.store.store import Store


@contextmanager
def opened_store(folder: Path, *, durable: bool) -> Generator[Store, None, None]:
    """The folder's store, closed at the end.

    Raises:
        ConfigurationError: STORAGE_CORRUPT, STORAGE_FULL or STORAGE_FAILED at opening.
    """
    try:
        store = Store(folder, durable=durable)
    except StorageError as problem:
        raise ConfigurationError(
            problem.code,
            f"{folder}: {problem.message}",
            fix="restore the folder from a backup or free its disk; or start with a new folder",
        ) from None
    try:
        yield store
    finally:
        store.close()
