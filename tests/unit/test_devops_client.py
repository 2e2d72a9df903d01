"""Databases by name or id, page by page, and keyspaces (contract devops.md)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from pulumi_astra_vectorize.api import devops
from pulumi_astra_vectorize.api.databases import Database, resolve
from pulumi_astra_vectorize.api.devops import DevOps
from pulumi_astra_vectorize.api.transport import Transport
from pulumi_astra_vectorize.errors import (
    ConfigurationError,
    ConflictError,
    NotFoundError,
    RefusedError,
    UnreachableError,
)
from pulumi_astra_vectorize.settings import Settings
from tests.unit.integrations_fake import Handler, answering


def told(number: int, name: str | None = None, **more: Any) -> dict[str, Any]:
    """A database as the DevOps API shows it."""
    info = {"name": name or f"database-{number}", "keyspace": "default_keyspace", "region": "eu"}
    return {
        "id": f"id-{number:04}",
        "status": "ACTIVE",
        "info": {**info, **more},
        "dbType": "vector",
    }


def client(handler: Handler) -> DevOps:
    """A client whose network is the handler."""
    return DevOps(
        Transport("http://devops:1", {}, Settings.model_construct(), httpx.MockTransport(handler))
    )


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
def test_all_pages_are_read(count: int) -> None:
    """`limit` is 100 at most: the next page begins after the last id."""
    databases = [told(number) for number in range(count)]

    def handler(request: httpx.Request) -> httpx.Response:
        query = request.url.params
        assert (query["include"], query["limit"]) == ("nonterminated", "100")
        after = query.get("starting_after", "")
        rest = [database for database in databases if database["id"] > after]
        return httpx.Response(200, json=rest[:100])

    found = client(handler).databases()

    assert [database.id for database in found] == [database["id"] for database in databases]


def test_only_vector_databases_count() -> None:
    """The vendor's page scopes tokens to Serverless (Vector) databases; of the others Astra tells
    no `dbType` (contract devops.md). They fill pages like any other."""
    others = [{**told(number), "dbType": None} for number in range(100)]
    within_info = {**told(100, dbType="vector"), "dbType": None}

    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=[within_info] if b"after" in request.url.query else others)

    assert [database.id for database in client(handler).databases()] == ["id-0100"]


def test_keyspaces_stand_in_up_to_three_members() -> None:
    """The default one, the additional ones, or all of them: each is named once."""
    members: dict[str, Any] = {
        "additionalKeyspaces": ["a", "b"],
        "keyspaces": ["default_keyspace", "a", "c"],
    }

    (found,) = client(answering(httpx.Response(200, json=[told(1, **members)]))).databases()

    assert sorted(found.info.keyspaces) == ["a", "b", "c", "default_keyspace"]


def test_address_follows_from_id_and_region_where_it_is_not_told() -> None:
    """Contract devops.md: `https://{id}-{region}.apps.astra.datastax.com`."""
    untold = Database.model_validate(told(1))
    told_one = Database.model_validate({**told(1), "dataEndpointUrl": "http://127.0.0.1:9"})

    assert untold.endpoint == "https://id-0001-eu.apps.astra.datastax.com"
    assert told_one.endpoint == "http://127.0.0.1:9"


DATABASES = [
    Database.model_validate(each)
    for each in (told(1, "library"), told(2, "archive"), told(3, "archive"), told(4, "id-0001"))
]


@pytest.mark.parametrize(
    ("reference", "identifier"),
    [("library", "id-0001"), ("id-0002", "id-0002"), ("id-0001", "id-0001")],
)
def test_database_is_found_by_name_or_id(reference: str, identifier: str) -> None:
    """An id wins over a database that has another's id for a name."""
    assert resolve(DATABASES, reference).id == identifier


def test_name_that_two_databases_have_is_refused_with_both() -> None:
    """Names are not unique: the program has to write the id."""
    with pytest.raises(ConflictError, match="DATABASE_AMBIGUOUS") as caught:
        resolve(DATABASES, "archive")

    assert "archive (id-0002), archive (id-0003)" in str(caught.value)


