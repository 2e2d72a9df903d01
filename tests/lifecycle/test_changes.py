"""Each property of each resource changed once: the step that the documentation promises.

All changes are in one program, so that the engine has to run only twice: each case is a resource
of its own, written in two ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
import pytest

import pulumi_astra_vectorize as astra
from tests.lifecycle.programs import MODEL
from tests.lifecycle.servers import started_server
from tests.lifecycle.stacks import Outcome, Program, Stack, environment_of

Resource = Callable[..., object]
Settings = dict[str, Any]

SAME = "same"
UPDATE = "update"
REPLACE_ELSEWHERE = "create-replacement, replace, delete-replaced"
REPLACE_IN_PLACE = "delete-replaced, replace, create-replacement"

DATABASES = ("library", "archive", *(f"shelf_{number}" for number in range(10)))
SERVICE = {"provider": "huggingface", "model": MODEL, "token": "search-prod"}
OTHER_SERVICE = {**SERVICE, "token": "other"}
ID_OF_LIBRARY = "ID OF library"
"""Stands for what no table of cases can know."""


@dataclass(frozen=True)
class Case:
    """A resource before and after a change, and the steps that take it there."""

    name: str
    kind: Resource
    before: Settings
    after: Settings
    steps: str

    @property
    def resource(self) -> str:
        """The resource's name, which is also its name in the database."""
        return f"{self.kind.__name__}_{self.name}"


def _token(name: str, before: Settings, after: Settings, steps: str) -> Case:
    settings = {"secret": "hf_first_secret", "name": f"token-{name.replace('_', '-')}"}
    return Case(name, astra.UserAccessToken, settings | before, settings | after, steps)


def _scope(name: str, before: Settings, after: Settings, steps: str) -> Case:
    settings = {"token": "scoped", "integration": "huggingface", "databases": ["archive"]}
    return Case(name, astra.TokenScope, settings | before, settings | after, steps)


def _collection(name: str, before: Settings, after: Settings, steps: str, shelf: int = 0) -> Case:
    settings = {"database": f"shelf_{shelf}", "service": SERVICE}
    return Case(name, astra.Collection, settings | before, settings | after, steps)


def _table(name: str, before: Settings, after: Settings, steps: str) -> Case:
    settings = {
        "database": "library",
        "columns": {"id": "text", "other": "text", "n": "int"},
        "primary_key": "id",
    }
    return Case(name, astra.Table, settings | before, settings | after, steps)


def _column(name: str, before: Settings, after: Settings, steps: str) -> Case:
    settings = {"database": "library", "table": "wide", "service": SERVICE}
    return Case(name, astra.VectorColumn, settings | before, settings | after, steps)


