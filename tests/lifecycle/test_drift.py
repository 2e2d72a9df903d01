"""Each readable property changed behind Pulumi's back: refresh shows it, `up` repairs it.

All drift is made at once: each case is a resource of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import pulumi_astra_vectorize as astra
from tests.lifecycle.programs import MODEL, TOKEN_NAME, minilm
from tests.lifecycle.servers import JsonObject, Server, started_server
from tests.lifecycle.stacks import Outcome, Stack, environment_of

BY_SOMEBODY_ELSE = {
    "provider": "huggingface",
    "modelName": MODEL,
    "authentication": {"providerKey": "other"},
}
METRIC = {"metric": "euclidean"}


@dataclass(frozen=True)
class Drift:
    """What somebody does to a resource, the inputs in which it shows, and the step that repairs."""

    resource: str
    done: Callable[[Server], object]
    shown: set[str]
    repaired_by: str


def _collection_becomes(name: str, options: JsonObject) -> Callable[[Server], object]:
    def recreate(server: Server) -> None:
        server.command("deleteCollection", {"name": name})
        server.command("createCollection", {"name": name, "options": options})

    return recreate


def _index_becomes(column: str, definition: JsonObject | None) -> Callable[[Server], object]:
    def recreate(server: Server) -> None:
        name = f"wide_{column}_index"
        server.command("dropIndex", {"name": name})
        if definition is not None:
            whole = {"name": name, "definition": {"column": column, "options": definition}}
            server.command("createVectorIndex", whole, "wide")

    return recreate


def _alter(table: str, operation: str, columns: Any) -> Callable[[Server], object]:
    return lambda server: server.alter_table(table, operation, columns)


def _recreate_table(server: Server) -> None:
    server.command("dropTable", {"name": "keyed"})
    definition = {"columns": {"id": "text", "n": "int"}, "primaryKey": "n"}
    server.command("createTable", {"name": "keyed", "definition": definition})


IN_PLACE = "delete-replaced, replace, create-replacement"
SERVICE = {**BY_SOMEBODY_ELSE, "authentication": {"providerKey": TOKEN_NAME}}

DRIFTS = [
    Drift(
        "open-scope",
        lambda server: server.remove_from_scope("open", "archive"),
        {"databases"},
        "update",
    ),
    Drift(
        "exclusive-scope",
        lambda server: server.add_to_scope("exclusive", "archive"),
        {"databases"},
        "update",
    ),
    Drift(
        "metric",
        _collection_becomes("metric", {"vector": {"service": SERVICE, **METRIC}}),
        {"metric"},
        IN_PLACE,
    ),
    Drift(
        "dimension",
        _collection_becomes("dimension", {"vector": {"dimension": 3}}),
        {"dimension"},
        IN_PLACE,
    ),
    Drift(
        "service",
        _collection_becomes("service", {"vector": {"service": BY_SOMEBODY_ELSE}}),
        {"service"},
        IN_PLACE,
    ),
    Drift(
        "source_model",
        _collection_becomes(
            "source_model",
            {"vector": {"service": SERVICE, "sourceModel": "bert", "metric": "cosine"}},
        ),
        {"source_model"},
        IN_PLACE,
    ),
    Drift(
        "indexing",
        _collection_becomes(
            "indexing", {"vector": {"service": SERVICE}, "indexing": {"deny": ["long"]}}
        ),
        {"indexing"},
        IN_PLACE,
    ),
    Drift(
        "default_id",
        _collection_becomes(
            "default_id", {"vector": {"service": SERVICE}, "defaultId": {"type": "uuid"}}
        ),
        {"default_id"},
        IN_PLACE,
    ),
    Drift("column_dropped", _alter("column_dropped", "drop", ["n"]), {"columns"}, "update"),
    Drift("column_added", _alter("column_added", "add", {"extra": "uuid"}), {"columns"}, "update"),
    Drift("keyed", _recreate_table, {"primary_key"}, IN_PLACE),
    Drift(
        "service_removed",
        _alter("wide", "dropVectorize", ["service_removed"]),
        {"service"},
        "update",
    ),
    Drift(
        "service_changed",
        _alter("wide", "addVectorize", {"service_changed": BY_SOMEBODY_ELSE}),
        {"service"},
        "update",
    ),
    Drift(
        "service_added",
        _alter("wide", "addVectorize", {"service_added": BY_SOMEBODY_ELSE}),
        {"service"},
        "update",
    ),
    Drift("index_dropped", _index_becomes("index_dropped", None), {"index"}, "update"),
    Drift("index_metric", _index_becomes("index_metric", METRIC), {"index"}, "update"),
    Drift(
        "index_added",
        lambda server: server.command(
            "createVectorIndex",
            {"name": "by_hand", "definition": {"column": "index_added"}},
            "wide",
        ),
        {"index"},
        "update",
    ),
]
EACH = [pytest.param(drift, id=drift.resource) for drift in DRIFTS]


def program() -> None:
    """A resource for each drift."""
    integration = astra.Integration("hugging-face")
    main = astra.UserAccessToken(
        "main", integration=integration, name=TOKEN_NAME, secret="hf_main_secret"
    )
    service = minilm(astra.TokenScope("main-scope", token=main, databases=["library"]).token)
    for name, exclusive in (("open", False), ("exclusive", True)):
        token = astra.UserAccessToken(name, integration=integration, secret="hf_scoped_secret")
        databases = ["library"] if exclusive else ["library", "archive"]
        astra.TokenScope(f"{name}-scope", token=token, databases=databases, exclusive=exclusive)
    for name in ("metric", "service", "source_model", "indexing", "default_id"):
        astra.Collection(name, database="library", service=service)
    astra.Collection("dimension", database="library", dimension=2)
    columns = {"id": "text", "n": "int"}
    for name in ("column_dropped", "column_added", "keyed"):
        astra.Table(name, database="library", columns=columns, primary_key="id")
    wide = astra.Table("wide", database="library", columns=columns, primary_key="id")
    for name in ("service_removed", "service_changed", "index_dropped", "index_metric"):
        astra.VectorColumn(name, database="library", table=wide, service=service)
    astra.VectorColumn("service_added", database="library", table=wide, dimension=384)
    astra.VectorColumn("index_added", database="library", table=wide, dimension=2, index=None)


@dataclass(frozen=True)
class Drifted:
    """What the engine said after somebody else had changed everything."""

    stack: Stack
    refreshed: Outcome
    repaired: Outcome


@pytest.fixture(scope="module")
def drifted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drifted]:
    """Everything brought up, changed by somebody else, refreshed, and brought up again."""
    folder: Path = tmp_path_factory.mktemp("drift")
    with started_server(folder) as server:
        stack = Stack(folder, environment_of(server))
        stack.up(program)
        server.add_token("other", "hf_by_somebody_else", "library")
        for drift in DRIFTS:
            drift.done(server)
        yield Drifted(stack, stack.refresh(), stack.up(program))


@pytest.mark.parametrize("drift", EACH)
def test_refresh_shows_the_property_that_drifted(drifted: Drifted, drift: Drift) -> None:
    """Exactly the inputs that no longer say what is there."""
    assert drifted.refreshed.drifted.get(drift.resource) == drift.shown


@pytest.mark.parametrize("drift", EACH)
def test_up_repairs_the_drift(drifted: Drifted, drift: Drift) -> None:
    """In place where the property can change in place."""
    assert drifted.repaired.steps_of(drift.resource) == drift.repaired_by


def test_what_did_not_drift_is_left_alone(drifted: Drifted) -> None:
    """Neither refresh nor the repair touches anything else."""
    touched = {drift.resource for drift in DRIFTS}
    assert set(drifted.refreshed.steps) == touched
    assert set(drifted.repaired.steps) == touched


def test_after_the_repair_there_is_no_drift(drifted: Drifted) -> None:
    """A refresh finds everything as the program says."""
    assert drifted.stack.refresh().steps == {}
