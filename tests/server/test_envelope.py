"""The Data API's envelope: token, method, body and the order of checks (data-api.md, section 1)."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from tests.server.conftest import PostCommand, Server


def send(server: Server, body: str, path: str = "", **headers: str) -> httpx.Response:
    """Posts a raw body under /v1 of the database "library", with the right token."""
    return server.http.post(
        f"{server.databases['library'].url}/v1{path}",
        content=body,
        headers={"Token": server.token, "Content-Type": "application/json", **headers},
    )


def codes(reply: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Family, scope and code of a reply's errors."""
    return [(it["family"], it["scope"], it["errorCode"]) for it in reply["errors"]]


def code(reply: dict[str, Any]) -> str:
    """The code of a reply's only error."""
    ((_, _, only),) = codes(reply)
    return only


def test_error_object(server: Server) -> None:
    """An error has an id, family, scope, code, title and message, and comes without status."""
    response = send(server, '{"fly": {}}')
    assert response.headers["content-type"] == "application/json;charset=UTF-8"
    reply = response.json()
    assert list(reply) == ["errors"]
    (error,) = reply["errors"]
    assert set(error) == {"id", "family", "scope", "errorCode", "title", "message"}
    assert "findKeyspaces" in error["message"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"])
@pytest.mark.parametrize("path", ["", "/", "/some_keyspace", "/a/b/c"])
def test_missing_token(server: Server, method: str, path: str) -> None:
    """Without a token every path and method is 401, a broken body too."""
    url = f"{server.databases['library'].url}/v1{path}"
    response = server.http.request(method, url, content=b"{")
    assert response.status_code == 401
    assert response.headers["content-type"] == "application/json"
    if method != "HEAD":
        missing = ("REQUEST", "SECURITY", "MISSING_AUTHENTICATION_TOKEN")
        assert codes(response.json()) == [missing]


def login(username: str, password: str) -> str:
    """A self-hosted Data API's token."""
    parts = (base64.b64encode(part.encode()).decode() for part in (username, password))
    return "Cassandra:" + ":".join(parts)


@pytest.mark.parametrize(
    ("headers", "status", "expected"),
    [
        ({"Authorization": "Bearer abc"}, 401, "MISSING_AUTHENTICATION_TOKEN"),
        ({"Token": "AstraCS:abc"}, 401, "UNAUTHENTICATED_REQUEST"),
        ({"Token": login("cassandra", "wrong")}, 401, "UNAUTHENTICATED_REQUEST"),
        ({"Token": "Cassandra:abc"}, 200, "UNEXPECTED_SERVER_ERROR"),
        ({"Token": "Cassandra:%%%:%%%"}, 200, "UNEXPECTED_SERVER_ERROR"),
        ({"Token": ""}, 200, "INTERNAL_SERVER_ERROR"),
    ],
)
def test_refused_token(server: Server, headers: dict[str, str], status: int, expected: str) -> None:
    """A wrong token is 401; one that cannot be read makes the server fall over, as the real one."""
    url = f"{server.databases['library'].url}/v1"
    response = server.http.post(url, json={"findKeyspaces": {}}, headers=headers)
    assert (response.status_code, code(response.json())) == (status, expected)


def test_deprecated_token_header(server: Server) -> None:
    """X-Cassandra-Token works as Token does."""
    url = f"{server.databases['library'].url}/v1/"
    headers = {"X-Cassandra-Token": server.token}
    reply = server.http.post(url, json={"findKeyspaces": {}}, headers=headers).json()
    assert "default_keyspace" in reply["status"]["keyspaces"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{", "REQUEST_NOT_JSON"),
        ('{"findKeyspaces":', "REQUEST_NOT_JSON"),
        ('{"findKeyspaces": NaN}', "REQUEST_NOT_JSON"),
        ('{"findKeyspaces": {"a": 1e99999999999}}', "REQUEST_NOT_JSON"),
        ('{"findKeyspaces": {"a": "\\ud800"}}', "REQUEST_NOT_JSON"),
        ("", "COMMAND_FIELD_VALUE_INVALID"),
        ("null", "COMMAND_FIELD_VALUE_INVALID"),
        ("[]", "REQUEST_STRUCTURE_MISMATCH"),
        ('"findKeyspaces"', "REQUEST_STRUCTURE_MISMATCH"),
        ("{}", "REQUEST_STRUCTURE_MISMATCH"),
        ('{"findKeyspaces": {}, "findEmbeddingProviders": {}}', "REQUEST_STRUCTURE_MISMATCH"),
        ('{"findKeyspaces": 1}', "REQUEST_STRUCTURE_MISMATCH"),
        ('{"findKeyspaces": null}', "REQUEST_STRUCTURE_MISMATCH"),
        ('{"fly": {}}', "COMMAND_UNKNOWN"),
        ('{"createCollection": {"name": "a"}}', "COMMAND_UNKNOWN"),
        ('{"findKeyspaces": {"verbose": true}}', "COMMAND_FIELD_UNKNOWN"),
        ('{"createKeyspace": {"name": 1}}', "REQUEST_STRUCTURE_MISMATCH"),
        ('{"findKeyspaces": {"options": {"a": 1}}}', "COMMAND_ACCEPTS_NO_OPTIONS"),
    ],
)
def test_refused_body(server: Server, body: str, expected: str) -> None:
    """Each kind of broken body has its code, with HTTP status 200 and family REQUEST."""
    response = send(server, body)
    assert response.status_code == 200
    assert codes(response.json()) == [("REQUEST", "", expected)]


@pytest.mark.parametrize("depth", [201, 1001, 100_000])
def test_body_that_is_too_deep(server: Server, depth: int) -> None:
    """As for the vendor, whose limit of 1000 comes from its parser: whatever the command is."""
    body = f'{{"findKeyspaces": {"[" * (depth - 1)}{"]" * (depth - 1)}}}'
    refused = ("REQUEST", "DOCUMENT", "SHRED_DOC_LIMIT_VIOLATION")
    assert codes(send(server, body).json()) == [refused]


def test_empty_options_are_fine(server: Server) -> None:
    """A command without options takes empty ones."""
    assert "keyspaces" in send(server, '{"findKeyspaces": {"options": {}}}').json()["status"]


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("text/plain", 415),
        ("application/xml", 415),
        ("application/json;charset=UTF-8", 200),
    ],
)
def test_content_type(server: Server, content_type: str, status: int) -> None:
    """Only JSON is taken; a charset does not matter."""
    response = send(server, '{"findKeyspaces": {}}', **{"Content-Type": content_type})
    assert response.status_code == status
    if status == 415:
        assert code(response.json()) == "UNSUPPORTED_CONTENT_TYPE"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *[(method, "", 405) for method in ("GET", "PUT", "DELETE", "PATCH", "HEAD")],
        *[(method, "/ks", 404) for method in ("GET", "PUT", "DELETE", "PATCH", "HEAD")],
        ("OPTIONS", "", 200),
        ("OPTIONS", "/ks", 200),
        ("POST", "/a/b/c", 404),
        ("GET", "/a/b/c", 404),
    ],
)
def test_other_methods_and_paths(server: Server, method: str, path: str, status: int) -> None:
    """Everything but a POST to a path of at most two names is answered with an empty body."""
    response = server.http.request(
        method,
        f"{server.databases['library'].url}/v1{path}",
        headers={"Token": server.token},
    )
    assert (response.status_code, response.content) == (status, b"")


