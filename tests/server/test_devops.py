"""The DevOps API subset, as contract devops.md has it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests.server.conftest import PostCommand, Server

UNKNOWN_ID = "f3a1c7de-0000-4000-8000-000000000000"  # the same for every pytest worker


def listed(server: Server, **parameters: Any) -> list[dict[str, Any]]:
    """The databases that the API lists for these query parameters."""
    response = server.call("GET", "/v2/databases", params=parameters)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()
    return found


def test_database_object(server: Server) -> None:
    """A database has the vendor's members; its endpoint is the address of its own Data API."""
    library = server.databases["library"]
    shown = server.call("GET", f"/v2/databases/{library.id}").json()
    assert UUID(shown["id"])
    assert (shown["id"], shown["status"], shown["dbType"]) == (library.id, "ACTIVE", "vector")
    assert shown["dataEndpointUrl"] == library.url
    info = shown["info"]
    assert (info["name"], info["keyspace"]) == ("library", "default_keyspace")
    assert "default_keyspace" in info["keyspaces"]
    assert {"orgId", "ownerId", "creationTime", "terminationTime", "studioUrl"} <= set(shown)
    (datacenter,) = info["datacenters"]
    assert {"id", "name", "region", "cloudProvider", "tier", "status"} <= set(datacenter)
    assert datacenter["region"] == info["region"]
    assert {"cloudProvider", "region", "tier", "additionalKeyspaces"} <= set(info)


def test_list_holds_the_same_objects(server: Server) -> None:
    """Every declared database is listed, as it is shown by its id."""
    found = listed(server)
    assert {one["info"]["name"] for one in found} == {"library", "archive"}
    for one in found:
        assert server.call("GET", f"/v2/databases/{one['id']}").json() == one


@pytest.mark.parametrize(
    ("parameters", "count"),
    [
        ({"include": "nonterminated"}, 2),
        ({"include": "all"}, 2),
        ({"include": "active"}, 2),
        ({"include": "ACTIVE"}, 2),
        ({"include": "terminated"}, 0),
        ({"include": "hibernated"}, 0),
        ({"provider": "ALL"}, 2),
        ({"provider": "AWS"}, 0),
        ({"limit": 1}, 1),
        ({"limit": 100}, 2),
    ],
)
def test_list_is_narrowed(server: Server, parameters: dict[str, Any], count: int) -> None:
    """``include``, ``provider`` and ``limit`` choose among the databases."""
    assert len(listed(server, **parameters)) == count


def test_list_is_paged(server: Server) -> None:
    """``starting_after`` the last id continues the list, until it is empty."""
    (first,) = listed(server, limit=1)
    (second,) = listed(server, limit=1, starting_after=first["id"])
    assert {first["info"]["name"], second["info"]["name"]} == {"library", "archive"}
    assert listed(server, limit=1, starting_after=second["id"]) == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v2/databases?limit=0", 400),
        ("GET", "/v2/databases?limit=101", 400),
        ("GET", "/v2/databases?limit=many", 400),
        ("GET", "/v2/databases?include=happy", 400),
        ("GET", "/v2/databases?provider=nobody", 400),
        ("GET", "/v2/databases/library", 400),
        ("GET", f"/v2/databases/{UNKNOWN_ID}", 404),
        ("POST", f"/v2/databases/{UNKNOWN_ID}/keyspaces/one", 404),
        ("GET", "/v2/streaming", 404),
        ("DELETE", "/v2/databases", 405),
    ],
)
def test_refusals(server: Server, method: str, path: str, status: int) -> None:
    """Errors have the vendor's shape: a number and a message."""
    response = server.call(method, path)
    assert response.status_code == status
    (error,) = response.json()["errors"]
    assert isinstance(error["ID"], int)
    assert error["message"]


def test_keyspace_comes_and_goes(server: Server, data_api: PostCommand) -> None:
    """A keyspace is created (201, also again), dropped (202), and then there is none (204)."""
    database = server.databases["archive"].id
    path = f"/v2/databases/{database}/keyspaces/sales_2024"
    assert [server.call("POST", path).status_code for _ in range(2)] == [201, 201]
    info = server.call("GET", f"/v2/databases/{database}").json()["info"]
    assert info["additionalKeyspaces"] == ["sales_2024"]
    found = data_api({"findKeyspaces": {}}, database="archive")["status"]["keyspaces"]
    assert "sales_2024" in found
    assert [server.call("DELETE", path).status_code for _ in range(2)] == [202, 204]
    assert "sales_2024" not in server.call("GET", f"/v2/databases/{database}").text


@pytest.mark.parametrize("name", ["a-b", "x" * 49, "ключ", "a b"])
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_bad_keyspace_names(server: Server, method: str, name: str) -> None:
    """A keyspace's name has at most 48 letters, digits and underscores."""
    path = f"/v2/databases/{server.databases['archive'].id}/keyspaces/{name}"
    assert server.call(method, path).status_code == 422


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_keyspaces_of_the_database_itself_are_out_of_reach(
    server: Server, data_api: PostCommand, method: str
) -> None:
    """Cassandra's own are neither made nor dropped: each is listed once, and nobody's."""
    path = f"/v2/databases/{server.databases['archive'].id}/keyspaces/system_auth"
    assert server.call(method, path).status_code == 422
    assert "system_auth" not in server.call("GET", path.partition("/keyspaces")[0]).text
    found = data_api({"findKeyspaces": {}}, database="archive")["status"]["keyspaces"]
    assert found.count("system_auth") == 1


def test_dropped_keyspace_takes_its_contents(server: Server, data_api: PostCommand) -> None:
    """A keyspace that is created anew under the old name is empty."""
    path = f"/v2/databases/{server.databases['library'].id}/keyspaces/short_lived"
    server.call("POST", path)
    made = data_api({"createCollection": {"name": "notes"}}, "short_lived")
    assert made == {"status": {"ok": 1}}
    assert server.call("DELETE", path).status_code == 202
    server.call("POST", path)
    assert data_api({"findCollections": {}}, "short_lived")["status"]["collections"] == []
    server.call("DELETE", path)
