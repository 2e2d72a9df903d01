"""examples/quickstart: the program that `make demo` runs."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.examples.command_line import Pulumi
from tests.lifecycle.servers import Server

ROOT = Path(__file__).parents[2]


def test_the_quickstart_comes_up_and_goes_again(
    pulumi: Pulumi, server: Server, tmp_path: Path
) -> None:
    """With nothing but the secret set; afterwards nothing is left."""
    project = tmp_path / "project"
    shutil.copytree(ROOT / "examples" / "quickstart", project / "examples" / "quickstart")
    shutil.copy(ROOT / "Pulumi.yaml", project)
    pulumi(project, "stack", "init", "demo")
    pulumi(project, "config", "set", "--secret", "huggingFaceToken", text="hf_a_living_secret")

    pulumi.up(project)
    assert set(server.collections()) == {"passages"}
    assert set(server.tables()) == {"topics"}
    assert pulumi.changes(project) == {}
    pulumi(project, "destroy", "--yes", "--skip-preview")
    assert server.integrations() == {}
