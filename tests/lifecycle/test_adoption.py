"""What is there already: never taken over silently, and only when it is what the program says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import pulumi_astra_vectorize as astra
from pulumi_astra_vectorize import rules, wire
from tests.lifecycle.programs import MODEL, TOKEN_NAME, minilm
from tests.lifecycle.servers import JsonObject, Server
from tests.lifecycle.stacks import Program, Stack

SERVICE = minilm(TOKEN_NAME)
ON_THE_WIRE = {
    "provider": "huggingface",
    "modelName": MODEL,
    "authentication": {"providerKey": TOKEN_NAME},
}
VECTOR: JsonObject = {"type": "vector", "service": ON_THE_WIRE}


@pytest.fixture(autouse=True)
def _made_by_somebody_else(server: Server) -> None:
    """One object of each kind, made without Pulumi."""
    server.call("POST", wire.INTEGRATIONS, json={"provider": "huggingface"})
    server.add_token(TOKEN_NAME, "hf_by_somebody_else", "library")
    options = {"vector": {"service": ON_THE_WIRE, "metric": "euclidean"}}
    server.command("createCollection", {"name": "notes", "options": options})
    definition = {"columns": {"id": "text", "summary": VECTOR}, "primaryKey": "id"}
    server.command("createTable", {"name": "books", "definition": definition})


def _program(*, adopt: bool, metric: rules.Metric = "euclidean", **more: Any) -> Program:
    """Everything that is there, one after the other."""

    def program() -> None:
        integration = astra.Integration("integration", adopt=adopt)
        astra.UserAccessToken(
            "token",
            integration=integration,
            name=TOKEN_NAME,
            secret="hf_from_the_program",
            adopt=adopt,
        )
        service = astra.EmbeddingService("huggingface", MODEL, TOKEN_NAME)
        astra.Collection("notes", database="library", service=service, metric=metric, adopt=adopt)
        columns = {"id": more.get("id_type", "text")}
        books = astra.Table(
            "books", database="library", columns=columns, primary_key="id", adopt=adopt
        )
        astra.VectorColumn("summary", database="library", table=books, service=service, adopt=adopt)

    return program


LOOK_AT_IT = {
    "INTEGRATION_EXISTS": "`astra.Integration.get(NAME, 'huggingface')`",
    "KEYSPACE_EXISTS": "`astra.Keyspace.get(NAME, 'library/default_keyspace')`",
    "TOKEN_NAME_TAKEN": f"`astra.UserAccessToken.get(NAME, 'huggingface/{TOKEN_NAME}')`",
}
"""What several stacks share belongs to one of them: the others need not own it, either."""


@pytest.mark.parametrize(
    ("create", "code"),
    [
        (lambda: astra.Integration("there"), "INTEGRATION_EXISTS"),
        (
            lambda: astra.Keyspace("there", name="default_keyspace", database="library"),
            "KEYSPACE_EXISTS",
        ),
        (
            lambda: astra.UserAccessToken("there", name=TOKEN_NAME, secret="hf_from_the_program"),
            "TOKEN_NAME_TAKEN",
        ),
        (
            lambda: astra.Collection("there", name="notes", database="library", service=SERVICE),
            "ALREADY_EXISTS",
        ),
        (
            lambda: astra.Table(
                "there",
                name="books",
                database="library",
                columns={"id": "text"},
                primary_key="id",
            ),
            "ALREADY_EXISTS",
        ),
        (
            lambda: astra.Table(
                "there",
                name="notes",
                database="library",
                columns={"id": "text"},
                primary_key="id",
            ),
            "NAME_TAKEN_BY_COLLECTION",
        ),
        (
            lambda: astra.VectorColumn(
                "there", name="summary", database="library", table="books", service=SERVICE
            ),
            "ALREADY_EXISTS",
        ),
    ],
)
def test_what_is_there_is_refused(
    server: Server, stack: Stack, create: Callable[[], object], code: str
) -> None:
    """With a code and the fix; what is there stays as it is."""
    before = (server.tokens(), server.collections(), server.tables())
    failure = stack.refused_up(create)
    assert f"[{code}]" in failure.text
    assert "What to do:" in failure.text
    assert LOOK_AT_IT.get(code, "") in failure.text
    assert code == "NAME_TAKEN_BY_COLLECTION" or "pulumi.Alias(name=" in failure.text
    assert (server.tokens(), server.collections(), server.tables()) == before
    assert stack.resources() == {}


def test_what_is_equal_is_adopted(server: Server, stack: Stack) -> None:
    """One creation each; nothing is made anew but the token, whose secret cannot be read."""
    before = (server.collections(), server.tables())
    made = stack.up(_program(adopt=True))
    assert {step for steps in made.steps.values() for step in steps} == {"create"}
    assert (server.collections(), server.tables()) == before
    assert server.scope(TOKEN_NAME) == {"library"}
    assert stack.refresh().steps == {}
    assert stack.up(_program(adopt=True)).steps == {}


def test_what_is_different_is_refused_with_the_differences(stack: Stack) -> None:
    """Both sides of each difference; nothing is changed."""
    failure = stack.refused_up(_program(adopt=True, metric="dot_product", id_type="int"))
    assert "[ADOPTION_DIFFERS]" in failure.text
    assert "metric: there 'euclidean', in the program 'dot_product'" in failure.text
    assert "columns: there {'id': 'text'}, in the program {'id': 'int'}" in failure.text


def test_an_adopted_column_loses_only_what_was_given_to_it(server: Server, stack: Stack) -> None:
    """Destroyed, the column is there still, without service and index."""

    def program() -> None:
        astra.VectorColumn(
            "summary", database="library", table="books", service=SERVICE, adopt=True
        )

    stack.up(program)
    assert set(server.indexes("books")) == {"books_summary_index"}
    stack.destroy()
    assert "service" not in server.tables()["books"]["columns"]["summary"]
    assert server.indexes("books") == {}
