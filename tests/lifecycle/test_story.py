"""The whole life of a program with all six resources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from astrapy import DataAPIClient, Database

from pulumi_astra_vectorize.rules import DEFAULT_KEYSPACE
from tests.lifecycle.leftovers import leftovers_collected
from tests.lifecycle.programs import MODEL, TOKEN_NAME, everything
from tests.lifecycle.servers import Server, started_server
from tests.lifecycle.stacks import Outcome, Stack, environment_of

RESOURCES = {"hugging-face", "token", "scope", "notes", "books", "summary"}


@dataclass(frozen=True)
class Story:
    """A stack that is up, and how it got there."""

    server: Server
    stack: Stack
    first_up: Outcome


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """All six resources, created once for this file."""
    folder: Path = tmp_path_factory.mktemp("story")
    with started_server(folder) as server:
        stack = Stack(folder, environment_of(server))
        yield Story(server, stack, stack.up(everything))


@pytest.fixture
def library(story: Story) -> Iterator[Database]:
    """The database "library" through the vendor's own client."""
    with leftovers_collected():
        yield DataAPIClient(environment="hcd").get_database(
            story.server.databases["library"].url,
            token=story.server.token,
            keyspace=DEFAULT_KEYSPACE,
        )


def test_up_creates_each_resource_once(story: Story) -> None:
    """The first `up` is one creation for each of the six resources."""
    assert story.first_up.steps == {name: ["create"] for name in RESOURCES}


def test_preview_after_up_shows_no_change(story: Story) -> None:
    """What the server filled in by default is never a difference."""
    assert story.stack.preview(everything).steps == {}


def test_second_up_changes_nothing(story: Story) -> None:
    """The same program again is no step at all."""
    assert story.stack.up(everything, expect_no_changes=True).steps == {}


def test_refresh_and_preview_after_it_show_no_change(story: Story) -> None:
    """What is read back is what was written: also the preview after a refresh is empty."""
    assert story.stack.refresh().steps == {}
    assert story.stack.preview(everything).steps == {}


def test_state_holds_inputs_and_what_the_server_said(story: Story) -> None:
    """Outputs name the database, the effective settings and the table that is watched."""
    state = {name: resource["outputs"] for name, resource in story.stack.resources().items()}
    library = story.server.databases["library"].id
    assert state["notes"]["database_id"] == library
    assert state["notes"]["effective"] == {
        "service": {"provider": "huggingface", "model": MODEL, "token": TOKEN_NAME},
        "dimension": 384,
        "metric": "cosine",
        "source_model": "other",
        **{key: state["notes"]["effective"][key] for key in ("lexical", "rerank")},
    }
    assert state["scope"]["scoped_databases"] == [
        {"written": "library", "id": library, "name": "library"}
    ]
    assert state["summary"]["effective_dimension"] == 384
    assert state["summary"]["table_generation"] == state["books"]["generation"]


def test_integration_is_active_once_it_has_a_token(story: Story) -> None:
    """`active` follows the vendor's Portal: after a refresh the state says so."""
    story.stack.refresh()
    assert story.stack.resources()["hugging-face"]["outputs"]["active"] is True


def test_the_collection_embeds_and_finds_text(library: Database) -> None:
    """astrapy inserts by `$vectorize` into what was created, and finds by meaning."""
    notes = library.get_collection("notes")
    notes.insert_many(
        [{"$vectorize": "Cats purr when they are content."}, {"$vectorize": "Bonds pay interest."}]
    )
    found = notes.find_one({}, sort={"$vectorize": "a happy pet"}, projection={"$vectorize": True})
    notes.delete_many({})
    assert found is not None
    assert found["$vectorize"].startswith("Cats")


def test_the_table_embeds_and_finds_text(library: Database) -> None:
    """astrapy inserts a string into the vector column, and finds the row by meaning."""
    books = library.get_table("books")
    books.insert_one({"id": "1", "title": "Cats", "summary": "Cats purr when they are content."})
    books.insert_one({"id": "2", "title": "Bonds", "summary": "Bonds pay interest."})
    found = books.find_one({}, sort={"summary": "a happy pet"}, projection={"title": True})
    books.delete_many({})
    assert found is not None
    assert found["title"] == "Cats"


def test_destroy_leaves_nothing(tmp_path: Path, server: Server, stack: Stack) -> None:
    """After `destroy` the server knows none of the six any more."""
    stack.up(everything)
    gone = stack.destroy()
    assert gone.steps == {name: ["delete"] for name in RESOURCES}
    assert server.integrations() == {}
    assert server.collections() == {}
    assert server.tables() == {}
    assert stack.resources() == {}
