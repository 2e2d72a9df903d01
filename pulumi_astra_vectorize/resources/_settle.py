"""Settles what an answer that was lost leaves open: was the work done?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pulumi_astra_vectorize.errors import RefusedError, UnreachableError

LOST = frozenset(
    {"ANSWER_LOST", "ANSWER_NOT_JSON", "ANSWER_NOT_UNDERSTOOD", "ANSWER_TOO_LARGE", "TARGET_BUSY"}
)
"""Errors that leave open whether the work was done."""


T = TypeVar("T")


def settle(change: Callable[[], object], is_done: Callable[[], bool]) -> None:
    """Does a change once; where its answer is lost, looks whether it was done after all."""
    settled(change, lambda: is_done() or None)


def settled(change: Callable[[], T], done: Callable[[], T | None]) -> T:
    """The same, for a change with an outcome: what ``done`` finds takes the lost answer's place."""
    try:
        return change()
    except (UnreachableError, RefusedError) as error:
        found = done() if error.code in LOST else None
        if found is None:
            raise
        return found
