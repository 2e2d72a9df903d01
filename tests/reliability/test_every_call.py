"""One program with every resource, killed or cut off at every single call of its life."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.reliability import figures
from tests.reliability.miniature_engine import MiniatureEngine, StepFailedError
from tests.reliability.programs import (
    Collection,
    Column,
    Table,
    Token,
    Vectors,
    World,
    program_of,
)
from tests.reliability.seam import Cut, Seam
from tests.reliability.test_interruptions import interrupted_up
from tests.reliability.world import NOTHING, HeldWorld, expected

MINILM = Vectors("sentence-transformers/all-MiniLM-L6-v2", "first", 3, "cosine", None)
TOKEN = Token(
    name="search",
    secret="hf_first_secret_value",
    verify_secret=True,
    rotation="recreate",
    databases=("north", "south"),
    exclusive=False,
)
EMPTY = World({}, {}, {})
FIRST = World(
    tokens={"first": TOKEN},
    collections={"notes": Collection("north", MINILM, None, None)},
    tables={
        "books": Table(
            "south", {"id": "text", "title": "text"}, "id", {"meaning": Column(MINILM, "")}
        )
    },
)
OTHER_SERVICE = replace(MINILM, token=None, metric="dot_product")
EDITED = World(
    tokens={
        "first": replace(
            TOKEN, secret="hf_second_secret_value", databases=("north",), exclusive=True
        )
    },
    collections={"notes": Collection("north", replace(MINILM, metric="euclidean"), None, "uuid")},
    tables={
        "books": Table(
            "south",
            {"id": "text", "title": "text", "pages": "int"},
            "id",
            {"meaning": Column(OTHER_SERVICE, "better")},
        )
    },
)
"""A rotation, a narrower scope, a replaced collection, a new column, another service and index."""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(EMPTY, FIRST, id="create"),
        pytest.param(FIRST, EDITED, id="edit"),
        pytest.param(EDITED, EMPTY, id="remove"),
    ],
)
@pytest.mark.parametrize("way", ["killed", "lost"])
def test_up_is_finished_after_every_call(
    before: World, after: World, way: str, world: HeldWorld, seam: Seam
) -> None:
    """Killed after any call, or the answer to any change lost: the next `up` finishes it."""
    with seam.cutting(None), world.left_empty():
        live_through(before, after, None, world, seam)
    for cut in [*cuts_of(seam, way)]:
        with world.left_empty():
            live_through(before, after, cut, world, seam)
        figures.count(figures.CALLS)


def cuts_of(seam: Seam, way: str) -> Iterator[Cut]:
    """After every call; or, where answers are lost, before and after every change."""
    if way == "killed":
        yield from (Cut(call, "after") for call in range(1, seam.calls + 1))
    else:
        for call in seam.changes:
            yield Cut(call, "before", lost=True)
            yield Cut(call, "after", lost=True)


def live_through(
    before: World, after: World, cut: Cut | None, world: HeldWorld, seam: Seam
) -> None:
    """From one world to the other with one call cut, and from there to nothing."""
    stack = MiniatureEngine(world.configuration())
    stack.up(program_of(before))
    interrupted_up(stack, program_of(after), seam, cut)
    calls, changes = seam.calls, seam.changes
    try:
        stack.up(program_of(after))
        assert world.held() == expected(after)
        stack.destroy()
        assert world.held() == NOTHING
    except (AssertionError, StepFailedError) as error:
        raise AssertionError(f"{cut}: {error}") from error
    seam.calls, seam.changes = calls, changes
