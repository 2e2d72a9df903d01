"""One team's keyspaces, collections and tables, which embed through a token of another stack.

What there is stands in INVENTORY: a type checker reads it before `pulumi preview` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pulumi

import pulumi_astra_vectorize as astra

Metric = Literal["cosine", "dot_product", "euclidean"]


@dataclass(frozen=True)
class Notes:
    """A collection whose documents are found by meaning."""

    name: str
    keyspace: str
    metric: Metric = "cosine"


@dataclass(frozen=True)
class Register:
    """A table, and the column by which its rows are found by meaning."""

    name: str
    keyspace: str
    columns: dict[str, str]
    primary_key: str
    meaning: str
    metric: Metric = "dot_product"


MODEL = "sentence-transformers/all-MiniLM-L6-v2"

INVENTORY: list[Notes | Register] = [
    Notes("abstracts", keyspace="papers"),
    Notes("questions", keyspace="papers", metric="dot_product"),
    Register(
        "books",
        keyspace="catalogue",
        columns={"isbn": "text", "title": "text", "year": "int"},
        primary_key="isbn",
        meaning="summary",
    ),
]

config = pulumi.Config()
database = config.require("database")
may_be_destroyed = config.get_bool("mayBeDestroyed")

tokens = pulumi.StackReference(config.require("tokensStack"))
# The tokens stack owns the token; this one lets it serve its own database, and nothing else.
scope = astra.TokenScope("search", token=tokens.require_output("everything"), databases=[database])
minilm = astra.EmbeddingService(provider="huggingface", model=MODEL, token=scope.token)

keyspaces = {
    name: astra.Keyspace(name, database=database)
    for name in sorted({kept.keyspace for kept in INVENTORY})
}


def add_collection(notes: Notes) -> None:
    """A collection that embeds what is written to it."""
    astra.Collection(
        notes.name,
        database=database,
        keyspace=keyspaces[notes.keyspace],
        service=minilm,
        metric=notes.metric,
        force_destroy=may_be_destroyed,
    )


def add_table(register: Register) -> None:
    """A table, and the vector column that embeds."""
    table = astra.Table(
        register.name,
        database=database,
        keyspace=keyspaces[register.keyspace],
        columns=register.columns,
        primary_key=register.primary_key,
        force_destroy=may_be_destroyed,
    )
    astra.VectorColumn(
        register.meaning,
        database=database,
        table=table,
        service=minilm,
        index=astra.VectorIndex(metric=register.metric),
        force_destroy=may_be_destroyed,
    )


for kept in INVENTORY:
    if isinstance(kept, Notes):
        add_collection(kept)
    else:
        add_table(kept)

pulumi.export("inventory", [kept.name for kept in INVENTORY])
