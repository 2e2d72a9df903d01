"""What a resource of the program holds stays, whatever else is deleted in the same run."""

from __future__ import annotations

import pulumi
import pytest

import pulumi_astra_vectorize as astra
from tests.lifecycle.programs import MODEL, TOKEN_NAME
from tests.lifecycle.servers import Server
from tests.lifecycle.stacks import Program, Stack

BOTH = ["library", "archive"]


def _named(suffix: str, *, adopt: bool = False) -> Program:
    """A program whose resources have other names, and mean the same."""

    def program() -> None:
        hugging_face = astra.Integration(f"integration-{suffix}", adopt=adopt, force_destroy=True)
        token = astra.UserAccessToken(
            "token", integration=hugging_face, name=TOKEN_NAME, secret="hf_secret_value"
        )
        scope = astra.TokenScope(f"scope-{suffix}", token=token, databases=BOTH)
        service = astra.EmbeddingService("huggingface", MODEL, scope)
        astra.Keyspace(f"keyspace-{suffix}", database="library", name="shelves", adopt=adopt)
        astra.Collection(
            f"notes-{suffix}",
            name="notes",
            database="library",
            service=service,
            adopt=adopt,
            force_destroy=True,
        )
        books = astra.Table(
            f"books-{suffix}",
            name="books",
            database="library",
            columns={"id": "text"},
            primary_key="id",
            adopt=adopt,
            force_destroy=True,
        )
        astra.VectorColumn(
            f"v-{suffix}", name="v", database="library", table=books, dimension=3, adopt=adopt
        )

    return program


def _scopes(**scopes: list[str]) -> Program:
    """A program with these scopes of one token."""

    def program() -> None:
        token = astra.UserAccessToken("token", name=TOKEN_NAME, secret="hf_secret_value")
        for name, databases in scopes.items():
            astra.TokenScope(name, token=token, databases=databases)

    return program


@pytest.fixture
def integration(server: Server) -> None:
    """The integration, made by somebody else."""
    server.call("POST", "/v1/integrations", json={"provider": "huggingface"})


def test_what_a_renamed_resource_takes_over_stays(server: Server, stack: Stack) -> None:
    """The engine creates the new one, which adopts, and deletes the old one, which is the same."""
    stack.up(_named("old"))
    document = {"_id": "1", "$vectorize": "a text"}
    server.command("insertOne", {"document": document}, "notes")
    server.command("insertOne", {"document": {"id": "1"}}, "books")
    before = (server.tokens(), server.collections(), server.tables())

    stack.up(_named("new", adopt=True))

    assert (server.tokens(), server.collections(), server.tables()) == before
    for entity in ("notes", "books"):
        assert server.command("findOne", {}, entity)["data"]["document"] is not None
    assert stack.refresh().drifted == {}
    assert stack.up(_named("new", adopt=True)).steps == {}


@pytest.mark.usefixtures("integration")
def test_a_renamed_scope_takes_out_what_it_has_no_more(server: Server, stack: Stack) -> None:
    """Only that."""
    stack.up(_scopes(old=BOTH))
    stack.up(_scopes(new=["library"]))
    assert server.scope(TOKEN_NAME) == {"library"}


@pytest.mark.usefixtures("integration")
def test_a_database_of_another_scope_stays(server: Server, stack: Stack) -> None:
    """Two scopes of one token share a database; one of them goes."""
    stack.up(_scopes(one=["library"], other=BOTH))
    stack.up(_scopes(one=["library"]))
    assert server.scope(TOKEN_NAME) == {"library"}
    stack.up(_scopes())
    assert server.scope(TOKEN_NAME) == set()


@pytest.mark.usefixtures("integration")
@pytest.mark.parametrize("shrinks_first", [False, True])
def test_a_database_that_one_scope_gives_up_stays_for_the_other(
    server: Server, stack: Stack, *, shrinks_first: bool
) -> None:
    """In whatever order the engine comes to them, and nothing is left for a refresh to tell."""

    def program(shrinking: list[str]) -> Program:
        def scopes() -> None:
            token = astra.UserAccessToken("token", name=TOKEN_NAME, secret="hf_secret_value")
            both = {"shrinks": shrinking, "stays": BOTH}
            before: list[pulumi.Resource] = []
            for name in sorted(both, reverse=not shrinks_first):
                opts = pulumi.ResourceOptions(depends_on=before)
                before = [astra.TokenScope(name, token=token, databases=both[name], opts=opts)]

        return scopes

    stack.up(program(BOTH))
    stack.up(program(["library"]))
    assert server.scope(TOKEN_NAME) == set(BOTH)
    assert stack.refresh().drifted == {}
    assert stack.up(program(["library"])).steps == {}


def test_a_forced_replacement_of_the_same_loses_nothing(server: Server, stack: Stack) -> None:
    """The engine creates first: the new one is the old one, which is then deleted."""
    stack.up(_named("same", adopt=True))
    before = (server.collections(), server.tables(), server.scope(TOKEN_NAME))
    kinds = ("integration", "scope", "keyspace", "notes", "books", "v")
    stack.up(_named("same", adopt=True), replace=[stack.urn(f"{kind}-same") for kind in kinds])
    assert (server.collections(), server.tables(), server.scope(TOKEN_NAME)) == before


@pytest.mark.parametrize("refresh", [False, True])
def test_what_the_program_has_no_more_goes(server: Server, stack: Stack, *, refresh: bool) -> None:
    """Also where a refresh of the same run has just compared it."""
    stack.up(_named("old"))
    stack.up(lambda: None, refresh=refresh)
    assert (server.tokens(), server.collections(), server.tables()) == ({}, {}, {})
    assert server.integrations() == {}
