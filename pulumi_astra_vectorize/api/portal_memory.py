"""What a rotation by hand has to remember between two runs: the scope, and that the token was gone.

A small file for each token in the spool folder; nothing in it is secret.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.files import explained_disk_errors, write_whole

LIFETIME = timedelta(days=7)
"""A rotation that was given up is forgotten after that."""


class Rotation(BaseModel):
    """A rotation on its way: the databases to put back, and whether the removal was seen."""

    databases: list[str] = []
    removed: bool = False
    since: datetime = Field(default_factory=lambda: datetime.now(timezone.utc))


class PortalMemory:
    """Rotations on their way, by provider and name of the token."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def recall(self, provider: str, name: str) -> Rotation | None:
        """The rotation on its way, if there is one.

        Raises:
            ConfigurationError: ROTATION_UNREADABLE.
        """
        file = self._file(provider, name)
        try:
            told = Rotation.model_validate_json(file.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError):
            raise ConfigurationError(
                "ROTATION_UNREADABLE",
                f"{file}, which has the scope that a rotation is to put back, cannot be read",
                fix="give the right to read it, or let the version that wrote it finish; or remove "
                "it if the token has every database of its scope",
            ) from None
        return told if told.since > datetime.now(timezone.utc) - LIFETIME else None

    def keep(self, provider: str, name: str, rotation: Rotation) -> None:
        """Writes it down before the step that it is needed after.

        Raises:
            ConfigurationError: FILE_NOT_WRITABLE.
        """
        file = self._file(provider, name)
        with explained_disk_errors(file):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(file, rotation.model_dump_json())

    def forget(self, provider: str, name: str) -> None:
        """The rotation is done.

        Raises:
            ConfigurationError: FILE_NOT_WRITABLE.
        """
        file = self._file(provider, name)
        with explained_disk_errors(file):
            file.unlink(missing_ok=True)

    def _file(self, provider: str, name: str) -> Path:
        return self._folder / f"rotation-{provider}-{name}.json"
