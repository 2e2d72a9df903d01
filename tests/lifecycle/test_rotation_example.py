"""The example of a rotation, as its README tells it; and a search for its secrets everywhere."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from tests.lifecycle.rotation_example import (
    NEW,
    OLD,
    STACK,
    VERBOSE,
    CommandLine,
    Story,
    watched_processes,
)
from tests.lifecycle.servers import started_server
from tests.lifecycle.stacks import environment_of
from tests.reliability import figures

THE_ENGINES_OWN = re.compile(r"I\d{4} \S+ +\d+ (rpc|step_generator)\.go:")
NOTE = {"_id": "note", "$vectorize": "A rotation leaves what is stored as it is."}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The example brought up, its secret changed, previewed and brought up again."""
    folder = tmp_path_factory.mktemp("rotation")
    with started_server(folder, data=folder / "data") as server, watched_processes() as seen:
        pulumi = CommandLine(folder, environment_of(server))
        pulumi("stack", "init", STACK)
        pulumi("config", "set", "--secret", "huggingFaceToken", typed=OLD)
        texts = {"the first up": pulumi("up", "--yes", "--skip-preview", *VERBOSE)}
        server.command("insertOne", {"document": NOTE}, "notes")
        pulumi("config", "set", "--secret", "huggingFaceToken", typed=NEW)
        texts["preview"] = pulumi("preview")
        texts["preview's log"] = pulumi("preview", *VERBOSE)
        texts["the rotation's log"] = pulumi("up", "--yes", "--skip-preview", *VERBOSE)
        texts["refresh's log"] = pulumi("refresh", "--yes", "--skip-preview", *VERBOSE)
        texts["outputs"] = pulumi("stack", "output", "--json")
        yield Story(folder, server, texts, seen)


def test_preview_shows_the_token_and_its_scope(story: Story) -> None:
    """The plan of a rotation is two updates; the collection is not in it."""
    plan = [line for line in story.texts["preview"].splitlines() if "astra-vectorize:" in line]
    kinds = [line.split("astra-vectorize:")[1].split()[:3] for line in plan]
    assert kinds == [["UserAccessToken", "search", "update"], ["TokenScope", "search", "update"]]


def test_outputs_say_when_the_old_secret_may_go(story: Story) -> None:
    """When it happened, for how long there was no token, until when to keep the old one, why."""
    outputs = json.loads(story.texts["outputs"])
    rotated = datetime.fromisoformat(outputs["rotatedAt"])
    assert rotated <= datetime.now(timezone.utc)
    assert 0 < outputs["unavailableSeconds"] < 30
    assert datetime.fromisoformat(outputs["keepOldSecretUntil"]) >= rotated
    assert "looks the secret up anew" in outputs["keepOldSecretBecause"]


def test_text_is_found_as_before(story: Story) -> None:
    """The collection was not touched, and embeds questions with the new secret."""
    found = story.server.command("find", {"sort": {"$vectorize": "What is kept?"}}, "notes")
    assert [document["_id"] for document in found["data"]["documents"]] == ["note"]
    assert story.server.scope("search") == {"library", "archive"}


@pytest.mark.parametrize(
    "place",
    ["the first up", "preview", "preview's log", "the rotation's log", "refresh's log", "outputs"],
)
def test_no_secret_is_shown(place: str, story: Story) -> None:
    """What the engine prints, also with all its logs at their loudest.

    With `-v=9` the engine itself writes the value of before a change, whatever the provider: it
    masks the secrets of this run's configuration only (docs/reliability.md).
    """
    lines = [line for line in story.texts[place].splitlines() if secrets_in(line.encode())]
    assert [line for line in lines if not THE_ENGINES_OWN.match(line)] == []
    assert {secret for line in lines for secret in secrets_in(line.encode())} <= {OLD}
    figures.count(figures.LEAKS)


@pytest.mark.parametrize("place", ["state", "home", "project", "data", "server.log"])
def test_no_secret_is_on_disk(place: str, story: Story) -> None:
    """State and history, the engine's home, the stack's file, the server's database and log."""
    files = [story.folder / place, *(story.folder / place).rglob("*")]
    read = {path: path.read_bytes() for path in files if path.is_file()}
    assert read
    assert {path: found for path, text in read.items() if (found := secrets_in(text))} == {}
    figures.count(figures.LEAKS)


def test_database_and_its_log_were_searched(story: Story) -> None:
    """The file that the server writes to first is among what was looked at."""
    assert [*(story.folder / "data").glob("*-wal")]


def test_no_secret_is_in_the_list_of_processes(story: Story) -> None:
    """Looked at fifty times a second while the engine ran; the engine was seen."""
    if not Path("/proc/self/cmdline").exists():
        pytest.skip("this system does not show processes in /proc")
    assert any(b"pulumi.dynamic" in line for line in story.command_lines)
    assert [line for line in story.command_lines if secrets_in(line)] == []
    figures.count(figures.LEAKS)


def test_no_secret_is_in_the_pickled_providers(story: Story) -> None:
    """Plain, or as base64 would show it, whatever stands before it."""
    state = (story.folder / "state/.pulumi/stacks").rglob("*.json")
    pickled = [line for file in state for line in file.read_text().splitlines() if "__prov" in line]
    assert pickled
    assert secrets_in("\n".join(pickled).encode()) == []
    figures.count(figures.LEAKS)


def secrets_in(text: bytes) -> list[str]:
    """The secrets that stand in a text, plain or in base64."""
    return [
        secret
        for secret in (OLD, NEW)
        if any(form in text for form in (secret.encode(), *in_base64(secret)))
    ]


def in_base64(secret: str) -> list[bytes]:
    """What a secret leaves in base64, at each of the three places where it can begin."""
    return [b64encode(secret.encode()[shift:])[:24] for shift in range(3)]
