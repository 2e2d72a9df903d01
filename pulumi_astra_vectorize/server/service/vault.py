"""Opens the service's store with its keys."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.server.integrations.keys import check_key
from pulumi_astra_vectorize.server.master_key import (
    sealer_of_file,
    sealer_of_folder,
    sealer_of_text,
)
from pulumi_astra_vectorize.server.sealing import Sealer
from pulumi_astra_vectorize.server.settings import StoreSettings
from pulumi_astra_vectorize.server.store.engines import postgres_engines, sqlite_engines
from pulumi_astra_vectorize.server.store.opening import opened_store
from pulumi_astra_vectorize.server.store.store import Store


@dataclass(frozen=True)
class OpenVault:
    """The store, and what its secrets are sealed with."""

    store: Store
    sealer: Sealer


@contextmanager
def opened_vault(settings: StoreSettings, folder: Path) -> Generator[OpenVault, None, None]:
    """The store of these settings with its keys, which are proven to fit.

    Raises:
        ConfigurationError: of the store, of the keys, WRONG_KEY, POSTGRES_EXTRA_MISSING.
    """
    sealer = _sealer(settings, folder)
    with _store(settings, folder) as store:
        check_key(store, sealer)
        yield OpenVault(store, sealer)


def _sealer(settings: StoreSettings, folder: Path) -> Sealer:
    if settings.master_key_file is not None:
        return sealer_of_file(settings.master_key_file)
    if settings.master_key is not None:
        return sealer_of_text(settings.master_key.get_secret_value(), "the master key")
    return sealer_of_folder(folder)


def _store(settings: StoreSettings, folder: Path) -> AbstractContextManager[Store]:
    if settings.store is None:
        durable = settings.data is not None
        return opened_store(sqlite_engines(folder, durable=durable), str(folder))
    url = settings.store.get_secret_value()
    try:
        engines = postgres_engines(url)
    except ModuleNotFoundError as problem:
        raise ConfigurationError(
            "POSTGRES_EXTRA_MISSING",
            f"a store on PostgreSQL needs {problem.name}, which is not installed",
            fix="pip install 'pulumi-astra-vectorize[server,postgres]'",
        ) from None
    return opened_store(engines, make_url(url).render_as_string(hide_password=True))