@pytest.mark.parametrize("reference", ["Library", "libra", "検索"])
def test_database_that_is_not_there_is_named_with_those_that_are(reference: str) -> None:
    """A name is the whole name, and case counts."""
    with pytest.raises(NotFoundError, match="DATABASE_NOT_FOUND") as caught:
        resolve(DATABASES, reference)

    assert repr(reference) in str(caught.value)
    assert "library" in str(caught.value)


@pytest.mark.parametrize(
    ("status", "code"),
    [(403, "DEVOPS_REFUSED"), (500, "DEVOPS_REFUSED"), (404, "NOT_A_DEVOPS_API")],
)
def test_refusals(status: int, code: str) -> None:
    """The contract's error codes, each an error that says what was asked."""
    refusing = client(answering(httpx.Response(status, json={"errors": []})))

    with pytest.raises((RefusedError, ConfigurationError), match=code) as caught:
        refusing.databases()

    assert "/v2/databases" in str(caught.value)


def test_refusal_is_told_in_the_words_of_the_devops_api() -> None:
    """Contract devops.md: an error has an ID and a message, which says what is wrong."""
    said = {"errors": [{"ID": 422, "message": "keyspace name is reserved"}]}
    refusing = client(answering(httpx.Response(422, json=said)))

    with pytest.raises(RefusedError, match="DEVOPS_REFUSED") as caught:
        refusing.create_keyspace(DATABASES[0], "system")

    assert "HTTP 422" in str(caught.value)
    assert "keyspace name is reserved" in str(caught.value)


@pytest.mark.parametrize("body", ["<html>busy</html>", "[1]", '{"errors": [{"ID": 5}]}', "{}"])
def test_refusal_without_words_is_told_by_its_status(body: str) -> None:
    """Whatever stands between may answer anything: the status is always there."""
    refusing = client(answering(httpx.Response(500, text=body)))

    with pytest.raises(RefusedError, match="DEVOPS_REFUSED") as caught:
        refusing.databases()

    assert "HTTP 500" in str(caught.value)


@pytest.mark.parametrize("body", [{"databases": []}, [{"name": "library"}], "text", [5]])
def test_answer_of_another_server(body: object) -> None:
    """JSON of another shape is an error with a code, not a crash."""
    with pytest.raises(UnreachableError, match="ANSWER_NOT_UNDERSTOOD"):
        client(answering(httpx.Response(200, json=body))).databases()


class Maintained:
    """A database that is in MAINTENANCE for a while after a keyspace was changed."""

    def __init__(self, polls: int) -> None:
        self.polls = polls
        self.keyspaces: list[str] = []
        self.changes: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method != "GET":
            self.changes.append(f"{request.method} {request.url.path}")
            self.keyspaces = ["shelves"] if request.method == "POST" else []
            return httpx.Response(201 if request.method == "POST" else 202)
        self.polls -= 1
        status = "MAINTENANCE" if self.polls > 0 else "ACTIVE"
        return httpx.Response(200, json={**told(1, keyspaces=self.keyspaces), "status": status})


def test_keyspace_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database is MAINTENANCE for a while: what follows must not come too early."""
    monkeypatch.setattr(devops, "POLL_SECONDS", 0)
    database, network = Database.model_validate(told(1)), Maintained(3)

    client(network).create_keyspace(database, "shelves")
    client(network).delete_keyspace(database, "shelves")

    assert network.polls <= 0
    assert network.changes == [
        "POST /v2/databases/id-0001/keyspaces/shelves",
        "DELETE /v2/databases/id-0001/keyspaces/shelves",
    ]


def test_keyspace_that_never_comes_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait has an end, and says what to do."""
    monkeypatch.setattr(devops, "POLL_SECONDS", 0)
    monkeypatch.setattr(devops, "KEYSPACE_SECONDS", 0.01)

    database = Database.model_validate(told(1))

    with pytest.raises(UnreachableError, match="KEYSPACE_NOT_READY") as created:
        client(Maintained(10**9)).create_keyspace(database, "shelves")
    with pytest.raises(UnreachableError, match="KEYSPACE_NOT_READY") as deleted:
        client(Maintained(10**9)).delete_keyspace(database, "shelves")

    assert "`adopt=True`" in created.value.fix  # the engine has forgotten the creation by then
    assert "adopt" not in deleted.value.fix
