"""The command line as a whole."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from pulumi_astra_vectorize.cli import app

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_version_is_that_of_the_package() -> None:
    """What a report of a bug begins with."""
    told = CliRunner().invoke(app, ["--version"]).output
    (written,) = [line for line in PROJECT.read_text().splitlines() if line.startswith("version =")]
    assert told == f"astra-vectorize {written.split()[-1].strip(chr(34))}\n"
