"""createCollection, findCollections, deleteCollection (data-api.md, section 5)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from pulumi_astra_vectorize.server.process import running_server
from pulumi_astra_vectorize.server.settings import ServerSettings
from tests.server.conftest import PostCommand

MODEL = "sentence-transformers/all-MiniLM-L6-v2"
OFF = {"lexical": {"enabled": False}, "rerank": {"enabled": False}}


def service(**changes: Any) -> dict[str, Any]:
    """A vectorize service that uses the user access token "search-prod"."""
    plain = {
        "provider": "huggingface",
        "modelName": MODEL,
        "authentication": {"providerKey": "search-prod"},
    }
    return {name: value for name, value in {**plain, **changes}.items() if value is not None}


def create(options: Any = None, name: Any = "books") -> dict[str, Any]:
    """A createCollection command."""
    return {"createCollection": {"name": name, **({"options": options} if options else {})}}


def code(reply: dict[str, Any]) -> str:
    """The code of a reply's only error, which comes without status."""
    assert list(reply) == ["errors"]
    (error,) = reply["errors"]
    return str(error["errorCode"])


def explained(data_api: PostCommand, keyspace: str) -> list[dict[str, Any]]:
    """The keyspace's collections with their options."""
    reply = data_api({"findCollections": {"options": {"explain": True}}}, keyspace)
    found: list[dict[str, Any]] = reply["status"]["collections"]
    return found


def test_names_are_listed_sorted(data_api: PostCommand, keyspace: str) -> None:
    """Without explain the answer is the names in order."""
    for name in ("b", "c", "a"):
        data_api(create(name=name), keyspace)
    reply = data_api({"findCollections": {}}, keyspace)
    assert reply == {"status": {"collections": ["a", "b", "c"]}}


@pytest.mark.parametrize(
    "again",
    [
        {"vector": {"dimension": 384, "service": service()}},
        {"vector": {"metric": "cosine", "sourceModel": "other", "service": service()}},
        {"vector": {"service": service(authentication={"providerKey": "search-prod.providerKey"})}},
    ],
)
def test_repeat_with_equal_settings(
    data_api: PostCommand, keyspace: str, user_access_token: str, again: dict[str, Any]
) -> None:
    """Defaults, a filled-in dimension and the token's suffix are no difference."""
    data_api(create({"vector": {"service": service()}}), keyspace)
    assert data_api(create(again), keyspace) == {"status": {"ok": 1}}


@pytest.mark.parametrize(
    "other",
    [
        None,
        {"vector": {"dimension": 384}},
        {"vector": {"metric": "dot_product", "service": service()}},
        {"vector": {"service": service(authentication=None)}},
        {"vector": {"service": service()}, "indexing": {"deny": ["a"]}},
    ],
)
def test_repeat_with_other_settings(
    data_api: PostCommand, keyspace: str, user_access_token: str, other: Any
) -> None:
    """A collection's definition cannot be changed."""
    data_api(create({"vector": {"service": service()}}), keyspace)
    assert code(data_api(create(other), keyspace)) == "EXISTING_COLLECTION_DIFFERENT_SETTINGS"


@pytest.mark.parametrize("name", ["", "a-b", "bücher", "a" * 49, None])
def test_refused_name(data_api: PostCommand, keyspace: str, name: str | None) -> None:
    """Names have at most 48 ASCII letters, digits and underscores."""
    assert code(data_api(create(name=name), keyspace)) == "UNSUPPORTED_SCHEMA_NAME"


@pytest.mark.parametrize("name", ["a" * 48, "0a", "_", "Books"])
def test_accepted_name(data_api: PostCommand, keyspace: str, name: str) -> None:
    """A name may start with a digit or underscore, and keeps its case."""
    assert data_api(create(name=name), keyspace) == {"status": {"ok": 1}}
    assert data_api({"findCollections": {}}, keyspace)["status"]["collections"] == [name]


