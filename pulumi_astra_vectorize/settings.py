"""The target, endpoints and credentials of this run: Pulumi config first, then environment."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from pulumi_astra_vectorize import rules
from pulumi_astra_vectorize.errors import ConfigurationError

TargetName = Literal["local", "self-hosted", "astra"]

NAMESPACE = "astra-vectorize"
"""Of the Pulumi config keys: ``pulumi config set astra-vectorize:endpoint ...``."""

DEFAULT_ENDPOINT = "http://127.0.0.1:8181"
"""Where `astra-vectorize serve` listens unless told otherwise."""

ASTRA_DEVOPS = "https://api.astra.datastax.com"
"""Where Astra's DevOps API answers (contract devops.md)."""

CONFIG_KEYS = {
    "target": "target",
    "endpoint": "endpoint",
    "application_token": "applicationToken",
    "hugging_face_url": "huggingFaceUrl",
    "data_api_endpoint": "dataApiEndpoint",
    "username": "username",
    "password": "password",
    "database_alias": "databaseAlias",
    "portal_wait": "portalWait",
    "database_wait": "databaseWait",
    "timeout_seconds": "timeoutSeconds",
    "spool_folder": "spoolFolder",
    "credential_cache_seconds": "credentialCacheSeconds",
}

SECRETS = frozenset({"application_token", "password"})
"""What `pulumi config set` has to encrypt, and nothing shows."""

ADDRESSES = frozenset({"endpoint", "data_api_endpoint", "hugging_face_url"})
"""What is refused with a user in it, and then not shown."""

APPLICATION_TOKEN = {"application_token": "TOKEN"}
LOGIN = {"username": "USER", "password": "PASSWORD"}
"""What opens a target: settings, and what stands for their values in a line to paste."""


def _own_state_folder() -> Path:
    """Where programs keep what must outlive a crash (XDG base directory specification)."""
    state = Path(os.environ.get("XDG_STATE_HOME", ""))
    home = state if state.is_absolute() else Path("~/.local/state")
    return home / "pulumi-astra-vectorize" / "spool"


def _at_home(folder: Path) -> Path:
    """Also the default is checked: not every container's user has a home."""
    try:
        return folder.expanduser()
    except RuntimeError:
        raise ValueError(f"{folder}: there is no such home, so write a whole path") from None


def _host_and_port(address: str) -> str:
    """Keeps the address as written; a user or a query in it would end in every error."""
    if not re.fullmatch(r"https?://[\w.:\[\]-]+/?", address, re.ASCII):
        raise ValueError("write it as http://HOST:PORT, without user, path or query")
    parts = urlsplit(address)
    if not parts.hostname or parts.port == 0:  # reading the port checks that it is one
        raise ValueError("it names no host or no port")
    return address


def _fits_a_header(token: SecretStr) -> SecretStr:
    if wrong := rules.header_problem(token.get_secret_value()):
        raise ValueError(f"the token {wrong}")
    return token


Address = Annotated[str, AfterValidator(_host_and_port)]
"""Scheme, host and port of a server."""

Token = Annotated[SecretStr, AfterValidator(_fits_a_header)]

LONGEST_WAIT = 1_000_000
"""Seconds, eleven days; sockets take no more than twice that."""

Seconds = Annotated[float, Field(ge=0, le=LONGEST_WAIT, allow_inf_nan=False)]
"""How long something is waited for."""


