"""What a command is addressed to goes away while the command is on its way.

What is not there has one answer (contract data-api.md, section 1), and whatever has been created
in its place stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_astra_vectorize.server.data_api.commands import REGISTRY
from tests.server.conftest import PostCommand, Server
from tests.server.meanwhile import Provider, answer_after, codes

GONE = [("REQUEST", "SCHEMA", "UNKNOWN_COLLECTION_OR_TABLE")]
NO_KEYSPACE = [("REQUEST", "SCHEMA", "UNKNOWN_KEYSPACE")]

ID = {"_id": "a"}
SET = {"$set": {"n": 1, "$vector": [1, 2]}}
UPSERT = {"upsert": True}
TO_COLLECTIONS: list[dict[str, Any]] = [
    {"insertOne": {"document": {"_id": "new", "$vector": [1, 2]}}},
    {"insertMany": {"documents": [{"_id": "new"}, {}]}},
    {"find": {}},
    {"find": {"sort": {"$vector": [1, 1]}, "filter": {"n": {"$gt": 0}}}},
    {"findOne": {"filter": ID}},
    {"countDocuments": {}},
    {"estimatedDocumentCount": {}},
    {"updateOne": {"filter": ID, "update": SET, "options": UPSERT}},
    {"updateMany": {"filter": {"n": 7}, "update": SET, "options": UPSERT}},
    {"findOneAndUpdate": {"filter": ID, "update": SET, "options": UPSERT}},
    {"findOneAndReplace": {"filter": ID, "replacement": {"n": 2}, "options": UPSERT}},
    {"findOneAndDelete": {"filter": ID}},
    {"deleteOne": {"filter": ID}},
    {"deleteMany": {"filter": {"n": 0}}},
    {"deleteMany": {}},
]
KEY = {"id": "a"}
TO_TABLES: list[dict[str, Any]] = [
    {"insertOne": {"document": {"id": "new", "n": 1, "v": [1, 2]}}},
    {"insertMany": {"documents": [KEY, {"id": "new"}]}},
    {"find": {}},
    {"find": {"sort": {"v": [1, 1]}, "filter": {"n": 0}}},
    {"findOne": {"filter": KEY}},
    {"updateOne": {"filter": KEY, "update": {"$set": {"n": 2}}}},
    {"deleteOne": {"filter": KEY}},
    {"deleteMany": {"filter": KEY}},
    {"deleteMany": {}},
    {"alterTable": {"operation": {"drop": {"columns": ["n"]}}}},
    {"alterTable": {"operation": {"add": {"columns": {"m": "int"}}}}},
    {"createIndex": {"name": "on_n", "definition": {"column": "n"}}},
    {"createVectorIndex": {"name": "again", "definition": {"column": "v"}}},
    {"listIndexes": {}},
]
TO_KEYSPACES: list[dict[str, Any]] = [
    {"createCollection": {"name": "late"}},
    {"createTable": {"name": "late", "definition": {"columns": {"id": "int"}, "primaryKey": "id"}}},
    {"findCollections": {}},
    {"listTables": {}},
    {"deleteCollection": {"name": "things"}},
    {"dropTable": {"name": "things", "options": {"ifExists": True}}},
    {"dropIndex": {"name": "on_v", "options": {"ifExists": True}}},
]
ALWAYS_REFUSED = {"findAndRerank", "createTextIndex"}
"""The features are off, whatever the command is addressed to."""

COLUMNS = {"id": "text", "n": "int", "v": {"type": "vector", "dimension": 2}}
Post = Callable[..., dict[str, Any]]


def names(commands: list[dict[str, Any]]) -> list[str]:
    return [next(iter(command)) for command in commands]


@pytest.fixture
def post(data_api: PostCommand, keyspace: str) -> Post:
    """Posts a command to the keyspace or to what has that name in it."""
    return lambda command, *name: data_api(command, keyspace, *name)


def create_collection(post: Post, name: str) -> None:
    """A collection with one document."""
    post({"createCollection": {"name": name, "options": {"vector": {"dimension": 2}}}})
    post({"insertOne": {"document": {**ID, "n": 0, "$vector": [1, 1]}}}, name)


def create_table(post: Post, name: str) -> None:
    """A table with one row and a vector index."""
    post({"createTable": {"name": name, "definition": {"columns": COLUMNS, "primaryKey": "id"}}})
    post({"createVectorIndex": {"name": "on_v", "definition": {"column": "v"}}}, name)
    post({"insertOne": {"document": {**KEY, "n": 0, "v": [1, 1]}}}, name)


class Successor:
    """Drops "things" and, if it is to, creates something else with one record."""

    def __init__(self, post: Post, create: Callable[[Post, str], None], name: str | None) -> None:
        self._post, self._create, self._name = post, create, name
        self._created: object = None

    def __call__(self) -> None:
        self._post({"deleteCollection": {"name": "things"}})
        if self._name:
            self._create(self._post, self._name)
            self._created = self._look()

    def is_untouched(self) -> bool:
        """Whether it is as it was created."""
        return self._name is None or self._look() == self._created

    def _look(self) -> object:
        assert self._name
        found = self._post({"find": {"projection": {"*": 1}}}, self._name)["data"]
        listings = [
            self._post({name: {"options": {"explain": True}}})
            for name in ("findCollections", "listTables")
        ]
        return found, listings, self._post({"listIndexes": {}}, self._name).get("status")


SUCCESSORS = {
    "none": (create_collection, None),
    "collection": (create_collection, "other"),
    "table": (create_table, "other"),
    "namesake": (create_collection, "things"),
}


@pytest.fixture(params=SUCCESSORS)
def successor(request: pytest.FixtureRequest, post: Post) -> Successor:
    """What happens while the command is on its way."""
    return Successor(post, *SUCCESSORS[request.param])


@pytest.mark.parametrize("command", TO_COLLECTIONS, ids=names(TO_COLLECTIONS))
def test_collection(
    server: Server, keyspace: str, post: Post, successor: Successor, command: dict[str, Any]
) -> None:
    """A command to a collection that is dropped meanwhile says so and touches nothing else."""
    create_collection(post, "things")
    reply = answer_after(server, command, keyspace, "things", meanwhile=successor)
    assert (codes(reply), list(reply)) == (GONE, ["errors"])
    assert successor.is_untouched()


@pytest.mark.parametrize("command", TO_TABLES, ids=names(TO_TABLES))
def test_table(
    server: Server, keyspace: str, post: Post, successor: Successor, command: dict[str, Any]
) -> None:
    """A command to a table that is dropped meanwhile says so and touches nothing else."""
    create_table(post, "things")
    reply = answer_after(server, command, keyspace, "things", meanwhile=successor)
    assert (codes(reply), list(reply)) == (GONE, ["errors"])
    assert successor.is_untouched()


def test_nothing_is_kept_of_what_is_gone(server: Server, keyspace: str, post: Post) -> None:
    """A search that comes after a drop leaves no memory behind that nobody would ever give up."""
    create_collection(post, "things")
    known = set(server.state.vectors._columns)
    search = {"find": {"sort": {"$vector": [1, 1]}}}
    drop = Successor(post, create_collection, None)
    assert codes(answer_after(server, search, keyspace, "things", meanwhile=drop)) == GONE
    assert set(server.state.vectors._columns) == known


def test_every_command_is_tried() -> None:
    """No command on data or indexes is without a case here."""
    tried = [(name, "collection") for name in names(TO_COLLECTIONS)]
    tried += [(name, "table") for name in names(TO_TABLES)]
    there = {key for key, it in REGISTRY.items() if it.level == "data"}
    assert set(tried) == {key for key in there if key[0] not in ALWAYS_REFUSED}


@pytest.mark.parametrize("command", TO_KEYSPACES, ids=names(TO_KEYSPACES))
def test_keyspace(
    server: Server, keyspace: str, post: Post, data_api: PostCommand, command: dict[str, Any]
) -> None:
    """A command to a keyspace that is dropped meanwhile says so, and a new one is empty."""
    create_table(post, "things")

    def drop() -> None:
        data_api({"dropKeyspace": {"name": keyspace}})

    reply = answer_after(server, command, keyspace, meanwhile=drop)
    data_api({"createKeyspace": {"name": keyspace}})
    assert (codes(reply), list(reply)) == (NO_KEYSPACE, ["errors"])
    assert post({"findCollections": {}})["status"] == {"collections": []}
    assert post({"listTables": {}})["status"] == {"tables": []}


def test_collection_of_a_dropped_keyspace(
    server: Server, keyspace: str, post: Post, data_api: PostCommand
) -> None:
    """A command to a collection whose keyspace is dropped meanwhile names the keyspace."""
    create_collection(post, "things")

    def drop() -> None:
        data_api({"dropKeyspace": {"name": keyspace}})

    reply = answer_after(
        server, {"insertOne": {"document": {}}}, keyspace, "things", meanwhile=drop
    )
    data_api({"createKeyspace": {"name": keyspace}})
    assert codes(reply) == NO_KEYSPACE


TEXT = {"$vectorize": "A dog barks."}
EMBEDDING: list[dict[str, Any]] = [
    {"insertOne": {"document": TEXT}},
    {"insertMany": {"documents": [TEXT, {}]}},
    {"find": {"sort": TEXT}},
    {"updateOne": {"filter": ID, "update": {"$set": TEXT}, "options": UPSERT}},
    {"findOneAndReplace": {"filter": ID, "replacement": TEXT, "options": UPSERT}},
    {"findOneAndDelete": {"sort": TEXT}},
]


@pytest.fixture
def provider(server: Server, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """The embedding provider of the server."""
    return Provider(monkeypatch, server, 384)


@pytest.mark.parametrize("command", EMBEDDING, ids=names(EMBEDDING))
def test_while_the_provider_is_asked(
    provider: Provider,
    post: Post,
    successor: Successor,
    service: dict[str, Any],
    command: dict[str, Any],
) -> None:
    """A drop while texts are embedded is a drop: neither text nor vector lands elsewhere."""
    post({"createCollection": {"name": "things", "options": {"vector": {"service": service}}}})
    provider.meanwhile = successor
    reply = post(command, "things")
    assert (codes(reply), list(reply)) == (GONE, ["errors"])
    assert successor.is_untouched()
