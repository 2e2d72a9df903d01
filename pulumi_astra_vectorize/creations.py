"""What a killed run has made, and no state knows of, is taken over by the next run.

Pulumi's engine stores a resource when its creation is answered. Where it dies before, what was made
would be refused as somebody else's. So a note in the spool folder says what is about to be made. It
goes when the provider's process ends and the engine is still there: then the state has everything
that was answered. A note whose engine is gone is of a creation that died: the same creation, by the
same project on the same machine, takes over what it finds.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import re
import socket
import sys
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi_astra_vectorize.errors import AstraVectorizeError, UnreachableError

if TYPE_CHECKING:
    from pulumi_astra_vectorize.lifecycle import Lifecycle, ResourceInputs
    from pulumi_astra_vectorize.settings import Settings

FOLDER = "creations"
"""Below the spool folder."""

PERMISSIONS = frozenset({"adopt", "force_destroy"})
"""Inputs that say nothing of what is made."""

ANSWERS_WITHIN = 1.0
"""Seconds; the engine is on this machine."""

_ADDRESS = re.compile(r"[\d.]+:\d+")
"""Of an engine: IP address and port."""


@dataclass(frozen=True)
class Creation:
    """One creation of this process.

    Attributes:
        note: where it is noted.
        engine: the address of the engine that waits for the answer.
        died: an earlier run began the same and died.
    """

    note: Path
    engine: str
    died: bool

    def write(self) -> None:
        """Notes it; where the disk takes nothing, what dies has to be taken over by hand."""
        with suppress(OSError):
            self.note.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.note.write_text(self.engine, encoding="ascii")


_creation: ContextVar[Creation | None] = ContextVar("creation", default=None)
_answered: set[Path] = set()
"""The notes of creations that the engine was told of."""


def begun_before() -> bool:
    """Whether the creation at hand was begun by an earlier run that died."""
    creation = _creation.get()
    return creation is not None and creation.died


def about_to_make() -> None:
    """Notes that what the creation at hand looked for is not there, and is made now."""
    creation = _creation.get()
    if creation is not None:
        creation.write()


@contextmanager
def creating(
    rules: Lifecycle[Any, Any], inputs: ResourceInputs, settings: Settings
) -> Generator[None]:
    """Around a creation: what it makes is noted until the engine has been told of it.

    A refusal takes the note back, since nothing was left behind. A lost answer does not.
    """
    engine = engine_address()
    if engine is None:
        yield
        return
    note = settings.spool_folder / FOLDER / _name_of(rules, inputs, settings)
    creation = Creation(note, engine, died=_of_a_dead_engine(note))
    if creation.died:
        creation.write()  # it is this run's from here on
    token = _creation.set(creation)
    try:
        yield
    except UnreachableError:
        raise
    except AstraVectorizeError:
        forget([note])
        raise
    else:
        if not _ending():
            _answered.add(note)
    finally:
        _creation.reset(token)


def in_the_state(rules: Lifecycle[Any, Any], inputs: ResourceInputs, settings: Settings) -> None:
    """A resource was stored with these inputs: a note of its creation says nothing any more."""
    folder = settings.spool_folder / FOLDER
    if _left_behind(folder) and engine_address() is not None:
        forget([folder / _name_of(rules, inputs, settings)])


def forget(notes: Iterable[Path]) -> None:
    """Removes notes; one that stays on a broken disk only takes over what is the same."""
    for note in notes:
        with suppress(OSError):
            note.unlink(missing_ok=True)


@atexit.register
def end_in_order() -> None:
    """When the process ends: what was answered is stored, if the engine lives to this moment."""
    engine = engine_address()
    if engine is not None and _answered and _answers(engine):
        forget(_answered)
    _answered.clear()


def engine_address() -> str | None:
    """Of the engine that started this process, which tells it as the only argument."""
    told = sys.argv[1] if len(sys.argv) == 2 else ""
    return told if _ADDRESS.fullmatch(told) else None


@cache
def _left_behind(folder: Path) -> bool:
    """Whether earlier runs left notes; asked once, before this one writes its own."""
    try:
        return any(folder.iterdir())
    except OSError:
        return False


def _ending() -> bool:
    """Whether this process was told to end meanwhile: its engine then waits for no answer.

    Python ends only when the thread that asks this has ended, and tells it in no other public way.
    """
    try:
        with ThreadPoolExecutor(max_workers=1) as pool:
            pool.submit(bool)
    except RuntimeError:  # "cannot schedule new futures after interpreter shutdown"
        return True
    return False


def _answers(engine: str) -> bool:
    host, port = engine.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), timeout=ANSWERS_WITHIN).close()
    except OSError:
        return False
    return True


def _of_a_dead_engine(note: Path) -> bool:
    try:
        engine = note.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return False
    return _ADDRESS.fullmatch(engine) is not None and not _answers(engine)


def _name_of(rules: Lifecycle[Any, Any], inputs: ResourceInputs, settings: Settings) -> str:
    """The same for the same creation by the same project; nothing of it can be read back."""
    left_out = rules.hidden | rules.stamps | PERMISSIONS
    written = inputs.model_dump(mode="json", exclude=set(left_out))
    project = os.environ.get("PULUMI_PROJECT", "")
    told = [project, type(rules).__name__, settings.place, written]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
