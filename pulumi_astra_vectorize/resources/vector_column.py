"""A vector column of a table, the service that embeds its text, and its index.

Vendor's page: "Add the Hugging Face Serverless integration to a table": to a new table, to an
existing vector column, and with a new vector column; and "Remove the Hugging Face Serverless
integration from your organization" for taking the service away again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import pulumi

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize import rules
from pulumi_astra_vectorize.api.target import Target
from pulumi_astra_vectorize.engine import Provider, Resource
from pulumi_astra_vectorize.errors import ConflictError
from pulumi_astra_vectorize.resources._column_site import Site
from pulumi_astra_vectorize.resources._data_guard import (
    refuse_unless_adopted,
    refuse_while_holding_data,
)
from pulumi_astra_vectorize.resources._place import database_of, same_database
from pulumi_astra_vectorize.resources._values import database_reference, entity_names, text
from pulumi_astra_vectorize.resources._vector_index import (
    DEFAULT_INDEX,
    IndexInputs,
    VectorIndex,
    VectorIndexDict,
    index_input,
    index_problems,
)
from pulumi_astra_vectorize.resources.embedding_service import (
    EmbeddingService,
    EmbeddingServiceDict,
    ServiceInputs,
    default_dimension,
    from_wire,
    service_input,
    service_problems,
)
from pulumi_astra_vectorize.resources.table import Table
from pulumi_astra_vectorize.settings import TargetName

PLACE = frozenset({"database", "keyspace", "table", "name"})


class VectorColumnInputs(life.Inputs):
    """What a user writes; ``table_generation`` is wired by the class when it is given the Table."""

    database: str
    keyspace: str = rules.DEFAULT_KEYSPACE
    table: str
    table_generation: str = ""
    name: str
    dimension: int | None = None
    service: ServiceInputs | None = None
    index: IndexInputs | None = None
    adopt: bool = False
    force_destroy: bool = False

    @property
    def length(self) -> int | None:
        """The vectors' length: as written, or the model's own."""
        return self.dimension or default_dimension(self.service)

    @property
    def meaning(self) -> dict[str, object]:
        """Service and index with their defaults: the same, however they are written."""
        return {
            "service": self.service.as_user_wrote() if self.service else None,
            "index": self.index.resolved(self.table, self.name) if self.index else None,
        }


class VectorColumnOutputs(life.Outputs):
    """Where the column is, its length on the server, and whether we added it."""

    database_id: str = ""
    database_name: str = ""
    effective_dimension: int | None = None
    added: bool = True


State = life.State[VectorColumnInputs, VectorColumnOutputs]


class VectorColumnLifecycle(life.Lifecycle[VectorColumnInputs, VectorColumnOutputs]):
    """Service and index change in place; the dimension is bound to the column's name for life."""

    inputs_type: ClassVar[type[life.Inputs]] = VectorColumnInputs
    outputs_type: ClassVar[type[life.Outputs]] = VectorColumnOutputs
    stamps: ClassVar[frozenset[str]] = frozenset({"table_generation"})

    def problems(self, known: life.Properties, target: TargetName) -> Iterable[life.Problem]:
        yield from database_reference(known)
        yield from entity_names(known, target, keyspace="keyspace", table="table")
        if (text(known, "name") or "a").isspace() or text(known, "name") == "":
            yield life.Problem(("name",), "a column needs a name")
        if "service" not in known and "dimension" not in known:
            yield life.Problem(
                ("dimension",), "write a dimension, or a service whose model has one"
            )
        dimension = known.get("dimension")
        if isinstance(dimension, int) and dimension <= 0:
            yield life.Problem(("dimension",), f"a dimension is at least 1, not {dimension}")
        yield from service_problems(known)
        yield from index_problems(known)

    def diff(self, state: State, inputs: VectorColumnInputs) -> life.Change:
        changed = life.compare(state.inputs, inputs, replaces=PLACE)
        place = set(changed.replaces)
        if same_database(state.outputs, inputs.database):
            place -= {"database"}
        meant, was_meant = inputs.meaning, state.inputs.meaning
        same = {name for name in meant if meant[name] == was_meant[name]}
        updates = changed.updates - {"dimension"} - same
        if inputs.length not in (None, state.outputs.effective_dimension):
            updates |= {"dimension"}  # refused then, unless the table was made anew
        return life.Change(updates, frozenset(place), same_place=False)

    def refuse_loss(self, state: State, target: Target) -> None:
        kept = state.inputs.force_destroy or not state.outputs.added
        database = None if kept else database_of(state.outputs, target)
        site = Site(target, database, state.inputs) if database else None
        if site is not None and site.column_or_none() is not None:
            refuse_while_holding_data(f"{site}'s table", "rows", site.count_rows())

    def create(self, inputs: VectorColumnInputs, target: Target) -> tuple[str, VectorColumnOutputs]:
        database = target.database(inputs.database)
        with target.schema_change(database):
            site = Site(target, database, inputs)
            there = site.column()
            if there is not None:
                _adopt(inputs, there, site)
            with site.left_as_it_was(added=there is None):
                outputs = _converge(site, inputs, added=there is None)
        place = f"{database.id}/{inputs.keyspace}/{inputs.table}"
        return f"{place}/{inputs.name}", outputs

    def read(self, state: State, target: Target) -> State | None:
        database = database_of(state.outputs, target)
        site = Site(target, database, state.inputs) if database else None
        column = site.column_or_none() if site else None
        if site is None or column is None:
            return None
        inputs = life.rewritten(state.inputs, _drift(state, column, site))
        outputs = state.outputs.model_copy(update={"effective_dimension": column.get("dimension")})
        return life.State(inputs, outputs)

    def update(
        self, state: State, inputs: VectorColumnInputs, target: Target
    ) -> VectorColumnOutputs:
        database = target.database(state.outputs.database_id)
        with target.schema_change(database):
            site = Site(target, database, inputs)
            there = site.column()
            if there is not None:
                _refuse_another_dimension(inputs, there, site)
            added = state.outputs.added or there is None
            return _converge(site, inputs, added=added)

    def delete(self, state: State, target: Target) -> None:
        database = database_of(state.outputs, target)
        if database is None:
            return
        with target.schema_change(database):
            site = Site(target, database, state.inputs)
            column = site.column_or_none()
            if column is None:
                return
            if not state.outputs.added:
                site.detach(column)
                return
            self.refuse_loss(state, target)
            site.drop()


