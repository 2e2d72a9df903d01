"""Many callers at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.server.conftest import PROVIDER, PostCommand, Server

MODEL = "sentence-transformers/all-MiniLM-L6-v2"


def test_more_inserts_than_threads(
    keyspace: str, user_access_token: str, data_api: PostCommand
) -> None:
    """45 inserts that wait for the server's own embeddings at the same time all finish."""
    service = {
        "provider": PROVIDER,
        "modelName": MODEL,
        "authentication": {"providerKey": user_access_token},
    }
    options = {"vector": {"metric": "cosine", "service": service}}
    made = data_api({"createCollection": {"name": "notes", "options": options}}, keyspace)
    assert made == {"status": {"ok": 1}}

    def insert(number: int) -> dict[str, Any]:
        document = {"_id": number, "$vectorize": f"note number {number}"}
        return data_api({"insertOne": {"document": document}}, keyspace, "notes")

    with ThreadPoolExecutor(45) as callers:
        replies = list(callers.map(insert, range(45)))
    assert replies == [{"status": {"insertedIds": [number]}} for number in range(45)]
    assert data_api({"countDocuments": {}}, keyspace, "notes") == {"status": {"count": 45}}


def test_update_after_a_vector_that_is_new(
    server: Server, keyspace: str, data_api: PostCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A vector is not lost to an update of another field that comes at once, before the memory for
    searches is told of the vector."""
    options = {"vector": {"dimension": 2}}
    data_api({"createCollection": {"name": "notes", "options": options}}, keyspace)
    document = {"_id": 1, "$vector": [1, 1]}
    data_api({"insertOne": {"document": document}}, keyspace, "notes")
    data_api({"find": {"sort": {"$vector": [1, 1]}}}, keyspace, "notes")

    def update(changed: dict[str, Any]) -> object:
        command = {"updateOne": {"filter": {"_id": 1}, "update": {"$set": changed}}}
        return data_api(command, keyspace, "notes")["status"]["modifiedCount"]

    with monkeypatch.context() as not_told:
        not_told.setattr(server.state.vectors, "put", lambda *_: None)
        assert update({"$vector": [2, 5]}) == 1
    assert update({"n": 1}) == 1
    found = data_api({"findOne": {"projection": {"*": 1}}}, keyspace, "notes")
    assert found["data"]["document"] == {"_id": 1, "n": 1, "$vector": [2, 5]}
