"""Random programs whose `up` ends at a random call: the next one finishes it."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from tests.reliability import figures
from tests.reliability.miniature_engine import MiniatureEngine, Program, StepFailedError
from tests.reliability.programs import World, histories, program_of, tried
from tests.reliability.seam import Cut, Killed, Seam
from tests.reliability.world import NOTHING, HeldWorld, expected

PROGRAMS = int(os.environ.get("PROGRAMS", "48"))
GROUPS = 4

cuts = st.builds(
    Cut,
    call=st.integers(1, 40),
    moment=st.sampled_from(["before", "after"]),
    lost=st.booleans(),
)


@pytest.mark.parametrize("group", range(GROUPS))
def test_next_up_finishes_what_was_interrupted(group: int, world: HeldWorld, seam: Seam) -> None:
    """A killed process or a lost answer costs another `up`, and nothing else."""

    @tried(-(-PROGRAMS // GROUPS), group)
    @given(history=histories(edits=1), cut=cuts, refresh=st.booleans())
    def recovers(history: list[World], cut: Cut, *, refresh: bool) -> None:
        note("\n".join(map(repr, [*history, cut, refresh])))
        with world.left_empty():
            stack = MiniatureEngine(world.configuration())
            stack.up(program_of(history[0]))
            interrupted_up(stack, program_of(history[-1]), seam, cut)
            if refresh:
                stack.refresh()
            stack.up(program_of(history[-1]))
            assert world.held() == expected(history[-1])
            stack.destroy()
            assert world.held() == NOTHING
        figures.count(figures.INTERRUPTED)

    recovers()


def interrupted_up(stack: MiniatureEngine, program: Program, seam: Seam, cut: Cut | None) -> None:
    """An `up` in which one call is cut; it ends there, or goes on where it can."""
    with seam.cutting(cut):
        try:
            stack.up(program)
        except Killed:
            pass
        except StepFailedError as failure:
            if failure.error.code != "ANSWER_LOST":
                raise
