"""Several targets in one program: a target's settings by the name that resources ask for it by.

Pulumi hands one configuration to all resources of a process, and settings among a resource's inputs
would put an application token into its state: so the configuration explains names.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from pulumi_astra_vectorize.errors import AstraVectorizeError, ConfigurationError
from pulumi_astra_vectorize.settings import (
    ASTRA_DEVOPS,
    CONFIG_KEYS,
    NAMESPACE,
    Address,
    Settings,
    invalid_settings,
    load_settings,
    validated,
)

TARGETS_KEY = f"{NAMESPACE}:targets"
"""``pulumi config set --path astra-vectorize:targets.NAME.KEY VALUE``"""

INHERITED = ("timeout_seconds", "spool_folder", "portal_wait", "database_wait")
"""What a named target takes from the rest of the configuration: patience, and a place on this
machine. Nothing that is sent anywhere, and nothing that says where to."""

_NAME = re.compile(r"[A-Za-z0-9_-]+")


class NamedSettings(Settings):
    """The settings of a target that a resource names: its own entry, nothing of the environment."""

    name: str
    endpoint: Address
    written: frozenset[str]
    """What stands in the entry itself."""

    @property
    def portal_folder(self) -> Path:
        """Of its own: two organisations may have tokens of one name."""
        return self.spool_folder / self.name

    def key_of(self, name: str) -> str:
        """In its own entry; what it inherits is set for all targets."""
        if self._inherits(name):
            return super().key_of(name)
        return written_key(self.name, CONFIG_KEYS[name])

    def variables_of(self, *names: str) -> str:
        """Of what it inherits: nothing else is asked of the environment."""
        return super().variables_of(*filter(self._inherits, names))

    def _inherits(self, name: str) -> bool:
        return name in INHERITED and name not in self.written

    @classmethod
    def settings_customise_sources(  # the library passes all of them by name
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The entry alone: a token of the environment belongs to another address."""
        return (init_settings,)


class EnvironmentSettings(Settings):
    """The settings of a command that reads the environment and no stack."""

    def key_of(self, name: str) -> str:
        """A setting has no other name here than its variable's."""
        return super().variables_of(name)

    def variables_of(self, *names: str) -> str:  # noqa: ARG002 - the others tell them
        """None beside the keys, which are the variables."""
        return ""

    def line_to_set(self, name: str, value: str) -> str:
        """The command that sets the variable."""
        return f"`export {self.key_of(name)}={value}`"

    def line_to_remove(self, name: str) -> str:
        """The command that takes the variable away."""
        return f"`unset {self.key_of(name)}`"


@dataclass(frozen=True)
class Configuration:
    """The settings of a run.

    Attributes:
        default: of the target that resources are on which name none.
        entries: what the config says of each named target, secrets in the clear; it is validated
            when a resource asks for it.
    """

    default: Settings
    entries: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    _named: dict[str, Settings] = field(
        default_factory=dict[str, Settings], init=False, repr=False, compare=False
    )
    """Those that were asked for: each hook asks several times."""

    def problem(self, name: object) -> str | None:
        """What is wrong with the name of a target that a program asks for."""
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            return "a target's name is text of letters, digits, `-` and `_`, known beforehand"
        if name in self.entries:
            return None
        return f"no target {name!r} is configured ({self._known()}): {_how_to_add(name)}"

    def settings(self, name: str | None) -> Settings:
        """The settings of a named target; None stands for the default.

        Raises:
            ConfigurationError: TARGET_NOT_CONFIGURED; INVALID_SETTINGS, naming each setting of the
                entry that is wrong.
        """
        if name is None:
            return self.default
        if name not in self._named:
            self._named[name] = self._validated(name)
        return self._named[name]

    def _validated(self, name: str) -> Settings:
        if name not in self.entries:
            raise ConfigurationError(
                "TARGET_NOT_CONFIGURED",
                f"a resource is on target {name!r}, which is not configured ({self._known()})",
                fix=_how_to_add(name),
            )
        inherited = {setting: getattr(self.default, setting) for setting in INHERITED}
        own = _own(name, self.entries[name])
        values = {**inherited, **own, "name": name, "written": frozenset(own)}
        return validated(NamedSettings, values, f"{_path_of(name)}.")

    def _known(self) -> str:
        return f"configured: {', '.join(sorted(self.entries)) or 'none by name'}"


def load_configuration(config: Callable[[str], Any]) -> Configuration:
    """The settings of all targets from Pulumi config, where ``targets`` is one structured key.

    Raises:
        ConfigurationError: INVALID_SETTINGS, naming each setting that is wrong.
    """
    return Configuration(load_settings(config), _entries(config(TARGETS_KEY)))


class _Run:
    """What Pulumi configured this process with."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.configuration: Configuration | None = None


_run = _Run()


def use_configuration(configuration: Configuration) -> None:
    """Remembers the settings; Pulumi hands the same ones to every provider of a process.

    Equal ones change nothing: what was made of the first stays in use.
    """
    with _run.lock:
        if configuration != _run.configuration:
            _run.configuration = configuration


def current_configuration() -> Configuration:
    """The settings of this run, of all its targets.

    Raises:
        ConfigurationError: NOT_CONFIGURED, when the engine never called ``configure``.
    """
    if _run.configuration is None:
        raise ConfigurationError(
            "NOT_CONFIGURED",
            "the provider was called before it was configured",
            fix="upgrade pulumi: its Python SDK has to be 3.216 or later",
        )
    return _run.configuration


@contextmanager
def naming_target(name: str | None) -> Generator[None]:
    """An error of a named target says which one it is."""
    try:
        yield
    except AstraVectorizeError as error:
        if name is not None and error.code != "TARGET_NOT_CONFIGURED":
            error.message = f"{error.message} (on target {name!r})"
        raise


def written_key(name: str | None, key: str) -> str:
    """A setting as `pulumi config` names it."""
    return f"{NAMESPACE}:{key}" if name is None else f"{_path_of(name)}.{key}"


def _path_of(name: str) -> str:
    return f"{TARGETS_KEY}.{name}"


def _how_to_add(name: str) -> str:
    return (
        f"run `pulumi config set --path {_path_of(name)}.endpoint URL` and `pulumi config set "
        f"--secret --path {_path_of(name)}.applicationToken TOKEN`"
    )


def _entries(written: object) -> dict[str, Any]:
    """The structured key as the engine hands it over: JSON text, secrets decrypted."""
    if written is None:
        return {}
    try:
        entries: object = json.loads(written) if isinstance(written, str) else written
    except ValueError:
        entries = None
    if not isinstance(entries, dict):
        raise invalid_settings(f"{TARGETS_KEY}: set it by `--path {TARGETS_KEY}.NAME.KEY`")
    return cast("dict[str, Any]", entries)


def _own(name: str, entry: object) -> dict[str, str]:
    """An entry by the names of its settings; numbers in it may be JSON's or text."""
    if not isinstance(entry, dict):
        raise invalid_settings(f"{_path_of(name)}: set it by `--path {_path_of(name)}.KEY`")
    written = cast("dict[str, object]", entry)
    if unknown := sorted(written.keys() - CONFIG_KEYS.values()):
        wrong = ", ".join(written_key(name, key) for key in unknown)
        raise invalid_settings(f"{wrong}: there are {', '.join(sorted(CONFIG_KEYS.values()))}")
    by_name = {setting: written.get(key) for setting, key in CONFIG_KEYS.items()}
    own = {setting: _text(value) for setting, value in by_name.items() if value is not None}
    return {"endpoint": ASTRA_DEVOPS, **own} if own.get("target") == "astra" else own


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
