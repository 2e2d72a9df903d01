"""The token that opens a server: given, or made up once and kept in its folder."""

from __future__ import annotations

import secrets
from pathlib import Path

from pydantic import SecretStr

from pulumi_astra_vectorize.server.private_files import read_or_create, write_whole


def application_token(given: SecretStr | None, file: Path) -> SecretStr:
    """The token; ``file`` holds it afterwards, for clients on this machine."""
    if given is not None:
        write_whole(file, given.get_secret_value() + "\n")
        return given
    return SecretStr(read_or_create(file, _new_token))


def _new_token() -> str:
    """A token of the form that Astra hands out."""
    return f"AstraCS:{secrets.token_hex(10)}:{secrets.token_hex(32)}"
