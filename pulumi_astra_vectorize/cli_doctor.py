"""`astra-vectorize doctor`: settings and where each came from, and what is wrong on the target."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from pulumi_astra_vectorize.errors import ConfigurationError

if TYPE_CHECKING:
    from pulumi_astra_vectorize.doctor import Finding
    from pulumi_astra_vectorize.settings import Settings

FROM_CONFIG = "Pulumi config"

NOT_SHOWN = "[not shown: it may hold a password]"

MARKS = {"ok": "ok     ", "warning": "warning", "error": "ERROR  "}


@dataclass(frozen=True)
class Setting:
    """A setting, where it came from, and its value unless that is a secret; None is not set."""

    key: str
    source: str
    value: str | float | None

    def __str__(self) -> str:
        number = isinstance(self.value, float)
        value = "not set" if self.value is None else f"{self.value:g}" if number else self.value
        return f"{self.key} = {value}  (from {self.source})"


def doctor(
    stack: Annotated[
        str | None,
        typer.Option(help="Take this stack's Pulumi config, too (in the program's folder)."),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(help="A target that this config names, instead of the one without a name."),
    ] = None,
    token: Annotated[
        list[str] | None,
        typer.Option(help="A user access token to look for; repeatable. On Astra nobody lists."),
    ] = None,
    as_json: Annotated[
        bool | None, typer.Option("--json", help="One JSON object, for scripts.")
    ] = None,
) -> None:
    """Look at settings, databases, integration, tokens and models; change nothing.

    Ends with 1 if something is wrong by which a `pulumi up` or an embedding fails.
    """
    if stack is None and target is not None:
        raise _no_stack(target)
    config = None if stack is None else _config_of(stack)
    settings = list(_settings(config or {}, target))
    for setting in [] if as_json else settings:
        typer.echo(setting)
    findings = _examine(config, target, token or [], shown=not as_json)
    is_well = all(finding.level != "error" for finding in findings)
    if as_json:
        report = {
            "ok": is_well,
            "settings": [asdict(setting) for setting in settings],
            "findings": [asdict(finding) for finding in findings],
        }
        typer.echo(json.dumps(report, indent=2))
    raise typer.Exit(0 if is_well else 1)


def _examine(
    config: Mapping[str, str] | None, target: str | None, tokens: list[str], *, shown: bool
) -> list[Finding]:
    from pulumi_astra_vectorize.api.retries import say_long_waits
    from pulumi_astra_vectorize.api.target import Target
    from pulumi_astra_vectorize.doctor import examine, told

    findings: list[Finding] = []

    def hear(finding: Finding) -> None:
        if finding in findings:
            return  # what is wrong with the settings is met wherever they are used
        findings.append(finding)
        if shown:
            fix = finding.fix and f"\n        What to do: {finding.fix}"
            typer.echo(f"{MARKS[finding.level]} [{finding.code}] {finding.message}{fix}")

    for unknown in _unknown_keys(config or {}):
        hear(unknown)
    say_long_waits()
    with told(hear):
        examine(Target(_settings_to_use(config, target)), tokens, hear)
    return findings


def _settings_to_use(config: Mapping[str, str] | None, target: str | None) -> Settings:
    """A stack's, or those of the environment, which then say how they are set there."""
    from pulumi_astra_vectorize.configuration import EnvironmentSettings, load_configuration
    from pulumi_astra_vectorize.settings import validated

    if config is None:
        return validated(EnvironmentSettings, {}, "")
    return load_configuration(config.get).settings(target)


