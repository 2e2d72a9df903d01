"""A vector column of a table, the service that embeds its text, and its index.

Vendor's page: "Add the Hugging Face Serverless integration to a table": to a new table, to an
existing vector column, and with a new vector column; and "Remove the Hugging Face Serverless
integration from your organization" for taking the service away again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import pulumi

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize import rules
from pulumi_astra_vectorize.api.databases import Database
from pulumi_astra_vectorize.api.recent import ACTING_SECONDS, SHOWN_SECONDS
from pulumi_astra_vectorize.creations import about_to_make, begun_before
from pulumi_astra_vectorize.engine import Provider, Resource, target_input
from pulumi_astra_vectorize.problems import Problem
from pulumi_astra_vectorize.resources._column_definition import (
    VectorColumnInputs,
    adopt,
    column_problems,
    drift,
    refuse_another_dimension,
)
from pulumi_astra_vectorize.resources._column_filling import bring_up, journal_of
from pulumi_astra_vectorize.resources._column_site import Site
from pulumi_astra_vectorize.resources._data_guard import refuse_while_holding_data
from pulumi_astra_vectorize.resources._place import (
    PARENT,
    PLACE,
    database_of,
    database_of_parent,
    moved,
    place_problems,
)
from pulumi_astra_vectorize.resources._values import entity_names
from pulumi_astra_vectorize.resources._vector_index import (
    DEFAULT_INDEX,
    VectorIndex,
    VectorIndexDict,
    index_input,
    index_problems,
)
from pulumi_astra_vectorize.resources.embedding_service import (
    EmbeddingService,
    EmbeddingServiceDict,
    service_input,
    service_problems,
    token_of,
)
from pulumi_astra_vectorize.resources.keyspace import Keyspace, in_keyspace
from pulumi_astra_vectorize.resources.table import Table

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.target import Target
    from pulumi_astra_vectorize.settings import Settings, TargetName

IN_A_TABLE = PLACE | {"table"}


class VectorColumnOutputs(life.Outputs):
    """Where the column is, its length on the server, and whether we added it."""

    database_id: str = ""
    database_name: str = ""
    effective_dimension: int | None = None
    added: bool = True


State = life.State[VectorColumnInputs, VectorColumnOutputs]


class VectorColumnLifecycle(life.Lifecycle[VectorColumnInputs, VectorColumnOutputs]):
    """Service and index change in place; the dimension is bound to the column's name for life."""

    inputs_type: ClassVar[type[life.ResourceInputs]] = VectorColumnInputs
    outputs_type: ClassVar[type[life.Outputs]] = VectorColumnOutputs
    only_checked: ClassVar[frozenset[str]] = frozenset({PARENT})
    identifier: ClassVar[str] = "DATABASE/KEYSPACE/TABLE/NAME"
    stamps: ClassVar[frozenset[str]] = frozenset({"table_generation"})

    def problems(self, known: life.Properties, target: TargetName) -> Iterable[Problem]:
        yield from place_problems(known)
        yield from entity_names(known, target, keyspace="keyspace", table="table")
        yield from column_problems(known)
        yield from service_problems(known)
        yield from index_problems(known)

    def diff(self, state: State, inputs: VectorColumnInputs) -> life.Change:
        changed = life.compare(state.inputs, inputs, replaces=IN_A_TABLE)
        place = moved(state.outputs, changed.replaces, inputs.database)
        meant, was_meant = inputs.meaning, state.inputs.meaning
        same = {name for name in meant if meant[name] == was_meant[name]}
        updates = changed.updates - {"dimension"} - same
        if inputs.length not in (None, state.outputs.effective_dimension):
            updates |= {"dimension"}  # refused, unless the table was made anew
        return life.Change(updates, place, same_place=False, guarded="dimension" in updates)

    def refuse_loss(self, state: State, target: Target) -> None:
        kept = state.inputs.force_destroy or not state.outputs.added
        database = None if kept else database_of(state.outputs, target)
        site = Site(target, database, state.inputs) if database else None
        if site is not None and site.column_or_none(ACTING_SECONDS) is not None:
            lost = "whose vectors would be lost"
            refuse_while_holding_data(f"{site}'s table", "rows", site.count_rows(), lost)

    def refuse_update(self, state: State, inputs: VectorColumnInputs, target: Target) -> None:
        database = database_of(state.outputs, target)
        site = Site(target, database, inputs) if database else None
        there = site.column_or_none(ACTING_SECONDS) if site else None
        if site is not None and there is not None:
            refuse_another_dimension(inputs, there, site)

    def unfinished(self, state: State, settings: Settings) -> bool:
        return journal_of(state.outputs.database_id, state.inputs, settings).read() is not None

    def create(self, inputs: VectorColumnInputs, target: Target) -> tuple[str, VectorColumnOutputs]:
        database = target.database(inputs.database)
        site = Site(target, database, inputs)
        filling = journal_of(database.id, inputs, target.settings).read()
        there = site.column(ACTING_SECONDS)
        half_made = begun_before() or (filling is not None and filling.dropped)
        ours = there is None or half_made
        if there is not None and not ours:
            adopt(inputs, there, site)
        if there is None:
            about_to_make()
        taken_back = there is None and inputs.reload_from is None  # a reload goes on next time
        with site.left_as_it_was(added=taken_back):
            bring_up(site, inputs, there, target)
        place = f"{database.id}/{inputs.keyspace}/{inputs.table}"
        return f"{place}/{inputs.name}", _outputs(site, added=ours)

    def find(self, parts: Sequence[str], target: Target) -> State | None:
        place = dict(zip(("database", "keyspace", "table", "name"), parts, strict=True))
        inputs, db = VectorColumnInputs.model_validate(place), target.database(parts[0])
        outputs = VectorColumnOutputs(database_id=db.id, database_name=db.name, added=False)
        return _seen(life.State(inputs, outputs), db, target)

    def read(self, state: State, target: Target) -> State | None:
        database = database_of(state.outputs, target)
        if database is not None and self.unfinished(state, target.settings):
            return state  # or the next `up` would not call update, which ends the reload
        return _seen(state, database, target) if database else None

    def update(
        self, state: State, inputs: VectorColumnInputs, target: Target
    ) -> VectorColumnOutputs:
        database = target.database(state.outputs.database_id)
        site = Site(target, database, inputs)
        there = site.column()
        bring_up(site, inputs, there, target)
        return _outputs(site, added=state.outputs.added or there is None)

    def delete(self, state: State, target: Target) -> None:
        database = database_of(state.outputs, target)
        if database is None:
            return
        with target.schema_change(database):
            site = Site(target, database, state.inputs)
            column = site.column_or_none(ACTING_SECONDS)
            if column is not None and state.outputs.added:
                self.refuse_loss(state, target)
                site.drop()
            elif column is not None:
                site.detach(column)
            journal_of(database.id, state.inputs, target.settings).remove()


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

    With ``on_change="reload"`` and ``reload_from="TEXT_COLUMN"``, another provider or model of the
    same dimension takes the old vectors away and embeds the text of every row; also a column that
    is new gets the vectors of the rows that are there, and so does one that has another name for
    the sake of another dimension. Rows without text have no vector afterwards. A search finds only
    what is embedded so far. When it fails or is killed, the next `pulumi up` on the same machine
    goes on; see docs/reload.md.

    Args:
        resource_name: the resource's name in the stack.
        database: the database's name or id.
        table: the Table, or the name of one that is there.
        keyspace: the Keyspace, or the name of one that is there; the Table's, or
            ``default_keyspace``, if left out.
        name: the column's name; the resource's own name if left out.
        dimension: length of the vectors; the model's own if left out.
        service: what embeds the text; without it, applications bring their own vectors.
        index: the vector index, without which the column cannot be searched; None for none.
        on_change: ``replace`` (the default), or ``reload``: another model embeds the rows anew.
        reload_from: for a reload: the column whose text is embedded.
        target: the name of the target in the stack's configuration, where it is not the one that
            needs no name; that of the Table, the Keyspace or the service's token if left out.
        adopt: give service and index to a vector column that is there already.
        force_destroy: allow losing the column while the table has rows. Has to be applied by a
            `pulumi up` of its own before.
        opts: Pulumi's resource options.
    """

    provider_class = VectorColumnProvider

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
        keyspace: pulumi.Input[str] | Keyspace | None = None,
        name: pulumi.Input[str] | None = None,
        dimension: pulumi.Input[int] | None = None,
        service: EmbeddingService | EmbeddingServiceDict | None = None,
        index: VectorIndex | VectorIndexDict | None = DEFAULT_INDEX,
        on_change: pulumi.Input[rules.OnChange] | None = None,
        reload_from: pulumi.Input[str] | None = None,
        target: str | None = None,
        adopt: pulumi.Input[bool] | None = None,
        force_destroy: pulumi.Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs: dict[str, Any] = {
            "database": database,
            **in_keyspace(rules.DEFAULT_KEYSPACE if keyspace is None else keyspace),
            "table": table,
            "name": resource_name if name is None else name,
            "dimension": dimension,
            "service": service_input(service),
            "index": index_input(index),
            "on_change": on_change,
            "reload_from": reload_from,
            "target": target_input(target, table, keyspace, token_of(service)),
            "adopt": adopt,
            "force_destroy": force_destroy,
        }
        if isinstance(table, Table):
            inputs |= {"table": table.name, "table_generation": table.generation}
            inputs |= {PARENT: database_of_parent(table)}
            inputs |= {"keyspace": table.keyspace} if keyspace is None else {}
        super().__init__(resource_name, inputs, opts)


def _seen(state: State, database: Database, target: Target) -> State | None:
    """The column as it is; the inputs that say so already stay as they were written."""
    site = Site(target, database, state.inputs)
    column = site.column_or_none(SHOWN_SECONDS)
    if column is None:
        return None
    outputs = state.outputs.model_copy(update={"effective_dimension": column.get("dimension")})
    return life.State(life.rewritten(state.inputs, drift(state.inputs, column, site)), outputs)


def _outputs(site: Site, *, added: bool) -> VectorColumnOutputs:
    return VectorColumnOutputs(
        database_id=site.database.id,
        database_name=site.database.name,
        effective_dimension=site.column_there().get("dimension"),
        added=added,
    )
