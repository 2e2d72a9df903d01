"""The same resources on each target, and on a real one where the environment names it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from pulumi_astra_vectorize.api.data_api import DataApi
from pulumi_astra_vectorize.engine import Provider
from pulumi_astra_vectorize.resources.collection import CollectionProvider
from pulumi_astra_vectorize.resources.integration import IntegrationProvider
from pulumi_astra_vectorize.resources.keyspace import KeyspaceProvider
from pulumi_astra_vectorize.resources.table import TableProvider
from pulumi_astra_vectorize.resources.token_scope import TokenScopeProvider
from pulumi_astra_vectorize.resources.user_access_token import UserAccessTokenProvider
from pulumi_astra_vectorize.resources.vector_column import VectorColumnProvider
from tests.targets.acts import SERVICE, add_key, refused
from tests.targets.hooks import Held, Hooks
from tests.targets.real import DATABASE, REAL_TARGET, SECRET, TOKEN


@pytest.fixture
def keyspace(any_target: Hooks) -> Iterator[str]:
    """A keyspace of the test's own; deleting it proves that it is empty again."""
    name = f"targets_{uuid4().hex[:12]}"
    held = any_target.create(KeyspaceProvider(), database=DATABASE, name=name)
    assert any_target.is_unchanged(held)
    yield name
    any_target.delete(held)
    assert any_target.read(held) is None


@pytest.fixture
def scope(any_target: Hooks, request: pytest.FixtureRequest) -> Iterator[Held]:
    """Integration, token and scope; on Astra the person has made them already."""
    by_hand = any_target.target.integrations.by_hand
    if by_hand and REAL_TARGET is None:
        add_key(request.getfixturevalue("server"), DATABASE)
    made = [
        any_target.create(IntegrationProvider(), provider="huggingface"),
        any_target.create(UserAccessTokenProvider(), name=TOKEN, secret=SECRET),
        any_target.create(TokenScopeProvider(), token=TOKEN, databases=[DATABASE]),
    ]
    yield made[-1]
    for held in [] if by_hand else reversed(made):
        any_target.delete(held)


def data_api(hooks: Hooks) -> DataApi:
    """The Data API of the database that the tests are in."""
    return hooks.target.data_api(hooks.target.database(DATABASE))


def test_integration_token_and_scope(any_target: Hooks, scope: Held) -> None:
    """They are there, and a refresh has nothing to say."""
    assert [item["name"] for item in scope.outputs["scoped_databases"]] == [DATABASE]
    assert any_target.is_unchanged(scope)


def test_a_collection_embeds(any_target: Hooks, keyspace: str, scope: Held) -> None:
    """Created, written to, without drift, guarded while it holds documents, deleted."""
    notes = any_target.create(
        CollectionProvider(), database=DATABASE, keyspace=keyspace, name="notes", service=SERVICE
    )
    assert any_target.is_unchanged(notes)
    document = {"_id": "1", "$vectorize": "Cats purr when they are content."}
    data_api(any_target).insert_many(keyspace, "notes", [document])
    with refused("HOLDS_DATA"):
        any_target.delete(notes)
    any_target.delete(any_target.update(notes, force_destroy=True))
    assert any_target.read(notes) is None


def test_a_vector_column_embeds(any_target: Hooks, keyspace: str, scope: Held) -> None:
    """A table, a column with service and index, a row with a text; all of it deleted again."""
    place = {"database": DATABASE, "keyspace": keyspace}
    key = {"partition_by": ["id"]}
    books = any_target.create(
        TableProvider(), **place, name="books", columns={"id": "text"}, primary_key=key
    )
    index = {"metric": "dot_product"}
    column = any_target.create(
        VectorColumnProvider(), **place, table="books", name="v", service=SERVICE, index=index
    )
    assert any_target.is_unchanged(books)
    assert any_target.is_unchanged(column)
    data_api(any_target).insert_many(keyspace, "books", [{"id": "1", "v": "a text"}])
    for held in (column, books):
        any_target.delete(any_target.update(held, force_destroy=True))


