"""Random edits of random programs: what the server holds is what the program says."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, note

from tests.reliability import figures
from tests.reliability.miniature_engine import MiniatureEngine, Step
from tests.reliability.programs import World, histories, program_of, tried
from tests.reliability.seam import Seam
from tests.reliability.world import NOTHING, HeldWorld, expected

PROGRAMS = int(os.environ.get("PROGRAMS", "104"))
"""Each with its edits, which are programs, too: more than 200 in all."""

GROUPS = 8
"""Tests that share the programs, so that workers can share the tests."""


@pytest.mark.parametrize("group", range(GROUPS))
def test_server_holds_what_the_program_says(group: int, world: HeldWorld, seam: Seam) -> None:
    """After every `up`, again nothing to do, nothing drifted; after `destroy`, nothing is left."""

    @tried(-(-PROGRAMS // GROUPS), group)
    @given(history=histories(edits=2))
    def lives(history: list[World]) -> None:
        note("\n".join(map(repr, history)))
        with world.left_empty():
            live(history, MiniatureEngine(world.configuration()), world)

    lives()


def live(history: list[World], stack: MiniatureEngine, world: HeldWorld) -> None:
    """Brings up one program after the other, and destroys the last."""
    for wanted in history:
        program = program_of(wanted)
        planned = stack.preview(program)
        done = stack.up(program)
        assert_foreseen(done, planned)
        assert world.held() == expected(wanted)
        assert stack.up(program) == []
        assert stack.refresh() == {}
        assert stack.preview(program) == []
        figures.count(figures.PROGRAMS)
    stack.destroy()
    assert world.held() == NOTHING


def assert_foreseen(done: list[Step], planned: list[Step]) -> None:
    """Nothing was done that preview did not show; what is looked at again may need nothing."""
    assert set(done) <= set(planned)
    assert {step.operation for step in set(planned) - set(done)} <= {"update"}
