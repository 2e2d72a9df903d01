"""Opens a store, or says clearly why that cannot be."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.server.store.engines import Engines
from pulumi_astra_vectorize.server.store.problems import StorageError
from pulumi_astra_vectorize.server.store.store import Store
from pulumi_astra_vectorize.server.store.versions import PRESENT, StoreTooNewError

MEND = "restore the store from a backup, free its disk, or correct its address; or start anew"


@contextmanager
def opened_store(engines: Engines, place: str) -> Generator[Store, None, None]:
    """The store, closed at the end; ``place`` is how errors name it, without a password.

    Raises:
        ConfigurationError: STORE_TOO_NEW, or STORAGE_CORRUPT, STORAGE_FULL, STORAGE_UNREACHABLE,
            STORAGE_FAILED at opening.
    """
    try:
        store = Store(engines)
    except StoreTooNewError as problem:
        raise ConfigurationError(
            "STORE_TOO_NEW",
            f"{place}: {problem}, this program knows up to {PRESENT}; nothing was changed",
            fix="install the version of pulumi-astra-vectorize that the store was last used with",
        ) from None
    except StorageError as problem:
        raise ConfigurationError(problem.code, f"{place}: {problem.message}", fix=MEND) from None
    try:
        yield store
    finally:
        store.close()
