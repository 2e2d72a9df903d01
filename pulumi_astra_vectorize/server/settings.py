"""The settings of the embedded server: flags of ``serve``, or the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from pulumi_astra_vectorize.rules import DEFAULT_KEYSPACE

Names = Annotated[tuple[str, ...], NoDecode]


class ServerSettings(BaseSettings):
    """Each member reads ``ASTRA_VECTORIZE_SERVER_<MEMBER>`` where no flag gives it.

    Lists stand in the environment with commas between. ``data`` None keeps everything in a
    private temporary folder that goes with the process. ``embeddings`` None means the server's
    own endpoint. ``token`` is made up on first start unless it is given here.
    ``control`` opens the control interface, for tests.
    """

    model_config = SettingsConfigDict(env_prefix="ASTRA_VECTORIZE_SERVER_", extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=8181, ge=0, le=65535)
    data: Path | None = None
    databases: Names = ()
    classic_databases: Names = ()
    username: str | None = None
    password: SecretStr | None = None
    token: SecretStr | None = None
    embeddings: str | None = Field(default=None, pattern=r"^https?://\S+$")
    keyspace: str = DEFAULT_KEYSPACE
    ready_file: Path | None = None
    control: bool = False

    @field_validator("databases", "classic_databases", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip())
        return value

    @model_validator(mode="after")
    def _login_is_whole(self) -> ServerSettings:
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password go together: give both or none")
        return self
