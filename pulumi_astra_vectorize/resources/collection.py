"""A collection whose ``$vectorize`` text is embedded through a user access token.

Vendor's page: "Add the Hugging Face Serverless integration to a new collection".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import pulumi

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize import rules
from pulumi_astra_vectorize.api.data_api import DataApi, DataApiError, JsonObject
from pulumi_astra_vectorize.api.devops import Database
from pulumi_astra_vectorize.api.target import Target
from pulumi_astra_vectorize.engine import Provider, Resource
from pulumi_astra_vectorize.resources._collection_definition import (
    FIXED,
    CollectionInputs,
    actual,
    definition_problems,
    differences,
    options_of,
    wanted,
)
from pulumi_astra_vectorize.resources._data_guard import (
    refuse_unless_adopted,
    refuse_while_holding_data,
)
from pulumi_astra_vectorize.resources._place import PLACE, database_of, same_database
from pulumi_astra_vectorize.resources._settle import settle
from pulumi_astra_vectorize.resources._values import database_reference, entity_names
from pulumi_astra_vectorize.resources.embedding_service import (
    EmbeddingService,
    EmbeddingServiceDict,
    explained,
    service_input,
    service_problems,
)
from pulumi_astra_vectorize.settings import TargetName


class CollectionOutputs(life.Outputs):
    """Where the collection is, and every setting as the server has it."""

    database_id: str = ""
    database_name: str = ""
    effective: dict[str, Any] = {}


State = life.State[CollectionInputs, CollectionOutputs]


class CollectionLifecycle(life.Lifecycle[CollectionInputs, CollectionOutputs]):
    """A collection's definition is fixed at creation: a change of it is another collection."""

    inputs_type: ClassVar[type[life.Inputs]] = CollectionInputs
    outputs_type: ClassVar[type[life.Outputs]] = CollectionOutputs

    def problems(self, known: life.Properties, target: TargetName) -> Iterable[life.Problem]:
        yield from database_reference(known)
        yield from entity_names(known, target, keyspace="keyspace", name="collection")
        yield from service_problems(known)
        yield from definition_problems(known)

    def diff(self, state: State, inputs: CollectionInputs) -> life.Change:
        changed = life.compare(state.inputs, inputs, replaces=PLACE | FIXED)
        place = changed.replaces & PLACE
        if same_database(state.outputs, inputs.database):
            place -= {"database"}
        fixed = differences(wanted(inputs), wanted(state.inputs))
        return life.Change(changed.updates, place.union(fixed), same_place=not place)

    def refuse_loss(self, state: State, target: Target) -> None:
        inputs = state.inputs
        database = None if inputs.force_destroy else database_of(state.outputs, target)
        if database is not None and _find(target.data_api(database), inputs) is not None:
            what = f"collection {inputs.name!r} in {_place(inputs, database)}"
            count = target.data_api(database).count_documents(inputs.keyspace, inputs.name)
            refuse_while_holding_data(what, "documents", count)

    def create(self, inputs: CollectionInputs, target: Target) -> tuple[str, CollectionOutputs]:
        database = target.devops.resolve(inputs.database)
        with target.schema_change(database):
            api = target.data_api(database)
            there = _find(api, inputs)
            if there is None:
                _create(api, inputs, database, target)
            else:
                _adopt(inputs, there, database)
            outputs = _outputs(database, _find(api, inputs) or {})
        return f"{database.id}/{inputs.keyspace}/{inputs.name}", outputs

    def read(self, state: State, target: Target) -> State | None:
        database = database_of(state.outputs, target)
        options = _find(target.data_api(database), state.inputs) if database else None
        if database is None or options is None:
            return None
        there = actual(options)
        drifted = differences(wanted(state.inputs), there)
        inputs = life.rewritten(state.inputs, {name: there.get(name) for name in drifted})
        return life.State(inputs, _outputs(database, options))

    def update(self, state: State, inputs: CollectionInputs, target: Target) -> CollectionOutputs:
        return state.outputs  # only what is allowed has changed: adopt, force_destroy

    def delete(self, state: State, target: Target) -> None:
        database = database_of(state.outputs, target)
        if database is None:
            return
        inputs, api = state.inputs, target.data_api(database)
        with target.schema_change(database):
            if _find(api, inputs) is None:
                return  # gone already; a table of that name is not ours to drop
            self.refuse_loss(state, target)
            api.delete_collection(inputs.keyspace, inputs.name)


