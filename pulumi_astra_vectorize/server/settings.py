"""The settings of the servers: flags of ``serve``, or the environment."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from typing_extensions import Self

from pulumi_astra_vectorize.rules import DATABASE_ALIAS, DEFAULT_KEYSPACE

ENVIRONMENT_PREFIX = "ASTRA_VECTORIZE_SERVER_"
"""Of the variables that hold a server's settings, in upper or lower case."""

_POSTGRES = re.compile(r"postgresql(\+psycopg)?://")

Names = Annotated[tuple[str, ...], NoDecode]


class DataSettings(BaseSettings):
    """Where data are; a member reads ``ASTRA_VECTORIZE_SERVER_<MEMBER>`` where no flag gives it.

    ``data`` None keeps everything in a private temporary folder that goes with the process.
    """

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, extra="forbid")

    data: Path | None = None


class ListenSettings(DataSettings):
    """Who may call, and where; ``token`` is made up on first start unless it is given here."""

    host: str = "127.0.0.1"
    port: int = Field(default=8181, ge=0, le=65535)
    username: str | None = Field(default=None, min_length=1)
    password: SecretStr | None = Field(default=None, min_length=1)
    token: SecretStr | None = None
    ready_file: Path | None = None

    @model_validator(mode="after")
    def _login_is_whole(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password go together: give both or none")
        return self


class ServerSettings(ListenSettings):
    """The embedded server's.

    Lists stand in the environment with commas between. ``embeddings`` None means the server's
    own endpoint. ``control`` opens the control interface, for tests. ``collection_limit`` is how
    many collections a database may have; None means the vendor's limits.
    """

    databases: Names = ()
    classic_databases: Names = ()
    embeddings: str | None = Field(default=None, pattern=r"^https?://\S+$")
    keyspace: str = DEFAULT_KEYSPACE
    control: bool = False
    collection_limit: int | None = Field(default=None, gt=0)

    @field_validator("databases", "classic_databases", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip())
        return value

    @field_validator("databases", "classic_databases")
    @classmethod
    def _have_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not all(name.strip() for name in names):
            raise ValueError("a database needs a name")
        return names


class StoreSettings(DataSettings):
    """The integrations service's store and its keys.

    Attributes:
        store: a PostgreSQL that several instances share; None keeps a sqlite file in ``data``.
        master_key: the keys that secrets are sealed with, the newest first, white space between.
        master_key_file: a file that holds them. With neither, the data folder has a key file.
    """

    store: SecretStr | None = None
    master_key: SecretStr | None = None
    master_key_file: Path | None = None

    def has_master_key(self) -> bool:
        """Whether the keys come from outside of the data folder."""
        return self.master_key is not None or self.master_key_file is not None

    @field_validator("store")
    @classmethod
    def _is_postgres(cls, store: SecretStr | None) -> SecretStr | None:
        if store is not None and not _POSTGRES.match(store.get_secret_value()):
            raise ValueError("write it as postgresql+psycopg://USER:PASSWORD@HOST/DATABASE")
        return store

    @model_validator(mode="after")
    def _store_has_one_key(self) -> Self:
        if self.store and self.data:
            raise ValueError("store and data exclude each other")
        if self.master_key and self.master_key_file:
            raise ValueError("master_key and master_key_file exclude each other")
        if self.store and not self.has_master_key():
            raise ValueError("store needs master_key or master_key_file, alike in all instances")
        return self


class ServiceSettings(ListenSettings, StoreSettings):
    """Those of the integrations service alone, beside a real Data API.

    Attributes:
        lookup_port: a port of its own for the look-ups, so that the management interface need not
            be reachable from the cluster.
        lookup_host: the address for that port; None is ``host``. So the management can stay on
            127.0.0.1.
        database_alias: what scopes call the one database of a self-hosted Data API.
        data_api: the Data API's address: it is asked whether it knows the token of a look-up.
        audit_log: the file for the audit log; None writes it to standard error.
        tls_certificate: the certificate chain, PEM; with ``tls_key``, every port speaks TLS.
        tls_key: its private key, PEM.
    """

    lookup_port: int | None = Field(default=None, ge=0, le=65535)
    lookup_host: str | None = None
    database_alias: str = Field(default=DATABASE_ALIAS, min_length=1)
    data_api: str | None = Field(default=None, pattern=r"^https?://\S+$")
    audit_log: Path | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.store and not self.token:
            raise ValueError("store needs token, alike in all instances")
        if self.lookup_host is not None and self.lookup_port in (None, self.port or None):
            raise ValueError("lookup_host needs lookup_port, another one than port")
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key go together: give both or none")
        return self
