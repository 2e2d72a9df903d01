"""Numbers for Prometheus: how many requests, how they ended, how long they took."""

from __future__ import annotations

import time

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pulumi_astra_vectorize.server.deeds import deed_of

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5)
"""Up to where the Data API gives up (contract credentials.md)."""


class Metrics:
    """The numbers of one service; an operation is called as in the audit log."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "astra_vectorize_requests",
            "Requests that concern tokens, by operation and HTTP status.",
            ["operation", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "astra_vectorize_request_seconds",
            "How long these requests took.",
            ["operation"],
            buckets=SECONDS,
            registry=self._registry,
        )

    def count(self, operation: str, status: int, seconds: float) -> None:
        """Adds a request."""
        self._requests.labels(operation, str(status)).inc()
        self._seconds.labels(operation).observe(seconds)

    def routes(self) -> APIRouter:
        """``/metrics``, which needs no token: it names operations only."""
        router = APIRouter()

        @router.get("/metrics", include_in_schema=False)
        def metrics() -> Response:
            return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)

        return router


class Metering:
    """Middleware: counts every request that concerns tokens."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = time.perf_counter()

        async def send_counting(message: Message) -> None:
            operation = deed_of(scope).what
            if message["type"] == "http.response.start" and operation is not None:
                self._metrics.count(operation, message["status"], time.perf_counter() - start)
            await send(message)

        await self._app(scope, receive, send_counting)
