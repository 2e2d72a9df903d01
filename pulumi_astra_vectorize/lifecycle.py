"""What all resources share: validate -> diff -> create / read / update / delete, over typed models.

Knows no engine: engine.py adapts it to pulumi.dynamic, and a native provider could do the same.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from pulumi_astra_vectorize.errors import ConfigurationError, NotFoundError
from pulumi_astra_vectorize.problems import Problem, problems_of_shape
from pulumi_astra_vectorize.unknowns import assume_unchanged, contains_unknown, known_part

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.target import Target
    from pulumi_astra_vectorize.settings import Settings, TargetName


Properties = Mapping[str, Any]


class Inputs(BaseModel):
    """What a user writes. Fields that were not written stay unset, and are not sent back."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, hide_input_in_errors=True, defer_build=True
    )


class ResourceInputs(Inputs):
    """The inputs of a resource: all of them may name the target that it is on."""

    target: str | None = None


class Outputs(BaseModel):
    """What is kept beside the inputs: what the target said and the user did not write."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, hide_input_in_errors=True, defer_build=True
    )


InputsT = TypeVar("InputsT", bound=ResourceInputs)
OutputsT = TypeVar("OutputsT", bound=Outputs)


@dataclass(frozen=True)
class State(Generic[InputsT, OutputsT]):
    """A resource as it was last seen: what was asked for and what came of it."""

    inputs: InputsT
    outputs: OutputsT


def rewritten(inputs: InputsT, values: Properties) -> InputsT:
    """The inputs with other values; None takes a property back to unwritten."""
    written = {**inputs.model_dump(exclude_unset=True), **values}
    return type(inputs).model_validate({k: v for k, v in written.items() if v is not None})


@dataclass(frozen=True)
class Change:
    """What a diff found: names of inputs that update the resource, or replace it."""

    updates: frozenset[str] = field(default_factory=frozenset[str])
    replaces: frozenset[str] = field(default_factory=frozenset[str])
    same_place: bool = True
    """A replacement would take the same name: the old one has to go first."""
    guarded: bool = False
    """An update that ``refuse_update`` is asked about before it is planned."""


def compare(
    old: ResourceInputs, new: ResourceInputs, *, replaces: Collection[str], same_place: bool = True
) -> Change:
    """Field by field: a change updates the resource, or replaces it where ``replaces`` says so."""
    changed = {f for f in type(new).model_fields if getattr(old, f) != getattr(new, f)}
    return Change(
        updates=frozenset(changed.difference(replaces)),
        replaces=frozenset(changed.intersection(replaces)),
        same_place=same_place,
    )


class Lifecycle(ABC, Generic[InputsT, OutputsT]):
    """The rules of one resource, in the order of its life. Implementations hold no state."""

    inputs_type: ClassVar[type[ResourceInputs]]
    outputs_type: ClassVar[type[Outputs]]
    hidden: ClassVar[frozenset[str]] = frozenset()
    """Inputs whose values are never shown."""
    identifier: ClassVar[str]
    """How its ids are made up, as ``DATABASE/KEYSPACE/NAME``."""
    only_checked: ClassVar[frozenset[str]] = frozenset()
    """Inputs that nothing but ``problems`` looks at: they are not kept."""
    stamps: ClassVar[frozenset[str]] = frozenset()
    """Inputs that change whenever a parent is born anew: unknown in preview, they are an update."""

    def problems(self, _known: Properties, _target: TargetName) -> Iterable[Problem]:
        """Rules over several properties; what is written but unknown is None in ``known``."""
        return ()

    def stored(self, properties: Properties, _target: TargetName) -> Properties:
        """What of the inputs may stand in the state."""
        return {name: it for name, it in properties.items() if name not in self.only_checked}

    @abstractmethod
    def diff(self, state: State[InputsT, OutputsT], inputs: InputsT) -> Change:
        """Compares without asking anybody; both sides are complete."""

    def unfinished(self, _state: State[InputsT, OutputsT], _settings: Settings) -> bool:
        """Whether an earlier run left work to ``update``; asks nothing but this machine's disk."""
        return False

    def refuse_loss(self, _state: State[InputsT, OutputsT], _target: Target) -> None:
        """Raises GuardError while data would be lost; asked before deleting and replacing."""

    def refuse_update(
        self, _state: State[InputsT, OutputsT], _inputs: InputsT, _target: Target
    ) -> None:
        """Raises what ``update`` would refuse because of what is there."""

    @abstractmethod
    def create(self, inputs: InputsT, target: Target) -> tuple[str, OutputsT]:
        """Makes the thing and answers its id; refuses what is there already."""

    @abstractmethod
    def find(self, parts: Sequence[str], target: Target) -> State[InputsT, OutputsT] | None:
        """What is there under the parts of an id, made by whomever; None when nothing is."""

    @abstractmethod
    def read(
        self, state: State[InputsT, OutputsT], target: Target
    ) -> State[InputsT, OutputsT] | None:
        """What is there now, in the words of the inputs; None when it is gone."""

    @abstractmethod
    def update(self, state: State[InputsT, OutputsT], inputs: InputsT, target: Target) -> OutputsT:
        """Changes it in place; may be called again after a run that died half-way."""

    def update_beside(
        self,
        _others: Callable[[], Sequence[State[InputsT, OutputsT]]],
        state: State[InputsT, OutputsT],
        inputs: InputsT,
        target: Target,
    ) -> OutputsT:
        """The same, where other resources of the program may hold the same thing."""
        return self.update(state, inputs, target)

    def taken(
        self,
        _state: State[InputsT, OutputsT],
        _before: State[InputsT, OutputsT],
        _after: InputsT,
    ) -> bool:
        """Whether another resource's update of the same thing took away what this one holds."""
        return False

    def leave_to(
        self,
        _holders: Sequence[State[InputsT, OutputsT]],
        _state: State[InputsT, OutputsT],
        _target: Target,
    ) -> None:
        """Called instead of ``delete`` where other resources of the program hold the same thing."""

    @abstractmethod
    def delete(self, state: State[InputsT, OutputsT], target: Target) -> None:
        """Removes it; what is gone already is done."""


