"""Wrong inputs: all problems at once, each with its property, and nothing is created."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pulumi_astra_vectorize as astra
from tests.lifecycle.stacks import Stack, environment_of

UNKNOWN_MODEL = {"provider": "huggingface", "model": "no-such-model", "token": "-wrong-"}

WRONG: list[tuple[Callable[..., object], dict[str, Any], dict[str, str]]] = [
    (astra.Integration, {"provider": "no-such-provider"}, {"provider": "UNKNOWN_PROVIDER"}),
    (
        astra.UserAccessToken,
        {"name": "-wrong-", "secret": "", "integration": "no-such-provider"},
        {"name": "INVALID_NAME", "secret": "EMPTY_INPUT", "integration": "UNKNOWN_PROVIDER"},
    ),
    (
        astra.UserAccessToken,
        {"name": "a" * 51, "secret": "hf_secret_value"},
        {"name": "INVALID_NAME"},
    ),
    (
        astra.TokenScope,
        {"token": "wrong-", "databases": []},
        {"token": "INVALID_NAME", "databases": "EMPTY_INPUT"},
    ),
    (
        astra.TokenScope,
        {"token": "right", "databases": ["library", "", "library"]},
        {"databases[1]": "EMPTY_INPUT", "databases[2]": "DUPLICATE_ITEM"},
    ),
    (
        astra.Collection,
        {
            "database": "",
            "keyspace": "a-b",
            "name": "n" * 49,
            "service": UNKNOWN_MODEL,
            "metric": "manhattan",
            "source_model": "word2vec",
            "default_id": "serial",
            "on_change": "never",
            "indexing": {"allow": ["a", "a"]},
        },
        {
            "database": "EMPTY_INPUT",
            "keyspace": "INVALID_NAME",
            "name": "INVALID_NAME",
            "service.model": "INVALID_MODEL",
            "service.token": "INVALID_NAME",
            "metric": "INVALID_CHOICE",
            "source_model": "INVALID_CHOICE",
            "default_id": "INVALID_CHOICE",
            "on_change": "INVALID_CHOICE",
            "indexing.allow[1]": "DUPLICATE_ITEM",
        },
    ),
    (
        astra.Collection,
        {
            "database": "library",
            "service": {
                "provider": "huggingface",
                "model": "sentence-transformers/all-MiniLM-L6-v2",
                "token": "search-prod",
            },
            "dimension": 385,
        },
        {"dimension": "INVALID_DIMENSION"},
    ),
    (
        astra.Table,
        {"database": "library", "name": "", "columns": {"id": "words"}, "primary_key": "key"},
        {
            "name": "INVALID_NAME",
            "columns.id": "INVALID_COLUMN",
            "primary_key": "INVALID_PRIMARY_KEY",
        },
    ),
    (
        astra.VectorColumn,
        {"database": "library", "table": "a-b", "index": {"metric": "manhattan"}},
        {"table": "INVALID_NAME", "dimension": "MISSING_INPUT", "index.metric": "INVALID_CHOICE"},
    ),
]


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """A stack without any server: wrong inputs are found without asking anybody."""
    folder: Path = tmp_path_factory.mktemp("check")
    return Stack(folder, environment_of(None))


@pytest.mark.parametrize(("kind", "settings", "codes"), WRONG)
def test_each_problem_is_named_with_its_property(
    offline: Stack, kind: Callable[..., object], settings: dict[str, Any], codes: dict[str, str]
) -> None:
    """All at once, never the first only, each with its code; preview refuses already."""
    failure = offline.refused_preview(lambda: kind("wrong", **settings))
    assert {_property(line): _code(line) for line in failure.problems} == codes


def _property(line: str) -> str:
    """A secret's stands in the reason: the engine would show the value."""
    place, reason = line.split(" has a problem: ")
    return (
        reason.split("`")[1] if "property " not in place else place.split("property ")[1].split()[0]
    )


def _code(line: str) -> str:
    return line.split(" has a problem: [")[1].split("]", maxsplit=1)[0]


def test_database_beside_a_keyspace_of_another_one_is_refused(offline: Stack) -> None:
    """At the first preview, which does not know the keyspace's id yet, nor asks anybody."""

    def program() -> None:
        shelves = astra.Keyspace("shelves", database="library")
        astra.Collection("right", database="library", keyspace=shelves)
        astra.Collection("wrong", database="archive", keyspace=shelves)

    problems = offline.refused_preview(program).problems
    assert {_property(line) for line in problems} == {"database"}
    assert all("'archive'" in line and "'library'" in line for line in problems)


def test_nothing_is_created_beside_a_wrong_resource(offline: Stack) -> None:
    """One wrong name stops the whole `up` before its first step."""

    def program() -> None:
        astra.UserAccessToken("wrong", name="-wrong-", secret="hf_secret_value")

    assert "Traceback" not in offline.refused_up(program).text
    assert offline.resources() == {}


def test_a_secret_where_a_name_belongs_is_not_shown(offline: Stack) -> None:
    """Neither is it anywhere in the state afterwards."""
    secret = "hf_" + "aB3" * 11

    def program() -> None:
        service = astra.EmbeddingService("huggingface", "intfloat/e5-small-v2", token=secret)
        astra.TokenScope("scope", token=secret, databases=["library"])
        astra.Collection("notes", database="library", service=service)

    refused = offline.refused_up(program)
    assert refused.text.count("[INVALID_SECRET]") >= 1
    assert secret not in refused.text
    assert secret not in offline.exported()
