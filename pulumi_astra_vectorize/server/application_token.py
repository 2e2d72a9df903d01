"""The token that opens a server: given, or made up once and kept in its folder."""

from __future__ import annotations

import secrets
from pathlib import Path

from pydantic import SecretStr

from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.files import explained_disk_errors, read_or_create, write_whole
from pulumi_astra_vectorize.rules import header_problem
from pulumi_astra_vectorize.server.settings import ENVIRONMENT_PREFIX


def application_token(given: SecretStr | None, file: Path) -> SecretStr:
    """The token; ``file`` holds it afterwards, for clients on this machine.

    Raises:
        ConfigurationError: APPLICATION_TOKEN_UNUSABLE, FILE_NOT_WRITABLE.
    """
    with explained_disk_errors(file):
        if given is None:
            return SecretStr(_usable(read_or_create(file, _new_token), str(file)))
        token = _usable(given.get_secret_value(), f"{ENVIRONMENT_PREFIX}TOKEN")
        write_whole(file, f"{token}\n")
        return given


def _usable(token: str, place: str) -> str:
    """An empty token would admit everybody."""
    wrong = header_problem(token) if token else "is empty"
    if wrong:
        raise ConfigurationError(
            "APPLICATION_TOKEN_UNUSABLE",
            f"the application token of {place} {wrong}",
            fix="write a token there that nobody can guess; or leave it out (the variable unset, "
            "the file removed), and a new one is made",
        )
    return token


def _new_token() -> str:
    """A token of the form that Astra hands out."""
    return f"AstraCS:{secrets.token_hex(10)}:{secrets.token_hex(32)}"
