"""A vector column's creation that fails, and a deletion that is killed: what they leave behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_astra_vectorize.errors import AstraVectorizeError
from pulumi_astra_vectorize.resources.vector_column import VectorColumnLifecycle
from tests.reliability.seam import Cut, Killed
from tests.server.conftest import PostCommand, Server
from tests.server.reloading import (
    BGE_SMALL,
    MINILM,
    TABLE,
    Books,
    Stack,
    embedding,
    reachable,
    service,
    spool_files,
)

COLUMN: dict[str, Any] = {"type": "vector", "dimension": 384}
VECTOR = [1.0] * 384


@pytest.fixture
def books(
    server: Server, data_api: PostCommand, keyspace: str, user_access_token: str, tmp_path: Path
) -> Iterator[Books]:
    """A table of books, and its column in the hands of its lifecycle, which reloads nothing."""
    columns = {"shelf": "int", "id": "text", "pages": "int", "title": "text"}
    definition = {"columns": columns, "primaryKey": "id"}
    data_api({"createTable": {"name": TABLE, "definition": definition}}, keyspace)
    given = {"database": "library", "keyspace": keyspace, "table": TABLE, "name": "summary"}
    with embedding(), reachable(server, tmp_path / "spool") as (target, seam):
        stack = Stack(VectorColumnLifecycle(), target, seam, {**given, "index": {}})
        yield Books(stack, data_api, user_access_token)


def test_column_that_another_run_has_just_added_is_not_taken_back(books: Books) -> None:
    """A creation that is refused drops what it added itself, and nothing else."""
    database = books.stack.target.database("library")
    books.stack.target.data_api(database).tables(books.stack.given["keyspace"])  # still unknown
    books.post({"alterTable": {"operation": {"add": {"columns": {"summary": COLUMN}}}}})
    books.post({"insertOne": {"document": {"id": "theirs", "summary": VECTOR}}})

    with pytest.raises(AstraVectorizeError) as caught:
        books.stack.create(dimension=384)

    assert caught.value.code == "CANNOT_ADD_EXISTING_COLUMNS"
    assert books.rows()["theirs"]["summary"] == VECTOR


def test_column_whose_index_is_refused_is_taken_back(books: Books) -> None:
    """The engine forgets a creation that failed: the next one finds the table as it was."""
    taken = {"name": "taken", "definition": {"column": "title"}}
    books.post({"createIndex": taken})

    with pytest.raises(AstraVectorizeError) as caught:
        books.stack.create(dimension=384, index={"name": "taken"})

    assert caught.value.code == "CANNOT_ADD_EXISTING_INDEX"
    assert books.stack.create(dimension=384).outputs.added is True


def test_killed_deletion_leaves_no_reload_behind(books: Books) -> None:
    """Nor would a column that somebody else makes there be taken for one of ours."""
    books.stack.given |= {"on_change": "reload", "reload_from": "title"}
    state = books.prepared()
    wanted = {"service": service(BGE_SMALL, books.token)}
    with books.stack.seam.cutting(None):
        state = books.stack.up(state, **wanted)
    filling = books.stack.seam.changes[-1]
    state = books.stack.up(state, service=service(MINILM, books.token))
    with pytest.raises(Killed), books.stack.seam.cutting(Cut(filling, "before")):
        books.stack.up(state, **wanted)
    with books.stack.seam.cutting(None), pytest.raises(AstraVectorizeError):
        books.stack.lifecycle.delete(state, books.stack.target)  # it is refused, and drops nothing
    calls = books.stack.seam.calls + 2  # the index, then the column
    with pytest.raises(Killed), books.stack.seam.cutting(Cut(calls, "after")):
        books.stack.destroy(state)

    books.stack.destroy(state)

    assert "summary" not in str(books.rows())
    assert spool_files(books.stack) == set()
