"""Rotation on Astra: removed, added, every database back; over several runs, or in one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pulumi_astra_vectorize.errors import AstraVectorizeError
from pulumi_astra_vectorize.resources.user_access_token import UserAccessTokenProvider
from tests.lifecycle.servers import Server
from tests.targets.acts import add_key, meanwhile, refused
from tests.targets.hooks import Held, Hooks
from tests.targets.real import TOKEN


@pytest.fixture
def held(astra: Hooks, server: Server) -> Held:
    """A token that serves two databases; the one of the test's choice may be lost on the way."""
    add_key(server, "library", "archive")
    return astra.create(UserAccessTokenProvider(), name=TOKEN)


def removal_is_asked_for(astra: Hooks, held: Held, version: str = "2") -> None:
    """The first run of a rotation."""
    with refused("PORTAL_STEPS_NEEDED") as said:
        astra.update(held, secret_version=version)
    assert "Remove API key" in said[0]


def test_rotation_over_three_runs(astra: Hooks, server: Server, held: Held) -> None:
    """Remove, add with the whole scope, done: each run asks for the next step alone."""
    removal_is_asked_for(astra, held)
    server.remove_token(TOKEN)
    with refused("PORTAL_STEPS_NEEDED") as said:
        astra.update(held, secret_version="2")
    assert "Add API key" in said[0]
    assert {"library", "archive"} <= set(said[0].replace(",", "").split())

    add_key(server, "library", "archive")
    rotated = astra.update(held, secret_version="2")
    assert rotated.outputs["rotated_at"]
    assert astra.is_unchanged(rotated)


def test_a_rotation_loses_no_database(astra: Hooks, server: Server, held: Held) -> None:
    """A successor that serves fewer databases than the old token is not the end of it."""
    removal_is_asked_for(astra, held)
    server.remove_token(TOKEN)
    with refused("PORTAL_STEPS_NEEDED"):
        astra.update(held, secret_version="2")
    add_key(server, "library")

    with refused("PORTAL_STEPS_NEEDED") as said:
        astra.update(held, secret_version="2")
    assert "missing is archive." in said[0]

    server.add_to_scope(TOKEN, "archive")
    assert astra.update(held, secret_version="2").outputs["rotated_at"]


def test_a_refresh_in_the_middle_keeps_the_rotation(
    astra: Hooks, server: Server, held: Held
) -> None:
    """With the token removed on purpose it is not gone: the next run asks for the whole scope."""
    removal_is_asked_for(astra, held)
    server.remove_token(TOKEN)

    assert astra.is_unchanged(held)
    with refused("PORTAL_STEPS_NEEDED") as said:
        astra.update(held, secret_version="2")
    assert {"library", "archive"} <= set(said[0].replace(",", "").split())


def test_the_same_steps_again_while_nothing_was_done(astra: Hooks, held: Held) -> None:
    """A run in between changes nothing."""
    removal_is_asked_for(astra, held)
    removal_is_asked_for(astra, held)


def test_a_rotation_that_was_given_up_does_not_excuse_the_next_one(
    astra: Hooks, server: Server, held: Held
) -> None:
    """Deleted and made anew, a token is rotated from the first step again."""
    removal_is_asked_for(astra, held)
    server.remove_token(TOKEN)
    astra.delete(held)
    add_key(server, "library")
    again = astra.create(UserAccessTokenProvider(), name=TOKEN)

    removal_is_asked_for(astra, again, version="3")


def test_a_changed_secret_is_a_rotation_and_a_dropped_one_is_none(
    astra: Hooks, server: Server, held: Held
) -> None:
    """A secret that is verified may stand in the program; taking it out again asks for nothing."""
    first = astra.update(held, secret="hf_first_secret")
    with refused("PORTAL_STEPS_NEEDED"):
        astra.update(first, secret="hf_second_secret")

    assert astra.update(first, secret=None).outputs["token_id"] == first.outputs["token_id"]


def test_a_dead_secret_is_refused_before_any_step(astra: Hooks, held: Held) -> None:
    """`verify_secret` asks the provider first."""
    first = astra.update(held, secret="hf_first_secret")

    with refused("SECRET_REFUSED"):
        astra.update(first, secret="unknown-to-hugging-face")


def test_in_one_run_while_a_person_works(
    astra: Hooks, server: Server, held: Held, capsys: pytest.CaptureFixture[str]
) -> None:
    """With `portalWait` the run shows each step, and goes on when it is proven."""
    astra.configure(portalWait="20")
    said = _heard(capsys)

    acts = (
        lambda: server.remove_token(TOKEN),
        lambda: add_key(server, "library"),
        lambda: server.add_to_scope(TOKEN, "archive"),
    )
    with meanwhile(*acts, until=said, each="waiting for"):
        rotated = astra.update(held, secret_version="2")

    assert rotated.outputs["rotated_at"]
    assert server.scope(TOKEN) == {"library", "archive"}
    assert "missing is archive" in said()


def test_a_person_who_does_not_come_is_waited_for_no_longer_than_asked(
    astra: Hooks, held: Held
) -> None:
    """Then the steps are the error, as without waiting."""
    astra.configure(portalWait="0.2")

    with pytest.raises(AstraVectorizeError, match="PORTAL_STEPS_NEEDED"):
        astra.update(held, secret_version="2")


def _heard(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """All that was written to standard error so far."""
    parts: list[str] = []

    def heard() -> str:
        parts.append(capsys.readouterr().err)
        return "".join(parts)

    return heard
