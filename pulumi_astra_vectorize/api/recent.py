"""Answers that are asked for once by all who want them, and kept for a short while.

A refresh of many resources would otherwise list the same keyspace for each of them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

SHOWN_SECONDS = 60.0
"""How old an answer may be that a refresh shows."""

ACTING_SECONDS = 5.0
"""How old an answer may be that a creation, a deletion or its guard relies on."""

T = TypeVar("T")


@dataclass
class _Slot(Generic[T]):
    """An answer with its time; ``changes`` counts what was written since the process began."""

    asking: threading.Lock = field(default_factory=threading.Lock)
    answer: T | None = None
    asked_at: float = 0.0
    changes: int = 0


class Recent(Generic[T]):
    """The latest answer to each question. All methods may be called from any thread.

    A change drops the answer, also one that is on its way: it may have been given before. Answers
    are shared: callers leave them as they are.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._slots: dict[Hashable, _Slot[T]] = {}

    def get(self, question: Hashable, ask: Callable[[], T], within: float) -> T:
        """The answer, at most ``within`` seconds old; those who wait for it share one asking."""
        slot = self._slot(question)
        wanted_since = self._clock()
        with slot.asking:
            with self._guard:
                if slot.answer is not None and wanted_since - slot.asked_at < within:
                    return slot.answer
                changes, asked_at = slot.changes, self._clock()
            answer = ask()
            with self._guard:
                if slot.changes == changes:
                    slot.answer, slot.asked_at = answer, asked_at
            return answer

    def change(self, question: Hashable, amend: Callable[[T], T | None]) -> None:
        """Notes that the truth has changed: ``amend`` answers the new one, None if unknown."""
        slot = self._slot(question)
        with self._guard:
            slot.changes += 1
            slot.answer = None if slot.answer is None else amend(slot.answer)

    def drop(self, question: Hashable) -> None:
        """Notes a change whose outcome is not known here."""
        self.change(question, lambda _answer: None)

    def forget(self) -> None:
        """Drops all answers."""
        with self._guard:
            for slot in self._slots.values():
                slot.changes += 1
                slot.answer = None

    def _slot(self, question: Hashable) -> _Slot[T]:
        with self._guard:
            return self._slots.setdefault(question, _Slot())
