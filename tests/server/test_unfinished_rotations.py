"""What the integrations service remembers of a rotation until its scope is whole again."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_astra_vectorize.server.store.schema import Database
from pulumi_astra_vectorize.wire import INTEGRATIONS
from tests.server.conftest import PROVIDER, SECRET, Server

NAME = "rotated"
TOKENS = f"{INTEGRATIONS}/{PROVIDER}/tokens"
RETIRED = f"{INTEGRATIONS}/{PROVIDER}/retired-scopes/{NAME}"


def add(server: Server, *databases: str) -> str:
    """Adds the token with these databases; its id."""
    new = {"name": NAME, "secret": SECRET, "databases": [*databases]}
    answer = server.call("POST", TOKENS, json=new)
    assert answer.status_code == 201
    token_id: str = answer.json()["id"]
    return token_id


def remove(server: Server, token_id: str, **more: Any) -> None:
    """Removes the token; ``rotating=True`` as a rotation does."""
    answer = server.call("DELETE", f"{TOKENS}/{token_id}", params={"name": NAME, **more})
    assert answer.status_code == 204


def outstanding(server: Server) -> list[list[str]]:
    """What rotations have still to put back, by removed token, the latest first."""
    return [view["outstanding"] for view in server.call("GET", RETIRED).json()]


@pytest.fixture
def both(server: Server, integration: str) -> list[str]:
    """The ids of both databases, sorted; the service remembers nothing of the name."""
    assert server.call("DELETE", RETIRED).status_code == 204
    return sorted(server.databases[name].id for name in ("library", "archive"))


def test_scope_that_a_rotation_removed_is_outstanding(server: Server, both: list[str]) -> None:
    """Until a token of the name has got it, database by database, however it gets them."""
    remove(server, add(server, *both), rotating=True)
    assert outstanding(server) == [both]
    successor = add(server, both[1])
    assert outstanding(server) == [both[:1]]
    addition = {"databases": both[:1]}
    assert server.call("POST", f"{TOKENS}/{successor}/scope", json=addition).status_code == 200
    assert outstanding(server) == [[]]


def test_rotation_after_a_rotation_leaves_both_outstanding(server: Server, both: list[str]) -> None:
    """A successor that is removed half-made takes nothing from what its predecessor had."""
    remove(server, add(server, *both), rotating=True)
    remove(server, add(server, both[1]), rotating=True)
    assert outstanding(server) == [both[1:], both[:1]]


def test_removal_on_purpose_leaves_nothing_outstanding(server: Server, both: list[str]) -> None:
    """Neither its own scope nor what an earlier rotation left; the scopes are still shown."""
    remove(server, add(server, *both))
    assert outstanding(server) == [[]]
    remove(server, add(server, *both), rotating=True)
    remove(server, add(server))
    assert outstanding(server) == [[], []]
    assert [view["databases"] for view in server.call("GET", RETIRED).json()] == [both, both]


def test_other_names_are_left_alone(server: Server, both: list[str]) -> None:
    """Tokens of another name neither settle a rotation nor end it."""
    remove(server, add(server, *both), rotating=True)
    new = {"name": "another", "secret": SECRET, "databases": both}
    token_id = server.call("POST", TOKENS, json=new).json()["id"]
    server.call("DELETE", f"{TOKENS}/{token_id}", params={"name": "another"})
    assert outstanding(server) == [both]


def test_rotation_that_is_given_up_is_forgotten(server: Server, both: list[str]) -> None:
    """Afterwards nothing is remembered of the name; forgetting nothing is fine."""
    remove(server, add(server, *both), rotating=True)
    for _ in range(2):
        assert server.call("DELETE", RETIRED).status_code == 204
        assert server.call("GET", RETIRED).json() == []


def test_database_that_is_gone_is_not_outstanding(server: Server, both: list[str]) -> None:
    """A database that was terminated meanwhile could not be put back by anybody."""
    with server.state.store.write() as session:
        session.add(Database(id="terminated", name="terminated", port=0))
    remove(server, add(server, *both, "terminated"), rotating=True)
    with server.state.store.write() as session:
        session.delete(session.get_one(Database, "terminated"))
    assert outstanding(server) == [both]


def test_parameter_that_nobody_knows_is_ignored(server: Server, both: list[str]) -> None:
    """So a client may say more than an older service understands."""
    remove(server, add(server, *both), unheard_of="true")
    assert server.call("GET", TOKENS).json() == []
