"""The provider in a process of its own that a test can have killed at any call."""

from __future__ import annotations

import multiprocessing
import os
import signal
from dataclasses import dataclass
from multiprocessing.connection import Connection

import stamina

from pulumi_astra_vectorize.api import target
from tests.reliability.miniature_engine import MiniatureEngine
from tests.reliability.programs import World, program_of
from tests.reliability.seam import Cut, Seam

PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Kill(Cut):
    """The process ends here, without a chance to do anything about it."""

    def happen(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Up:
    """One `pulumi up`: what the process has to know."""

    configuration: dict[str, str]
    saved: str
    wanted: World

    def stack(self) -> MiniatureEngine:
        """The stack as it stood before."""
        stack = MiniatureEngine(self.configuration)
        stack.saved = self.saved
        return stack


def run(up: Up, cut: Cut | None) -> tuple[int, int]:
    """Runs an `up` in a new process; its exit code, and how many calls it made to its end.

    Nothing that it learned reaches the state, as when the engine dies, too.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(up, cut, sending))
    process.start()
    sending.close()
    process.join(PATIENCE_SECONDS)
    assert process.exitcode is not None, "the process hangs"
    calls = receiving.recv() if process.exitcode == 0 else 0
    receiving.close()
    return process.exitcode, calls


def _run(up: Up, cut: Cut | None, calls: Connection[int, int]) -> None:
    seam = Seam()
    setattr(target, "connections", lambda **_: seam)  # noqa: B010 - what is imported is not exported
    stack = up.stack()
    with stamina.set_testing(testing=True, attempts=4), seam.cutting(cut):
        stack.up(program_of(up.wanted))
    calls.send(seam.calls)
