"""The client of one database's Data API: commands as the contract has them, and its errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_astra_vectorize.api.commands import DataApiError, error_of
from pulumi_astra_vectorize.api.data_api import DataApi
from pulumi_astra_vectorize.errors import AstraVectorizeError, UnreachableError
from tests.unit.data_api_fake import client, errors, status
from tests.unit.integrations_fake import answering

OK = httpx.Response(200, json={"status": {"ok": 1}})


COMMANDS: list[tuple[Callable[[DataApi], Any], str, dict[str, Any]]] = [
    (
        lambda api: api.create_collection("ks", "notes", {"vector": {"dimension": 3}}),
        "/v1/ks",
        {"createCollection": {"name": "notes", "options": {"vector": {"dimension": 3}}}},
    ),
    (
        lambda api: api.delete_collection("ks", "notes"),
        "/v1/ks",
        {"deleteCollection": {"name": "notes"}},
    ),
    (
        lambda api: api.create_table("ks", "books", {"columns": {}}),
        "/v1/ks",
        {"createTable": {"name": "books", "definition": {"columns": {}}}},
    ),
    (
        lambda api: api.drop_table("ks", "books"),
        "/v1/ks",
        {"dropTable": {"name": "books", "options": {"ifExists": True}}},
    ),
    (
        lambda api: api.set_service("ks", "books", "summary", None),
        "/v1/ks/books",
        {"alterTable": {"operation": {"dropVectorize": {"columns": ["summary"]}}}},
    ),
    (
        lambda api: api.create_vector_index("ks", "books", "i", {"column": "summary"}),
        "/v1/ks/books",
        {"createVectorIndex": {"name": "i", "definition": {"column": "summary"}}},
    ),
    (
        lambda api: api.drop_index("ks", "i"),
        "/v1/ks",
        {"dropIndex": {"name": "i", "options": {"ifExists": True}}},
    ),
]


@pytest.mark.parametrize(("command", "path", "body"), COMMANDS)
def test_commands_on_the_wire(
    command: Callable[[DataApi], Any], path: str, body: dict[str, Any]
) -> None:
    """Contract data-api.md, sections 5 and 7: one command a request, on its own level's path."""
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return OK

    command(client(handler))

    (request,) = seen
    assert (request.method, request.url.path) == ("POST", path)
    assert json.loads(request.content) == body
    assert request.headers["Token"] == "app-token-value"


@pytest.mark.parametrize(("command", "_path", "_body"), COMMANDS)
def test_changes_are_never_sent_twice(
    no_waiting: None, command: Callable[[DataApi], Any], _path: str, _body: object
) -> None:
    """A change whose answer is lost may have been done: the caller looks first."""
    sent: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        message = "reset"
        raise httpx.ReadError(message)

    with pytest.raises(UnreachableError, match="ANSWER_LOST"):
        command(client(handler))

    assert len(sent) == 1


def test_reads_are_sent_again(no_waiting: None) -> None:
    """What changes nothing is repeated when its answer is lost."""
    sent: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        if len(sent) == 1:
            message = "reset"
            raise httpx.ReadError(message)
        return httpx.Response(200, json={"status": {"count": 3}})

    assert client(handler).count_documents("ks", "notes") == (3, False)


def test_prefix_of_astra() -> None:
    """On Astra the Data API stands under another path."""
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path)
        return OK

    client(handler, "/api/json/v1").delete_collection("ks", "notes")

    assert seen == ["/api/json/v1/ks"]


def test_explained_collections_by_name() -> None:
    """Contract data-api.md, section 5: names with their options."""
    options = {"lexical": {"enabled": False}}

    found = client(status(collections=[{"name": "notes", "options": options}])).collections("ks")

    assert found == {"notes": options}


def test_explained_tables_and_indexes_by_name() -> None:
    """Contract data-api.md, section 7: names with their definitions."""
    definition = {"columns": {}, "primaryKey": {"partitionBy": ["id"], "partitionSort": {}}}
    index = {"name": "i", "definition": {"column": "v", "options": {}}, "indexType": "vector"}

    assert client(status(tables=[{"name": "t", "definition": definition}])).tables("ks") == {
        "t": definition
    }
    assert client(status(indexes=[index])).indexes("ks", "t") == {"i": index}


def test_keyspace_that_is_gone_holds_nothing() -> None:
    """A destroy in parallel may have dropped it meanwhile."""
    gone = client(errors("UNKNOWN_KEYSPACE"))

    assert gone.collections("ks") == {}
    assert gone.tables("ks") == {}


@pytest.mark.parametrize(
    ("answer", "count"),
    [({"count": 0}, (0, False)), ({"count": 1000, "moreData": True}, (1000, True))],
)
def test_documents_are_counted_as_far_as_the_data_api_counts(
    answer: dict[str, Any], count: tuple[int, bool]
) -> None:
    """Contract data-api.md, section 6: above 1000 it says that there are more."""
    assert client(status(**answer)).count_documents("ks", "notes") == count


