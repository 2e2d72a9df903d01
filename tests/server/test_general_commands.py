"""Commands of the general level over HTTP (contract data-api.md, sections 1 to 4)."""

from __future__ import annotations

from typing import Any

import pytest
from astrapy import Database

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

    @pytest.mark.parametrize(
        "replication",
        [
            {"class": "SimpleStrategy", "replication_factor": 1},
            {"class": "NetworkTopologyStrategy", "datacenter1": 1, "datacenter2": 3},
        ],
    )
    def test_replication_is_accepted(
        self, data_api: PostCommand, replication: dict[str, Any]
    ) -> None:
        """Both strategies of the contract."""
        command = {"name": "replicated", "options": {"replication": replication}}

        assert data_api({"createKeyspace": command}) == OK
        data_api({"dropKeyspace": {"name": "replicated"}})

    @pytest.mark.parametrize(
        ("command", "error"),
        [
            ({"createKeyspace": {"name": "a-b"}}, ("SCHEMA", "UNSUPPORTED_SCHEMA_NAME")),
            ({"createKeyspace": {"name": ""}}, ("SCHEMA", "UNSUPPORTED_SCHEMA_NAME")),
            ({"createKeyspace": {"name": "n" * 49}}, ("SCHEMA", "UNSUPPORTED_SCHEMA_NAME")),
            ({"createKeyspace": {"name": "été"}}, ("SCHEMA", "UNSUPPORTED_SCHEMA_NAME")),
            ({"createKeyspace": {}}, ("", "COMMAND_FIELD_VALUE_INVALID")),
            ({"createKeyspace": {"name": None}}, ("", "COMMAND_FIELD_VALUE_INVALID")),
            ({"createKeyspace": {"name": ["n"]}}, ("", "REQUEST_STRUCTURE_MISMATCH")),
            ({"createKeyspace": {"name": "n", "x": 1}}, ("", "COMMAND_FIELD_UNKNOWN")),
            (
                {"createKeyspace": {"name": "n", "options": {"replication": {"class": "X"}}}},
                ("", "COMMAND_FIELD_VALUE_INVALID"),
            ),
            ({"dropKeyspace": {}}, ("", "COMMAND_FIELD_VALUE_INVALID")),
            ({"findKeyspaces": {"options": {"x": 1}}}, ("", "COMMAND_ACCEPTS_NO_OPTIONS")),
            ({"findRerankingProviders": {}}, ("", "RERANKING_FEATURE_NOT_ENABLED")),
        ],
    )
    def test_refusals(
        self, data_api: PostCommand, command: dict[str, Any], error: tuple[str, str]
    ) -> None:
        """Names, members and options that the vendor refuses, with the vendor's codes."""
        assert error_of(data_api(command)) == ("REQUEST", *error)

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

    def test_old_names_work_and_warn(self, data_api: PostCommand) -> None:
        """The Namespace forms do the same, with DEPRECATED_COMMAND in status.warnings."""
        made = data_api({"createNamespace": {"name": "by_old_name"}})
        listed = data_api({"findNamespaces": {}})
        dropped = data_api({"dropNamespace": {"name": "by_old_name"}})

        assert (made["status"]["ok"], dropped["status"]["ok"]) == (1, 1)
        assert "by_old_name" in listed["status"]["namespaces"]
        for reply in (made, listed, dropped):
            (warning,) = reply["status"]["warnings"]
            assert warning["errorCode"] == "DEPRECATED_COMMAND"
            assert (warning["family"], warning["scope"]) == ("REQUEST", "WARNING")


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
        ("status", "models"),
        [
            ("SUPPORTED", 6),
            ("supported", 6),
            ("", 6),
            (None, 6),
            ("DEPRECATED", 0),
            ("end_of_life", 0),
        ],
    )
    def test_filter_keeps_providers_and_empties_models(
        self, data_api: PostCommand, status: str | None, models: int
    ) -> None:
        """The filter is not case-sensitive; empty and null are no filter of ours."""
        options = {"options": {"filterModelStatus": status}}

        reply = data_api({"findEmbeddingProviders": options})

        assert len(reply["status"]["embeddingProviders"]["huggingface"]["models"]) == models

    @pytest.mark.parametrize("options", [{"filterModelStatus": "OLD"}])
    def test_unknown_status_is_refused(
        self, data_api: PostCommand, options: dict[str, Any]
    ) -> None:
        """Only the three statuses are filters."""
        reply = data_api({"findEmbeddingProviders": {"options": options}})

        assert error_of(reply) == ("REQUEST", "", "COMMAND_FIELD_VALUE_INVALID")

    def test_vendors_client_reads_the_catalogue(self, astrapy_database: Database) -> None:
        """astrapy warns of members that it does not know; warnings are errors here."""
        admin = astrapy_database.get_database_admin()

        providers = admin.find_embedding_providers().embedding_providers

        assert providers["huggingface"].models[0].vector_dimension
        assert providers["openai"].display_name == "OpenAI"
