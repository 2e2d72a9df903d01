"""Who may call the embedded server, and with what."""

from __future__ import annotations

import base64

import pytest
from pydantic import SecretStr

from pulumi_astra_vectorize.rules import cassandra_token
from pulumi_astra_vectorize.server.admission import Admission, Verdict
from pulumi_astra_vectorize.wire import INTEGRATIONS
from tests.server.conftest import Server


def encoded(text: str) -> str:
    """Base64 as the vendor's clients write it."""
    return base64.b64encode(text.encode()).decode()


LOGIN = f"Cassandra:{encoded('ana')}:{encoded('pässwörd')}"


@pytest.fixture
def admission() -> Admission:
    """A server with an application token, a user and a password."""
    return Admission(SecretStr("AstraCS:right"), "ana", SecretStr("pässwörd"))


@pytest.mark.parametrize(
    ("token", "verdict"),
    [
        ("AstraCS:right", "admitted"),
        (LOGIN, "admitted"),
        ("AstraCS:wrong", "refused"),
        ("AstraCS:right ", "refused"),
        ("", "refused"),
        ("名前", "refused"),
        (f"Cassandra:{encoded('ana')}:{encoded('wrong')}", "refused"),
        ("Cassandra:abc", "malformed"),
        (f"Cassandra:{encoded('ana')}", "malformed"),
        (f"Cassandra:{encoded('ana')}:%%%", "malformed"),
    ],
)
def test_tokens_are_judged(admission: Admission, token: str, verdict: Verdict) -> None:
    """The right token and the right login are admitted; what cannot be decoded is told apart."""
    assert admission.judge(token) == verdict


def test_no_login_unless_one_is_set() -> None:
    """A server without user and password admits no Cassandra token at all."""
    token = cassandra_token("ana", "pässwörd")
    assert Admission(SecretStr("AstraCS:right")).judge(token) == "refused"


@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Basic abc", "Bearer", ""])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v2/databases"),
        ("GET", "/v2/no-such-path"),
        ("GET", INTEGRATIONS),
        ("POST", INTEGRATIONS),
        ("DELETE", f"{INTEGRATIONS}/huggingface"),
        ("GET", f"{INTEGRATIONS}/no/such/path"),
    ],
)
def test_main_port_needs_a_token(
    server: Server, method: str, path: str, authorization: str | None
) -> None:
    """DevOps API and integrations service answer 401 in JSON to everybody without the token."""
    headers = {} if authorization is None else {"Authorization": authorization}
    response = server.http.request(method, server.url + path, headers=headers)
    assert response.status_code == 401
    assert "application token" in response.json()["errors"][0]["message"]


def test_token_is_asked_for_before_the_body_is_read(server: Server) -> None:
    """A body that is no JSON gets a 401 and no hint about the body without a token."""
    response = server.http.post(server.url + INTEGRATIONS, content=b"{", headers={})
    assert (response.status_code, response.json()["errors"][0]["code"]) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("path", ["/health", "/openapi.json"])
def test_open_paths(server: Server, path: str) -> None:
    """Health and the description of the interface need no token."""
    assert server.http.get(server.url + path).status_code == 200


@pytest.mark.parametrize("path", ["/v2/databases", INTEGRATIONS, "/health"])
def test_database_ports_have_the_data_api_only(server: Server, path: str) -> None:
    """The other interfaces do not answer on a database's port, whatever the token."""
    response = server.http.get(server.databases["library"].url + path, headers=server.bearer)
    assert response.status_code in {401, 404}


def test_health_of_the_data_api(server: Server) -> None:
    """It is where the real one says so, on the database's port, to everybody."""
    response = server.http.get(server.databases["library"].url + "/stargate/health")
    assert (response.status_code, response.json()["status"]) == (200, "UP")
    assert server.http.get(server.url + "/stargate/health").status_code == 404


def test_main_port_has_no_data_api(server: Server, keyspace: str) -> None:
    """A Data API command sent to the main port is not found."""
    response = server.http.post(
        f"{server.url}/v1/{keyspace}", json={"listTables": {}}, headers={"Token": server.token}
    )
    assert response.status_code == 404
