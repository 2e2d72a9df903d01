"""A definition that changes with its documents, through the real engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import pulumi_astra_vectorize as astra
from tests.lifecycle.servers import Server
from tests.lifecycle.stacks import Program, Stack

LONG = {"_id": "long", "text": "x" * 9000}
"""A string that is too long to be indexed (data-api.md, section 6)."""

DOCUMENTS: list[dict[str, Any]] = [
    LONG,
    *({"_id": f"d{number}", "$vector": [1.0, 0.5]} for number in range(120)),
]


def _notes(**settings: Any) -> Program:
    """A collection whose definition may change."""

    def program() -> None:
        astra.Collection("notes", database="library", dimension=2, on_change="reload", **settings)

    return program


@pytest.fixture
def spool(stack: Stack, tmp_path: Path) -> Path:
    """The folder that the stack is told to keep documents in."""
    folder = tmp_path / "spool"
    stack.configure("spoolFolder", str(folder))
    return folder


def _fill(server: Server) -> None:
    for start in (0, 100):
        part = DOCUMENTS[start : start + 100]
        server.command("insertMany", {"documents": part}, "notes")


def _ids(server: Server) -> set[str]:
    """The ids of all documents."""
    found: set[str] = set()
    options: dict[str, Any] = {}
    while True:
        data = server.command("find", {"projection": {"_id": 1}, "options": options}, "notes")
        found |= {document["_id"] for document in data["data"]["documents"]}
        if data["data"]["nextPageState"] is None:
            return found
        options = {"pageState": data["data"]["nextPageState"]}


def test_changed_definition_takes_the_documents_along(
    server: Server, stack: Stack, spool: Path
) -> None:
    """Preview and up show one update; a second up shows nothing; no document stays on the disk."""
    stack.up(_notes(indexing={"deny": ["text"]}))
    _fill(server)
    changed = _notes(indexing={"deny": ["text"]}, metric="dot_product")

    assert stack.preview(changed).steps_of("notes") == "update"
    outcome = stack.up(changed)

    assert outcome.steps_of("notes") == "update"
    assert "exported 121 of 121" in outcome.text
    assert "loaded 121 of 121" in outcome.text
    assert server.collections()["notes"]["vector"]["metric"] == "dot_product"
    assert _ids(server) == {document["_id"] for document in DOCUMENTS}
    assert [file.suffix for file in spool.iterdir() if file.is_file()] == [".lock"]
    assert stack.up(changed).steps == {}


def test_reload_that_failed_goes_on_after_a_refresh(
    server: Server, stack: Stack, spool: Path
) -> None:
    """A document that the new collection refuses: its spool is named, and ends with another one."""
    stack.up(_notes(indexing={"deny": ["text"]}))
    _fill(server)

    failure = stack.refused_up(_notes())
    (file,) = spool.glob("*.jsonl")
    assert "[SHRED_DOC_LIMIT_VIOLATION]" in failure.text
    assert str(file) in failure.text

    assert not any(stack.refresh().drifted.values())
    assert "[RELOAD_PENDING]" in stack.refused_destroy().text
    before = _notes(indexing={"deny": ["text"]})
    assert stack.preview(before).steps_of("notes") == "update", "the program is taken back"
    stack.up(before)

    assert _ids(server) == {document["_id"] for document in DOCUMENTS}
    assert stack.up(before).steps == {}
