"""`astra-vectorize keys`: the keys that user access tokens are sealed with at rest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pulumi_astra_vectorize.cli_serve import (
    MasterKeyFileOption,
    StoreOption,
    given_settings,
    needed_server_extra,
)

ENVIRONMENT = (
    "The options can also stand in the environment: ASTRA_VECTORIZE_SERVER_DATA, ..._STORE, "
    "..._MASTER_KEY_FILE, and ..._MASTER_KEY for the keys themselves."
)

app = typer.Typer(no_args_is_help=True, help="Keys that secrets are sealed with at rest.")


@app.command("new")
def new() -> None:
    """Print a new key, for a master key file."""
    with needed_server_extra():
        from pulumi_astra_vectorize.server.sealing import new_key
    typer.echo(new_key())


@app.command("rotate", epilog=ENVIRONMENT)
def rotate(
    data: Annotated[
        Path | None,
        typer.Option(help="Data folder of a server that does not run; its key is replaced."),
    ] = None,
    store: StoreOption = None,
    master_key_file: MasterKeyFileOption = None,
) -> None:
    """Seal every secret with the first key of the master key file, or with a new one of the
    data folder.

    With a master key file, put a new key before the old one and restart every instance first:
    while both are there, instances go on working. Afterwards the old key can go.
    """
    with needed_server_extra():
        from pulumi_astra_vectorize.server.service.rotation import rotate_keys
        from pulumi_astra_vectorize.server.settings import StoreSettings
    flags = {"data": data, "store": store, "master_key_file": master_key_file}
    count = rotate_keys(given_settings(StoreSettings, flags))
    typer.echo(f"sealed {count} user access tokens anew")
