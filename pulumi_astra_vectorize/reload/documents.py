"""The documents of one collection: all of them out, and back in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pulumi_astra_vectorize.api.commands import JsonObject, member
from pulumi_astra_vectorize.api.data_api import DataApi
from pulumi_astra_vectorize.reload.loading import batches, has_text, insert, pages

TEXT = "$vectorize"
VECTOR = "$vector"

EVERYTHING = {"*": 1}
"""The projection that also shows ``$vector`` and ``$vectorize``."""

ONLY_ID = {"_id": 1}


@dataclass(frozen=True)
class Documents:
    """What a collection holds."""

    api: DataApi
    keyspace: str
    name: str

    def all(self) -> Iterator[JsonObject]:
        """Every document, whole. Documents that are written meanwhile may be missing."""
        for page in pages(self.api, self.keyspace, self.name, EVERYTHING):
            yield from page

    def count(self) -> int:
        """How many there are, also beyond the 1,000 that countDocuments counts."""
        return sum(len(page) for page in pages(self.api, self.keyspace, self.name, ONLY_ID))

    def missing(self, batch: list[JsonObject]) -> list[JsonObject]:
        """Those of at most 100 documents that are not there yet, told by their ids."""
        condition = {"_id": {"$in": [document["_id"] for document in batch]}}
        found = pages(self.api, self.keyspace, self.name, ONLY_ID, condition)
        there = {_key(document) for page in found for document in page}
        return [document for document in batch if _key(document) not in there]

    def load(
        self,
        documents: Iterable[JsonObject],
        *,
        ask_first: bool,
        passed: Callable[[int], None],
    ) -> int:
        """Writes the documents that are not there yet, and answers how many these were.

        Args:
            documents: with ids, and ready to be written.
            ask_first: some may be there already: asking costs less than embedding them again.
            passed: told after each call how many documents are settled by now.
        """
        settled = written = 0
        for batch in batches(documents, TEXT):
            absent = self.missing(batch) if ask_first else batch
            if absent:
                insert(self.api, self.keyspace, self.name, absent)
            settled, written = settled + len(batch), written + len(absent)
            passed(settled)
        return written

    def holds_any_of(self, documents: Iterable[JsonObject]) -> bool:
        """Whether one of these documents is there; asks until it is found."""
        groups = batches(documents, TEXT)
        return any(len(self.missing(batch)) < len(batch) for batch in groups)

    def count_others(self, documents: Iterable[JsonObject]) -> int:
        """How many documents there are beside these."""
        shared = sum(len(batch) - len(self.missing(batch)) for batch in batches(documents, TEXT))
        return self.count() - shared


def embeds(options: JsonObject) -> bool:
    """Whether a collection with these options has an embedding service."""
    return bool(member(member(options, "vector"), "service"))


def brings_vectors(options: JsonObject) -> bool:
    """Whether a collection with these options has the vectors of applications, and no others."""
    return bool(member(options, "vector")) and not embeds(options)


def vectors_fit(before: JsonObject, after: JsonObject) -> bool:
    """Whether vectors of one collection mean the same in another one, told by their options.

    Vendor's page: with another provider, model or dimension the vectors have to go. Vectors that
    applications brought to a collection without a service are theirs to judge.
    """
    old, new = member(before, "vector"), member(after, "vector")
    if not new or old.get("dimension") != new.get("dimension"):
        return False
    old_service, new_service = member(old, "service"), member(new, "service")
    if not old_service or not new_service:
        return True
    return all(old_service.get(part) == new_service.get(part) for part in ("provider", "modelName"))


def ready_to_load(document: JsonObject, *, keep_vector: bool, keep_blank: bool) -> JsonObject:
    """A document as insertMany takes it: with its text or its vector, never with both.

    Contract data-api.md, section 6: ``$vectorize`` and ``$vector`` in one document are refused; the
    text is embedded anew. A blank text says nothing, and goes where it would be refused.

    Args:
        document: as it was exported.
        keep_vector: the vector means the same where the document goes.
        keep_blank: the collection where it goes has an embedding service, and takes blank texts.
    """
    text = has_text(document.get(TEXT))
    vector = keep_vector and not text and document.get(VECTOR) is not None
    stays = {VECTOR: vector, TEXT: text or (keep_blank and not vector)}
    return {name: value for name, value in document.items() if stays.get(name, True)}


def loses_its_vector(document: JsonObject) -> bool:
    """Whether nothing can bring back the vector of a document that is loaded without it."""
    return document.get(VECTOR) is not None and not has_text(document.get(TEXT))


def _key(document: JsonObject) -> str:
    return json.dumps(document["_id"], sort_keys=True)
