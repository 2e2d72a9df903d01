"""What a database's keyspaces hold, as far as the process has seen or made it."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_astra_vectorize.api.schema_memory import SchemaMemory

OFF = {"lexical": {"enabled": False}, "rerank": {"enabled": False}}
TEXT = {"type": "text"}


def sent(token: str, model: str = "minilm") -> dict[str, Any]:
    """The options of createCollection with a service."""
    service = {"provider": "huggingface", "modelName": model}
    return {"vector": {"service": {**service, "authentication": {"providerKey": token}}}}


def explained(token: str, model: str = "minilm") -> dict[str, Any]:
    """The same as findCollections explains it (data-api.md, section 5)."""
    service = sent(f"{token}.providerKey", model)["vector"]["service"]
    vector = {"dimension": 384, "metric": "cosine", "sourceModel": "other", "service": service}
    return {**OFF, "vector": vector}


class Database:
    """What a database holds, and how often it was asked for it."""

    def __init__(self) -> None:
        self.collections: dict[str, Any] = {}
        self.tables: dict[str, Any] = {}
        self.asked = 0
        self.memory = SchemaMemory()

    def listed_collections(self, within: float = 60) -> dict[str, Any]:
        return self.memory.entities(
            "collections", "ks", lambda: self._said(self.collections), within
        )

    def listed_tables(self) -> dict[str, Any]:
        return self.memory.entities("tables", "ks", lambda: self._said(self.tables), 60)

    def create(self, name: str, options: dict[str, Any], result: dict[str, Any]) -> None:
        """A collection is created, and the memory told."""
        self.collections[name] = result
        self.memory.created("collections", "ks", name, options)

    def _said(self, there: dict[str, Any]) -> dict[str, Any]:
        self.asked += 1
        return dict(there)


@pytest.fixture
def database() -> Database:
    return Database()


def test_many_collections_alike_are_explained_once(database: Database) -> None:
    """The first is looked at; of the others it is known what the database makes of them."""
    database.listed_collections()
    for number in range(50):
        token = f"token-{number}"
        database.create(f"c{number}", sent(token), explained(token))
        assert database.listed_collections()[f"c{number}"] == explained(token)
    assert database.listed_collections() == database.collections
    assert database.asked == 2


def test_other_definitions_are_looked_at(database: Database) -> None:
    """Another model may be explained otherwise: nothing is assumed of it."""
    for model in ("minilm", "e5", "minilm", "e5"):
        name = f"{model}-{database.asked}"
        database.create(name, sent("t", model), explained("t", model))
        assert database.listed_collections()[name] == explained("t", model)
    assert database.asked == 2


def test_header_key_and_token_are_not_alike(database: Database) -> None:
    """A service without a token is explained without one."""
    database.create("a", sent("t"), explained("t"))
    database.listed_collections()
    without: dict[str, Any] = sent("t")
    del without["vector"]["service"]["authentication"]
    other: dict[str, Any] = explained("t")
    del other["vector"]["service"]["authentication"]
    database.create("b", without, other)
    assert database.listed_collections()["b"] == other


def test_what_is_deleted_is_gone_from_both_lists(database: Database) -> None:
    """deleteCollection also drops a table of that name, and dropTable a collection."""
    database.collections, database.tables = {"a": explained("t")}, {"b": {"columns": {}}}
    database.listed_collections()
    database.listed_tables()
    database.memory.removed("ks", "a")
    database.memory.removed("ks", "b")
    assert (database.listed_collections(), database.listed_tables()) == ({}, {})
    assert database.asked == 2


def test_columns_come_and_go_without_a_list(database: Database) -> None:
    """A column like one that was explained is known; a dropped one is gone."""
    vector = {"type": "vector", "dimension": 3, "apiSupport": {}}
    database.tables = {name: {"columns": {"id": TEXT}, "primaryKey": "id"} for name in "ab"}
    for table in "ab":
        database.listed_tables()
        database.tables[table]["columns"]["v"] = vector
        database.memory.columns_added("ks", table, {"v": {"type": "vector", "dimension": 3}})
        assert database.listed_tables()[table]["columns"] == {"id": TEXT, "v": vector}
    assert database.asked == 2
    database.memory.columns_dropped("ks", "a", ["v"])
    assert database.listed_tables()["a"]["columns"] == {"id": TEXT}
    assert database.listed_tables()["b"]["columns"] == {"id": TEXT, "v": vector}
    assert database.asked == 2


def test_columns_of_a_table_not_listed_yet(database: Database) -> None:
    """What is not in the list is not made up: the next look asks."""
    database.listed_tables()
    database.tables = {"new": {"columns": {"id": TEXT}}}
    database.memory.columns_dropped("ks", "new", ["v"])
    assert database.listed_tables() == database.tables


def test_lists_are_not_changed_under_their_readers(database: Database) -> None:
    """Who holds a list keeps it as it was."""
    database.create("a", sent("t"), explained("t"))
    held = database.listed_collections()
    database.create("b", sent("t"), explained("t"))
    database.memory.removed("ks", "a")
    assert held == {"a": explained("t")}
    assert database.listed_collections() == {"b": explained("t")}
