"""Pulumi resources for Astra DB vectorize: what a program imports, and nothing else.

The names are loaded on first use: the command line and the embedded server live in this package
too, and must start without waiting for Pulumi's SDK.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_astra_vectorize.resources._primary_key import PrimaryKeyDict
    from pulumi_astra_vectorize.resources._table_definition import ColumnDict
    from pulumi_astra_vectorize.resources._vector_index import VectorIndex, VectorIndexDict
    from pulumi_astra_vectorize.resources.collection import Collection
    from pulumi_astra_vectorize.resources.embedding_service import (
        EmbeddingService,
        EmbeddingServiceDict,
    )
    from pulumi_astra_vectorize.resources.integration import Integration
    from pulumi_astra_vectorize.resources.keyspace import Keyspace
    from pulumi_astra_vectorize.resources.table import Table
    from pulumi_astra_vectorize.resources.token_scope import TokenScope
    from pulumi_astra_vectorize.resources.user_access_token import UserAccessToken
    from pulumi_astra_vectorize.resources.vector_column import VectorColumn

_HOMES = {
    "Collection": "collection",
    "ColumnDict": "_table_definition",
    "EmbeddingService": "embedding_service",
    "EmbeddingServiceDict": "embedding_service",
    "Integration": "integration",
    "Keyspace": "keyspace",
    "PrimaryKeyDict": "_primary_key",
    "Table": "table",
    "TokenScope": "token_scope",
    "UserAccessToken": "user_access_token",
    "VectorColumn": "vector_column",
    "VectorIndex": "_vector_index",
    "VectorIndexDict": "_vector_index",
}
"""The module in resources/ that each public name is in."""

__all__ = [
    "Collection",
    "ColumnDict",
    "EmbeddingService",
    "EmbeddingServiceDict",
    "Integration",
    "Keyspace",
    "PrimaryKeyDict",
    "Table",
    "TokenScope",
    "UserAccessToken",
    "VectorColumn",
    "VectorIndex",
    "VectorIndexDict",
]

if not TYPE_CHECKING:  # or a type checker would take any name for one of ours

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.resources.{_HOMES[name]}"), name)
