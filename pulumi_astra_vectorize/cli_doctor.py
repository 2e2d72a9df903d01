"""`astra-vectorize doctor`: settings and where each came from, and what is wrong on the target."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pulumi_astra_vectorize.errors import AstraVectorizeError, ConfigurationError

if TYPE_CHECKING:
    from pulumi_astra_vectorize.doctor import Finding

SECRETS = frozenset({"application_token", "password"})

MARKS = {"ok": "ok     ", "warning": "warning", "error": "ERROR  "}


@dataclass(frozen=True)
class Setting:
    """A setting, where it came from, and its value unless that is a secret."""

    key: str
    source: str
    value: str


def doctor(
    stack: Annotated[
        str | None,
        typer.Option(help="Take this stack's Pulumi config, too (in the program's folder)."),
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
    config = {} if stack is None else _config_of(stack)
    settings = list(_settings(config))
    for setting in [] if as_json else settings:
        typer.echo(f"{setting.key} = {setting.value}  (from {setting.source})")
    findings: list[Finding] = []
    _examine(config, token or [], findings, shown=not as_json)
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
    config: Mapping[str, str], tokens: list[str], findings: list[Finding], *, shown: bool
) -> None:
    from pulumi_astra_vectorize.api.target import Target
    from pulumi_astra_vectorize.doctor import Finding, examine
    from pulumi_astra_vectorize.settings import load_settings

    def hear(finding: Finding) -> None:
        findings.append(finding)
        if shown:
            fix = f"\n        What to do: {finding.fix}" if finding.fix else ""
            typer.echo(f"{MARKS[finding.level]} [{finding.code}] {finding.message}{fix}")

    try:
        examine(Target(load_settings(config.get)), tokens, hear)
    except AstraVectorizeError as error:
        hear(Finding(error.code, "error", error.message, error.fix))


def _settings(config: Mapping[str, str]) -> Iterator[Setting]:
    """Every setting, in the order of precedence: Pulumi config, environment, default.

    What a target has for a default (its endpoint) is shown as such where the settings are right.
    """
    from pulumi_astra_vectorize.settings import CONFIG_KEYS, NAMESPACE, Settings, load_settings

    loaded = Settings.model_construct()
    with suppress(ConfigurationError):
        loaded = load_settings(config.get)

    for name, key in CONFIG_KEYS.items():
        variable = str(Settings.model_fields[name].validation_alias)
        written = f"{NAMESPACE}:{key}"
        if written in config:
            source, value = "Pulumi config", config[written]
        elif variable in os.environ:
            source, value = variable, os.environ[variable]
        else:
            source, value = "default", str(getattr(loaded, name))
        hidden = name in SECRETS and source != "default"
        yield Setting(written, source, "[secret]" if hidden else value)


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
