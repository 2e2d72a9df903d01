"""Several targets in one program: their settings by name, and what they take from nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pulumi_astra_vectorize.configuration import (
    Configuration,
    load_configuration,
    written_key,
)
from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.settings import CONFIG_KEYS, Settings

TOKEN = "token-of-eu"
EU = {"endpoint": "http://eu:1", "applicationToken": TOKEN}

FOREIGN = {
    "target": "self-hosted",
    "endpoint": "http://top:1",
    "applicationToken": "top-token",
    "huggingFaceUrl": "http://top:2",
    "dataApiEndpoint": "http://top:3",
    "username": "top-user",
    "password": "top-password",
    "databaseAlias": "top-alias",
    "credentialCacheSeconds": "99",
}
"""What belongs to one target, and would be wrong or dangerous at another."""

SHARED = {"timeoutSeconds": 7.0, "portalWait": 8.0, "databaseWait": 9.0, "spoolFolder": "/spool"}
"""What belongs to the machine and the person: where to keep files, how long to wait."""


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine is in the way."""
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)


def configured(targets: object = None, **top: object) -> Configuration:
    """The configuration as the engine hands it over: text, and structured keys as JSON."""
    written = {f"astra-vectorize:{key}": str(value) for key, value in top.items()}
    if targets is not None:
        written["astra-vectorize:targets"] = json.dumps(targets)
    return load_configuration(written.get)


def test_a_named_target_has_the_settings_of_its_entry() -> None:
    """And the resources that name none are where they always were."""
    found = configured({"eu": EU, "us-east_1": {"endpoint": "https://us"}}, endpoint="http://top:1")

    assert found.settings("eu").endpoint == "http://eu:1"
    assert found.settings("eu").token_to_send() == TOKEN
    assert found.settings("us-east_1").endpoint == "https://us"
    assert found.settings(None).endpoint == "http://top:1"


def test_every_key_of_the_configuration_may_stand_in_an_entry() -> None:
    """The same keys mean the same."""
    entry = {"endpoint": "http://eu:1", **dict(SHARED), "target": "self-hosted"}
    entry |= {"dataApiEndpoint": "http://eu:2", "username": "user", "password": "pass"}
    entry |= {"databaseAlias": "eu", "huggingFaceUrl": "http://eu:3", "credentialCacheSeconds": 5}
    entry["applicationToken"] = TOKEN

    settings = configured({"eu": entry}).settings("eu")

    assert set(entry) == set(CONFIG_KEYS.values())
    assert settings.model_fields_set == {"name", "written", *CONFIG_KEYS}
    assert settings.data_api_token() == "Cassandra:dXNlcg==:cGFzcw=="


@pytest.mark.parametrize("value", [7, 7.0, "7"])
def test_numbers_may_be_json_s_or_text(value: object) -> None:
    """`pulumi config set --path` makes a number of 7, and leaves a secret 7 text."""
    assert configured({"eu": {**EU, "timeoutSeconds": value}}).settings("eu").timeout_seconds == 7


def test_text_that_looks_like_a_number_is_text() -> None:
    """A password of digits is one, though `--path` made a number of it."""
    settings = configured({"eu": {**EU, "password": 1234, "databaseAlias": 7}}).settings("eu")

    assert settings.password is not None
    assert (settings.password.get_secret_value(), settings.database_alias) == ("1234", "7")


