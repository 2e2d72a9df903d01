"""TokenScope: what a program may write, and what a change of it means."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize.resources.token_scope import (
    TokenScopeInputs,
    TokenScopeLifecycle,
    TokenScopeOutputs,
)
from pulumi_astra_vectorize.unknowns import UNKNOWN
from tests.unit.integrations_fake import Handler, IntegrationsFake, fresh_target
from tests.unit.resource_cases import Written, change, problems, without

SCOPE = TokenScopeLifecycle()
WRITTEN: Written = {
    "integration": "huggingface",
    "token": "search-prod",
    "generation": "generation-1",
    "databases": ["library", "id-archive"],
}
OUTPUTS = {
    "scoped_databases": [
        {"written": "library", "id": "id-library", "name": "library"},
        {"written": "id-archive", "id": "id-archive", "name": "archive"},
    ]
}


def test_names_and_ids_are_right() -> None:
    """A database is named by its name or its id."""
    assert problems(SCOPE, WRITTEN) == {}


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"databases": []}, "databases"),
        ({"databases": ["library", ""]}, "databases[1]"),
        ({"databases": ["library", "archive", "library"]}, "databases[2]"),
        ({"databases": ["library", 5]}, "databases[1]"),
        ({"databases": "library"}, "databases"),
        ({"token": "-search"}, "token"),
        ({"integration": "nobody"}, "integration"),
    ],
)
def test_problem_names_its_property(changes: Written, path: str) -> None:
    """Vendor's page, step 6.3: at least one database, each once."""
    assert set(problems(SCOPE, {**WRITTEN, **changes})) == {path}


@pytest.mark.parametrize("databases", [UNKNOWN, [UNKNOWN], ["library", UNKNOWN, UNKNOWN]])
def test_unknown_databases_are_no_problem(databases: Any) -> None:
    """Neither too few nor twice the same, as long as preview cannot know."""
    assert problems(SCOPE, {**WRITTEN, "databases": databases}) == {}


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({}, "none"),
        ({"databases": ["id-archive", "library"]}, "none"),
        ({"databases": ["id-library", "archive"]}, "none"),
        ({"databases": ["library", UNKNOWN]}, "none"),
        ({"exclusive": False}, "none"),
        ({"databases": ["library"]}, "update: databases"),
        ({"databases": ["library", "id-archive", "third"]}, "update: databases"),
        ({"databases": ["library", "id-archive", UNKNOWN, "third"]}, "update: databases"),
        ({"exclusive": True}, "update: exclusive"),
        ({"force_destroy": True}, "update: force_destroy"),
        ({"generation": "generation-2"}, "update: generation"),
        (
            {"generation": "generation-2", "databases": ["id-library", "archive"]},
            "update: generation",
        ),
        ({"token": "other"}, "replace (create first): token"),
        ({"integration": "openai"}, "replace (create first): integration"),
    ],
)
def test_change(changes: Written, step: str) -> None:
    """A scope is a set of databases, whatever the program calls them and in whatever order."""
    assert change(SCOPE, WRITTEN, OUTPUTS, {**WRITTEN, **changes}) == step


def test_another_scope_s_database_that_is_gone_stops_nothing(network: list[Handler]) -> None:
    """What the other one holds is compared as its state and its program have it."""
    fake = IntegrationsFake()
    fake.add("search-prod", "hf_secret", ["id-library", "id-archive"])
    network.append(fake)
    inputs = TokenScopeInputs(token="search-prod", databases=["nowhere"])
    state = life.State(
        TokenScopeInputs.model_validate(WRITTEN), TokenScopeOutputs.model_validate(OUTPUTS)
    )

    SCOPE.leave_to([life.State(inputs, TokenScopeOutputs())], state, fresh_target())

    assert fake.calls


@pytest.mark.parametrize(
    ("databases", "taken"),
    [
        (["library"], True),
        (["id-library", "archive"], False),
        (["id-archive", "id-library", "new"], False),
    ],
)
def test_what_another_scope_of_the_token_gives_up(databases: list[str], *, taken: bool) -> None:
    """A database that stays under its other name, or a new one, is nothing that is taken away."""
    before = life.State(
        TokenScopeInputs.model_validate(WRITTEN), TokenScopeOutputs.model_validate(OUTPUTS)
    )
    after = TokenScopeInputs.model_validate({**WRITTEN, "databases": databases})
    assert SCOPE.taken(before, before, after) is taken


def test_name_of_a_token_that_another_stack_owns() -> None:
    """With a plain name there is no generation to watch."""
    before = without(WRITTEN, "generation")

    assert change(SCOPE, before, OUTPUTS, WRITTEN) == "update: generation"
    assert change(SCOPE, before, OUTPUTS, before) == "none"
