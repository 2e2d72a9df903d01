"""What a rotation by hand remembers on disk, and what it says when the disk does not play along."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pulumi_astra_vectorize.api.portal_memory import PortalMemory, Rotation
from pulumi_astra_vectorize.errors import ConfigurationError

TOKEN = ("huggingface", "search")

Damage = Callable[[Path], object]


def _as_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@contextmanager
def refused(code: str, file: Path) -> Iterator[None]:
    """What has to fail with this code, and name the file."""
    with pytest.raises(ConfigurationError) as caught:
        yield
    assert caught.value.code == code
    assert str(file) in caught.value.message


@pytest.fixture
def memory(tmp_path: Path) -> PortalMemory:
    kept = PortalMemory(tmp_path)
    kept.keep(*TOKEN, Rotation(databases=["library"]))
    return kept


def test_a_rotation_is_kept_until_it_is_done(memory: PortalMemory) -> None:
    """Another run finds the scope; after the end there is none, also if the end comes twice."""
    found = memory.recall(*TOKEN)
    memory.forget(*TOKEN)
    memory.forget(*TOKEN)

    assert found is not None
    assert found.databases == ["library"]
    assert memory.recall(*TOKEN) is None


@pytest.mark.parametrize(
    "damage", [lambda file: file.write_text("{"), _as_a_folder], ids=["not whole", "unreadable"]
)
def test_a_scope_that_cannot_be_read_is_not_taken_for_none(
    memory: PortalMemory, tmp_path: Path, damage: Damage
) -> None:
    """Else a rotation would end without its databases: the error names the file."""
    (file,) = tmp_path.iterdir()
    damage(file)

    with refused("ROTATION_UNREADABLE", file):
        memory.recall(*TOKEN)


def test_a_disk_that_keeps_what_is_done_is_told(memory: PortalMemory, tmp_path: Path) -> None:
    """The file that cannot be removed is named, instead of Python's own error."""
    (file,) = tmp_path.iterdir()
    _as_a_folder(file)

    with refused("FILE_NOT_WRITABLE", file):
        memory.forget(*TOKEN)
