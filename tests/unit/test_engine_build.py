"""tools/engine: which engine is chosen, how one is built, and what is said where none can be."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from attempts import UnusableError, first_that_works, version_in
from go_toolchain import go_on_path

BUILD = Path(__file__).resolve().parents[2] / "tools" / "engine" / "build.py"
INSTALLER = "https://www.pulumi.com/docs/install/"

AddProgram = Callable[[str, str], Path]

# Stands for Go: it "compiles" each package into a program that prints a version, and counts.
STAND_IN_FOR_GO = """
import json, os, pathlib, sys
here = pathlib.Path(__file__).parent
def program(path, text):
    path.write_text("#!/bin/sh\\necho " + text)
    path.chmod(0o755)
if sys.argv[1] == "env":
    print(os.environ.get("STAND_IN_GO_VERSION", "go1.26.8"))
elif sys.argv[1] == "build":
    if "STAND_IN_FAILS" in os.environ:
        print("the reason that Go gives", file=sys.stderr)
        sys.exit(1)
    with (here / "builds").open("a") as builds:
        builds.write(sys.argv[-1] + "\\n")
    folder = pathlib.Path(sys.argv[sys.argv.index("-o") + 1])
    program(folder / sys.argv[-1].split("/")[-1], "v3.0.0")
else:
    sdk = here / "sdk" / "python"
    for script in ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python"):
        (sdk / script).parent.mkdir(parents=True, exist_ok=True)
        program(sdk / script, script)
    print(json.dumps({"Dir": str(sdk.parent)}))
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AddProgram:
    """Makes programs on a PATH that has nothing else, with a cache that is empty."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")  # a Go from PyPI is out of reach here
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)

    def add(name: str, python: str) -> Path:
        (folder / name).write_text(f"#!{sys.executable}\n{python}")
        (folder / name).chmod(0o755)
        return folder / name

    return add


def build() -> subprocess.CompletedProcess[str]:
    """Run the tool as the Makefile does."""
    return subprocess.run([sys.executable, BUILD], text=True, capture_output=True, check=False)


def pulumi_printing(version: str) -> str:
    """The text of a `pulumi` of this version."""
    return f"print({version!r})"


@pytest.mark.parametrize("version", ["v3.150.0", "3.230.0", "v4.0.0-alpha.1"])
def test_a_pulumi_on_path_is_used(programs: AddProgram, version: str) -> None:
    """A pulumi that is new enough and has its language host is used, and nothing is built."""
    cli = programs("pulumi", pulumi_printing(version))
    programs("pulumi-language-python", "")
    ended = build()
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"{cli.parent}\n", "")


def test_a_language_host_behind_a_link_is_found(programs: AddProgram, tmp_path: Path) -> None:
    """The language host may stand beside the file that a link on PATH leads to."""
    cli = programs("pulumi", pulumi_printing("v3.230.0"))
    installed = tmp_path / "installed"
    installed.mkdir()
    cli.rename(installed / "pulumi")
    programs("pulumi-language-python", "").rename(installed / "pulumi-language-python")
    cli.symlink_to(installed / "pulumi")
    assert build().stdout == f"{cli.parent}\n"


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("v3.149.9", "is version 3.149.9, older than 3.150.0"),
        ("v3.230.0", "has no pulumi-language-python beside it or on PATH"),
        ("no version", "no version to be read in 'no version'"),
    ],
)
def test_a_pulumi_that_cannot_serve_is_named(
    programs: AddProgram, version: str, reason: str
) -> None:
    """With no way left, the one error names each way with its reason, and the installer."""
    programs("pulumi", pulumi_printing(version))
    ended = build()
    assert (ended.returncode, ended.stdout) == (1, "")
    assert reason in ended.stderr
    assert "there is no `go` on PATH" in ended.stderr
    assert "Installing a Go toolchain" in ended.stderr
    assert INSTALLER in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_engine_is_built_once(programs: AddProgram) -> None:
    """The first run builds the four programs into the cache, the second finds them there."""
    go = programs("go", STAND_IN_FOR_GO)
    first, second = build(), build()
    assert first.stdout == second.stdout
    assert second.stderr == ""
    assert {program.name for program in Path(first.stdout.strip()).iterdir()} == {
        "pulumi",
        "pulumi-language-python",
        "pulumi-language-python-exec",
        "pulumi-resource-pulumi-python",
    }
    assert len((go.parent / "builds").read_text().splitlines()) == 2


def test_two_runs_at_once_build_once(programs: AddProgram) -> None:
    """Of two runs that start together one builds, and both answer with the same folder."""
    go = programs("go", STAND_IN_FOR_GO)
    runs = [
        subprocess.Popen([sys.executable, BUILD], text=True, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    first, second = (run.communicate()[0] for run in runs)
    assert first == second != ""
    assert len((go.parent / "builds").read_text().splitlines()) == 2


def test_a_failed_build_leaves_nothing(
    programs: AddProgram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When Go fails its own words are shown, and no half engine stays in the cache."""
    programs("go", STAND_IN_FOR_GO)
    monkeypatch.setenv("STAND_IN_FAILS", "1")
    ended = build()
    assert ended.returncode == 1
    assert "the reason that Go gives" in ended.stderr
    cache = tmp_path / "cache" / "pulumi-astra-vectorize" / "engine"
    assert [left.name for left in cache.iterdir()] == ["lock"]


