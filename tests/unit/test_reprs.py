"""What a log, a debugger or a failed assertion shows of objects that hold a secret."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock

import pytest
from pydantic import SecretStr

from pulumi_astra_vectorize.configuration import Configuration
from pulumi_astra_vectorize.lifecycle import State
from pulumi_astra_vectorize.resources.user_access_token import (
    UserAccessTokenInputs,
    UserAccessTokenOutputs,
)
from pulumi_astra_vectorize.server.control.seeding import Seeding
from pulumi_astra_vectorize.server.data_api.commands import Call
from pulumi_astra_vectorize.server.settings import ServiceSettings
from pulumi_astra_vectorize.settings import Settings
from pulumi_astra_vectorize.wire import NewToken

SECRET = "a-value-that-nobody-shows"
INPUTS = UserAccessTokenInputs(name="search", secret=SECRET)


@pytest.mark.parametrize(
    "holder",
    [
        INPUTS,
        INPUTS.credential,
        State(INPUTS, UserAccessTokenOutputs()),
        Call(Mock(), Mock(), token=SECRET, embedding_key=SECRET),
        Seeding(Mock(), Mock(), Path("folder/file.jsonl"), SECRET),
        NewToken(name="search", secret=SecretStr(SECRET)),
        Configuration(
            Settings.model_validate({"application_token": SECRET}), {"eu": {"password": SECRET}}
        ),
        ServiceSettings(token=SecretStr(SECRET), master_key=SecretStr(SECRET)),
    ],
    ids=lambda holder: type(holder).__name__,
)
def test_secret_is_not_shown(holder: object) -> None:
    """Neither a provider's key nor an application token."""
    assert SECRET not in repr(holder)
    assert SECRET not in str(holder)
