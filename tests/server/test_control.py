"""The control interface: reset, seed, database states, secrets (docs/control.md)."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from pulumi_astra_vectorize.testing import Control, ControlError, CredentialCacheSettings
from pulumi_astra_vectorize.wire import INTEGRATIONS
from tests.server.conftest import SECRET, Server
from tests.server.controlled_server import (
    TOKENS,
    add_token,
    create_notes,
    insert_text,
    post,
    remove_token,
)


def test_off_unless_asked_for(server: Server) -> None:
    """A server without --control has no such path, token or not."""
    assert server.call("POST", "/_control/reset").status_code == 404
    assert server.http.post(f"{server.url}/_control/reset").status_code == 404


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
def test_needs_the_application_token(
    controlled: Server, control: Control, headers: dict[str, str]
) -> None:
    """Without the application token nothing is done."""
    add_token(controlled)
    refused = controlled.http.post(f"{controlled.url}/_control/reset", headers=headers)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (401, "UNAUTHENTICATED")
    assert len(controlled.call("GET", TOKENS).json()) == 1


def test_reset_empties_everything_but_databases(controlled: Server, control: Control) -> None:
    """Integrations, tokens and their memory, keyspaces and contents go; databases stay."""
    before = controlled.call("GET", "/v2/databases").json()
    token = add_token(controlled)
    create_notes(controlled)
    insert_text(controlled)
    remove_token(controlled, token)
    add_token(controlled)
    control.set_status("archive", "PARKED")
    control.reset()
    assert controlled.call("GET", "/v2/databases").json() == before
    assert controlled.call("GET", INTEGRATIONS).json() == []
    assert post(controlled, {"findCollections": {}}).json() == {"status": {"collections": []}}
    controlled.call("POST", INTEGRATIONS, json={"provider": "huggingface"})
    retired = controlled.call("GET", f"{INTEGRATIONS}/huggingface/retired-scopes/search-prod")
    assert retired.json() == []


def test_collection_after_a_reset_has_no_old_vectors(controlled: Server, control: Control) -> None:
    """A collection of the same name finds nothing of what was there."""
    for _ in range(2):
        add_token(controlled)
        create_notes(controlled)
        found = post(controlled, {"find": {"sort": {"$vectorize": "dog"}}}, "/notes").json()
        assert found["data"]["documents"] == []
        assert insert_text(controlled) == []
        control.reset()


class TestSeeding:
    """seed: documents from a folder."""

    def test_folder_becomes_collections(
        self, controlled: Server, control: Control, tmp_path: Path
    ) -> None:
        """Each file is a collection, with the options beside it; digits are kept as written."""
        keyspace = tmp_path / "library" / "novels"
        keyspace.mkdir(parents=True)
        lines = [json.dumps({"_id": n, "$vector": [n, 1]}) for n in range(150)]
        (keyspace / "books.jsonl").write_text("\n".join([*lines, ""]))
        (keyspace / "books.json").write_text(json.dumps({"vector": {"dimension": 2}}))
        (keyspace / "notes.jsonl").write_text('{"_id": 1, "price": 12345678901234567890.5}\n')
        seeded = {(it.keyspace, it.name): it.documents for it in control.seed(tmp_path)}
        assert seeded == {("novels", "books"): 150, ("novels", "notes"): 1}
        url = f"{controlled.databases['library'].url}/v1/novels"
        headers = {"Token": controlled.token}
        count = controlled.http.post(f"{url}/books", json={"countDocuments": {}}, headers=headers)
        assert count.json() == {"status": {"count": 150}}

    @pytest.mark.parametrize(
        ("database", "line", "code"),
        [
            ("library", "{", "SEED_REFUSED"),
            ("library", '{"$vectorize": "a"}', "SEED_REFUSED"),
            ("nowhere", "{}", "DATABASE_NOT_FOUND"),
        ],
    )
    def test_what_cannot_be_seeded(
        self, control: Control, tmp_path: Path, database: str, line: str, code: str
    ) -> None:
        """The refusal names the file."""
        file = tmp_path / database / "novels" / "books.jsonl"
        file.parent.mkdir(parents=True)
        file.write_text(line)
        with pytest.raises(ControlError) as refused:
            control.seed(tmp_path)
        assert refused.value.code == code
        assert str(file) in refused.value.message

    @pytest.mark.parametrize("content", [b"xx", b"", b"\xff", b"[" * 90_000])
    def test_options_that_are_no_json(
        self, control: Control, tmp_path: Path, content: bytes
    ) -> None:
        """The refusal names the file of the options; the documents wait."""
        options = tmp_path / "library" / "novels" / "books.json"
        options.parent.mkdir(parents=True)
        options.with_suffix(".jsonl").write_text("{}")
        options.write_bytes(content)
        with pytest.raises(ControlError, match="SEED_REFUSED") as refused:
            control.seed(tmp_path)
        assert f"{options}: " in refused.value.message
        assert refused.value.response.status_code == 422

    def test_documents_that_cannot_be_read(self, control: Control, tmp_path: Path) -> None:
        """A folder with a file's name is refused as a file that may not be read is."""
        file = tmp_path / "library" / "novels" / "books.jsonl"
        file.mkdir(parents=True)
        with pytest.raises(ControlError, match="SEED_REFUSED") as refused:
            control.seed(tmp_path)
        assert f"{file}: " in refused.value.message


