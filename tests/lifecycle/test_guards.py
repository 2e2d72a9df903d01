"""Nothing that holds data or is in use goes away, unless that was allowed by an `up` before."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

import pulumi_astra_vectorize as astra
from tests.lifecycle.programs import MODEL, SECRET, TOKEN_NAME, token_and_scope
from tests.lifecycle.servers import Server
from tests.lifecycle.stacks import Program, Stack

LINE = "force_destroy=True"


def _data(**settings: Any) -> Program:
    """A collection and a table with a vector column, all with these settings."""

    def program() -> None:
        astra.Collection("notes", database="library", dimension=2, **settings)
        books = _books({"id": "text", "title": "text"}, **settings)
        astra.VectorColumn("summary", database="library", table=books, dimension=2, **settings)

    return program


def _books(columns: dict[str, str], **settings: Any) -> astra.Table:
    return astra.Table("books", database="library", columns=columns, primary_key="id", **settings)


def _fill(server: Server) -> None:
    documents = [{"_id": str(number)} for number in range(3)]
    server.command("insertMany", {"documents": documents}, "notes")
    rows = [{"id": str(number), "title": "t", "summary": [1.0, 0.0]} for number in range(2)]
    server.command("insertMany", {"documents": rows}, "books")


def test_deleting_what_holds_data_is_refused(server: Server, stack: Stack) -> None:
    """With the number and the line to add; everything is there still."""
    stack.up(_data())
    _fill(server)
    failure = stack.refused_destroy()
    assert "[HOLDS_DATA]" in failure.text
    assert "collection 'notes' in library/default_keyspace holds 3 documents" in failure.text
    of_column = "library/default_keyspace/books.summary's table holds 2 rows, whose vectors would"
    assert of_column in failure.text
    assert LINE in failure.text
    assert server.command("countDocuments", {}, "notes")["status"]["count"] == 3
    assert "summary" in server.tables()["books"]["columns"]


def test_what_was_allowed_before_is_deleted(server: Server, stack: Stack) -> None:
    """`force_destroy` counts once an `up` has applied it."""
    stack.up(_data())
    _fill(server)
    stack.up(_data(force_destroy=True))
    stack.destroy()
    assert server.collections() == {}
    assert server.tables() == {}


def test_replacing_a_full_collection_is_refused_at_preview(server: Server, stack: Stack) -> None:
    """Also when the same program says `force_destroy`: it has to be applied before."""
    stack.up(lambda: astra.Collection("notes", database="library", dimension=2))
    server.command("insertOne", {"document": {"_id": "1"}}, "notes")

    def other_dimension() -> None:
        astra.Collection("notes", database="library", dimension=3, force_destroy=True)

    failure = stack.refused_preview(other_dimension)
    assert "holds 1 document, which would be lost" in failure.text
    assert LINE in failure.text
    assert "[HOLDS_DATA]" in stack.refused_up(other_dimension).text
    assert server.collections()["notes"]["vector"]["dimension"] == 2
    stack.up(lambda: astra.Collection("notes", database="library", dimension=2, force_destroy=True))
    stack.up(other_dimension)
    assert server.collections()["notes"]["vector"]["dimension"] == 3


def test_another_keyspace_takes_the_place_of_one_that_is_full(stack: Stack) -> None:
    """What is in it goes first only where it is a resource of its own, as the refusal says."""

    def of(resource: str, name: str) -> Program:
        def program() -> None:
            keyspace = astra.Keyspace(resource, database="library", name=name)
            astra.Collection("notes", database="library", keyspace=keyspace)

        return program

    stack.up(of("shelves", "shelves"))
    refused = stack.refused_preview(of("shelves", "drawers")).text
    assert "[KEYSPACE_NOT_EMPTY]" in refused
    assert "give the resource another name, too" in refused
    steps = stack.up(of("drawers", "drawers")).steps
    assert (steps["drawers"], steps["shelves"]) == (["create"], ["delete"])
    assert stack.up(of("drawers", "drawers")).steps == {}


def test_dropping_a_column_of_a_table_with_rows_is_refused(server: Server, stack: Stack) -> None:
    """A dropped column loses its values: refused at preview, allowed at once if forced."""
    stack.up(lambda: _books({"id": "text", "title": "text"}))
    server.command("insertOne", {"document": {"id": "1", "title": "t"}}, "books")
    assert "[HOLDS_DATA]" in stack.refused_up(lambda: _books({"id": "text"})).text
    failure = stack.refused_preview(lambda: _books({"id": "text"}))
    told = "table 'books' in library/default_keyspace holds 1 row, whose values of title would be"
    assert told in failure.text
    assert "or write them in `columns`" in failure.text
    assert "title" in server.tables()["books"]["columns"]
    forced = stack.preview(lambda: _books({"id": "text"}, force_destroy=True))
    assert forced.steps_of("books") == "update"
    stack.up(lambda: _books({"id": "text"}, force_destroy=True))
    assert "title" not in server.tables()["books"]["columns"]


def test_another_dimension_is_refused_and_the_column_stays(server: Server, stack: Stack) -> None:
    """At preview: the name comes back with its old type only, in the same table (contract, 7)."""

    def of(dimension: int, name: str = "summary", key: str = "text") -> Program:
        def program() -> None:
            books = _books({"id": key})
            astra.VectorColumn(
                "summary", database="library", table=books, name=name, dimension=dimension
            )

        return program

    stack.up(of(2))
    assert "[DIMENSION_FIXED]" in stack.refused_preview(of(3)).text
    assert "[DIMENSION_FIXED]" in stack.refused_up(of(3)).text
    assert server.tables()["books"]["columns"]["summary"]["dimension"] == 2
    stack.up(of(3, "summary_of_3"))
    assert server.tables()["books"]["columns"]["summary_of_3"]["dimension"] == 3
    assert stack.preview(of(5, "summary_of_3", "int")).steps_of("summary") == "update"
    stack.up(of(5, "summary_of_3", "int"))
    assert server.tables()["books"]["columns"]["summary_of_3"]["dimension"] == 5


def test_a_dropped_column_comes_back_with_its_type_only(stack: Stack) -> None:
    """The refusal says what to do instead: the contract, 7, knows no other way than these."""

    def books(**columns: str) -> Program:
        first = pulumi.ResourceOptions(delete_before_replace=True)
        return lambda: _books({"id": "text", **columns}, opts=first)

    stack.up(books(year="int"))
    stack.up(books())
    refused = stack.refused_up(books(year="text")).text
    assert "[CANNOT_ADD_PREVIOUSLY_DROPPED_COLUMN]" in refused
    assert "give the column another name" in refused
    stack.up(books(year="text"), replace=[stack.urn("books")])
    assert stack.up(books(year="text")).steps == {}


def create_collection_of_others(server: Server) -> None:
    """It embeds through the token, and stands in no stack."""
    wire = {
        "provider": "huggingface",
        "modelName": MODEL,
        "authentication": {"providerKey": TOKEN_NAME},
    }
    options = {"vector": {"service": wire}}
    server.command("createCollection", {"name": "theirs", "options": options})


@pytest.fixture
def used(server: Server, stack: Stack) -> Stack:
    """Token and scope in this stack; a collection that uses them, made by somebody else."""
    stack.up(lambda: token_and_scope(databases=["library", "archive"]))
    create_collection_of_others(server)
    return stack


def test_a_token_in_use_is_not_removed(server: Server, used: Stack) -> None:
    """Scope, token and integration stay; the error lists who embeds through the token."""
    failure = used.refused_destroy()
    assert "[TOKEN_IN_USE]" in failure.text
    assert "library/default_keyspace/theirs" in failure.text
    assert LINE in failure.text
    assert server.scope(TOKEN_NAME) == {"library", "archive"}


def test_a_token_in_use_is_left_to_those_who_use_it(server: Server, used: Stack) -> None:
    """Another stack goes on with it: this one can end without it, as the refusal says."""

    def left() -> None:
        retained = pulumi.ResourceOptions(retain_on_delete=True)
        integration = astra.Integration("hugging-face", opts=retained)
        token = astra.UserAccessToken(
            "token", integration=integration, name=TOKEN_NAME, secret=SECRET, opts=retained
        )
        both = ["library", "archive"]
        astra.TokenScope("scope", token=token, databases=both, opts=retained)

    assert "`opts=pulumi.ResourceOptions(retain_on_delete=True)`" in used.refused_destroy().text
    used.up(left)
    used.destroy()
    assert used.resources() == {}
    assert server.scope(TOKEN_NAME) == {"library", "archive"}


def test_a_database_in_use_is_not_taken_out_of_the_scope(server: Server, used: Stack) -> None:
    """The one that is not used may go."""
    failure = used.refused_up(lambda: token_and_scope(databases=["archive"]))
    assert "[TOKEN_IN_USE]" in failure.text
    assert server.scope(TOKEN_NAME) == {"library", "archive"}
    used.up(lambda: token_and_scope(databases=["library"]))
    assert server.scope(TOKEN_NAME) == {"library"}


def test_an_integration_in_use_is_not_removed(server: Server, stack: Stack) -> None:
    """Somebody else's collection embeds through it: the error names the collection."""
    stack.up(lambda: astra.Integration("hugging-face"))
    server.add_token(TOKEN_NAME, "hf_by_somebody_else", "library")
    create_collection_of_others(server)
    failure = stack.refused_destroy()
    assert "[TOKEN_IN_USE] removing the integration 'huggingface'" in failure.text
    assert "library/default_keyspace/theirs" in failure.text
    assert set(server.integrations()) == {"huggingface"}


def test_an_integration_with_tokens_of_others_is_not_removed(server: Server, stack: Stack) -> None:
    """The service itself refuses it, in its own words."""
    stack.up(lambda: astra.Integration("hugging-face"))
    server.add_token("theirs")
    assert "[INTEGRATION_HAS_TOKENS]" in stack.refused_destroy().text
    assert set(server.integrations()) == {"huggingface"}
