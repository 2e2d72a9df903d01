"""Where the keys come from that secrets are sealed with: a file, or the environment.

Keys are separated by white space, the newest first: secrets are sealed with the first and opened
with any, which lets running instances outlive a change of keys (examples/self-hosted/README.md).
"""

from __future__ import annotations

from pathlib import Path

from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.files import explained_disk_errors, read_or_create, write_whole
from pulumi_astra_vectorize.server.sealing import Sealer, new_key

KEY_FILE = "secrets.key"


def sealer_of_folder(folder: Path) -> Sealer:
    """With the key file of a data folder, which is made where there is none.

    Raises:
        ConfigurationError: KEY_FILE_INVALID when the file holds no key, FILE_NOT_WRITABLE.
    """
    path = folder / KEY_FILE
    with explained_disk_errors(path):
        keys = read_or_create(path, new_key)
    return _sealer(
        keys,
        "KEY_FILE_INVALID",
        f"{path} holds no encryption key",
        fix="put the key file of this data folder back, or start with a new data folder",
    )


def add_key(folder: Path) -> None:
    """Puts a new key before those of a data folder; FILE_NOT_WRITABLE."""
    path = folder / KEY_FILE
    with explained_disk_errors(path):
        write_whole(path, f"{new_key()}\n{read_or_create(path, new_key)}\n")


def drop_old_keys(folder: Path) -> None:
    """Leaves a data folder its newest key only; FILE_NOT_WRITABLE."""
    path = folder / KEY_FILE
    with explained_disk_errors(path):
        write_whole(path, f"{path.read_text().split()[0]}\n")


def sealer_of_file(path: Path) -> Sealer:
    """With the keys of a file that somebody else keeps.

    Raises:
        ConfigurationError: MASTER_KEY_UNREADABLE, MASTER_KEY_INVALID.
    """
    try:
        keys = path.read_text(encoding="utf-8", errors="replace")
    except OSError as problem:
        raise ConfigurationError(
            "MASTER_KEY_UNREADABLE",
            f"the master key file {path} cannot be read: {problem.strerror}",
            fix="give the file to the user that runs this program, or name another file",
        ) from None
    return sealer_of_text(keys, str(path))


def sealer_of_text(keys: str, place: str) -> Sealer:
    """With keys as they stand in ``place``, which the error names; it never shows them.

    Raises:
        ConfigurationError: MASTER_KEY_INVALID.
    """
    return _sealer(
        keys,
        "MASTER_KEY_INVALID",
        f"{place} holds something else than encryption keys",
        fix="make a key with: astra-vectorize keys new",
    )


def _sealer(keys: str, code: str, message: str, *, fix: str) -> Sealer:
    try:
        return Sealer(keys.split())
    except ValueError:
        raise ConfigurationError(code, message, fix=fix) from None
