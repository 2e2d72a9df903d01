"""Why a model, or a provider that is asked for embeddings, gives none."""

from __future__ import annotations

from typing import Literal

Trouble = Literal["CLIENT_ERROR", "RATE_LIMITED", "SERVER_ERROR", "TIMEOUT", "UNEXPECTED_RESPONSE"]
"""What an answer without vectors is, in the words of contract data-api.md, section 9."""


class ProviderError(Exception):
    """The provider gave no vectors.

    ``trouble`` is None where there was no answer to speak of: it cannot be reached, broke off, or
    said something else than vectors.
    """

    def __init__(self, trouble: Trouble | None, message: str) -> None:
        super().__init__(message)
        self.trouble = trouble
        self.message = message


class UnknownModelError(Exception):
    """The endpoint does not know a model of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no embedding model '{name}' here")


class ModelUnavailableError(Exception):
    """The model is known, but cannot be loaded on this machine; ``remedy`` says what helps."""

    def __init__(self, name: str, remedy: str) -> None:
        super().__init__(f"the embedding model '{name}' cannot be loaded: {remedy}")