def test_what_a_killed_build_left_is_removed(programs: AddProgram, tmp_path: Path) -> None:
    """A folder that a killed run was filling is gone after the next build."""
    programs("go", STAND_IN_FOR_GO)
    abandoned = tmp_path / "cache" / "pulumi-astra-vectorize" / "engine" / "building-killed"
    abandoned.mkdir(parents=True)
    assert build().returncode == 0
    assert not abandoned.exists()


def test_a_cache_that_cannot_be_written_is_an_error(programs: AddProgram, tmp_path: Path) -> None:
    """A cache folder that is a file ends in the one error, without a traceback."""
    programs("go", STAND_IN_FOR_GO)
    (tmp_path / "cache").write_text("in the way")
    ended = build()
    assert ended.returncode == 1
    assert INSTALLER in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("found", ["go1.25.7", "go1.25rc1", "go1.9"])
def test_an_older_go_is_refused(
    programs: AddProgram, monkeypatch: pytest.MonkeyPatch, found: str
) -> None:
    """A Go older than the modules ask for is not tried."""
    programs("go", STAND_IN_FOR_GO)
    monkeypatch.setenv("STAND_IN_GO_VERSION", found)
    with pytest.raises(UnusableError, match=r"older than 1\.25\.8"):
        go_on_path(oldest=(1, 25, 8))


def test_go_resolves_nothing_anew(programs: AddProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go runs with the checked-in versions only, without C and without another toolchain."""
    programs("go", STAND_IN_FOR_GO)
    monkeypatch.setenv("GOFLAGS", "-mod=mod")
    environment = go_on_path(oldest=(1, 25, 8)).environment
    assert "-mod=readonly" in environment["GOFLAGS"].split()
    assert (environment["CGO_ENABLED"], environment["GOTOOLCHAIN"]) == ("0", "local")


@pytest.mark.parametrize(
    ("text", "version"),
    [("v3.230.0\n", (3, 230, 0)), ("go1.26.8", (1, 26, 8)), ("go1.27rc1", (1, 27, 0))],
)
def test_versions_are_read_from_what_programs_print(
    text: str, version: tuple[int, int, int]
) -> None:
    """The forms in which pulumi and Go print their versions are understood."""
    assert version_in(text) == version


def test_the_first_way_that_works_is_taken() -> None:
    """Later ways are not tried once one has worked."""

    def unusable() -> str:
        raise UnusableError("not here")

    assert first_that_works([unusable, lambda: "second", unusable]) == "second"
