"""Runs a command that takes minutes and keeps telling the person who waits how far it is."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

TERMINAL_SECONDS = 1.0
LOG_SECONDS = 10.0
LAST_LINES = 15

_DOWNLOADED = re.compile(r"^go: downloading ")
_COMPILED = re.compile(
    r"^[\w.\-]+(/[\w.\-]+)*$"
)  # `go build -v` names each package on its own line


class CommandError(Exception):
    """A command ended with an error; the text carries the last lines that it printed."""


class Output:
    """What a running command has printed: Go's own lines counted, the last other lines kept."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.last_lines: deque[str] = deque(maxlen=LAST_LINES)

    def read(self, stream: IO[str]) -> None:
        """Read the stream to its end; meant for a thread of its own."""
        for line in stream:
            self._note(line.rstrip())

    def _note(self, line: str) -> None:
        if _DOWNLOADED.match(line):
            self.counts["modules downloaded"] += 1
        elif _COMPILED.match(line):
            self.counts["packages compiled"] += 1
        elif line:
            self.last_lines.append(line)

    def summary(self, seconds: float) -> str:
        """How far the command is, in a few words."""
        return ", ".join([f"{seconds:.0f} s", *(f"{n} {what}" for what, n in self.counts.items())])


def say(text: str) -> None:
    """Tell something that stays, on standard error: standard output is for results."""
    print(f"{_line_start()}{text}", file=sys.stderr, flush=True)


def run(
    title: str, command: Sequence[str | Path], *, folder: Path, environment: Mapping[str, str]
) -> None:
    """Run a command to its end, with progress every second (every ten where nobody looks).

    Raises CommandError where it ends with an error. An interrupt ends the command as well.
    """
    say(f"{title} ...")
    started = time.monotonic()
    output = Output()
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        reader = threading.Thread(target=output.read, args=(process.stdout,), daemon=True)
        reader.start()
        try:
            _wait(process, title, output, started)
        except BaseException:
            process.terminate()
            raise
        reader.join()
    elapsed = time.monotonic() - started
    if process.returncode:
        details = "\n".join(f"    {line}" for line in output.last_lines)
        raise CommandError(
            f"{title}: exit code {process.returncode} after {elapsed:.0f} s\n{details}"
        )
    say(f"{title}: done in {output.summary(elapsed)}")


def _wait(process: subprocess.Popen[str], title: str, output: Output, started: float) -> None:
    interval = TERMINAL_SECONDS if sys.stderr.isatty() else LOG_SECONDS
    while True:
        try:
            process.wait(timeout=interval)
        except subprocess.TimeoutExpired:
            _show(f"{title}: {output.summary(time.monotonic() - started)}")
        else:
            return


def _show(status: str) -> None:
    """Tell something that the next status replaces, where the terminal can."""
    end = "" if sys.stderr.isatty() else "\n"
    print(f"{_line_start()}{status}", end=end, file=sys.stderr, flush=True)


def _line_start() -> str:
    erase_line = "\r\x1b[K"
    return erase_line if sys.stderr.isatty() else ""
