"""`astra-vectorize export` and `load` as users run them: in processes of their own."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.server.conftest import PostCommand, Server
from tests.server.reloading import MINILM, Content, service

Run = Callable[..., "subprocess.CompletedProcess[str]"]

COMMAND = [sys.executable, "-c", "from pulumi_astra_vectorize.cli import main; main()"]


@pytest.fixture
def run(server: Server, keyspace: str) -> Run:
    """Runs a command on a collection of "library"."""
    environment = {
        **os.environ,
        "ASTRA_VECTORIZE_ENDPOINT": server.url,
        "ASTRA_DB_APPLICATION_TOKEN": server.token,
    }

    def run(
        command: str,
        collection: str,
        *more: str | Path,
        given: str | None = None,
        **variables: str,
    ) -> Any:
        options = ["--database", "library", "--keyspace", keyspace, "--collection", collection]
        arguments = [*COMMAND, command, *options, *map(str, more)]
        return subprocess.run(
            arguments,
            env=environment | variables,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def old(data_api: PostCommand, keyspace: str, user_access_token: str) -> Content:
    """A collection with documents of all kinds; "new" is one without any, of the same model."""
    written = service(MINILM, user_access_token)
    wire = {
        "provider": written["provider"],
        "modelName": written["model"],
        "authentication": {"providerKey": written["token"]},
    }
    for name in ("old", "new"):
        create = {"createCollection": {"name": name, "options": {"vector": {"service": wire}}}}
        assert data_api(create, keyspace) == {"status": {"ok": 1}}
    content = Content(data_api, keyspace, "old")
    content.put(
        {"_id": "text", "$vectorize": "A cat sits on the mat."},
        {"_id": "vector", "$vector": [0.5] * 384},
        {"_id": {"$uuid": "0190c2ba-cbd4-7000-8000-000000000000"}, "nothing": None},
        *({"_id": number, "title": "\u00e9\n" * 10} for number in range(60)),
    )
    return content


@pytest.fixture
def new(data_api: PostCommand, keyspace: str) -> Content:
    """The other collection."""
    return Content(data_api, keyspace, "new")


def test_round_trip(run: Run, old: Content, new: Content, tmp_path: Path) -> None:
    """What was exported and loaded is what was there; the file is its owner's."""
    file, documents = tmp_path / "notes.jsonl", old.all()
    exported = run("export", "old", file)
    assert (exported.returncode, exported.stdout) == (0, "")
    assert f"exported {len(documents)} documents" in exported.stderr
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert {str(document["_id"]): document for document in lines} == documents
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    loaded = run("load", "new", file, "--keep-vectors")

    assert loaded.returncode == 0, loaded.stderr
    assert f"loaded {len(documents)} documents; 0 were there already" in loaded.stderr
    assert new.all() == documents


def test_pipe_without_vectors(run: Run, old: Content, new: Content) -> None:
    """Standard output feeds standard input; vectors without text go unless they are to be kept."""
    exported = run("export", "old", "-")

    loaded = run("load", "new", "-", given=exported.stdout)

    assert loaded.returncode == 0, loaded.stderr
    assert "1 of the file had a vector and no text" in loaded.stderr
    assert new.all() == {**old.all(), "vector": {"_id": "vector"}}


def test_vectors_that_were_left_out_come_back_as_the_hint_says(
    run: Run, old: Content, new: Content
) -> None:
    """What is there stays as it is: the documents have to go before they are loaded with them."""
    exported = run("export", "old", "-").stdout
    hint = run("load", "new", "-", given=exported).stderr
    assert "delete these documents, and load the file again with --keep-vectors" in hint

    new.delete("vector")
    loaded = run("load", "new", "-", "--keep-vectors", given=exported)

    assert "loaded 1 documents" in loaded.stderr
    assert "no vector" not in loaded.stderr
    assert new.all() == old.all()


