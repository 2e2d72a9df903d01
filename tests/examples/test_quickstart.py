"""examples/quickstart: the program that `make demo` runs."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.examples.command_line import Pulumi
from tests.lifecycle.servers import Server

ROOT = Path(__file__).parents[2]


def checked_out(folder: Path) -> Path:
    """The quickstart's program, as it stands in the repository."""
    project = folder / "project"
    shutil.copytree(ROOT / "examples" / "quickstart", project / "examples" / "quickstart")
    shutil.copy(ROOT / "Pulumi.yaml", project)
    return project


def test_the_quickstart_comes_up_and_goes_again(
    pulumi: Pulumi, server: Server, tmp_path: Path
) -> None:
    """With nothing but the secret set; afterwards nothing is left."""
    project = checked_out(tmp_path)
    pulumi(project, "stack", "init", "demo")
    pulumi(project, "config", "set", "--secret", "huggingFaceToken", text="hf_a_living_secret")

    pulumi.up(project)
    assert set(server.collections()) == {"passages"}
    assert set(server.tables()) == {"topics"}
    assert pulumi.changes(project) == {}
    pulumi(project, "destroy", "--yes", "--skip-preview")
    assert server.integrations() == {}


def test_there_is_no_plugin_to_download(pulumi: Pulumi, tmp_path: Path) -> None:
    """As pipelines ask for it before all else; a run would look for one, for some seconds."""
    pulumi(checked_out(tmp_path), "plugin", "install")
