"""A client that does everything: the same mix for the benches of concurrency and of long runs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.served_collection import Collection, Document, Floats, on_the_wire, unit_vectors

WITH_VECTOR = 10
WITH_TEXT = 4
KEPT = 200
"""How many documents a client has at most: so many as it inserts, it then removes."""


@dataclass
class MixedClient:
    """One client of a collection; its documents are its own, ``name`` is in their ids."""

    collection: Collection
    name: str
    ids: deque[str] = field(default_factory=deque[str])
    operations: int = 0
    _inserted: int = 0
    _vectors: Floats = field(default_factory=lambda: unit_vectors(100, seed=7))

    def take_turns(self, turns: int) -> None:
        """Does its operations in their order, over and over, so many in all.

        Raises:
            RuntimeError: one was refused, or a document that must be there is not found.
        """
        for _ in range(turns):
            OPERATIONS[self.operations % len(OPERATIONS)](self)
            self.operations += 1

    def insert_vectors(self) -> None:
        """Inserts documents that bring their vectors."""
        self._insert([{"$vector": on_the_wire(self._vector(it))} for it in range(WITH_VECTOR)])

    def insert_texts(self) -> None:
        """Inserts documents whose texts the server embeds."""
        number = self._inserted
        texts = [f"Note {number + it} of {self.name}, on the weather." for it in range(WITH_TEXT)]
        self._insert([{"$vectorize": text} for text in texts])

    def find_one(self) -> None:
        """Reads its latest document."""
        self._read("findOne", filter={"_id": self.ids[-1]})

    def find_some(self) -> None:
        """Reads by a filter."""
        self._read("find", filter={"shelf": self._inserted % 10}, options={"limit": 10})

    def search(self) -> None:
        """Searches by a vector, with a filter."""
        vector = on_the_wire(self._vector(self._inserted))
        clause = {"shelf": {"$in": [1, 2]}}
        self._read("find", filter=clause, sort={"$vector": vector}, options={"limit": 10})

    def search_text(self) -> None:
        """Searches by a text that the server embeds."""
        self._read("find", sort={"$vectorize": "Will it rain?"}, options={"limit": 10})

    def update(self) -> None:
        """Changes its latest document."""
        changed = {"$set": {"read": self.operations}}
        reply = self.collection.post("updateOne", filter={"_id": self.ids[-1]}, update=changed)
        if reply["status"]["matchedCount"] != 1:
            raise RuntimeError(f"{self.ids[-1]} is not there")

    def delete(self) -> None:
        """Removes its oldest documents, as many as are too many."""
        oldest = [self.ids.popleft() for _ in range(max(0, len(self.ids) - KEPT))]
        if oldest:
            reply = self.collection.post("deleteMany", filter={"_id": {"$in": oldest}})
            if reply["status"]["deletedCount"] != len(oldest):
                raise RuntimeError(f"some of {oldest} were not there")

    def _insert(self, documents: list[Document]) -> None:
        for number, document in enumerate(documents, start=self._inserted):
            document |= {"_id": f"{self.name}-{number}", "shelf": number % 10}
        self.collection.insert(documents)
        self._inserted += len(documents)
        self.ids.extend(document["_id"] for document in documents)

    def _read(self, command: str, **members: object) -> None:
        data = self.collection.post(command, **members)["data"]
        if not (data.get("document") or data.get("documents")):
            raise RuntimeError(f"{command} {members} found nothing")

    def _vector(self, number: int) -> Floats:
        vector: Floats = self._vectors[number % len(self._vectors)]
        return vector


OPERATIONS: tuple[Callable[[MixedClient], None], ...] = (
    MixedClient.insert_vectors,
    MixedClient.find_one,
    MixedClient.search,
    MixedClient.insert_texts,
    MixedClient.find_some,
    MixedClient.search_text,
    MixedClient.update,
    MixedClient.delete,
)
