"""An organisation at Astra as its HTTP shows it (contract devops.md), before an embedded server.

Behind it, the embedded server's integrations service stands for the Portal: nothing here leads
there, only a person (the test) does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from tests.lifecycle.servers import JsonObject, Server

LARGEST_PAGE = 100
USUAL_PAGE = 25
REGION = "us-east-2"
DATA_API = "/api/json/v1"
ENDED = frozenset({"TERMINATED", "TERMINATING"})
SLEEPING = frozenset({"PARKED", "HIBERNATED", "RESUMING", "UNPARKING"})


@dataclass
class Organisation:
    """What Astra knows beside what the embedded server keeps.

    Attributes:
        server: keeps databases, collections, tables, and the Portal's tokens.
        ports: where the Data API of each database (id) answers.
        statuses: of databases (id) that are not ACTIVE.
        countdown: how often a database (id) is still looked at before it is ACTIVE again.
        hidden: keyspaces that a database in MAINTENANCE does not show yet.
        wakes_after: how many looks a hibernated database takes to be ACTIVE, once it was asked.
        others: names of further databases, all hibernated, one terminated.
        non_vector: names of Serverless (Non-Vector) databases, which have no Data API.
        refused: rights that the application token lacks: the starts of paths.
        asked: what was asked for, in order: method and path with query.
    """

    server: Server
    ports: dict[str, int] = field(default_factory=dict[str, int])
    statuses: dict[str, str] = field(default_factory=dict[str, str])
    countdown: dict[str, int] = field(default_factory=dict[str, int])
    hidden: dict[str, str] = field(default_factory=dict[str, str])
    wakes_after: int = 0
    others: list[str] = field(default_factory=list[str])
    non_vector: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list[str])

    def status(self, identifier: str) -> str:
        """A database's status; looking often enough ends MAINTENANCE and RESUMING."""
        return self.statuses.get(identifier, "ACTIVE")

    def look(self, identifier: str) -> None:
        """One look closer to ACTIVE."""
        if identifier in self.countdown:
            self.countdown[identifier] -= 1
        if self.countdown.get(identifier) == 0:
            for told in (self.countdown, self.statuses, self.hidden):
                told.pop(identifier, None)

    def set_status(self, database: str, status: str) -> None:
        """What becomes of a database, by name."""
        self.statuses[self.server.databases[database].id] = status

    def databases(self) -> list[JsonObject]:
        """All databases, in Astra's words."""
        there = [self._shown(told) for told in self.server.call("GET", "/v2/databases?limit=100")]
        further = [*map(self._other, self.others), *map(self._non_vector, self.non_vector)]
        return sorted([*there, *further], key=lambda shown: shown["id"])

    def _shown(self, told: JsonObject) -> JsonObject:
        identifier, name = told["id"], told["info"]["name"]
        hidden = self.hidden.get(identifier)
        keyspaces = [it for it in told["info"]["keyspaces"] if it != hidden]
        shown = _database(identifier, name, self.status(identifier), keyspaces)
        return {**shown, "dataEndpointUrl": f"http://127.0.0.1:{self.ports[identifier]}"}

    def _other(self, name: str) -> JsonObject:
        identifier = str(uuid5(NAMESPACE_DNS, name))
        status = "TERMINATED" if name == "ended" else "HIBERNATED"
        return _database(identifier, name, status, ["default_keyspace"])

    def _non_vector(self, name: str) -> JsonObject:
        shown = _database(str(uuid5(NAMESPACE_DNS, name)), name, "ACTIVE", ["orders"])
        endpoint = "http://127.0.0.1:1"
        return {**shown, "dataEndpointUrl": endpoint, "dbType": None}


def _database(identifier: str, name: str, status: str, keyspaces: list[str]) -> JsonObject:
    default = next(iter(keyspaces), None)
    info = {
        "name": name,
        "keyspace": default,
        "additionalKeyspaces": keyspaces[1:],
        "cloudProvider": "AWS",
        "region": REGION,
        "tier": "serverless",
    }
    return {"id": identifier, "info": info, "status": status, "dbType": "vector"}


