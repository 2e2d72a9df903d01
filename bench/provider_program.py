"""The Pulumi program of bench/provider.py: BENCH_RESOURCES resources, in blocks of ten.

With BENCH_FLOOR the hooks of all of them do nothing: what is left is what the engine and
pulumi.dynamic cost for the same inputs.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, ClassVar
from unittest import mock

from pulumi.dynamic import (  # noqa: TID251 - the floor is what pulumi.dynamic itself costs
    CreateResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

import pulumi_astra_vectorize as astra
from pulumi_astra_vectorize.engine import Resource
from pulumi_astra_vectorize.lifecycle import Lifecycle
from pulumi_astra_vectorize.resources.collection import CollectionLifecycle
from pulumi_astra_vectorize.resources.integration import IntegrationLifecycle
from pulumi_astra_vectorize.resources.table import TableLifecycle
from pulumi_astra_vectorize.resources.token_scope import TokenScopeLifecycle
from pulumi_astra_vectorize.resources.user_access_token import UserAccessTokenLifecycle
from pulumi_astra_vectorize.resources.vector_column import VectorColumnLifecycle

DATABASES = tuple(f"bench-{number}" for number in range(1, 5))
MODEL = "sentence-transformers/all-MiniLM-L6-v2"
COLUMNS = {"id": "text", "title": "text", "words": "int"}
BLOCK = 10


class EmptyProvider(ResourceProvider):
    """Hooks that answer at once; all else is pulumi.dynamic's own."""

    serialize_as_secret_always = False
    rules: ClassVar[Lifecycle[Any, Any]]

    def create(self, props: Mapping[str, Any]) -> CreateResult:
        """There, with something in each output: the next resource gets inputs of the same size."""
        outputs = dict.fromkeys(self.rules.outputs_type.model_fields, "")
        return CreateResult("there", {**outputs, **props})

    def read(self, id_: str, props: Mapping[str, Any]) -> ReadResult:
        """As it was."""
        inputs = {n: v for n, v in props.items() if n in self.rules.inputs_type.model_fields}
        return ReadResult(id_, dict(props), inputs)

    def update(self, _id: str, _olds: Mapping[str, Any], _news: Mapping[str, Any]) -> UpdateResult:
        """As the program says."""
        return UpdateResult(dict(_news))


class IntegrationProvider(EmptyProvider):
    """Empty."""

    rules = IntegrationLifecycle()


class UserAccessTokenProvider(EmptyProvider):
    """Empty."""

    rules = UserAccessTokenLifecycle()


class TokenScopeProvider(EmptyProvider):
    """Empty."""

    rules = TokenScopeLifecycle()


class CollectionProvider(EmptyProvider):
    """Empty."""

    rules = CollectionLifecycle()


class TableProvider(EmptyProvider):
    """Empty."""

    rules = TableLifecycle()


class VectorColumnProvider(EmptyProvider):
    """Empty."""

    rules = VectorColumnLifecycle()


EMPTY: dict[type[Resource], type[ResourceProvider]] = {
    astra.Integration: IntegrationProvider,
    astra.UserAccessToken: UserAccessTokenProvider,
    astra.TokenScope: TokenScopeProvider,
    astra.Collection: CollectionProvider,
    astra.Table: TableProvider,
    astra.VectorColumn: VectorColumnProvider,
}


def declare() -> None:
    """The whole program, as the environment asks for it."""
    blocks = int(os.environ["BENCH_RESOURCES"]) // BLOCK
    if "BENCH_FLOOR" not in os.environ:
        _declare_blocks(blocks)
        return
    for kind, provider in EMPTY.items():
        mock.patch.object(kind, "provider_class", provider).start()
    _declare_blocks(blocks)


def _declare_blocks(blocks: int) -> None:
    integration = astra.Integration("hugging-face")
    for number in range(blocks):
        _declare_block(f"b{number}", DATABASES[number % len(DATABASES)], integration)


def _declare_block(name: str, database: str, integration: astra.Integration) -> None:
    """A token with its scope, four collections, two tables with a vector column each."""
    token = astra.UserAccessToken(name, integration=integration, secret=f"hf_secret_value_{name}")
    scope = astra.TokenScope(name, token=token, databases=[database])
    service = astra.EmbeddingService(provider="huggingface", model=MODEL, token=scope.token)
    for number in range(2):
        astra.Collection(f"{name}_text_{number}", database=database, service=service)
        astra.Collection(f"{name}_vectors_{number}", database=database, dimension=384)
        table = astra.Table(
            f"{name}_rows_{number}", database=database, columns=COLUMNS, primary_key="id"
        )
        astra.VectorColumn(
            f"{name}_column_{number}", database=database, table=table, name="v", service=service
        )