def parts_of(identifier: str, form: str) -> list[str]:
    """An id's parts; the last one may have slashes of its own."""
    names = form.split("/")
    parts = identifier.split("/", len(names) - 1)
    if len(parts) < len(names) or not all(parts):
        raise ConfigurationError(
            "MALFORMED_ID",
            f"{identifier!r} is not of the form {form}",
            fix="write the id in that form; `pulumi stack export` shows those of a stack's own",
        )
    return parts


def nothing_there(lifecycle: Lifecycle[Any, Any], identifier: str) -> NotFoundError:
    """What a ``get`` of nothing is told."""
    kind = type(lifecycle).__name__.removesuffix("Lifecycle")
    return NotFoundError(
        "NOTHING_TO_GET",
        f"there is no {kind} {identifier!r}",
        fix=f"correct the id ({lifecycle.identifier}), or make it before it is looked at",
        source="Astra DB",
    )


def validate(
    lifecycle: Lifecycle[Any, Any], properties: Properties, target: TargetName
) -> list[Problem]:
    """All problems of the inputs at once; nothing that is unknown is a problem."""
    found: list[Problem] = []
    try:
        lifecycle.inputs_type.model_validate(properties)
    except ValidationError as error:
        found = problems_of_shape(error, properties)
    found += lifecycle.problems(cast(Properties, known_part(properties)), target)
    return list(dict.fromkeys(found))


def assumed_inputs(
    lifecycle: Lifecycle[InputsT, Any], properties: Properties, old: InputsT
) -> InputsT:
    """New inputs for a comparison with the old ones: what is unknown is what it was.

    An object that is too unknown to be read, where there was none or one of another shape, cannot
    be compared yet: the whole property is what it was.
    """
    before = old.model_dump(exclude_unset=True)
    assumed = cast(Properties, assume_unchanged(properties, before))
    try:
        inputs = lifecycle.inputs_type.model_validate(assumed)
    except ValidationError as error:
        unreadable = {str(item["loc"][0]) for item in error.errors(include_url=False)}
        same = {n: before.get(n) for n in unreadable if contains_unknown(properties.get(n))}
        readable = {n: value for n, value in {**assumed, **same}.items() if value is not None}
        inputs = lifecycle.inputs_type.model_validate(readable)
    return cast(InputsT, inputs)