def test_missing_name(data_api: PostCommand, keyspace: str) -> None:
    """A createCollection without name is refused for a name called (null)."""
    reply = data_api({"createCollection": {}}, keyspace)
    assert "(null)" in reply["errors"][0]["message"]
    assert code(reply) == "UNSUPPORTED_SCHEMA_NAME"


@pytest.mark.parametrize("name", ["books", "never_there", "ill-formed"])
def test_delete_collection(data_api: PostCommand, keyspace: str, name: str) -> None:
    """deleteCollection answers ok whatever was there, and it is gone."""
    data_api(create(), keyspace)
    assert data_api({"deleteCollection": {"name": name}}, keyspace) == {"status": {"ok": 1}}
    assert ("books" in str(explained(data_api, keyspace))) is (name != "books")


def test_delete_collection_needs_a_name(data_api: PostCommand, keyspace: str) -> None:
    """Only emptiness is checked of the name."""
    reply = data_api({"deleteCollection": {"name": ""}}, keyspace)
    assert code(reply) == "COMMAND_FIELD_VALUE_INVALID"


def test_collection_over_a_table(data_api: PostCommand, keyspace: str) -> None:
    """Collections and tables share their names; deleteCollection drops a table too."""
    definition = {"columns": {"id": "text"}, "primaryKey": "id"}
    data_api({"createTable": {"name": "books", "definition": definition}}, keyspace)
    assert code(data_api(create(), keyspace)) == "EXISTING_TABLE_NOT_DATA_API_COLLECTION"
    assert explained(data_api, keyspace) == []
    data_api({"deleteCollection": {"name": "books"}}, keyspace)
    assert data_api({"listTables": {}}, keyspace)["status"]["tables"] == []


@contextmanager
def posting(settings: ServerSettings) -> Iterator[dict[str, Any]]:
    """A server of its own: what posts to each of its databases, by name."""
    with running_server(settings) as opened, httpx.Client() as http:
        headers = {"Token": Path(opened.addresses.token_file).read_text().strip()}

        def poster(url: str) -> Any:
            return lambda command, path="": http.post(
                f"{url}/v1{path}", json=command, headers=headers
            ).json()

        yield {it.name: poster(it.url) for it in opened.addresses.databases}


@pytest.fixture(scope="module")
def limited() -> Iterator[dict[str, Any]]:
    """A newer and an older ("classic") database."""
    settings = ServerSettings(port=0, databases=("newer",), classic_databases=("older",))
    with posting(settings) as post:
        yield post


@pytest.mark.parametrize(("database", "limit"), [("newer", 10), ("older", 5)])
def test_limit_of_collections(limited: dict[str, Any], database: str, limit: int) -> None:
    """A database has room for 10 collections over all its keyspaces, an older one for 5."""
    post = limited[database]
    post({"createKeyspace": {"name": "second"}})
    for number in range(limit):
        keyspace = ("default_keyspace", "second")[number % 2]
        assert "errors" not in post(create(name=f"c{number}"), f"/{keyspace}")
    assert code(post(create(name="more"), "/second")) == "TOO_MANY_COLLECTIONS"
    assert post(create(name="c1"), "/second") == {"status": {"ok": 1}}
    table = {"columns": {"id": "text"}, "primaryKey": "id"}
    created = post({"createTable": {"name": "t", "definition": table}}, "/second")
    assert created == {"status": {"ok": 1}}


def test_limit_of_collections_can_be_raised() -> None:
    """`--collection-limit` takes the place of the vendor's number, also in a classic database."""
    settings = ServerSettings(port=0, classic_databases=("older",), collection_limit=6)
    with posting(settings) as post:
        replies = [post["older"](create(name=f"c{n}"), "/default_keyspace") for n in range(7)]
    assert replies[:6] == [{"status": {"ok": 1}}] * 6
    assert code(replies[6]) == "TOO_MANY_COLLECTIONS"
