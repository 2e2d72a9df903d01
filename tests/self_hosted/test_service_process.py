"""`astra-vectorize serve --only integrations` and `keys` as commands."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from pulumi_astra_vectorize.testing.server import COMMAND
from pulumi_astra_vectorize.wire import SINGLE_TENANT
from tests.self_hosted.services import CREDENTIAL, NAME, SECRET, Service
from tests.server.serving import finished, serving, start

ONLY = ("--only", "integrations", "--audit-log", "/dev/null")


@contextmanager
def service_process(folder: Path, *arguments: str | Path) -> Iterator[Service]:
    """The service as a process that keeps its data in ``folder``."""
    with serving(folder, *ONLY, *arguments) as (_, addresses), httpx.Client() as http:
        token = Path(addresses.token_file).read_text().strip()
        yield Service(addresses, token, http)


def keys(*arguments: str | Path) -> tuple[int, str, str]:
    """Runs ``astra-vectorize keys`` to its end: exit code, output, errors."""
    command = [*COMMAND[:-1], "keys", *map(str, arguments)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout, ended.stderr


def test_emulation_is_not_loaded() -> None:
    """The service alone imports neither the Data API, nor numpy, nor the model's runtime."""
    script = "import sys, pulumi_astra_vectorize.server.service.opening; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    absent = {"numpy", "onnxruntime", "tokenizers", "pulumi", "alembic", "psycopg"}
    assert not absent & set(loaded)
    assert not [one for one in loaded if one.startswith("pulumi_astra_vectorize.server.data_api")]


def test_service_keeps_its_data_over_a_restart(tmp_path: Path) -> None:
    """Tokens, scopes and the cluster's alias are there after a restart; the Data API is not."""
    with service_process(tmp_path, "--database-alias", "production") as service:
        service.add_integration()
        token_id = service.add_token()
        assert service.http.post(f"{service.addresses.url}/v1/ks").status_code == 404
    with service_process(tmp_path, "--database-alias", "production") as service:
        assert list(service.look_up().json()["credentials"].values()) == [SECRET]
        path = f"/huggingface/tokens/{token_id}/scope/{SINGLE_TENANT}"
        assert service.manage("DELETE", f"{path}?name=production").status_code == 204


def test_key_of_a_folder_is_replaced(tmp_path: Path) -> None:
    """`keys rotate --data` gives the folder a new key that opens all; the old one is gone."""
    with service_process(tmp_path) as service:
        service.add_integration()
        service.add_token()
        code, _, errors = keys("rotate", "--data", tmp_path)
        assert code == 1
        assert "DATA_FOLDER_IN_USE" in errors
    before = (tmp_path / "secrets.key").read_text()
    assert keys("rotate", "--data", tmp_path) == (0, "sealed 1 user access tokens anew\n", "")
    after = (tmp_path / "secrets.key").read_text()
    assert (len(after.split()), after == before) == (1, False)
    with service_process(tmp_path) as service:
        assert list(service.look_up().json()["credentials"].values()) == [SECRET]
    (tmp_path / "secrets.key").write_text(before)
    code, _, errors = finished(start("--port", "0", "--data", tmp_path, *ONLY))
    assert code == 1
    assert "WRONG_KEY" in errors


def test_master_key_of_a_file_is_replaced(tmp_path: Path) -> None:
    """With both keys in the master key file, `keys rotate` makes the old one superfluous."""
    master, folder = tmp_path / "master.key", tmp_path / "data"
    _, old, _ = keys("new")
    _, new, _ = keys("new")
    master.write_text(old)
    with service_process(folder, "--master-key-file", master) as service:
        service.add_integration()
        service.add_token()
    master.write_text(new + old)
    rotated = keys("rotate", "--data", folder, "--master-key-file", master)
    assert rotated == (0, "sealed 1 user access tokens anew\n", "")
    master.write_text(new)
    with service_process(folder, "--master-key-file", master) as service:
        assert list(service.look_up().json()["credentials"].values()) == [SECRET]
    assert not (folder / "secrets.key").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--tls-certificate", "/nothing", "--tls-key", "/nothing"], "TLS_FILES_UNUSABLE"),
        (["--tls-certificate", "/nothing"], "INVALID_SETTINGS"),
        (["--database", "library"], "INVALID_SETTINGS"),
        (["--store", "postgresql://host/db"], "INVALID_SETTINGS"),
        (["--store", "mysql://host/db"], "INVALID_SETTINGS"),
        (["--master-key-file", "/nothing"], "MASTER_KEY_UNREADABLE"),
        (["--lookup-port", "70000"], "INVALID_SETTINGS"),
        (["--lookup-host", "127.0.0.2"], "INVALID_SETTINGS"),
        (["--port", "8", "--lookup-host", "::1", "--lookup-port", "8"], "INVALID_SETTINGS"),
        (["--lookup-host", "192.0.2.1", "--lookup-port", "0"], "ADDRESS_UNUSABLE"),
    ],
)
def test_settings_that_do_not_fit(arguments: list[str], code: str) -> None:
    """What cannot be is refused at start by a code, in one line."""
    exit_code, _, errors = finished(start("--port", "0", *ONLY, *arguments))
    assert (exit_code, errors.count("\n")) == (1, 1)
    assert f"[{code}]" in errors


def test_folder_without_a_store_has_no_key_to_replace(tmp_path: Path) -> None:
    """`keys rotate` makes no store where there is none."""
    code, _, errors = keys("rotate", "--data", tmp_path / "nothing")
    assert code == 1
    assert "STORE_NOT_FOUND" in errors
    assert not (tmp_path / "nothing").exists()


def test_banner_names_the_variable_of_the_data_api(tmp_path: Path) -> None:
    """The banner has the line that tells a Data API where its credential service is."""
    with serving(tmp_path, *ONLY, "--lookup-port", "0") as (process, addresses):
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
    assert f"QUARKUS_REST_CLIENT_CREDENTIALS_URL={addresses.lookup_url}\n" in lines[1]
    assert addresses.lookup_url != f"{addresses.url}/v1"


def test_credential_path_is_the_contracts() -> None:
    """The path that these tests look up is the one of contract credentials.md."""
    expected = f"databases/SINGLE-TENANT/integrations-type/huggingface/creds/{NAME}.providerKey"
    assert expected == CREDENTIAL
