"""Check and diff of a resource as tests ask for them: by what the program writes."""

from __future__ import annotations

from typing import Any

from pulumi_astra_vectorize import lifecycle as life

Written = dict[str, Any]

LIBRARY = {"database_id": "id-library", "database_name": "library"}
"""Outputs of a resource in the database that is called library."""


def problems(lifecycle: life.Lifecycle[Any, Any], written: Written) -> dict[str, str]:
    """The reason for each property that has a problem, on the local target."""
    return {p.property: p.reason for p in life.validate(lifecycle, written, "local")}


def change(
    lifecycle: life.Lifecycle[Any, Any], before: Written, outputs: Written, after: Written
) -> str:
    """What a change of the program means: ``update: ...``, ``replace: ...``, or ``none``."""
    state = life.State(
        lifecycle.inputs_type.model_validate(before), lifecycle.outputs_type.model_validate(outputs)
    )
    found = lifecycle.diff(state, life.assumed_inputs(lifecycle, after, state.inputs))
    if found.replaces:
        order = "delete first" if found.same_place else "create first"
        return f"replace ({order}): {', '.join(sorted(found.replaces))}"
    return f"update: {', '.join(sorted(found.updates))}" if found.updates else "none"


def without(written: Written, *names: str) -> Written:
    """The program with some properties left out."""
    return {name: value for name, value in written.items() if name not in names}
