"""examples/gitops: its pipelines are well formed, and its story is true."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools import gitops_rehearsal

REPOSITORY = Path(__file__).parents[2] / "examples" / "gitops" / "repository"
PIPELINES = sorted((REPOSITORY / ".github" / "workflows").glob("*.yaml"))


def test_the_rehearsal_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    """`make gitops-rehearsal`: pull request, merge, drift, repair, rotation."""
    gitops_rehearsal.main()

    assert "The story is true." in capsys.readouterr().out


@pytest.mark.parametrize("file", PIPELINES, ids=lambda file: file.stem)
def test_a_pipeline_runs_what_the_rehearsal_runs(file: Path) -> None:
    """Its last step is the script of its name, which is there to be run."""
    pipeline: dict[str, Any] = yaml.safe_load(file.read_text())
    last = pipeline["jobs"][file.stem]["steps"][-1]

    assert last["run"] == f"pipeline/{file.stem}"
    assert os.access(REPOSITORY / last["run"], os.X_OK)


def test_there_is_a_pipeline_for_each_thing_that_happens() -> None:
    """A pull request, a merge, every morning: YAML 1.1 reads the key `on` as true."""
    events = {file.stem: set(yaml.safe_load(file.read_text())[True]) for file in PIPELINES}

    assert events == {
        "drift": {"schedule", "workflow_dispatch"},
        "preview": {"pull_request"},
        "up": {"push"},
    }
