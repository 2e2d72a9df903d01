"""The same resources on each target: embedded, a cluster, Astra with a person at its Portal.

Where a test needs a real target instead, see tests/README.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
import stamina
from httpx import HTTPTransport

from pulumi_astra_vectorize import wire
from pulumi_astra_vectorize.api import devops, portal, target, waking
from pulumi_astra_vectorize.api.network import connections
from pulumi_astra_vectorize.testing.server import RunningServer, running_server
from tests.lifecycle.conftest import _engine_on_path  # noqa: F401 - an autouse fixture
from tests.lifecycle.servers import Server
from tests.targets.fronts import answering, create_cluster, listening
from tests.targets.hooks import Hooks
from tests.targets.organisation import Organisation, create_astra
from tests.targets.real import REAL_TARGET, the_real_one

USERNAME = "cassandra"
PASSWORD = "only-for-tests"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Doubles are of no use where a real target is named."""
    if REAL_TARGET is None:
        return
    for item in items:
        if "tests/targets" in item.nodeid and "any_target" not in item.nodeid:
            item.add_marker(pytest.mark.skip(f"the target is real: {REAL_TARGET}"))


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing waits for long; a real target is waited for as ever."""
    if REAL_TARGET is not None:
        yield
        return
    for module in (devops, portal, waking):
        monkeypatch.setattr(module, "POLL_SECONDS", 0.05)
    with stamina.set_testing(testing=True, attempts=2):
        yield


@pytest.fixture(autouse=True)
def _connections_end(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The provider keeps its connections for the life of its process; a test does not."""
    with ExitStack() as opened:

        def remembered(*, tls: bool, proxy: str | None) -> HTTPTransport:
            return opened.enter_context(connections(tls=tls, proxy=proxy))

        monkeypatch.setattr(target, "connections", remembered)
        yield


@pytest.fixture(scope="session")
def running() -> Iterator[RunningServer]:
    """One embedded server for all tests of a worker, with a user as a cluster has."""
    user = {
        "ASTRA_VECTORIZE_SERVER_USERNAME": USERNAME,
        "ASTRA_VECTORIZE_SERVER_PASSWORD": PASSWORD,
    }
    with running_server("library", "archive", environment=user) as server:
        yield server


@pytest.fixture
def server(running: RunningServer, tmp_path: Path) -> Iterator[Server]:
    """The server, emptied: the person at the Portal, and what the databases hold."""
    running.control.reset()
    token = tmp_path / "token"
    token.write_text(running.token)
    databases = list(running.databases.values())
    addresses = wire.ServerAddresses(
        url=running.url, pid=0, token_file=str(token), databases=databases
    )
    with httpx.Client(timeout=60) as http:
        yield Server(addresses, http)


@pytest.fixture
def organisation(server: Server) -> Organisation:
    """The organisation at Astra."""
    return Organisation(server)


@pytest.fixture
def astra_config(organisation: Organisation, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Pulumi config of a stack on Astra, which answers."""
    with astra_of(organisation, tmp_path) as config:
        yield config


@contextmanager
def astra_of(organisation: Organisation, folder: Path) -> Iterator[dict[str, str]]:
    """Astra's DevOps API and a Data API for each database, and the config that leads there."""
    server = organisation.server
    with listening(1 + len(server.all_databases)) as sockets:
        ports = [one.getsockname()[1] for one in sockets[1:]]
        ids = [database.id for database in server.all_databases]
        organisation.ports = dict(zip(ids, ports, strict=True))
        with answering(create_astra(organisation), sockets) as url:
            yield {
                "target": "astra",
                "endpoint": url,
                "applicationToken": server.token,
                "huggingFaceUrl": server.url,
                "spoolFolder": str(folder / "spool"),
            }


@pytest.fixture
def cluster_config(server: Server, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Pulumi config of a stack on a self-hosted Data API, which answers."""
    with listening(1) as sockets, answering(create_cluster(server, "library"), sockets) as url:
        yield {
            "target": "self-hosted",
            "endpoint": url,
            "applicationToken": server.token,
            "dataApiEndpoint": server.databases["library"].url,
            "username": USERNAME,
            "password": PASSWORD,
            "databaseAlias": "library",
            "huggingFaceUrl": server.url,
            "spoolFolder": str(tmp_path / "spool"),
        }


@pytest.fixture
def local_config(server: Server, tmp_path: Path) -> dict[str, str]:
    """Pulumi config of a stack on the embedded server."""
    return {
        "endpoint": server.url,
        "applicationToken": server.token,
        "spoolFolder": str(tmp_path / "spool"),
    }


@pytest.fixture
def astra(astra_config: dict[str, str]) -> Hooks:
    """The provider's hooks on target `astra`."""
    return Hooks(astra_config)


@pytest.fixture(params=["local", "self-hosted", "astra"] if REAL_TARGET is None else ["real"])
def any_target(request: pytest.FixtureRequest) -> Hooks:
    """The provider's hooks on each target in turn, or on the real one."""
    fixtures = {"local": "local_config", "self-hosted": "cluster_config", "astra": "astra_config"}
    if request.param == "real":
        return Hooks(the_real_one())
    return Hooks(request.getfixturevalue(fixtures[request.param]))
