"""What this process has seen of its run: the engine starts a process for each operation.

The engine deletes last. What another resource of the program holds by then must stay: the old one
was renamed, or its replacement took over the same thing, or two resources share it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize.properties import Bag

Place = tuple[type, object, str]
"""The kind of a resource, the target that it is on, and its id."""

AnyState = life.State[Any, Any]


@dataclass(frozen=True)
class Hold:
    """A resource that holds what is at a place.

    Attributes:
        written: what it was compared with; None for one that was created, which is in the program.
        before: its inputs in the state, by which it is known again.
        now: what it is.
    """

    written: Bag | None
    before: life.ResourceInputs | None
    now: AnyState


class ThisRun:
    """What was read, what the program declares, and what its resources hold."""

    def __init__(self) -> None:
        self._read: set[Place] = set()
        self._declared: defaultdict[type, list[Bag]] = defaultdict(list)
        self._holds: defaultdict[Place, list[Hold]] = defaultdict(list)

    def note_reading(self, place: Place) -> None:
        """A refresh has read it: it then asks for the diff back to the old inputs."""
        self._read.add(place)

    def has_read(self, place: Place) -> bool:
        """Whether a refresh has read it."""
        return place in self._read

    def declare(self, kind: type, written: Bag) -> None:
        """The program has such a resource: also what it has no more is compared, by a refresh."""
        self._declared[kind].append(written)

    def hold(self, place: Place, hold: Hold) -> None:
        """A resource was created there, or stays there; a refresh alone declares none."""
        if hold.written is None or place[0] in self._declared:
            self._holds[place].append(hold)

    def release(self, place: Place, before: life.ResourceInputs) -> None:
        """The resource with these inputs in the state is to be replaced."""
        kept = [hold for hold in self._holds.pop(place, []) if hold.before != before]
        self._holds[place] += kept

    def holders(self, place: Place) -> list[AnyState]:
        """The resources of the program that hold it."""
        declared = self._declared.get(place[0], [])
        holds = self._holds.get(place, [])
        return [it.now for it in holds if it.written is None or it.written in declared]

    def clear(self) -> None:
        """Another run begins in this process, as it does in tests."""
        self._read.clear()
        self._declared.clear()
        self._holds.clear()


this_run = ThisRun()