def test_vectors_are_kept_where_nothing_could_embed(
    run: Run, data_api: PostCommand, keyspace: str
) -> None:
    """A collection without a service has the vectors of applications, or none at all."""
    options = {"vector": {"dimension": 2}}
    for name, made in (("bare", {"options": options}), ("plain", {})):
        assert data_api({"createCollection": {"name": name, **made}}, keyspace) == {
            "status": {"ok": 1}
        }
    given = '{"_id": "a", "$vector": [1.0, 0.5]}\n'

    assert "no vector" not in run("load", "bare", "-", given=given).stderr
    assert "1 of the file had a vector" in run("load", "plain", "-", given=given).stderr

    bare, plain = (Content(data_api, keyspace, name) for name in ("bare", "plain"))
    assert bare.all() == {"a": {"_id": "a", "$vector": [1.0, 0.5]}}
    assert plain.all() == {"a": {"_id": "a"}}


@pytest.mark.parametrize(
    "line",
    [
        b'{"_id": 1, "a": "\xff"}',
        b'{"_id": 1, "a": NaN}',
        b'{"_id": 1, "a": -Infinity}',
        b'{"_id": 1, "a": 1e999}',
        b'{"_id": 1, "a": "\\ud800"}',
    ],
)
@pytest.mark.usefixtures("old")
def test_line_that_nobody_can_send_is_told_by_its_number(
    run: Run, tmp_path: Path, line: bytes
) -> None:
    """Bytes that are not UTF-8, and what Python reads as a number though JSON has none such."""
    file = tmp_path / "there.jsonl"
    file.write_bytes(b'{"_id": 0}\n' + line + b"\n")

    ended = run("load", "old", file)

    assert ended.returncode == 1
    assert f"[LINE_NOT_A_DOCUMENT] line 2 of {file}" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.usefixtures("old")
def test_missing_token_is_set_where_the_command_reads_it(run: Run) -> None:
    """It looks at no stack: the line to paste sets the variable."""
    ended = run("export", "old", "-", ASTRA_DB_APPLICATION_TOKEN="")

    assert "[APPLICATION_TOKEN_MISSING]" in ended.stderr
    assert "run `export ASTRA_DB_APPLICATION_TOKEN=TOKEN`" in ended.stderr
    assert "pulumi config" not in ended.stderr


def test_load_goes_on_where_another_one_stopped(run: Run, old: Content, new: Content) -> None:
    """Documents that are there stay as they are; a line that is none stops it, with its number."""
    lines = run("export", "old", "-").stdout.splitlines(keepends=True)
    run("load", "new", "-", given="".join(lines[:30]))
    new.update("text", {"$set": {"title": "mine"}})

    broken = run("load", "new", "-", given="".join([*lines[:30], "no document\n"]))
    assert broken.returncode == 1
    assert "[LINE_NOT_A_DOCUMENT] line 31 of -" in broken.stderr

    loaded = run("load", "new", "-", given="".join(lines))
    assert f"loaded {len(lines) - 30} documents; 30 were there already" in loaded.stderr
    assert new.all().keys() == old.all().keys()
    assert new.all()["text"]["title"] == "mine"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("export", "nobody", "new.jsonl"), "COLLECTION_NOT_FOUND"),
        (("load", "nobody", "there.jsonl"), "COLLECTION_NOT_FOUND"),
        (("export", "old", "there.jsonl"), "FILE_EXISTS"),
        (("export", "old", "no/folder.jsonl"), "FILE_NOT_WRITABLE"),
        (("load", "old", "missing.jsonl"), "FILE_NOT_READABLE"),
    ],
)
@pytest.mark.usefixtures("old")
def test_mistakes_are_told_with_their_code(
    run: Run, tmp_path: Path, command: tuple[str, str, str], code: str
) -> None:
    """One line on stderr, exit code 1, nothing on standard output."""
    (tmp_path / "there.jsonl").write_text("")

    name, collection, file = command
    ended = run(name, collection, tmp_path / file)

    assert ended.returncode == 1
    assert f"[{code}]" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""
