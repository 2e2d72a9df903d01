"""Says now and then how far a reload has come: numbers, never what a document says."""

from __future__ import annotations

import sys
import time
from typing import Protocol

EVERY_SECONDS = 3.0


class Progress(Protocol):
    """Hears what is being done, how many are done, and of how many if that is known."""

    def __call__(self, doing: str, done: int, total: int | None = None) -> None: ...


class ProgressLines:
    """Lines on stderr, which the engine shows beside the resource.

    Args:
        what: what is reloaded, as the lines begin.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._next = 0.0

    def __call__(self, doing: str, done: int, total: int | None = None) -> None:
        """Writes a line when it is time for one, and when all is done."""
        now = time.monotonic()
        if now < self._next and done != total:
            return
        self._next = now + EVERY_SECONDS
        of_all = "" if total is None else f" of {total}"
        sys.stderr.write(f"{self._what}: {doing} {done}{of_all}\n")
