"""One change of each input, put to the diffs: what docs/resources.md says that it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pulumi_astra_vectorize import lifecycle as life

OUTPUTS = {"database_id": "id", "database_name": "library", "effective_dimension": 384}
"""What a resource that is there has found out."""

MODEL = "sentence-transformers/all-MiniLM-L6-v2"
SERVICE = {"provider": "huggingface", "model": MODEL, "token": "search"}


@dataclass(frozen=True)
class Change:
    """An input's old and new value, in a program that is otherwise the same."""

    program: life.Properties
    name: str
    value: Any
    said: str = ""
    """What of the input changes, where it is not all of it."""
    refused: str = ""
    """Where the update itself is refused: what to do instead."""

    def meaning(self, rules: life.Lifecycle[Any, Any]) -> str:
        """In the words of the page."""
        inputs = rules.inputs_type
        state = life.State(
            inputs.model_validate(self.program), rules.outputs_type.model_validate(OUTPUTS)
        )
        changed = inputs.model_validate({**self.program, self.name: self.value})
        found = rules.diff(state, changed)
        if self.name not in found.updates | found.replaces:
            raise AssertionError(f"{self.name}: the diff takes no notice of {self.value!r}")
        step = "replaced" if self.name in found.replaces else "in place"
        step = f"refused: {self.refused}" if self.refused else step
        return f"{self.said}: {step}" if self.said else step


IN_DATABASE = {"database": "library", "keyspace": "default_keyspace", "name": "notes"}
PROGRAMS: dict[str, life.Properties] = {
    "Keyspace": {"database": "library", "name": "notes"},
    "Integration": {"provider": "huggingface"},
    "UserAccessToken": {"integration": "huggingface", "name": "search", "secret": "hf_old"},
    "TokenScope": {"integration": "huggingface", "token": "search", "databases": ["library"]},
    "Collection": {**IN_DATABASE, "service": SERVICE},
    "Table": {**IN_DATABASE, "columns": {"id": "text", "title": "text"}, "primary_key": "id"},
    "VectorColumn": {**IN_DATABASE, "table": "books", "service": SERVICE, "index": {}},
}
"""A program of each resource."""

OTHER_VALUES: dict[str, Any] = {
    "adopt": True,
    "database": "archive",
    "databases": ["library", "archive"],
    "default_id": "uuid",
    "exclusive": True,
    "force_destroy": True,
    "index": {"metric": "euclidean"},
    "indexing": {"deny": ["raw"]},
    "integration": "openai",
    "keyspace": "other",
    "lexical": {"enabled": True},
    "metric": "euclidean",
    "name": "other",
    "on_change": "reload",
    "provider": "openai",
    "reload_from": "title",
    "rerank": {"enabled": True},
    "rotation": "in_place",
    "secret": "hf_new",
    "secret_version": "2",
    "service": {**SERVICE, "token": "other"},
    "source_model": "openai-v3-small",
    "table": "other",
    "target": "eu",
    "token": "other",
    "verify_secret": False,
}
"""Another value of each input, which is a change wherever the input is."""


def changes_of(resource: str) -> dict[str, list[Change]]:
    """The changes of each input of one resource."""
    program = PROGRAMS[resource]
    changes = {name: [Change(program, name, value)] for name, value in OTHER_VALUES.items()}
    return {**changes, **_special_changes(program).get(resource, {})}


def _special_changes(program: life.Properties) -> dict[str, dict[str, list[Change]]]:
    """Inputs whose changes differ in what they mean, or have no value that fits all resources."""
    columns, reloaded = program.get("columns", {}), {**program, "on_change": "reload"}
    retyped, key = {**columns, "title": "int"}, {"partition_by": ["id"], "partition_sort": []}
    return {
        "Collection": {
            name: [
                Change(program, name, value),
                Change(reloaded, name, value, 'with `on_change="reload"`'),
            ]
            for name, value in {**_definition(), "dimension": 512}.items()
        },
        "Table": {
            "columns": [
                Change(program, "columns", {**columns, "year": "int"}, "columns come and go"),
                Change(program, "columns", retyped, "another type"),
            ],
            "primary_key": [
                Change(program, "primary_key", {**key, "partition_sort": [{"title": 1}]})
            ],
        },
        "VectorColumn": {
            "dimension": [Change(program, "dimension", 1024, refused="give it another name")]
        },
    }


def _definition() -> dict[str, Any]:
    """What of a collection is fixed for life."""
    fixed = ("service", "metric", "source_model", "indexing", "default_id", "lexical", "rerank")
    return {name: OTHER_VALUES[name] for name in fixed}