@pytest.mark.parametrize(
    ("rows", "page_state", "count"), [([], None, (0, False)), ([{}] * 50, "next", (50, True))]
)
def test_rows_are_counted_by_their_first_page(
    rows: list[object], page_state: str | None, count: tuple[int, bool]
) -> None:
    """Contract data-api.md, section 8: countDocuments is not for tables."""
    data = {"documents": rows, "nextPageState": page_state}

    assert client(answering(httpx.Response(200, json={"data": data}))).count_rows("k", "t") == count


@pytest.mark.parametrize(
    ("scope", "source"), [("SCHEMA", "Astra DB"), ("EMBEDDING_PROVIDER", "embedding provider")]
)
def test_error_keeps_the_vendors_code_and_names_the_side(scope: str, source: str) -> None:
    """Vendor's page, "Troubleshoot vectorize": which side failed has to be told."""
    with pytest.raises(DataApiError) as caught:
        client(errors("SOME_CODE", scope)).delete_collection("ks", "notes")

    assert (caught.value.code, caught.value.source) == ("SOME_CODE", source)
    assert caught.value.message == "this is SOME_CODE"


@pytest.mark.parametrize(
    "code",
    [
        "EMBEDDING_GATEWAY_UNABLE_RESOLVE_AUTHENTICATION_TYPE",
        "EMBEDDING_PROVIDER_AUTHENTICATION_KEYS_NOT_PROVIDED",
    ],
)
def test_credential_that_is_not_found_is_astras(code: str) -> None:
    """Vendor's page, "Astra DB": errors of scopes. The provider was not asked (section 10)."""
    assert error_of({"errorCode": code, "scope": "EMBEDDING_PROVIDER"}).source == "Astra DB"


@pytest.mark.parametrize(
    ("scope", "whose"),
    [("EMBEDDING_PROVIDER", "the embedding provider's documentation"), ("SCHEMA", "the vendor's")],
)
def test_code_that_nobody_foresaw_leads_to_who_explains_it(scope: str, whose: str) -> None:
    """Vendor's page, "Troubleshoot vectorize": the provider's errors are in its documentation."""
    said = {"errorCode": "EMBEDDING_PROVIDER_CLIENT_ERROR", "scope": scope, "message": "no"}
    assert whose in error_of(said).fix


@pytest.mark.parametrize(
    ("http_status", "content"),
    [
        (200, b"{}"),
        (200, b"[]"),
        (200, b'{"status": "fine"}'),
        (200, b'{"detail": "Not Found"}'),
        (404, b'{"detail": "Not Found"}'),
        (404, b""),
        (405, b""),
        (502, b"<html>"),
    ],
)
def test_answer_of_another_server(no_waiting: None, http_status: int, content: bytes) -> None:
    """What is no envelope of the Data API is never taken for a success."""
    other = client(answering(httpx.Response(http_status, content=content)))

    with pytest.raises(AstraVectorizeError) as caught:
        other.delete_collection("ks", "notes")

    assert caught.value.code in {
        "ANSWER_NOT_UNDERSTOOD",
        "ANSWER_NOT_JSON",
        "TARGET_BUSY",
    }


@pytest.mark.parametrize(
    ("code", "step"),
    [
        ("UNKNOWN_KEYSPACE", "add a Keyspace to the program"),
        ("UNKNOWN_COLLECTION_OR_TABLE", "`pulumi refresh`"),
        ("UNSUPPORTED_DATA_TYPE_TABLE_CREATION", "`adopt=True`"),
        ("CANNOT_ADD_UNSUPPORTED_DATA_TYPE_COLUMNS", "use a type that is supported"),
        ("CANNOT_ADD_EXISTING_INDEX", "another `name`"),
        ("EMBEDDING_SERVICE_NOT_CONFIGURED", "`service`"),
        ("LEXICAL_FEATURE_NOT_ENABLED", "STARGATE_FEATURE_FLAGS_LEXICAL=true"),
        ("RERANKING_FEATURE_NOT_ENABLED", "take `rerank` out of the program"),
        ("TOO_MANY_COLLECTIONS", "delete a collection"),
        ("TOO_MANY_INDEXES", "delete a collection"),
        ("TOO_MANY_INDEXES_FOR_COLLECTION", "delete a collection"),
        ("VECTORIZE_FEATURE_NOT_AVAILABLE", "STARGATE_JSONAPI_OPERATIONS_VECTORIZE_ENABLED=true"),
        ("INVALID_CREATE_COLLECTION_OPTIONS", "`astra-vectorize doctor`"),
        (
            "EMBEDDING_GATEWAY_UNABLE_RESOLVE_AUTHENTICATION_TYPE",
            "QUARKUS_REST_CLIENT_CREDENTIALS_URL",
        ),
    ],
)
def test_error_that_a_program_can_cause_says_the_next_step(code: str, step: str) -> None:
    """The vendor's documentation is for what nobody foresaw."""
    assert step in error_of({"errorCode": code, "message": "no"}).fix