class CollectionProvider(Provider):
    """Pickled by name into the state: never moves."""

    rules = CollectionLifecycle()


class Collection(Resource, module="astra-vectorize", name="Collection"):
    """A collection of documents; text in ``$vectorize`` is embedded through ``service``.

    Anything about its definition is fixed for life: a change replaces the collection, and is
    refused while it holds documents unless ``force_destroy`` was applied before.

    Args:
        resource_name: the resource's name in the stack.
        database: the database's name or id.
        keyspace: ``default_keyspace`` if left out.
        name: letters, numbers and underscores; the resource's own name if left out.
        service: what embeds the text; without it, applications bring their own vectors.
        dimension: length of the vectors; the model's own if left out.
        metric: ``cosine`` (the default), ``dot_product`` or ``euclidean``.
        source_model: the model that the index is tuned for; ``other`` if left out.
        indexing: ``{"allow": [paths]}`` or ``{"deny": [paths]}``; everything is indexed if left
            out.
        default_id: type of the ids made for documents without one: ``objectId``, ``uuid``,
            ``uuidv6`` or ``uuidv7``.
        lexical: ``{"enabled": ..., "analyzer": ...}``, where the server has the feature.
        rerank: ``{"enabled": ..., "service": ...}``, where the server has the feature.
        adopt: take over a collection of that name if its definition is the same.
        force_destroy: allow deleting and replacing while it holds documents. Has to be applied by
            a `pulumi up` of its own before.
        opts: Pulumi's resource options.
    """

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
        keyspace: pulumi.Input[str] = rules.DEFAULT_KEYSPACE,
        name: pulumi.Input[str] | None = None,
        service: EmbeddingService | EmbeddingServiceDict | None = None,
        dimension: pulumi.Input[int] | None = None,
        metric: pulumi.Input[str] | None = None,
        source_model: pulumi.Input[str] | None = None,
        indexing: pulumi.Input[Mapping[str, Any]] | None = None,
        default_id: pulumi.Input[str] | None = None,
        lexical: pulumi.Input[Mapping[str, Any]] | None = None,
        rerank: pulumi.Input[Mapping[str, Any]] | None = None,
        adopt: pulumi.Input[bool] | None = None,
        force_destroy: pulumi.Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "database": database,
            "keyspace": keyspace,
            "name": resource_name if name is None else name,
            "service": service_input(service),
            "dimension": dimension,
            "metric": metric,
            "source_model": source_model,
            "indexing": indexing,
            "default_id": default_id,
            "lexical": lexical,
            "rerank": rerank,
            "adopt": adopt,
            "force_destroy": force_destroy,
        }
        super().__init__(CollectionProvider(), resource_name, inputs, opts)


def _find(api: DataApi, inputs: CollectionInputs) -> JsonObject | None:
    return api.collections(inputs.keyspace).get(inputs.name)


def _create(api: DataApi, inputs: CollectionInputs, database: Database, target: Target) -> None:
    options = options_of(inputs)
    try:
        settle(
            lambda: api.create_collection(inputs.keyspace, inputs.name, options),
            lambda: _find(api, inputs) is not None,
        )
    except DataApiError as error:
        raise explained(error, inputs.service, database, target) from None


def _adopt(inputs: CollectionInputs, options: JsonObject, database: Database) -> None:
    there, desired = actual(options), wanted(inputs)
    refuse_unless_adopted(
        "collection",
        inputs.name,
        _place(inputs, database),
        adopt=inputs.adopt,
        differences={
            name: (there.get(name), desired[name]) for name in differences(desired, there)
        },
    )


def _outputs(database: Database, options: JsonObject) -> CollectionOutputs:
    return CollectionOutputs(
        database_id=database.id, database_name=database.name, effective=dict(actual(options))
    )


def _place(inputs: CollectionInputs, database: Database) -> str:
    return f"{database.name}/{inputs.keyspace}"
