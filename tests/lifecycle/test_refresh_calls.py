"""What a refresh asks of the server, as the server counts it, with the real engine."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pulumi_astra_vectorize as astra
from pulumi_astra_vectorize.testing import running_server
from tests.lifecycle.programs import minilm, token_and_scope
from tests.lifecycle.stacks import Stack, environment_of

COLLECTIONS = 8
TABLES = 4


def program() -> None:
    """Collections and vector columns, all in one keyspace."""
    service = minilm(token_and_scope().token)
    for number in range(COLLECTIONS):
        astra.Collection(f"c{number}", database="library", service=service)
    for number in range(TABLES):
        table = astra.Table(
            f"t{number}", database="library", columns={"id": "text"}, primary_key="id"
        )
        astra.VectorColumn(f"v{number}", database="library", table=table, service=service)


def test_refresh_lists_each_keyspace_once(tmp_path: Path) -> None:
    """Twenty-odd resources share one list each of collections, tables, tokens and databases."""
    with running_server("library") as server:
        stack = Stack(tmp_path, {**environment_of(None), **server.environment})
        stack.up(program)
        server.control.forget_requests()
        assert stack.refresh().steps == {}
        counted: Counter[str] = Counter()
        for request in server.control.requests().requests:
            counted[request.command or request.path] += request.times
    assert counted == {
        "findCollections": 1,
        "listTables": 1,
        "listIndexes": TABLES,
        "/v2/databases": 1,
        "/v1/integrations/huggingface": 1,
        "/v1/integrations/huggingface/tokens": 1,
    }
