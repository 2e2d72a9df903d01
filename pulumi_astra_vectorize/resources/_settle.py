"""Settles what an answer that was lost leaves open: was the work done?"""

from __future__ import annotations

from collections.abc import Callable

from pulumi_astra_vectorize.errors import RefusedError, UnreachableError

LOST = frozenset(
    {"ANSWER_LOST", "ANSWER_NOT_JSON", "ANSWER_NOT_UNDERSTOOD", "ANSWER_TOO_LARGE", "TARGET_BUSY"}
)
"""Errors that leave open whether the work was done."""


def settle(change: Callable[[], object], is_done: Callable[[], bool]) -> None:
    """Does a change once; where its answer is lost, looks whether it was done after all."""
    try:
        change()
    except (UnreachableError, RefusedError) as error:
        if error.code not in LOST or not is_done():
            raise
