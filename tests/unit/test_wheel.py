"""What a user installs: the wheel that the build backend makes of this checkout."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = "pulumi_astra_vectorize"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built by hatchling without any network."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
    )
    [built] = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def test_every_file_of_the_package_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    """The wheel holds the modules and data files that stand in the checkout, no compiled ones."""
    in_checkout = {
        str(file.relative_to(REPOSITORY))
        for file in (REPOSITORY / PACKAGE).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    in_wheel = {name for name in wheel.namelist() if name.startswith(f"{PACKAGE}/")}
    assert in_wheel == in_checkout


@pytest.mark.parametrize("name", ["py.typed", "data/embedding_providers.json"])
def test_the_wheel_has_what_is_not_code(wheel: zipfile.ZipFile, name: str) -> None:
    """Type checkers find the marker, and the catalogue is there where no server is."""
    assert f"{PACKAGE}/{name}" in wheel.namelist()


def test_the_wheel_tells_pulumi_that_there_is_no_plugin(wheel: zipfile.ZipFile) -> None:
    """Of a package called pulumi-something Pulumi would look for one at GitHub, in every run."""
    assert json.loads(wheel.read(f"{PACKAGE}/pulumi-plugin.json")) == {"resource": False}


def test_the_wheel_holds_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    """Tests, tools and examples are not installed beside the package."""
    top_level = {name.split("/")[0] for name in wheel.namelist()}
    assert {name for name in top_level if not name.endswith(".dist-info")} == {PACKAGE}