def _settings(config: Mapping[str, str], target: str | None) -> Iterator[Setting]:
    """Every setting, in the order of precedence: Pulumi config, environment, default.

    Where they are right, they are shown as they are understood. Of a named target only what it
    inherits may stand elsewhere than in its own entry, and its endpoint has no default.
    """
    from pulumi_astra_vectorize.configuration import load_configuration
    from pulumi_astra_vectorize.settings import CONFIG_KEYS, SECRETS, Settings

    loaded: Settings | None = None
    defaults = Settings.model_construct(**({} if target is None else {"endpoint": None}))
    entry: object = None
    with suppress(ConfigurationError):
        configuration = load_configuration(config.get)
        entry = configuration.entries.get(target or "")
        loaded = configuration.settings(target)
    own = cast("dict[str, object]", entry if isinstance(entry, dict) else {})

    for name in CONFIG_KEYS:
        key, found = _looked_up(name, own, config, target)
        source, value = found or ("default", getattr(defaults, name))
        understood = value if loaded is None else getattr(loaded, name)
        hidden = name in SECRETS and found is not None
        yield Setting(key, source, "[secret]" if hidden else _shown(name, understood))


def _looked_up(
    name: str, own: Mapping[str, object], config: Mapping[str, str], target: str | None
) -> tuple[str, tuple[str, object] | None]:
    """The key that decides about a setting; and its source and value, where it is written."""
    from pulumi_astra_vectorize.configuration import INHERITED, written_key
    from pulumi_astra_vectorize.settings import CONFIG_KEYS, Settings

    key = CONFIG_KEYS[name]
    if key in own:
        return written_key(target, key), (FROM_CONFIG, own[key])
    if target is not None and name not in INHERITED:
        return written_key(target, key), None
    shared, variable = written_key(None, key), str(Settings.model_fields[name].validation_alias)
    if shared in config:
        return shared, (FROM_CONFIG, config[shared])
    if variable in os.environ:
        return shared, (variable, os.environ[variable])
    return shared, None


def _shown(name: str, value: object) -> str | float | None:
    """A value as JSON has it. A wrong address stays hidden where it may have a password."""
    from pulumi_astra_vectorize.settings import ADDRESSES

    if name in ADDRESSES and set("@?#") & set(str(value)):
        return NOT_SHOWN
    return value if isinstance(value, (str, float)) or value is None else str(value)


def _unknown_keys(config: Mapping[str, str]) -> Iterator[Finding]:
    """What stands among the settings and is none: mostly a slip of the keyboard."""
    from pulumi_astra_vectorize.configuration import TARGETS_KEY, written_key
    from pulumi_astra_vectorize.doctor import Finding
    from pulumi_astra_vectorize.settings import CONFIG_KEYS, NAMESPACE

    known = [TARGETS_KEY, *(written_key(None, key) for key in CONFIG_KEYS.values())]
    for key in config:
        if key.startswith(f"{NAMESPACE}:") and key not in known:
            meant = "".join(f", and set {one}" for one in get_close_matches(key, known, 1))
            wrong = f"the stack's config has {key}, which is no setting: nobody reads it"
            fix = f"run `pulumi config rm {key}`{meant}"
            yield Finding("UNKNOWN_SETTING", "warning", wrong, fix)


def _no_stack(target: str) -> ConfigurationError:
    return ConfigurationError(
        "STACK_NEEDED",
        f"the target {target!r} has its settings in a stack's config, and no stack was named",
        fix="add `--stack STACK`, in the folder of the program's Pulumi.yaml",
    )


def _config_of(stack: str) -> dict[str, str]:
    """The stack's config as the engine decrypts it.

    Raises:
        ConfigurationError: PULUMI_NOT_FOUND, STACK_CONFIG_UNREADABLE.
    """
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        raise ConfigurationError(
            "PULUMI_NOT_FOUND", "there is no pulumi on PATH", fix="install it, or leave out --stack"
        )
    asked = [pulumi, "config", "--json", "--show-secrets", "--non-interactive", "--stack", stack]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603 - no shell
    if done.returncode:
        raise ConfigurationError(
            "STACK_CONFIG_UNREADABLE",
            f"`pulumi config --stack {stack}` failed: {done.stderr.strip()}",
            fix="run it where the program's Pulumi.yaml is, with the stack's passphrase or login",
        )
    told: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return {key: str(item["value"]) for key, item in told.items() if "value" in item}
