"""Collections of the embedded server as benches use them, over plain HTTP."""

from __future__ import annotations

import base64
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np
from numpy.typing import NDArray

from pulumi_astra_vectorize.testing.server import RunningServer
from pulumi_astra_vectorize.wire import INTEGRATIONS

DATABASE = "library"
DIMENSION = 384
MODEL = "sentence-transformers/all-MiniLM-L6-v2"
TOKEN = "bench"  # noqa: S105 - its name
SECRET = "hf_bench_secret_value"  # noqa: S105 - the imitated Hugging Face takes any
DOCUMENTS_A_COMMAND = 100

Floats = NDArray[np.float32]
Document = dict[str, Any]


@dataclass(frozen=True)
class Collection:
    """A collection of the database ``library``, by a connection of its own."""

    http: httpx.Client
    name: str

    def post(self, command: str, **members: object) -> dict[str, Any]:
        """The reply to a command on the documents.

        Raises:
            RuntimeError: when it has errors.
        """
        return posted(self.http, f"/{self.name}", {command: members})

    def insert(self, documents: list[Document]) -> None:
        """Inserts documents, in as many commands as they take."""
        for start in range(0, len(documents), DOCUMENTS_A_COMMAND):
            self.post("insertMany", documents=documents[start : start + DOCUMENTS_A_COMMAND])


@contextmanager
def connected(server: RunningServer, name: str) -> Generator[Collection]:
    """A new connection to a collection that is there."""
    url = f"{server.databases[DATABASE].url}/v1/default_keyspace"
    with httpx.Client(base_url=url, headers={"Token": server.token}, timeout=60) as http:
        yield Collection(http, name)


@contextmanager
def created(server: RunningServer, name: str) -> Generator[Collection]:
    """A new collection that embeds by the server's own model, for vectors of 384 numbers."""
    add_token(server)
    service = {
        "provider": "huggingface",
        "modelName": MODEL,
        "authentication": {"providerKey": TOKEN},
    }
    options = {"vector": {"dimension": DIMENSION, "metric": "cosine", "service": service}}
    with connected(server, name) as collection:
        definition = {"name": name, "options": options}
        posted(collection.http, "", {"createCollection": definition})
        yield collection


def add_token(server: RunningServer) -> None:
    """The user access token that the collections name; no error if it is there."""
    with httpx.Client(headers={"Authorization": f"Bearer {server.token}"}) as http:
        integrations = server.url + INTEGRATIONS
        http.post(integrations, json={"provider": "huggingface"})
        new = {"name": TOKEN, "secret": SECRET, "databases": [server.databases[DATABASE].id]}
        http.post(f"{integrations}/huggingface/tokens", json=new)


def posted(http: httpx.Client, path: str, command: dict[str, Any]) -> dict[str, Any]:
    """The reply to a command; RuntimeError when it has errors."""
    reply: dict[str, Any] = http.post(path, json=command).json()
    if "errors" in reply:
        raise RuntimeError(str(reply["errors"]))
    return reply


def unit_vectors(count: int, seed: int) -> Floats:
    """Random vectors of length 1, the same ones for the same seed."""
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    lengths: Floats = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / lengths


def on_the_wire(vector: Floats) -> dict[str, str]:
    """A vector in the Data API's short form."""
    return {"$binary": base64.b64encode(vector.astype(">f4").tobytes()).decode()}
