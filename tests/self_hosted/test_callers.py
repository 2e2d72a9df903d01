"""Who may look up: tokens that the Data API itself takes, asked for shortly and not too often."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pulumi_astra_vectorize.server.process import running_server
from pulumi_astra_vectorize.server.settings import ServerSettings
from tests.self_hosted.services import SECRET, Service, serving_service
from tests.self_hosted.test_lookups import LOGIN, WRONG_LOGIN

KEYSPACES = {"status": {"keyspaces": ["default_keyspace"]}}
FAILED = {"errors": [{"errorCode": "UNEXPECTED_SERVER_ERROR"}]}


@dataclass
class Asked:
    """A Data API that answers one thing, and what it was asked."""

    url: str = ""
    status: int = 200
    body: object = field(default_factory=lambda: KEYSPACES)
    wait: Callable[[], object] = lambda: None
    requests: list[tuple[str, object, dict[str, str]]] = field(
        default_factory=list[tuple[str, object, dict[str, str]]]
    )


@contextmanager
def asked_data_api() -> Iterator[Asked]:
    """Listens on a free port."""
    asked = Asked()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.requests.append((self.path, body, dict(self.headers)))
            asked.wait()
            self.send_response(asked.status)
            self.end_headers()
            self.wfile.write(json.dumps(asked.body).encode())

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        asked.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield asked
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def asked() -> Iterator[Asked]:
    """A Data API to be asked."""
    with asked_data_api() as asked:
        yield asked


@pytest.fixture
def service(asked: Asked) -> Iterator[Service]:
    """A service with a scoped token that asks that Data API about callers."""
    with serving_service(data_api=asked.url) as service:
        service.add_integration()
        service.add_token()
        yield service


def test_token_of_a_data_api_opens_lookups_and_nothing_else() -> None:
    """Whoever may use the Data API gets secrets, and does not get to manage them."""
    settings = ServerSettings.model_validate(
        {"port": 0, "username": "ana", "password": "pässwörd", "databases": "library"}
    )
    with (
        running_server(settings) as opened,
        serving_service(data_api=opened.addresses.databases[0].url) as service,
    ):
        service.add_integration()
        service.add_token()
        right = service.look_up(authorization=f"Bearer {LOGIN}")
        assert list(right.json()["credentials"].values()) == [SECRET]
        assert service.look_up(authorization=f"Bearer {WRONG_LOGIN}").status_code == 401
        management = service.manage("GET", headers={"Authorization": f"Bearer {LOGIN}"})
        assert management.status_code == 401


def test_data_api_is_asked_once(service: Service, asked: Asked) -> None:
    """Look-ups with one token cost the Data API one command that only reads, also side by side."""
    release = threading.Event()
    asked.wait = lambda: release.wait(5)
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(service.look_up, authorization="Bearer AstraCS:x") for _ in range(8)]
        release.set()
        assert [answer.result().status_code for answer in answers] == [200] * 8
    ((path, body, headers),) = asked.requests
    assert (path, body, headers["Token"]) == ("/v1", {"findKeyspaces": {}}, "AstraCS:x")


def test_proxy_of_the_environment_hears_of_no_token(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Data API stands beside the service: it is asked itself, whatever HTTP_PROXY says."""
    with serving_service(data_api=asked.url) as service:
        service.add_integration()
        service.add_token()
        for name in ("HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        assert service.look_up(authorization="Bearer AstraCS:x").status_code == 200


def test_request_id_goes_along(service: Service, asked: Asked) -> None:
    """The Data API's own request id comes back to it in the question about its caller."""
    data_api = service.data_api(token="AstraCS:x")
    data_api.embed("huggingface", "search-prod")
    sent = data_api.sent[0].headers["X-Datastax-Request-ID"]
    assert asked.requests[0][2]["X-Datastax-Request-ID"] == sent


@pytest.mark.parametrize(("status", "body"), [(401, {}), (200, FAILED), (200, []), (404, {})])
def test_refused_token(service: Service, asked: Asked, status: int, body: object) -> None:
    """Only a list of keyspaces is a yes; the no is remembered as well."""
    asked.status, asked.body = status, body
    for _ in range(2):
        assert service.look_up(authorization="Bearer AstraCS:x").status_code == 401
    assert len(asked.requests) == 1


def test_data_api_that_fails_is_asked_again(service: Service, asked: Asked) -> None:
    """Trouble at the Data API is 503 with errors, and not remembered."""
    asked.status = 500
    failed = service.look_up(authorization="Bearer AstraCS:x")
    assert (failed.status_code, failed.json()["errors"][0]["ID"]) == (503, "DATA_API_UNREACHABLE")
    asked.status = 200
    assert service.look_up(authorization="Bearer AstraCS:x").status_code == 200


def test_data_api_that_is_not_there() -> None:
    """Without the Data API the configured callers still get their secrets, others get 503."""
    with asked_data_api() as asked:
        pass
    with serving_service(data_api=asked.url) as service:
        service.add_integration()
        service.add_token()
        assert service.look_up().status_code == 200
        refused = service.look_up(authorization="Bearer AstraCS:x")
        assert refused.json()["errors"][0]["ID"] == "DATA_API_UNREACHABLE"


@pytest.mark.parametrize("token", ["", "with space", "näme"])
def test_what_no_header_can_carry_is_not_asked(service: Service, asked: Asked, token: str) -> None:
    """A token that cannot be passed on is refused here."""
    header = f"Bearer {token}".strip().encode()
    refused = service.http.get(
        f"{service.addresses.lookup_url}/databases/d/integrations-type/p/creds/c",
        headers=[(b"Authorization", header)],
    )
    assert (refused.status_code, asked.requests) == (401, [])
