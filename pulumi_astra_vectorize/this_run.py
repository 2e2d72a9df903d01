"""What this process has seen of its run: the engine starts a process for each operation.

The engine deletes last. What another resource of the program holds by then must stay: the old one
was renamed, or its replacement took over the same thing, or two resources share it. An update comes
whenever it comes: who shares the thing and was compared before holds it; who is compared later sees
what the update was, and looks at what it has left.
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


@dataclass(frozen=True)
class Update:
    """What a resource was when its update began, and the inputs that it is brought to."""

    before: AnyState
    inputs: life.ResourceInputs


class ThisRun:
    """What was read, what the program declares, and what its resources hold and become."""

    def __init__(self) -> None:
        self._read: set[Place] = set()
        self._declared: defaultdict[type, list[Bag]] = defaultdict(list)
        self._holds: defaultdict[Place, list[Hold]] = defaultdict(list)
        self._updates: defaultdict[Place, list[Update]] = defaultdict(list)

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
        return [hold.now for hold in self._in_the_program(place)]

    def others(self, place: Place, written: Bag, before: life.ResourceInputs) -> list[AnyState]:
        """The same, but for the one that was compared with this."""
        holds = self._in_the_program(place)
        own = next((it for it in holds if (it.written, it.before) == (written, before)), None)
        return [hold.now for hold in holds if hold is not own]

    def note_update(self, place: Place, update: Update) -> None:
        """An update begins; noted before it asks who else holds the place."""
        self._updates[place].append(update)

    def updates(self, place: Place) -> list[Update]:
        """The updates there, of whatever resource."""
        return list(self._updates.get(place, ()))

    def clear(self) -> None:
        """Another run begins in this process, as it does in tests."""
        self._read.clear()
        self._declared.clear()
        self._holds.clear()
        self._updates.clear()

    def _in_the_program(self, place: Place) -> list[Hold]:
        declared = self._declared.get(place[0], [])
        holds = self._holds.get(place, [])
        return [hold for hold in holds if hold.written is None or hold.written in declared]


this_run = ThisRun()
