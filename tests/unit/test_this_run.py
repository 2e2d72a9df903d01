"""What a run remembers of its resources, and when that counts."""

from __future__ import annotations

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize.resources.keyspace import (
    KeyspaceInputs,
    KeyspaceOutputs,
    KeyspaceProvider,
)
from pulumi_astra_vectorize.this_run import Hold, Place, ThisRun, Update

PLACE: Place = (KeyspaceProvider, ("local",), "d/shelves")
WRITTEN = {"database": "library", "name": "shelves"}
BEFORE = KeyspaceInputs(database="library", name="shelves")
NOW = life.State(BEFORE, KeyspaceOutputs())


def compared() -> Hold:
    """A resource that stays as it is."""
    return Hold(WRITTEN, BEFORE, NOW)


def test_what_the_program_declares_holds_its_place() -> None:
    """Until it is to be replaced."""
    run = ThisRun()
    run.declare(KeyspaceProvider, dict(WRITTEN))
    run.hold(PLACE, compared())
    assert run.holders(PLACE) == [NOW]
    run.release(PLACE, BEFORE)
    assert run.holders(PLACE) == []


def test_what_only_a_refresh_compared_holds_nothing() -> None:
    """Nor is it kept in memory: a refresh of many resources would be slower by it."""
    run = ThisRun()
    run.hold(PLACE, compared())
    run.declare(KeyspaceProvider, dict(WRITTEN))
    assert run.holders(PLACE) == []


def test_what_is_compared_for_another_reason_holds_nothing() -> None:
    """The engine also compares what depends on a replaced resource, with its values unknown."""
    run = ThisRun()
    run.declare(KeyspaceProvider, {**WRITTEN, "name": "others"})
    run.hold(PLACE, compared())
    assert run.holders(PLACE) == []


def test_other_holders_are_told_to_an_update() -> None:
    """Itself is none of them, also where the other one was the same until now."""
    run, changed = ThisRun(), {**WRITTEN, "adopt": True}
    for written in (WRITTEN, changed):
        run.declare(KeyspaceProvider, dict(written))
        run.hold(PLACE, Hold(written, BEFORE, NOW))
    assert run.others(PLACE, changed, BEFORE) == [NOW]
    assert run.others(PLACE, {**WRITTEN, "name": "none"}, BEFORE) == [NOW, NOW]


def test_updates_are_remembered_until_the_next_run() -> None:
    """Who is compared later looks at what they have left."""
    run, update = ThisRun(), Update(NOW, BEFORE)
    run.note_update(PLACE, update)
    assert run.updates(PLACE) == [update]
    run.clear()
    assert run.updates(PLACE) == []


def test_what_was_created_holds_its_place() -> None:
    """It is in the program, or it would not have been created."""
    run = ThisRun()
    run.hold(PLACE, Hold(None, None, NOW))
    assert run.holders(PLACE) == [NOW]
