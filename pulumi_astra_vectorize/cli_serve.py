"""`astra-vectorize serve`: the embedded server, or the integrations service alone."""

from __future__ import annotations

import logging
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from pulumi_astra_vectorize.errors import ConfigurationError

if TYPE_CHECKING:
    from pulumi_astra_vectorize.wire import ServerAddresses

ENVIRONMENT = (
    "Every option can also stand in the environment: ASTRA_VECTORIZE_SERVER_HOST, ..._PORT, "
    "..._DATA, ..._DATABASES (names with commas between), ..._CLASSIC_DATABASES, ..._USERNAME, "
    "..._PASSWORD, ..._TOKEN (the application token, instead of a new one), ..._EMBEDDINGS, "
    "..._KEYSPACE, ..._READY_FILE, ..._CONTROL, ..._COLLECTION_LIMIT; with --only integrations "
    "..._LOOKUP_PORT, ..._LOOKUP_HOST, ..._DATABASE_ALIAS, ..._STORE, ..._MASTER_KEY, "
    "..._MASTER_KEY_FILE, ..._DATA_API, ..._AUDIT_LOG, ..._TLS_CERTIFICATE, ..._TLS_KEY."
)

OURS = "pulumi_astra_vectorize"

EMBEDDED = "Embedded server"
SERVICE = "With --only integrations"

StoreOption = Annotated[
    str | None,
    typer.Option(
        help="PostgreSQL that instances share: postgresql+psycopg://USER:PASSWORD@HOST/DATABASE. "
        "ASTRA_VECTORIZE_SERVER_STORE keeps the password from other users.",
        rich_help_panel=SERVICE,
    ),
]
MasterKeyFileOption = Annotated[
    Path | None,
    typer.Option(
        help="File with the keys that secrets are sealed with, the newest first.",
        rich_help_panel=SERVICE,
    ),
]

FLAGS = {"databases": "--database", "classic_databases": "--classic-database"}
"""The flags of the settings that have another name."""

Settings = TypeVar("Settings", bound=BaseSettings)


def serve(  # noqa: PLR0913, PLR0917 - one argument a flag
    only: Annotated[
        Literal["integrations"] | None,
        typer.Option(
            help="Leave out all but the integrations service and the look-ups of a real Data API."
        ),
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on (127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option(help="Main port; 0 takes a free one (8181).")] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Folder to keep everything in; without it all goes with the process."),
    ] = None,
    username: Annotated[
        str | None, typer.Option(help="Also admit the token of this user, as self-hosted.")
    ] = None,
    password: Annotated[
        str | None,
        typer.Option(
            help="That user's password. Other users see it in the process list: "
            "ASTRA_VECTORIZE_SERVER_PASSWORD keeps it from them."
        ),
    ] = None,
    ready_file: Annotated[
        Path | None,
        typer.Option(help="File to write the addresses to (JSON) once the server answers."),
    ] = None,
    database: Annotated[
        list[str] | None,
        typer.Option(help="A database that there shall be; repeatable.", rich_help_panel=EMBEDDED),
    ] = None,
    classic_database: Annotated[
        list[str] | None,
        typer.Option(
            help="The same, as if made before June 24, 2024: 5 collections, not 10.",
            rich_help_panel=EMBEDDED,
        ),
    ] = None,
    embeddings: Annotated[
        str | None,
        typer.Option(
            help="Base URL to ask for embeddings, such as Hugging Face's router (its own).",
            rich_help_panel=EMBEDDED,
        ),
    ] = None,
    control: Annotated[
        bool | None,
        typer.Option(
            "--control",
            help="Open the control interface, for tests: /_control/.",
            rich_help_panel=EMBEDDED,
        ),
    ] = None,
    collection_limit: Annotated[
        int | None,
        typer.Option(
            help="Collections that a database may have (10; 5 in a classic one).",
            rich_help_panel=EMBEDDED,
        ),
    ] = None,
    lookup_port: Annotated[
        int | None,
        typer.Option(
            help="Port of its own for the look-ups (the main port).", rich_help_panel=SERVICE
        ),
    ] = None,
    lookup_host: Annotated[
        str | None,
        typer.Option(
            help="Address that port listens on, if not --host: the management can stay on "
            "127.0.0.1.",
            rich_help_panel=SERVICE,
        ),
    ] = None,
    database_alias: Annotated[
        str | None,
        typer.Option(
            help="What scopes call the Data API's one database (cluster).",
            rich_help_panel=SERVICE,
        ),
    ] = None,
    store: StoreOption = None,
    master_key_file: MasterKeyFileOption = None,
    data_api: Annotated[
        str | None,
        typer.Option(
            help="Base URL of the Data API; it is asked whether it knows a look-up's token.",
            rich_help_panel=SERVICE,
        ),
    ] = None,
    audit_log: Annotated[
        Path | None,
        typer.Option(
            help="File for the audit log, JSON lines (standard error).", rich_help_panel=SERVICE
        ),
    ] = None,
    tls_certificate: Annotated[
        Path | None,
        typer.Option(help="Certificate chain, PEM: speak TLS.", rich_help_panel=SERVICE),
    ] = None,
    tls_key: Annotated[
        Path | None,
        typer.Option(help="The certificate's private key, PEM.", rich_help_panel=SERVICE),
    ] = None,
) -> None:
    """Run the embedded server until it is stopped (Ctrl-C or SIGTERM)."""
    flags = {
        "host": host,
        "port": port,
        "data": data,
        "username": username,
        "password": password,
        "ready_file": ready_file,
        "databases": tuple(database) if database else None,
        "classic_databases": tuple(classic_database) if classic_database else None,
        "embeddings": embeddings,
        "control": control,
        "collection_limit": collection_limit,
        "lookup_port": lookup_port,
        "lookup_host": lookup_host,
        "database_alias": database_alias,
        "store": store,
        "master_key_file": master_key_file,
        "data_api": data_api,
        "audit_log": audit_log,
        "tls_certificate": tls_certificate,
        "tls_key": tls_key,
    }
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    if only is None:
        _serve_all(flags)
    else:
        _serve_integrations(flags)


