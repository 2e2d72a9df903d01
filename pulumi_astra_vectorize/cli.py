"""The command line: `astra-vectorize`."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

from pulumi_astra_vectorize import cli_data, cli_doctor, cli_keys, cli_serve
from pulumi_astra_vectorize.errors import AstraVectorizeError

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


def show_version(wanted: bool) -> None:  # noqa: FBT001 - typer's own way to call it
    """Answers ``--version``, before a command is looked for."""
    if wanted:
        typer.echo(f"astra-vectorize {version('pulumi-astra-vectorize')}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=show_version, is_eager=True, help="Which one this is.")
]


@app.callback()
def astra_vectorize(_version: Version = False) -> None:  # noqa: FBT002 - a flag of the line
    """Astra DB vectorize for Pulumi: the embedded server and its helpers."""


app.command(epilog=cli_serve.ENVIRONMENT)(cli_serve.serve)
app.command(epilog=cli_data.ENVIRONMENT)(cli_data.export)
app.command(epilog=cli_data.ENVIRONMENT)(cli_data.load)
app.command()(cli_doctor.doctor)
app.add_typer(cli_keys.app, name="keys")


def main() -> None:
    """The entry point: an error of ours is one clear line and exit code 1, no traceback."""
    try:
        app()
    except AstraVectorizeError as error:
        typer.echo(f"astra-vectorize: {error}", err=True)
        raise SystemExit(1) from None
