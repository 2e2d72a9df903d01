"""Temporary: stands in until server/embedding is there; then this file goes."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter


def embedding_client(base_url: str) -> Any:
    try:
        from pulumi_astra_vectorize.server.embedding.client import EmbeddingClient
    except ModuleNotFoundError:
        return _None()
    return EmbeddingClient(base_url)


def embedding_router(server: Any) -> APIRouter:
    try:
        from pulumi_astra_vectorize.server.embedding.routes import router
    except ModuleNotFoundError:
        return APIRouter()
    return router(server)


class _None:
    def close(self) -> None: ...
