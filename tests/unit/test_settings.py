"""The settings of a run: where they come from, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.settings import DEFAULT_ENDPOINT, Settings, load_settings

ENVIRONMENT = {
    "endpoint": "ASTRA_VECTORIZE_ENDPOINT",
    "applicationToken": "ASTRA_DB_APPLICATION_TOKEN",
    "timeoutSeconds": "ASTRA_VECTORIZE_TIMEOUT_SECONDS",
    "huggingFaceUrl": "ASTRA_VECTORIZE_HUGGING_FACE_URL",
    "dataApiEndpoint": "ASTRA_DB_API_ENDPOINT",
    "username": "ASTRA_VECTORIZE_USERNAME",
    "password": "ASTRA_VECTORIZE_PASSWORD",
    "databaseAlias": "ASTRA_VECTORIZE_DATABASE_ALIAS",
    "portalWait": "ASTRA_VECTORIZE_PORTAL_WAIT",
    "databaseWait": "ASTRA_VECTORIZE_DATABASE_WAIT",
    "spoolFolder": "ASTRA_VECTORIZE_SPOOL_FOLDER",
    "target": "ASTRA_VECTORIZE_TARGET",
    "credentialCacheSeconds": "ASTRA_VECTORIZE_CREDENTIAL_CACHE_SECONDS",
}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine is in the way."""
    for variable in ENVIRONMENT.values():
        monkeypatch.delenv(variable, raising=False)


def config(**values: str) -> Callable[[str], str | None]:
    """Pulumi config with these keys under the package's name."""
    return lambda key: values.get(key.removeprefix("astra-vectorize:"))


def test_defaults_are_the_embedded_server_on_this_machine() -> None:
    """Nothing set means: local, where `astra-vectorize serve` listens."""
    settings = load_settings(config())

    assert (settings.target, settings.endpoint) == ("local", "http://127.0.0.1:8181")
    assert settings.endpoint == DEFAULT_ENDPOINT


def test_keys_are_asked_for_under_the_package_s_name() -> None:
    """`pulumi config set astra-vectorize:KEY` is the way to set them."""
    asked: list[str] = []

    load_settings(asked.append)

    assert sorted(asked) == sorted(f"astra-vectorize:{key}" for key in ENVIRONMENT)


def test_config_stands_above_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the stack says wins over what the shell says."""
    monkeypatch.setenv("ASTRA_VECTORIZE_ENDPOINT", "http://shell:1")
    monkeypatch.setenv("ASTRA_DB_APPLICATION_TOKEN", "shell-token")
    monkeypatch.setenv("ASTRA_VECTORIZE_TIMEOUT_SECONDS", "7")

    settings = load_settings(config(endpoint="http://stack:2", applicationToken="stack-token"))

    assert settings.endpoint == "http://stack:2"
    assert settings.token_to_send() == "stack-token"
    assert settings.timeout_seconds == 7


def test_environment_stands_above_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ecosystem's own variable for the token works without any config."""
    monkeypatch.setenv("ASTRA_DB_APPLICATION_TOKEN", "shell-token")

    assert load_settings(config()).token_to_send() == "shell-token"


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "localhost:8181",
        "ftp://server",
        "http://",
        "http://server:99999",
        "http://server:0",
        "http://:8181",
        "http://sérver",
        "http://server:port",
        "http://[",
        "http://server/v1",
        "http://server?x=1",
        "http://server#part",
        "http://user:app-token-value@server",
    ],
)
def test_endpoint_is_scheme_host_and_port(endpoint: str) -> None:
    """A wrong address is found before anything is asked, and is not repeated in the error."""
    with pytest.raises(ConfigurationError, match="INVALID_SETTINGS") as caught:
        load_settings(config(endpoint=endpoint))

    assert "astra-vectorize:endpoint: " in str(caught.value)
    assert "Value error" not in str(caught.value)
    assert "app-token-value" not in str(caught.value)


