"""on_change="reload" of a collection: another definition, the same documents (data-api.md, 5, 6).

Vendor's page: "export the original collection's data, and then load it into the new collection";
without the vectors where provider, model or dimensions are others.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_astra_vectorize.errors import AstraVectorizeError
from tests.server.conftest import PostCommand, Server
from tests.server.reloading import (
    BGE_BASE,
    BGE_SMALL,
    MINILM,
    Content,
    Provider,
    Stack,
    collection_stack,
    embedding,
    service,
    spool_files,
    vector_of,
)

MANY = 130
"""More than two pages of find, and more than one insertMany takes."""

ALL_KINDS_OF_IDS: list[Any] = [
    "text",
    7,
    1.5,
    True,
    None,
    {"$uuid": "0190c2ba-cbd4-7000-8000-000000000000"},
    {"$objectId": "65f2a8b1c3d4e5f6a7b8c9d0"},
    {"$date": 1700000000000},
]


@pytest.fixture
def provider() -> Iterator[Provider]:
    """What the embedded server asks for embeddings."""
    with embedding() as provider:
        yield provider


@pytest.fixture
def stack(server: Server, keyspace: str, tmp_path: Path) -> Iterator[Stack]:
    """A collection in the hands of its lifecycle."""
    with collection_stack(server, keyspace, tmp_path / "spool") as stack:
        yield stack


@pytest.fixture
def content(data_api: PostCommand, keyspace: str) -> Content:
    """What is in the collection."""
    return Content(data_api, keyspace)


def test_documents_come_back_as_they_were(stack: Stack, content: Content) -> None:
    """Ids of every kind, values of every kind, more than a page: all are there, and unchanged."""
    state = stack.create(indexing={"allow": ["title"]})
    values = {"n": 0.1, "big": 10**20, "deep": [{"a": [None, True, ""]}], "when": {"$date": 5}}
    content.put(
        *({"_id": identifier, **values} for identifier in ALL_KINDS_OF_IDS),
        *({"_id": f"d{number}", "title": "é\u2028" * number} for number in range(MANY)),
    )
    before = content.all()

    after = stack.up(state, indexing={"deny": ["title"]})

    assert content.all() == before
    assert len(before) == MANY + len(ALL_KINDS_OF_IDS)
    assert after.outputs.effective["indexing"] == {"deny": ["title"]}
    assert spool_files(stack) == set()


def test_text_is_embedded_anew_and_vectors_without_text_are_kept(
    stack: Stack, content: Content, provider: Provider, user_access_token: str
) -> None:
    """With the same model: a vector that an application brought along stays as it is."""
    state = stack.create(service=service(MINILM, user_access_token))
    own = [0.25] * 384
    content.put(
        {"_id": "text", "$vectorize": "abc"},
        {"_id": "vector", "$vector": own},
        {"_id": "blank", "$vectorize": ""},
        {"_id": "none"},
    )
    content.update("text", {"$set": {"title": "changed"}})
    provider.texts.clear()

    stack.up(state, service=service(MINILM, user_access_token), metric="dot_product")

    assert provider.texts == ["abc"]
    assert content.all() == {
        "text": {
            "_id": "text",
            "title": "changed",
            "$vectorize": "abc",
            "$vector": vector_of(MINILM, "abc"),
        },
        "vector": {"_id": "vector", "$vector": own},
        "blank": {"_id": "blank", "$vectorize": ""},
        "none": {"_id": "none"},
    }


@pytest.mark.parametrize("model", [BGE_BASE, BGE_SMALL])
def test_another_model_drops_the_vectors(
    stack: Stack, content: Content, provider: Provider, user_access_token: str, model: str
) -> None:
    """Also one of the same length: what the old model made means nothing to the new one."""
    state = stack.create(service=service(MINILM, user_access_token))
    content.put(
        *({"_id": f"t{number}", "$vectorize": "x" * (number + 1)} for number in range(MANY)),
        {"_id": "vector", "$vector": [0.5] * 384},
    )

    after = stack.up(state, service=service(model, user_access_token))

    found = content.all()
    assert len(found) == MANY + 1
    assert found["t7"]["$vector"] == vector_of(model, "x" * 8)
    assert found["vector"] == {"_id": "vector"}
    assert after.outputs.effective["service"]["model"] == model


def test_vectors_of_applications_outlive_a_first_service(
    stack: Stack, content: Content, user_access_token: str
) -> None:
    """A collection without a service gets one: its vectors have the same dimension, and stay."""
    state = stack.create(dimension=384)
    content.put({"_id": "vector", "$vector": [0.5] * 384})

    stack.up(state, service=service(MINILM, user_access_token))

    assert content.all() == {"vector": {"_id": "vector", "$vector": [0.5] * 384}}


def test_text_that_would_be_lost_is_refused(
    stack: Stack, content: Content, provider: Provider, user_access_token: str
) -> None:
    """A collection without a service takes no text: the reload stops before anything changes."""
    state = stack.create(service=service(MINILM, user_access_token))
    content.put({"_id": "text", "$vectorize": "abc"})
    before = content.all()

    with pytest.raises(AstraVectorizeError) as caught:
        stack.up(state, dimension=384)

    assert caught.value.code == "TEXT_WITHOUT_SERVICE"
    assert content.all() == before
    assert not stack.lifecycle.unfinished(state, stack.target.settings)


@pytest.mark.parametrize("token", ["unknown", "search-prod"])
def test_token_that_cannot_serve_is_refused_before_anything_changes(
    stack: Stack,
    content: Content,
    server: Server,
    user_access_token: str,
    token: str,
) -> None:
    """A collection is not dropped for one that cannot be created."""
    stack.given["database"] = "archive"  # which no token may serve
    server.call(
        "POST",
        f"/v2/databases/{server.databases['archive'].id}/keyspaces/{stack.given['keyspace']}",
    )
    state = stack.create(dimension=384)

    with pytest.raises(AstraVectorizeError) as caught:
        stack.up(state, service=service(MINILM, token))

    assert caught.value.code in {"TOKEN_NOT_FOUND", "DATABASE_NOT_IN_SCOPE"}
    assert stack.refresh(state) == state


def test_definition_that_the_server_refuses_is_refused_before_anything_changes(
    stack: Stack, content: Content
) -> None:
    """A feature that is off there is found out while the documents are where they are."""
    state = stack.create(dimension=2)
    content.put(*({"_id": f"d{number}", "$vector": [1.0, 0.5]} for number in range(3)))
    before = content.all()

    with pytest.raises(AstraVectorizeError) as caught:
        stack.up(state, dimension=2, lexical={"enabled": True})

    assert caught.value.code == "LEXICAL_FEATURE_NOT_ENABLED"
    assert content.all() == before
    assert spool_files(stack) == set()
    assert stack.refresh(state) == state


def test_busy_provider_is_asked_again(
    stack: Stack, content: Content, provider: Provider, user_access_token: str
) -> None:
    """Rate limits, time-outs and failures of the provider's server pass."""
    state = stack.create(service=service(MINILM, user_access_token))
    content.put({"_id": "text", "$vectorize": "abc"})
    provider.troubles = ["RATE_LIMITED", "TIMEOUT", "SERVER_ERROR"]

    stack.up(state, service=service(BGE_BASE, user_access_token))

    assert content.all()["text"]["$vector"] == vector_of(BGE_BASE, "abc")


def test_provider_that_stays_busy_leaves_a_spool_that_the_error_names(
    stack: Stack, content: Content, provider: Provider, user_access_token: str
) -> None:
    """Retries end; the next up goes on where this one stopped, and embeds nothing twice."""
    state = stack.create(service=service(MINILM, user_access_token))
    content.put(*({"_id": f"t{n}", "$vectorize": "x" * (n + 1)} for n in range(MANY)))
    provider.texts.clear()
    wanted = {"service": service(BGE_BASE, user_access_token)}
    provider.troubles = ["RATE_LIMITED"] * 8

    with pytest.raises(AstraVectorizeError) as caught:
        stack.up(state, **wanted)
    spool = next(stack.target.settings.spool_folder.glob("*.jsonl"))
    assert caught.value.code == "EMBEDDING_PROVIDER_RATE_LIMITED"
    assert str(spool) in str(caught.value)

    stack.up(state, **wanted)
    assert len(content.all()) == MANY
    assert sorted(provider.texts) == sorted("x" * (n + 1) for n in range(MANY))
