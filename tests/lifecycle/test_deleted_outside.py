"""Objects that somebody else deleted: refresh drops them, `up` brings them back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import pulumi_astra_vectorize as astra
from tests.lifecycle.programs import TOKEN_NAME, everything, minilm, token_and_scope
from tests.lifecycle.servers import HUGGING_FACE, Server
from tests.lifecycle.stacks import Stack


def _delete_everything(server: Server) -> None:
    server.command("deleteCollection", {"name": "notes"})
    server.command("dropTable", {"name": "books"})
    server.remove_token(TOKEN_NAME)
    server.call("DELETE", HUGGING_FACE)


def test_refresh_drops_what_is_gone_and_up_recreates_it(server: Server, stack: Stack) -> None:
    """All six at once: each is dropped from the state and then created again."""
    stack.up(everything)
    _delete_everything(server)
    everything_there = set(stack.resources())
    assert stack.refresh().steps == {name: ["delete"] for name in everything_there}
    assert stack.up(everything).steps == {name: ["create"] for name in everything_there}
    assert stack.refresh().steps == {}


def test_destroy_of_what_is_gone_already_succeeds(server: Server, stack: Stack) -> None:
    """Without a refresh before: what is gone is what was wanted."""
    stack.up(everything)
    _delete_everything(server)
    stack.destroy()
    assert stack.resources() == {}


@pytest.mark.parametrize(
    ("resource", "delete"),
    [
        ("summary", lambda server: server.alter_table("books", "drop", ["summary"])),
        ("scope", lambda server: server.remove_from_scope(TOKEN_NAME, "library")),
    ],
)
def test_what_is_gone_comes_back_alone(
    server: Server, stack: Stack, resource: str, delete: Callable[[Server], object]
) -> None:
    """A column, or a scope's last database: nothing else is touched."""

    def program() -> None:
        token_and_scope()
        columns = {"id": "text", "title": "text"}
        books = astra.Table("books", database="library", columns=columns, primary_key="id")
        astra.VectorColumn("summary", database="library", table=books, dimension=2, index=None)

    stack.up(program)
    delete(server)
    assert stack.refresh().steps == {resource: ["delete"]}
    assert stack.up(program).steps == {resource: ["create"]}


def test_a_lost_token_comes_back_and_the_collection_stays(server: Server, stack: Stack) -> None:
    """Token and scope are created again; the collection they serve is no step (anchor E5)."""

    def program() -> None:
        astra.Collection("notes", database="library", service=minilm(token_and_scope().token))

    stack.up(program)
    server.remove_token(TOKEN_NAME)
    assert stack.refresh().steps == {"token": ["delete"], "scope": ["delete"]}
    assert stack.preview(program).steps == {"token": ["create"], "scope": ["create"]}
    assert stack.up(program).steps == {"token": ["create"], "scope": ["create"]}
    assert server.scope(TOKEN_NAME) == {"library"}
