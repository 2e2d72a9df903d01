"""The rows of a table whose vector column is filled from a column of text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pulumi_astra_vectorize.api.commands import JsonObject
from pulumi_astra_vectorize.api.data_api import DataApi
from pulumi_astra_vectorize.reload.loading import batches, has_text, insert, pages
from pulumi_astra_vectorize.reload.progress import Progress


@dataclass(frozen=True)
class Rows:
    """A table's rows, seen as keys, texts and vectors.

    Attributes:
        key: the columns of the primary key.
        text: the column whose text is embedded.
        vector: the column that takes the vectors.
    """

    api: DataApi
    keyspace: str
    table: str
    key: tuple[str, ...]
    text: str
    vector: str

    def embed_missing(self, progress: Progress) -> None:
        """Embeds the text of every row that has no vector; may be called again at any time.

        An upsert of key and text: other columns stay as they are (contract data-api.md, section
        8). A row that is deleted meanwhile comes back as its key and vector.
        """
        embedded = 0
        for batch in batches(self._without_vector(), self.vector):
            insert(self.api, self.keyspace, self.table, batch)
            embedded += len(batch)
            progress("rows embedded", embedded)
        if embedded:
            progress("rows embedded", embedded, embedded)

    def _without_vector(self) -> Iterator[JsonObject]:
        projection = dict.fromkeys([*self.key, self.text, self.vector], 1)
        for page in pages(self.api, self.keyspace, self.table, projection):
            for row in page:
                if row.get(self.vector) is None and has_text(row.get(self.text)):
                    key = {name: row[name] for name in self.key}
                    yield {**key, self.vector: row[self.text]}
