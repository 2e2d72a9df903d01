"""Whether the server answers: for scripts that wait for it, and for orchestrators."""

from __future__ import annotations

from fastapi import APIRouter

routes = APIRouter()


@routes.get("/health", include_in_schema=False)
async def health() -> dict[str, str]:
    """Needs no token and no thread, so that it also answers when every handler is busy."""
    return {"status": "ok"}
