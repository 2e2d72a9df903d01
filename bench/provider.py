"""What our hooks add to the engine's own cost: `python -m bench provider`, after `make engine`.

The floor is an empty dynamic provider with the same resources and the same inputs, with the same
engine and the same kind of backend, each operation right before ours; the figure is the median of
the rounds, three where a round is short. BENCH_SIZES has the numbers of resources, 100, 1000 and
4000 if unset. From 2000 on both sides run without checkpoints, which would take hours and hide in
the engine's own time what ours costs. The server is the embedded one, in a process of its own: on a
machine with two CPUs it takes its share of the time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from statistics import median_low
from typing import NamedTuple

from bench.figures import Figure
from bench.provider_program import DATABASES
from pulumi_astra_vectorize.testing import RunningServer, running_server

REPOSITORY = Path(__file__).parents[1]
PROJECT = "name: bench\nruntime: python\n"
PROGRAM = "from bench.provider_program import declare\n\ndeclare()\n"

OPERATIONS = {
    "up": ("up", "--yes", "--skip-preview"),
    "preview without change": ("preview", "--expect-no-changes"),
    "refresh": ("refresh", "--yes", "--skip-preview", "--expect-no-changes"),
    "destroy": ("destroy", "--yes", "--skip-preview"),
}
TARGETS = {"up": 1.30, "preview without change": 1.10, "refresh": 1.25, "destroy": 1.30}
NO_CHECKPOINTS = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
NO_CHECKPOINTS_FROM = 2_000
ROUNDS_UP_TO = 300
"""Resources of all rounds together, where they fit in so many; else it is one round."""


class Stack:
    """A Pulumi project with a backend and a home of its own, and one stack."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = {
            **as_users_have_it(),
            **environment,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{engine()}{os.pathsep}"
            + os.environ["PATH"],
            "PYTHONPATH": str(REPOSITORY),
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{folder}",
            "PULUMI_CONFIG_PASSPHRASE": "only for a benchmark",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
        }
        (folder / "Pulumi.yaml").write_text(PROJECT, encoding="utf-8")
        (folder / "__main__.py").write_text(PROGRAM, encoding="utf-8")
        self.run("stack", "init", "bench")

    def run(self, *command: str) -> float:
        """The seconds that a command of the CLI takes."""
        started = time.perf_counter()
        done = subprocess.run(  # noqa: S603 - our own command line
            ["pulumi", *command, "--non-interactive", "--color", "never"],  # noqa: S607
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise SystemExit(f"pulumi {' '.join(command)}:\n{done.stdout[-4000:]}")
        return time.perf_counter() - started


IMPORTS = """
import pulumi, pulumi.dynamic, time
started = time.perf_counter()
import pulumi_astra_vectorize as astra
astra.Collection, astra.UserAccessToken, astra.VectorColumn
print(time.perf_counter() - started)
"""
STARTS = 5


def figures() -> Iterator[Figure]:
    """The import, and a ratio for each size and operation."""
    fastest = min(_import_seconds() for _ in range(STARTS))
    yield Figure("import beyond `import pulumi`", fastest * 1000, "ms", at_most=150)
    for size in map(int, os.environ.get("BENCH_SIZES", "100 1000 4000").split()):
        yield from _compared(size)


class Comparison(NamedTuple):
    """One operation of a round: the ratio to the floor, and what it was made of."""

    ratio: float
    behind: str


def _compared(size: int) -> Iterator[Figure]:
    rounds = [dict(_round(size)) for _ in range(max(1, ROUNDS_UP_TO // size))]
    where = ", no checkpoints" if _switches(size) else ""
    for operation, target in TARGETS.items():
        middle = median_low(measured[operation] for measured in rounds)
        name = f"{operation}, {size:,} resources{where}"
        yield Figure(name, middle.ratio, "x", at_most=target, behind=middle.behind)


def _round(size: int) -> Iterator[tuple[str, Comparison]]:
    """Both stacks from nothing to nothing."""
    both = {"BENCH_RESOURCES": str(size), **_switches(size)}
    with tempfile.TemporaryDirectory() as folder, _server() as server:
        ours = Stack(_new(Path(folder), "ours"), {**both, **server.environment})
        floor = Stack(_new(Path(folder), "floor"), {**both, "BENCH_FLOOR": "1"})
        for operation, command in OPERATIONS.items():
            server.control.forget_requests()
            bare, seconds = floor.run(*command), ours.run(*command)
            yield operation, Comparison(seconds / bare, _behind(seconds, bare, server))


def _server() -> AbstractContextManager[RunningServer]:
    """A server with room for all collections of a round in one database."""
    limit = {"ASTRA_VECTORIZE_SERVER_COLLECTION_LIMIT": "100000"}
    return running_server(*DATABASES, environment=limit)


def _switches(size: int) -> Mapping[str, str]:
    return NO_CHECKPOINTS if size >= NO_CHECKPOINTS_FROM else {}


def _behind(seconds: float, bare: float, server: RunningServer) -> str:
    asked = server.control.requests()
    calls = sum(request.times for request in asked.requests)
    asking = f"{calls:,} calls over {asked.connections} connections"
    return f"{seconds:.1f} s, floor {bare:.1f} s; {asking}"


def _import_seconds() -> float:
    """What every program and every provider process pays."""
    command = [sys.executable, "-c", IMPORTS]
    return float(
        subprocess.run(  # noqa: S603 - our own program
            command, check=True, stdout=subprocess.PIPE, text=True, env=as_users_have_it()
        ).stdout
    )


def as_users_have_it() -> dict[str, str]:
    """This environment, in which Python keeps its bytecode."""
    return {n: v for n, v in os.environ.items() if n != "PYTHONDONTWRITEBYTECODE"}


def engine() -> str:
    """The folder of the engine, as `make engine` prints it."""
    command = [sys.executable, str(REPOSITORY / "tools/engine/build.py")]
    return subprocess.run(  # noqa: S603 - our own tool
        command, check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()


def _new(folder: Path, name: str) -> Path:
    made = folder / name
    made.mkdir()
    return made
