"""What the tests of the control interface do with a server that has it."""

from __future__ import annotations

from typing import Any

import httpx

from pulumi_astra_vectorize.wire import INTEGRATIONS
from tests.server.conftest import SECRET, Server

TOKENS = f"{INTEGRATIONS}/huggingface/tokens"
SERVICE = {
    "provider": "huggingface",
    "modelName": "sentence-transformers/all-MiniLM-L6-v2",
    "authentication": {"providerKey": "search-prod"},
}


def post(controlled: Server, command: dict[str, Any], path: str = "") -> httpx.Response:
    """A command to the default keyspace of "library", or to a collection in it."""
    url = f"{controlled.databases['library'].url}/v1/default_keyspace{path}"
    return controlled.http.post(url, json=command, headers={"Token": controlled.token})


def add_token(controlled: Server) -> dict[str, Any]:
    """The user access token "search-prod" for "library"."""
    controlled.call("POST", INTEGRATIONS, json={"provider": "huggingface"})
    new = {
        "name": "search-prod",
        "secret": SECRET,
        "databases": [controlled.databases["library"].id],
    }
    added: dict[str, Any] = controlled.call("POST", TOKENS, json=new).json()
    return added


def remove_token(controlled: Server, token: dict[str, Any]) -> None:
    controlled.call("DELETE", f"{TOKENS}/{token['id']}", params={"name": token["name"]})


def insert_text(controlled: Server) -> list[str]:
    """The codes of an insertion of one text into "notes"."""
    command = {"insertOne": {"document": {"$vectorize": "A dog barks."}}}
    reply = post(controlled, command, "/notes").json()
    return [error["errorCode"] for error in reply.get("errors", [])]


def create_notes(controlled: Server) -> None:
    options = {"vector": {"service": SERVICE}}
    created = post(controlled, {"createCollection": {"name": "notes", "options": options}})
    assert created.json() == {"status": {"ok": 1}}
