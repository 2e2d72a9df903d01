"""Stacks of the real engine on a cluster, and on Astra with a person at its Portal."""

from __future__ import annotations

from pathlib import Path

import pytest

import pulumi_astra_vectorize as astra_vectorize
from tests.lifecycle.programs import SECRET, everything, minilm
from tests.lifecycle.servers import Server
from tests.lifecycle.stacks import Stack, environment_of
from tests.targets.acts import add_key
from tests.targets.real import TOKEN

EVERYTHING = ["hugging-face", "token", "scope", "notes", "books", "summary"]


def stack_with(config: dict[str, str], folder: Path) -> Stack:
    """A stack that is configured by `pulumi config set`."""
    stack = Stack(folder, environment_of(None))
    for key, value in config.items():
        stack.configure(key, value, secret=key in {"applicationToken", "password"})
    return stack


def test_all_resources_on_a_cluster(
    cluster_config: dict[str, str], server: Server, tmp_path: Path
) -> None:
    """The same program as on the embedded server: up, nothing to refresh, destroy."""
    stack = stack_with(cluster_config, tmp_path)

    assert stack.up(everything).steps == {name: ["create"] for name in EVERYTHING}
    assert stack.refresh().steps == {}
    assert stack.preview(everything).steps == {}
    stack.destroy()
    assert server.collections() == {}
    assert server.tokens() == {}


def on_astra() -> None:
    """The same program without a stored secret, as it is written for Astra."""
    integration = astra_vectorize.Integration("hugging-face")
    token = astra_vectorize.UserAccessToken(
        "token", integration=integration, name=TOKEN, secret=SECRET, verify_secret=False
    )
    scope = astra_vectorize.TokenScope("scope", token=token, databases=["library"])
    essays = astra_vectorize.Keyspace("essays", database="library")
    astra_vectorize.Collection(
        "notes", database="library", keyspace=essays.name, service=minilm(scope.token)
    )


def test_a_program_on_astra_with_a_person(
    astra_config: dict[str, str], server: Server, tmp_path: Path
) -> None:
    """`up` stops with the steps before anything embeds; once they are done it goes through."""
    stack = stack_with(astra_config, tmp_path)
    refused = stack.refused_up(on_astra)
    assert "[PORTAL_STEPS_NEEDED]" in refused.text
    assert f"name {TOKEN} exactly" in refused.text
    assert "notes" not in stack.resources()

    add_key(server, "library")
    stack.up(on_astra)
    assert stack.refresh().steps == {}
    assert stack.up(on_astra, expect_no_changes=True).steps == {}
    assert SECRET not in stack.exported(show_secrets=True)


def test_destroying_on_astra_is_proven(
    astra_config: dict[str, str], server: Server, tmp_path: Path
) -> None:
    """The collection goes at once; scope and token when the person has removed the key."""
    stack = stack_with(astra_config, tmp_path)
    add_key(server, "library")
    stack.up(on_astra)

    assert "Remove scope" in stack.refused_destroy().text
    server.remove_token(TOKEN)
    stack.destroy()
    assert stack.resources() == {}


@pytest.mark.parametrize("key", ["portalWait", "databaseWait"])
def test_waiting_is_set_by_config(astra_config: dict[str, str], tmp_path: Path, key: str) -> None:
    """A wrong value names the key as it was set."""
    stack = stack_with({**astra_config, key: "-1"}, tmp_path)

    assert f"astra-vectorize:{key}" in stack.refused_up(on_astra).text
