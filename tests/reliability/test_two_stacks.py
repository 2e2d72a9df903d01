"""Two stacks, or four threads of one, that work on the same token and database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from pulumi_astra_vectorize.resources.collection import CollectionProvider
from pulumi_astra_vectorize.resources.integration import IntegrationProvider
from pulumi_astra_vectorize.resources.token_scope import TokenScopeProvider
from pulumi_astra_vectorize.resources.user_access_token import UserAccessTokenProvider
from pulumi_astra_vectorize.this_run import this_run
from tests.reliability.miniature_engine import (
    Declared,
    MiniatureEngine,
    Program,
    Step,
    StepFailedError,
)
from tests.reliability.world import HeldWorld

OWNER: Program = {
    "hugging-face": Declared(IntegrationProvider(), {"provider": "huggingface"}),
    "token": Declared(
        UserAccessTokenProvider(), {"name": "search", "secret": "hf_first_secret_value"}
    ),
}


def scoping(*databases: str, exclusive: bool = False) -> Program:
    """A stack that scopes a token that another one owns."""
    inputs = {"token": "search", "databases": [*databases], "exclusive": exclusive}
    return {"scope": Declared(TokenScopeProvider(), inputs)}


def second_stack(world: HeldWorld) -> MiniatureEngine:
    """Another stack on the same server."""
    return MiniatureEngine(world.configuration())


def test_two_scopes_of_one_token_do_not_fight(stack: MiniatureEngine, world: HeldWorld) -> None:
    """Each adds and removes its own databases; neither sees the other's as a change."""
    ours, theirs = second_stack(world), second_stack(world)
    stack.up(OWNER)
    ours.up(scoping("north"))
    theirs.up(scoping("south", "west"))
    assert ours.refresh() == theirs.refresh() == {}
    assert ours.up(scoping("north")) == theirs.up(scoping("south", "west")) == []
    theirs.up(scoping("west"))
    assert world.scope("search") == {"north", "west"}
    theirs.destroy()
    assert world.scope("search") == {"north"}
    ours.destroy()
    stack.destroy()


def test_both_may_list_the_same_database(stack: MiniatureEngine, world: HeldWorld) -> None:
    """A database that one of them gives up goes; the other one's next run puts it back."""
    ours, theirs = second_stack(world), second_stack(world)
    stack.up(OWNER)
    ours.up(scoping("north", "south"))
    theirs.up(scoping("north"))
    theirs.destroy()
    assert world.scope("search") == {"south"}
    assert ours.refresh() == {"scope": {"databases"}}
    assert ours.up(scoping("north", "south")) == [Step("update", "scope")]
    assert world.scope("search") == {"north", "south"}
    ours.destroy()
    stack.destroy()


def test_exclusive_removes_what_it_does_not_list(stack: MiniatureEngine, world: HeldWorld) -> None:
    """What others added shows up in a refresh, is in the plan then, and goes with `up`."""
    ours, theirs = second_stack(world), second_stack(world)
    stack.up(OWNER)
    ours.up(scoping("north", exclusive=True))
    theirs.up(scoping("south"))
    assert ours.refresh() == {"scope": {"databases"}}
    assert ours.preview(scoping("north", exclusive=True)) == [Step("update", "scope")]
    ours.up(scoping("north", exclusive=True))
    assert world.scope("search") == {"north"}
    ours.destroy()
    theirs.destroy()
    stack.destroy()


def test_a_rotation_keeps_the_databases_of_all_stacks(
    stack: MiniatureEngine, world: HeldWorld
) -> None:
    """The owner of the token rotates; what others scoped is still scoped, with the new secret."""
    ours = second_stack(world)
    stack.up(OWNER)
    ours.up(scoping("north", "west"))
    token = Declared(OWNER["token"].provider, {**OWNER["token"].inputs, "secret": "hf_second_one"})
    stack.up({**OWNER, "token": token})
    assert world.held()["tokens"]["search"] == dict.fromkeys(["north", "west"], "hf_second_one")
    ours.destroy()
    stack.destroy()


def test_four_threads_make_each_thing_once(stack: MiniatureEngine, world: HeldWorld) -> None:
    """As the provider's process works: eight collections at once, created and deleted again."""
    stack.up(OWNER)
    collections = CollectionProvider()
    place = {"database": "north", "keyspace": "default_keyspace"}
    wanted = [{**place, "name": f"notes_{number}"} for number in range(8)]
    with ThreadPoolExecutor(4) as threads:
        made = [*threads.map(collections.create, wanted)]
        assert {name for _, name in world.held()["collections"]} == {i["name"] for i in wanted}
        this_run.clear()  # what a run creates it does not delete
        for one in made:
            threads.submit(collections.delete, str(one.id), one.outs or {})
    assert world.held()["collections"] == {}
    stack.destroy()


def test_two_stacks_that_want_one_name(stack: MiniatureEngine, world: HeldWorld) -> None:
    """The second one is refused with what it can do; the first one's collection stays."""
    inputs = {"database": "north", "keyspace": "default_keyspace", "name": "notes"}
    program: Program = {"notes": Declared(CollectionProvider(), inputs)}
    stack.up(program)
    with pytest.raises(StepFailedError, match=r"ALREADY_EXISTS.*adopt=True"):
        second_stack(world).up(program)
    assert world.held()["collections"] == {("north", "notes"): {}}
    stack.destroy()
