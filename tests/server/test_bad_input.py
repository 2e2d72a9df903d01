"""What can go wrong around the server: each a clear error with a code, and the server stays up."""

from __future__ import annotations

import resource
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from pulumi_astra_vectorize.cli import main
from pulumi_astra_vectorize.server.integrations import integrations
from pulumi_astra_vectorize.server.integrations.tokens import add_token
from pulumi_astra_vectorize.server.process import running_server
from pulumi_astra_vectorize.server.settings import ServerSettings
from pulumi_astra_vectorize.wire import INTEGRATIONS, NewToken
from tests.server.conftest import PROVIDER, SECRET, TOKEN_NAME, Server
from tests.server.serving import serving

TOKENS = f"{INTEGRATIONS}/huggingface/tokens"
MEGABYTE = b"x" * 1_000_000

RefusedStart = Callable[..., str]


@pytest.fixture
def refused_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[RefusedStart]:
    """What the command prints when it cannot start: one line, no traceback, exit code 1."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def run(*arguments: str | Path) -> str:
        monkeypatch.setattr(sys, "argv", ["astra-vectorize", "serve", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        output, errors = capsys.readouterr()
        assert (left.value.code, output) == (1, "")
        assert errors.startswith("astra-vectorize: [")
        assert errors.count("\n") == 1
        return errors

    yield run
    for number, handler in handlers.items():
        signal.signal(number, handler)


def used_folder(tmp_path: Path) -> Path:
    """A data folder that a server has kept a secret in."""
    folder = tmp_path / "data"
    with running_server(ServerSettings(port=0, data=folder)) as opened:
        vault = opened.state
        with vault.store.write() as session:
            integrations.add_integration(session, PROVIDER)
            token = NewToken(name=TOKEN_NAME, secret=SecretStr(SECRET))
            add_token(session, vault.sealer, PROVIDER, token)
    return folder


def test_port_in_use(refused_start: RefusedStart) -> None:
    """A main port that another program has is named."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        errors = refused_start("--port", str(port))
    assert "[PORT_IN_USE]" in errors
    assert f"port {port}" in errors


def test_address_of_another_machine(refused_start: RefusedStart) -> None:
    """An address that this machine has not is named."""
    assert "[ADDRESS_UNUSABLE]" in refused_start("--port", "0", "--host", "192.0.2.1")


@pytest.mark.parametrize(
    "flags", [("--port", "70000"), ("--username", "ana"), ("--embeddings", "not a url")]
)
def test_settings_that_make_no_sense(refused_start: RefusedStart, flags: tuple[str, str]) -> None:
    """Settings are checked before anything is touched, and told without the model's own words."""
    errors = refused_start(*flags)
    assert "[INVALID_SETTINGS]" in errors
    assert "Value error" not in errors


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (("--tls-key", "x", "--lookup-port", "0"), "--lookup-port, --tls-key"),
        (("--only", "integrations", "--classic-database", "x"), "--classic-database"),
        (("--only", "integrations", "--database", "x", "--control"), "--database, --control"),
    ],
)
def test_flags_of_the_other_mode(
    refused_start: RefusedStart, flags: tuple[str, ...], named: str
) -> None:
    """A flag that goes with --only integrations, or without it, is named as it was typed."""
    errors = refused_start(*flags)
    assert "[INVALID_SETTINGS]" in errors
    assert f"with --only integrations: {named} (" in errors


@pytest.mark.parametrize("flag", ["--database", "--classic-database"])
@pytest.mark.parametrize("name", ["", " "])
def test_database_without_a_name(refused_start: RefusedStart, flag: str, name: str) -> None:
    """A database that nobody could name is not made; the port is wrong too, so nothing starts."""
    assert "a database needs a name" in refused_start("--port", "70000", flag, name)


