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
from functools import partial, wraps
from inspect import get_annotations
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from pulumi import Input, Output, ResourceOptions, RunError
from pulumi import dynamic as pulumi_dynamic

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize.creations import creating, in_the_state
from pulumi_astra_vectorize.errors import (
    AstraVectorizeError,
    ConfigurationError,
    UnreachableError,
)
from pulumi_astra_vectorize.problems import Problem
from pulumi_astra_vectorize.properties import Bag, outward, properties_of, unknowns_on_the_wire
from pulumi_astra_vectorize.this_run import Hold, Place, Update, this_run
from pulumi_astra_vectorize.unknowns import UNKNOWN

if TYPE_CHECKING:
    from typing_extensions import Self

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
        written = properties_of(news)
        name = written.get("target")
        if name is not None and (wrong := _configuration().problem(name)):
            nowhere = Problem("TARGET_NOT_CONFIGURED", ("target",), wrong)
            return pulumi_dynamic.CheckResult(unknowns_on_the_wire(news), self._failures(nowhere))
        kind = _settings(name).target
        failures = self._failures(*life.validate(self.rules, written, kind))
        stored = dict(self.rules.stored(news, kind))
        this_run.declare(type(self), dict(self.rules.stored(written, kind)))
        return pulumi_dynamic.CheckResult(unknowns_on_the_wire(stored), failures)

    @_speaks_plainly
    def diff(self, _id: str, _olds: Bag, _news: Bag) -> pulumi_dynamic.DiffResult:
        news = properties_of(_news)
        old = self._state(_olds)
        in_the_state(self.rules, old.inputs, _settings(old.inputs.target))
        state = _on_the_same_target(old, news.get("target"))
        inputs = life.assumed_inputs(self.rules, news, state.inputs)
        change = self.rules.diff(state, inputs)
        born_anew = {s for s in self.rules.stamps if news.get(s) is UNKNOWN}
        updates = change.updates | born_anew
        unfinished = self.rules.unfinished(state, _settings(state.inputs.target))
        place = self._place(old.inputs.target, _id)
        if change.replaces:
            this_run.release(place, old.inputs)
            self._ask_first(place, state, partial(self.rules.refuse_loss, state))
        else:
            this_run.hold(place, Hold(news, old.inputs, life.State(inputs, state.outputs)))
            if change.guarded and not born_anew:
                self._ask_first(place, state, partial(self.rules.refuse_update, state, inputs))
        taken = [
            it for it in this_run.updates(place) if self.rules.taken(state, it.before, it.inputs)
        ]
        return pulumi_dynamic.DiffResult(
            changes=bool(updates or change.replaces or unfinished or taken or state is not old),
            replaces=sorted(change.replaces),
            delete_before_replace=bool(change.replaces) and change.same_place,
        )

    @_speaks_plainly
    def create(self, props: Bag) -> pulumi_dynamic.CreateResult:
        inputs = self._inputs(properties_of(props))
        with _target(inputs.target) as target, creating(self.rules, inputs, target.settings):
            identifier, outputs = self.rules.create(inputs, target)
        created = Hold(None, None, life.State(inputs, outputs))
        this_run.hold(self._place(inputs.target, identifier), created)
        return pulumi_dynamic.CreateResult(identifier, outward(inputs, outputs))

    @_speaks_plainly
    def read(self, id_: str, props: Bag) -> pulumi_dynamic.ReadResult:
        if not props.keys() & self.rules.outputs_type.model_fields.keys():
            return self._found(id_, props.get("target"))  # `get` has inputs alone
        before = self._state(props)
        this_run.note_reading(self._place(before.inputs.target, id_))
        with _target(before.inputs.target) as target:
            state = self.rules.read(before, target)
        if state is None:
            return pulumi_dynamic.ReadResult("", {})
        return _read(id_, state)

    @_speaks_plainly
    def update(self, _id: str, _olds: Bag, _news: Bag) -> pulumi_dynamic.UpdateResult:
        news, state = properties_of(_news), self._state(_olds)
        inputs, place = self._inputs(news), self._place(state.inputs.target, _id)
        this_run.note_update(place, Update(state, inputs))
        others = partial(this_run.others, place, news, state.inputs)
        with _target(inputs.target) as target:
            outputs = self.rules.update_beside(others, state, inputs, target)
        return pulumi_dynamic.UpdateResult(outward(inputs, outputs))

    @_speaks_plainly
    def delete(self, _id: str, _props: Bag) -> None:
        state = self._state(_props)
        holders = this_run.holders(self._place(state.inputs.target, _id))
        with _target(state.inputs.target) as target:
            if holders:
                sys.stderr.write(f"{_id}: what another resource of the program holds stays\n")
                self.rules.leave_to(holders, state, target)
            else:
                self.rules.delete(state, target)

    def _failures(self, *problems: Problem) -> list[pulumi_dynamic.CheckFailure]:
        return [pulumi_dynamic.CheckFailure(*it.told(self.rules.hidden)) for it in problems]

    def _found(self, identifier: str, on_target: str | None) -> pulumi_dynamic.ReadResult:
        with _target(on_target) as target:
            state = self.rules.find(life.parts_of(identifier, self.rules.identifier), target)
            if state is None:
                raise life.nothing_there(self.rules, identifier)
        inputs = life.rewritten(state.inputs, {"target": on_target})
        return _read(identifier, life.State(inputs, state.outputs))

    def _ask_first(
        self, place: Place, state: life.State[Any, Any], refuse: Callable[[Target], None]
    ) -> None:
        """Before what may lose data is planned; in a refresh it would only fail that."""
        if not this_run.has_read(place):
            with suppress(UnreachableError), _target(state.inputs.target) as target:
                refuse(target)  # without the server, only the plan is shown

    def _place(self, on_target: str | None, identifier: str) -> Place:
        return type(self), _settings(on_target).place, identifier

    def _inputs(self, properties: object) -> life.ResourceInputs:
        return self.rules.inputs_type.model_validate(properties)

    def _state(self, props: Bag) -> life.State[Any, Any]:
        kept, inputs = properties_of(props), self.rules.inputs_type.model_fields
        written = {name: value for name, value in kept.items() if name in inputs}
        return life.State(self._inputs(written), self.rules.outputs_type.model_validate(kept))


