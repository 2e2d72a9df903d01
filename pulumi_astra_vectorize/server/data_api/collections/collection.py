"""A collection as the commands on its documents see it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pulumi_astra_vectorize.server.data_api.collections.indexing import Indexing, parse_indexing
from pulumi_astra_vectorize.server.data_api.collections.vector_values import check_length
from pulumi_astra_vectorize.server.data_api.commands import Call
from pulumi_astra_vectorize.server.data_api.directions import check_direction
from pulumi_astra_vectorize.server.data_api.envelope import JsonObject, schema_failure
from pulumi_astra_vectorize.server.data_api.vectorize import embed

VECTOR = "$vector"
VECTORIZE = "$vectorize"

TEXTS_A_CALL = 32
"""How many texts one call to the provider carries for collections (data-api.md, section 9)."""


@dataclass(frozen=True)
class Collection:
    """The addressed collection of a call."""

    call: Call

    @property
    def id(self) -> int:
        """The key of its records in the store."""
        return self.call.target.id

    @property
    def _options(self) -> JsonObject:
        return self.call.target.definition

    @cached_property
    def indexing(self) -> Indexing:
        """What of its documents is indexed."""
        return parse_indexing(self._options.get("indexing"))

    @property
    def id_type(self) -> str | None:
        """The type of the ``_id`` that a document gets which has none."""
        default_id: JsonObject = self._options.get("defaultId", {})
        return default_id.get("type")

    @property
    def has_vectors(self) -> bool:
        """Whether documents can have a ``$vector``."""
        return "vector" in self._options

    @property
    def metric(self) -> str:
        """The similarity function; of a collection with vectors only."""
        return str(self._options["vector"]["metric"])

    def require_vectors(self) -> None:
        """Raises VECTOR_SEARCH_NOT_SUPPORTED for a collection without vectors."""
        if not self.has_vectors:
            raise schema_failure(
                "VECTOR_SEARCH_NOT_SUPPORTED",
                f"Vector search is not enabled for the collection '{self.call.target.name}'.",
            )

    def require_service(self) -> None:
        """Raises EMBEDDING_SERVICE_NOT_CONFIGURED for a collection that cannot vectorize."""
        if "service" not in self._options.get("vector", {}):
            raise schema_failure(
                "EMBEDDING_SERVICE_NOT_CONFIGURED",
                f"The collection '{self.call.target.name}' has no embedding service configured: "
                "cannot vectorize data.",
            )

    def check_vector(self, vector: list[float]) -> None:
        """Raises INVALID_VECTOR_LENGTH for a vector of another dimension.

        A vector of zeros, which the cosine cannot compare, is INVALID_DATABASE_QUERY.
        """
        check_length(vector, self._options["vector"]["dimension"])
        check_direction(vector, self.metric)

    def embed(self, texts: list[str]) -> list[list[float]]:
        """The vectors of texts, by the collection's service; no transaction may be open."""
        self.require_service()
        options = self._options["vector"]
        return embed(self.call, options["service"], options["dimension"], texts, batch=TEXTS_A_CALL)
