"""The real Data API's memory of secrets (contract data-api.md, section 10: Cache)."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from pulumi_astra_vectorize.server.control.models import CredentialCacheSettings
from pulumi_astra_vectorize.server.integrations.credentials import CredentialError

CAPACITY = 1000


@dataclass
class _Entry:
    secret: str | None
    expires: float


class CredentialCache:
    """Remembers what look-ups answered, for as long as ``settings`` say: by default not at all.

    ``clock`` tells seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._settings = CredentialCacheSettings()
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()

    def configure(self, settings: CredentialCacheSettings) -> None:
        """Takes new settings and forgets everything, as a restart of the Data API would."""
        with self._lock:
            self._settings = settings
            self._entries.clear()

    def secret(self, key: Hashable, look_up: Callable[[], str]) -> str | None:
        """The remembered answer, or a fresh one; None stands for an empty answer.

        Raises what ``look_up`` raises, which is not remembered: CredentialError, unless empty
        answers are wanted.
        """
        with self._lock:
            remembered = self._valid_entry(key)
        if remembered is not None:
            return remembered.secret
        try:
            found: str | None = look_up()
        except CredentialError:
            if not self._settings.empty_answers:
                raise
            found = None
        with self._lock:
            self._remember(key, found)
        return found

    def _valid_entry(self, key: Hashable) -> _Entry | None:
        entry = self._entries.get(key)
        if entry is None or self._clock() >= entry.expires:
            return None
        if self._settings.after == "access":
            entry.expires = self._clock() + self._settings.seconds
        self._entries.move_to_end(key)
        return entry

    def _remember(self, key: Hashable, secret: str | None) -> None:
        if not self._settings.seconds:
            return
        self._entries[key] = _Entry(secret, self._clock() + self._settings.seconds)
        self._entries.move_to_end(key)
        if len(self._entries) > CAPACITY:
            self._entries.popitem(last=False)
