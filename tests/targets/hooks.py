"""The provider's hooks as the engine calls them, on plain dictionaries, in this process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pulumi_astra_vectorize.api.target import Target, current_target
from pulumi_astra_vectorize.configuration import load_configuration, use_configuration
from pulumi_astra_vectorize.engine import Provider
from pulumi_astra_vectorize.properties import Bag
from pulumi_astra_vectorize.this_run import this_run


@dataclass(frozen=True)
class Held:
    """A resource in the state: its inputs as checked, its id, and all that ``create`` said."""

    provider: Provider
    inputs: Bag
    id: str
    outputs: Bag


class Hooks:
    """One stack's provider, configured once."""

    def __init__(self, config: Mapping[str, str]) -> None:
        self.config = dict(config)
        self.configure()

    def configure(self, **more: str) -> None:
        """Sets keys of the package's Pulumi config, as a new run would read them."""
        self.config |= more
        by_key = {f"astra-vectorize:{key}": value for key, value in self.config.items()}
        use_configuration(load_configuration(by_key.get))

    @property
    def target(self) -> Target:
        """The clients of this run."""
        return current_target()

    def problems(self, provider: Provider, /, **inputs: Any) -> dict[str, str]:
        """What ``check`` has against the inputs."""
        failures = provider.check({}, inputs).failures
        return {failure.property: failure.reason for failure in failures}

    def create(self, provider: Provider, /, **inputs: Any) -> Held:
        """Checks and creates."""
        checked = self._checked(provider, inputs)
        made = provider.create(checked)
        return Held(provider, checked, made.id, dict(made.outs or {}))

    def read(self, held: Held) -> Held | None:
        """What a refresh takes over; None when the resource is gone."""
        found = held.provider.read(held.id, held.outputs)
        if not found.id:
            return None
        return replace(held, inputs=dict(found.inputs or {}), outputs=dict(found.outs or {}))

    def get(self, provider: Provider, identifier: str) -> Held:
        """What a program sees that only looks, by the id alone."""
        found = provider.read(identifier, {})
        return Held(provider, dict(found.inputs or {}), identifier, dict(found.outs or {}))

    def is_unchanged(self, held: Held) -> bool:
        """Whether a refresh, and a preview after it, find nothing to say."""
        found = self.read(held)
        same = found is not None and found.inputs == held.inputs
        return same and not held.provider.diff(held.id, held.outputs, held.inputs).changes

    def update(self, held: Held, /, **inputs: Any) -> Held:
        """Changes inputs in place, in another run; None takes one back.

        A change that replaces is a failed test.
        """
        this_run.clear()
        written = {k: v for k, v in {**held.inputs, **inputs}.items() if v is not None}
        checked = self._checked(held.provider, written)
        difference = held.provider.diff(held.id, held.outputs, checked)
        assert difference.changes, "the diff says that there is nothing to update"
        assert not difference.replaces, difference.replaces
        outputs = held.provider.update(held.id, held.outputs, checked).outs
        return replace(held, inputs=checked, outputs=dict(outputs or {}))

    def delete(self, held: Held) -> None:
        """Deletes it, in another run: what a run creates it does not delete."""
        this_run.clear()
        held.provider.delete(held.id, held.outputs)

    def _checked(self, provider: Provider, inputs: Bag) -> Bag:
        result = provider.check({}, inputs)
        assert not result.failures, self.problems(provider, **inputs)
        return dict(result.inputs)
