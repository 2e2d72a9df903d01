"""A PostgreSQL of the test run's own, from the system's packages; PostgreSQL refuses to run as
root, so it gets the packages' user then."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

MISSING = "PostgreSQL is not on this machine: apt-get install postgresql (.ci/run does it)"

USER = "postgres"
_numbers = count(1)


def programs() -> Path | None:
    """The folder of initdb and pg_ctl, which Debian keeps off PATH; None without PostgreSQL."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((one.parent for one in installed), default=None)


@contextmanager
def running_postgres(folder_of_programs: Path) -> Iterator[str]:
    """A server with an empty data folder; yields the folder of its socket."""
    folder = Path(tempfile.mkdtemp(prefix="astra-vectorize-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, USER)
    data = folder / "data"
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    pg_ctl = folder_of_programs / "pg_ctl"
    try:
        _run(folder_of_programs / "initdb", "-D", data, "-U", USER, "--auth=trust", "--no-sync")
        _run(pg_ctl, "-D", data, "-l", folder / "log", "-w", "-o", options, "start")
        yield str(folder)
    finally:
        _run(pg_ctl, "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


def new_database(socket_folder: str) -> str:
    """The SQLAlchemy URL of a database that nobody has used."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with connected(socket_folder) as session:
        session.execute(f"CREATE DATABASE {name}".encode())
    return f"postgresql+psycopg://{USER}@/{name}?host={socket_folder}"


def connected(socket_folder: str) -> psycopg.Connection:
    """A session of the administrator, for a with statement."""
    return psycopg.connect(host=socket_folder, user=USER, dbname=USER, autocommit=True)


def _run(program: Path, *arguments: str | Path) -> None:
    as_root = os.geteuid() == 0
    subprocess.run(
        [program, *arguments],
        check=True,
        cwd="/",
        user=USER if as_root else None,
        group=USER if as_root else None,
        extra_groups=() if as_root else None,
        stdout=subprocess.DEVNULL,  # pg_ctl's server would keep a pipe open
    )