@pytest.mark.parametrize(
    "endpoint",
    ["http://127.0.0.1:8181", "https://server", "http://server:80/", "http://[::1]:8181"],
)
def test_endpoint_is_kept_as_written(endpoint: str) -> None:
    """Any server with or without a port, by name or address."""
    assert load_settings(config(endpoint=endpoint)).endpoint == endpoint


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("endpoint", "nonsense"),
        ("timeoutSeconds", "soon"),
        ("timeoutSeconds", "0"),
        ("timeoutSeconds", "-1"),
        ("target", "mars"),
        ("huggingFaceUrl", "huggingface.co"),
        ("credentialCacheSeconds", "-1"),
        *(
            (key, value)
            for key in ("timeoutSeconds", "portalWait", "databaseWait", "credentialCacheSeconds")
            for value in ("inf", "nan", "1e10")
        ),
    ],
)
@pytest.mark.parametrize("source", ["config", "environment"])
def test_wrong_setting_is_named_as_it_was_set(
    monkeypatch: pytest.MonkeyPatch, source: str, key: str, value: str
) -> None:
    """The error names the config key, or the variable that it came from."""
    given = config(**{key: value}) if source == "config" else config()
    if source == "environment":
        monkeypatch.setenv(ENVIRONMENT[key], value)

    with pytest.raises(ConfigurationError, match="INVALID_SETTINGS") as caught:
        load_settings(given)

    name = f"astra-vectorize:{key}" if source == "config" else ENVIRONMENT[key]
    assert f"{name}: " in str(caught.value)


def test_all_wrong_settings_are_named_at_once() -> None:
    """One run is enough to see what has to be corrected."""
    with pytest.raises(ConfigurationError) as caught:
        load_settings(config(endpoint="nonsense", timeoutSeconds="soon"))

    assert "endpoint" in str(caught.value)
    assert "timeoutSeconds" in str(caught.value)


@pytest.mark.parametrize(
    "token", ["app-token-válue", "app-token-value\n", "app token value", "\x00"]
)
def test_token_that_no_header_can_carry(token: str) -> None:
    """White space and letters outside ASCII are found at once, and the token is not shown."""
    with pytest.raises(ConfigurationError, match="INVALID_SETTINGS") as caught:
        load_settings(config(applicationToken=token))

    assert "applicationToken" in str(caught.value)
    assert "token-v" not in str(caught.value)
    assert "token value" not in str(caught.value)


@pytest.mark.parametrize("values", [{}, {"applicationToken": ""}])
def test_missing_token_is_an_error_when_it_is_needed(values: dict[str, str]) -> None:
    """A preview may do without; a call may not, and says how to set it."""
    settings = load_settings(config(**values))

    with pytest.raises(ConfigurationError, match="APPLICATION_TOKEN_MISSING") as caught:
        settings.token_to_send()

    assert "astra-vectorize:applicationToken" in str(caught.value)
    assert "ASTRA_DB_APPLICATION_TOKEN" in str(caught.value)


def test_token_is_masked_wherever_settings_are_printed() -> None:
    """A log of the settings is harmless."""
    settings = load_settings(config(applicationToken="app-token-value"))

    assert "app-token-value" not in f"{settings}{settings!r}{settings.model_dump()}"
    assert "app-token-value" not in settings.model_dump_json()


def test_target_astra_is_at_its_own_address() -> None:
    """Astra's DevOps API needs no setting; another address may be set (contract devops.md)."""
    there = load_settings(config(target="astra"))
    elsewhere = load_settings(config(target="astra", endpoint="http://127.0.0.1:8080"))

    assert there.endpoint == "https://api.astra.datastax.com"
    assert elsewhere.endpoint == "http://127.0.0.1:8080"


def test_self_hosted_data_api_is_opened_by_user_and_password() -> None:
    """Its token is made of both in base64 (contract credentials.md)."""
    settings = load_settings(config(target="self-hosted", username="user", password="pass"))

    assert settings.data_api_token() == "Cassandra:dXNlcg==:cGFzcw=="


@pytest.mark.parametrize(
    ("read", "code"),
    [
        (Settings.data_api_token, "CREDENTIALS_MISSING"),
        (Settings.data_api_address, "DATA_API_ENDPOINT_MISSING"),
    ],
)
def test_self_hosted_target_says_what_it_misses(read: Callable[[Settings], str], code: str) -> None:
    """A setting that is missing is named with the line that sets it."""
    with pytest.raises(ConfigurationError, match="pulumi config set") as caught:
        read(load_settings(config(target="self-hosted")))

    assert caught.value.code == code


def _no_home(_path: Path) -> Path:
    raise RuntimeError("Could not determine home directory.")


@pytest.mark.parametrize("written", [{}, {"spoolFolder": "~nobody/spool"}])
def test_a_home_that_there_is_not(monkeypatch: pytest.MonkeyPatch, written: dict[str, str]) -> None:
    """In a container whose user has none, the setting that names a folder is asked for."""
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(Path, "expanduser", _no_home)

    with pytest.raises(ConfigurationError, match="INVALID_SETTINGS") as refused:
        load_settings(config(**written))

    assert "astra-vectorize:spoolFolder: " in refused.value.message
