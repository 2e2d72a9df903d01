"""What the tests of reloads share: a lifecycle as the engine drives it, a provider that counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import stamina

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize.api import target as target_module
from pulumi_astra_vectorize.api.target import Target
from pulumi_astra_vectorize.resources.collection import CollectionLifecycle
from pulumi_astra_vectorize.server.embedding.client import EmbeddingClient
from pulumi_astra_vectorize.server.embedding.errors import ProviderError, Trouble
from pulumi_astra_vectorize.settings import load_settings
from tests.reliability.seam import Seam
from tests.server.conftest import PROVIDER, PostCommand, Server

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
BGE_SMALL = "BAAI/bge-small-en-v1.5"
BGE_BASE = "BAAI/bge-base-en-v1.5"
DIMENSIONS = {MINILM: 384, BGE_SMALL: 384, BGE_BASE: 768}

State = life.State[Any, Any]

NAME = "notes"
TABLE = "books"
ROWS = 60
"""More than a page of find."""

interrupted_anywhere = pytest.mark.parametrize(
    ("moment", "lost", "refreshed"),
    [
        ("before", False, False),
        ("after", False, False),
        ("after", False, True),
        ("after", True, False),
    ],
)
"""Ways to disturb a call: killed before or after it, its answer lost; a refresh may follow."""


@dataclass
class Provider:
    """Stands where Hugging Face stands: each text of each model has a vector of its own."""

    texts: list[str] = field(default_factory=list[str])
    troubles: list[Trouble] = field(default_factory=list[Trouble])
    """Of the next answers; then it embeds again."""

    def embed(self, model: str, texts: list[str], _secret: str) -> list[list[float]]:
        if self.troubles:
            raise ProviderError(self.troubles.pop(0), "busy")
        self.texts += texts
        return [vector_of(model, text) for text in texts]


def vector_of(model: str, text: str) -> list[float]:
    """The vector that the stand-in gives to a text: along the axis that its length names."""
    offset = 100 if model == BGE_SMALL else 0
    return [1.0 if axis == len(text) + offset else 0.0 for axis in range(DIMENSIONS[model])]


@contextmanager
def embedding() -> Iterator[Provider]:
    """The embedded server asks the stand-in for its embeddings; retries do not wait."""
    provider = Provider()

    def answer(_client: EmbeddingClient, *asked: Any) -> list[list[float]]:
        return provider.embed(*asked)

    with pytest.MonkeyPatch.context() as patch, stamina.set_testing(testing=True, attempts=8):
        patch.setattr(EmbeddingClient, "embed", answer)
        yield provider


@dataclass
class Stack:
    """One resource, brought up as the engine does it: diff, then what diff says."""

    lifecycle: life.Lifecycle[Any, Any]
    target: Target
    seam: Seam
    given: dict[str, Any]

    def inputs(self, **written: Any) -> Any:
        """What a program writes."""
        return self.lifecycle.inputs_type.model_validate({**self.given, **written})

    def create(self, **written: Any) -> State:
        """The state after the first up."""
        inputs = self.inputs(**written)
        return life.State(inputs, self.lifecycle.create(inputs, self.target)[1])

    def up(self, state: State, **written: Any) -> State:
        """The state after the next one, which is an update in place, or nothing."""
        inputs = self.inputs(**written)
        change = self.lifecycle.diff(state, inputs)
        assert not change.replaces
        if not change.updates and not self.lifecycle.unfinished(state, self.target.settings):
            return state
        return life.State(inputs, self.lifecycle.update(state, inputs, self.target))

    def destroy(self, state: State) -> None:
        """Deletes the resource with all that it holds."""
        allowed = life.rewritten(state.inputs, {"force_destroy": True})
        self.lifecycle.delete(life.State(allowed, state.outputs), self.target)

    def refresh(self, state: State) -> State:
        """The state as a refresh has it."""
        read = self.lifecycle.read(state, self.target)
        assert read is not None
        return read


@contextmanager
def reachable(server: Server, folder: Path) -> Iterator[tuple[Target, Seam]]:
    """A target whose calls pass a seam, with a spool folder of its own."""
    seam = Seam()
    config = {
        "astra-vectorize:endpoint": server.url,
        "astra-vectorize:applicationToken": server.token,
        "astra-vectorize:spoolFolder": str(folder),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(target_module, "connections", lambda **_: seam)
        yield Target(load_settings(config.get)), seam
    seam.end()


@contextmanager
def collection_stack(server: Server, keyspace: str, folder: Path) -> Iterator[Stack]:
    """A collection in the hands of its lifecycle."""
    with reachable(server, folder) as (target, seam):
        given = {"database": "library", "keyspace": keyspace, "name": NAME, "on_change": "reload"}
        yield Stack(CollectionLifecycle(), target, seam, given)


class Content:
    """The documents of a collection, past the lifecycle."""

    def __init__(self, data_api: PostCommand, keyspace: str, name: str = NAME) -> None:
        self._data_api = data_api
        self._path = (keyspace, name)

    def put(self, *documents: dict[str, Any]) -> None:
        """Writes documents."""
        for start in range(0, len(documents), 100):
            reply = self._post({"insertMany": {"documents": documents[start : start + 100]}})
            assert "errors" not in reply

    def update(self, identifier: Any, update: dict[str, Any]) -> None:
        """Changes one document."""
        reply = self._post({"updateOne": {"filter": {"_id": identifier}, "update": update}})
        assert reply["status"]["matchedCount"] == 1

    def delete(self, identifier: Any) -> None:
        """Deletes one document."""
        reply = self._post({"deleteOne": {"filter": {"_id": identifier}}})
        assert reply["status"]["deletedCount"] == 1

    def all(self) -> dict[str, dict[str, Any]]:
        """Every document with text and vector, by its id as text."""
        found: dict[str, dict[str, Any]] = {}
        state = None
        while True:
            options: dict[str, Any] = {"pageState": state} if state else {}
            data = self._post({"find": {"projection": {"*": 1}, "options": options}})["data"]
            found |= {str(document["_id"]): document for document in data["documents"]}
            state = data["nextPageState"]
            if state is None:
                return found

    def is_gone(self) -> bool:
        """Whether there is no such collection."""
        return "errors" in self._post({"findOne": {}})

    def _post(self, command: dict[str, Any]) -> dict[str, Any]:
        return self._data_api(command, *self._path)


@dataclass
class Books:
    """A table of 60 titles, one of them blank, whose column ``summary`` is reloaded."""

    stack: Stack
    data_api: PostCommand
    token: str

    def post(self, command: dict[str, Any]) -> dict[str, Any]:
        """The reply to a command."""
        reply = self.data_api(command, self.stack.given["keyspace"], TABLE)
        assert "errors" not in reply, reply
        return reply

    def prepared(self) -> State:
        """The column with a vector in every row."""
        state = self.stack.create(service=service(MINILM, self.token))
        rows = [self.row(number) for number in range(ROWS)]
        embedded = [{**row, "summary": row["title"]} for row in rows]
        self.post({"insertMany": {"documents": embedded}})
        return state

    def row(self, number: int) -> dict[str, Any]:
        """A row without its vector."""
        title = "x" * (number + 1) if number else " "
        return {"shelf": number % 7, "id": f"b{number}", "pages": number, "title": title}

    def up(self, state: State, model: str = BGE_SMALL, **written: Any) -> State:
        """An up of a program with this model."""
        return self.stack.up(state, service=service(model, self.token), **written)

    def rows(self) -> dict[str, dict[str, Any]]:
        """Every row, by its id."""
        found: dict[str, dict[str, Any]] = {}
        options: dict[str, Any] = {}
        while True:
            data = self.post({"find": {"options": options}})["data"]
            found |= {row["id"]: row for row in data["documents"]}
            if data["nextPageState"] is None:
                return found
            options = {"pageState": data["nextPageState"]}

    def expected(self, model: str, column: str = "summary") -> dict[str, dict[str, Any]]:
        """Every row as it was, with the vector of its title by a model; none without a title."""
        rows = [self.row(number) for number in range(ROWS)]
        return {
            row["id"]: {**row, column: vector_of(model, row["title"])} if number else row
            for number, row in enumerate(rows)
        }


def service(model: str, token: str) -> dict[str, Any]:
    """A service as a program writes it."""
    return {"provider": PROVIDER, "model": model, "token": token}


def spool_files(stack: Stack) -> set[str]:
    """What is left in the spool folder, but for locks."""
    folder = stack.target.settings.spool_folder
    return {file.suffix for file in folder.iterdir()} - {".lock"} if folder.exists() else set()
