"""The least of an integrations service that the client can talk to, in memory, and its faults."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import httpx

from pulumi_astra_vectorize.api.target import Target
from pulumi_astra_vectorize.configuration import current_configuration
from pulumi_astra_vectorize.wire import INTEGRATIONS

PROVIDER = "huggingface"
WHEN = "2026-11-23T00:00:00Z"


def fresh_target() -> Target:
    """The target of a run that has just begun, by the settings of the fixture ``configured``."""
    return Target(current_configuration().default)


@dataclass
class IntegrationsFake:
    """Tokens with their secrets and scopes; ``calls`` holds what was asked, in order."""

    tokens: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    secrets: dict[str, str] = field(default_factory=dict[str, str])
    retired: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    calls: list[str] = field(default_factory=list[str])
    scope_calls: list[list[str]] = field(default_factory=list[list[str]])
    born: int = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answers a request as the service does; the path's parts say what is meant."""
        path = request.url.path
        if path == "/api/whoami-v2":
            self.calls.append("GET whoami")
            return httpx.Response(200, json={})
        if path == "/v2/databases":
            return httpx.Response(200, json=[])
        parts = [unquote(part) for part in path.removeprefix(INTEGRATIONS).strip("/").split("/")]
        kind = "/".join([part for part in parts[1:] if part not in self.tokens])
        self.calls.append(f"{request.method} {kind}".strip())
        body: dict[str, Any] = json.loads(request.content) if request.content else {}
        return self._answer(request, parts, body)

    def _answer(
        self, request: httpx.Request, parts: list[str], body: dict[str, Any]
    ) -> httpx.Response:
        match request.method, parts[1:]:
            case "POST", ["tokens"]:
                return self.add(body["name"], body["secret"], body["databases"])
            case "POST", ["tokens", token_id, "scope"]:
                return self._extend(token_id, body["databases"])
            case "DELETE", ["tokens", token_id]:
                return self._remove(token_id, **request.url.params)
            case "DELETE", ["retired-scopes", name]:
                self.retired = [view for view in self.retired if view["name"] != name]
                return httpx.Response(204)
            case _:
                return self._read(parts[1:])

    def _read(self, parts: list[str]) -> httpx.Response:
        match parts:
            case []:
                return httpx.Response(200, json=self._integration())
            case ["tokens"]:
                return httpx.Response(200, json=list(self.tokens.values()))
            case ["retired-scopes", name]:
                views = [view for view in reversed(self.retired) if view["name"] == name]
                return httpx.Response(200, json=views)
            case _:
                return refusal(404, "NOT_FOUND")

    def _integration(self) -> dict[str, Any]:
        return {"provider": PROVIDER, "active": bool(self.tokens), "createdAt": WHEN}

    def add(self, name: str, secret: str, databases: list[str]) -> httpx.Response:
        """Adds a token under a name that is free."""
        if any(token["name"] == name for token in self.tokens.values()):
            return refusal(409, "TOKEN_NAME_TAKEN")
        if len(databases) > 10:
            return refusal(422, "TOO_MANY_DATABASES")
        self.born += 1
        token: dict[str, Any] = {
            "id": f"token-{self.born}",
            "provider": PROVIDER,
            "name": name,
            "generation": f"generation-{self.born}",
            "createdAt": WHEN,
            "databases": databases,
        }
        self.tokens[token["id"]] = token
        self.secrets[token["id"]] = secret
        self._settle(name, databases)
        return httpx.Response(201, json=token)

    def _extend(self, token_id: str, databases: list[str]) -> httpx.Response:
        if len(databases) > 10:
            return refusal(422, "TOO_MANY_DATABASES")
        self.scope_calls.append(databases)
        scope = self.tokens[token_id]["databases"]
        scope += [database for database in databases if database not in scope]
        self._settle(self.tokens[token_id]["name"], databases)
        return httpx.Response(200, json={"tokenId": token_id, "databases": scope})

    def _settle(self, name: str, databases: list[str]) -> None:
        """A token of the name has these now: no rotation has to put them back."""
        for view in self.retired:
            if view["name"] == name and "outstanding" in view:
                view["outstanding"] = [one for one in view["outstanding"] if one not in databases]

    def _remove(self, token_id: str, name: str, rotating: str = "false") -> httpx.Response:
        token = self.tokens.get(token_id)
        if token is None:
            return refusal(404, "TOKEN_NOT_FOUND")
        if token["name"] != name:
            return refusal(422, "NAME_MISMATCH")
        del self.tokens[token_id], self.secrets[token_id]
        scope = token["databases"]
        if rotating == "false":
            self._settle(name, [one for view in self.retired for one in view["databases"]])
        retired = {"name": name, "databases": scope, "tokenId": token_id, "removedAt": WHEN}
        self.retired.append({**retired, "outstanding": scope if rotating == "true" else []})
        return httpx.Response(204)


def refusal(status: int, code: str) -> httpx.Response:
    """An answer that is not a success, in the service's words."""
    return httpx.Response(status, json={"errors": [{"code": code, "message": code.lower()}]})


Handler = Callable[[httpx.Request], httpx.Response]


def answering(response: httpx.Response) -> Handler:
    """A network that has one answer to everything."""
    return lambda _request: response


def dying_at(call: int, service: Handler, *, done: bool) -> Handler:
    """A service that the connection to dies at a call: before it is done, or after."""
    count = 0

    def handler(request: httpx.Request) -> httpx.Response:
        nonlocal count
        count += 1
        if count < call:
            return service(request)
        if count == call and done:
            service(request)
        message = "the connection died"
        raise httpx.ReadError(message)

    return handler


def losing_one(call: int, service: Handler) -> Handler:
    """A service whose answer to one call is lost, after it did what was asked."""
    count = 0

    def handler(request: httpx.Request) -> httpx.Response:
        nonlocal count
        count += 1
        response = service(request)
        if count == call:
            message = "the answer was lost"
            raise httpx.ReadError(message)
        return response

    return handler
