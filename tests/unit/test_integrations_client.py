"""The client of the integrations service: what it asks, what it makes of each answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_astra_vectorize.api.integrations import Integrations
from pulumi_astra_vectorize.api.transport import Transport
from pulumi_astra_vectorize.errors import ConflictError, RefusedError, UnreachableError
from pulumi_astra_vectorize.settings import Settings
from tests.unit.integrations_fake import (
    PROVIDER,
    WHEN,
    Handler,
    IntegrationsFake,
    answering,
    refusal,
)

DATABASES = [f"database-{number:02}" for number in range(25)]


def client(handler: Handler) -> Integrations:
    """A client whose network is the handler."""
    transport = Transport(
        "http://service", {}, Settings.model_construct(), httpx.MockTransport(handler)
    )
    return Integrations(transport)


def test_a_token_is_added_with_its_first_databases() -> None:
    """The secret and the first databases of the scope go in one call."""
    service = IntegrationsFake()

    view = client(service).add_token(PROVIDER, "search", "hf_secret", DATABASES[:10])

    assert service.tokens[view.id]["databases"] == DATABASES[:10]
    assert service.calls == ["POST tokens"]
    assert service.secrets[view.id] == "hf_secret"


def test_token_without_databases_is_one_call() -> None:
    """A scope may come later."""
    service = IntegrationsFake()

    client(service).add_token(PROVIDER, "search", "hf_secret", [])

    assert service.calls == ["POST tokens"]


def test_scope_is_extended_ten_at_most_a_call_in_order() -> None:
    """Every database is sent once, in the order of the program."""
    service = IntegrationsFake()
    service.add("search", "hf_secret", [])

    client(service).add_to_scope(PROVIDER, "token-1", DATABASES)

    assert [len(group) for group in service.scope_calls] == [10, 10, 5]
    assert service.tokens["token-1"]["databases"] == DATABASES


def test_nothing_to_add_is_no_call() -> None:
    """An empty addition does not go over the network."""
    service = IntegrationsFake()

    client(service).add_to_scope(PROVIDER, "token-1", [])

    assert service.calls == []


def test_token_is_found_by_its_whole_name() -> None:
    """Of several tokens, the one with that very name; None where there is none."""
    service = IntegrationsFake()
    service.add("search-prod", "a", [])
    service.add("search", "b", ["library-id"])

    found = client(service).token(PROVIDER, "search")

    assert found is not None
    assert (found.id, found.databases) == ("token-2", ["library-id"])
    assert client(service).token(PROVIDER, "sear") is None


def test_what_is_not_there_is_none() -> None:
    """Reads of what is missing answer None, or nothing; deletions of it succeed."""
    absent = client(answering(refusal(404, "INTEGRATION_NOT_FOUND")))

    assert absent.integration(PROVIDER) is None
    assert absent.token(PROVIDER, "search") is None
    assert absent.retired_scope(PROVIDER, "search", "token-1") == []
    assert absent.outstanding_scope(PROVIDER, "search") == []
    absent.remove_integration(PROVIDER)
    absent.remove_token(PROVIDER, "token-1", "search")
    absent.remove_from_scope(PROVIDER, "token-1", "library-id", "library")


def retired(token_id: str, *databases: str) -> dict[str, Any]:
    return {"tokenId": token_id, "name": "search", "databases": databases, "removedAt": WHEN}


@pytest.mark.parametrize(
    ("remembered", "scope"),
    [
        ([], []),
        ([retired("known", "a", "b")], ["a", "b"]),
        ([retired("known", "a"), retired("older", "z")], ["a"]),
        ([retired("next", "b"), retired("known", "a", "b"), retired("old", "z")], ["b", "a"]),
        ([retired("older", "z")], []),
    ],
)
def test_retired_scope_is_that_of_the_token_and_its_successors(
    remembered: list[dict[str, Any]], scope: list[str]
) -> None:
    """The service lists removed tokens of a name, latest first: older ones are another story."""
    service = client(answering(httpx.Response(200, json=remembered)))

    assert service.retired_scope(PROVIDER, "search", "known") == scope


@pytest.mark.parametrize(
    ("remembered", "scope"),
    [
        ([retired("known", "a", "b")], []),
        ([retired("known", "a", "b") | {"outstanding": ["b"]}], ["b"]),
        (
            [
                retired("next", "b") | {"outstanding": ["b"]},
                retired("known", "a", "b") | {"outstanding": ["a", "b"]},
            ],
            ["b", "a"],
        ),
    ],
)
def test_outstanding_scope_is_what_the_service_says(
    remembered: list[dict[str, Any]], scope: list[str]
) -> None:
    """Each database once; a service that does not know the member knows of no rotation."""
    service = client(answering(httpx.Response(200, json=remembered)))

    assert service.outstanding_scope(PROVIDER, "search") == scope


ON_THE_WIRE: list[tuple[Callable[[Integrations], None], str, Any]] = [
    (
        lambda c: c.remove_token("hugging face/x", "id/1", "a&b=c"),
        "DELETE /v1/integrations/hugging%20face%2Fx/tokens/id%2F1?name=a%26b%3Dc",
        None,
    ),
    (
        lambda c: c.remove_token(PROVIDER, "id-1", "search", rotating=True),
        "DELETE /v1/integrations/huggingface/tokens/id-1?name=search&rotating=true",
        None,
    ),
    (
        lambda c: c.give_up_rotation(PROVIDER, "a&b"),
        "DELETE /v1/integrations/huggingface/retired-scopes/a%26b",
        None,
    ),
    (
        lambda c: c.remove_from_scope(PROVIDER, "id-1", "db-1", "my library"),
        "DELETE /v1/integrations/huggingface/tokens/id-1/scope/db-1?name=my%20library",
        None,
    ),
    (
        lambda c: c.add_integration(PROVIDER),
        "POST /v1/integrations",
        {"provider": PROVIDER},
    ),
    (
        lambda c: c.add_to_scope(PROVIDER, "id-1", ["db-1"]),
        "POST /v1/integrations/huggingface/tokens/id-1/scope",
        {"databases": ["db-1"]},
    ),
]


@pytest.mark.parametrize(("call", "request_line", "body"), ON_THE_WIRE)
def test_requests_on_the_wire(
    call: Callable[[Integrations], None], request_line: str, body: Any
) -> None:
    """Names are quoted, bodies are camelCase, and no secret is in an address."""
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        view = {"provider": PROVIDER, "active": False, "createdAt": WHEN}
        scope = {"tokenId": "id-1", "databases": ["db-1"]}
        removed = request.method == "DELETE"
        return httpx.Response(204) if removed else httpx.Response(201, json=view | scope)

    call(client(handler))

    (request,) = seen
    assert f"{request.method} {request.url.raw_path.decode()}" == request_line
    assert (json.loads(request.content) if request.content else None) == body


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (409, "INTEGRATION_EXISTS", ConflictError),
        (422, "UNKNOWN_PROVIDER", RefusedError),
        (507, "STORAGE_FULL", RefusedError),
    ],
)
def test_refusals_keep_the_service_s_code(
    status: int, code: str, error: type[RefusedError | ConflictError]
) -> None:
    """What the service refuses reaches the user under the service's own stable code."""
    refusing = client(answering(refusal(status, code)))

    with pytest.raises(error) as caught:
        refusing.add_integration(PROVIDER)

    assert (caught.value.code, caught.value.message) == (code, code.lower())


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"unexpected": "shape"}),
        (200, ["a", "list"]),
        (404, {"detail": "Not Found"}),
        (500, {"errors": []}),
        (500, "text"),
        (200, 5),
    ],
)
def test_json_of_another_service_is_told_apart(status: int, body: object) -> None:
    """An endpoint that is some other server: an error with a code, without its content."""
    other = client(answering(httpx.Response(status, json=body)))

    with pytest.raises(UnreachableError) as caught:
        other.add_token(PROVIDER, "search", "hf_secret", [])

    assert caught.value.code == "ANSWER_NOT_UNDERSTOOD"
    assert "unexpected" not in str(caught.value)


def test_missing_at_another_server_is_no_missing() -> None:
    """A 404 that the service did not say must not drop a resource from the state."""
    other = client(answering(httpx.Response(404, json={"detail": "Not Found"})))

    with pytest.raises(UnreachableError, match="ANSWER_NOT_UNDERSTOOD"):
        other.token(PROVIDER, "search")


def test_creations_are_never_sent_twice(no_waiting: None) -> None:
    """After a lost answer the token may be there: the caller looks before it asks again."""
    calls: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        raise httpx.ReadError("reset")

    with pytest.raises(UnreachableError, match="ANSWER_LOST"):
        client(handler).add_token(PROVIDER, "search", "hf_secret", [])

    assert len(calls) == 1
