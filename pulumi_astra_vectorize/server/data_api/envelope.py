"""The Data API's envelope: replies, error objects and warnings (contract, section 1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

JsonObject = dict[str, Any]


class Failure(Exception):  # noqa: N818 - the contract's word is "errors", Python's is taken
    """A refusal with the vendor's own error code.

    ``code`` is the contract's errorCode; ``scope`` its scope (may be empty); ``family`` REQUEST
    or SERVER. ``status`` is the ``status`` member sent beside it, if any (``{"ok": 0}`` for table
    DDL that the database refused). ``document_ids`` goes into collections' write errors.
    ``http_status`` is 200 for everything but a refused token.
    """

    def __init__(  # noqa: PLR0913 - an error object has this many members
        self,
        code: str,
        message: str,
        *,
        scope: str = "",
        family: str = "REQUEST",
        title: str | None = None,
        status: JsonObject | None = None,
        document_ids: list[Any] | None = None,
        http_status: int = 200,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.scope = scope
        self.family = family
        self.title = title or code.replace("_", " ").capitalize()
        self.status = status
        self.document_ids = document_ids
        self.http_status = http_status

    def as_object(self) -> JsonObject:
        """The error object on the wire."""
        shown: JsonObject = {
            "id": str(uuid4()),
            "family": self.family,
            "scope": self.scope,
            "errorCode": self.code,
            "title": self.title,
            "message": self.message,
        }
        if self.document_ids is not None:
            shown["documentIds"] = self.document_ids
        return shown


def schema_failure(code: str, message: str, *, ok0: bool = False) -> Failure:
    """A refusal of scope SCHEMA; ``ok0`` for what the database itself refused."""
    return Failure(code, message, scope="SCHEMA", status={"ok": 0} if ok0 else None)


def document_failure(code: str, message: str) -> Failure:
    """A refusal of scope DOCUMENT."""
    return Failure(code, message, scope="DOCUMENT")


def limit_failure(problem: str) -> Failure:
    """SHRED_DOC_LIMIT_VIOLATION: larger, longer or deeper than documents may be."""
    return document_failure(
        "SHRED_DOC_LIMIT_VIOLATION", f"Document size limitation violated: {problem}."
    )


def filter_failure(code: str, message: str) -> Failure:
    """A refusal of scope FILTER."""
    return Failure(code, message, scope="FILTER")


def sort_failure(code: str, message: str) -> Failure:
    """A refusal of scope SORT."""
    return Failure(code, message, scope="SORT")


def update_failure(code: str, message: str) -> Failure:
    """A refusal of scope UPDATE."""
    return Failure(code, message, scope="UPDATE")


def unexpected_failure(message: str) -> Failure:
    """What the real server answers where it fell over: SERVER//UNEXPECTED_SERVER_ERROR."""
    return Failure("UNEXPECTED_SERVER_ERROR", message, family="SERVER")


def invalid_query(message: str, *, ok0: bool = False) -> Failure:
    """What the database itself refuses: INVALID_DATABASE_QUERY; ``ok0`` for schema commands."""
    status = {"ok": 0} if ok0 else None
    return Failure(
        "INVALID_DATABASE_QUERY", message, scope="DATABASE", family="SERVER", status=status
    )


@dataclass
class Reply:
    """What a command answers: only the members that apply are sent."""

    status: JsonObject | None = None
    data: JsonObject | None = None
    errors: list[Failure] = field(default_factory=list["Failure"])
    warnings: list[JsonObject] = field(default_factory=list[JsonObject])

    def as_object(self) -> JsonObject:
        """The reply on the wire; warnings sit in ``status.warnings``."""
        shown: JsonObject = {}
        status = dict(self.status) if self.status is not None else None
        if self.warnings:
            status = {**(status or {}), "warnings": self.warnings}
        if status is not None:
            shown["status"] = status
        if self.data is not None:
            shown["data"] = self.data
        if self.errors:
            shown["errors"] = [failure.as_object() for failure in self.errors]
        return shown


def warning(code: str, message: str) -> JsonObject:
    """A warning object for ``Reply.warnings``."""
    return Failure(code, message, scope="WARNING").as_object()


OK = Reply(status={"ok": 1})
"""The answer of schema commands that succeeded."""
