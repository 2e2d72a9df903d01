"""One collection on the server: what is there, and the statements that change it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pulumi_astra_vectorize.api.commands import DataApiError, JsonObject
from pulumi_astra_vectorize.api.databases import Database
from pulumi_astra_vectorize.api.recent import ACTING_SECONDS
from pulumi_astra_vectorize.errors import NotFoundError
from pulumi_astra_vectorize.reload.documents import Documents
from pulumi_astra_vectorize.resources._collection_definition import (
    CollectionInputs,
    actual,
    differences,
    options_of,
    wanted,
)
from pulumi_astra_vectorize.resources._settle import settle
from pulumi_astra_vectorize.resources.embedding_service import explained

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.target import Target


class CollectionSite:
    """Where a collection is, or will be, and what the program wants there."""

    def __init__(self, target: Target, database: Database, inputs: CollectionInputs) -> None:
        self.database = database
        self.documents = Documents(target.data_api(database), inputs.keyspace, inputs.name)
        self.embeds = inputs.service is not None
        self._target = target
        self._inputs = inputs

    def __str__(self) -> str:
        return f"collection {self._inputs.name!r} in {self.place}"

    @property
    def place(self) -> str:
        """Database and keyspace, as errors name them."""
        return f"{self.database.name}/{self._inputs.keyspace}"

    def options(self, within: float = 0) -> JsonObject | None:
        """What findCollections explains; None when there is no such collection.

        An answer that is at most ``within`` seconds old will do.
        """
        there = self.documents.api.collections(self._inputs.keyspace, within)
        return there.get(self._inputs.name)

    def options_there(self) -> JsonObject:
        """The same, right after the collection was made sure to be there.

        Raises:
            NotFoundError: COLLECTION_NOT_FOUND.
        """
        options = self.options(ACTING_SECONDS)
        if options is None:
            raise NotFoundError(
                "COLLECTION_NOT_FOUND",
                f"{self} is gone, though it was there a moment ago",
                fix="find out what deletes it, and run `pulumi up` again",
                source="Astra DB",
            )
        return options

    def is_wanted(self, options: JsonObject) -> bool:
        """Whether a collection with these options is what the program says."""
        return not differences(wanted(self._inputs), actual(options))

    def check(self) -> None:
        """Raises what the server refuses the wanted definition for, while another one is there."""
        inputs, options = self._inputs, options_of(self._inputs)
        with self._explaining():
            self.documents.api.check_definition(inputs.keyspace, inputs.name, options)

    def create(self) -> None:
        """Creates the collection as the program says."""
        inputs, api = self._inputs, self.documents.api
        options = options_of(inputs)
        with self._explaining(), self._target.schema_change(self.database):
            settle(
                lambda: api.create_collection(inputs.keyspace, inputs.name, options),
                lambda: self.options() is not None,
            )

    def drop(self) -> None:
        """Drops the collection, if it is there: a table of that name is not ours to drop."""
        inputs, api = self._inputs, self.documents.api
        with self._target.schema_change(self.database):
            if self.options(ACTING_SECONDS) is not None:
                settle(
                    lambda: api.delete_collection(inputs.keyspace, inputs.name),
                    lambda: self.options() is None,
                )

    def count(self) -> tuple[int, bool]:
        """How many documents it holds, and whether there are more than that."""
        return self.documents.api.count_documents(self._inputs.keyspace, self._inputs.name)

    @contextmanager
    def _explaining(self) -> Generator[None]:
        try:
            yield
        except DataApiError as error:
            raise explained(error, self._inputs.service, self.database, self._target) from None
