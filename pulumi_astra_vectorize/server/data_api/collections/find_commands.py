"""find, findOne and the counts (contract data-api.md, section 6)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Annotated, Any, Final

from pydantic import AliasChoices, ConfigDict, Field
from sqlalchemy.orm import Session

from pulumi_astra_vectorize.server.data_api.collections.collection import VECTOR, Collection
from pulumi_astra_vectorize.server.data_api.collections.projections import (
    Projection,
    parse_projection,
)
from pulumi_astra_vectorize.server.data_api.collections.search import (
    NEAREST_DOCUMENTS,
    Hit,
    Query,
    find_hits,
    matching,
    prepare_query,
)
from pulumi_astra_vectorize.server.data_api.collections.sorts import FieldSort, VectorSort
from pulumi_astra_vectorize.server.data_api.commands import Call, Command, command
from pulumi_astra_vectorize.server.data_api.envelope import Failure, JsonObject, Reply
from pulumi_astra_vectorize.server.data_api.paging import (
    check_skip,
    cut_page,
    sorted_page_size,
)
from pulumi_astra_vectorize.server.data_api.records import (
    PageState,
    count_records,
    vectors_at,
)
from pulumi_astra_vectorize.server.data_api.vector_numbers import shown

MAX_COUNT: Final = 1000
"""Above this countDocuments only says that there are more."""

SIMILARITY: Final = "$similarity"


class FindOneOptions(Command):
    """``options`` of findOne."""

    include_similarity: bool = False
    include_sort_vector: bool = False


class FindOptions(FindOneOptions):
    """``options`` of find."""

    limit: Annotated[int, Field(gt=0)] | None = None
    skip: Annotated[int, Field(ge=0)] | None = None
    page_state: str | None = Field(
        default=None, validation_alias=AliasChoices("pageState", "pagingState")
    )


class FindOne(Command):
    """``findOne``."""

    filter: Any = None
    projection: Any = None
    sort: Any = None
    options: FindOneOptions | None = None


class Find(Command):
    """``find``."""

    filter: Any = None
    projection: Any = None
    sort: Any = None
    options: FindOptions | None = None


class CountDocuments(Command):
    """``countDocuments``."""

    filter: Any = None


class EstimatedDocumentCount(Command):
    """``estimatedDocumentCount``."""


class FindAndRerank(Command):
    """``findAndRerank``: whatever it says, the feature is off."""

    model_config = ConfigDict(extra="allow")

    options: Any = None


@command("find", "data", Find, "collection", reads=True)
def find(call: Call, request: Find) -> Reply:
    """Finds documents: a page of them, or the nearest ones after a vector sort."""
    options = request.options or FindOptions()
    check_skip(options.skip, request.sort)
    query = prepare_query(Collection(call), request.filter, request.sort)
    projection = parse_projection(request.projection)
    with call.server.store.read() as session:
        hits, next_page = _page(session, query, options)
        documents = shown_documents(session, projection, hits, options)
    return Reply(
        status=sort_status(query, options),
        data={"documents": documents, "nextPageState": next_page},
    )


@command("findOne", "data", FindOne, "collection", reads=True)
def find_one(call: Call, request: FindOne) -> Reply:
    """Finds the first document, or null."""
    options = request.options or FindOneOptions()
    query = prepare_query(Collection(call), request.filter, request.sort)
    projection = parse_projection(request.projection)
    with call.server.store.read() as session:
        hits = find_hits(session, query, 1)
        documents = shown_documents(session, projection, hits, options)
    return Reply(status=sort_status(query, options), data={"document": next(iter(documents), None)})


@command("countDocuments", "data", CountDocuments, "collection", reads=True)
def count_documents(call: Call, request: CountDocuments) -> Reply:
    """Counts the documents that match, up to 1000."""
    query = prepare_query(Collection(call), request.filter, None)
    with call.server.store.read() as session:
        count = sum(1 for _ in islice(matching(session, query), MAX_COUNT + 1))
    if count > MAX_COUNT:
        return Reply(status={"count": MAX_COUNT, "moreData": True})
    return Reply(status={"count": count})


@command("estimatedDocumentCount", "data", EstimatedDocumentCount, "collection", reads=True)
def estimated_document_count(call: Call, _request: EstimatedDocumentCount) -> Reply:
    """Counts all documents; here the estimate is exact."""
    with call.server.store.read() as session:
        return Reply(status={"count": count_records(session, call.target.id)})


@command("findAndRerank", "data", FindAndRerank, "collection")
def find_and_rerank(_call: Call, _request: FindAndRerank) -> Reply:
    """Refused: reranking is off here, as on a self-hosted Data API by default."""
    raise Failure("RERANKING_FEATURE_NOT_ENABLED", "Reranking is not enabled on this server.")


def shown_documents(
    session: Session, projection: Projection, hits: Sequence[Hit], options: FindOneOptions
) -> list[JsonObject]:
    """The documents as a reply shows them, with their vectors and similarities if asked for."""
    vectors: dict[int, list[float]] = {}
    if projection.shows(VECTOR):
        positions = [hit.record.position for hit in hits]
        vectors = vectors_at(session, VECTOR, positions)
    documents: list[JsonObject] = []
    for hit in hits:
        vector = vectors.get(hit.record.position)
        whole = hit.record.body if vector is None else {**hit.record.body, VECTOR: vector}
        document = projection.apply(whole)
        if options.include_similarity and hit.similarity is not None:
            document[SIMILARITY] = hit.similarity
        documents.append(document)
    return documents


def sort_status(query: Query, options: FindOneOptions) -> JsonObject | None:
    """The ``status`` of a find: the sort's vector if it was asked for."""
    if not options.include_sort_vector:
        return None
    vector = shown(query.sort.vector) if isinstance(query.sort, VectorSort) else None
    return {"sortVector": vector}


def _page(session: Session, query: Query, options: FindOptions) -> tuple[list[Hit], str | None]:
    """The documents of one answer and the state of the next page.

    Sorts have one page only; one by fields does not even look at a state that it is given.
    """
    if isinstance(query.sort, FieldSort):
        size = sorted_page_size(options.limit)
        return find_hits(session, query, size, options.skip or 0), None
    state = PageState.decode(options.page_state)
    if query.sort is not None:
        limit = options.limit or NEAREST_DOCUMENTS
        return find_hits(session, query, limit, options.skip or 0), None
    found = (Hit(record) for record in matching(session, query, state.after))
    return cut_page(found, state, options.limit, lambda page: page[-1].record.position)
