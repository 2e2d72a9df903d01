"""What every part of the embedded server shares: settings, store, secrets, embeddings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from pulumi_astra_vectorize.server.admission import Admission
from pulumi_astra_vectorize.server.control.request_log import RequestLog
from pulumi_astra_vectorize.server.control.troubles import Troubles
from pulumi_astra_vectorize.server.embedding.client import EmbeddingClient
from pulumi_astra_vectorize.server.sealing import Sealer
from pulumi_astra_vectorize.server.settings import ServerSettings
from pulumi_astra_vectorize.server.store.store import Store
from pulumi_astra_vectorize.server.vectors import VectorCache


@dataclass(frozen=True)
class ServerState:
    """Made once at start and handed to every route."""

    settings: ServerSettings
    store: Store
    sealer: Sealer
    admission: Admission
    embeddings: EmbeddingClient
    vectors: VectorCache
    troubles: Troubles = field(default_factory=Troubles)
    requests: RequestLog = field(default_factory=RequestLog)


async def _state(request: Request) -> ServerState:
    """Async though it waits for nothing: anything else is given a thread of the pool."""
    state: ServerState = request.app.state.server
    return state


TheServer = Annotated[ServerState, Depends(_state)]
"""For routes of an application that has a server in its state."""
