"""Why a model gives no embeddings."""

from __future__ import annotations


class UnknownModelError(Exception):
    """The endpoint does not know a model of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no embedding model '{name}' here")


class ModelUnavailableError(Exception):
    """The model is known, but cannot be loaded on this machine; ``remedy`` says what helps."""

    def __init__(self, name: str, remedy: str) -> None:
        super().__init__(f"the embedding model '{name}' cannot be loaded: {remedy}")
