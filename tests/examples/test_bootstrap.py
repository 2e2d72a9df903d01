"""examples/bootstrap: tokens in one stack, what embeds in another, once for each environment."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.examples.command_line import Pulumi
from tests.lifecycle.servers import Server

EXAMPLE = Path(__file__).parents[2] / "examples" / "bootstrap"
SECRETS = ("huggingFaceToken", "papersHuggingFaceToken", "recordsHuggingFaceToken")


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A copy, since a stack's settings are written beside its program."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "bootstrap"))


def bring_up(pulumi: Pulumi, example: Path, environment: str) -> None:
    """What the example's README says."""
    tokens, search = example / "tokens", example / "search"
    pulumi(tokens, "stack", "init", environment)
    for number, key in enumerate(SECRETS):
        set_secret(pulumi, tokens, key, f"hf_{environment}_secret_{number}")
    pulumi.up(tokens)
    pulumi(search, "stack", "init", environment)
    pulumi(search, "config", "set", "tokensStack", f"organization/bootstrap-tokens/{environment}")
    pulumi.up(search)


def set_secret(pulumi: Pulumi, project: Path, key: str, value: str) -> None:
    """A secret of the program's, on standard input."""
    pulumi(project, "config", "set", "--secret", key, text=value)


def test_three_environments_by_one_program(pulumi: Pulumi, server: Server, example: Path) -> None:
    """Each has its own tokens and databases; nothing is shared but the integration."""
    for environment in ("dev", "staging", "production"):
        bring_up(pulumi, example, environment)

    scopes = {name: server.scope(name) for name in server.tokens()}
    assert scopes == {
        "everything-dev": {"archive-dev", "library-dev"},
        "papers-dev": {"library-dev"},
        "everything-staging": {"library-staging", "archive-staging"},
        "papers-staging": {"library-staging"},
        "records-staging": {"archive-staging"},
        "everything-production": {"library", "archive"},
        "papers-production": {"library"},
        "records-production": {"archive", "library"},
    }
    assert pulumi.changes(example / "search") == {}


def test_a_rotation_in_one_stack_needs_nothing_in_the_other(
    pulumi: Pulumi, server: Server, example: Path
) -> None:
    """The database that the other stack scoped is put back."""
    bring_up(pulumi, example, "dev")
    set_secret(pulumi, example / "tokens", "huggingFaceToken", "hf_the_next_secret")
    before = server.tokens()["everything-dev"]["id"]

    pulumi.up(example / "tokens")

    assert server.tokens()["everything-dev"]["id"] != before
    assert server.scope("everything-dev") == {"archive-dev", "library-dev"}
    assert pulumi.changes(example / "search") == {}
