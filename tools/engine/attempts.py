"""Trying one way after another, and asking programs of the machine what they are."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from progress import CommandError

Command = list[str | Path]
Version = tuple[int, int, int]
Found = TypeVar("Found")


class UnusableError(Exception):
    """A way to an engine, or to a Go toolchain, that does not work here; its arguments say why."""


def first_that_works(ways: Sequence[Callable[[], Found]]) -> Found:
    """The result of the first way that is usable; UnusableError with every reason where none is."""
    reasons: list[str] = []
    for way in ways:
        try:
            return way()
        except UnusableError as unusable:
            reasons.extend(unusable.args)
        except (CommandError, OSError) as failure:
            reasons.append(str(failure))
    raise UnusableError(*reasons)


def program_on_path(name: str) -> Path:
    """Where PATH has a program of this name."""
    found = shutil.which(name)
    if not found:
        raise UnusableError(f"there is no `{name}` on PATH")
    return Path(found)


def output_of(
    command: Command,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """What a short command prints; UnusableError where it fails."""
    environment = os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "1"} | dict(environment or {})
    ended = subprocess.run(
        command, cwd=folder, env=environment, text=True, capture_output=True, check=False
    )
    if ended.returncode:
        line = " ".join(map(str, command))
        raise UnusableError(f"`{line}` ended with {ended.returncode}: {ended.stderr.strip()}")
    return ended.stdout


def version_in(text: str) -> Version:
    """The version in `v3.230.0`, `go1.26.8` or `go1.27rc1`: digits that are not there are zeros."""
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    if not found:
        raise UnusableError(f"no version to be read in {text.strip()!r}")
    return int(found[1]), int(found[2]), int(found[3] or 0)


def dotted(version: Version) -> str:
    """A version as people write it."""
    return ".".join(map(str, version))