def test_what_is_there_is_got_by_its_id(any_target: Hooks, keyspace: str, scope: Held) -> None:
    """As its creation left it; what `get` says of the inputs is what `adopt` accepts."""
    place = {"database": DATABASE, "keyspace": keyspace}
    columns = {"id": "text", "n": "int"}
    made = [
        any_target.create(CollectionProvider(), **place, name="notes", service=SERVICE),
        any_target.create(
            TableProvider(), **place, name="books", columns=columns, primary_key="id"
        ),
        any_target.create(
            VectorColumnProvider(), **place, table="books", name="v", service=SERVICE, index={}
        ),
    ]
    for held in made:
        got = any_target.get(held.provider, held.id)
        assert got.outputs["database_name"] == held.outputs["database_name"]
        assert any_target.is_unchanged(got)
        taken = any_target.create(held.provider, **got.inputs, adopt=True)
        assert (taken.id, any_target.is_unchanged(taken)) == (held.id, True)
    for held in reversed(made):
        any_target.delete(held)


def test_what_serves_a_database_is_got_by_its_id(any_target: Hooks, scope: Held) -> None:
    """Integration, token and scope; what the service keeps to itself is not among them."""
    integration = any_target.get(IntegrationProvider(), "huggingface")
    token = any_target.get(UserAccessTokenProvider(), f"huggingface/{TOKEN}")
    served = any_target.get(TokenScopeProvider(), f"huggingface/{TOKEN}/scope")

    proven = not any_target.target.integrations.by_hand
    assert integration.outputs == {"provider": "huggingface", "active": proven}
    assert token.outputs.keys() == {"integration", "name", "token_id", "generation"}
    assert served.outputs["databases"] == [DATABASE]
    assert served.outputs["scoped_databases"] == scope.outputs["scoped_databases"]
    for held in (integration, token, served):
        assert any_target.is_unchanged(held)


@pytest.mark.parametrize(
    ("provider", "identifier", "code"),
    [
        (UserAccessTokenProvider(), "huggingface/nobody", "NOTHING_TO_GET"),
        (TokenScopeProvider(), "huggingface/nobody/scope", "NOTHING_TO_GET"),
        (TokenScopeProvider(), "huggingface/nobody", "MALFORMED_ID"),
        (KeyspaceProvider(), f"{DATABASE}/nowhere", "NOTHING_TO_GET"),
        (KeyspaceProvider(), "no such database/nowhere", "DATABASE_NOT_FOUND"),
        (CollectionProvider(), f"{DATABASE}/default_keyspace/nothing", "NOTHING_TO_GET"),
        (CollectionProvider(), f"{DATABASE}/nothing", "MALFORMED_ID"),
        (CollectionProvider(), f"{DATABASE}//nothing", "MALFORMED_ID"),
        (TableProvider(), f"{DATABASE}/default_keyspace/nothing", "NOTHING_TO_GET"),
        (VectorColumnProvider(), f"{DATABASE}/default_keyspace/no/thing", "NOTHING_TO_GET"),
    ],
)
def test_what_is_not_there_cannot_be_got(
    any_target: Hooks, provider: Provider, identifier: str, code: str
) -> None:
    """With the id that was asked for, and the form that ids have."""
    with refused(code) as said:
        any_target.get(provider, identifier)
    assert identifier.partition("/")[0] in said[0]


def test_an_integration_that_is_not_there(any_target: Hooks) -> None:
    """It cannot be got, but on Astra, where none can be proven before it has a token."""
    if any_target.target.integrations.by_hand:
        assert any_target.get(IntegrationProvider(), "openai").outputs["active"] is False
        return
    with refused("NOTHING_TO_GET"):
        any_target.get(IntegrationProvider(), "openai")


def test_a_token_that_is_not_there_makes_nothing(any_target: Hooks, keyspace: str) -> None:
    """Refused by the database itself, in terms of tokens and scopes, on every target."""
    service = {**SERVICE, "token": f"nobody-has-{uuid4().hex[:12]}"}
    expected = "DATABASE_NOT_IN_SCOPE" if any_target.target.integrations.by_hand else None

    with refused(expected or "TOKEN_NOT_FOUND"):
        any_target.create(
            CollectionProvider(), database=DATABASE, keyspace=keyspace, name="n", service=service
        )
    assert data_api(any_target).collections(keyspace) == {}
