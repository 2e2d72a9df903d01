"""Pulumi resources for Astra DB vectorize: what a program imports, and nothing else."""

from pulumi_astra_vectorize.resources._vector_index import VectorIndex, VectorIndexDict
from pulumi_astra_vectorize.resources.collection import Collection
from pulumi_astra_vectorize.resources.embedding_service import (
    EmbeddingService,
    EmbeddingServiceDict,
)
from pulumi_astra_vectorize.resources.integration import Integration
from pulumi_astra_vectorize.resources.table import ColumnDict, PrimaryKeyDict, Table
from pulumi_astra_vectorize.resources.token_scope import TokenScope
from pulumi_astra_vectorize.resources.user_access_token import UserAccessToken
from pulumi_astra_vectorize.resources.vector_column import VectorColumn

__all__ = [
    "Collection",
    "ColumnDict",
    "EmbeddingService",
    "EmbeddingServiceDict",
    "Integration",
    "PrimaryKeyDict",
    "Table",
    "TokenScope",
    "UserAccessToken",
    "VectorColumn",
    "VectorIndex",
    "VectorIndexDict",
]
