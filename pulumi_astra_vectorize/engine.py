"""The adapter between the lifecycle and pulumi.dynamic: secrets, unknowns, pickling, errors.

The only file that imports pulumi.dynamic. The provider object is pickled into every resource's
state by reference to its class: classes derived from ``Provider`` hold no attributes of their
instances, and never move to another module.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from functools import wraps
from inspect import get_annotations
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from pulumi import Input, Output, ResourceOptions
from pulumi import dynamic as pulumi_dynamic
from pulumi.output import Unknown as PulumiUnknown
from pulumi.runtime.rpc import UNKNOWN as UNKNOWN_ON_THE_WIRE

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize.errors import AstraVectorizeError, UnreachableError

Bag = dict[str, Any]
"""Properties as Pulumi hands them over."""

_read_in_this_run: set[tuple[type, str | None, str]] = set()
"""What a refresh has read, by target and id: it then asks for the diff back to the old inputs,
where refusing a replacement would only fail the refresh."""

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.target import Target
    from pulumi_astra_vectorize.configuration import Configuration
    from pulumi_astra_vectorize.settings import Settings

HookT = TypeVar("HookT", bound=Callable[..., Any])


def _speaks_plainly(hook: HookT) -> HookT:
    """A user's mistake is one line; a bug of ours also prints where it happened."""

    @wraps(hook)
    def speaking(*arguments: object) -> object:
        try:
            return hook(*arguments)
        except AstraVectorizeError as error:
            raise error.with_traceback(None) from None
        except Exception as error:
            traceback.print_exception(error, limit=50, file=sys.stderr)
            raise

    return cast(HookT, speaking)


class Provider(pulumi_dynamic.ResourceProvider):
    """One resource's rules as Pulumi calls them."""

    serialize_as_secret_always = False  # nothing secret is in a class's name
    rules: ClassVar[life.Lifecycle[Any, Any]]

    @_speaks_plainly
    def configure(self, req: pulumi_dynamic.ConfigureRequest) -> None:
        sys.tracebacklimit = 0  # the SDK would show the user a whole traceback
        from pulumi_astra_vectorize.configuration import load_configuration, use_configuration

        use_configuration(load_configuration(req.config.get))

    @_speaks_plainly
    def check(self, _olds: Bag, news: Bag) -> pulumi_dynamic.CheckResult:
        written = _properties(news)
        name = written.get("target")
        if name is not None and (wrong := _configuration().problem(name)):
            failures = [pulumi_dynamic.CheckFailure("target", wrong)]
            return pulumi_dynamic.CheckResult(_unknowns_on_the_wire(news), failures)
        kind = _settings(name).target
        problems = life.validate(self.rules, written, kind)
        failures = [pulumi_dynamic.CheckFailure(p.property, p.reason) for p in problems]
        stored = dict(self.rules.stored(news, kind))
        return pulumi_dynamic.CheckResult(_unknowns_on_the_wire(stored), failures)

    @_speaks_plainly
    def diff(self, _id: str, _olds: Bag, _news: Bag) -> pulumi_dynamic.DiffResult:
        news = _properties(_news)
        old = self._state(_olds)
        state = _on_the_same_target(old, news.get("target"))
        change = self.rules.diff(state, life.assumed_inputs(self.rules, news, state.inputs))
        updates = change.updates | {s for s in self.rules.stamps if news.get(s) is life.UNKNOWN}
        unfinished = self.rules.unfinished(state, _settings(state.inputs.target))
        if change.replaces and (type(self), old.inputs.target, _id) not in _read_in_this_run:
            with suppress(UnreachableError), _target(state.inputs.target) as target:
                self.rules.refuse_loss(state, target)  # without the server, only the plan is shown
        return pulumi_dynamic.DiffResult(
            changes=bool(updates or change.replaces or unfinished or state is not old),
            replaces=sorted(change.replaces),
            delete_before_replace=bool(change.replaces) and change.same_place,
        )

    @_speaks_plainly
    def create(self, props: Bag) -> pulumi_dynamic.CreateResult:
        inputs = self._inputs(_inward(props))
        with _target(inputs.target) as target:
            identifier, outputs = self.rules.create(inputs, target)
        return pulumi_dynamic.CreateResult(identifier, _outward(inputs, outputs))

    @_speaks_plainly
    def read(self, id_: str, props: Bag) -> pulumi_dynamic.ReadResult:
        before = self._state(props)
        _read_in_this_run.add((type(self), before.inputs.target, id_))
        with _target(before.inputs.target) as target:
            state = self.rules.read(before, target)
        if state is None:
            return pulumi_dynamic.ReadResult("", {})
        inputs = state.inputs.model_dump(exclude_unset=True)
        return pulumi_dynamic.ReadResult(id_, _outward(state.inputs, state.outputs), inputs)

    @_speaks_plainly
    def update(self, _id: str, _olds: Bag, _news: Bag) -> pulumi_dynamic.UpdateResult:
        inputs = self._inputs(_inward(_news))
        with _target(inputs.target) as target:
            outputs = self.rules.update(self._state(_olds), inputs, target)
        return pulumi_dynamic.UpdateResult(_outward(inputs, outputs))

    @_speaks_plainly
    def delete(self, _id: str, _props: Bag) -> None:
        state = self._state(_props)
        with _target(state.inputs.target) as target:
            self.rules.delete(state, target)

    def _inputs(self, properties: object) -> life.ResourceInputs:
        return self.rules.inputs_type.model_validate(properties)

    def _state(self, props: Bag) -> life.State[Any, Any]:
        kept = _properties(props)
        written = {k: v for k, v in kept.items() if k in self.rules.inputs_type.model_fields}
        return life.State(self._inputs(written), self.rules.outputs_type.model_validate(kept))


