"""Every error that a user can meet: a stable code, what happened, whose fault, what to do next.

AstraVectorizeError
├── ConfigurationError   the settings of this run are missing, contradictory or refused
├── UnreachableError     the target did not answer, or not in a way that can be understood
├── RefusedError         the target or the embedding provider answered with an error of its own
├── NotFoundError        something that the program names is not there
├── ConflictError        something is there already, or is not what the program says
└── GuardError           the step would destroy data or stop embedding, and nobody allowed it
"""

from __future__ import annotations

from typing import Literal

Source = Literal["Astra DB", "embedding provider", "this program"]


class AstraVectorizeError(Exception):
    """The root of all errors of this package.

    Args:
        code: stable, upper case: what scripts and searches hold on to.
        message: what happened, to which resource, database and token *name*; never a secret.
        fix: what the user does next, as a sentence or a line to paste.
        source: which side failed (vendor's page, section "Troubleshoot vectorize").
    """

    def __init__(
        self, code: str, message: str, *, fix: str, source: Source = "this program"
    ) -> None:
        super().__init__(code, message, fix, source)
        self.code = code
        self.message = message
        self.fix = fix
        self.source: Source = source

    def __str__(self) -> str:
        return f"[{self.code}] {self.message} (Source: {self.source}.) What to do: {self.fix}"


class ConfigurationError(AstraVectorizeError):
    """The settings of this run are missing, contradictory or refused by the target."""


class UnreachableError(AstraVectorizeError):
    """The target did not answer, or not in a way that can be understood."""


class RefusedError(AstraVectorizeError):
    """The target or the embedding provider answered with an error of its own."""


class NotFoundError(AstraVectorizeError):
    """Something that the program names is not there."""


class ConflictError(AstraVectorizeError):
    """Something is there already, or is not what the program says."""


class GuardError(AstraVectorizeError):
    """The step would destroy data or stop embedding, and nobody allowed it."""