@pytest.mark.parametrize("place", ["nowhere/ready.json", "folder", "file/ready.json"])
def test_ready_file_that_cannot_be_written(
    refused_start: RefusedStart, tmp_path: Path, place: str
) -> None:
    """The server stops when it cannot say that it is ready, and leaves nothing behind."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    errors = refused_start("--port", "0", "--ready-file", tmp_path / place)
    assert f"[READY_FILE_UNUSABLE] {tmp_path / place}" in errors
    assert sorted(it.name for it in tmp_path.iterdir()) == ["file", "folder"]


def test_refused_settings_do_not_show_the_password(refused_start: RefusedStart) -> None:
    """What is wrong is said without the values: one may be a secret."""
    assert "s3cret" not in refused_start("--password", "s3cret")


def test_data_folder_that_is_a_file(refused_start: RefusedStart, tmp_path: Path) -> None:
    """A data folder must be a folder."""
    file = tmp_path / "data"
    file.write_text("")
    assert "[DATA_FOLDER_UNUSABLE]" in refused_start("--port", "0", "--data", file)


def test_data_folder_that_cannot_be_written(refused_start: RefusedStart) -> None:
    """A data folder must be writable; nobody can write there, not even root."""
    assert "[DATA_FOLDER_UNUSABLE]" in refused_start(
        "--port", "0", "--data", "/proc/astra-vectorize"
    )


def test_data_folder_of_another_server(refused_start: RefusedStart, tmp_path: Path) -> None:
    """Two servers never work in one folder."""
    with running_server(ServerSettings(port=0, data=tmp_path)):
        assert "[DATA_FOLDER_IN_USE]" in refused_start("--port", "0", "--data", tmp_path)


@pytest.mark.parametrize(
    ("file", "content", "code"),
    [
        (
            "store.sqlite3",
            b"this is no database, and long enough to be read as one" * 50,
            "STORAGE_CORRUPT",
        ),
        ("secrets.key", b"this is no key", "KEY_FILE_INVALID"),
        ("secrets.key", b"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "WRONG_KEY"),
    ],
)
def test_damaged_data_folder(
    refused_start: RefusedStart, tmp_path: Path, file: str, content: bytes, code: str
) -> None:
    """A damaged store, a damaged key and another folder's key are told apart."""
    folder = used_folder(tmp_path)
    (folder / file).write_bytes(content)
    assert f"[{code}]" in refused_start("--port", "0", "--data", folder)


def test_lost_key(refused_start: RefusedStart, tmp_path: Path) -> None:
    """Without its key a folder is refused; once the key is back, it works again."""
    folder = used_folder(tmp_path)
    key = (folder / "secrets.key").rename(tmp_path / "kept.key")
    assert "[WRONG_KEY]" in refused_start("--port", "0", "--data", folder)
    key.rename(folder / "secrets.key")
    with running_server(ServerSettings(port=0, data=folder)) as opened:
        assert httpx.get(f"{opened.addresses.url}/health").status_code == 200


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"\xff\xfe",
        b'{"name": 1}',
        b"{}",
        b'{"x": 1}',
        b"[" * 90_000,
    ],
)
def test_malformed_bodies(server: Server, integration: str, content: bytes) -> None:
    """A body that is not what it should be is a 4xx in JSON with a code."""
    headers = {"Content-Type": "application/json"}
    response = server.call("POST", TOKENS, content=content, headers=headers)
    assert response.status_code in {400, 422}
    assert response.json()["errors"][0]["code"] == "INVALID_REQUEST"


@pytest.mark.parametrize("kind", [{"Content-Type": "application/x-www-form-urlencoded"}, {}])
@pytest.mark.parametrize("path", ["/_control/faults", INTEGRATIONS])
def test_body_that_is_not_sent_as_json(controlled: Server, path: str, kind: dict[str, str]) -> None:
    """Who forgets the header, as `curl -d` does, is told of it; what was sent stays unsaid."""
    refused = controlled.call("POST", path, content=b'{"provider": "s3cret"}', headers=kind)
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["code"]) == (422, "INVALID_REQUEST")
    assert "`Content-Type: application/json`" in error["message"]
    assert "s3cret" not in refused.text


