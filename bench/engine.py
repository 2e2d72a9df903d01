"""What the engine itself costs on a file backend, and what its own switches take off it.

`python -m bench engine`: the empty provider's `up`, BENCH_ENGINE_SIZE resources (500 if unset),
with each switch against none. No target: none of this is ours to answer for.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.figures import Figure
from bench.provider import NO_CHECKPOINTS, OPERATIONS, Stack

SWITCHES: Mapping[str, Mapping[str, str]] = {
    "no backup of each checkpoint": {"PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true"},
    "no checkpoints at all": NO_CHECKPOINTS,
}


def figures() -> Iterator[Figure]:
    """A ratio for each switch, and for a stack of half the resources."""
    size = int(os.environ.get("BENCH_ENGINE_SIZE", "500"))
    plain = _seconds_of_up(size, {})
    for name, switch in SWITCHES.items():
        seconds = _seconds_of_up(size, switch)
        behind = f"{seconds:.1f} s, without {plain:.1f} s"
        yield Figure(f"up, {size:,} resources, {name}", seconds / plain, "x", behind=behind)
    half = _seconds_of_up(size // 2, {})
    behind = f"2 x {half:.1f} s, whole {plain:.1f} s"
    yield Figure(f"up, {size:,} resources in two stacks", 2 * half / plain, "x", behind=behind)


def _seconds_of_up(size: int, switch: Mapping[str, str]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        floor = {"BENCH_RESOURCES": str(size), "BENCH_FLOOR": "1"}
        return Stack(Path(folder), {**floor, **switch}).run(*OPERATIONS["up"])
