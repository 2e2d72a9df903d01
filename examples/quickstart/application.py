"""The application's side: astrapy, the vendor's client, on what `pulumi up` has made."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import astrapy
from astrapy.constants import Environment
from passages import Passage

COLLECTION, TABLE, COLUMN = "passages", "topics", "meaning"
BATCH = 20

Progress = Callable[[int], None]
"""Called with the number of passages that are done since the last call."""


@dataclass(frozen=True)
class Hit:
    """A passage that answers a question; tables answer a text sort without a similarity."""

    topic: str
    text: str
    similarity: float | None = None


def connect() -> astrapy.Database:
    """The database of `ASTRA_DB_API_ENDPOINT`, opened by `ASTRA_DB_APPLICATION_TOKEN`."""
    client = astrapy.DataAPIClient(environment=Environment.HCD)  # addresses as host:port
    return client.get_database(
        os.environ["ASTRA_DB_API_ENDPOINT"],
        token=os.environ["ASTRA_DB_APPLICATION_TOKEN"],
        keyspace="default_keyspace",
    )


def load_collection(
    database: astrapy.Database, passages: Sequence[Passage], progress: Progress
) -> int:
    """Inserts the passages that are missing; their text in `$vectorize` is embedded."""
    collection = database.get_collection(COLLECTION)
    loaded = 0
    for batch in _batches(passages):
        there = {
            document["_id"]
            for document in collection.find(
                {"_id": {"$in": [p.id for p in batch]}}, projection={"_id": True}
            )
        }
        missing = [p for p in batch if p.id not in there]
        if missing:
            collection.insert_many(
                [{"_id": p.id, "topic": p.topic, "$vectorize": p.text} for p in missing]
            )
        loaded += len(missing)
        progress(len(batch))
    return loaded


def load_table(database: astrapy.Database, passages: Sequence[Passage], progress: Progress) -> int:
    """Inserts the rows that are missing; a string in the vector column is embedded, not kept."""
    table = database.get_table(TABLE)
    loaded = 0
    for batch in _batches(passages):
        there = {
            row["id"]
            for row in table.find({"id": {"$in": [p.id for p in batch]}}, projection={"id": True})
        }
        missing = [p for p in batch if p.id not in there]
        if missing:
            table.insert_many(
                [{"id": p.id, "topic": p.topic, "passage": p.text, COLUMN: p.text} for p in missing]
            )
        loaded += len(missing)
        progress(len(batch))
    return loaded


def ask_collection(database: astrapy.Database, question: str, limit: int = 3) -> list[Hit]:
    """The passages nearest to a question, best first, with their similarity (0 to 1)."""
    found: Any = database.get_collection(COLLECTION).find(
        {},
        sort={"$vectorize": question},
        limit=limit,
        projection={"topic": True, "$vectorize": True},
        include_similarity=True,
    )
    return [Hit(d["topic"], d["$vectorize"], d["$similarity"]) for d in found]


def ask_table(database: astrapy.Database, question: str, limit: int = 3) -> list[Hit]:
    """The rows nearest to a question, best first."""
    found: Any = database.get_table(TABLE).find(
        {}, sort={COLUMN: question}, limit=limit, projection={"topic": True, "passage": True}
    )
    return [Hit(row["topic"], row["passage"]) for row in found]


def _batches(passages: Sequence[Passage]) -> list[Sequence[Passage]]:
    return [passages[start : start + BATCH] for start in range(0, len(passages), BATCH)]
