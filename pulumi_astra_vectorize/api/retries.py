"""Says when a retry keeps a person waiting; what stamina says by itself has no content in Pulumi's
display."""

from __future__ import annotations

import sys

import stamina
from stamina.instrumentation import RetryDetails

from pulumi_astra_vectorize.errors import AstraVectorizeError

WORTH_A_LINE = 3.0
"""Seconds; shorter pauses end before anybody wonders, and the error at the end says why."""


def say_long_waits() -> None:
    """From now on this process says a line on stderr before a long wait; the engine shows it."""
    stamina.instrumentation.set_on_retry_hooks([_say])


def _say(details: RetryDetails) -> None:
    if details.wait_for >= WORTH_A_LINE:
        reason = _name(details.caused_by)
        sys.stderr.write(f"waiting {details.wait_for:.0f} s before another attempt ({reason})\n")


def _name(error: Exception) -> str:
    """What went wrong in one word; what an error says may be long, or not ours to show."""
    if isinstance(error, AstraVectorizeError):
        return error.code
    return type(error).__name__.lstrip("_")