class TestStatuses:
    """Databases that are not ACTIVE."""

    @pytest.mark.parametrize("status", ["PARKED", "HIBERNATED", "SUSPENDED", "INITIALIZING"])
    def test_database_that_does_not_answer(
        self, controlled: Server, control: Control, status: str
    ) -> None:
        """DevOps shows the status, the Data API answers 503 with a message, others go on."""
        control.set_status("library", status)
        shown = controlled.call("GET", f"/v2/databases/{controlled.databases['library'].id}")
        assert shown.json()["status"] == status
        answer = post(controlled, {"findCollections": {}})
        assert (answer.status_code, list(answer.json())) == (503, ["message"])
        archive = controlled.databases["archive"].url
        headers = {"Token": controlled.token}
        other = controlled.http.post(f"{archive}/v1", json={"findKeyspaces": {}}, headers=headers)
        assert other.status_code == 200

    @pytest.mark.parametrize("status", ["ACTIVE", "MAINTENANCE", "RESIZING"])
    def test_database_that_answers(self, controlled: Server, control: Control, status: str) -> None:
        """Maintenance does not concern reads and writes."""
        control.set_status("library", status)
        assert post(controlled, {"findCollections": {}}).status_code == 200

    def test_request_wakes_a_hibernated_database(
        self, controlled: Server, control: Control
    ) -> None:
        """It is RESUMING, says so as Astra does, and is ACTIVE after the refusals asked for."""
        control.set_status("library", "HIBERNATED", refusals=2)
        first = post(controlled, {"findCollections": {}})
        assert "Resuming your database" in first.json()["message"]
        shown = controlled.call("GET", f"/v2/databases/{controlled.databases['library'].id}")
        assert shown.json()["status"] == "RESUMING"
        statuses = [post(controlled, {"findCollections": {}}).status_code for _ in range(2)]
        assert statuses == [503, 200]

    def test_refusal_is_an_error_with_the_servers_words(self, control: Control) -> None:
        """Who reads the error learns what the server said, and httpx's error it is as well."""
        with pytest.raises(httpx.HTTPStatusError) as refused:
            control.set_status("nowhere", "ACTIVE")
        assert isinstance(refused.value, ControlError)
        said = (refused.value.code, refused.value.message)
        assert said == ("DATABASE_NOT_FOUND", "there is no database 'nowhere'")
        assert str(refused.value) == "[DATABASE_NOT_FOUND] there is no database 'nowhere'"

    def test_unknown_database_or_status(self, controlled: Server, control: Control) -> None:
        """Both are refused."""
        for path, status, code in [("nowhere", "PARKED", 404), ("library", "ASLEEP", 422)]:
            refused = controlled.call(
                "PUT", f"/_control/databases/{path}/status", json={"status": status}
            )
            assert refused.status_code == code


class TestSecrets:
    """The imitated Hugging Face, and the Data API's memory of secrets."""

    def test_revoked_secret_is_dead_until_restored(
        self, controlled: Server, control: Control
    ) -> None:
        """whoami and embeddings refuse it, as Hugging Face does a token that was deleted."""
        add_token(controlled)
        create_notes(controlled)
        whoami = f"{controlled.url}/api/whoami-v2"
        header = {"Authorization": f"Bearer {SECRET}"}
        control.revoke_secret(SECRET)
        assert controlled.http.get(whoami, headers=header).status_code == 401
        assert insert_text(controlled) == ["EMBEDDING_PROVIDER_CLIENT_ERROR"]
        control.restore_secret(SECRET)
        assert controlled.http.get(whoami, headers=header).status_code == 200
        assert insert_text(controlled) == []

    def test_removed_token_lives_on_in_the_cache(
        self, controlled: Server, control: Control
    ) -> None:
        """With the real Data API's cache a removed token still embeds."""
        create_after = add_token(controlled)
        create_notes(controlled)
        control.cache_credentials(CredentialCacheSettings(seconds=300))
        assert insert_text(controlled) == []
        remove_token(controlled, create_after)
        assert insert_text(controlled) == []
        control.cache_credentials(CredentialCacheSettings())
        assert insert_text(controlled) == ["EMBEDDING_GATEWAY_UNABLE_RESOLVE_AUTHENTICATION_TYPE"]

    def test_empty_answer_is_no_key(self, controlled: Server, control: Control) -> None:
        """A credential service that answers a missing credential with nothing at all."""
        token = add_token(controlled)
        create_notes(controlled)
        remove_token(controlled, token)
        control.cache_credentials(CredentialCacheSettings(seconds=300, empty_answers=True))
        keys = "EMBEDDING_PROVIDER_AUTHENTICATION_KEYS_NOT_PROVIDED"
        assert insert_text(controlled) == [keys]
        add_token(controlled)
        assert insert_text(controlled) == [keys]
