"""A marker as the secret, looked for wherever Pulumi, the provider or the server leave text."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import pulumi
import pytest

import pulumi_astra_vectorize as astra
from tests.lifecycle.programs import token_and_scope
from tests.lifecycle.servers import Server
from tests.lifecycle.stacks import Stack

MARKER = "hf_MARKER_that_must_not_leak"
ROTATED = "hf_MARKER_after_the_rotation"
REFUSED = "MARKER_that_nobody_knows"
MARKERS = (MARKER, ROTATED, REFUSED)


def _forms(secret: str) -> tuple[bytes, bytes]:
    """As it is, and as it would look in a pickle's base64 (whatever stands before it)."""
    return secret.encode(), b64encode(secret.encode()[3:-3]).rstrip(b"=")[:16]


def _files_with_a_marker(folder: Path) -> list[Path]:
    forms = [form for marker in MARKERS for form in _forms(marker)]
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if any(form in path.read_bytes() for form in forms)]


def _exported_by(secret: str) -> None:
    scope = token_and_scope(secret=secret)
    pulumi.export("token", scope.token)


def test_the_secret_is_nowhere_in_plain_text(tmp_path: Path, server: Server, stack: Stack) -> None:
    """Through creation, rotation, a refused rotation, refresh and destruction.

    Looked for in the state with its history and backups, the engine's home, the project, the
    server's log, everything that was shown, and everything that the events say.
    """
    shown = [
        stack.preview(lambda: _exported_by(MARKER)).text,
        stack.up(lambda: _exported_by(MARKER)).text,
        stack.preview(lambda: _exported_by(ROTATED)).text,
        stack.up(lambda: _exported_by(ROTATED)).text,
        stack.refused_up(lambda: _exported_by(REFUSED)).text,
        stack.refresh().text,
        stack.exported(),
    ]
    assert ROTATED in stack.exported(show_secrets=True)
    shown.append(stack.destroy().text)
    assert not [text for text in shown if any(marker in text for marker in MARKERS)]
    assert _files_with_a_marker(tmp_path) == []


@pytest.mark.parametrize("wrong", [f"{MARKER} ", f"{MARKER}\n", [MARKER]])
def test_a_secret_that_is_refused_is_not_shown(stack: Stack, wrong: Any) -> None:
    """The engine shows the value of a property with a problem, if it is told which one it is."""

    def program() -> None:
        astra.UserAccessToken("token", secret=pulumi.Output.secret(wrong))

    for failure in (stack.refused_preview(program), stack.refused_up(program)):
        assert "`secret`: " in failure.text or "`secret[0]`: " in failure.text
        assert MARKER not in failure.text


def test_a_secret_of_a_token_that_others_recreated_stays_encrypted(
    tmp_path: Path, server: Server, stack: Stack
) -> None:
    """Drift of the secret shows neither the old value nor the new one."""
    stack.up(lambda: _exported_by(MARKER))
    server.remove_token("search-prod")
    server.add_token("search-prod", ROTATED, "library")
    assert not any(marker in stack.refresh().text for marker in MARKERS)
    assert not any(marker in stack.preview(lambda: _exported_by(MARKER)).text for marker in MARKERS)
    assert _files_with_a_marker(tmp_path) == []


@pytest.mark.parametrize("wrapped", [True, False])
def test_the_secret_is_encrypted_whatever_the_program_passes(
    stack: Stack, *, wrapped: bool
) -> None:
    """A Pulumi secret and a plain string end the same in the state."""

    def program() -> None:
        secret = pulumi.Output.secret(MARKER) if wrapped else MARKER
        integration = astra.Integration("hugging-face")
        astra.UserAccessToken("token", integration=integration, secret=secret)

    stack.up(program)
    token = stack.resources()["token"]
    for side in ("inputs", "outputs"):
        assert "ciphertext" in token[side]["secret"]
        assert "plaintext" not in token[side]["secret"]


def test_the_application_token_is_never_a_property(server: Server, stack: Stack) -> None:
    """It is found in each run anew: no state, no export has it, not even with secrets shown."""
    stack.up(token_and_scope)
    assert server.token not in stack.exported(show_secrets=True)
