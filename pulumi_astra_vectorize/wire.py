"""What the integrations service says and hears, for the service and for its clients.

The members are camelCase on the wire. Requests refuse members they do not know; answers may
grow, so a client ignores what it does not know.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, SecretStr
from pydantic.alias_generators import to_camel

INTEGRATIONS = "/v1/integrations"
"""Where the service stands on the main port."""

SINGLE_TENANT = "SINGLE-TENANT"
"""The id of the one database of a self-hosted Data API (contract credentials.md)."""

EMBEDDED_CLOUD = "LOCAL"
"""The cloud that databases of the embedded server are in; Astra's are in AWS, GCP or AZURE."""

Secret = Annotated[
    SecretStr, PlainSerializer(SecretStr.get_secret_value, return_type=str, when_used="json")
]
"""Masked in Python and in logs; written out only by ``model_dump_json``, for the wire."""


class _Request(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


class _View(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class NewIntegration(_Request):
    """Adds an embedding provider to the organisation."""

    provider: str = Field(description="The provider's id, as findEmbeddingProviders lists it.")


class IntegrationView(_View):
    """An embedding provider that the organisation has added."""

    provider: str
    active: bool = Field(description="True once it has a user access token.")
    created_at: datetime


class NewToken(_Request):
    """Adds a user access token under a name that no other token of the integration has."""

    name: str = Field(
        description="1 to 50 letters, digits, `_` and `-`; first and last a letter or digit."
    )
    secret: Secret = Field(description="The provider's key. Kept encrypted, never returned.")
    databases: list[str] = Field(
        default_factory=list[str], description="Ids of the databases that may use it; 10 at most."
    )


class TokenView(_View):
    """A user access token, without its secret."""

    id: str = Field(description="New with every creation; a removal acts on it.")
    provider: str
    name: str
    generation: str = Field(description="New with every creation and every new secret.")
    created_at: datetime
    databases: list[str] = Field(description="Ids of the databases that may use it.")


class NewSecret(_Request):
    """Takes the place of a token's secret; name, id and scope stay."""

    secret: Secret = Field(description="The provider's new key.")


class ScopeAddition(_Request):
    """Databases that may use a token from now on."""

    databases: list[str] = Field(description="Ids, 10 at most a call; repeating one is fine.")


class ScopeView(_View):
    """The databases that may use a token."""

    token_id: str
    databases: list[str] = Field(description="Ids of the databases.")


class RetiredScopeView(_View):
    """The scope that a removed token had: what a rotation has to put back."""

    token_id: str = Field(description="The id of the token that was removed.")
    name: str
    databases: list[str] = Field(description="Ids of the databases that are still there.")
    outstanding: list[str] = Field(
        default_factory=list[str],
        description="Ids of those that a rotation has still to put back: it removed the token, and "
        "no token of the name has got them since.",
    )
    removed_at: datetime


class ServiceProblem(_View):
    """One thing that the service refused."""

    code: str = Field(description="Stable, upper case.")
    message: str


class Problems(_View):
    """The body of every answer that is not a success."""

    errors: list[ServiceProblem]


class DatabaseAddress(_View):
    """Where the Data API of one database answers."""

    id: str
    name: str
    url: str


class ServerAddresses(_View):
    """What a started server writes for scripts; see ``astra-vectorize serve --ready-file``."""

    url: str = Field(description="The main address: DevOps API, integrations, embeddings, health.")
    lookup_url: str | None = Field(
        default=None, description="What a Data API takes as its base URL for credentials."
    )
    pid: int
    token_file: str = Field(description="The file that holds the application token.")
    databases: list[DatabaseAddress]