class Settings(BaseSettings):
    """What the provider needs to know to reach its target.

    Attributes:
        target: which of the three targets the stack is for.
        endpoint: the address of the embedded server (its main port), or of the integrations
            service beside a self-hosted Data API, or of Astra's DevOps API.
        application_token: what opens it; also read from ``ASTRA_DB_APPLICATION_TOKEN``.
        data_api_endpoint: the address of a self-hosted Data API; also read from
            ``ASTRA_DB_API_ENDPOINT``.
        username: of the cluster behind a self-hosted Data API.
        password: the same user's.
        database_alias: what programs call that cluster, where they name a database.
        hugging_face_url: where ``verify_secret`` asks whether a secret lives; the endpoint itself
            by default, since the embedded server imitates Hugging Face.
        portal_wait: on target ``astra``, how many seconds to wait for a person to take the steps in
            the Portal; 0 shows the steps and stops.
        database_wait: how many seconds to wait for a database that is parked or hibernated; 0
            refuses it at once.
        timeout_seconds: how long one call may take, in seconds.
        spool_folder: where a reload keeps documents until they are back in their collection. Has
            to outlive the machine's job where `pulumi up` runs in one.
        credential_cache_seconds: for how many seconds the target's Data API may use a secret that
            it has looked up. Left out, that is until 300 seconds after the last use, as a Data API
            ships; the embedded server never does.
    """

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True)

    target: TargetName = Field("local", validation_alias="ASTRA_VECTORIZE_TARGET")
    endpoint: Address = Field(DEFAULT_ENDPOINT, validation_alias="ASTRA_VECTORIZE_ENDPOINT")
    application_token: Token | None = Field(None, validation_alias="ASTRA_DB_APPLICATION_TOKEN")
    data_api_endpoint: Address | None = Field(None, validation_alias="ASTRA_DB_API_ENDPOINT")
    username: str | None = Field(None, validation_alias="ASTRA_VECTORIZE_USERNAME")
    password: SecretStr | None = Field(None, validation_alias="ASTRA_VECTORIZE_PASSWORD")
    database_alias: str = Field(
        rules.DATABASE_ALIAS, min_length=1, validation_alias="ASTRA_VECTORIZE_DATABASE_ALIAS"
    )
    hugging_face_url: Address | None = Field(
        None, validation_alias="ASTRA_VECTORIZE_HUGGING_FACE_URL"
    )
    portal_wait: Seconds = Field(0, validation_alias="ASTRA_VECTORIZE_PORTAL_WAIT")
    database_wait: Seconds = Field(0, validation_alias="ASTRA_VECTORIZE_DATABASE_WAIT")
    timeout_seconds: Seconds = Field(60, gt=0, validation_alias="ASTRA_VECTORIZE_TIMEOUT_SECONDS")
    spool_folder: Annotated[Path, AfterValidator(_at_home)] = Field(
        default_factory=_own_state_folder, validation_alias="ASTRA_VECTORIZE_SPOOL_FOLDER"
    )
    credential_cache_seconds: Seconds | None = Field(
        None, validation_alias="ASTRA_VECTORIZE_CREDENTIAL_CACHE_SECONDS"
    )

    @model_validator(mode="after")
    def _astra_is_at_its_own_address(self) -> Settings:
        if self.target == "astra" and "endpoint" not in self.model_fields_set:
            self.endpoint = ASTRA_DEVOPS
        return self

    @property
    def place(self) -> tuple[str | None, ...]:
        """The same for two settings that lead to one target; on Astra the token picks it, too."""
        data_api = self.data_api_endpoint if self.target == "self-hosted" else None
        return (
            self.target,
            self.endpoint.rstrip("/"),
            data_api.rstrip("/") if data_api else None,
            self.token_to_send() if self.target == "astra" and self.application_token else None,
        )

    @property
    def portal_folder(self) -> Path:
        """Where rotations by hand are remembered between two runs."""
        return self.spool_folder

    def key_of(self, name: str) -> str:
        """A setting, by its name here, as `pulumi config` names it."""
        return f"{NAMESPACE}:{CONFIG_KEYS[name]}"

    def variables_of(self, *names: str) -> str:
        """The environment variables of settings, ``A and B``; empty where none is read."""
        return " and ".join(str(Settings.model_fields[name].validation_alias) for name in names)

    def line_to_set(self, name: str, value: str) -> str:
        """The command that sets a setting, to paste."""
        secret = "--secret " if name in SECRETS else ""
        return f"`pulumi config set {secret}{self._path_to(name)} {value}`"

    def line_to_remove(self, name: str) -> str:
        """The command that takes a setting out of the config, to paste."""
        return f"`pulumi config rm {self._path_to(name)}`"

    def how_to_set(self, values: Mapping[str, str]) -> str:
        """The commands that set these settings, or else their variables."""
        lines = " and ".join(self.line_to_set(name, value) for name, value in values.items())
        variables = self.variables_of(*values)
        return f"{lines}, or set {variables}" if variables else lines

    def _path_to(self, name: str) -> str:
        key = self.key_of(name)
        return f"--path {key}" if "." in key else key

    def token_to_send(self) -> str:
        """The application token, for an Authorization header and nothing else.

        Raises:
            ConfigurationError: APPLICATION_TOKEN_MISSING.
        """
        if self.application_token is None or not self.application_token.get_secret_value():
            raise ConfigurationError(
                "APPLICATION_TOKEN_MISSING",
                f"no application token is set for {self.endpoint}",
                fix=f"run {self.how_to_set(APPLICATION_TOKEN)} (the embedded server "
                "prints the line when it starts)",
            )
        return self.application_token.get_secret_value()

    def data_api_token(self) -> str:
        """What opens the Data API: the application token, or a cluster's user and password.

        Raises:
            ConfigurationError: CREDENTIALS_MISSING, APPLICATION_TOKEN_MISSING.
        """
        if self.target != "self-hosted":
            return self.token_to_send()
        if self.username is None or self.password is None:
            raise ConfigurationError(
                "CREDENTIALS_MISSING",
                "no user and password are set for the self-hosted Data API",
                fix=f"run {self.how_to_set(LOGIN)}",
            )
        return rules.cassandra_token(self.username, self.password.get_secret_value())

    def data_api_address(self) -> str:
        """The self-hosted Data API's address.

        Raises:
            ConfigurationError: DATA_API_ENDPOINT_MISSING.
        """
        if self.data_api_endpoint is None:
            raise ConfigurationError(
                "DATA_API_ENDPOINT_MISSING",
                "no address is set for the self-hosted Data API",
                fix=f"run {self.how_to_set({'data_api_endpoint': 'http://HOST:8181'})}",
            )
        return self.data_api_endpoint


