"""Pulumi's own options do with these resources what they do with any other."""

from __future__ import annotations

import pulumi

import pulumi_astra_vectorize as astra
from tests.lifecycle.programs import SECRET
from tests.lifecycle.servers import Server
from tests.lifecycle.stacks import Stack


def notes(name: str = "notes", *, length: int = 3, **options: object) -> None:
    """A collection "notes" whose resource has a name and options."""
    opts = pulumi.ResourceOptions(**options)  # type: ignore[arg-type] # each test passes its own
    astra.Collection(name, database="library", name="notes", dimension=length, opts=opts)


def test_what_is_protected_is_not_destroyed(stack: Stack, server: Server) -> None:
    """Until the protection is lifted."""
    stack.up(lambda: notes(protect=True))
    assert "protected" in stack.refused_destroy().text
    assert "notes" in server.collections()
    stack.up(notes)
    stack.destroy()
    assert server.collections() == {}


def test_what_is_retained_outlives_its_stack(stack: Stack, server: Server) -> None:
    """It is gone from the state, and still there."""
    stack.up(lambda: notes(retain_on_delete=True))
    stack.destroy()
    assert stack.resources() == {}
    assert "notes" in server.collections()


def test_an_alias_is_the_same_resource(stack: Stack, server: Server) -> None:
    """Another name in the program is no other collection."""
    stack.up(notes)
    renamed = [pulumi.Alias(name="notes")]
    assert stack.up(lambda: notes("renamed", aliases=renamed)).steps == {}
    assert set(stack.resources()) == {"renamed"}


def test_another_parent_needs_an_alias_that_names_the_old_one(stack: Stack, server: Server) -> None:
    """The refusal says so: an alias of the name alone would keep the new parent."""

    def in_a_component(*aliases: pulumi.Alias) -> None:
        shelf = pulumi.ComponentResource("tests:index:Shelf", "shelf")
        notes("renamed", parent=shelf, aliases=list(aliases))

    stack.up(notes)
    refused = stack.refused_up(in_a_component)
    assert "[ALREADY_EXISTS]" in refused.text
    assert 'pulumi.Alias(name="OLD NAME", parent=OLD_PARENT)' in refused.text
    moved = pulumi.Alias(name="notes", parent=pulumi.ROOT_STACK_RESOURCE)
    assert stack.up(lambda: in_a_component(moved)).steps == {}
    assert set(stack.resources()) == {"renamed"}


def test_another_resource_name_alone_takes_no_data(stack: Stack, server: Server) -> None:
    """It is another collection's name, too; the refusal says how the one that is there is kept."""

    def collection(resource: str, **options: object) -> None:
        opts = pulumi.ResourceOptions(**options)  # type: ignore[arg-type]
        astra.Collection(resource, database="library", name="old", opts=opts)

    stack.up(lambda: astra.Collection("old", database="library"))
    server.command("insertOne", {"document": {"_id": "1"}}, "old")
    refused = stack.refused_up(lambda: astra.Collection("new", database="library"))
    assert "[HOLDS_DATA]" in refused.text
    assert "take that back, run `pulumi up`, and then rename it" in refused.text
    stack.up(lambda: astra.Collection("old", database="library"))
    renamed = [pulumi.Alias(name="old")]
    assert stack.up(lambda: collection("new", aliases=renamed)).steps == {}
    assert set(stack.resources()) == {"new"}
    assert set(server.collections()) == {"old"}


def test_ignored_changes_are_not_made(stack: Stack, server: Server) -> None:
    """Neither a replacement of a collection nor the rotation of a token."""

    def program(length: int, secret: str) -> None:
        notes(length=length, ignore_changes=["dimension"])
        astra.UserAccessToken(
            "token",
            integration=astra.Integration("hugging-face"),
            secret=secret,
            opts=pulumi.ResourceOptions(ignore_changes=["secret"]),
        )

    stack.up(lambda: program(3, SECRET))
    assert stack.up(lambda: program(5, "hf_another_secret")).steps == {}
    assert server.collections()["notes"]["vector"]["dimension"] == 3


def test_a_forced_replacement_needs_the_old_one_to_go_first(stack: Stack) -> None:
    """`--replace` and a taint ask no diff: the engine makes the new one first, unless told."""
    stack.up(notes)
    forced = [stack.urn("notes")]
    refused = stack.refused_up(notes, replace=forced)
    assert "ALREADY_EXISTS" in refused.text
    assert "delete_before_replace=True" in refused.text
    made = stack.up(lambda: notes(delete_before_replace=True), replace=forced)
    assert "replace" in made.steps["notes"]
