"""Where a path of the Data API leads is looked up once, and again when anything was written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, event
from sqlalchemy.engine import Engine

from pulumi_astra_vectorize.server.data_api.addresses import Addresses
from pulumi_astra_vectorize.server.data_api.dispatch import Target
from pulumi_astra_vectorize.server.store.schema import Entity, Keyspace
from pulumi_astra_vectorize.server.store.store import Store

PORT = 1
PATH = ("k", "n")


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """What the store was asked, as it is asked."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield asked
    event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def addresses(store: Store) -> Addresses:
    """The store has one collection, ``k/n``, in the database of port 1."""
    return Addresses(store)


def found(addresses: Addresses, path: tuple[str, ...]) -> Target:
    """The target of a path that is in the database."""
    target = addresses.find(PORT, path)
    assert target
    return target


def test_path_is_looked_up_once(addresses: Addresses, statements: list[str]) -> None:
    """The second request for a collection asks the store nothing about its address."""
    first = addresses.find(PORT, PATH)
    assert statements
    statements.clear()
    assert addresses.find(PORT, PATH) is first
    assert statements == []


def test_what_was_dropped_is_not_remembered(addresses: Addresses, store: Store) -> None:
    """After any write the store is asked again."""
    assert found(addresses, PATH).entity
    with store.write() as session:
        session.add(Keyspace(database_id="d", name="k"))
        session.execute(delete(Entity))
    assert found(addresses, PATH).entity is None
    refusal = found(addresses, PATH).refusal
    assert refusal
    assert refusal.code == "UNKNOWN_COLLECTION_OR_TABLE"


def test_refusal_is_made_anew(addresses: Addresses) -> None:
    """A refusal is raised, and would keep what raised it: each request has its own."""
    first, second = (found(addresses, ("unknown",)).refusal for _ in range(2))
    assert first
    assert first is not second


def test_main_port_has_no_database(addresses: Addresses) -> None:
    """A port that belongs to no database has no target."""
    assert addresses.find(PORT + 1, PATH) is None
