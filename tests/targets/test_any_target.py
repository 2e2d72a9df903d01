"""The same resources on each target, and on a real one where the environment names it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from pulumi_astra_vectorize.api.data_api import DataApi
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


def test_a_token_that_is_not_there_makes_nothing(any_target: Hooks, keyspace: str) -> None:
    """Refused by the database itself, in terms of tokens and scopes, on every target."""
    service = {**SERVICE, "token": f"nobody-has-{uuid4().hex[:12]}"}
    expected = "DATABASE_NOT_IN_SCOPE" if any_target.target.integrations.by_hand else None

    with refused(expected or "TOKEN_NOT_FOUND"):
        any_target.create(
            CollectionProvider(), database=DATABASE, keyspace=keyspace, name="n", service=service
        )
    assert data_api(any_target).collections(keyspace) == {}
