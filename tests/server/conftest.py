"""A running embedded server for all tests of this folder, and ways to talk to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from astrapy import DataAPIClient, Database
from astrapy.utils import api_commander

from pulumi_astra_vectorize.server.process import OpenServer, running_server
from pulumi_astra_vectorize.server.settings import ServerSettings
from pulumi_astra_vectorize.server.state import ServerState
from pulumi_astra_vectorize.testing import Control
from pulumi_astra_vectorize.wire import INTEGRATIONS, DatabaseAddress

TOKEN_NAME = "search-prod"
SECRET = "hf_test_secret_value"
MODEL = "sentence-transformers/all-MiniLM-L6-v2"
PROVIDER = "huggingface"

PostCommand = Callable[..., dict[str, Any]]
PostToTable = Callable[[dict[str, Any]], dict[str, Any]]
NewTable = Callable[[dict[str, Any], object], PostToTable]


@dataclass(frozen=True)
class Server:
    """A running server as tests see it."""

    url: str
    token: str
    databases: dict[str, DatabaseAddress]
    state: ServerState
    folder: Path
    http: httpx.Client

    @property
    def bearer(self) -> dict[str, str]:
        """The header that opens the DevOps API and the integrations service."""
        return {"Authorization": f"Bearer {self.token}"}

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        """An authorised request to the main port."""
        headers = {**self.bearer, **more.pop("headers", {})}
        return self.http.request(method, self.url + path, headers=headers, **more)


def seen_by_tests(opened: OpenServer, http: httpx.Client) -> Server:
    """The running server with its token read from where a user finds it."""
    token_file = Path(opened.addresses.token_file)
    token = token_file.read_text().strip()
    databases = {database.name: database for database in opened.addresses.databases}
    return Server(opened.addresses.url, token, databases, opened.state, token_file.parent, http)


def load_the_model(opened: OpenServer, http: httpx.Client) -> None:
    """On a busy machine its first use outlasts the Data API's patience of five seconds."""
    path = f"/hf-inference/models/{MODEL}/pipeline/feature-extraction"
    headers = {"Authorization": f"Bearer {SECRET}"}
    answer = http.post(opened.addresses.url + path, headers=headers, json={"inputs": ["text"]})
    answer.raise_for_status()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server in memory with two databases, for the whole session."""
    settings = ServerSettings(port=0, databases=("library", "archive"))
    with running_server(settings) as opened, httpx.Client(timeout=60) as http:
        load_the_model(opened, http)
        yield seen_by_tests(opened, http)


@pytest.fixture(scope="session")
def controlled() -> Iterator[Server]:
    """A server with control on."""
    settings = ServerSettings(port=0, databases=("library", "archive"), control=True)
    with running_server(settings) as opened, httpx.Client(timeout=60) as http:
        yield seen_by_tests(opened, http)


@pytest.fixture
def control(controlled: Server) -> Iterator[Control]:
    """The control interface of a server that is as it was at its start."""
    with httpx.Client(base_url=controlled.url, headers=controlled.bearer) as http:
        control = Control(http)
        control.reset()
        yield control


@pytest.fixture(scope="session", autouse=True)
def _astrapy_without_a_pool() -> Iterator[None]:
    """astrapy leaves its pooled connections open for good; the mode without a pool is its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api_commander, "disable_ssl_reuse", True)
        yield


@pytest.fixture(scope="session")
def _numbers() -> Iterator[int]:
    """Numbers for names that no other test has."""
    return count(1)


@pytest.fixture
def data_api(server: Server) -> PostCommand:
    """Posts a command to a database, a keyspace or a collection; returns the reply's JSON."""

    def post(
        command: dict[str, Any],
        keyspace: str | None = None,
        name: str | None = None,
        *,
        database: str = "library",
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        path = "/".join(part for part in ("/v1", keyspace, name) if part)
        response = server.http.post(
            server.databases[database].url + path,
            json=command,
            headers={"Token": server.token, **(headers or {})},
        )
        reply: dict[str, Any] = response.json()
        return reply

    return post


@pytest.fixture
def keyspace(server: Server, _numbers: Iterator[int]) -> Iterator[str]:
    """A fresh keyspace in the database "library", dropped with its contents after the test."""
    name = f"keyspace_{next(_numbers)}"
    path = f"/v2/databases/{server.databases['library'].id}/keyspaces/{name}"
    assert server.call("POST", path).status_code == 201
    yield name
    assert server.call("DELETE", path).status_code in {202, 204}


@pytest.fixture
def integration(server: Server) -> Iterator[str]:
    """The integration of Hugging Face; it goes with whatever tokens it got."""
    assert server.call("POST", INTEGRATIONS, json={"provider": PROVIDER}).status_code == 201
    yield PROVIDER
    path = f"{INTEGRATIONS}/{PROVIDER}"
    for token in server.call("GET", f"{path}/tokens").json():
        server.call("DELETE", f"{path}/tokens/{token['id']}", params={"name": token["name"]})
    assert server.call("DELETE", path).status_code == 204


@pytest.fixture
def user_access_token(server: Server, integration: str) -> str:
    """The name of a user access token that the database "library" may use."""
    new = {"name": TOKEN_NAME, "secret": SECRET, "databases": [server.databases["library"].id]}
    added = server.call("POST", f"{INTEGRATIONS}/{integration}/tokens", json=new)
    assert added.status_code == 201, added.text
    return TOKEN_NAME


@pytest.fixture
def service(user_access_token: str) -> dict[str, Any]:
    """An embedding service that works, as collections and vector columns take it."""
    return {
        "provider": PROVIDER,
        "modelName": "sentence-transformers/all-MiniLM-L6-v2",
        "authentication": {"providerKey": user_access_token},
    }


@pytest.fixture
def new_table(data_api: PostCommand, keyspace: str) -> NewTable:
    """Creates the table "books"; returns a way to post commands to it."""

    def create(columns: dict[str, Any], primary_key: object) -> PostToTable:
        definition = {"columns": columns, "primaryKey": primary_key}
        created = data_api({"createTable": {"name": "books", "definition": definition}}, keyspace)
        assert created == {"status": {"ok": 1}}
        return lambda command: data_api(command, keyspace, "books")

    return create


@pytest.fixture
def _astrapy_connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Closes the connections of the vendor's own client, which never does."""
    with ExitStack() as opened:

        class ClosedAfterTest(httpx.Client):
            def __init__(self, **options: Any) -> None:
                super().__init__(**options)
                opened.callback(self.close)

        monkeypatch.setattr(httpx, "Client", ClosedAfterTest)
        yield


@pytest.fixture
def astrapy_database(server: Server, keyspace: str, _astrapy_connections: None) -> Database:
    """The fresh keyspace through the vendor's own client."""
    return DataAPIClient(environment="hcd").get_database(
        server.databases["library"].url, token=server.token, keyspace=keyspace
    )
