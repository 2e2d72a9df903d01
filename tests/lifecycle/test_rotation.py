"""A rotated secret: one step for the token, one for its scope, and nothing that embeds is touched.

The vendor's page, section "Rotate Hugging Face Serverless user access tokens": remove, recreate
under the same name, put every database back.
"""

from __future__ import annotations

from collections.abc import Callable

import pulumi

import pulumi_astra_vectorize as astra
from tests.lifecycle.programs import TOKEN_NAME, minilm, token_and_scope
from tests.lifecycle.servers import Server
from tests.lifecycle.stacks import Stack

ROTATED = {"token": ["update"], "scope": ["update"]}
DOCUMENT = {"_id": "1", "$vectorize": "Cats purr when they are content."}


def _with_secret(secret: str) -> Callable[[], None]:
    """A token with this secret, and what embeds through it."""

    def program() -> None:
        service = minilm(token_and_scope(secret=secret).token)
        astra.Collection("notes", database="library", service=service)
        columns = {"id": "text"}
        books = astra.Table("books", database="library", columns=columns, primary_key="id")
        astra.VectorColumn("summary", database="library", table=books, service=service)

    return program


def test_a_new_secret_is_one_update_of_token_and_scope(server: Server, stack: Stack) -> None:
    """Preview and `up` show these two steps; documents stay and are found as before."""
    stack.up(_with_secret("hf_first_secret"))
    server.command("insertOne", {"document": DOCUMENT}, "notes")
    server.add_to_scope(TOKEN_NAME, "archive")
    before = server.tokens()[TOKEN_NAME]["id"]
    assert stack.preview(_with_secret("hf_second_secret")).steps == ROTATED
    assert stack.up(_with_secret("hf_second_secret")).steps == ROTATED
    assert server.tokens()[TOKEN_NAME]["id"] != before
    assert server.scope(TOKEN_NAME) == {"library", "archive"}
    found = server.command("findOne", {"sort": {"$vectorize": "a happy pet"}}, "notes")
    assert found["data"]["document"]["_id"] == "1"
    assert stack.up(_with_secret("hf_second_secret"), expect_no_changes=True).steps == {}


def test_a_rotation_that_died_half_way_is_finished_by_the_next_up(
    server: Server, stack: Stack
) -> None:
    """With the token removed and not yet recreated, the state is the old one (anchor E4)."""
    stack.up(_with_secret("hf_first_secret"))
    server.add_to_scope(TOKEN_NAME, "archive")
    server.remove_token(TOKEN_NAME)
    assert stack.up(_with_secret("hf_second_secret")).steps == ROTATED
    assert server.scope(TOKEN_NAME) == {"library", "archive"}
    assert stack.refresh().steps == {}


def test_a_dead_secret_is_refused_and_the_old_one_stays(server: Server, stack: Stack) -> None:
    """The provider is asked before anything is removed."""
    stack.up(_with_secret("hf_first_secret"))
    before = server.tokens()
    failure = stack.refused_up(_with_secret("unknown-to-hugging-face"))
    assert "[SECRET_REFUSED]" in failure.text
    assert server.tokens() == before
    assert stack.up(_with_secret("hf_first_secret")).steps == {}


def test_a_token_recreated_by_somebody_else_is_rotated(server: Server, stack: Stack) -> None:
    """Its secret is unknown: refresh says so, and `up` puts the program's own there."""
    stack.up(_with_secret("hf_first_secret"))
    server.remove_token(TOKEN_NAME)
    server.add_token(TOKEN_NAME, "hf_by_somebody_else", "library")
    somebody_elses = server.tokens()[TOKEN_NAME]["generation"]
    shown = stack.refresh()
    assert shown.steps["token"] == ["update"]
    repaired = stack.up(_with_secret("hf_first_secret"))
    assert repaired.steps == ROTATED
    assert server.tokens()[TOKEN_NAME]["generation"] != somebody_elses
    assert stack.refresh().steps == {}


def test_a_forced_replacement_leaves_a_working_token(server: Server, stack: Stack) -> None:
    """Creation comes before deletion, and the name is taken: a clear refusal (anchor E3)."""
    program = _with_secret("hf_first_secret")
    stack.up(program)
    failure = stack.refused_up(program, replace=[stack.urn("token")])
    assert "[TOKEN_NAME_TAKEN]" in failure.text
    assert server.scope(TOKEN_NAME) == {"library"}
    assert stack.up(program).steps == {}


def test_a_token_replaced_in_place_never_takes_a_collection_with_it(
    server: Server, stack: Stack
) -> None:
    """Deleted first, its name is unknown to its dependents for a while (anchors E1 and E2)."""

    def program() -> None:
        first_deleted = pulumi.ResourceOptions(delete_before_replace=True)
        integration = astra.Integration("hugging-face")
        token = astra.UserAccessToken(
            "token",
            integration=integration,
            secret="hf_first_secret",
            force_destroy=True,
            opts=first_deleted,
        )
        scope = astra.TokenScope("scope", token=token, databases=["library"], force_destroy=True)
        astra.Collection("notes", database="library", service=minilm(scope.token))
        astra.Collection(
            "by-token",
            database="library",
            name="other",
            service=minilm(token),
            opts=pulumi.ResourceOptions(depends_on=[scope]),
        )

    stack.up(program)
    server.command("insertOne", {"document": DOCUMENT}, "notes")
    replaced = stack.up(program, replace=[stack.urn("token")])
    assert replaced.steps_of("token") == "delete-replaced, replace, create-replacement"
    assert replaced.steps_of("scope") in {"update", "delete-replaced, replace, create-replacement"}
    assert set(replaced.steps) == {"token", "scope"}
    assert server.scope("token") == {"library"}


def test_a_renamed_token_replaces_what_is_bound_to_its_name(server: Server, stack: Stack) -> None:
    """A collection's service is fixed for life; a column's is not (documentation of both)."""

    def named(name: str) -> Callable[[], None]:
        def program() -> None:
            integration = astra.Integration("hugging-face")
            token = astra.UserAccessToken(
                "token", integration=integration, name=name, secret="hf_first_secret"
            )
            scope = astra.TokenScope("scope", token=token, databases=["library"])
            columns = {"id": "text"}
            books = astra.Table("books", database="library", columns=columns, primary_key="id")
            service = minilm(scope.token)
            astra.VectorColumn("summary", database="library", table=books, service=service)
            astra.Collection("notes", database="library", service=service)

        return program

    stack.up(named("first"))
    renamed = stack.up(named("second"))
    assert renamed.steps_of("notes") == "delete-replaced, replace, create-replacement"
    assert renamed.steps_of("summary") == "update"
    assert set(server.tokens()) == {"second"}
