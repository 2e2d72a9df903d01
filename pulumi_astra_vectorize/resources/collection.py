"""A collection whose ``$vectorize`` text is embedded through a user access token.

Vendor's page: "Add the Hugging Face Serverless integration to a new collection".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import pulumi

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize import rules
from pulumi_astra_vectorize.api.commands import JsonObject
from pulumi_astra_vectorize.api.databases import Database
from pulumi_astra_vectorize.api.recent import ACTING_SECONDS, SHOWN_SECONDS
from pulumi_astra_vectorize.creations import about_to_make, begun_before
from pulumi_astra_vectorize.engine import Provider, Resource, target_input
from pulumi_astra_vectorize.problems import Problem
from pulumi_astra_vectorize.reload.collection import CollectionReload
from pulumi_astra_vectorize.reload.progress import ProgressLines
from pulumi_astra_vectorize.reload.spool import Spool
from pulumi_astra_vectorize.resources._collection_definition import (
    FIXED,
    CollectionInputs,
    Definition,
    actual,
    definition_problems,
    differences,
    wanted,
)
from pulumi_astra_vectorize.resources._collection_site import CollectionSite
from pulumi_astra_vectorize.resources._data_guard import (
    refuse_unless_adopted,
    refuse_while_holding_data,
    refuse_while_reloading,
)
from pulumi_astra_vectorize.resources._place import (
    PARENT,
    PLACE,
    database_of,
    moved,
    place_problems,
    reload_place,
)
from pulumi_astra_vectorize.resources._values import entity_names
from pulumi_astra_vectorize.resources.embedding_service import (
    EmbeddingService,
    EmbeddingServiceDict,
    service_input,
    service_problems,
    token_of,
)
from pulumi_astra_vectorize.resources.keyspace import Keyspace, in_keyspace

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.target import Target
    from pulumi_astra_vectorize.settings import Settings, TargetName


class CollectionOutputs(life.Outputs):
    """Where the collection is, and every setting as the server has it."""

    database_id: str = ""
    database_name: str = ""
    effective: dict[str, Any] = {}


State = life.State[CollectionInputs, CollectionOutputs]


class CollectionLifecycle(life.Lifecycle[CollectionInputs, CollectionOutputs]):
    """A collection's definition is fixed at creation: a change of it is another collection.

    It takes the documents over where the user asks for that (``on_change="reload"``).
    """

    inputs_type: ClassVar[type[life.ResourceInputs]] = CollectionInputs
    outputs_type: ClassVar[type[life.Outputs]] = CollectionOutputs
    only_checked: ClassVar[frozenset[str]] = frozenset({PARENT})
    identifier: ClassVar[str] = "DATABASE/KEYSPACE/NAME"

    def problems(self, known: life.Properties, target: TargetName) -> Iterable[Problem]:
        yield from place_problems(known)
        yield from entity_names(known, target, keyspace="keyspace", name="collection")
        yield from service_problems(known)
        yield from definition_problems(known)

    def diff(self, state: State, inputs: CollectionInputs) -> life.Change:
        changed = life.compare(state.inputs, inputs, replaces=PLACE | FIXED)
        place = moved(state.outputs, changed.replaces & PLACE, inputs.database)
        fixed = differences(wanted(inputs), wanted(state.inputs))
        if inputs.on_change == "reload" and not place:
            return life.Change(changed.updates | fixed)
        return life.Change(changed.updates, place.union(fixed), same_place=not place)

    def unfinished(self, state: State, settings: Settings) -> bool:
        return _spool(state.outputs.database_id, state.inputs, settings).manifest() is not None

    def refuse_loss(self, state: State, target: Target) -> None:
        inputs = state.inputs
        if inputs.force_destroy:
            return
        refuse_while_reloading(_spool(state.outputs.database_id, inputs, target.settings))
        database = database_of(state.outputs, target)
        site = CollectionSite(target, database, inputs) if database else None
        if site is not None and site.options(ACTING_SECONDS) is not None:
            refuse_while_holding_data(str(site), "documents", site.count())

    def create(self, inputs: CollectionInputs, target: Target) -> tuple[str, CollectionOutputs]:
        database = target.database(inputs.database)
        refuse_while_reloading(_spool(database.id, inputs, target.settings))
        with target.schema_change(database):
            site = CollectionSite(target, database, inputs)
            there = site.options(ACTING_SECONDS)
            if there is None:
                about_to_make()
                site.create()
            else:
                _adopt(inputs, there, site)
            outputs = _outputs(site)
        return f"{database.id}/{inputs.keyspace}/{inputs.name}", outputs

    def find(self, parts: Sequence[str], target: Target) -> State | None:
        database = target.database(parts[0])
        inputs = CollectionInputs(database=parts[0], keyspace=parts[1], name=parts[2])
        return _seen(inputs, database, target)

    def read(self, state: State, target: Target) -> State | None:
        database = database_of(state.outputs, target)
        if database is None:
            return None
        if self.unfinished(state, target.settings):
            return state  # or the next `up` would not call update, which ends the reload
        return _seen(state.inputs, database, target)

    def update(self, state: State, inputs: CollectionInputs, target: Target) -> CollectionOutputs:
        redefined = differences(wanted(inputs), wanted(state.inputs))
        if not redefined and not self.unfinished(state, target.settings):
            return state.outputs  # only what is allowed has changed: adopt, force_destroy
        database = target.database(state.outputs.database_id)
        site = CollectionSite(target, database, inputs)
        spool = _spool(database.id, inputs, target.settings)
        CollectionReload(site, spool, ProgressLines(f"reload of {site}")).run()
        return _outputs(site)

    def delete(self, state: State, target: Target) -> None:
        self.refuse_loss(state, target)
        database = database_of(state.outputs, target)
        if database is None:
            return
        CollectionSite(target, database, state.inputs).drop()
        _spool(database.id, state.inputs, target.settings).discard()


class CollectionProvider(Provider):
    """Pickled by name into the state: never moves."""

    rules = CollectionLifecycle()


class Collection(Resource, module="astra-vectorize", name="Collection"):
    """A collection of documents; text in ``$vectorize`` is embedded through ``service``.

    Anything about its definition is fixed for life: a change replaces the collection, and is
    refused while it holds documents unless ``force_destroy`` was applied before. With
    ``on_change="reload"`` a change takes the documents along: they are exported to a file, the
    collection is dropped and created anew, and they are loaded; text is embedded anew, vectors
    without text are kept where provider, model and dimension stay. The collection is gone or
    incomplete meanwhile, and what applications write during that time may be lost: stop them. When
    it fails or is killed, the file stays (setting ``astra-vectorize:spoolFolder``), and the next
    `pulumi up` on the same machine goes on from there; see docs/reload.md.

    Args:
        resource_name: the resource's name in the stack.
        database: the database's name or id.
        keyspace: the Keyspace, or the name of one that is there; ``default_keyspace`` if left out.
        name: letters, numbers and underscores; the resource's own name if left out.
        service: what embeds the text; without it, applications bring their own vectors.
        dimension: length of the vectors; the model's own if left out.
        metric: ``cosine`` (the default), ``dot_product`` (that of a ``source_model``) or
            ``euclidean``.
        source_model: the model that the index is tuned for; ``other`` if left out.
        indexing: ``{"allow": [paths]}`` or ``{"deny": [paths]}``; everything is indexed if left
            out.
        default_id: type of the ids made for documents without one: ``objectId``, ``uuid``,
            ``uuidv6`` or ``uuidv7``.
        lexical: ``{"enabled": ..., "analyzer": ...}``, where the server has the feature.
        rerank: ``{"enabled": ..., "service": ...}``, where the server has the feature.
        on_change: ``replace`` (the default) or ``reload``: what a change of the definition means.
        target: the name of the target in the stack's configuration, where it is not the one that
            needs no name; that of the Keyspace or of the service's token if left out, where these
            are resources.
        adopt: take over a collection of that name if its definition is the same.
        force_destroy: allow deleting and replacing while it holds documents. Has to be applied by
            a `pulumi up` of its own before.
        opts: Pulumi's resource options.
    """

    provider_class = CollectionProvider

    database: pulumi.Output[str]
    keyspace: pulumi.Output[str]
    name: pulumi.Output[str]
    database_id: pulumi.Output[str]
    database_name: pulumi.Output[str]
    effective: pulumi.Output[Mapping[str, Any]]
    """Every setting as the server has it, also those that were left out."""

    def __init__(
        self,
        resource_name: str,
        *,
        database: pulumi.Input[str],
        keyspace: pulumi.Input[str] | Keyspace = rules.DEFAULT_KEYSPACE,
        name: pulumi.Input[str] | None = None,
        service: EmbeddingService | EmbeddingServiceDict | None = None,
        dimension: pulumi.Input[int] | None = None,
        metric: pulumi.Input[rules.Metric] | None = None,
        source_model: pulumi.Input[rules.SourceModel] | None = None,
        indexing: pulumi.Input[Mapping[str, Any]] | None = None,
        default_id: pulumi.Input[rules.IdType] | None = None,
        lexical: pulumi.Input[Mapping[str, Any]] | None = None,
        rerank: pulumi.Input[Mapping[str, Any]] | None = None,
        on_change: pulumi.Input[rules.OnChange] | None = None,
        target: str | None = None,
        adopt: pulumi.Input[bool] | None = None,
        force_destroy: pulumi.Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "database": database,
            **in_keyspace(keyspace),
            "name": resource_name if name is None else name,
            "service": service_input(service),
            "dimension": dimension,
            "metric": metric,
            "source_model": source_model,
            "indexing": indexing,
            "default_id": default_id,
            "lexical": lexical,
            "rerank": rerank,
            "on_change": on_change,
            "target": target_input(target, keyspace, token_of(service)),
            "adopt": adopt,
            "force_destroy": force_destroy,
        }
        super().__init__(resource_name, inputs, opts)


def _spool(database_id: str, inputs: CollectionInputs, settings: Settings) -> Spool:
    place = reload_place(settings, database_id, inputs.keyspace, inputs.name)
    return Spool(settings.spool_folder, place)


def _adopt(inputs: CollectionInputs, options: JsonObject, site: CollectionSite) -> None:
    there, desired = actual(options), wanted(inputs)
    refuse_unless_adopted(
        "collection",
        inputs.name,
        site.place,
        adopt=inputs.adopt or begun_before(),
        differences={
            name: (there.get(name), desired[name]) for name in differences(desired, there)
        },
    )


def _seen(inputs: CollectionInputs, database: Database, target: Target) -> State | None:
    """The collection as it is; the inputs that say so already stay as they were written."""
    options = CollectionSite(target, database, inputs).options(SHOWN_SECONDS)
    if options is None:
        return None
    there = actual(options)
    drifted = differences(wanted(inputs), there)
    seen = life.rewritten(inputs, {name: there.get(name) for name in drifted})
    return life.State(seen, _outputs_of(database, there))


def _outputs(site: CollectionSite) -> CollectionOutputs:
    return _outputs_of(site.database, actual(site.options_there()))


def _outputs_of(database: Database, there: Definition) -> CollectionOutputs:
    return CollectionOutputs(
        database_id=database.id, database_name=database.name, effective=dict(there)
    )
