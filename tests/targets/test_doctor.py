"""`astra-vectorize doctor` on each target: what it finds, what it says to do, how it ends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pulumi_astra_vectorize import cli, cli_doctor
from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.resources.collection import CollectionProvider
from pulumi_astra_vectorize.settings import CONFIG_KEYS, Settings
from tests.lifecycle.programs import SECRET, everything
from tests.lifecycle.servers import Server
from tests.lifecycle.stacks import Stack
from tests.targets.acts import SERVICE, add_key
from tests.targets.hooks import Hooks
from tests.targets.organisation import Organisation
from tests.targets.real import TOKEN
from tests.targets.test_stacks import stack_with

VARIABLES = {
    key: str(Settings.model_fields[name].validation_alias) for name, key in CONFIG_KEYS.items()
}


def run(config: Mapping[str, str], *arguments: str) -> tuple[int, str]:
    """The command with its settings in the environment: exit code, and what it printed."""
    environment = {VARIABLES[key]: value for key, value in config.items()}
    done = CliRunner().invoke(cli.app, ["doctor", *arguments], env=environment)
    return done.exit_code, done.output


def findings(config: Mapping[str, str], *arguments: str) -> dict[str, dict[str, Any]]:
    """The last finding of each code."""
    _, output = run(config, "--json", *arguments)
    return {finding["code"]: finding for finding in json.loads(output)["findings"]}


@pytest.mark.parametrize("target", ["local_config", "cluster_config", "astra_config"])
def test_a_target_that_is_well(server: Server, request: pytest.FixtureRequest, target: str) -> None:
    """Exit code 0; databases, integration, the token's scope, and no secret in any of it."""
    config = request.getfixturevalue(target)
    add_key(server, "library")

    code, output = run(config, "--json", "--token", TOKEN)

    report = json.loads(output)
    assert (code, report["ok"]) == (0, True)
    found = {finding["code"]: finding["message"] for finding in report["findings"]}
    assert set(found) == {"DATABASES", "DATA_API", "INTEGRATION", "TOKEN_SCOPE"}
    assert found["TOKEN_SCOPE"] == f"user access token {TOKEN!r} serves: library"
    assert server.token not in output


def test_settings_say_where_they_came_from(local_config: dict[str, str]) -> None:
    """Variables by name, defaults as such, secrets without their value."""
    _, output = run(local_config)

    endpoint = local_config["endpoint"]
    assert f"astra-vectorize:endpoint = {endpoint}  (from ASTRA_VECTORIZE_ENDPOINT)" in output
    assert "astra-vectorize:target = local  (from default)" in output
    expected = "astra-vectorize:applicationToken = [secret]  (from ASTRA_DB_APPLICATION_TOKEN)"
    assert expected in output


def test_what_embeds_through_a_token_it_may_not_use(astra: Hooks, server: Server) -> None:
    """Exit code 1, the collection by its place, and what to do."""
    add_key(server, "library", "archive")
    astra.create(CollectionProvider(), database="library", name="notes", service=SERVICE)
    server.remove_from_scope(TOKEN, "library")

    code, output = run(astra.config)

    assert code == 1
    assert "[TOKEN_NOT_USABLE]" in output
    assert "library/default_keyspace/notes" in output
    assert "What to do: add their databases" in output


def test_a_token_without_a_database_is_a_warning(
    local_config: dict[str, str], server: Server
) -> None:
    """Nothing embeds through it, so nothing fails; it says what to do all the same."""
    add_key(server, "library")
    server.remove_from_scope(TOKEN, "library")

    found = findings(local_config)["TOKEN_SCOPE"]

    assert found["level"] == "warning"
    assert "serves: no database" in found["message"]
    assert "TokenScope" in found["fix"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"applicationToken": "AstraCS:of:another"}, "APPLICATION_TOKEN_REFUSED"),
        ({"endpoint": "http://127.0.0.1:9"}, "ENDPOINT_UNREACHABLE"),
        ({"target": "the-moon"}, "INVALID_SETTINGS"),
        ({"applicationToken": ""}, "APPLICATION_TOKEN_MISSING"),
    ],
)
def test_what_keeps_it_from_looking(
    astra_config: dict[str, str], wrong: dict[str, str], code: str
) -> None:
    """One finding with the error's code and its fix; exit code 1."""
    found = findings({**astra_config, **wrong})

    assert found[code]["level"] == "error"
    assert found[code]["fix"]
    assert run({**astra_config, **wrong})[0] == 1


def test_settings_that_contradict_each_other(local_config: dict[str, str]) -> None:
    """An embedded server is not Astra; said once, though every look fails by it."""
    _, output = run({**local_config, "target": "astra"})

    assert output.count("[NOT_ASTRA]") == 1


def test_a_sleeping_database_is_a_warning(
    astra_config: dict[str, str], organisation: Organisation
) -> None:
    """The rest is looked into all the same."""
    organisation.set_status("archive", "PARKED")

    found = findings(astra_config)

    assert found["DATABASE_NOT_ACTIVE"]["level"] == "warning"
    assert "archive" in found["DATABASE_NOT_ACTIVE"]["message"]
    assert "library" in found["DATA_API"]["message"]


def test_a_token_that_nobody_has(astra_config: dict[str, str]) -> None:
    """On Astra a name is all that can be asked for."""
    assert findings(astra_config, "--token", "nobody")["TOKEN_NOT_FOUND"]["level"] == "error"


