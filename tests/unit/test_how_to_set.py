"""How a setting is set: its key, its variable, and that a secret is one."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from pulumi_astra_vectorize.configuration import EnvironmentSettings, load_configuration
from pulumi_astra_vectorize.settings import CONFIG_KEYS, SECRETS, Settings, validated

OPEN = {"endpoint": "http://it:1", "applicationToken": "app-token-value"}
SHARED = {
    "timeout_seconds": "ASTRA_VECTORIZE_TIMEOUT_SECONDS",
    "spool_folder": "ASTRA_VECTORIZE_SPOOL_FOLDER",
    "portal_wait": "ASTRA_VECTORIZE_PORTAL_WAIT",
    "database_wait": "ASTRA_VECTORIZE_DATABASE_WAIT",
}


def settings_of(name: str | None, written: Mapping[str, str]) -> Settings:
    """The settings of a target by its name, where only it is configured."""
    config = {f"astra-vectorize:{key}": value for key, value in written.items()}
    named = {"astra-vectorize:targets": json.dumps({"eu": dict(written)})}
    return load_configuration((named if name else config).get).settings(name)


@pytest.mark.parametrize("setting", CONFIG_KEYS)
def test_a_named_target_s_settings_are_set_in_its_entry(setting: str) -> None:
    """But those that it inherits, which the environment may set as well."""
    told = settings_of("eu", OPEN).how_to_set({setting: "X"})

    key, secret = CONFIG_KEYS[setting], "--secret " if setting in SECRETS else ""
    own = f"`pulumi config set {secret}--path astra-vectorize:targets.eu.{key} X`"
    shared = f"`pulumi config set astra-vectorize:{key} X`, or set {SHARED.get(setting)}"
    assert told == (shared if setting in SHARED else own)


@pytest.mark.parametrize("setting", SHARED)
def test_what_a_named_target_has_of_its_own_is_set_there(setting: str) -> None:
    """What all targets share says nothing where the entry says something else."""
    key = CONFIG_KEYS[setting]
    told = settings_of("eu", {**OPEN, key: "7"}).how_to_set({setting: "X"})

    assert told == f"`pulumi config set --path astra-vectorize:targets.eu.{key} X`"


def test_what_is_masked_is_set_as_a_secret() -> None:
    """A line to paste never writes a token or password in the clear."""
    masked = {n for n, f in Settings.model_fields.items() if "SecretStr" in str(f.annotation)}

    assert masked == SECRETS
    assert "pulumi config set --secret " in settings_of(None, OPEN).line_to_set("password", "P")


@pytest.mark.parametrize("setting", CONFIG_KEYS)
def test_a_command_that_reads_no_stack_tells_the_variable_alone(setting: str) -> None:
    """`pulumi config set` would change nothing for it."""
    told = validated(EnvironmentSettings, {}, "").how_to_set({setting: "X"})

    assert told == f"`export {Settings.model_fields[setting].validation_alias}=X`"
    assert validated(EnvironmentSettings, {}, "").line_to_remove(setting) == (
        f"`unset {Settings.model_fields[setting].validation_alias}`"
    )
