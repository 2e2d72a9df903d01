"""A running integrations service, and calls to it as a person or a program makes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from pulumi_astra_vectorize.server.service.opening import running_service
from pulumi_astra_vectorize.server.settings import ServiceSettings
from pulumi_astra_vectorize.wire import INTEGRATIONS, SINGLE_TENANT, ServerAddresses
from tests.self_hosted.data_api_double import DataApiDouble

PROVIDER = "huggingface"
NAME = "search-prod"
SECRET = "hf_test_secret_value"
CREDENTIAL = f"databases/{SINGLE_TENANT}/integrations-type/{PROVIDER}/creds/{NAME}.providerKey"


@dataclass(frozen=True)
class Service:
    """A service, the token that opens its management, and a client."""

    addresses: ServerAddresses
    token: str
    http: httpx.Client

    def manage(self, method: str, path: str = "", **more: Any) -> httpx.Response:
        """A call to the management interface, below its prefix."""
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        url = self.addresses.url + INTEGRATIONS + path
        return self.http.request(method, url, headers=headers, **more)

    def add_integration(self) -> None:
        """Adds the provider's integration."""
        self.manage("POST", json={"provider": PROVIDER}).raise_for_status()

    def add_token(self, databases: tuple[str, ...] = (SINGLE_TENANT,)) -> str:
        """Adds a user access token; returns its id."""
        new = {"name": NAME, "secret": SECRET, "databases": databases}
        added = self.manage("POST", f"/{PROVIDER}/tokens", json=new).raise_for_status()
        return str(added.json()["id"])

    def look_up(self, path: str = CREDENTIAL, authorization: str | None = "") -> httpx.Response:
        """A look-up with the application token, another header, or (None) no header."""
        shown = f"Bearer {self.token}" if authorization == "" else authorization
        headers = {} if shown is None else {"Authorization": shown}
        return self.http.get(f"{self.addresses.lookup_url}/{path}", headers=headers)

    def data_api(self, **more: Any) -> DataApiDouble:
        """A Data API that this service is the credential service of."""
        base_url = self.addresses.lookup_url
        assert base_url is not None
        return DataApiDouble(base_url, more.pop("token", self.token), self.http, **more)


@contextmanager
def serving_service(**settings: Any) -> Iterator[Service]:
    """A service in this process on free ports; settings as the members of ServiceSettings."""
    given = ServiceSettings(**{"port": 0, "audit_log": Path("/dev/null"), **settings})
    with running_service(given) as opened, httpx.Client(timeout=30) as http:
        token = Path(opened.addresses.token_file).read_text().strip()
        yield Service(opened.addresses, token, http)
