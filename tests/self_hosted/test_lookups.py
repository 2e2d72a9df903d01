"""The two calls of a Data API, on the wire (contract credentials.md; data-api.md, section 10)."""

from __future__ import annotations

import base64
from pathlib import Path

import httpx
import pytest

from pulumi_astra_vectorize.server.process import running_server
from pulumi_astra_vectorize.server.settings import ServerSettings
from pulumi_astra_vectorize.wire import INTEGRATIONS, SINGLE_TENANT
from tests.self_hosted.services import CREDENTIAL, NAME, SECRET, Service, serving_service

LOGIN = "Cassandra:" + ":".join(
    base64.b64encode(part.encode()).decode() for part in ("ana", "pässwörd")
)
WRONG_LOGIN = LOGIN.rpartition(":")[0] + ":" + base64.b64encode(b"wrong").decode()


def test_secret_of_a_scoped_token(service: Service) -> None:
    """The map has the secret under the full name that was asked for, beside an empty list."""
    service.add_token()
    found = service.look_up()
    assert found.status_code == 200
    assert found.json() == {"credentials": {f"{NAME}.providerKey": SECRET}, "errors": []}


def test_validity_of_a_scoped_token(service: Service) -> None:
    """The answer about validity has true, and not the secret."""
    service.add_token()
    found = service.look_up(f"{CREDENTIAL}/valid")
    assert found.json() == {"credentials": {f"{NAME}.providerKey": True}, "errors": []}
    assert SECRET not in found.text


@pytest.mark.parametrize("suffix", ["", "/valid"])
@pytest.mark.parametrize(
    ("path", "problem"),
    [
        (CREDENTIAL.replace(NAME, "no-such-token"), "CREDENTIAL_NOT_FOUND"),
        (CREDENTIAL.replace("huggingface", "openai"), "CREDENTIAL_NOT_FOUND"),
        (CREDENTIAL.replace("SINGLE-TENANT", "single-tenant"), "DATABASE_NOT_IN_SCOPE"),
    ],
)
def test_what_is_not_there_has_errors(
    service: Service, path: str, problem: str, suffix: str
) -> None:
    """Never an empty map, which the Data API would keep: HTTP 200 with an ID and a message."""
    service.add_token()
    found = service.look_up(path + suffix)
    assert found.status_code == 200
    assert "credentials" not in found.json()
    assert [error["ID"] for error in found.json()["errors"]] == [problem]
    assert found.json()["errors"][0]["message"]


def test_unscoped_token(service: Service) -> None:
    """A token without the cluster in its scope is refused with errors, too."""
    service.add_token(databases=())
    assert service.look_up().json()["errors"][0]["ID"] == "DATABASE_NOT_IN_SCOPE"


@pytest.mark.parametrize(
    "authorization",
    [None, "Bearer", "Bearer wrong", "Basic YTpi", f"Bearer {WRONG_LOGIN}", LOGIN],
)
@pytest.mark.parametrize("path", [CREDENTIAL, f"{CREDENTIAL}/valid", CREDENTIAL[:-1]])
def test_others_get_401(service: Service, path: str, authorization: str | None) -> None:
    """Whoever shows no token, or one that is not known, learns nothing, not even what exists."""
    service.add_token()
    refused = service.look_up(path, authorization)
    assert refused.status_code == 401
    assert list(refused.json()) == ["errors"]
    assert refused.json()["errors"][0]["ID"] == "UNAUTHENTICATED"


def test_self_hosted_login_is_admitted(service: Service) -> None:
    """The configured user's token, as the Data API passes it on, opens the look-ups."""
    service.add_token()
    assert service.look_up(authorization=f"Bearer {LOGIN}").status_code == 200


def test_two_ports_have_nothing_in_common() -> None:
    """With a port for look-ups, each port has its own interface and not the other's."""
    with serving_service(lookup_port=0) as service:
        service.add_integration()
        service.add_token()
        bearer = {"Authorization": f"Bearer {service.token}"}
        management, lookups = service.addresses.url, str(service.addresses.lookup_url)
        assert service.look_up().status_code == 200
        for url in (f"{management}/v1/{CREDENTIAL}", lookups.removesuffix("/v1") + INTEGRATIONS):
            assert service.http.get(url, headers=bearer).status_code == 404
        for url in (management, lookups.removesuffix("/v1")):
            assert service.http.get(f"{url}/health").json() == {"status": "ok"}


def test_lookups_are_reachable_where_the_management_is_not() -> None:
    """Look-ups at an address for the cluster, the management on the loopback alone."""
    with serving_service(lookup_port=0, lookup_host="127.0.0.2") as service:
        service.add_integration()
        service.add_token()
        management = httpx.URL(service.addresses.url)
        assert (management.host, httpx.URL(str(service.addresses.lookup_url)).host) == (
            "127.0.0.1",
            "127.0.0.2",
        )
        assert service.look_up().status_code == 200
        with pytest.raises(httpx.ConnectError):
            service.http.get(str(management.copy_with(host="127.0.0.2")))


def test_embedded_server_answers_lookups() -> None:
    """The embedded server has the same calls for its databases, by their ids."""
    with (
        running_server(ServerSettings(port=0, databases=("library", "archive"))) as opened,
        httpx.Client() as http,
    ):
        server = Service(
            opened.addresses, Path(opened.addresses.token_file).read_text().strip(), http
        )
        server.add_integration()
        library, archive = (database.id for database in opened.addresses.databases)
        server.add_token(databases=(library,))
        found = server.look_up(CREDENTIAL.replace(SINGLE_TENANT, library))
        assert found.json()["credentials"] == {f"{NAME}.providerKey": SECRET}
        refused = server.look_up(CREDENTIAL.replace(SINGLE_TENANT, archive))
        assert refused.json()["errors"][0]["ID"] == "DATABASE_NOT_IN_SCOPE"
        assert server.look_up(authorization="Bearer wrong").status_code == 401
