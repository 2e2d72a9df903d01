"""Exchanges the key that a store's secrets are sealed with."""

from __future__ import annotations

from pathlib import Path

from pulumi_astra_vectorize.errors import NotFoundError
from pulumi_astra_vectorize.server.data_folder import data_folder
from pulumi_astra_vectorize.server.integrations.keys import seal_anew
from pulumi_astra_vectorize.server.master_key import add_key, drop_old_keys
from pulumi_astra_vectorize.server.service.vault import opened_vault
from pulumi_astra_vectorize.server.settings import StoreSettings
from pulumi_astra_vectorize.server.store.engines import FILE_NAME


def rotate_keys(settings: StoreSettings) -> int:
    """Seals every secret with the newest key; returns how many there are.

    A data folder without a master key of somebody else's gets a new key of its own; whenever this
    ends half-way, the folder's key file opens what the store holds.

    Raises:
        NotFoundError: STORE_NOT_FOUND.
        ConfigurationError: of the folder (a server works in it), the store and the keys.
    """
    if settings.store is None:
        _refuse_folder_without_store(settings.data)
    with data_folder(settings.data) as folder:
        own_key = not settings.has_master_key()
        if own_key:
            add_key(folder)
        with opened_vault(settings, folder) as vault:
            count = seal_anew(vault.store, vault.sealer)
        if own_key:
            drop_old_keys(folder)
        return count


def _refuse_folder_without_store(folder: Path | None) -> None:
    if folder is None or not (folder / FILE_NAME).exists():
        raise NotFoundError(
            "STORE_NOT_FOUND",
            "there is no store to seal anew" if folder is None else f"{folder} holds no store",
            fix="name the data folder of a server (--data FOLDER), or its PostgreSQL (--store URL)",
        )
