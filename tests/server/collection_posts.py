"""What the tests of collections share: a collection as a function that posts commands to it."""

from __future__ import annotations

from typing import Any, Protocol

from tests.server.conftest import PostCommand

NAME = "notes"


class Post(Protocol):
    """Posts a command to one collection, with further headers; returns the reply's JSON."""

    def __call__(self, command: dict[str, Any], **headers: str) -> dict[str, Any]: ...


def collection(data_api: PostCommand, keyspace: str, options: dict[str, Any]) -> Post:
    """Creates a collection with these options."""
    data_api({"createCollection": {"name": NAME, "options": options}}, keyspace)

    def post(command: dict[str, Any], **headers: str) -> dict[str, Any]:
        return data_api(command, keyspace, NAME, headers=headers)

    return post


def vectorizing(token: str) -> dict[str, Any]:
    """The options of a collection that vectorizes its text with a user access token."""
    service = {
        "provider": "huggingface",
        "modelName": "sentence-transformers/all-MiniLM-L6-v2",
        "authentication": {"providerKey": token},
    }
    return {"vector": {"service": service}}


def insert(*documents: dict[str, Any], **options: Any) -> dict[str, Any]:
    """An insertMany command."""
    return {"insertMany": {"documents": list(documents), "options": options}}


def codes(reply: dict[str, Any]) -> list[str]:
    """The codes of a reply's errors."""
    return [error["errorCode"] for error in reply.get("errors", [])]


def found_ids(post: Post, **find: Any) -> list[Any]:
    """The ids of the documents that a find answers, in its order."""
    reply = post({"find": find})
    assert codes(reply) == []
    return [document["_id"] for document in reply["data"]["documents"]]
