"""The look-ups as an application that is mounted under ``/v1/databases``."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from pulumi_astra_vectorize.server.deeds import deed_of
from pulumi_astra_vectorize.server.lookups.callers import Callers, NobodyKnowsError
from pulumi_astra_vectorize.server.lookups.credentials import CredentialError
from pulumi_astra_vectorize.server.lookups.routes import UnknownCallerError, routes
from pulumi_astra_vectorize.server.refusing import shape_errors
from pulumi_astra_vectorize.server.sealing import WrongKeyError
from pulumi_astra_vectorize.server.vault import Vault

PREFIX = "/v1/databases"
"""The Data API's base URL for credentials ends with ``/v1``."""


def create_lookups(vault: Vault, callers: Callers) -> FastAPI:
    """The look-ups; every answer without a secret has ``errors`` (contract data-api.md, 10)."""
    lookups = FastAPI(openapi_url=None)
    lookups.state.vault = vault
    lookups.state.callers = callers
    lookups.include_router(routes)
    shape_errors(lookups, lambda _status, code, message: errors(code, message))
    lookups.add_exception_handler(CredentialError, _not_there)
    lookups.add_exception_handler(UnknownCallerError, _unknown_caller)
    lookups.add_exception_handler(NobodyKnowsError, _nobody_knows)
    lookups.add_exception_handler(WrongKeyError, _wrong_key)
    return lookups


def errors(id: str, message: str) -> dict[str, object]:  # noqa: A002 - the contract's word
    """A body that the Data API does not keep."""
    return {"errors": [{"ID": id, "message": message}]}


def _not_there(request: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, CredentialError)  # noqa: S101 - registered for this class
    return _refusal(request, 200, problem.id, problem.message)


def _unknown_caller(request: Request, _problem: Exception) -> JSONResponse:
    message = "send a token of the Data API: `Authorization: Bearer TOKEN`"
    refusal = _refusal(request, 401, "UNAUTHENTICATED", message)
    refusal.headers["WWW-Authenticate"] = "Bearer"
    return refusal


def _nobody_knows(request: Request, problem: Exception) -> JSONResponse:
    message = f"the Data API could not be asked about the token ({problem})"
    return _refusal(request, 503, "DATA_API_UNREACHABLE", message)


def _wrong_key(request: Request, _problem: Exception) -> JSONResponse:
    message = "the secret was sealed with a key that this instance was not started with"
    return _refusal(request, 500, "WRONG_KEY", message)


def _refusal(request: Request, http_status: int, id: str, message: str) -> JSONResponse:  # noqa: A002
    deed_of(request.scope).problem = id
    return JSONResponse(errors(id, message), http_status)
