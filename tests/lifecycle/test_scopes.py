"""Scopes in an organisation with many databases, two of them of one name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import pulumi_astra_vectorize as astra
from tests.lifecycle.programs import SECRET, TOKEN_NAME, minilm, token_and_scope
from tests.lifecycle.servers import Server, started_server
from tests.lifecycle.stacks import Stack, environment_of

SHELVES = [f"shelf_{number}" for number in range(23)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server with more databases than two calls can take."""
    with started_server(tmp_path, ["library", *SHELVES]) as running:
        yield running


@pytest.fixture
def stack(tmp_path: Path, server: Server) -> Stack:
    """An empty stack for that server."""
    return Stack(tmp_path, environment_of(server))


def test_more_than_ten_databases_are_scoped_and_survive_a_rotation(
    server: Server, stack: Stack
) -> None:
    """The service takes ten at most a call: creation, addition and rotation stay below that."""
    stack.up(lambda: token_and_scope(databases=SHELVES[:12]))
    assert server.scope(TOKEN_NAME) == set(SHELVES[:12])
    assert stack.up(lambda: token_and_scope(databases=SHELVES)).steps == {"scope": ["update"]}
    assert server.scope(TOKEN_NAME) == set(SHELVES)
    stack.up(lambda: token_and_scope(secret="hf_second_secret", databases=SHELVES))
    assert server.scope(TOKEN_NAME) == set(SHELVES)
    assert stack.refresh().steps == {}


def test_a_database_outside_the_scope_is_refused_with_the_fix(stack: Stack) -> None:
    """The error names the database, the token and the scope that has to have it."""

    def program(*databases: str) -> None:
        service = minilm(token_and_scope(databases=["library", *databases]).token)
        astra.Collection("notes", database="shelf_1", service=service)

    failure = stack.refused_up(program)
    assert "[DATABASE_NOT_IN_SCOPE]" in failure.text
    for named in ("'shelf_1'", f"'{TOKEN_NAME}'", "TokenScope"):
        assert named in failure.text
    assert stack.up(lambda: program("shelf_1")).steps == {"scope": ["update"], "notes": ["create"]}


def test_an_unknown_database_is_refused_with_those_there_are(server: Server, stack: Stack) -> None:
    """And the token's scope stays empty: all are found before one is added."""
    failure = stack.refused_up(lambda: token_and_scope(databases=["library", "libary"]))
    assert "[DATABASE_NOT_FOUND]" in failure.text
    assert "'libary'" in failure.text
    assert "shelf_22" in failure.text
    assert server.scope(TOKEN_NAME) == set()


def test_a_service_given_the_token_itself_waits_for_its_scope(stack: Stack) -> None:
    """And goes before it: one `up` makes all, one `destroy` leaves nothing."""

    def program() -> None:
        integration = astra.Integration("hugging-face")
        token = astra.UserAccessToken("token", integration=integration, secret=SECRET)
        for database in ("library", "shelf_1"):
            astra.TokenScope(database, token=token, databases=[database])
        for number in range(4):
            astra.Collection(f"notes_{number}", database="library", service=minilm(token))

    stack.up(program)
    waits_for = stack.resources()["notes_0"]["dependencies"]
    assert {urn.rpartition("::")[2] for urn in waits_for} == {"token", "library", "shelf_1"}
    stack.destroy()
    assert stack.resources() == {}
