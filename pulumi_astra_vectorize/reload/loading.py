"""Reads pages and writes batches, patiently where the embedding provider is busy."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from pulumi_astra_vectorize.api.commands import DataApiError, JsonObject
from pulumi_astra_vectorize.api.data_api import INSERTED_AT_MOST, DataApi

TEXTS_AT_MOST = 32
"""Texts to embed in one call: the Data API asks the provider for so many at once (contract
data-api.md, section 9), so a provider that fails costs no more than them."""

BYTES_AT_MOST = 4_000_000
"""Of one call's documents; the Data API takes bodies of 20 MB."""

PROVIDER_IS_BUSY = frozenset(
    {
        "EMBEDDING_PROVIDER_RATE_LIMITED",
        "EMBEDDING_PROVIDER_TIMEOUT",
        "EMBEDDING_PROVIDER_SERVER_ERROR",
    }
)
"""Failures that pass: nothing was written (contract data-api.md, sections 6 and 9)."""

ATTEMPTS = 8
LONGEST_PAUSE = 30.0
"""Seconds; all attempts of a call together wait less than two minutes."""


def has_text(value: object) -> bool:
    """Whether a value is a text that is embedded; blank ones are not."""
    return isinstance(value, str) and bool(value.strip())


def pages(
    api: DataApi,
    keyspace: str,
    name: str,
    projection: JsonObject,
    condition: JsonObject | None = None,
) -> Iterator[list[JsonObject]]:
    """All that a collection or table holds, page by page."""
    state = None
    while True:
        page, state = api.find_page(
            keyspace, name, projection=projection, condition=condition, page_state=state
        )
        yield page
        if state is None:
            return


def batches(documents: Iterable[JsonObject], text_member: str) -> Iterator[list[JsonObject]]:
    """Groups for one insertMany each; ``text_member`` is where a text to embed stands."""
    batch: list[JsonObject] = []
    texts = size = 0
    for document in documents:
        weight, has = len(json.dumps(document)), has_text(document.get(text_member))
        full = len(batch) == INSERTED_AT_MOST or texts + has > TEXTS_AT_MOST
        if batch and (full or size + weight > BYTES_AT_MOST):
            yield batch
            batch, texts, size = [], 0, 0
        batch.append(document)
        texts, size = texts + has, size + weight
    if batch:
        yield batch


def insert(api: DataApi, keyspace: str, name: str, batch: list[JsonObject]) -> None:
    """Writes one batch; waits and repeats while the embedding provider is busy, not for ever."""
    import stamina  # a program that only declares resources never waits

    for attempt in stamina.retry_context(
        on=_passes, attempts=ATTEMPTS, timeout=None, wait_initial=1, wait_max=LONGEST_PAUSE
    ):
        with attempt:
            api.insert_many(keyspace, name, batch)


def _passes(error: Exception) -> bool:
    return isinstance(error, DataApiError) and error.code in PROVIDER_IS_BUSY