CASES = [
    Case(
        "adopt",
        astra.Integration,
        {"provider": "openai"},
        {"provider": "openai", "adopt": True},
        UPDATE,
    ),
    Case(
        "provider",
        astra.Integration,
        {"provider": "mistral"},
        {"provider": "jinaAI"},
        REPLACE_ELSEWHERE,
    ),
    _token("secret", {}, {"secret": "hf_second_secret"}, UPDATE),
    _token(
        "secret_at_once",
        {"rotation": "in_place"},
        {"rotation": "in_place", "secret": "hf_second_secret"},
        UPDATE,
    ),
    _token("name", {}, {"name": "token-renamed"}, REPLACE_ELSEWHERE),
    _token("verify_secret", {}, {"verify_secret": False}, UPDATE),
    _token("force_destroy", {}, {"force_destroy": True}, UPDATE),
    _scope("databases", {}, {"databases": ["archive", "shelf_9"]}, UPDATE),
    _scope(
        "order", {"databases": ["archive", "shelf_9"]}, {"databases": ["shelf_9", "archive"]}, SAME
    ),
    _scope("name_by_id", {"databases": ["library"]}, {"databases": [ID_OF_LIBRARY]}, SAME),
    _scope(
        "token",
        {"databases": ["shelf_8"]},
        {"databases": ["shelf_8"], "token": "other"},
        REPLACE_ELSEWHERE,
    ),
    _scope("force_destroy", {}, {"force_destroy": True}, UPDATE),
    _collection("nothing", {}, {}, SAME),
    _collection("default_written", {}, {"metric": "cosine", "dimension": 384}, SAME),
    _collection("metric", {}, {"metric": "euclidean"}, REPLACE_IN_PLACE),
    _collection("source_model", {}, {"source_model": "bert"}, REPLACE_IN_PLACE, 1),
    _collection(
        "indexing",
        {"indexing": {"allow": ["a", "b"]}},
        {"indexing": {"deny": ["a"]}},
        REPLACE_IN_PLACE,
        1,
    ),
    _collection(
        "indexing_order",
        {"indexing": {"allow": ["a", "b"]}},
        {"indexing": {"allow": ["b", "a"]}},
        SAME,
        2,
    ),
    _collection("default_id", {}, {"default_id": "uuid"}, REPLACE_IN_PLACE, 2),
    _collection("token", {}, {"service": OTHER_SERVICE}, REPLACE_IN_PLACE, 3),
    _collection("service", {}, {"service": None, "dimension": 384}, REPLACE_IN_PLACE, 3),
    _collection(
        "dimension",
        {"service": None, "dimension": 2},
        {"service": None, "dimension": 3},
        REPLACE_IN_PLACE,
        4,
    ),
    _collection("name", {}, {"name": "renamed"}, REPLACE_ELSEWHERE, 4),
    _collection("database", {}, {"database": "shelf_6"}, REPLACE_ELSEWHERE, 5),
    _collection("adopt", {}, {"adopt": True}, UPDATE, 5),
    _collection("force_destroy", {}, {"force_destroy": True}, UPDATE, 6),
    _collection("name_by_id", {"database": "library"}, {"database": ID_OF_LIBRARY}, SAME),
    _table(
        "column_added",
        {},
        {"columns": {"id": "text", "other": "text", "n": "int", "x": "uuid"}},
        UPDATE,
    ),
    _table("column_dropped", {}, {"columns": {"id": "text", "other": "text"}}, UPDATE),
    _table(
        "column_retyped",
        {},
        {"columns": {"id": "text", "other": "text", "n": "text"}},
        REPLACE_IN_PLACE,
    ),
    _table(
        "column_in_long_form",
        {},
        {"columns": {"id": "text", "other": {"type": "text"}, "n": "int"}},
        SAME,
    ),
    _table("primary_key", {}, {"primary_key": "other"}, REPLACE_IN_PLACE),
    _table("primary_key_in_long_form", {}, {"primary_key": {"partition_by": ["id"]}}, SAME),
    _table(
        "sort_order",
        {"primary_key": {"partition_by": ["id"], "partition_sort": {"n": 1}}},
        {"primary_key": {"partition_by": ["id"], "partition_sort": {"n": -1}}},
        REPLACE_IN_PLACE,
    ),
    _table("name", {}, {"name": "renamed_table"}, REPLACE_ELSEWHERE),
    _table("database", {}, {"database": "archive"}, REPLACE_ELSEWHERE),
    _table("name_by_id", {}, {"database": ID_OF_LIBRARY}, SAME),
    _table("force_destroy", {}, {"force_destroy": True}, UPDATE),
    _column("token", {}, {"service": OTHER_SERVICE}, UPDATE),
    _column("service_removed", {}, {"service": None, "dimension": 384}, UPDATE),
    _column("service_added", {"service": None, "dimension": 384}, {}, UPDATE),
    _column("index_metric", {}, {"index": {"metric": "euclidean"}}, UPDATE),
    _column("index_source_model", {}, {"index": {"source_model": "bert"}}, UPDATE),
    _column("index_name", {}, {"index": {"name": "renamed_index"}}, UPDATE),
    _column("index_removed", {}, {"index": None}, UPDATE),
    _column("index_added", {"index": None}, {}, UPDATE),
    _column("default_dimension_written", {}, {"dimension": 384}, SAME),
    _column("name", {}, {"name": "renamed_column"}, REPLACE_ELSEWHERE),
    _column("name_by_id", {}, {"database": ID_OF_LIBRARY}, SAME),
    _column("force_destroy", {}, {"force_destroy": True}, UPDATE),
]

DOCUMENTED = [pytest.param(case, id=case.resource) for case in CASES]


@dataclass(frozen=True)
class Changed:
    """The stack after all changes, and what made them."""

    stack: Stack
    program: Program
    planned: Outcome
    made: Outcome


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Changed]:
    """Every case brought up as it was before, and then as it is after."""
    folder: Path = tmp_path_factory.mktemp("changes")
    with started_server(folder, DATABASES) as server:
        stack = Stack(folder, environment_of(server))
        library = server.databases["library"].id
        stack.up(lambda: _foundation_and([(case, case.before) for case in CASES], library))

        def after() -> None:
            _foundation_and([(case, case.after) for case in CASES], library)

        yield Changed(stack, after, stack.preview(after), stack.up(after))


@pytest.mark.parametrize("case", DOCUMENTED)
def test_a_change_is_the_step_that_the_documentation_promises(changed: Changed, case: Case) -> None:
    """Update in place, replacement in the promised order, or nothing at all."""
    assert changed.made.steps_of(case.resource) == case.steps


def test_preview_plans_what_up_does(changed: Changed) -> None:
    """Every step of `up` was in the preview, and no other."""
    assert changed.planned.steps == changed.made.steps


def test_after_the_changes_nothing_is_left_to_do(changed: Changed) -> None:
    """What was changed is on the server: refresh and another `up` find no difference."""
    assert changed.stack.refresh().steps == {}
    assert changed.stack.up(changed.program).steps == {}


def _foundation_and(cases: list[tuple[Case, Settings]], library: str) -> None:
    """Tokens for everything, a table for all columns, and each case on top of them."""
    integration = astra.Integration("hugging-face")
    foundation: list[pulumi.Resource] = [
        astra.Table("wide", database="library", columns={"id": "text"}, primary_key="id")
    ]
    for name in ("search-prod", "other", "scoped"):
        token = astra.UserAccessToken(name, integration=integration, secret="hf_foundation")
        used = DATABASES if name != "scoped" else DATABASES[:1]
        foundation.append(astra.TokenScope(f"{name}-scope", token=token, databases=used))
    options = pulumi.ResourceOptions(depends_on=foundation)
    for case, settings in cases:
        case.kind(case.resource, **_with_id(settings, library), opts=options)


def _with_id(settings: Settings, library: str) -> Settings:
    """The settings with the real id of the database "library"."""
    return {
        name: [library if item == ID_OF_LIBRARY else item for item in value]
        if isinstance(value, list)
        else library
        if value == ID_OF_LIBRARY
        else value
        for name, value in settings.items()
    }
