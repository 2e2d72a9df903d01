"""A keyspace of a database: what collections and tables stand in.

Contract devops.md (Astra, the embedded server) and data-api.md, section 3 (self-hosted).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import pulumi

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize.api.databases import Database
from pulumi_astra_vectorize.creations import about_to_make, begun_before
from pulumi_astra_vectorize.engine import Provider, Resource
from pulumi_astra_vectorize.errors import ConflictError, GuardError
from pulumi_astra_vectorize.problems import Problem
from pulumi_astra_vectorize.resources._data_guard import MADE_HERE, of_another_stack
from pulumi_astra_vectorize.resources._place import PARENT, database_of, database_of_parent, moved
from pulumi_astra_vectorize.resources._values import database_reference, entity_names

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.target import Target
    from pulumi_astra_vectorize.settings import TargetName


class KeyspaceInputs(life.ResourceInputs):
    """What a user writes."""

    database: str
    name: str
    adopt: bool = False
    force_destroy: bool = False


class KeyspaceOutputs(life.Outputs):
    """Where the keyspace is."""

    database_id: str = ""
    database_name: str = ""


State = life.State[KeyspaceInputs, KeyspaceOutputs]


class KeyspaceLifecycle(life.Lifecycle[KeyspaceInputs, KeyspaceOutputs]):
    """A keyspace is there or not; elsewhere or by another name it is another one."""

    inputs_type: ClassVar[type[life.ResourceInputs]] = KeyspaceInputs
    outputs_type: ClassVar[type[life.Outputs]] = KeyspaceOutputs
    identifier: ClassVar[str] = "DATABASE/NAME"

    def problems(self, known: life.Properties, target: TargetName) -> Iterable[Problem]:
        yield from database_reference(known)
        yield from entity_names(known, target, name="keyspace")

    def diff(self, state: State, inputs: KeyspaceInputs) -> life.Change:
        changed = life.compare(state.inputs, inputs, replaces={"target", "database", "name"})
        place = moved(state.outputs, changed.replaces, inputs.database)
        return life.Change(changed.updates, place, same_place=False)

    def refuse_loss(self, state: State, target: Target) -> None:
        database = None if state.inputs.force_destroy else database_of(state.outputs, target)
        if database is not None and state.inputs.name in database.info.keyspaces:
            _refuse_while_used(state.inputs.name, database, target)

    def create(self, inputs: KeyspaceInputs, target: Target) -> tuple[str, KeyspaceOutputs]:
        database = target.database(inputs.database)
        if inputs.name not in database.info.keyspaces:
            with target.schema_change(database):
                about_to_make()
                target.create_keyspace(database, inputs.name)
        elif not (inputs.adopt or begun_before()):
            raise _exists(inputs.name, database)
        outputs = KeyspaceOutputs(database_id=database.id, database_name=database.name)
        return f"{database.id}/{inputs.name}", outputs

    def find(self, parts: Sequence[str], target: Target) -> State | None:
        database = target.database(parts[0])
        outputs = KeyspaceOutputs(database_id=database.id, database_name=database.name)
        inputs = KeyspaceInputs(database=parts[0], name=parts[1])
        return self.read(life.State(inputs, outputs), target)

    def read(self, state: State, target: Target) -> State | None:
        database = database_of(state.outputs, target)
        there = database is not None and state.inputs.name in database.info.keyspaces
        return state if there else None

    def update(self, state: State, inputs: KeyspaceInputs, target: Target) -> KeyspaceOutputs:
        return state.outputs  # only what is allowed has changed: adopt, force_destroy

    def delete(self, state: State, target: Target) -> None:
        database = database_of(state.outputs, target)
        if database is None or state.inputs.name not in database.info.keyspaces:
            return
        self.refuse_loss(state, target)
        with target.schema_change(database):
            target.delete_keyspace(database, state.inputs.name)


class KeyspaceProvider(Provider):
    """Pickled by name into the state: never moves."""

    rules = KeyspaceLifecycle()


class Keyspace(Resource, module="astra-vectorize", name="Keyspace"):
    """A keyspace. Another name or database replaces it.

    Deleting is refused while collections or tables are in it, unless ``force_destroy`` was applied
    before: they would go with it.

    Args:
        resource_name: the resource's name in the stack.
        database: the database's name or id.
        name: letters, numbers and underscores; the resource's own name if left out.
        target: the name of the target in the stack's configuration, where it is not the one that
            needs no name.
        adopt: take over a keyspace that is there already.
        force_destroy: allow deleting it with all that is in it. Has to be applied by a `pulumi
            up` of its own before.
        opts: Pulumi's resource options.
    """

    provider_class = KeyspaceProvider

    database: pulumi.Output[str]
    name: pulumi.Output[str]
    """For other programs; here the Keyspace itself is passed on as ``keyspace``."""
    database_id: pulumi.Output[str]
    database_name: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        database: pulumi.Input[str],
        name: pulumi.Input[str] | None = None,
        target: str | None = None,
        adopt: pulumi.Input[bool] | None = None,
        force_destroy: pulumi.Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "database": database,
            "name": resource_name if name is None else name,
            "target": target,
            "adopt": adopt,
            "force_destroy": force_destroy,
        }
        super().__init__(resource_name, inputs, opts)


def in_keyspace(keyspace: pulumi.Input[str] | Keyspace) -> dict[str, Any]:
    """What a program passed as ``keyspace``, as input properties."""
    if not isinstance(keyspace, Keyspace):
        return {"keyspace": keyspace}
    return {"keyspace": keyspace.name, PARENT: database_of_parent(keyspace)}


def _refuse_while_used(name: str, database: Database, target: Target) -> None:
    api = target.data_api(database)
    inside = sorted([*api.collections(name), *api.tables(name)])
    if inside:
        raise GuardError(
            "KEYSPACE_NOT_EMPTY",
            f"keyspace {name!r} of {database.name} holds what would go with it: "
            f"{', '.join(inside)}",
            fix="delete these first; for another keyspace in its place, give the resource another "
            "name, too, so that it goes after them; or add `force_destroy=True` to this resource, "
            "run `pulumi up`, and then repeat this step",
        )


def _exists(name: str, database: Database) -> ConflictError:
    shared = of_another_stack("Keyspace", f"{database.name}/{name}")
    return ConflictError(
        "KEYSPACE_EXISTS",
        f"database {database.name!r} has a keyspace {name!r} already",
        fix=f"{shared}; or add `adopt=True` to take it over into this stack; {MADE_HERE}",
        source="Astra DB",
    )
