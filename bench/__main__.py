"""Prints all figures and marks those that miss their target: `python -m bench [PART ...]`.

Each part is a module here with a function ``figures``. All of them take over an hour on an idle
machine; a busy one spoils the ratios, too.
"""

from __future__ import annotations

import signal
import sys
import time
from datetime import date
from importlib import import_module

from bench.figures import Figure, machine, table

PARTS = ("insert", "search", "memory", "concurrency", "durability", "soak", "provider", "engine")


def main() -> None:
    """Runs the parts that are named, or all; misses are listed at the end."""
    # Ignored, as in a script's background, it would have Pulumi wait five seconds for its plugins.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parts = sys.argv[1:] or PARTS
    print(f"{date.today().isoformat()}, {machine()}\n", flush=True)  # noqa: DTZ011 - a local date
    missed: list[Figure] = []
    for part in parts:
        started = time.monotonic()
        module = import_module(f"bench.{part}")
        measured: list[Figure] = [*module.figures()]
        missed += [figure for figure in measured if not figure.meets_target]
        print(f"## {part} ({time.monotonic() - started:.0f} s)\n\n{table(measured)}\n", flush=True)
    print("Missed: " + ("; ".join(figure.name for figure in missed) or "none"))


if __name__ == "__main__":
    main()
