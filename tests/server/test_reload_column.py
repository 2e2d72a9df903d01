"""on_change="reload" of a vector column: another model embeds its rows (data-api.md, 7, 8)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from pulumi_astra_vectorize.errors import AstraVectorizeError
from pulumi_astra_vectorize.resources.vector_column import VectorColumnLifecycle
from pulumi_astra_vectorize.wire import INTEGRATIONS
from tests.reliability.seam import Cut, Killed, Moment
from tests.server.conftest import PROVIDER, SECRET, TOKEN_NAME, PostCommand, Server
from tests.server.reloading import (
    BGE_BASE,
    BGE_SMALL,
    MINILM,
    ROWS,
    TABLE,
    Books,
    Provider,
    Stack,
    State,
    embedding,
    interrupted_anywhere,
    reachable,
    service,
    spool_files,
)


@pytest.fixture(autouse=True)
def provider() -> Iterator[Provider]:
    """What the embedded server asks for embeddings."""
    with embedding() as provider:
        yield provider


@pytest.fixture
def books(
    server: Server, data_api: PostCommand, keyspace: str, user_access_token: str, tmp_path: Path
) -> Iterator[Books]:
    """A table, and its column in the hands of its lifecycle."""
    definition = {
        "columns": {"shelf": "int", "id": "text", "pages": "int", "title": "text"},
        "primaryKey": {"partitionBy": ["shelf"], "partitionSort": {"id": 1}},
    }
    data_api({"createTable": {"name": TABLE, "definition": definition}}, keyspace)
    with reachable(server, tmp_path / "spool") as (target, seam):
        given: dict[str, Any] = {"database": "library", "keyspace": keyspace, "table": TABLE}
        given |= {"name": "summary", "index": {}, "on_change": "reload", "reload_from": "title"}
        yield Books(
            Stack(VectorColumnLifecycle(), target, seam, given), data_api, user_access_token
        )


def test_another_model_embeds_every_row_anew(books: Books, provider: Provider) -> None:
    """Nothing but the vectors changes; a row whose text is blank has none afterwards."""
    state = books.prepared()
    provider.texts.clear()

    state = books.up(state)

    assert books.rows() == books.expected(BGE_SMALL)
    assert len(provider.texts) == ROWS - 1
    assert state.outputs.added is True
    assert spool_files(books.stack) == set()


def test_same_model_by_another_token_embeds_nothing(books: Books, provider: Provider) -> None:
    """The vectors mean the same: the service changes in place."""
    state = books.prepared()
    provider.texts.clear()

    books.stack.up(state, service={"provider": "huggingface", "model": MINILM})

    assert provider.texts == []
    assert books.rows() == books.expected(MINILM)


@interrupted_anywhere
def test_reload_goes_on_after_any_call(
    books: Books, moment: Moment, *, lost: bool, refreshed: bool
) -> None:
    """Killed before or after each call, or the answer lost; with or without a refresh between."""
    state = books.prepared()
    with books.stack.seam.cutting(None):
        state = books.up(state)
    calls, models = books.stack.seam.calls, (MINILM, BGE_SMALL)
    for call in range(1, calls + 1):
        model = models[(call + 1) % 2]  # there and back again
        with (
            suppress(Killed, AstraVectorizeError),
            books.stack.seam.cutting(Cut(call, moment, lost)),
        ):
            books.up(state, model)

        state = books.up(books.stack.refresh(state) if refreshed else state, model)

        assert books.rows() == books.expected(model), call
        assert spool_files(books.stack) == set()


def killed_while_embedding(books: Books, provider: Provider) -> State:
    """A reload of which the second half is missing."""
    state = books.prepared()
    with books.stack.seam.cutting(None):
        state = books.up(state)
    for call in range(books.stack.seam.calls, 0, -1):
        state = books.up(state, MINILM)
        with suppress(Killed), books.stack.seam.cutting(Cut(call, "before")):
            books.up(state)
        if 0 < sum("summary" in row for row in books.rows().values()) < ROWS - 1:
            return state
        state = books.up(state)
    raise AssertionError("no call is between the batches")


def test_rows_that_are_done_are_not_embedded_twice(books: Books, provider: Provider) -> None:
    """A resumed reload embeds what is missing."""
    state = killed_while_embedding(books, provider)
    done = sum("summary" in row for row in books.rows().values())
    provider.texts.clear()

    books.up(state)

    assert len(provider.texts) == ROWS - 1 - done
    assert books.rows() == books.expected(BGE_SMALL)


def test_program_that_is_taken_back_gets_the_old_vectors_back(
    books: Books, provider: Provider
) -> None:
    """Half of the vectors are of one model: the other model starts over."""
    state = killed_while_embedding(books, provider)

    books.up(books.stack.refresh(state), MINILM)

    assert books.rows() == books.expected(MINILM)


def test_reload_that_nothing_can_end_is_not_forgotten(books: Books, provider: Provider) -> None:
    """A program that no longer names the text is refused, and told what to do."""
    state = killed_while_embedding(books, provider)

    with pytest.raises(AstraVectorizeError) as caught:
        books.up(state, on_change="replace", reload_from=None)

    assert caught.value.code == "RELOAD_PENDING"


def test_another_dimension_takes_another_name(books: Books) -> None:
    """The name is refused with another dimension; a new column has the vectors from the start."""
    state = books.prepared()
    with pytest.raises(AstraVectorizeError) as caught:
        books.up(state, BGE_BASE)
    assert caught.value.code == "DIMENSION_FIXED"
    assert books.rows() == books.expected(MINILM)

    books.stack.create(name="summary_768", service=service(BGE_BASE, books.token))
    books.stack.destroy(state)

    assert books.rows() == books.expected(BGE_BASE, "summary_768")


def test_creation_that_is_killed_goes_on(books: Books) -> None:
    """The engine knows nothing of a column whose creation died: the next one finishes it."""
    books.stack.destroy(books.prepared())
    wanted = {"service": service(BGE_SMALL, books.token)}
    with books.stack.seam.cutting(None):
        state = books.stack.create(**wanted)
    for call in range(1, books.stack.seam.calls):  # the last one only reads what came of it
        books.stack.destroy(state)
        with pytest.raises(Killed), books.stack.seam.cutting(Cut(call, "before")):
            books.stack.create(**wanted)

        state = books.stack.create(**wanted)

        assert state.outputs.added is True
        assert books.rows() == books.expected(BGE_SMALL), call


@pytest.mark.parametrize("text", ["missing", "pages"])
def test_text_column_is_looked_for_before_anything_is_dropped(books: Books, text: str) -> None:
    """Rows can be embedded from a column of text and nothing else."""
    state = books.prepared()

    with pytest.raises(AstraVectorizeError) as caught:
        books.up(state, reload_from=text)

    assert caught.value.code == "TEXT_COLUMN_NOT_FOUND"
    assert books.rows() == books.expected(MINILM)


@pytest.mark.parametrize(
    ("model", "token", "code"),
    [
        (BGE_SMALL, "unknown", "TOKEN_NOT_FOUND"),
        (BGE_SMALL, "elsewhere", "DATABASE_NOT_IN_SCOPE"),
        ("no/such-model", TOKEN_NAME, "INVALID_CREATE_COLLECTION_OPTIONS"),
    ],
)
def test_service_that_the_server_refuses_is_refused_before_anything_is_dropped(
    books: Books, server: Server, model: str, token: str, code: str
) -> None:
    """The column keeps service, index and vectors, and no reload has begun (contract, 7 and 10)."""
    state = books.prepared()
    elsewhere = {"name": "elsewhere", "secret": SECRET, "databases": []}
    server.call("POST", f"{INTEGRATIONS}/{PROVIDER}/tokens", json=elsewhere)

    with pytest.raises(AstraVectorizeError) as caught:
        books.stack.up(state, service=service(model, token))

    assert caught.value.code == code
    assert books.rows() == books.expected(MINILM)
    assert books.stack.refresh(state) == state
    assert spool_files(books.stack) == set()


def test_creation_that_is_refused_leaves_no_reload_behind(books: Books) -> None:
    """No row waits for a vector of a column that there never was."""
    with pytest.raises(AstraVectorizeError):
        books.stack.create(service=service(MINILM, "unknown"))

    assert spool_files(books.stack) == set()


def test_half_a_reload_is_not_dropped_for_a_service_that_is_refused(
    books: Books, provider: Provider
) -> None:
    """The program changes again on the way: what is embedded stays until the new one may serve."""
    state = killed_while_embedding(books, provider)
    before = books.rows()

    with pytest.raises(AstraVectorizeError):
        books.stack.up(state, service=service(MINILM, "unknown"))

    assert books.rows() == before
    books.up(state)
    assert books.rows() == books.expected(BGE_SMALL)


def test_busy_provider_is_asked_again(books: Books, provider: Provider) -> None:
    """A rate limit passes."""
    state = books.prepared()
    provider.troubles = ["RATE_LIMITED"] * 3

    books.up(state)

    assert books.rows() == books.expected(BGE_SMALL)
