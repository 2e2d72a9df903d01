"""Values that preview cannot know: never a crash, never a replacement that does not happen."""

from __future__ import annotations

from typing import TypeVar

import pulumi

import pulumi_astra_vectorize as astra
from tests.lifecycle.programs import MODEL, TOKEN_NAME, token_and_scope
from tests.lifecycle.servers import Server
from tests.lifecycle.stacks import Stack

T = TypeVar("T")


def _seed(name: str = "seed") -> pulumi.Output[str]:
    """The word "library", known only once another resource was created."""
    return astra.Collection(name, database="library", dimension=2).database_name


def _everything_from(library: pulumi.Input[str]) -> None:
    """All resources, with this word in every property that can take a value."""

    def following(value: T) -> pulumi.Output[T]:
        return pulumi.Output.from_input(library).apply(lambda _: value)

    integration = astra.Integration("hugging-face", provider=following("huggingface"))
    token = astra.UserAccessToken(
        "token",
        integration=integration,
        name=following(TOKEN_NAME),
        secret=following("hf_first_secret"),
    )
    scope = astra.TokenScope("scope", token=token, databases=[library])
    service = astra.EmbeddingService(following("huggingface"), following(MODEL), scope.token)
    astra.Collection(
        "notes",
        database=library,
        keyspace=following("default_keyspace"),
        name=following("notes"),
        service=service,
        metric=following("cosine"),
        indexing={"allow": [following("title")]},
    )
    books = astra.Table(
        "books",
        database=library,
        name=following("books"),
        columns={"id": following("text"), "tags": {"type": "set", "value_type": following("text")}},
        primary_key=following("id"),
    )
    astra.VectorColumn(
        "summary",
        database=library,
        table=books,
        name=following("summary"),
        service=service,
        index=astra.VectorIndex(name=following("summaries"), metric=following("cosine")),
    )


def test_everything_may_be_unknown_at_creation(stack: Stack) -> None:
    """Preview plans creations only, and `up` makes them."""

    def program() -> None:
        _everything_from(_seed())

    planned = stack.preview(program)
    made = stack.up(program)
    assert planned.steps == made.steps
    assert {step for steps in made.steps.values() for step in steps} == {"create"}
    assert stack.up(program).steps == {}


def test_what_becomes_unknown_is_no_replacement(stack: Stack) -> None:
    """A stack that is up, then fed by a resource that is yet to be created: only that is planned.

    Values that follow a new secret are an update of the token, as any unknown secret may be.
    """
    stack.up(lambda: _everything_from("library"))
    planned = stack.preview(lambda: _everything_from(_seed()))
    assert planned.steps_of("seed") == "create"
    assert "replace" not in {step for steps in planned.steps.values() for step in steps}
    assert stack.up(lambda: _everything_from(_seed())).steps == {"seed": ["create"]}


def test_a_replaced_table_gets_its_vector_column_back(server: Server, stack: Stack) -> None:
    """The column is no replacement of its own: it is made again in the new table."""

    def keyed_by(column: str) -> None:
        scope = token_and_scope()
        columns = {"id": "text", "other": "text"}
        books = astra.Table("books", database="library", columns=columns, primary_key=column)
        service = astra.EmbeddingService("huggingface", MODEL, scope.token)
        astra.VectorColumn("summary", database="library", table=books, service=service)

    stack.up(lambda: keyed_by("id"))
    changed = {
        "books": ["delete-replaced", "replace", "create-replacement"],
        "summary": ["update"],
    }
    assert stack.preview(lambda: keyed_by("other")).steps == changed
    assert stack.up(lambda: keyed_by("other")).steps == changed
    assert server.tables()["books"]["columns"]["summary"]["service"]["modelName"] == MODEL
    assert set(server.indexes("books")) == {"books_summary_index"}
    assert stack.refresh().steps == {}