class VectorColumnProvider(Provider):
    """Pickled by name into the state: never moves."""

    rules = VectorColumnLifecycle()


class VectorColumn(Resource, module="astra-vectorize", name="VectorColumn"):
    """A vector column; strings inserted into it are embedded through ``service``.

    A changed service or index is an update in place; vectors that are there stay as they are. A
    changed dimension is refused: a table takes no column again under a name that had another
    type. Give the column another name instead, which replaces it, and is refused while the table
    has rows unless ``force_destroy`` was applied before. Deleting removes the column if this
    resource added it, or else only the service and index that it gave to it.

    Args:
        resource_name: the resource's name in the stack.
        database: the database's name or id.
        table: the Table, or the name of one that is there.
        keyspace: ``default_keyspace`` if left out.
        name: the column's name; the resource's own name if left out.
        dimension: length of the vectors; the model's own if left out.
        service: what embeds the text; without it, applications bring their own vectors.
        index: the vector index, without which the column cannot be searched; None for none.
        adopt: give service and index to a vector column that is there already.
        force_destroy: allow losing the column while the table has rows. Has to be applied by a
            `pulumi up` of its own before.
        opts: Pulumi's resource options.
    """

    database: pulumi.Output[str]
    keyspace: pulumi.Output[str]
    table: pulumi.Output[str]
    name: pulumi.Output[str]
    database_id: pulumi.Output[str]
    database_name: pulumi.Output[str]
    effective_dimension: pulumi.Output[int]
    """The vectors' length as the server has it."""
    added: pulumi.Output[bool]
    """Whether this resource added the column; an adopted one is never dropped."""

    def __init__(
        self,
        resource_name: str,
        *,
        database: pulumi.Input[str],
        table: pulumi.Input[str] | Table,
        keyspace: pulumi.Input[str] | None = None,
        name: pulumi.Input[str] | None = None,
        dimension: pulumi.Input[int] | None = None,
        service: EmbeddingService | EmbeddingServiceDict | None = None,
        index: VectorIndex | VectorIndexDict | None = DEFAULT_INDEX,
        adopt: pulumi.Input[bool] | None = None,
        force_destroy: pulumi.Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs: dict[str, Any] = {
            "database": database,
            "keyspace": rules.DEFAULT_KEYSPACE if keyspace is None else keyspace,
            "table": table,
            "name": resource_name if name is None else name,
            "dimension": dimension,
            "service": service_input(service),
            "index": index_input(index),
            "adopt": adopt,
            "force_destroy": force_destroy,
        }
        if isinstance(table, Table):
            inputs |= {"table": table.name, "table_generation": table.generation}
            inputs["keyspace"] = table.keyspace if keyspace is None else keyspace
        super().__init__(VectorColumnProvider(), resource_name, inputs, opts)


def _converge(site: Site, inputs: VectorColumnInputs, *, added: bool) -> VectorColumnOutputs:
    """Makes column, service and index what the program says; may be called again."""
    site.add_if_missing(inputs.dimension, inputs.service)
    site.set_service(inputs.service)
    site.set_index(inputs.index)
    return VectorColumnOutputs(
        database_id=site.database.id,
        database_name=site.database.name,
        effective_dimension=site.column_there().get("dimension"),
        added=added,
    )


def _adopt(inputs: VectorColumnInputs, column: dict[str, Any], site: Site) -> None:
    """A vector column that is there may be given a service; another service is not taken away."""
    service = inputs.service.as_user_wrote() if inputs.service else None
    differing = {
        "type": (column.get("type"), "vector"),
        "dimension": (column.get("dimension"), inputs.length or column.get("dimension")),
        "service": (from_wire(column.get("service")) or service, service),
    }
    refuse_unless_adopted(
        "column",
        inputs.name,
        str(site),
        adopt=inputs.adopt,
        differences={n: pair for n, pair in differing.items() if pair[0] != pair[1]},
    )


def _refuse_another_dimension(
    inputs: VectorColumnInputs, column: dict[str, Any], site: Site
) -> None:
    there = column.get("dimension")
    if inputs.length not in (None, there):
        raise ConflictError(
            "DIMENSION_FIXED",
            f"{site} has vectors of {there} dimensions, and in the program {inputs.length}; the "
            "table would not take the column's name again with another dimension",
            fix="give the column another `name`, which replaces it; or write the dimension that is "
            "there",
        )


def _drift(state: State, column: dict[str, Any], site: Site) -> dict[str, Any]:
    """The inputs that no longer say what is there."""
    inputs = state.inputs
    changes: dict[str, Any] = {}
    service = from_wire(column.get("service"))
    if service != (inputs.service.as_user_wrote() if inputs.service else None):
        changes["service"] = service
    if column.get("dimension") != (inputs.length or column.get("dimension")):
        changes["dimension"] = column.get("dimension")
    index = site.index()
    if not site.index_matches(index, inputs.index):
        changes["index"] = index.as_written() if index else None
    return changes