def _serve_all(flags: Mapping[str, Any]) -> None:
    with needed_server_extra():
        from pulumi_astra_vectorize.server.process import serve as run
        from pulumi_astra_vectorize.server.settings import ServerSettings
    _refuse_flags_beyond(ServerSettings, flags, "goes only with --only integrations")
    run(given_settings(ServerSettings, flags), _announce_server)


def _serve_integrations(flags: Mapping[str, Any]) -> None:
    with needed_server_extra():
        from pulumi_astra_vectorize.server.service.opening import serve as run
        from pulumi_astra_vectorize.server.settings import ServiceSettings
    _refuse_flags_beyond(ServiceSettings, flags, "does not go with --only integrations")
    run(given_settings(ServiceSettings, flags), _announce_service)


def _refuse_flags_beyond(kind: type[Settings], flags: Mapping[str, Any], why: str) -> None:
    beyond = ", ".join(
        FLAGS.get(name, f"--{name.replace('_', '-')}")
        for name, flag in flags.items()
        if flag is not None and name not in kind.model_fields
    )
    if beyond:
        raise ConfigurationError(
            "INVALID_SETTINGS", f"{why}: {beyond}", fix="see astra-vectorize serve --help"
        )


@contextmanager
def needed_server_extra() -> Generator[None, None, None]:
    """Around imports of the server: SERVER_EXTRA_MISSING when a package of it is not there."""
    try:
        yield
    except ModuleNotFoundError as problem:
        if (problem.name or "").startswith(OURS):
            raise  # no extra brings a module of our own
        raise ConfigurationError(
            "SERVER_EXTRA_MISSING",
            f"the server needs {problem.name}, which is not installed",
            fix="pip install 'pulumi-astra-vectorize[server]'",
        ) from None


def given_settings(kind: type[Settings], flags: Mapping[str, Any]) -> Settings:
    """Settings of the flags that were given, and of the environment; INVALID_SETTINGS."""
    try:
        return kind(**{name: flag for name, flag in flags.items() if flag is not None})
    except ValidationError as problem:
        raise _invalid(problem) from None


def _invalid(problem: ValidationError) -> ConfigurationError:
    """What is wrong with the settings, without the values: one of them is a password."""
    found = (
        f"{'.'.join(str(step) for step in error['loc']) or 'settings'}: "
        f"{error['msg'].removeprefix('Value error, ')}"
        for error in problem.errors(include_input=False)
    )
    return ConfigurationError(
        "INVALID_SETTINGS",
        f"settings are wrong: {'; '.join(found)}",
        fix="see astra-vectorize serve --help",
    )


def _announce_server(addresses: ServerAddresses) -> None:
    """What a person sees once the server answers: addresses, and lines to paste."""
    typer.echo(f"The embedded server answers at {addresses.url}")
    for database in addresses.databases:
        typer.echo(f"  database {database.name} ({database.id}): {database.url}")
    _show_lines_to_paste(addresses, f"export ASTRA_DB_API_ENDPOINT={addresses.databases[0].url}")


def _announce_service(addresses: ServerAddresses) -> None:
    """The same for the service alone: a line for the Data API, and lines for its clients."""
    typer.echo(f"The integrations service answers at {addresses.url}")
    typer.echo(f"  for the Data API: QUARKUS_REST_CLIENT_CREDENTIALS_URL={addresses.lookup_url}")
    _show_lines_to_paste(addresses)


def _show_lines_to_paste(addresses: ServerAddresses, *more: str) -> None:
    """The token stays in its file: what is shown may stand in a log."""
    typer.echo("\nTo use it, paste:\n")
    typer.echo(f'export ASTRA_DB_APPLICATION_TOKEN="$(cat {quote(addresses.token_file)})"')
    for line in (*more, f"export ASTRA_VECTORIZE_ENDPOINT={addresses.url}"):
        typer.echo(line)
    typer.echo("\nCtrl-C stops it.")
