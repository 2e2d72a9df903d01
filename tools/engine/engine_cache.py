"""Where built engines are kept, outside the checkout, safe against parallel and killed runs."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Generator
from pathlib import Path

from progress import say


def cache_folder() -> Path:
    """Where engines are kept, by the XDG convention."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "pulumi-astra-vectorize" / "engine"


@contextlib.contextmanager
def only_one_build(cache: Path) -> Generator[None, None, None]:
    """Hold the cache's lock; the system lets go of it however this process ends."""
    with (cache / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another run is building the Pulumi engine; waiting for it ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def folder_being_built(cache: Path) -> Generator[Path, None, None]:
    """A folder to fill and then to rename; what is not renamed by the end is removed."""
    with tempfile.TemporaryDirectory(prefix="building-", dir=cache) as temporary:
        parts = Path(temporary) / "parts"
        parts.mkdir()
        yield parts
