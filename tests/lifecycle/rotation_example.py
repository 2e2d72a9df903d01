"""examples/rotation, run by the command line as its README says, with eyes everywhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lifecycle.servers import Server

EXAMPLE = Path(__file__).parents[2] / "examples" / "rotation"
OLD = "hf_MARKER_of_the_example_before"
NEW = "hf_MARKER_of_the_example_after"
STACK = "rotation"
VERBOSE = ("-v=9", "--logtostderr", "--logflow")


@dataclass
class Story:
    """The example's life, and what was seen on the way."""

    folder: Path
    server: Server
    texts: dict[str, str]
    command_lines: set[bytes]


class CommandLine:
    """`pulumi` in a copy of the example."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._project = folder / "project"
        shutil.copytree(EXAMPLE, self._project)
        for name in ("home", "state"):
            (folder / name).mkdir()
        self._environment = {
            **os.environ,
            **environment,
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
        }

    def __call__(self, *arguments: str, typed: str | None = None) -> str:
        """Runs one command; what it printed on both streams."""
        done = subprocess.run(
            ["pulumi", "--non-interactive", *arguments],
            cwd=self._project,
            env=self._environment,
            input=typed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout


@contextmanager
def watched_processes() -> Iterator[set[bytes]]:
    """The command line of every process that runs meanwhile."""
    seen: set[bytes] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.02):
            seen.update(_command_lines())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def _command_lines() -> Iterator[bytes]:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            yield (process / "cmdline").read_bytes()
        except OSError:
            continue  # it ended meanwhile
