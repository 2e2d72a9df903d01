"""`Resource.get`: what is there already, only looked at."""

from __future__ import annotations

import pulumi
import pytest

import pulumi_astra_vectorize as astra
from pulumi_astra_vectorize import wire
from tests.lifecycle.programs import MODEL, TOKEN_NAME
from tests.lifecycle.servers import JsonObject, Server
from tests.lifecycle.stacks import Program, Stack

NOTES = "library/default_keyspace/notes"
BOOKS = "library/default_keyspace/books"
SERVICE = {"provider": "huggingface", "model": MODEL, "token": TOKEN_NAME}
VECTOR: JsonObject = {
    "type": "vector",
    "service": {
        "provider": "huggingface",
        "modelName": MODEL,
        "authentication": {"providerKey": TOKEN_NAME},
    },
}


@pytest.fixture(autouse=True)
def _made_by_somebody_else(server: Server) -> None:
    """One object of each kind, made without Pulumi."""
    server.call("POST", wire.INTEGRATIONS, json={"provider": "huggingface"})
    server.add_token(TOKEN_NAME, "hf_by_somebody_else", "library")
    options = {"vector": {"service": VECTOR["service"], "metric": "euclidean"}}
    server.command("createCollection", {"name": "notes", "options": options})
    definition = {"columns": {"id": "text", "summary": VECTOR}, "primaryKey": "id"}
    server.command("createTable", {"name": "books", "definition": definition})


def _everything() -> None:
    """A program that looks at all of it, and exports what it sees."""
    token = astra.UserAccessToken.get("token", f"huggingface/{TOKEN_NAME}")
    seen: dict[str, pulumi.Output[object]] = {
        "active": astra.Integration.get("integration", "huggingface").active,
        "token": token.name,
        "databases": astra.TokenScope.get("scope", f"huggingface/{TOKEN_NAME}/scope").databases,
        "keyspace": astra.Keyspace.get("keyspace", "library/default_keyspace").name,
        "metric": astra.Collection.get("notes", NOTES).effective["metric"],
        "table": astra.Table.get("books", BOOKS).name,
        "dimension": astra.VectorColumn.get("summary", f"{BOOKS}/summary").effective_dimension,
    }
    for name, output in seen.items():
        pulumi.export(name, output)


def test_what_is_there_is_seen_and_left_alone(server: Server, stack: Stack) -> None:
    """Outputs are known; up again, refresh and destroy change nothing."""
    before = (server.tokens(), server.collections(), server.tables())
    stack.up(_everything)
    assert stack.outputs() == {
        "active": True,
        "token": TOKEN_NAME,
        "databases": ["library"],
        "keyspace": "default_keyspace",
        "metric": "euclidean",
        "table": "books",
        "dimension": 384,
    }
    assert all(resource["external"] for resource in stack.resources().values())
    assert {step for steps in stack.up(_everything).steps.values() for step in steps} <= {"read"}
    assert stack.refresh().drifted == {}
    stack.destroy()
    assert (server.tokens(), server.collections(), server.tables()) == before


def test_what_is_built_on_it_follows_it(server: Server, stack: Stack) -> None:
    """A scope of a token and a column of a table that somebody else owns."""

    def program() -> None:
        token = astra.UserAccessToken.get("token", f"huggingface/{TOKEN_NAME}")
        scope = astra.TokenScope("scope", token=token, databases=["archive"])
        service = astra.EmbeddingService("huggingface", MODEL, scope.token)
        astra.Collection("here", database="archive", service=service)
        books = astra.Table.get("books", BOOKS)
        astra.VectorColumn("other", database="library", table=books, dimension=3)

    stack.up(program)
    assert server.scope(TOKEN_NAME) == {"library", "archive"}
    assert "other" in server.tables()["books"]["columns"]
    assert stack.up(program).steps_of("scope") == "same"
    server.remove_token(TOKEN_NAME)
    server.add_token(TOKEN_NAME, "hf_rotated_by_hand", "library")
    assert stack.up(program).steps_of("scope") == "update"
    assert server.scope(TOKEN_NAME) == {"library", "archive"}
    stack.destroy()
    assert server.scope(TOKEN_NAME) == {"library"}
    assert "other" not in server.tables()["books"]["columns"]


def _nothing() -> None:
    astra.Collection.get("got", "library/default_keyspace/nothing")


def _malformed() -> None:
    astra.Collection.get("got", "notes")


def _imported() -> None:
    options = pulumi.ResourceOptions(import_=NOTES)
    astra.Collection("notes", database="library", dimension=3, opts=options)


@pytest.mark.parametrize(
    ("program", "code", "way_out"),
    [
        (_nothing, "NOTHING_TO_GET", "DATABASE/KEYSPACE/NAME"),
        (_malformed, "MALFORMED_ID", "DATABASE/KEYSPACE/NAME"),
        (_imported, "IMPORT_IMPOSSIBLE", "adopt=True"),
    ],
)
def test_preview_refuses(stack: Stack, program: Program, code: str, way_out: str) -> None:
    """With a code and the way out; without a traceback."""
    failure = stack.refused_preview(program)
    assert f"[{code}]" in failure.text
    assert way_out in failure.text
    assert "Traceback" not in failure.text


def test_an_id_among_the_options_is_the_same(stack: Stack) -> None:
    """Pulumi's own way to write it; what else the program says of it is not compared."""

    def program() -> None:
        options = pulumi.ResourceOptions(id=NOTES)
        got = astra.Collection("got", database="library", name="notes", opts=options)
        pulumi.export("metric", got.effective["metric"])

    stack.up(program)
    assert stack.outputs() == {"metric": "euclidean"}
