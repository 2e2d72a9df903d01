"""Commands of the general level over HTTP (contract data-api.md, sections 1 to 4)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from astrapy import Database

from pulumi_astra_vectorize import catalog
from tests.server.conftest import PostCommand

OK = {"status": {"ok": 1}}


def error_of(reply: dict[str, Any]) -> tuple[str, str, str]:
    """The one error of a reply that has nothing else."""
    assert set(reply) == {"errors"}
    (error,) = reply["errors"]
    return error["family"], error["scope"], error["errorCode"]


class TestKeyspaces:
    """createKeyspace, dropKeyspace, findKeyspaces and their old names."""

    def test_keyspace_is_made_listed_and_dropped(self, data_api: PostCommand) -> None:
        """Making and dropping once more is no error."""
        for _ in range(2):
            assert data_api({"createKeyspace": {"name": "made_here"}}) == OK
        assert "made_here" in data_api({"findKeyspaces": {}})["status"]["keyspaces"]

        for _ in range(2):
            assert data_api({"dropKeyspace": {"name": "made_here"}}) == OK
        assert "made_here" not in data_api({"findKeyspaces": {}})["status"]["keyspaces"]

    def test_system_keyspaces_are_listed(self, data_api: PostCommand) -> None:
        """A real database lists its own keyspaces beside the user's."""
        listed = data_api({"findKeyspaces": {}})["status"]["keyspaces"]

        assert {"system", "system_schema", "default_keyspace"} <= set(listed)

    def test_databases_have_keyspaces_of_their_own(
        self, data_api: PostCommand, keyspace: str
    ) -> None:
        """A keyspace of one database is unknown in the other."""
        elsewhere = data_api({"findKeyspaces": {}}, database="archive")

        assert keyspace not in elsewhere["status"]["keyspaces"]

    @pytest.mark.parametrize("name", ["a-b", "system", "system_schema"])
    def test_what_the_database_itself_refuses_to_drop(
        self, data_api: PostCommand, name: str
    ) -> None:
        """A dash comes back from the database, and its own keyspaces stay."""
        assert error_of(data_api({"dropKeyspace": {"name": name}})) == (
            "SERVER",
            "DATABASE",
            "INVALID_DATABASE_QUERY",
        )

    def test_names_at_the_limit_are_accepted(self, data_api: PostCommand) -> None:
        """48 characters, and a digit or an underscore in front."""
        for name in ("n" * 48, "1_", "_1"):
            assert data_api({"createKeyspace": {"name": name}}) == OK
            assert data_api({"dropKeyspace": {"name": name}}) == OK


class TestProviders:
    """findEmbeddingProviders."""

    def test_hugging_face_is_listed_with_six_models(self, data_api: PostCommand) -> None:
        """Providers by id, each with its models and how it authenticates."""
        providers = data_api({"findEmbeddingProviders": {}})["status"]["embeddingProviders"]

        hugging_face = providers["huggingface"]
        assert len(hugging_face["models"]) == 6
        assert hugging_face["supportedAuthentication"]["SHARED_SECRET"]["enabled"] is True
        assert list(providers["nvidia"]["supportedAuthentication"]) == ["NONE"]
        assert not {"cohere", "vertexai"} & set(providers)

    @pytest.mark.parametrize(
        ("request_body", "models"),
        [
            ({}, ["new"]),
            ({"options": None}, ["new"]),
            ({"options": {"filterModelStatus": "supported"}}, ["new"]),
            ({"options": {"filterModelStatus": "END_OF_LIFE"}}, []),
            ({"options": {"filterModelStatus": "deprecated"}}, ["old"]),
            ({"options": {"filterModelStatus": ""}}, ["new", "old"]),
            ({"options": {"filterModelStatus": None}}, ["new", "old"]),
            ({"options": {}}, ["new", "old"]),
        ],
    )
    def test_models_are_filtered_by_their_status(
        self,
        data_api: PostCommand,
        monkeypatch: pytest.MonkeyPatch,
        request_body: dict[str, Any],
        models: list[str],
    ) -> None:
        """Without options what is supported; with options that name no status, every model
        (the vendor's FindEmbeddingProvidersIntegrationTest: "" and null)."""
        statuses = {"new": "SUPPORTED", "old": "DEPRECATED"}
        listed = [{"name": n, "apiModelSupport": {"status": s}} for n, s in statuses.items()]
        status = {"embeddingProviders": {"made-up": {"models": listed}}}
        monkeypatch.setattr(catalog, "bundled_bytes", lambda: json.dumps(status))

        reply = data_api({"findEmbeddingProviders": request_body})

        found = reply["status"]["embeddingProviders"]["made-up"]["models"]
        assert [model["name"] for model in found] == models

    def test_vendors_client_reads_the_catalogue(self, astrapy_database: Database) -> None:
        """astrapy warns of members that it does not know; warnings are errors here."""
        admin = astrapy_database.get_database_admin()

        providers = admin.find_embedding_providers().embedding_providers

        assert providers["huggingface"].models[0].vector_dimension
        assert providers["openai"].display_name == "OpenAI"
