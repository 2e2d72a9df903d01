"""Fills collections from a folder of JSON lines, by the Data API's own commands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select

from pulumi_astra_vectorize.server.control.models import SeededCollection
from pulumi_astra_vectorize.server.data_api.dispatch import dispatch, find_target
from pulumi_astra_vectorize.server.data_api.envelope import JsonObject
from pulumi_astra_vectorize.server.refusals import invalid, missing
from pulumi_astra_vectorize.server.state import ServerState
from pulumi_astra_vectorize.server.store.schema import Database

DOCUMENTS_A_COMMAND = 100


@dataclass(frozen=True)
class Seeding:
    """One file of documents and where it goes."""

    server: ServerState
    database: Database
    file: Path
    token: str = field(repr=False)

    @property
    def keyspace(self) -> str:
        """The name of the folder that the file is in."""
        return self.file.parent.name

    def run(self) -> SeededCollection:
        """Makes keyspace and collection where they are missing, and inserts the documents."""
        name = self.file.stem
        self._command("createKeyspace", {"name": self.keyspace})
        options = self.file.with_suffix(".json")
        if options.exists() or name not in self._collections():
            definition = _options(options) if options.exists() else {}
            self._command("createCollection", {"name": name, "options": definition}, self.keyspace)
        with _lines(self.file) as lines:
            inserted = sum(self._insert(batch) for batch in _batches(lines))
        return SeededCollection(
            database=self.database.name, keyspace=self.keyspace, name=name, documents=inserted
        )

    def _collections(self) -> list[str]:
        names: list[str] = self._command("findCollections", {}, self.keyspace)["collections"]
        return names

    def _insert(self, lines: list[bytes]) -> int:
        """Puts the lines into a command as they are, so that no number loses a digit."""
        body = b'{"insertMany": {"documents": [%s]}}' % b",".join(lines)
        self._send(body, self.keyspace, self.file.stem)
        return len(lines)

    def _command(self, name: str, value: JsonObject, *segments: str) -> JsonObject:
        return self._send(json.dumps({name: value}).encode(), *segments)

    def _send(self, body: bytes, *segments: str) -> JsonObject:
        with self.server.store.read() as session:
            target = find_target(session, self.database, segments)
        _, written = dispatch(self.server, target, {"token": self.token}, body)
        reply: JsonObject = json.loads(written)
        for error in reply.get("errors", []):
            raise invalid("SEED_REFUSED", f"{self.file}: {error['errorCode']}: {error['message']}")
        status: JsonObject = reply["status"]
        return status


def seed(server: ServerState, folder: Path, token: str) -> list[SeededCollection]:
    """Takes ``folder/DATABASE/KEYSPACE/COLLECTION.jsonl``, a document a line.

    ``COLLECTION.json`` beside it holds the options of createCollection; without it a collection
    that is not there is created without options. ``token`` is the caller's Data API token. What
    was inserted before a refusal stays.

    Raises:
        Refusal: SEED_FOLDER_NOT_FOUND, DATABASE_NOT_FOUND, SEED_REFUSED with the Data API's code
            or with what is wrong with a file.
    """
    if not folder.is_dir():
        raise missing("SEED_FOLDER_NOT_FOUND", f"there is no folder {folder}")
    files = sorted(folder.glob("*/*/*.jsonl"))
    return [Seeding(server, _database(server, file), file, token).run() for file in files]


def _database(server: ServerState, file: Path) -> Database:
    name = file.parent.parent.name
    with server.store.read() as session:
        database = session.scalar(select(Database).filter_by(name=name))
    if database is None:
        raise missing("DATABASE_NOT_FOUND", f"{file}: there is no database {name!r}")
    return database


def _options(file: Path) -> JsonObject:
    try:
        options: JsonObject = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as problem:
        raise invalid("SEED_REFUSED", f"{file}: {problem}") from None
    return options


def _lines(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as problem:
        raise invalid("SEED_REFUSED", f"{file}: {problem.strerror}") from None


def _batches(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    documents = (line.strip() for line in lines if line.strip())
    while batch := list(islice(documents, DOCUMENTS_A_COMMAND)):
        yield batch
