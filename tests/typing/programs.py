"""Programs as users write them: only type-checked, never run.

mypy and pyright have to accept all of it; where a line is wrong on purpose it is marked, and an
unneeded mark is an error, so that both also have to see what is wrong.
"""

# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pulumi
from typing_extensions import assert_type

import pulumi_astra_vectorize as astra


def smallest_program() -> None:
    """What has no default is all that has to be written."""
    astra.Integration("hugging-face")
    astra.UserAccessToken("search", secret="hf_...")
    astra.TokenScope("search", token="search", databases=["library"])
    astra.Keyspace("shelves", database="library")
    astra.Collection("notes", database="library")
    astra.Table("books", database="library", columns={"id": "text"}, primary_key="id")
    astra.VectorColumn("summary", database="library", table="books", dimension=3)


def what_is_looked_at() -> None:
    """What is got is of its own kind, and is handed on like what the program makes."""
    token = assert_type(
        astra.UserAccessToken.get("search", "huggingface/search"), astra.UserAccessToken
    )
    astra.TokenScope("search", token=token, databases=["library"])
    books = astra.Table.get("books", pulumi.Output.from_input("library/shelves/books"), target="eu")
    astra.VectorColumn("summary", database="library", table=books, dimension=3)
    astra.Keyspace.get("shelves")  # type: ignore[call-arg]


def program_on_two_targets() -> None:
    """A target is named by plain text: a preview has to know it."""
    astra.Integration("hugging-face", target="eu")
    astra.Collection("notes", database="library", target=None)
    eu = pulumi.Output.from_input("eu")
    astra.Keyspace("shelves", database="library", target=eu)  # type: ignore[arg-type]


def program_of_the_design() -> None:
    """Resources are handed on as they are, outputs as inputs."""
    hugging_face = astra.Integration("hugging-face", provider="huggingface")
    token = astra.UserAccessToken(
        "search",
        integration=hugging_face,
        name="search-prod",
        secret=pulumi.Config().require_secret("huggingFaceToken"),
    )
    scope = astra.TokenScope("search", token=token, databases=["library"])
    minilm = astra.EmbeddingService(
        provider="huggingface",
        model="sentence-transformers/all-MiniLM-L6-v2",
        token=scope.token,
    )
    shelves = astra.Keyspace("shelves", database="library")
    astra.Collection("notes", database="library", service=minilm, metric="cosine")
    astra.Collection("others", database="library", keyspace=shelves.name)
    books = astra.Table(
        "books",
        database="library",
        keyspace=shelves,
        columns={"id": "text", "title": "text"},
        primary_key="id",
    )
    astra.VectorColumn(
        "summary",
        database="library",
        table=books,
        service=minilm,
        index=astra.VectorIndex(metric="dot_product"),
    )


def dictionaries_in_place_of_objects(model: pulumi.Output[str]) -> None:
    """Each argument type has a twin that an editor completes as a dictionary."""
    service: astra.EmbeddingServiceDict = {"provider": "huggingface", "model": model, "token": "t"}
    index: astra.VectorIndexDict = {"metric": "euclidean"}
    tags: astra.ColumnDict = {"type": "map", "key_type": "text", "value_type": "text"}
    key: astra.PrimaryKeyDict = {"partition_by": ["id"], "partition_sort": {"year": -1}}
    astra.Collection("notes", database="library", service=service)
    astra.Table(
        "books",
        database="library",
        columns={"id": "text", "year": "int", "tags": tags},
        primary_key=key,
    )
    astra.VectorColumn("v", database="library", table="books", service=service, index=index)


def everything_may_be_an_output(name: pulumi.Output[str], count: pulumi.Output[int]) -> None:
    """Scalars, lists and their items may be known only while the program runs."""
    astra.TokenScope("scope", token=name, databases=[name, "archive"])
    astra.TokenScope("scope", token=name, databases=name.apply(lambda each: [each]))
    astra.Collection(name="notes", resource_name="notes", database=name, dimension=count)
    astra.Integration("hf", opts=pulumi.ResourceOptions(protect=True))


def words_of_a_closed_list(metric: pulumi.Output[Literal["cosine", "euclidean"]]) -> None:
    """An editor offers them; what is known only while the program runs is one of them, too."""
    astra.Collection("notes", database="library", metric="dot_product", default_id="uuidv7")
    astra.Collection("notes", database="library", metric=metric, source_model="ada002")
    astra.UserAccessToken("search", secret="hf_...", rotation="in_place")
    index = astra.VectorIndex(metric=metric, source_model="bert")
    astra.VectorColumn("v", database="d", table="t", index=index, on_change="reload")


def outputs(
    *,
    integration: astra.Integration,
    token: astra.UserAccessToken,
    scope: astra.TokenScope,
    collection: astra.Collection,
    table: astra.Table,
    column: astra.VectorColumn,
) -> None:
    """What an editor shows behind the dot."""
    assert_type(integration.active, pulumi.Output[bool])
    assert_type(token.name, pulumi.Output[str])
    assert_type(token.generation, pulumi.Output[str])
    assert_type(scope.token, pulumi.Output[str])
    assert_type(scope.databases, pulumi.Output[Sequence[str]])
    assert_type(scope.scoped_databases, pulumi.Output[Sequence[Mapping[str, str]]])
    assert_type(collection.effective, pulumi.Output[Mapping[str, Any]])
    assert_type(table.generation, pulumi.Output[str])
    assert_type(column.effective_dimension, pulumi.Output[int])


def mistakes(token: astra.UserAccessToken) -> None:
    """What a user gets wrong is underlined while it is written."""
    pulumi.export("secret", token.secret)  # type: ignore[attr-defined]
    astra.UserAccessToken("search")  # no error: on target astra a person enters the secret
    astra.UserAccessToken("search", secret=5)  # type: ignore[arg-type]
    astra.UserAccessToken("search", "hf_...")  # type: ignore[call-arg]
    astra.TokenScope("scope", token="t", databases="library")  # no error: a str is a sequence
    astra.TokenScope("scope", token="t", databases=[5])  # type: ignore[list-item]
    astra.Collection("notes", database="library", dimensions=3)  # type: ignore[call-arg]
    astra.Collection("notes", database="library", keyspace=token)  # type: ignore[arg-type]
    astra.Collection("notes", database="library", service="hf")  # type: ignore[arg-type]
    astra.EmbeddingService(provider="huggingface")  # type: ignore[call-arg]
    astra.VectorColumn("v", database="d", table="t", index="i")  # type: ignore[arg-type]
    astra.Collection("notes", database="library", metric="dot-product")  # type: ignore[arg-type]
    astra.Collection("notes", database="library", source_model="gpt")  # type: ignore[arg-type]
    astra.Collection("notes", database="library", default_id="serial")  # type: ignore[arg-type]
    astra.Collection("notes", database="library", on_change="export")  # type: ignore[arg-type]
    astra.UserAccessToken("t", secret="hf_...", rotation="swap")  # type: ignore[arg-type]
    astra.VectorIndex(metric="manhattan")  # type: ignore[arg-type]
    astra.VectorIndex(source_model="gpt")  # type: ignore[arg-type]
    index: astra.VectorIndexDict = {"metric": "manhattan"}  # type: ignore[typeddict-item]
    astra.VectorColumn("v", database="d", table="t", index=index, on_change="x")  # type: ignore[arg-type]
    astra.Colection("notes")  # type: ignore[attr-defined]
