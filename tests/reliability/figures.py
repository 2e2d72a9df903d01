"""What this suite tried, counted while it runs; the summary of a run prints it."""

from __future__ import annotations

from collections import Counter

PROGRAMS = "random programs brought up, checked and destroyed"
INTERRUPTED = "random programs interrupted at a random call and brought up again"
KILL_POINTS = "kill points of a rotation, before and after each call"
ENGINE_KILLS = "of these, through the real engine"
CALLS = "calls of a whole life after which it was killed or its answer lost"
FAULTS = "faults injected through a socket"
LEAKS = "places searched for a leaked secret"

counted: Counter[str] = Counter()


def count(figure: str, number: int = 1) -> None:
    """Adds to a figure of this process."""
    counted[figure] += number