@pytest.mark.parametrize("source", ["config", "environment"])
def test_nothing_is_inherited_that_is_sent_or_says_where_to(
    monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    """A token must never reach another address because something was left out."""
    if source == "environment":
        for name, key in CONFIG_KEYS.items():
            if key in FOREIGN:
                variable = str(Settings.model_fields[name].validation_alias)
                monkeypatch.setenv(variable, FOREIGN[key])
    top: dict[str, Any] = FOREIGN if source == "config" else {}

    settings = configured({"eu": {"endpoint": "http://eu:1"}}, **top).settings("eu")

    alone = configured({"eu": {"endpoint": "http://eu:1"}}).settings("eu")
    foreign = {name for name, key in CONFIG_KEYS.items() if key in FOREIGN}
    assert settings.model_dump(include=foreign) == alone.model_dump(include=foreign)


def test_patience_and_the_place_on_this_machine_are_inherited() -> None:
    """Set once for all targets, unless an entry says otherwise."""
    found = configured({"eu": {**EU, "portalWait": 1}, "us": EU}, **SHARED)

    assert found.settings("us").timeout_seconds == 7
    assert found.settings("us").database_wait == 9
    assert found.settings("us").spool_folder == Path("/spool")
    assert (found.settings("us").portal_wait, found.settings("eu").portal_wait) == (8, 1)
    assert {*SHARED, *FOREIGN} == set(CONFIG_KEYS.values())


def test_rotations_by_hand_are_remembered_by_target() -> None:
    """Two organisations at Astra may have tokens of one name; a reload knows its database."""
    found = configured({"eu": EU}, spoolFolder="/spool")

    assert found.settings("eu").portal_folder == Path("/spool/eu")
    assert found.settings(None).portal_folder == Path("/spool")


def test_an_address_has_no_default_but_astra_s_own() -> None:
    """What a token is sent to is written, or Astra."""
    found = configured({"eu": {"applicationToken": TOKEN}, "cloud": {"target": "astra"}})

    with pytest.raises(ConfigurationError, match="INVALID_SETTINGS") as caught:
        found.settings("eu")

    assert "astra-vectorize:targets.eu.endpoint: Field required" in str(caught.value)
    assert found.settings("cloud").endpoint == "https://api.astra.datastax.com"


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ({**EU, "endpoint": f"http://{TOKEN}@eu"}, "targets.eu.endpoint: "),
        ({**EU, "timeoutSeconds": "soon"}, "targets.eu.timeoutSeconds: "),
        ({**EU, "target": "mars"}, "targets.eu.target: "),
        ({**EU, "applicationToken": f"{TOKEN}\n"}, "targets.eu.applicationToken: "),
        ({**EU, "aplicationToken": TOKEN}, "targets.eu.aplicationToken: there are "),
        (TOKEN, "targets.eu: set it by"),
        ([TOKEN], "targets.eu: set it by"),
    ],
)
def test_a_wrong_entry_names_itself(entry: object, named: str) -> None:
    """When a resource asks for it; a program on other targets goes on, and no value is shown."""
    found = configured({"eu": entry, "us": EU})

    with pytest.raises(ConfigurationError, match="INVALID_SETTINGS") as caught:
        found.settings("eu")

    assert f"astra-vectorize:{named}" in str(caught.value)
    assert TOKEN not in f"{caught.value}{caught.value!r}"
    assert found.settings("us").token_to_send() == TOKEN


@pytest.mark.parametrize("written", ["eu", '["eu"]', "7", "{"])
def test_a_key_without_structure_is_refused(written: str) -> None:
    """With the way to set it."""
    with pytest.raises(ConfigurationError, match=r"--path astra-vectorize:targets\.NAME\.KEY"):
        load_configuration({"astra-vectorize:targets": written}.get)


def test_a_target_that_is_gone_is_an_error_with_the_line_to_run() -> None:
    """A resource in the state may name what the configuration does not any more."""
    with pytest.raises(ConfigurationError, match="TARGET_NOT_CONFIGURED") as caught:
        configured({"us": EU}).settings("eu")

    assert "configured: us" in caught.value.message
    assert "`pulumi config set --path astra-vectorize:targets.eu.endpoint URL`" in caught.value.fix
    assert (
        "`pulumi config set --secret --path astra-vectorize:targets.eu.applicationToken TOKEN`"
        in caught.value.fix
    )


@pytest.mark.parametrize("name", ["", "e.u", "e u", "eu[0]", "é", 7, ["eu"]])
def test_a_name_is_letters_digits_hyphens_and_underscores(name: object) -> None:
    """Whatever else would be another path of the configuration."""
    assert "letters, digits" in (configured({"eu": EU, "e.u": EU}).problem(name) or "")


def test_a_configuration_shows_no_secret() -> None:
    """A log of it is harmless."""
    assert TOKEN not in f"{configured({'eu': EU})}{configured({'eu': EU})!r}"


def test_keys_are_shown_as_they_are_set() -> None:
    """The default's as always, a named target's under its name."""
    assert written_key(None, "endpoint") == "astra-vectorize:endpoint"
    assert written_key("eu", "endpoint") == "astra-vectorize:targets.eu.endpoint"
