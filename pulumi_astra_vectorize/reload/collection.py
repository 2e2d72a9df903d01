"""Gives a collection another definition: export, drop, create, load; resumed after any crash."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Protocol

from pulumi_astra_vectorize.api.commands import JsonObject
from pulumi_astra_vectorize.errors import (
    AstraVectorizeError,
    ConflictError,
    GuardError,
    RefusedError,
)
from pulumi_astra_vectorize.reload.decisions import Plan, plan
from pulumi_astra_vectorize.reload.documents import (
    TEXT,
    Documents,
    embeds,
    loses_its_vector,
    ready_to_load,
    vectors_fit,
)
from pulumi_astra_vectorize.reload.loading import has_text
from pulumi_astra_vectorize.reload.progress import Progress
from pulumi_astra_vectorize.reload.spool import Manifest, Spool


class Site(Protocol):
    """Where the collection is, and what the program wants there."""

    documents: Documents
    embeds: bool
    """Whether the wanted collection has an embedding service."""

    def __str__(self) -> str: ...

    def options(self) -> JsonObject | None:
        """What findCollections explains; None when there is no such collection."""
        ...

    def is_wanted(self, options: JsonObject) -> bool:
        """Whether a collection with these options is the wanted one."""
        ...

    def check(self) -> None:
        """Raises what the server refuses the wanted definition for, while another one is there."""
        ...

    def create(self) -> None:
        """Creates the wanted collection."""
        ...

    def drop(self) -> None:
        """Drops the collection."""
        ...


class CollectionReload:
    """One reload. ``run`` may be called again after it failed or was killed, wherever that was.

    Documents that others write while it runs may be missing afterwards: the Data API has no
    transaction around all of it.
    """

    def __init__(self, site: Site, spool: Spool, progress: Progress) -> None:
        self._site = site
        self._spool = spool
        self._progress = progress

    def run(self) -> None:
        """Makes the collection the wanted one, with every document that it had.

        Raises:
            AstraVectorizeError: whatever went wrong; once there is a spool, with its path.
        """
        with self._spool.locked(), _spool_named(self._spool):
            there = self._site.options()
            wanted = there is not None and self._site.is_wanted(there)
            match plan(self._spool.manifest(), there, wanted=wanted):
                case Plan.NOTHING:
                    pass
                case Plan.CREATE:
                    self._site.create()
                case Plan.EXPORT:
                    self._export(there or {})
                    self._load()
                case Plan.LOAD:
                    self._load()
                case Plan.START_OVER:
                    self._site.check()
                    self._refuse_other_documents()
                    self._site.drop()
                    self._load()
            self._spool.discard()

    def _export(self, definition: JsonObject) -> None:
        self._site.check()
        self._refuse_to_forget()
        manifest = self._spool.fill(self._exported(), definition)
        self._progress("exported", manifest.count, manifest.count)
        counted, more = self._site.documents.api.count_documents(
            self._site.documents.keyspace, self._site.documents.name
        )
        if manifest.count < counted:
            self._spool.discard()
            raise ConflictError(
                "CHANGED_DURING_EXPORT",
                f"{self._site} holds {'more than ' if more else ''}{counted} documents, of which "
                f"{manifest.count} were exported; nothing was changed",
                fix="stop what writes to it, and run `pulumi up` again",
            )
        self._site.drop()

    def _refuse_to_forget(self) -> None:
        """A spool is written over only by the collection that it came from."""
        earlier = self._spool.manifest()
        if earlier is None or not earlier.count:
            return
        if not self._site.documents.holds_any_of(self._spool.documents()):
            raise ConflictError(
                "COLLECTION_MADE_ANEW",
                f"{self._site} holds none of the {earlier.count} documents that a reload exported "
                "from it: it was dropped and created again, or emptied, since",
                fix="keep what was written to it since, if anything, and delete it by hand",
            )

    def _exported(self) -> Iterator[JsonObject]:
        for count, document in enumerate(self._site.documents.all(), 1):
            if not self._site.embeds and has_text(document.get(TEXT)):
                raise RefusedError(
                    "TEXT_WITHOUT_SERVICE",
                    f"{self._site} holds `$vectorize` text, which a collection without an "
                    "embedding service does not take; nothing was changed",
                    fix="keep a `service`; or copy the text to a field of another name first",
                )
            self._progress("exported", count)
            yield document

    def _load(self) -> None:
        """The collection is gone or half loaded: what counts is the spool."""
        manifest = self._dropped()
        is_new = self._site.options() is None
        if is_new:
            self._site.create()
        ready = self._ready(manifest, self._site.options() or {})
        self._site.documents.load(
            ready,
            ask_first=not is_new,
            passed=lambda done: self._progress("loaded", done, manifest.count),
        )
        self._compare(manifest)

    def _dropped(self) -> Manifest:
        """Written down before anything is created: from now on the spool is the truth."""
        manifest = self._spool.manifest()
        if manifest is None:
            raise AssertionError("a reload loads what was exported")
        self._spool.mark_dropped(manifest)
        return manifest

    def _ready(self, manifest: Manifest, options: JsonObject) -> Iterator[JsonObject]:
        keep_vectors = vectors_fit(manifest.definition, options)
        keep_blank = embeds(options)
        without = 0
        for document in self._spool.documents():
            without += loses_its_vector(document) and not keep_vectors
            yield ready_to_load(document, keep_vector=keep_vectors, keep_blank=keep_blank)
        if without:
            self._progress("have no text to embed, and no vector any more:", without, without)

    def _compare(self, manifest: Manifest) -> None:
        there = self._site.documents.count()
        if there < manifest.count:
            raise ConflictError(
                "DOCUMENTS_MISSING",
                f"{self._site} holds {there} documents after {manifest.count} were loaded",
                fix="stop what deletes from it, and run `pulumi up` again",
            )

    def _refuse_other_documents(self) -> None:
        """A half-loaded collection is dropped only if all that it holds is in the spool."""
        others = self._site.documents.count_others(self._spool.documents())
        if others > 0:
            raise GuardError(
                "HOLDS_OTHER_DOCUMENTS",
                f"{self._site} is half loaded and not as the program says; it also holds {others} "
                "documents that were written since, which would be lost",
                fix="let the program say again what is there, run `pulumi up` so that the reload "
                "ends, and then change it",
            )


@contextmanager
def _spool_named(spool: Spool) -> Generator[None]:
    """An error says where the documents are, once they may be nowhere else."""
    try:
        yield
    except AstraVectorizeError as error:
        if spool.manifest() is None:
            raise
        raise type(error)(
            error.code,
            f"{error.message}; the reload has not ended, and all documents are safe in "
            f"{spool.path}",
            fix=f"{error.fix}; then `pulumi up` goes on from there",
            source=error.source,
        ) from None