SettingsT = TypeVar("SettingsT", bound=Settings)


def load_settings(config: Callable[[str], Any]) -> Settings:
    """Settings from Pulumi config (``config("astra-vectorize:KEY")``) over the environment.

    Raises:
        ConfigurationError: INVALID_SETTINGS, naming each setting that is wrong.
    """
    given = {name: config(f"{NAMESPACE}:{key}") for name, key in CONFIG_KEYS.items()}
    written = {name: value for name, value in given.items() if value is not None}
    return validated(Settings, written, f"{NAMESPACE}:")


def validated(kind: type[SettingsT], values: Mapping[str, Any], prefix: str) -> SettingsT:
    """The values as settings of this kind; ``prefix`` stands before their keys in errors.

    Raises:
        ConfigurationError: INVALID_SETTINGS, naming each setting that is wrong.
    """
    try:
        return kind(**values)
    except ValidationError as error:
        wrong = "; ".join(f"{_set_as(item, prefix)}: {_reason(item)}" for item in error.errors())
    raise invalid_settings(wrong)


def invalid_settings(wrong: str) -> ConfigurationError:
    """The error for settings that cannot be what they are."""
    return ConfigurationError(
        "INVALID_SETTINGS", f"settings are wrong: {wrong}", fix="correct the settings named"
    )


def _set_as(error: ErrorDetails, prefix: str) -> str:
    """The config key or the variable that a wrong value came from."""
    source = str(error["loc"][0])
    return f"{prefix}{CONFIG_KEYS[source]}" if source in CONFIG_KEYS else source


def _reason(error: ErrorDetails) -> str:
    return error["msg"].removeprefix("Value error, ")
