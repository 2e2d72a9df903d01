"""The data folder: where the store, the key and the application token lie."""

from __future__ import annotations

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pulumi_astra_vectorize.errors import ConfigurationError

TOKEN_FILE = "application-token"  # noqa: S105 - the name of a file
READY_FILE = "server.json"
_LOCK_FILE = "lock"


@contextmanager
def data_folder(wanted: Path | None) -> Generator[Path, None, None]:
    """The folder to keep data in: ``wanted``, made if need be and locked against a second server;
    or a private temporary one that is removed at the end.

    Raises:
        ConfigurationError: DATA_FOLDER_UNUSABLE, DATA_FOLDER_IN_USE.
    """
    if wanted is None:
        with TemporaryDirectory(prefix="astra-vectorize-") as temporary:
            yield Path(temporary)
        return
    with _locked(wanted.absolute()):
        yield wanted.absolute()


@contextmanager
def _locked(folder: Path) -> Generator[None, None, None]:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (folder / _LOCK_FILE).open("a")
    except OSError as problem:
        raise ConfigurationError(
            "DATA_FOLDER_UNUSABLE",
            f"{folder} cannot be used as a data folder: {problem.strerror}",
            fix="name a folder that this user may write to: --data FOLDER",
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigurationError(
                "DATA_FOLDER_IN_USE",
                f"another server works in {folder}",
                fix="stop that server, or name another folder: --data FOLDER",
            ) from None
        yield
