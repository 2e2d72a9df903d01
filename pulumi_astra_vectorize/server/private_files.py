"""Small files that only their owner may read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

OWNER_ONLY = 0o600


def read_or_create(path: Path, make: Callable[[], str]) -> str:
    """The line that the file holds; made up and written (mode 0600) when there is no file."""
    if path.exists():
        return path.read_text(encoding="utf-8", errors="replace").strip()
    text = make()
    write_whole(path, f"{text}\n")
    return text


def write_whole(path: Path, text: str) -> None:
    """Writes a file (mode 0600) that nobody ever sees half-written."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    try:
        draft.replace(path)
    except OSError:
        draft.unlink()
        raise
