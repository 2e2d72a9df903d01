"""What the engine does with dynamic providers, small: order, diff, replacement, state as JSON.

Resources pass through the same hooks as in the real engine, with properties as the wire makes
them (every number a float, providers pickled into the state), but in this process: thousands of
deployments in minutes. tests/lifecycle runs the real engine.
"""

from __future__ import annotations

import base64
import json
import pickle
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

from pulumi.output import Unknown
from pulumi.runtime.rpc import UNKNOWN

from pulumi_astra_vectorize.api import target
from pulumi_astra_vectorize.engine import Provider
from pulumi_astra_vectorize.errors import AstraVectorizeError
from pulumi_astra_vectorize.properties import Bag
from pulumi_astra_vectorize.this_run import this_run
from tests.reliability.one_run import one_run

PROVIDER = "__provider"
UNKNOWN_VALUE: object = cast(Any, Unknown)()
"""What a hook is given, in preview, for an output that nobody can know yet."""


@dataclass(frozen=True)
class Reference:
    """An output of another resource, as an input."""

    resource: str
    output: str


@dataclass(frozen=True)
class Declared:
    """A resource as a program declares it; References may stand anywhere in its inputs."""

    provider: Provider
    inputs: Mapping[str, Any]


Program = Mapping[str, Declared]
"""Resources by name, each after those that it refers to."""


class Step(NamedTuple):
    """What was done, or is planned, to one resource."""

    operation: str
    resource: str


class CheckFailedError(Exception):
    """A program that the provider's ``check`` refuses."""


class StepFailedError(Exception):
    """An error of the provider, and the resource that it came from."""

    def __init__(self, resource: str, error: AstraVectorizeError) -> None:
        super().__init__(f"{resource}: {error}")
        self.resource = resource
        self.error = error


@dataclass
class Record:
    """A resource in the state."""

    name: str
    id: str
    inputs: Bag
    outputs: Bag
    references: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    doomed: bool = False


class MiniatureEngine:
    """One stack. Its state is JSON text, written after every step, as the engine's is."""

    def __init__(self, config: Mapping[str, str]) -> None:
        self.saved = "[]"
        self._config = config
        self._providers: dict[str, Provider] = {}

    def preview(self, program: Program) -> list[Step]:
        """The steps that ``up`` would take."""
        with one_run():
            return _Deployment(self, program, self._records(), preview=True).run()

    def up(self, program: Program) -> list[Step]:
        """Brings the stack to what the program says, and answers the steps."""
        with one_run():
            return _Deployment(self, program, self._records(), preview=False).run()

    def destroy(self) -> list[Step]:
        """Deletes everything in the state."""
        return self.up({})

    def refresh(self) -> dict[str, set[str]]:
        """Takes over what is there; answers the inputs that are new, by resource."""
        with one_run():
            records = self._records()
            changed = {record.name: self._refresh(record) for record in records}
            self.save([record for record in records if record.id])
        return {name: properties for name, properties in changed.items() if properties}

    def provider(self, properties: Bag) -> Provider:
        """The provider that is pickled into a resource, configured once in each operation."""
        pickled = properties[PROVIDER]
        if pickled not in self._providers:
            provider = cast(Provider, pickle.loads(base64.b64decode(pickled)))
            config = SimpleNamespace(config=SimpleNamespace(get=self._config.get))
            provider.configure(cast(Any, config))
            del sys.tracebacklimit  # set for the provider's own process
            self._providers[pickled] = provider
        return self._providers[pickled]

    def save(self, records: list[Record]) -> None:
        """Writes the state."""
        self.saved = json.dumps([asdict(record) for record in records])

    def _records(self) -> list[Record]:
        """The state; each operation starts as a process of its own, which has read nothing."""
        this_run.clear()
        target._clients.targets.clear()
        self._providers.clear()
        return [Record(**record) for record in json.loads(self.saved)]

    def _refresh(self, record: Record) -> set[str]:
        provider = self.provider(record.outputs)
        found = provider.read(record.id, record.outputs)
        if not found.id:
            record.id = ""
            return {"gone"}
        hidden = {PROVIDER: record.outputs[PROVIDER]}
        old = record.inputs
        record.inputs = on_the_wire({**(found.inputs or {}), **hidden})
        record.outputs = on_the_wire({**(found.outs or {}), **hidden})
        provider.diff(record.id, record.outputs, old)  # the engine asks for the way back
        names = record.inputs.keys() | old.keys()
        return {name for name in names if record.inputs.get(name) != old.get(name)}