class Resource(pulumi_dynamic.Resource):
    """A resource of this package: inputs as written, outputs by name."""

    provider_class: ClassVar[type[Provider]]
    target: Output[str | None]
    """The target's name in the configuration; None is the one that needs no name."""
    asked_for: str | None
    """The same, known while the program runs."""
    completed_by: tuple[Resource, ...] = ()
    """What a program has declared so far that this one is of no use without: a token's scopes."""

    def __init__(
        self,
        resource_name: str,
        inputs: Mapping[str, Any],
        opts: ResourceOptions | None,
    ) -> None:
        if opts is not None and opts.import_ is not None:
            raise RunError(str(_no_import(resource_name)))
        self.asked_for = inputs["target"]
        written = {name: value for name, value in inputs.items() if value is not None}
        awaited = dict.fromkeys(_declared_by(type(self)))
        provider = type(self).provider_class()
        super().__init__(provider, resource_name, {**awaited, **written}, opts)

    @classmethod
    def get(
        cls,
        resource_name: str,
        id: Input[str],  # noqa: A002 - Pulumi's own name for it
        *,
        target: str | None = None,
        opts: ResourceOptions | None = None,
    ) -> Self:
        """What is there already, only looked at: never changed, and never deleted.

        Args:
            resource_name: the resource's name in the stack.
            id: what it is known by, with a database by its name or id: ``PROVIDER`` of an
                Integration, ``PROVIDER/NAME`` of a UserAccessToken, ``PROVIDER/NAME/scope`` of a
                TokenScope, ``DATABASE/NAME`` of a Keyspace, ``DATABASE/KEYSPACE/NAME`` of a
                Collection or Table, ``DATABASE/KEYSPACE/TABLE/NAME`` of a VectorColumn.
            target: the name of the target in the stack's configuration, where it is not the one
                that needs no name.
            opts: Pulumi's resource options.

        Raises:
            NotFoundError: NOTHING_TO_GET, at preview already if the id is known.
            ConfigurationError: MALFORMED_ID.
        """
        found = cls.__new__(cls)
        by_id = ResourceOptions.merge(opts, ResourceOptions(id=id))
        Resource.__init__(found, resource_name, {"target": target}, by_id)
        return found


def _declared_by(kind: type[Resource]) -> set[str]:
    """The names of a resource's outputs, and of nothing else: whenever something arrives, Pulumi
    looks through all that is still waited for."""
    classes = [it for it in kind.__mro__ if issubclass(it, Resource)]
    annotated = {name: hint for it in classes for name, hint in get_annotations(it).items()}
    return {name for name, hint in annotated.items() if "Output[" in hint}


def _no_import(resource_name: str) -> ConfigurationError:
    return ConfigurationError(
        "IMPORT_IMPOSSIBLE",
        f"{resource_name!r} is to be imported, and Pulumi imports no dynamic resource",
        fix="take `import_` out of its options, and add `adopt=True` to take over what is there; "
        "or write `.get(NAME, ID)` to look at it only",
    )


def target_input(target: str | None, *handed_over: object) -> str | None:
    """A target as the program wrote it, or else that of a resource that was handed over."""
    others = [other.asked_for for other in handed_over if isinstance(other, Resource)]
    return next((name for name in (target, *others) if name is not None), None)


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


def _read(identifier: str, state: life.State[Any, Any]) -> pulumi_dynamic.ReadResult:
    inputs = state.inputs.model_dump(exclude_unset=True)
    return pulumi_dynamic.ReadResult(identifier, outward(state.inputs, state.outputs), inputs)
