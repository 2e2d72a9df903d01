"""What the control interface hears and says; camelCase on the wire (docs/control.md)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from pulumi_astra_vectorize.rules import DATABASE_STATUSES
from pulumi_astra_vectorize.wire import Secret

Port = Literal["main", "database"]
"""The main port, or a port of a database (the Data API)."""

Loss = Literal["request", "answer", "half-answer"]
"""What gets lost: the request before it is handled, its answer, or the answer's second half."""


class _Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


def _known_status(status: str) -> str:
    if status not in DATABASE_STATUSES:
        raise ValueError(f"{status!r} is no status of a database")
    return status


class Fault(_Model):
    """A trouble for the next requests that it fits.

    A fault has a ``status``, or it loses something, or it only takes its time; it may be late and
    fail as well.
    """

    path: str = Field(default="*", description="Pattern of the path; `*` stands for anything.")
    port: Port | None = Field(default=None, description="Only requests to this kind of port.")
    status: int | None = Field(default=None, ge=400, le=599, description="Answered unhandled.")
    body: dict[str, Any] | None = Field(default=None, description="The JSON beside `status`.")
    lose: Loss | None = Field(default=None, description="What the client never gets.")
    latency_seconds: float = Field(default=0, ge=0, le=600, description="Waited first.")
    times: int | None = Field(default=1, gt=0, description="So many requests; null: all.")

    @model_validator(mode="after")
    def _is_one_trouble(self) -> Fault:
        if self.status is not None and self.lose is not None:
            raise ValueError("a fault has a status or loses something, not both")
        if self.status is None and self.lose is None and not self.latency_seconds:
            raise ValueError("a fault needs one of status, lose and latencySeconds")
        if self.body is not None and self.status is None:
            raise ValueError("a body goes with a status")
        return self


class CredentialCacheSettings(_Model):
    """How long the Data API remembers the secrets that it looked up.

    The real one has 300 seconds after the last use (contract data-api.md, section 10).
    """

    seconds: float = Field(default=0, ge=0, description="0: every use looks the secret up.")
    after: Literal["access", "write"] = Field(
        default="access", description="Counted from the last use, or from the look-up."
    )
    empty_answers: bool = Field(
        default=False,
        description="A missing credential is an empty answer, which is remembered too.",
    )


class StatusChange(_Model):
    """A database's new status."""

    status: Annotated[str, AfterValidator(_known_status)]
    refusals: int | None = Field(
        default=None, gt=0, description="ACTIVE after so many refused requests; null: never."
    )


class SecretOfProvider(_Model):
    """A secret of the imitated Hugging Face."""

    secret: Secret


class SeedFolder(_Model):
    """A folder on the server's machine: ``DATABASE/KEYSPACE/COLLECTION.jsonl``."""

    folder: str


class SeededCollection(_Model):
    """A collection that documents were put into."""

    database: str
    keyspace: str
    name: str
    documents: int


class CountedRequest(_Model):
    """A kind of request; ``command`` is the Data API's."""

    port: Port
    method: str
    path: str
    command: str | None
    times: int


class RequestCounts(_Model):
    """What was asked since the counts were cleared; the control interface's own calls stay out."""

    connections: int
    requests: list[CountedRequest]