class _Deployment:
    """One run of a program against the state."""

    def __init__(
        self, stack: MiniatureEngine, program: Program, records: list[Record], *, preview: bool
    ) -> None:
        self._stack, self._program, self._records = stack, program, records
        self._preview = preview
        self._steps: list[Step] = []

    def run(self) -> list[Step]:
        """Registers every resource, then deletes what is left over, youngest first."""
        for name, declared in self._program.items():
            with _failing_as(name):
                self._register(name, declared)
        for record in reversed(list(self._records)):
            if record.doomed or record.name not in self._program:
                with _failing_as(record.name):
                    self._delete(record)
        return self._steps

    def _register(self, name: str, declared: Declared) -> None:
        pickled = base64.b64encode(pickle.dumps(declared.provider)).decode()
        written = cast(Bag, self._resolved(declared.inputs)) | {PROVIDER: pickled}
        old = self._current(name)
        provider = self._stack.provider(written)
        result = provider.check(old.inputs if old else {}, on_the_wire(written))
        if result.failures:
            raise CheckFailedError([(name, f.property, f.reason) for f in result.failures])
        news = on_the_wire({**result.inputs, PROVIDER: pickled})
        record = self._brought_up(name, provider, old, news)
        record.references = {p: _names_in(v) for p, v in declared.inputs.items() if _names_in(v)}
        self._records.remove(record)
        self._records.append(record)  # the state is in the order of the program
        self._save()

    def _brought_up(self, name: str, provider: Provider, old: Record | None, news: Bag) -> Record:
        if old is None:
            return self._create(name, provider, news)
        found = provider.diff(old.id, old.outputs, news)
        if found.replaces:
            return self._replace(old, provider, news, delete_first=found.delete_before_replace)
        if found.changes:
            self._steps.append(Step("update", name))
            old.outputs = self._outputs(
                provider, news, lambda: provider.update(old.id, old.outputs, news).outs
            )
        old.inputs = news
        return old

    def _create(self, name: str, provider: Provider, news: Bag) -> Record:
        self._steps.append(Step("create", name))
        record = Record(name, "", news, {})

        def created() -> Bag:
            result = provider.create(news)
            record.id = result.id
            return cast(Bag, result.outs)

        record.outputs = self._outputs(provider, news, created)
        self._records.append(record)
        return record

    def _replace(
        self, old: Record, provider: Provider, news: Bag, *, delete_first: bool | None
    ) -> Record:
        if delete_first:
            self._drag_nobody_along(old)
            self._delete(old)
        else:
            old.doomed = True
        return self._create(old.name, provider, news)

    def _drag_nobody_along(self, old: Record) -> None:
        """The engine deletes dependents first whose diff calls the unknown a replacement."""
        for record in self._records:
            stale = {p for p, names in record.references.items() if old.name in names}
            if stale:
                unknown = record.inputs | dict.fromkeys(stale, UNKNOWN_VALUE)
                found = self._stack.provider(record.inputs).diff(record.id, record.outputs, unknown)
                assert not found.replaces, f"{record.name} would go with {old.name}"

    def _delete(self, record: Record) -> None:
        self._steps.append(Step("delete", record.name))
        if not self._preview:
            self._stack.provider(record.outputs).delete(record.id, record.outputs)
        self._records.remove(record)
        self._save()

    def _outputs(self, provider: Provider, news: Bag, done: Any) -> Bag:
        if self._preview:
            return {
                **dict.fromkeys(provider.rules.outputs_type.model_fields, UNKNOWN_VALUE),
                **news,
            }
        return cast(Bag, on_the_wire({**done(), PROVIDER: news[PROVIDER]}))

    def _current(self, name: str) -> Record | None:
        return next((r for r in self._records if r.name == name and not r.doomed), None)

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, Reference):
            record = self._current(value.resource)
            assert record is not None, value
            return record.outputs[value.output]
        if isinstance(value, Mapping):
            items = cast("Mapping[str, Any]", value).items()
            return {name: self._resolved(item) for name, item in items}
        if isinstance(value, list):
            return [self._resolved(item) for item in cast("list[Any]", value)]
        return value

    def _save(self) -> None:
        if not self._preview:
            self._stack.save(self._records)


@contextmanager
def _failing_as(resource: str) -> Iterator[None]:
    try:
        yield
    except AstraVectorizeError as error:
        raise StepFailedError(resource, error) from error


def on_the_wire(value: Any) -> Any:
    """A value as it arrives at the other side: numbers are floats, the unknown is an object."""
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        return {name: on_the_wire(item) for name, item in items}
    if isinstance(value, list):
        return [on_the_wire(item) for item in cast("list[Any]", value)]
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return UNKNOWN_VALUE if value == UNKNOWN else value


def _names_in(value: Any) -> list[str]:
    """The resources that an input refers to."""
    if isinstance(value, Reference):
        return [value.resource]
    if isinstance(value, Mapping):
        return [n for item in cast("Mapping[str, Any]", value).values() for n in _names_in(item)]
    if isinstance(value, list):
        return [name for item in cast("list[Any]", value) for name in _names_in(item)]
    return []
