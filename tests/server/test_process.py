"""`astra-vectorize serve` as a process: start, what it leaves on disk, stop."""

from __future__ import annotations

import re
import resource
import socket
import stat
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from astrapy import DataAPIClient
from astrapy.authentication import UsernamePasswordTokenProvider
from pydantic import SecretStr
from sqlalchemy import select

from pulumi_astra_vectorize.server.process import running_server
from pulumi_astra_vectorize.server.settings import ServerSettings
from pulumi_astra_vectorize.server.store.schema import Database
from pulumi_astra_vectorize.wire import INTEGRATIONS
from tests.server.serving import finished, ready, serving, start


def bearer(token_file: str) -> dict[str, str]:
    """The header with the token that a server wrote down."""
    return {"Authorization": f"Bearer {Path(token_file).read_text().strip()}"}


def two_free_ports() -> tuple[int, int]:
    """Two ports in a row that nobody listens on."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first:
            port: int = first.getsockname()[1]
            try:
                with socket.create_server(("127.0.0.1", port + 1)):
                    return port, port + 1
            except OSError:
                continue


def processor_seconds_of_children() -> float:
    """What the processes that this one started and has seen end have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_server_is_ready_soon(tmp_path: Path) -> None:
    """A server that starts, answers and stops takes under two seconds of a processor.

    Not of the clock, which on a busy machine measures the neighbours; the best of three.
    """
    times = []
    for attempt in range(3):
        before = processor_seconds_of_children()
        with serving(tmp_path / str(attempt)) as (_, addresses):
            assert httpx.get(f"{addresses.url}/health").json() == {"status": "ok"}
        times.append(processor_seconds_of_children() - before)
        if times[-1] < 2:
            break
    assert min(times) < 2


def test_heavy_parts_wait_for_their_first_use() -> None:
    """The embedding model's runtime is not imported by the start."""
    script = "import sys, pulumi_astra_vectorize.server.process; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"onnxruntime", "fastembed", "pulumi"} & set(loaded)


@pytest.mark.parametrize("in_memory", [True, False])
def test_sigterm_stops_cleanly(tmp_path: Path, *, in_memory: bool) -> None:
    """SIGTERM ends the server with exit code 0; a server in memory leaves nothing behind."""
    file = tmp_path / "ready.json"
    where: list[str | Path] = [] if in_memory else ["--data", tmp_path / "data"]
    process = start("--port", "0", "--ready-file", file, *where)
    token_file = Path(ready(process, file).token_file)
    assert token_file.exists()
    process.terminate()
    code, _, errors = finished(process)
    assert (code, errors) == (0, "")
    assert not file.exists()
    assert token_file.parent.exists() is not in_memory


def test_banner_has_lines_to_paste(tmp_path: Path) -> None:
    """The lines of the banner, pasted into a shell, set three variables and run nothing."""
    data = tmp_path / "my data's $(false) folder"
    with serving(data, "--database", "library", "--database", "archive") as (process, addresses):
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(9)]
    exports = "".join(line for line in lines if line.startswith("export "))
    names = "$ASTRA_DB_APPLICATION_TOKEN $ASTRA_DB_API_ENDPOINT $ASTRA_VECTORIZE_ENDPOINT"
    shown = subprocess.check_output(["sh", "-c", f'{exports}echo "{names}"'], text=True).split()
    token = (data / "application-token").read_text().strip()
    assert shown == [token, addresses.databases[0].url, addresses.url]
    assert addresses.databases[0].name == "library"


