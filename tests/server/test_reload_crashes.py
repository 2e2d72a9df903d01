"""A reload that is killed anywhere, resumed, changed in between or given up: nothing is lost."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize.errors import AstraVectorizeError
from pulumi_astra_vectorize.resources._collection_site import CollectionSite
from tests.reliability.seam import Cut, Killed, Moment
from tests.server.conftest import PostCommand, Server
from tests.server.reloading import (
    BGE_SMALL,
    MINILM,
    Content,
    Provider,
    Stack,
    State,
    collection_stack,
    embedding,
    interrupted_anywhere,
    service,
    spool_files,
    vector_of,
)

DOCUMENTS: list[dict[str, Any]] = [
    *({"_id": f"t{n}", "n": n, "$vectorize": "x" * (n + 1)} for n in range(33)),
    *({"_id": f"p{n}", "tags": ["a", {"b": None}]} for n in range(18)),
]
"""Two pages of find, two batches of texts."""


@pytest.fixture(autouse=True)
def provider() -> Iterator[Provider]:
    """What the embedded server asks for embeddings."""
    with embedding() as provider:
        yield provider


@dataclass
class Reload:
    """A collection that is to get another service, and ways to disturb that."""

    stack: Stack
    content: Content
    old: dict[str, Any]
    new: dict[str, Any]

    def prepared(self) -> State:
        """The collection with its documents, as an up left it."""
        state = self.stack.create(service=self.old)
        self.content.put(*DOCUMENTS)
        return state

    def up(self, state: State, **written: Any) -> State:
        """An up of the program that wants the new service."""
        return self.stack.up(state, service=self.new, **written)

    def cut(self, state: State, cut: Cut) -> None:
        """An up that a call ends, by a kill or by an error; or that gets over a lost answer."""
        with suppress(Killed, AstraVectorizeError), self.stack.seam.cutting(cut):
            self.up(state)

    def calls(self) -> int:
        """How many calls a reload makes that nothing disturbs."""
        state = self.prepared()
        with self.stack.seam.cutting(None):
            state = self.up(state)
        self.stack.destroy(state)
        return self.stack.seam.calls

    def half_done(self) -> State:
        """A reload that was killed between its batches."""
        for call in range(self.calls(), 0, -1):
            state = self.prepared()
            self.cut(state, Cut(call, "before"))
            if 0 < len(self.content.all()) < len(DOCUMENTS):
                return state
            self.stack.destroy(self.up(state))
        raise AssertionError("no call is between the batches")

    def just_dropped(self) -> State:
        """A reload that was killed after the drop, of which the spool does not know yet."""
        for call in range(1, self.calls() + 1):
            state = self.prepared()
            self.cut(state, Cut(call, "after"))
            if self.content.is_gone():
                return state
            self.stack.destroy(self.up(state))
        raise AssertionError("no call is the drop")

    def spool(self) -> Path:
        """The file that the documents are in."""
        return next(self.stack.target.settings.spool_folder.glob("*.jsonl"))


@pytest.fixture
def reload(
    server: Server, data_api: PostCommand, keyspace: str, user_access_token: str, tmp_path: Path
) -> Iterator[Reload]:
    """A collection whose model is to be another one."""
    with collection_stack(server, keyspace, tmp_path / "spool") as stack:
        models = (service(model, user_access_token) for model in (MINILM, BGE_SMALL))
        yield Reload(stack, Content(data_api, keyspace), *models)


def expected(model: str) -> dict[str, dict[str, Any]]:
    """All documents, their texts embedded by a model."""
    return {
        document["_id"]: {**document, "$vector": vector_of(model, document["$vectorize"])}
        if "$vectorize" in document
        else document
        for document in DOCUMENTS
    }


@interrupted_anywhere
def test_reload_goes_on_after_any_call(
    reload: Reload, moment: Moment, *, lost: bool, refreshed: bool
) -> None:
    """Killed before or after each call, or the answer lost; with or without a refresh between."""
    for call in range(1, reload.calls() + 1):
        state = reload.prepared()
        reload.cut(state, Cut(call, moment, lost))

        state = reload.up(reload.stack.refresh(state) if refreshed else state)

        assert reload.content.all() == expected(BGE_SMALL), call
        assert state.outputs.effective["service"] == reload.new
        assert spool_files(reload.stack) == set()
        reload.stack.destroy(state)


@pytest.mark.parametrize("kill_at", range(1, 7))
def test_reload_goes_on_after_any_write_to_the_disk(
    reload: Reload, monkeypatch: pytest.MonkeyPatch, kill_at: int
) -> None:
    """Documents, manifest, its mark: each the file and its folder; killed at any of them."""
    written = 0

    def fsync(_descriptor: int) -> None:
        nonlocal written
        written += 1
        if written == kill_at:
            raise Killed

    monkeypatch.setattr(os, "fsync", fsync)
    state = reload.prepared()
    with pytest.raises(Killed):
        reload.up(state)

    reload.up(state)

    assert reload.content.all() == expected(BGE_SMALL)
    assert spool_files(reload.stack) == set()


def test_program_that_changes_again_starts_over_from_the_spool(reload: Reload) -> None:
    """Half loaded with one definition, and another one is wanted: all documents get there."""
    state = reload.half_done()

    state = reload.up(state, metric="dot_product")

    assert reload.content.all() == expected(BGE_SMALL)
    assert state.outputs.effective["metric"] == "dot_product"


def test_program_that_is_taken_back_gets_the_old_collection_back(reload: Reload) -> None:
    """Inputs as before are no change, but the reload is unfinished: the next up undoes it."""
    state, stack = reload.half_done(), reload.stack
    assert stack.lifecycle.diff(state, stack.inputs(service=reload.old)) == life.Change()

    stack.up(stack.refresh(state), service=reload.old)

    assert reload.content.all() == expected(MINILM)
    assert spool_files(stack) == set()


def test_half_loaded_collection_is_not_dropped_for_a_definition_that_is_refused(
    reload: Reload,
) -> None:
    """What the server refuses leaves what is there as it is; the reload ends without it."""
    state = reload.half_done()
    before = reload.content.all()

    with pytest.raises(AstraVectorizeError) as caught:
        reload.up(state, lexical={"enabled": True})
    assert caught.value.code == "LEXICAL_FEATURE_NOT_ENABLED"
    assert reload.content.all() == before

    reload.up(state)
    assert reload.content.all() == expected(BGE_SMALL)


def test_documents_written_into_a_half_loaded_collection_are_not_dropped(reload: Reload) -> None:
    """Another definition would lose them: refused; the one that is there ends well."""
    state = reload.half_done()
    foreign = {"_id": "written by somebody"}
    reload.content.put(foreign)

    with pytest.raises(AstraVectorizeError) as caught:
        reload.up(state, metric="dot_product")
    assert caught.value.code == "HOLDS_OTHER_DOCUMENTS"

    reload.up(state)
    assert reload.content.all() == {**expected(BGE_SMALL), foreign["_id"]: foreign}


def test_documents_in_a_spool_are_guarded(reload: Reload) -> None:
    """Deleting, replacing, or creating it without its state: refused, with the spool's path."""
    state, stack = reload.half_done(), reload.stack
    steps: list[Callable[[], object]] = [
        lambda: stack.lifecycle.delete(state, stack.target),
        lambda: stack.lifecycle.refuse_loss(state, stack.target),
        lambda: stack.create(service=reload.new),
    ]

    for step in steps:
        with pytest.raises(AstraVectorizeError, match=str(reload.spool())) as caught:
            step()
        assert caught.value.code == "RELOAD_PENDING"


