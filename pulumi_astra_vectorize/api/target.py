"""What a run talks to: one set of pooled clients for all resources of the process."""

from __future__ import annotations

import threading
from collections import defaultdict

from pulumi_astra_vectorize.api import hugging_face
from pulumi_astra_vectorize.api.data_api import DataApi
from pulumi_astra_vectorize.api.devops import Database, DevOps
from pulumi_astra_vectorize.api.integrations import Integrations
from pulumi_astra_vectorize.api.transport import Transport
from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.settings import Settings


class Target:
    """The embedded server, a self-hosted Data API or Astra, behind one set of clients."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._token = settings.token_to_send()
        bearer = {"Authorization": f"Bearer {self._token}"}
        self._main = Transport(settings.endpoint, bearer, settings.timeout_seconds)
        self._data_apis: dict[str, DataApi] = {}
        self._guard = threading.Lock()
        self._schema_locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)
        self.devops = DevOps(self._main)
        self.integrations = Integrations(self._main)

    def data_api(self, database: Database) -> DataApi:
        """The database's Data API; connections are pooled by address."""
        with self._guard:
            if database.endpoint not in self._data_apis:
                transport = Transport(
                    database.endpoint, {"Token": self._token}, self.settings.timeout_seconds
                )
                self._data_apis[database.endpoint] = DataApi(transport)
            return self._data_apis[database.endpoint]

    def schema_change(self, database: Database) -> threading.RLock:
        """The lock under which a database's schema is changed: one change at a time."""
        with self._guard:
            return self._schema_locks[database.id]

    def verify_secret(self, secret: str, token_name: str) -> None:
        """Raises SECRET_REFUSED when the embedding provider does not know the secret."""
        url = self.settings.hugging_face_url or self.settings.endpoint
        hugging_face.verify_secret(url, secret, token_name, self.settings.timeout_seconds)


class _Run:
    """The settings of this process, and the clients made from them on first use."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.settings: Settings | None = None
        self.target: Target | None = None


_run = _Run()


def use_settings(settings: Settings) -> None:
    """Remembers the settings; Pulumi hands the same ones to every provider of a process."""
    with _run.lock:
        if settings != _run.settings:
            _run.settings, _run.target = settings, None


def current_settings() -> Settings:
    """The settings of this run.

    Raises:
        ConfigurationError: NOT_CONFIGURED, when the engine never called ``configure``.
    """
    if _run.settings is None:
        raise ConfigurationError(
            "NOT_CONFIGURED",
            "the provider was called before it was configured",
            fix="upgrade pulumi: its Python SDK has to be 3.216 or later",
        )
    return _run.settings


def current_target() -> Target:
    """The clients of this run, made on first use."""
    settings = current_settings()
    with _run.lock:
        if _run.target is None:
            _run.target = Target(settings)
        return _run.target
