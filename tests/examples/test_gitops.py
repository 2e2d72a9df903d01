"""examples/gitops: its pipelines are well formed, and its story is true."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools import gitops_rehearsal

EXAMPLE = Path(__file__).parents[2] / "examples" / "gitops"
REPOSITORY = EXAMPLE / "repository"
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


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with one commit, whose preview says that it has run."""
    preview = tmp_path / "clone" / "pipeline" / "preview"
    preview.parent.mkdir(parents=True)
    preview.write_text("#!/bin/sh\necho previewed\n")
    preview.chmod(0o755)
    folder = preview.parents[1]
    run(folder, "git", "init", "--quiet")
    run(folder, "git", "add", ".")
    run(folder, "git", "commit", "--quiet", "--message", "A pipeline")
    return folder


def run(folder: Path, *command: str | Path, text: str = "", **variables: str) -> str:
    """The output of a command that has to succeed."""
    author = {f"GIT_{who}_NAME": "Anna" for who in ("AUTHOR", "COMMITTER")}
    mail = {f"GIT_{who}_EMAIL": "anna@example.com" for who in ("AUTHOR", "COMMITTER")}
    environment = {**os.environ, **author, **mail, **variables}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        input=text,
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_hook_previews_what_is_pushed_and_leaves_nothing(clone: Path, tmp_path: Path) -> None:
    """Each branch of a push, and a branch that is deleted not at all."""
    commit, none = run(clone, "git", "rev-parse", "HEAD").strip(), "0" * 40
    pushed = [f"{none} {commit} refs/heads/{name}\n" for name in ("one", "two")]
    deleted = f"{commit} {none} refs/heads/gone\n"
    (checkouts := tmp_path / "checkouts").mkdir()

    hook = EXAMPLE / "hooks" / "post-receive"
    said = run(clone, hook, text="".join([deleted, *pushed]), TMPDIR=str(checkouts))

    assert said.split() == ["previewed", "previewed"]
    assert [*checkouts.iterdir()] == []


def test_there_is_a_pipeline_for_each_thing_that_happens() -> None:
    """A pull request, a merge, every morning: YAML 1.1 reads the key `on` as true."""
    events = {file.stem: set(yaml.safe_load(file.read_text())[True]) for file in PIPELINES}

    assert events == {
        "drift": {"schedule", "workflow_dispatch"},
        "preview": {"pull_request"},
        "up": {"push"},
    }
