"""The target, endpoints and credentials of this run: Pulumi config first, then environment."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from pulumi_astra_vectorize.errors import ConfigurationError

TargetName = Literal["local", "self-hosted", "astra"]

NAMESPACE = "astra-vectorize"
"""Of the Pulumi config keys: ``pulumi config set astra-vectorize:endpoint ...``."""

DEFAULT_ENDPOINT = "http://127.0.0.1:8181"
"""Where `astra-vectorize serve` listens unless told otherwise."""

CONFIG_KEYS = {
    "target": "target",
    "endpoint": "endpoint",
    "application_token": "applicationToken",
    "hugging_face_url": "huggingFaceUrl",
    "timeout_seconds": "timeoutSeconds",
    "spool_folder": "spoolFolder",
    "credential_cache_seconds": "credentialCacheSeconds",
}


def _own_state_folder() -> Path:
    """Where programs keep what must outlive a crash (XDG base directory specification)."""
    state = Path(os.environ.get("XDG_STATE_HOME", ""))
    home = state if state.is_absolute() else Path.home() / ".local" / "state"
    return home / "pulumi-astra-vectorize" / "spool"


class Settings(BaseSettings):
    """What the provider needs to know to reach its target.

    Attributes:
        target: which of the three targets the stack is for.
        endpoint: the address of the embedded server (its main port).
        application_token: what opens it; also read from ``ASTRA_DB_APPLICATION_TOKEN``.
        hugging_face_url: where ``verify_secret`` asks whether a secret lives; the endpoint itself
            by default, since the embedded server imitates Hugging Face.
        timeout_seconds: how long one call may take, in seconds.
        spool_folder: where a reload keeps documents until they are back in their collection. Has
            to outlive the machine's job where `pulumi up` runs in one.
        credential_cache_seconds: how long the target's Data API may remember a secret that it has
            looked up; the embedded server never does.
    """

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True)

    target: TargetName = Field("local", validation_alias="ASTRA_VECTORIZE_TARGET")
    endpoint: str = Field(
        DEFAULT_ENDPOINT,
        pattern=r"^https?://[^/]+/?$",
        validation_alias="ASTRA_VECTORIZE_ENDPOINT",
    )
    application_token: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("ASTRA_DB_APPLICATION_TOKEN"),
    )
    hugging_face_url: str | None = Field(None, validation_alias="ASTRA_VECTORIZE_HUGGING_FACE_URL")
    timeout_seconds: float = Field(60, gt=0, validation_alias="ASTRA_VECTORIZE_TIMEOUT_SECONDS")
    spool_folder: Annotated[Path, AfterValidator(Path.expanduser)] = Field(
        default_factory=_own_state_folder, validation_alias="ASTRA_VECTORIZE_SPOOL_FOLDER"
    )
    credential_cache_seconds: float = Field(
        0, ge=0, validation_alias="ASTRA_VECTORIZE_CREDENTIAL_CACHE_SECONDS"
    )

    def token_to_send(self) -> str:
        """The application token, for an Authorization header and nothing else.

        Raises:
            ConfigurationError: APPLICATION_TOKEN_MISSING.
        """
        if self.application_token is None or not self.application_token.get_secret_value():
            raise ConfigurationError(
                "APPLICATION_TOKEN_MISSING",
                f"no application token is set for {self.endpoint}",
                fix=f"run `pulumi config set --secret {NAMESPACE}:applicationToken TOKEN`, or set "
                "ASTRA_DB_APPLICATION_TOKEN (the embedded server prints the line when it starts)",
            )
        return self.application_token.get_secret_value()


def load_settings(config: Callable[[str], Any]) -> Settings:
    """Settings from Pulumi config (``config("astra-vectorize:KEY")``) over the environment.

    Raises:
        ConfigurationError: INVALID_SETTINGS, naming each setting that is wrong.
    """
    given = {name: config(f"{NAMESPACE}:{key}") for name, key in CONFIG_KEYS.items()}
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        wrong = "; ".join(f"{item['loc'][0]}: {item['msg']}" for item in error.errors())
        raise ConfigurationError(
            "INVALID_SETTINGS", f"settings are wrong: {wrong}", fix="correct the settings named"
        ) from None
    return _supported(settings)


def _supported(settings: Settings) -> Settings:
    if settings.target != "local":
        raise ConfigurationError(
            "TARGET_NOT_SUPPORTED",
            f"this release has no target {settings.target!r} yet",
            fix=f"run `pulumi config set {NAMESPACE}:target local`",
        )
    return settings
