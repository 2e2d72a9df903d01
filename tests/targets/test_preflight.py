"""On Astra, what embeds is refused before anything is made where its token is not usable."""

from __future__ import annotations

import pytest

from pulumi_astra_vectorize.resources.collection import CollectionProvider
from pulumi_astra_vectorize.resources.table import TableProvider
from pulumi_astra_vectorize.resources.vector_column import VectorColumnProvider
from tests.lifecycle.servers import Server
from tests.targets.acts import SERVICE, add_key, refused
from tests.targets.hooks import Hooks
from tests.targets.real import TOKEN


@pytest.fixture
def books(astra: Hooks) -> None:
    """A table to give a vector column."""
    astra.create(
        TableProvider(),
        database="library",
        name="books",
        columns={"id": "text"},
        primary_key={"partition_by": ["id"]},
    )


@pytest.mark.parametrize(
    ("scoped", "step"),
    [((), "choose Add integration"), (("archive",), "choose Add database")],
    ids=["no token", "another database"],
)
def test_a_collection_is_not_made(
    astra: Hooks, server: Server, scoped: tuple[str, ...], step: str
) -> None:
    """The steps that are missing, with token and database filled in; then the next run makes it."""
    if scoped:
        add_key(server, *scoped)
    with refused("DATABASE_NOT_IN_SCOPE") as said:
        astra.create(CollectionProvider(), database="library", name="notes", service=SERVICE)
    assert step in said[0]
    assert TOKEN in said[0]
    assert "library" in said[0]
    assert server.collections() == {}

    add_key(server, "library") if not scoped else server.add_to_scope(TOKEN, "library")
    made = astra.create(CollectionProvider(), database="library", name="notes", service=SERVICE)
    assert astra.is_unchanged(made)


def test_a_vector_column_is_not_made(astra: Hooks, server: Server, books: None) -> None:
    """The table keeps its columns as they were."""
    with refused("DATABASE_NOT_IN_SCOPE") as said:
        astra.create(
            VectorColumnProvider(), database="library", table="books", name="v", service=SERVICE
        )
    assert "Integrations" in said[0]
    assert set(server.tables()["books"]["columns"]) == {"id"}


def test_an_existing_column_keeps_its_service(astra: Hooks, server: Server, books: None) -> None:
    """A token that the database may not use never takes the place of one that works."""
    add_key(server, "library")
    held = astra.create(
        VectorColumnProvider(), database="library", table="books", name="v", service=SERVICE
    )
    with refused("DATABASE_NOT_IN_SCOPE"):
        astra.update(held, service={**SERVICE, "token": "unknown"})

    column = server.tables()["books"]["columns"]["v"]
    assert column["service"]["authentication"]["providerKey"].startswith(TOKEN)
