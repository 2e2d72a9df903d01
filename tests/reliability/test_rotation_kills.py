"""A rotation over twelve databases, killed with SIGKILL at every single call of it."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from pulumi_astra_vectorize.wire import INTEGRATIONS
from tests.reliability import figures
from tests.reliability.miniature_engine import MiniatureEngine
from tests.reliability.programs import Token, World, program_of
from tests.reliability.rotating_process import Kill, Up, run
from tests.reliability.seam import Cut, Killed, Moment, Seam
from tests.reliability.world import HeldWorld, running_world

DATABASES = tuple(f"library-{number}" for number in range(1, 13))
OURS = DATABASES[:10]
"""What the stack scopes; the last two are another stack's."""

OLD = Token(
    name="search",
    secret="hf_old_secret_value",
    verify_secret=True,
    rotation="recreate",
    databases=OURS,
    exclusive=False,
)
NEW = replace(OLD, secret="hf_new_secret_value")

RECREATE = "recreate"
CALLS = {RECREATE: 7, "in_place": 5}
"""Of an `up` that rotates: verification, look, remove, add, the rest of the scope; and the
scope's own two. In place: verification, look, replace, and the scope's two."""


GAP = 3
"""The call after which there is no token."""


@pytest.fixture(scope="module")
def wide_world() -> Iterator[HeldWorld]:
    """A server with twelve databases."""
    with running_world(DATABASES) as running:
        yield running


def only(token: Token) -> World:
    """A program with one token and its scope."""
    return World({"token": token}, {}, {})


def rotation_to_come(world: HeldWorld, way: str) -> Up:
    """A stack with the old secret, another stack's databases, and the `up` that rotates."""
    world.wipe()
    stack = MiniatureEngine(world.configuration())
    stack.up(program_of(only(replace(OLD, rotation=way))))
    path = f"{INTEGRATIONS}/huggingface/tokens/{world.tokens()['search']['id']}/scope"
    others = [world.databases[name].id for name in DATABASES[10:]]
    world.call("POST", path, json={"databases": others})
    return Up(world.configuration(), stack.saved, only(replace(NEW, rotation=way)))


def assert_rotated(world: HeldWorld) -> None:
    """The new secret is in force in each of the twelve databases."""
    assert world.held()["tokens"] == {"search": dict.fromkeys(DATABASES, NEW.secret)}


@pytest.mark.parametrize("way", ["recreate", "in_place"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_next_up_finishes_a_killed_rotation(
    way: str, moment: Moment, wide_world: HeldWorld, seam: Seam
) -> None:
    """The provider's process is killed at every call: the next `up` has every database back."""
    code, calls = run(rotation_to_come(wide_world, way), None)
    assert (code, calls) == (0, CALLS[way])
    assert_rotated(wide_world)
    for call in range(1, calls + 1):
        up = rotation_to_come(wide_world, way)
        code, _ = run(up, Kill(call, moment))
        assert code == -signal.SIGKILL
        up.stack().up(program_of(up.wanted))
        assert_rotated(wide_world)
        figures.count(figures.KILL_POINTS)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_refresh_between_loses_no_database(
    moment: Moment, wide_world: HeldWorld, seam: Seam
) -> None:
    """A refresh of what was left, then `up`: other stacks' databases are back as well."""
    for call in range(1, CALLS[RECREATE] + 1):
        up = rotation_to_come(wide_world, "recreate")
        run(up, Kill(call, moment))
        stack = up.stack()
        assert "gone" not in {why for reasons in stack.refresh().values() for why in reasons}
        stack.up(program_of(up.wanted))
        assert_rotated(wide_world)
        assert stack.preview(program_of(up.wanted)) == []
        figures.count(figures.KILL_POINTS)


def test_rotation_killed_twice_and_refreshed_is_finished(wide_world: HeldWorld, seam: Seam) -> None:
    """Each kill is followed by a refresh, so that the second run goes by what the first left."""
    for first in range(2, 7):
        for second in range(2, 8):
            stack = rotation_to_come(wide_world, RECREATE).stack()
            wanted = program_of(only(replace(NEW, rotation=RECREATE)))
            for call in (first, second):
                with seam.cutting(Cut(call, "after")), suppress(Killed):
                    stack.up(wanted)
                stack.refresh()
            stack.up(wanted)
            assert_rotated(wide_world)
            figures.count(figures.KILL_POINTS, 2)


def test_token_without_a_state_is_created_whole(wide_world: HeldWorld, seam: Seam) -> None:
    """Killed in the gap, and the state has lost the token: the creation finishes the rotation."""
    up = rotation_to_come(wide_world, RECREATE)
    with seam.cutting(Cut(GAP, "after")), suppress(Killed):
        up.stack().up(program_of(up.wanted))
    assert wide_world.tokens() == {}
    kept = [one for one in json.loads(up.saved) if not one["name"].startswith("token")]
    stack = replace(up, saved=json.dumps(kept)).stack()
    stack.up(program_of(up.wanted))
    assert_rotated(wide_world)
    figures.count(figures.KILL_POINTS)


@pytest.mark.parametrize("way", ["recreate", "in_place"])
def test_lost_answer_is_no_lost_database(way: str, wide_world: HeldWorld, seam: Seam) -> None:
    """The answer to each call of a rotation is lost once, its work done: it is finished."""
    for call in range(1, CALLS[way] + 1):
        up = rotation_to_come(wide_world, way)
        with seam.cutting(Cut(call, "after", lost=True)):
            up.stack().up(program_of(up.wanted))
        assert_rotated(wide_world)
        figures.count(figures.KILL_POINTS)


def test_rotation_killed_twice_is_finished(wide_world: HeldWorld, seam: Seam) -> None:
    """The run that was to finish it is killed as well, at every call of both."""
    for first in range(2, 7):
        for second in range(3, 8):
            up = rotation_to_come(wide_world, "recreate")
            for call in (first, second):
                with seam.cutting(Cut(call, "after")), suppress(Killed):
                    up.stack().up(program_of(up.wanted))
            up.stack().up(program_of(up.wanted))
            assert_rotated(wide_world)
            figures.count(figures.KILL_POINTS, 2)
