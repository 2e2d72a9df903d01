"""Pulumi's bags of properties in the lifecycle's words, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pulumi.output import Unknown as PulumiUnknown
from pulumi.runtime.rpc import UNKNOWN as UNKNOWN_ON_THE_WIRE

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize.unknowns import UNKNOWN

Bag = dict[str, Any]
"""Properties as Pulumi hands them over."""


def properties_of(props: Bag) -> Bag:
    """A whole bag of properties, in the lifecycle's words."""
    return cast(Bag, _inward(props))


def _inward(value: object) -> object:
    """Pulumi's values in the lifecycle's words; its own hidden members stay behind."""
    if isinstance(value, str):  # most are, and a refresh converts thousands
        return UNKNOWN if value == UNKNOWN_ON_THE_WIRE else value
    if isinstance(value, PulumiUnknown):
        return UNKNOWN
    if isinstance(value, Mapping):
        items = cast("Mapping[str, object]", value).items()
        return {k: _inward(v) for k, v in items if k != "__provider" and v is not None}
    if isinstance(value, list):
        return [_inward(item) for item in cast("list[object]", value)]
    if isinstance(value, float) and value.is_integer():
        return int(value)  # the wire knows only floats
    return value


def unknowns_on_the_wire(value: Any) -> Any:
    """A value as a check may answer with it: the program's unknowns as text."""
    if isinstance(value, PulumiUnknown):
        return UNKNOWN_ON_THE_WIRE
    if isinstance(value, dict):
        return {k: unknowns_on_the_wire(v) for k, v in cast(Bag, value).items()}
    if isinstance(value, list):
        return [unknowns_on_the_wire(item) for item in cast("list[Any]", value)]
    return value


def outward(inputs: life.Inputs, outputs: life.Outputs) -> Bag:
    """What Pulumi keeps of a resource: what was written, and what came of it."""
    return {**inputs.model_dump(exclude_unset=True), **outputs.model_dump(exclude_none=True)}
