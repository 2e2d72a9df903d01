"""Files of a data folder that cannot be read or written: an error of ours names them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.server.application_token import application_token
from pulumi_astra_vectorize.server.master_key import (
    KEY_FILE,
    add_key,
    drop_old_keys,
    sealer_of_folder,
)

USES: dict[str, Callable[[Path], object]] = {
    "the token is read": lambda file: application_token(None, file),
    "the token is kept": lambda file: application_token(SecretStr("AstraCS:given"), file),
    "the key is read": lambda file: sealer_of_folder(file.parent),
    "a key is added": lambda file: add_key(file.parent),
    "old keys are dropped": lambda file: drop_old_keys(file.parent),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_what_the_disk_refuses_names_the_file(
    tmp_path: Path, use: Callable[[Path], object]
) -> None:
    """As where it is full, or the file is another user's: no traceback, but what to do."""
    file = tmp_path / KEY_FILE
    file.mkdir()  # which root, too, can neither read nor replace

    with pytest.raises(ConfigurationError) as refused:
        use(file)

    assert refused.value.code == "FILE_NOT_WRITABLE"
    assert str(file) in refused.value.message
    assert "--data FOLDER" in refused.value.fix
