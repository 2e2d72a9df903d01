"""Machines whose environment names a proxy: what is on the machine itself needs none."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from pulumi_astra_vectorize.server.process import running_server as server_in_this_process
from pulumi_astra_vectorize.server.settings import ServerSettings
from pulumi_astra_vectorize.testing import running_server

MODEL = "sentence-transformers/all-MiniLM-L6-v2"


@pytest.fixture(autouse=True)
def _proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens there: whatever takes this way does not arrive."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")


def test_server_embeds_by_its_own_endpoint() -> None:
    """The model runs in the server itself, which it asks over HTTP."""
    settings = ServerSettings(port=0, token=SecretStr("AstraCS:known"))
    with server_in_this_process(settings) as opened:
        [vector] = opened.state.embeddings.embed(MODEL, ["a text"], "hf_some_secret")
    assert len(vector) == 384


def test_fixture_s_control_reaches_its_server() -> None:
    """And hands the application token to nobody in between."""
    with running_server("library") as server:
        server.control.set_status("library", "PARKED")
        assert server.control.requests().requests == []
