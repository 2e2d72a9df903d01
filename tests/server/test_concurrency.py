"""Many callers at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.server.conftest import PROVIDER, PostCommand

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