def test_refused_body_is_not_quoted(server: Server, integration: str) -> None:
    """A secret in the wrong member does not come back in the error."""
    body = {"name": {"mistake": SECRET}, "secret": [SECRET], "more": SECRET}
    response = server.call("POST", TOKENS, json=body)
    assert response.status_code == 422
    assert SECRET not in response.text


def large_body(megabytes: int) -> Iterator[bytes]:
    """A body that is sent in pieces, without saying how long it is."""
    for _ in range(megabytes):
        yield MEGABYTE


@pytest.mark.parametrize("in_pieces", [True, False])
@pytest.mark.parametrize("size", [21, 50])
def test_large_body(server: Server, integration: str, *, size: int, in_pieces: bool) -> None:
    """More than 20 MB are refused in JSON, on the main port and on a database's."""
    headers = {**server.bearer, "Token": server.token, "Content-Type": "application/json"}
    for url in (server.url + TOKENS, f"{server.databases['library'].url}/v1"):
        body: Any = large_body(size) if in_pieces else MEGABYTE * size
        response = server.http.post(url, content=body, headers=headers)
        assert response.status_code == 413
        assert "20000000 bytes" in response.json()["errors"][0]["message"]
    assert server.call("GET", TOKENS).json() == []


def test_full_disk(tmp_path: Path) -> None:
    """A write that the disk has no room for is a 507 and changes nothing; then all goes on."""
    with serving(tmp_path) as (process, addresses), httpx.Client() as http:
        http.headers["Authorization"] = f"Bearer {Path(addresses.token_file).read_text().strip()}"
        keyspaces = f"{addresses.url}/v2/databases/{addresses.databases[0].id}/keyspaces"
        assert http.post(f"{keyspaces}/before").status_code == 201
        size = (tmp_path / "store.sqlite3-wal").stat().st_size
        unlimited = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, unlimited[1]))
        refused = http.post(f"{keyspaces}/during")
        assert refused.status_code == 507
        assert "disk" in refused.json()["errors"][0]["message"]
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
        assert http.post(f"{keyspaces}/after").status_code == 201
        shown = http.get(f"{addresses.url}/v2/databases").json()[0]["info"]["keyspaces"]
    assert shown == ["after", "before", "default_keyspace"]


def test_full_disk_in_the_data_api(tmp_path: Path) -> None:
    """The Data API answers a full disk in its envelope, and nothing of the command is left."""
    with serving(tmp_path) as (process, addresses), httpx.Client() as http:
        http.headers["Token"] = Path(addresses.token_file).read_text().strip()
        url = f"{addresses.databases[0].url}/v1/default_keyspace"
        made = http.post(url, json={"createCollection": {"name": "notes"}})
        assert made.json() == {"status": {"ok": 1}}
        size = (tmp_path / "store.sqlite3-wal").stat().st_size
        unlimited = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, unlimited[1]))
        documents = [{"text": "x" * 7000} for _ in range(100)]
        refused = http.post(f"{url}/notes", json={"insertMany": {"documents": documents}}).json()
        assert [error["family"] for error in refused["errors"]] == ["SERVER"]
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
        count = http.post(f"{url}/notes", json={"countDocuments": {}}).json()
    assert count == {"status": {"count": 0}}


def test_mistake_of_ours(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where the server itself fails the answer is JSON with a code, and it stays up."""

    def fail(_session: object) -> None:
        raise RuntimeError("details that are nobody's business")

    monkeypatch.setattr(integrations, "all_integrations", fail)
    response = server.call("GET", INTEGRATIONS)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (500, "INTERNAL_ERROR")
    assert "details" not in response.text
    assert server.call("GET", "/health").status_code == 200
