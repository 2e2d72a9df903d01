"""The command line: `astra-vectorize`."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError

from pulumi_astra_vectorize import cli_data
from pulumi_astra_vectorize.errors import AstraVectorizeError, ConfigurationError

if TYPE_CHECKING:
    from pulumi_astra_vectorize.wire import ServerAddresses

ENVIRONMENT = (
    "Every option can also stand in the environment: ASTRA_VECTORIZE_SERVER_HOST, ..._PORT, "
    "..._DATA, ..._DATABASES (names with commas between), ..._CLASSIC_DATABASES, ..._USERNAME, "
    "..._PASSWORD, ..._TOKEN (the application token, instead of a new one), ..._EMBEDDINGS, "
    "..._KEYSPACE, ..._READY_FILE, ..._CONTROL."
)

SERVER_EXTRA = frozenset(
    {"cryptography", "fastapi", "numpy", "onnxruntime", "sqlalchemy", "starlette", "uvicorn"}
)
"""What the extra ``[server]`` brings, by the names that an import misses."""

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def astra_vectorize() -> None:
    """Astra DB vectorize for Pulumi: the embedded server and its helpers."""


@app.command(epilog=ENVIRONMENT)
def serve(  # noqa: PLR0913, PLR0917 - one argument a flag
    host: Annotated[str | None, typer.Option(help="Address to listen on [127.0.0.1].")] = None,
    port: Annotated[int | None, typer.Option(help="Main port; 0 takes a free one [8181].")] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Folder to keep everything in; without it all goes with the process."),
    ] = None,
    database: Annotated[
        list[str] | None, typer.Option(help="A database that there shall be; repeatable.")
    ] = None,
    classic_database: Annotated[
        list[str] | None,
        typer.Option(help="The same, as if made before June 24, 2024: 5 collections, not 10."),
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
    embeddings: Annotated[
        str | None,
        typer.Option(help="Base URL to ask for embeddings, such as Hugging Face's router [own]."),
    ] = None,
    ready_file: Annotated[
        Path | None,
        typer.Option(help="File to write the addresses to (JSON) once the server answers."),
    ] = None,
    control: Annotated[
        bool | None,
        typer.Option("--control", help="Open the control interface, for tests: /_control/."),
    ] = None,
) -> None:
    """Run the embedded server until it is stopped (Ctrl-C or SIGTERM)."""
    _run_server(
        {
            "host": host,
            "port": port,
            "data": data,
            "databases": tuple(database) if database else None,
            "classic_databases": tuple(classic_database) if classic_database else None,
            "username": username,
            "password": password,
            "embeddings": embeddings,
            "ready_file": ready_file,
            "control": control,
        }
    )


app.command(epilog=cli_data.ENVIRONMENT)(cli_data.export)
app.command(epilog=cli_data.ENVIRONMENT)(cli_data.load)


def main() -> None:
    """The entry point: an error of ours is one clear line and exit code 1, no traceback."""
    try:
        app()
    except AstraVectorizeError as error:
        typer.echo(f"astra-vectorize: {error}", err=True)
        raise SystemExit(1) from None


def _run_server(flags: dict[str, Any]) -> None:
    try:
        from pulumi_astra_vectorize.server.process import serve as run
        from pulumi_astra_vectorize.server.settings import ServerSettings
    except ModuleNotFoundError as problem:
        if (problem.name or "").partition(".")[0] not in SERVER_EXTRA:
            raise
        raise ConfigurationError(
            "SERVER_EXTRA_MISSING",
            f"the embedded server needs {problem.name}, which is not installed",
            fix="pip install 'pulumi-astra-vectorize[server]'",
        ) from None
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    given = {name: flag for name, flag in flags.items() if flag is not None}
    try:
        settings = ServerSettings(**given)
    except ValidationError as problem:
        raise _invalid(problem) from None
    run(settings, _announce)


def _invalid(problem: ValidationError) -> ConfigurationError:
    """What is wrong with the settings, without the values: one of them is a password."""
    found = (
        f"{'.'.join(str(step) for step in error['loc']) or 'settings'}: {error['msg']}"
        for error in problem.errors(include_input=False)
    )
    return ConfigurationError(
        "INVALID_SETTINGS", "; ".join(found), fix="see astra-vectorize serve --help"
    )


def _announce(addresses: ServerAddresses) -> None:
    """What a person sees once the server answers: addresses, and lines to paste."""
    typer.echo(f"The embedded server answers at {addresses.url}")
    for database in addresses.databases:
        typer.echo(f"  database {database.name} ({database.id}): {database.url}")
    typer.echo("\nTo use it, paste:\n")
    typer.echo(f'export ASTRA_DB_APPLICATION_TOKEN="$(cat {addresses.token_file!r})"')
    typer.echo(f"export ASTRA_DB_API_ENDPOINT={addresses.databases[0].url}")
    typer.echo(f"export ASTRA_VECTORIZE_ENDPOINT={addresses.url}")
    typer.echo("\nCtrl-C stops it.")