def test_forced_deletion_takes_the_spool_along(reload: Reload) -> None:
    """Whoever allowed the loss before gets it: no documents stay on the disk."""
    reload.stack.destroy(reload.half_done())

    assert spool_files(reload.stack) == set()


def test_spool_is_not_written_over_by_a_collection_that_was_made_anew(reload: Reload) -> None:
    """Killed right after the drop, and a run elsewhere, without the spool, has created it again."""
    state = reload.just_dropped()
    target = reload.stack.target
    site = CollectionSite(target, target.database("library"), state.inputs)
    site.create()
    reload.content.put({"_id": "since then"})

    with pytest.raises(AstraVectorizeError, match=str(reload.spool())) as caught:
        reload.up(state)
    assert caught.value.code == "COLLECTION_MADE_ANEW"

    site.drop()
    reload.up(state)
    assert reload.content.all() == expected(BGE_SMALL)


def test_two_runs_do_not_share_a_spool(reload: Reload, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one run reloads, another one is refused, and the first one ends well."""
    state = reload.prepared()
    refusals: list[str] = []

    def meanwhile(_descriptor: int) -> None:
        with pytest.raises(AstraVectorizeError) as caught:
            reload.up(state)
        refusals.append(caught.value.code)

    monkeypatch.setattr(os, "fsync", meanwhile)
    reload.up(state)

    assert set(refusals) == {"RELOAD_RUNNING"}
    assert reload.content.all() == expected(BGE_SMALL)
