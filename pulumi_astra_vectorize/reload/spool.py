"""The documents of a collection on disk, from its export until all of them are back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TextIO

from pydantic import BaseModel, ConfigDict

from pulumi_astra_vectorize.api.commands import JsonObject
from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.files import explained_disk_errors, whole_file
from pulumi_astra_vectorize.reload.journal import Journal, Place
from pulumi_astra_vectorize.reload.lines import NOT_UTF8, read_lines, write_lines


class Manifest(BaseModel):
    """What is said about a complete spool; without a manifest there is no spool.

    Attributes:
        count: how many documents it holds.
        definition: the options of the collection that they come from, as findCollections has them.
        dropped: that collection is gone: from now on the spool is all that there is.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)
    count: int
    definition: JsonObject
    dropped: bool = False


class Spool:
    """Documents as JSON lines, and beside them the manifest that makes them count."""

    def __init__(self, folder: Path, place: Place) -> None:
        self._journal = Journal(folder, place, Manifest)
        self.path = self._journal.path.with_suffix(".jsonl")

    def manifest(self) -> Manifest | None:
        """What there is, once it is complete."""
        return self._journal.read()

    def locked(self) -> AbstractContextManager[None]:
        """Keeps other runs out; see ``Journal.locked``."""
        return self._journal.locked()

    def fill(self, documents: Iterable[JsonObject], definition: JsonObject) -> Manifest:
        """Writes the documents; complete and on the disk when this returns."""
        self._journal.remove()
        with explained_disk_errors(self.path), whole_file(self.path) as stream:
            count = write_lines(stream, documents)
        manifest = Manifest(count=count, definition=definition)
        self._journal.write(manifest)
        return manifest

    def mark_dropped(self, manifest: Manifest) -> None:
        """Remembers that the collection is gone, before another one takes its place."""
        self._journal.write(manifest.model_copy(update={"dropped": True}))

    def documents(self) -> Iterator[JsonObject]:
        """The documents, one by one.

        Raises:
            ConfigurationError: SPOOL_DAMAGED, when they are not as many as the manifest says.
        """
        manifest, count = self.manifest(), 0
        with explained_disk_errors(self.path), self._opened() as stream:
            for count, document in enumerate(read_lines(stream, str(self.path)), 1):  # noqa: B007 - it is compared
                yield document
        if manifest is None or count != manifest.count:
            raise ConfigurationError(
                "SPOOL_DAMAGED",
                f"{self.path} holds {count} documents and not the "
                f"{manifest.count if manifest else 0} that were exported",
                fix="restore the file from a backup of the disk; nothing else has the documents",
            )

    def _opened(self) -> TextIO:
        return self.path.open(encoding="utf-8", errors=NOT_UTF8)

    def discard(self) -> None:
        """Removes it: every document is where it belongs."""
        self._journal.remove()
        with explained_disk_errors(self.path):
            self.path.unlink(missing_ok=True)