def create_astra(organisation: Organisation) -> FastAPI:
    """Astra's DevOps API on the main port, and a Data API on the port of each database."""
    app = FastAPI(openapi_url=None)

    @app.middleware("http")
    async def note_and_admit(
        request: Request, go_on: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        organisation.asked.append(f"{request.method} {request.url.path}{query}")
        bearer = request.headers.get("Authorization") == f"Bearer {organisation.server.token}"
        if request.url.path.startswith("/v2") and not bearer:
            return _refusal(401, "no token that this organisation knows")
        if request.url.path.startswith(organisation.refused or ("-",)):
            return _refusal(403, "the token's role does not allow this")
        return await go_on(request)

    _add_devops(app, organisation)
    _add_data_api(app, organisation)
    return app


def _add_devops(app: FastAPI, organisation: Organisation) -> None:
    @app.get("/v2/databases")
    def databases(
        limit: int = USUAL_PAGE, starting_after: str = "", include: str = "all"
    ) -> Response:
        if not 1 <= limit <= LARGEST_PAGE:
            return _refusal(400, "limit is 1 to 100")
        for identifier in [*organisation.countdown]:
            organisation.look(identifier)
        ended = ENDED if include == "nonterminated" else frozenset[str]()
        all_of_them = [it for it in organisation.databases() if it["status"] not in ended]
        after = [it for it in all_of_them if it["id"] > starting_after]
        return JSONResponse(after[:limit])

    @app.get("/v2/databases/{identifier}")
    def database(identifier: str) -> Response:
        organisation.look(identifier)
        found = [it for it in organisation.databases() if it["id"] == identifier]
        return JSONResponse(found[0]) if found else _refusal(404, "no such database")

    @app.post("/v2/databases/{identifier}/keyspaces/{name}")
    def add_keyspace(identifier: str, name: str) -> Response:
        organisation.server.call("POST", f"/v2/databases/{identifier}/keyspaces/{name}")
        organisation.hidden[identifier] = name
        _maintain(organisation, identifier)
        return Response(status_code=201)

    @app.delete("/v2/databases/{identifier}/keyspaces/{name}")
    def remove_keyspace(identifier: str, name: str) -> Response:
        organisation.server.call("DELETE", f"/v2/databases/{identifier}/keyspaces/{name}")
        _maintain(organisation, identifier)
        return Response(status_code=202)


def _add_data_api(app: FastAPI, organisation: Organisation) -> None:
    urls = {database.id: database.url for database in organisation.server.all_databases}

    @app.post(DATA_API + "{path:path}")
    async def data_api(request: Request, path: str) -> Response:
        port: int = request.scope["server"][1]
        identifier = next(key for key, value in organisation.ports.items() if value == port)
        if organisation.status(identifier) in SLEEPING:
            return _asleep(organisation, identifier)
        headers = {"Token": request.headers.get("Token", ""), "Content-Type": "application/json"}
        async with httpx.AsyncClient(timeout=60) as http:
            url = f"{urls[identifier]}/v1{path}"
            answer = await http.post(url, content=await request.body(), headers=headers)
        return Response(answer.content, answer.status_code, media_type="application/json")


def _asleep(organisation: Organisation, identifier: str) -> Response:
    """A request wakes a hibernated database; the contract does not say how it is refused."""
    if organisation.status(identifier) == "HIBERNATED":
        organisation.statuses[identifier] = "RESUMING"
        organisation.countdown[identifier] = organisation.wakes_after
    return Response(status_code=503, headers={"Retry-After": "0"})


def _maintain(organisation: Organisation, identifier: str) -> None:
    organisation.statuses[identifier] = "MAINTENANCE"
    organisation.countdown[identifier] = 3


def _refusal(status: int, message: str) -> JSONResponse:
    body: dict[str, Any] = {"errors": [{"ID": status, "message": message}]}
    return JSONResponse(body, status)