def test_json_has_numbers_and_nulls(local_config: dict[str, str]) -> None:
    """What is not set is null, seconds are numbers, and text is text."""
    _, output = run({**local_config, "timeoutSeconds": "7"}, "--json")

    settings = {it["key"]: it["value"] for it in json.loads(output)["settings"]}
    assert settings["astra-vectorize:username"] is None
    assert settings["astra-vectorize:timeoutSeconds"] == 7
    assert settings["astra-vectorize:portalWait"] == 0
    assert settings["astra-vectorize:target"] == "local"


@pytest.mark.parametrize("key", ["endpoint", "dataApiEndpoint", "huggingFaceUrl"])
@pytest.mark.parametrize("wrong", ["http://user:pass-value@it:1", "http://it:1/?key=pass-value"])
def test_a_refused_address_shows_no_password(
    local_config: dict[str, str], key: str, wrong: str
) -> None:
    """It is refused by the setting's name, and its value is not repeated."""
    for form in ([], ["--json"]):
        code, output = run({**local_config, key: wrong}, *form)

        assert code == 1
        assert "INVALID_SETTINGS" in output
        assert "pass-value" not in output


@pytest.mark.parametrize("folder", ["/dev/null/spool", f"/tmp/{'x' * 300}/spool"])
def test_a_folder_that_cannot_be_written_is_a_warning(
    local_config: dict[str, str], folder: str
) -> None:
    """A reload would stop there; a folder that is not there yet is made when it is needed."""
    found = findings({**local_config, "spoolFolder": folder})

    assert found["SPOOL_NOT_WRITABLE"]["level"] == "warning"
    assert "`export ASTRA_VECTORIZE_SPOOL_FOLDER=FOLDER`" in found["SPOOL_NOT_WRITABLE"]["fix"]
    assert "SPOOL_NOT_WRITABLE" not in findings({**local_config, "spoolFolder": "/tmp/not/yet"})


def test_a_target_by_name_needs_a_stack() -> None:
    """Its settings stand in a stack's config alone."""
    with pytest.raises(ConfigurationError) as caught:
        cli_doctor.doctor(target="eu")

    assert caught.value.code == "STACK_NEEDED"
    assert "--stack STACK" in caught.value.fix


@pytest.fixture
def of_stack(
    local_config: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Stack:
    """A stack, in whose folder and with whose passphrase the command runs."""
    for name, value in {
        "PULUMI_CONFIG_PASSPHRASE": "only-for-tests",
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}",
    }.items():
        monkeypatch.setenv(name, value)
    stack = stack_with(local_config, tmp_path)
    monkeypatch.chdir(tmp_path / "work")
    return stack


def test_the_config_of_a_stack(of_stack: Stack) -> None:
    """`--stack` reads it through the engine, secrets decrypted and not shown."""
    of_stack.up(everything)

    code, output = run({}, "--stack", "test")

    assert code == 0, output
    assert "astra-vectorize:applicationToken = [secret]  (from Pulumi config)" in output
    assert SECRET not in output


def test_a_target_that_the_config_names(of_stack: Stack, server: Server) -> None:
    """`--target` looks at that one: its own settings, and what it shares with the others."""
    of_stack.configure("endpoint", "http://127.0.0.1:9")
    of_stack.configure("timeoutSeconds", "7")
    of_stack.configure("targets.eu.endpoint", server.url)
    of_stack.configure("targets.eu.applicationToken", server.token, secret=True)

    code, output = run({}, "--stack", "test", "--target", "eu")

    assert code == 0, output
    assert f"astra-vectorize:targets.eu.endpoint = {server.url}  (from Pulumi config)" in output
    assert "targets.eu.applicationToken = [secret]  (from Pulumi config)" in output
    assert "astra-vectorize:targets.eu.username = not set  (from default)" in output
    assert "astra-vectorize:timeoutSeconds = 7  (from Pulumi config)" in output
    assert "astra-vectorize:endpoint" not in output
    assert server.token not in output


def test_a_named_target_s_endpoint_has_no_default(of_stack: Stack) -> None:
    """Where none is written, none is shown."""
    of_stack.configure("targets.eu.applicationToken", "app-token-value", secret=True)

    _, output = run({}, "--stack", "test", "--target", "eu")

    assert "astra-vectorize:targets.eu.endpoint = not set  (from default)" in output


def test_a_key_that_is_no_setting(of_stack: Stack) -> None:
    """It is named with the one that was probably meant."""
    of_stack.configure("endpont", "http://127.0.0.1:9")

    _, output = run({}, "--stack", "test")

    assert "[UNKNOWN_SETTING] the stack's config has astra-vectorize:endpont" in output
    assert "`pulumi config rm astra-vectorize:endpont`, and set astra-vectorize:endpoint" in output


def test_a_target_that_is_wrong_or_not_there(of_stack: Stack) -> None:
    """With the lines that set its own settings."""
    of_stack.configure("targets.eu.endpoint", "http://127.0.0.1:9")

    for name, code in (("eu", "APPLICATION_TOKEN_MISSING"), ("asia", "TARGET_NOT_CONFIGURED")):
        _, output = run({}, "--stack", "test", "--target", name)
        assert f"[{code}]" in output
        assert f"--path astra-vectorize:targets.{name}.applicationToken TOKEN" in output


def test_what_to_set_is_set_where_it_is_read(of_stack: Stack) -> None:
    """Without a stack the environment alone: nobody would read what `pulumi config set` sets."""
    of_stack.configure("applicationToken", "", secret=True)
    told = "APPLICATION_TOKEN_MISSING"

    without, of_its_own = findings({}), findings({}, "--stack", "test")

    assert without[told]["fix"].startswith("run `export ASTRA_DB_APPLICATION_TOKEN=TOKEN`")
    assert "pulumi config set" not in str(without)
    assert of_its_own[told]["fix"].startswith(
        "run `pulumi config set --secret astra-vectorize:applicationToken TOKEN`"
    )
