"""A table of plain columns; its vector columns are VectorColumn resources.

Vendor's page: "Add the Hugging Face Serverless integration to a table".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

import pulumi

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize import rules
from pulumi_astra_vectorize.api.commands import JsonObject
from pulumi_astra_vectorize.api.data_api import DataApi
from pulumi_astra_vectorize.api.databases import Database
from pulumi_astra_vectorize.api.recent import ACTING_SECONDS, SHOWN_SECONDS
from pulumi_astra_vectorize.creations import about_to_make, begun_before
from pulumi_astra_vectorize.engine import Provider, Resource, target_input
from pulumi_astra_vectorize.errors import ConflictError
from pulumi_astra_vectorize.problems import Problem
from pulumi_astra_vectorize.resources._data_guard import (
    refuse_unless_adopted,
    refuse_while_holding_data,
)
from pulumi_astra_vectorize.resources._place import (
    PARENT,
    PLACE,
    database_of,
    moved,
    place_problems,
)
from pulumi_astra_vectorize.resources._primary_key import (
    PrimaryKey,
    PrimaryKeyDict,
    key_there,
    primary_key_input,
)
from pulumi_astra_vectorize.resources._settle import settle
from pulumi_astra_vectorize.resources._table_definition import (
    ColumnDict,
    TableInputs,
    as_written,
    column_to_wire,
    columns_there,
    definition_of,
    definition_problems,
    dropped_columns,
    written_columns,
)
from pulumi_astra_vectorize.resources._values import entity_names
from pulumi_astra_vectorize.resources.keyspace import Keyspace, in_keyspace

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.target import Target
    from pulumi_astra_vectorize.settings import TargetName


class TableOutputs(life.Outputs):
    """Where the table is, and which one of its name it is."""

    database_id: str = ""
    database_name: str = ""
    generation: str = ""


State = life.State[TableInputs, TableOutputs]


class TableLifecycle(life.Lifecycle[TableInputs, TableOutputs]):
    """Plain columns come and go in place; key and types are fixed for life."""

    inputs_type: ClassVar[type[life.ResourceInputs]] = TableInputs
    outputs_type: ClassVar[type[life.Outputs]] = TableOutputs
    only_checked: ClassVar[frozenset[str]] = frozenset({PARENT})
    identifier: ClassVar[str] = "DATABASE/KEYSPACE/NAME"

    def problems(self, known: life.Properties, target: TargetName) -> Iterable[Problem]:
        yield from place_problems(known)
        yield from entity_names(known, target, keyspace="keyspace", name="table")
        yield from definition_problems(known)

    def diff(self, state: State, inputs: TableInputs) -> life.Change:
        changed = life.compare(state.inputs, inputs, replaces=PLACE)
        place = moved(state.outputs, changed.replaces, inputs.database)
        updates = set(changed.updates) - {"columns", "primary_key"}
        old, new = written_columns(state.inputs), written_columns(inputs)
        retyped = {name for name in old.keys() & new.keys() if old[name] != new[name]}
        fixed = {"columns"} if retyped else set[str]()
        if state.inputs.key != inputs.key:
            fixed.add("primary_key")
        if old != new:
            updates.add("columns")
        drops = old.keys() - new.keys()
        return life.Change(
            frozenset(updates - fixed), place | fixed, same_place=not place, guarded=bool(drops)
        )

    def refuse_loss(self, state: State, target: Target) -> None:
        inputs = state.inputs
        database = None if inputs.force_destroy else database_of(state.outputs, target)
        if database is None:
            return
        api = target.data_api(database)
        if _find(api, inputs, ACTING_SECONDS) is not None:
            refuse_while_holding_data(*_rows(api, inputs, database))

    def refuse_update(self, state: State, inputs: TableInputs, target: Target) -> None:
        database = database_of(state.outputs, target)
        if database is not None:
            api = target.data_api(database)
            _refuse_to_drop(api, inputs, database, dropped_columns(inputs, _find(api, inputs)))

    def create(self, inputs: TableInputs, target: Target) -> tuple[str, TableOutputs]:
        database = target.database(inputs.database)
        with target.schema_change(database):
            api = target.data_api(database)
            _refuse_a_collection(api, inputs, database)
            there = _find(api, inputs, ACTING_SECONDS)
            if there is None:
                about_to_make()
                settle(
                    lambda: api.create_table(inputs.keyspace, inputs.name, definition_of(inputs)),
                    lambda: _find(api, inputs) is not None,
                )
            else:
                _adopt(inputs, there, database)
        outputs = TableOutputs(
            database_id=database.id, database_name=database.name, generation=str(uuid4())
        )
        return f"{database.id}/{inputs.keyspace}/{inputs.name}", outputs

    def find(self, parts: Sequence[str], target: Target) -> State | None:
        database = target.database(parts[0])
        place = {"database": parts[0], "keyspace": parts[1], "name": parts[2]}
        definition = target.data_api(database).tables(parts[1], SHOWN_SECONDS).get(parts[2])
        if definition is None:
            return None
        outputs = TableOutputs(database_id=database.id, database_name=database.name)
        return life.State(TableInputs.model_validate(place | as_written(definition)), outputs)

    def read(self, state: State, target: Target) -> State | None:
        database = database_of(state.outputs, target)
        if database is None:
            return None
        definition = _find(target.data_api(database), state.inputs, SHOWN_SECONDS)
        if definition is None:
            return None
        there = as_written(definition)
        if columns_there(definition) == written_columns(state.inputs):
            del there["columns"]
        key = key_there(definition)
        if key == state.inputs.key and len(key.partition_sort) < 2:  # an order may be by chance
            del there["primary_key"]
        return life.State(life.rewritten(state.inputs, there), state.outputs)

    def update(self, state: State, inputs: TableInputs, target: Target) -> TableOutputs:
        database = target.database(state.outputs.database_id)
        with target.schema_change(database):
            api = target.data_api(database)
            definition = _find(api, inputs) or {"columns": {}}
            there, dropped = columns_there(definition), dropped_columns(inputs, definition)
            _refuse_to_drop(api, inputs, database, dropped)
            if dropped:
                api.drop_columns(inputs.keyspace, inputs.name, dropped)
            missing = {n: column_to_wire(c) for n, c in inputs.columns.items() if n not in there}
            if missing:
                api.add_columns(inputs.keyspace, inputs.name, missing)
        return state.outputs

    def delete(self, state: State, target: Target) -> None:
        database = database_of(state.outputs, target)
        if database is None:
            return
        inputs, api = state.inputs, target.data_api(database)
        with target.schema_change(database):
            if _find(api, inputs, ACTING_SECONDS) is None:
                return  # gone already; a collection of that name is not ours to drop
            self.refuse_loss(state, target)
            api.drop_table(inputs.keyspace, inputs.name)


class TableProvider(Provider):
    """Pickled by name into the state: never moves."""

    rules = TableLifecycle()


class Table(Resource, module="astra-vectorize", name="Table"):
    """A table of plain columns.

    Adding and dropping columns happens in place; a changed primary key or column type replaces
    the table. Dropping columns, replacing and deleting are refused while the table has rows,
    unless ``force_destroy`` allows it.

    Args:
        resource_name: the resource's name in the stack.
        database: the database's name or id.
        columns: type by name: ``"text"``, ``"int"``, ..., or ``{"type": "list", "value_type":
            "text"}``, the same with ``set``, and with ``map``, which has a ``key_type``, too.
        primary_key: a column's name, or ``{"partition_by": [columns], "partition_sort":
            {column: 1 or -1}}``: 1 is ascending, -1 descending, and the columns' order counts.
        keyspace: the Keyspace, or the name of one that is there; ``default_keyspace`` if left out.
        name: letters, numbers and underscores; the resource's own name if left out.
        target: the name of the target in the stack's configuration, where it is not the one that
            needs no name; the Keyspace's if left out.
        adopt: take over a table of that name if its columns and key are the same.
        force_destroy: allow losing rows. For deleting and replacing it has to be applied by a
            `pulumi up` of its own before.
        opts: Pulumi's resource options.
    """

    provider_class = TableProvider

    database: pulumi.Output[str]
    keyspace: pulumi.Output[str]
    name: pulumi.Output[str]
    database_id: pulumi.Output[str]
    database_name: pulumi.Output[str]
    generation: pulumi.Output[str]
    """New with every creation: what a VectorColumn watches."""

    def __init__(
        self,
        resource_name: str,
        *,
        database: pulumi.Input[str],
        columns: pulumi.Input[Mapping[str, pulumi.Input[str] | ColumnDict]],
        primary_key: pulumi.Input[str] | pulumi.Input[PrimaryKeyDict],
        keyspace: pulumi.Input[str] | Keyspace = rules.DEFAULT_KEYSPACE,
        name: pulumi.Input[str] | None = None,
        target: str | None = None,
        adopt: pulumi.Input[bool] | None = None,
        force_destroy: pulumi.Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "database": database,
            **in_keyspace(keyspace),
            "name": resource_name if name is None else name,
            "columns": columns,
            "primary_key": primary_key_input(primary_key),
            "target": target_input(target, keyspace),
            "adopt": adopt,
            "force_destroy": force_destroy,
        }
        super().__init__(resource_name, inputs, opts)


def _find(api: DataApi, inputs: TableInputs, within: float = 0) -> JsonObject | None:
    return api.tables(inputs.keyspace, within).get(inputs.name)


def _refuse_to_drop(
    api: DataApi, inputs: TableInputs, database: Database, columns: list[str]
) -> None:
    if columns and not inputs.force_destroy:
        lost = f"whose values of {', '.join(columns)} would be lost"
        keep = "or write them in `columns`, where they are to stay"
        refuse_while_holding_data(*_rows(api, inputs, database), lost, keep)


def _rows(
    api: DataApi, inputs: TableInputs, database: Database
) -> tuple[str, str, tuple[int, bool]]:
    what = f"table {inputs.name!r} in {database.name}/{inputs.keyspace}"
    return what, "rows", api.count_rows(inputs.keyspace, inputs.name)


def _refuse_a_collection(api: DataApi, inputs: TableInputs, database: Database) -> None:
    if inputs.name in api.collections(inputs.keyspace, ACTING_SECONDS):
        raise ConflictError(
            "NAME_TAKEN_BY_COLLECTION",
            f"{database.name}/{inputs.keyspace} has a collection {inputs.name!r}; tables and "
            "collections share one space of names",
            fix="use another name",
            source="Astra DB",
        )


def _adopt(inputs: TableInputs, definition: JsonObject, database: Database) -> None:
    there = {"columns": columns_there(definition), "primary_key": key_there(definition)}
    desired: dict[str, dict[str, Any] | PrimaryKey] = {
        "columns": written_columns(inputs),
        "primary_key": inputs.key,
    }
    refuse_unless_adopted(
        "table",
        inputs.name,
        f"{database.name}/{inputs.keyspace}",
        adopt=inputs.adopt or begun_before(),
        differences={n: (there[n], desired[n]) for n in desired if there[n] != desired[n]},
    )
