"""One program on two servers: the default target, and one that the configuration names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import pulumi_astra_vectorize as astra
from tests.lifecycle.programs import SECRET, TOKEN_NAME, everything, minilm
from tests.lifecycle.servers import Server, started_server
from tests.lifecycle.stacks import Program, Stack

MOVED = "create-replacement, replace, delete-replaced"
SECOND_SECRET = "hf_the_second_secret_must_not_leak"


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Server]:
    """Another server, with a token and a database "library" of its own."""
    folder = tmp_path / "second"
    folder.mkdir()
    with started_server(folder, ["library"]) as running:
        yield running


@pytest.fixture
def two(stack: Stack, second: Server) -> Stack:
    """A stack whose second server is called "eu"; the first one stands in the environment."""
    stack.configure("targets.eu.endpoint", second.url)
    stack.configure("targets.eu.applicationToken", second.token, secret=True)
    return stack


def on_eu() -> astra.TokenScope:
    """Token and scope on the second server: who is handed a resource follows it."""
    integration = astra.Integration("eu-hugging-face", target="eu")
    token = astra.UserAccessToken(
        "eu-token", integration=integration, name=TOKEN_NAME, secret=SECOND_SECRET
    )
    return astra.TokenScope("eu-scope", token=token, databases=["library"])


def both(*, essays: str | None = None, force_destroy: bool | None = None) -> Program:
    """All resources on the first server, most on the second, and a collection that moves."""

    def program() -> None:
        everything()
        service = minilm(on_eu().token)
        astra.Collection("eu-notes", database="library", name="notes", service=service, target="eu")
        books = astra.Table(
            "eu-books",
            database="library",
            name="books",
            columns={"id": "text"},
            primary_key="id",
            target="eu",
        )
        astra.VectorColumn(
            "eu-summary", database="library", table=books, name="summary", service=service
        )
        astra.Collection(
            "essays", database="library", dimension=2, target=essays, force_destroy=force_destroy
        )

    return program


def test_one_program_on_two_servers(two: Stack, server: Server, second: Server) -> None:
    """Each resource is where it says; nothing to refresh or preview; all of it goes again."""
    created = two.up(both())

    assert all(steps == ["create"] for steps in created.steps.values())
    assert (set(server.collections()), set(second.collections())) == (
        {"notes", "essays"},
        {"notes"},
    )
    assert set(server.tables()) == set(second.tables()) == {"books"}
    assert "summary" in second.tables()["books"]["columns"]
    assert server.scope(TOKEN_NAME) == second.scope(TOKEN_NAME) == {"library"}
    assert two.refresh().steps == {}
    assert two.preview(both()).steps == {}
    two.destroy()
    for one in (server, second):
        assert (one.collections(), one.tables(), one.integrations()) == ({}, {}, {})


def test_a_collection_moves_to_another_server(two: Stack, server: Server, second: Server) -> None:
    """Refused while the old one holds documents; then made there before it is deleted here."""
    two.up(both())
    server.command("insertOne", {"document": {"_id": "1"}}, "essays")

    refused = two.refused_preview(both(essays="eu", force_destroy=True))
    assert "[HOLDS_DATA]" in refused.text
    assert "collection 'essays' in library/default_keyspace holds 1 document," in refused.text
    assert "essays" not in second.collections()

    two.up(both(force_destroy=True))
    moved = two.up(both(essays="eu", force_destroy=True))
    assert moved.steps == {"essays": MOVED.split(", ")}
    assert (set(server.collections()), set(second.collections())) == (
        {"notes"},
        {"notes", "essays"},
    )
    assert two.preview(both(essays="eu", force_destroy=True)).steps == {}


def test_a_server_that_gets_a_name_stays_where_it_is(two: Stack, server: Server) -> None:
    """Naming the target that a stack is on is an update of the state, not a move."""
    two.up(lambda: astra.Collection("essays", database="library", dimension=2))
    server.command("insertOne", {"document": {"_id": "1"}}, "essays")
    two.configure("targets.first.endpoint", server.url)
    two.configure("targets.first.applicationToken", server.token, secret=True)

    def named() -> None:
        astra.Collection("essays", database="library", dimension=2, target="first")

    assert two.up(named).steps == {"essays": ["update"]}
    assert two.preview(named).steps == {}
    assert server.command("countDocuments", {}, "essays")["status"]["count"] == 1


def test_names_that_are_not_configured(two: Stack, second: Server) -> None:
    """Refused at preview by the program's name, and in the state with the line to run."""

    def program(*targets: str | None) -> Program:
        def collections() -> None:
            for number, target in enumerate(targets):
                astra.Collection(f"c{number}", database="library", dimension=2, target=target)

        return collections

    two.up(program(None, "eu"))
    refused = two.refused_preview(program(None, "asia")).text
    assert "no target 'asia' is configured (configured: eu)" in refused

    two.configure("targets", "{}")
    gone = two.refused_up(program(None)).text
    assert "[TARGET_NOT_CONFIGURED]" in gone
    assert "pulumi config set --path astra-vectorize:targets.eu.endpoint URL" in gone
    assert set(second.collections()) == {"c1"}


def test_no_token_of_either_server_leaks(
    tmp_path: Path, two: Stack, server: Server, second: Server
) -> None:
    """Neither in what is shown, nor in the state: it holds a target's name and nothing else."""
    hidden = (server.token, second.token, SECRET, SECOND_SECRET)
    shown = [
        two.preview(both()).text,
        two.up(both()).text,
        two.refresh().text,
        two.exported(),
        two.destroy().text,
    ]

    assert not [text for text in shown if any(secret in text for secret in hidden)]
    kept = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    kept += [path for path in (tmp_path / "work").rglob("*") if path.is_file()]
    kept += tmp_path.rglob("server.log")
    assert not [path for path in kept if any(s.encode() in path.read_bytes() for s in hidden)]