def test_private_files(tmp_path: Path) -> None:
    """Token, key and store are for their owner's eyes only; the token has the vendor's form.

    Also in a folder that is there already, and that others may look into.
    """
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    store = ("store.sqlite3", "store.sqlite3-wal", "store.sqlite3-shm")
    with serving(folder):
        for name in ("application-token", "secrets.key", "server.json", *store):
            mode = stat.S_IMODE((folder / name).stat().st_mode)
            assert (name, mode) == (name, 0o600)
        token = (folder / "application-token").read_text().strip()
    assert re.fullmatch(r"AstraCS:[^:]{20}:[0-9a-f]{64}", token)


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    """Addresses, application token, integrations and secrets are the same after a restart."""
    with serving(tmp_path, "--database", "library") as (_, before):
        header = bearer(before.token_file)
        made = httpx.post(
            before.url + INTEGRATIONS, json={"provider": "huggingface"}, headers=header
        )
        assert made.status_code == 201
    with serving(tmp_path, "--database", "library", "--database", "second") as (_, after):
        assert after.databases[0] == before.databases[0]
        assert [database.name for database in after.databases] == ["library", "second"]
        assert httpx.get(after.url + INTEGRATIONS, headers=header).json() == [made.json()]


def test_databases_get_the_ports_after_the_main_one(tmp_path: Path) -> None:
    """With a main port given, the first database listens on the next one."""
    main, next_one = two_free_ports()
    with running_server(ServerSettings(port=main, data=tmp_path)) as opened:
        (database,) = opened.addresses.databases
        assert opened.addresses.url == f"http://127.0.0.1:{main}"
        assert database.url == f"http://127.0.0.1:{next_one}"


def test_database_moves_when_its_port_is_taken(tmp_path: Path) -> None:
    """A database whose remembered port is taken by another program gets a free one."""
    settings = ServerSettings(port=0, data=tmp_path)
    with running_server(settings) as opened:
        before = httpx.URL(opened.addresses.databases[0].url)
    with socket.create_server((before.host, before.port or 0)), running_server(settings) as opened:
        moved = opened.addresses.databases[0].url
        assert moved != str(before)
        shown = httpx.get(
            f"{opened.addresses.url}/v2/databases", headers=bearer(opened.addresses.token_file)
        )
    assert shown.json()[0]["dataEndpointUrl"] == moved


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    """Every flag has a twin in the environment; lists have commas between."""
    environment = {
        "ASTRA_VECTORIZE_SERVER_DATABASES": "one, two",
        "ASTRA_VECTORIZE_SERVER_CLASSIC_DATABASES": "old",
        "ASTRA_VECTORIZE_SERVER_TOKEN": "AstraCS:from:environment",
    }
    with serving(tmp_path, **environment) as (_, addresses):
        assert [database.name for database in addresses.databases] == ["one", "two", "old"]
        assert bearer(addresses.token_file) == {"Authorization": "Bearer AstraCS:from:environment"}


def test_classic_databases_are_known_as_such(tmp_path: Path) -> None:
    """A database declared classic is kept apart: its collection limit is 5."""
    settings = ServerSettings(port=0, databases=("new",), classic_databases=("old",))
    with running_server(settings) as opened, opened.state.store.read() as session:
        rows = session.execute(select(Database.name, Database.classic)).all()
    assert {tuple(row) for row in rows} == {("new", False), ("old", True)}


def test_user_and_password_open_the_data_api() -> None:
    """astrapy's UsernamePasswordTokenProvider is admitted with the right password only."""
    settings = ServerSettings(port=0, username="ana", password=SecretStr("pass:word"))
    with running_server(settings) as opened:
        url = opened.addresses.databases[0].url
        login = UsernamePasswordTokenProvider("ana", "pass:word")
        client = DataAPIClient(environment="hcd")
        database = client.get_database(url, token=login, keyspace="default_keyspace")
        assert database.list_collection_names() == []
        wrong = UsernamePasswordTokenProvider("ana", "other").get_token()
        refused = httpx.post(
            f"{url}/v1", json={"findKeyspaces": {}}, headers={"Token": wrong or ""}
        )
    assert refused.status_code == 401


def test_missing_extra_is_named() -> None:
    """Without the server's libraries the command says which extra to install."""
    script = (
        "import sys; sys.modules['uvicorn'] = None\n"
        "from pulumi_astra_vectorize.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "serve"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "SERVER_EXTRA_MISSING" in done.stderr
    assert "pip install 'pulumi-astra-vectorize[server]'" in done.stderr
