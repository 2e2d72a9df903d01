"""A Data API's client on a network that is one function, and answers for it."""

from __future__ import annotations

from typing import Any

import httpx

from pulumi_astra_vectorize.api.data_api import DataApi
from pulumi_astra_vectorize.api.transport import Transport
from pulumi_astra_vectorize.settings import Settings
from tests.unit.integrations_fake import Handler, answering


def client(handler: Handler, prefix: str = "/v1") -> DataApi:
    """A client whose network is the handler."""
    headers = {"Token": "app-token-value"}
    transport = Transport(
        "http://db:1", headers, Settings.model_construct(), httpx.MockTransport(handler)
    )
    return DataApi(transport, prefix)


def status(**members: Any) -> Handler:
    """A Data API that answers every command with this status."""
    return answering(httpx.Response(200, json={"status": members}))


def errors(code: str, scope: str = "SCHEMA", message: str | None = None) -> Handler:
    """A Data API that refuses every command (contract data-api.md, section 1: HTTP 200)."""
    text = message or f"this is {code}"
    said = {"errorCode": code, "scope": scope, "message": text, "title": "t"}
    return answering(httpx.Response(200, json={"errors": [said]}))