UNKNOWN = "no_such_keyspace"


@pytest.mark.parametrize(
    ("path", "command", "expected"),
    [
        (f"/{UNKNOWN}", {"fly": {}}, "COMMAND_UNKNOWN"),
        (f"/{UNKNOWN}", {"createCollection": {"nome": 1}}, "COMMAND_FIELD_UNKNOWN"),
        (f"/{UNKNOWN}", {"findCollections": {}}, "UNKNOWN_KEYSPACE"),
        (f"/{UNKNOWN}/c", {"fly": {}}, "COMMAND_UNKNOWN"),
        (f"/{UNKNOWN}/c", {"findKeyspaces": {}}, "COMMAND_UNKNOWN"),
        (f"/{UNKNOWN}/c", {"find": {"wat": 1}}, "COMMAND_FIELD_UNKNOWN"),
        (f"/{UNKNOWN}/c", {"find": {}}, "UNKNOWN_KEYSPACE"),
        ("/default_keyspace/no_such", {"find": {}}, "UNKNOWN_COLLECTION_OR_TABLE"),
        ("/default_keyspace/ill-formed", {"find": {}}, "UNKNOWN_COLLECTION_OR_TABLE"),
        (
            "/default_keyspace/no_such",
            {"countDocuments": {"options": {"a": 1}}},
            "UNKNOWN_COLLECTION_OR_TABLE",
        ),
    ],
)
def test_order_of_checks(server: Server, path: str, command: dict[str, Any], expected: str) -> None:
    """Shape first, then the keyspace, then the collection or table, options last."""
    assert code(send(server, json.dumps(command), path).json()) == expected


def test_broken_body_of_a_stranger_is_still_refused(server: Server) -> None:
    """The shape is checked before the token's validity: nothing is run for a stranger."""
    url = f"{server.databases['library'].url}/v1/{UNKNOWN}"
    response = server.http.post(
        url, json={"createCollection": {"name": "a"}}, headers={"Token": "AstraCS:abc"}
    )
    assert (response.status_code, code(response.json())) == (401, "UNAUTHENTICATED_REQUEST")


def test_options_come_last(data_api: PostCommand, keyspace: str) -> None:
    """On an existing collection, options that a command does not take have their own code."""
    data_api({"createCollection": {"name": "books"}}, keyspace)
    reply = data_api({"countDocuments": {"options": {"a": 1}}}, keyspace, "books")
    assert code(reply) == "COMMAND_ACCEPTS_NO_OPTIONS"


def test_table_command_on_a_collection(data_api: PostCommand, keyspace: str) -> None:
    """A command that only tables know is refused on a collection."""
    data_api({"createCollection": {"name": "books"}}, keyspace)
    reply = data_api({"listIndexes": {}}, keyspace, "books")
    assert code(reply) == "UNSUPPORTED_COLLECTION_COMMAND"


def test_reply_that_cannot_be_written(server: Server, keyspace: str) -> None:
    """Whatever stands in the store: the status is 200, and the error comes in the envelope."""
    where = f"/{keyspace}/notes"
    send(server, '{"createCollection": {"name": "notes"}}', f"/{keyspace}")
    send(server, '{"insertOne": {"document": {"_id": "broken by an older server"}}}', where)
    with server.state.store.write() as session:
        session.execute(
            text("UPDATE records SET body = '{\"n\": Infinity}' WHERE key LIKE '%older server%'")
        )
    response = send(server, '{"find": {}}', where)
    assert response.status_code == 200
    assert codes(response.json()) == [("SERVER", "", "UNEXPECTED_SERVER_ERROR")]
