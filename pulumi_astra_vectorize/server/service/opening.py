"""Starts and stops the integrations service: keys, store, sockets."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.server.admission import Admission
from pulumi_astra_vectorize.server.application_token import application_token
from pulumi_astra_vectorize.server.data_folder import TOKEN_FILE, data_folder
from pulumi_astra_vectorize.server.lookups.callers import (
    Callers,
    CallersOfDataApi,
    ConfiguredCallers,
)
from pulumi_astra_vectorize.server.running import (
    OpenSockets,
    run_until_stopped,
    running_in_thread,
)
from pulumi_astra_vectorize.server.service.application import create_service
from pulumi_astra_vectorize.server.service.audit import audit_log
from pulumi_astra_vectorize.server.service.vault import opened_vault
from pulumi_astra_vectorize.server.settings import ServiceSettings
from pulumi_astra_vectorize.server.sockets import listen, port_of, url_of
from pulumi_astra_vectorize.server.store.schema import Database
from pulumi_astra_vectorize.server.store.store import Store
from pulumi_astra_vectorize.wire import SINGLE_TENANT, ServerAddresses


def serve(settings: ServiceSettings, announce: Callable[[ServerAddresses], None]) -> None:
    """Runs the service until SIGTERM or SIGINT; ``announce`` is called when it answers.

    Raises:
        ConfigurationError: when it cannot start; the code says why.
        SystemExit: with 0, after a signal and a clean stop.
    """
    run_until_stopped(opened_service(settings), settings.ready_file, announce)


def running_service(settings: ServiceSettings) -> AbstractContextManager[OpenSockets]:
    """The service in a thread of this process, for tests."""
    return running_in_thread(opened_service(settings))


@contextmanager
def opened_service(settings: ServiceSettings) -> Generator[OpenSockets, None, None]:
    """Everything that the service needs, closed in the reverse order at the end."""
    _check_tls(settings)
    with ExitStack() as open_things:
        folder = open_things.enter_context(data_folder(settings.data))
        vault = open_things.enter_context(opened_vault(settings, folder))
        _name_cluster(vault.store, settings.database_alias)
        log = open_things.enter_context(audit_log(settings.audit_log))
        listeners = [open_things.enter_context(listen(*place)) for place in _places(settings)]
        ports = [port_of(one) for one in listeners]
        token = application_token(settings.token, folder / TOKEN_FILE)
        admission = Admission(token, settings.username, settings.password)
        callers = _callers(settings, admission)
        lookup_port = None if settings.lookup_port is None else ports[-1]
        yield OpenSockets(
            application=create_service(vault, admission, callers, log, lookup_port),
            addresses=_addresses(settings, ports, folder / TOKEN_FILE),
            listeners=listeners,
            certificate=settings.tls_certificate,
            key=settings.tls_key,
        )


def _places(settings: ServiceSettings) -> list[tuple[str, int]]:
    """Host and port of the management, and of the look-ups where they have a port of their own."""
    management = (settings.host, settings.port)
    if settings.lookup_port is None:
        return [management]
    return [management, (_lookup_host(settings), settings.lookup_port)]


def _lookup_host(settings: ServiceSettings) -> str:
    return settings.lookup_host or settings.host


def _addresses(settings: ServiceSettings, ports: list[int], token_file: Path) -> ServerAddresses:
    scheme = "http" if settings.tls_certificate is None else "https"
    return ServerAddresses(
        url=url_of(settings.host, ports[0], scheme),
        lookup_url=f"{url_of(_lookup_host(settings), ports[-1], scheme)}/v1",
        pid=os.getpid(),
        token_file=str(token_file),
        databases=[],
    )


def _name_cluster(store: Store, alias: str) -> None:
    """The one database of a self-hosted Data API, under the name that scopes use."""
    with store.write() as session:
        session.merge(Database(id=SINGLE_TENANT, name=alias, port=0))


def _callers(settings: ServiceSettings, admission: Admission) -> Callers:
    if settings.data_api is None:
        return ConfiguredCallers(admission)
    return CallersOfDataApi(admission, settings.data_api)


def _check_tls(settings: ServiceSettings) -> None:
    if settings.tls_certificate is None:
        return
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(settings.tls_certificate, settings.tls_key)
    except OSError as problem:  # ssl's own errors are among them
        raise ConfigurationError(
            "TLS_FILES_UNUSABLE",
            f"the certificate and its key cannot be used: {problem.strerror or problem}",
            fix="give PEM files that belong together and that this user may read",
        ) from None