class Resource(pulumi_dynamic.Resource):
    """A resource of this package: inputs as written, outputs by name."""

    target: Output[str | None]
    """The target's name in the configuration; None is the one that needs no name."""
    asked_for: str | None
    """The same, known while the program runs."""

    def __init__(
        self,
        provider: Provider,
        resource_name: str,
        inputs: Mapping[str, Any],
        opts: ResourceOptions | None,
    ) -> None:
        self.asked_for = inputs["target"]
        written = {name: value for name, value in inputs.items() if value is not None}
        awaited = dict.fromkeys(_declared_by(type(self)))
        super().__init__(provider, resource_name, {**awaited, **written}, opts)


def _declared_by(kind: type[Resource]) -> set[str]:
    """The names of a resource's outputs, and of nothing else: whenever something arrives, Pulumi
    looks through all that is still waited for."""
    classes = [it for it in kind.__mro__ if issubclass(it, Resource)]
    return {name for it in classes for name in get_annotations(it)} - {"asked_for"}


def target_input(target: str | None, *handed_over: object) -> str | None:
    """A target as the program wrote it, or else that of a resource that was handed over."""
    others = [other.asked_for for other in handed_over if isinstance(other, Resource)]
    return next((name for name in (target, *others) if name is not None), None)


def secret_input(value: Input[str]) -> Output[str]:
    """Marks an input as a Pulumi secret, whatever the program passed."""
    return Output.secret(value)


@contextmanager
def _target(name: str | None) -> Generator[Target]:
    """The clients: loaded on first use, since neither a program nor a preview needs any."""
    from pulumi_astra_vectorize.api.target import current_target
    from pulumi_astra_vectorize.configuration import naming_target

    with naming_target(name):
        yield current_target(name)


def _configuration() -> Configuration:
    from pulumi_astra_vectorize.configuration import current_configuration

    return current_configuration()


def _settings(target: str | None) -> Settings:
    return _configuration().settings(target)


def _on_the_same_target(state: life.State[Any, Any], name: str | None) -> life.State[Any, Any]:
    """The state with a target's new name, if that leads to where the old one does.

    Somebody who gives a name to what had none moves nothing; any other target is another place.
    """
    if state.inputs.target == name or _settings(state.inputs.target).place != _settings(name).place:
        return state
    return life.State(life.rewritten(state.inputs, {"target": name}), state.outputs)


def _properties(props: Bag) -> Bag:
    """A whole bag of properties, in the lifecycle's words."""
    return cast(Bag, _inward(props))


def _inward(value: object) -> object:
    """Pulumi's values in the lifecycle's words; its own hidden members stay behind."""
    if isinstance(value, PulumiUnknown) or value == UNKNOWN_ON_THE_WIRE:
        return life.UNKNOWN
    if isinstance(value, Mapping):
        items = cast("Mapping[str, object]", value).items()
        return {k: _inward(v) for k, v in items if k != "__provider" and v is not None}
    if isinstance(value, list):
        return [_inward(item) for item in cast("list[object]", value)]
    if isinstance(value, float) and value.is_integer():
        return int(value)  # the wire knows only floats
    return value


def _unknowns_on_the_wire(value: Any) -> Any:
    if isinstance(value, PulumiUnknown):
        return UNKNOWN_ON_THE_WIRE
    if isinstance(value, dict):
        return {k: _unknowns_on_the_wire(v) for k, v in cast(Bag, value).items()}
    if isinstance(value, list):
        return [_unknowns_on_the_wire(item) for item in cast("list[Any]", value)]
    return value


def _outward(inputs: life.Inputs, outputs: life.Outputs) -> Bag:
    return {**inputs.model_dump(exclude_unset=True), **outputs.model_dump(exclude_none=True)}
