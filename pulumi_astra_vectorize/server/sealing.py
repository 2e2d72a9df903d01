"""Secrets at rest: sealed with a key that lies beside the store, readable by its owner only."""

from __future__ import annotations

from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.server.private_files import read_or_create

KEY_FILE = "secrets.key"


class WrongKeyError(Exception):
    """The key at hand is not the one that a secret was sealed with."""


class Sealer:
    """Seals and opens texts; without a folder the key lives and dies with the process.

    Raises:
        ConfigurationError: ``KEY_FILE_INVALID`` when the folder's key file holds no key.
    """

    def __init__(self, folder: Path | None) -> None:
        self._fernet = Fernet(Fernet.generate_key()) if folder is None else _from_file(folder)

    def seal(self, text: str) -> bytes:
        """The encrypted form of a text."""
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """The text again; WrongKeyError when it was sealed with another key."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise WrongKeyError("a stored secret was sealed with another key") from None


def _from_file(folder: Path) -> Fernet:
    path = folder / KEY_FILE
    try:
        return Fernet(read_or_create(path, lambda: Fernet.generate_key().decode()))
    except ValueError:
        raise ConfigurationError(
            "KEY_FILE_INVALID",
            f"{path} holds no encryption key",
            fix="put the key file of this data folder back, or start with a new data folder",
        ) from None
