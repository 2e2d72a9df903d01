"""Whether the server answers: for scripts that wait for it, and for orchestrators."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

routes = APIRouter()
"""On the main port."""


@routes.get("/health", include_in_schema=False)
async def health() -> dict[str, str]:
    """Needs no token and no thread, so that it also answers when every handler is busy."""
    return {"status": "ok"}


async def _data_api_health(_request: Request) -> JSONResponse:
    """As Quarkus answers, on which the real Data API runs: only what it checks is missing."""
    return JSONResponse({"status": "UP", "checks": []})


data_api_routes = [Route("/stargate/health", _data_api_health)]
"""On a database's port: where the real Data API says so (contract data-api.md, section 12)."""
