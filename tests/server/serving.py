"""Runs `astra-vectorize serve` as users do: in a process of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pulumi_astra_vectorize.testing.server import COMMAND, PATIENCE_SECONDS, wait_until_ready
from pulumi_astra_vectorize.wire import ServerAddresses


def start(*arguments: str | Path, **environment: str) -> subprocess.Popen[str]:
    """Starts the command; its output is kept for the caller."""
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a process that ends by itself."""
    try:
        output, errors = process.communicate(timeout=PATIENCE_SECONDS)
    finally:
        process.kill()
    return process.returncode, output, errors


def ready(process: subprocess.Popen[str], file: Path) -> ServerAddresses:
    """The addresses of a server that has written its ready file."""
    return wait_until_ready(process, file, lambda: "".join(process.communicate()))


@contextmanager
def serving(
    folder: Path, *arguments: str | Path, **environment: str
) -> Iterator[tuple[subprocess.Popen[str], ServerAddresses]]:
    """A server on free ports that keeps its data in ``folder``; stopped at the end."""
    process = start("--port", "0", "--data", folder, *arguments, **environment)
    try:
        yield process, ready(process, folder / "server.json")
    finally:
        process.terminate()
        finished(process)
