"""Files that only their owner reads, and that are whole or not there."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from pulumi_astra_vectorize.errors import ConfigurationError

OWNER_ONLY = 0o600


@contextmanager
def whole_file(path: Path) -> Generator[TextIO]:
    """A file to write, under the name ``.partial`` until it is complete and on the disk.

    Raises:
        OSError: the disk or the folder does not take it.
    """
    partial = path.with_name(f"{path.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    except Exception:
        partial.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def write_whole(path: Path, text: str) -> None:
    """Writes a file that nobody ever sees half-written; OSError as for ``whole_file``."""
    with whole_file(path) as stream:
        stream.write(text)


def read_or_create(path: Path, make: Callable[[], str]) -> str:
    """The line that a file holds; made up and written when there is no file."""
    if path.exists():
        return path.read_text(encoding="utf-8", errors="replace").strip()
    text = make()
    write_whole(path, f"{text}\n")
    return text


@contextmanager
def explained_disk_errors(path: Path) -> Generator[None]:
    """A full disk, a missing right or folder as an error that names the file.

    Raises:
        ConfigurationError: FILE_NOT_WRITABLE.
    """
    try:
        yield
    except OSError as error:
        raise ConfigurationError(
            "FILE_NOT_WRITABLE",
            f"{path} cannot be used: {error.strerror or error}",
            fix="make room or give the right to write there, or choose another place (for a "
            "reload or a rotation by hand: `pulumi config set astra-vectorize:spoolFolder FOLDER`, "
            "or ASTRA_VECTORIZE_SPOOL_FOLDER; for a server: --data FOLDER)",
        ) from None


def _sync_folder(folder: Path) -> None:
    """Makes a renamed file survive a power cut: its name stands in the folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
