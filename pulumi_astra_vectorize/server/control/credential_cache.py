"""The real Data API's memory of secrets (contract data-api.md, section 10: Cache)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Final

from cachetools import TTLCache

from pulumi_astra_vectorize.server.control.models import CredentialCacheSettings
from pulumi_astra_vectorize.server.lookups.credentials import CredentialError

CAPACITY: Final = 1000

Answers = TTLCache[Hashable, str | None]
"""Secrets by what was looked up; None stands for an empty answer."""


class CredentialCache:
    """Remembers what look-ups answered, for as long as ``settings`` say: by default not at all.

    ``clock`` tells seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._settings = CredentialCacheSettings()
        self._answers = self._no_answers()

    def configure(self, settings: CredentialCacheSettings) -> None:
        """Takes new settings and forgets everything, as a restart of the Data API would."""
        with self._lock:
            self._settings = settings
            self._answers = self._no_answers()

    def secret(self, key: Hashable, look_up: Callable[[], str]) -> str | None:
        """The remembered answer, or a fresh one; None stands for an empty answer.

        Raises what ``look_up`` raises, which is not remembered: CredentialError, unless empty
        answers are wanted.
        """
        with self._lock:
            settings, answers = self._settings, self._answers
            with suppress(KeyError):
                found = answers[key]
                if settings.after == "access":
                    answers[key] = found  # its time begins anew
                return found
        found = _answer(look_up, settings)
        with self._lock:
            answers[key] = found  # nobody sees it if there are other settings by now
        return found

    def _no_answers(self) -> Answers:
        return TTLCache(CAPACITY, self._settings.seconds, self._clock)


def _answer(look_up: Callable[[], str], settings: CredentialCacheSettings) -> str | None:
    try:
        return look_up()
    except CredentialError:
        if settings.empty_answers:
            return None
        raise
