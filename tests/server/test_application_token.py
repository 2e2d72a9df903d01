"""The token that opens a server: never one that everybody has."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.server.application_token import application_token
from pulumi_astra_vectorize.server.settings import ListenSettings


@pytest.mark.parametrize("token", ["", "two words", "schlüssel"])
def test_token_that_no_header_carries_is_refused(tmp_path: Path, token: str) -> None:
    """An empty one, of a variable that was left empty, would admit whoever sends `Bearer`."""
    with pytest.raises(ConfigurationError, match="ASTRA_VECTORIZE_SERVER_TOKEN") as refused:
        application_token(SecretStr(token), tmp_path / "application-token")
    assert refused.value.code == "APPLICATION_TOKEN_UNUSABLE"
    assert not list(tmp_path.iterdir())


def test_token_file_that_is_empty_is_refused(tmp_path: Path) -> None:
    """It opens to nobody; what to do is said."""
    file = tmp_path / "application-token"
    file.write_text("\n")
    with pytest.raises(ConfigurationError, match="APPLICATION_TOKEN_UNUSABLE") as refused:
        application_token(None, file)
    assert str(file) in str(refused.value)


def test_token_that_is_given_is_kept_for_clients_on_this_machine(tmp_path: Path) -> None:
    """In the file that only its owner reads."""
    file = tmp_path / "application-token"
    token = application_token(SecretStr("AstraCS:given"), file)
    assert (token.get_secret_value(), file.read_text()) == ("AstraCS:given", "AstraCS:given\n")
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("username", "password"), [("", "password"), ("ana", ""), ("", "")])
def test_login_that_is_empty_is_refused(username: str, password: str) -> None:
    """Variables that were left empty are no user whom everybody knows."""
    with pytest.raises(ValidationError, match="at least 1"):
        ListenSettings(username=username, password=SecretStr(password))
