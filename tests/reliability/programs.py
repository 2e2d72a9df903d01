"""Random programs: all six resources, and edits that add, change and remove some of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st

from pulumi_astra_vectorize.resources._primary_key import primary_key_input
from pulumi_astra_vectorize.resources.collection import CollectionProvider
from pulumi_astra_vectorize.resources.integration import IntegrationProvider
from pulumi_astra_vectorize.resources.table import TableProvider
from pulumi_astra_vectorize.resources.token_scope import TokenScopeProvider
from pulumi_astra_vectorize.resources.user_access_token import UserAccessTokenProvider
from pulumi_astra_vectorize.resources.vector_column import VectorColumnProvider
from tests.reliability.miniature_engine import Declared, Program, Reference

DATABASES = ("north", "south", "west")
DIMENSIONS = {"sentence-transformers/all-MiniLM-L6-v2": 384, "BAAI/bge-base-en-v1.5": 768}
TABLE_KEYS = {"id": ("id",), "title": ("title", "id")}

Inputs = dict[str, Any]


@dataclass(frozen=True)
class Token:
    """A user access token and its scope."""

    name: str
    secret: str
    verify_secret: bool
    rotation: str
    databases: tuple[str, ...]
    exclusive: bool


@dataclass(frozen=True)
class Vectors:
    """How something gets its vectors: by a model, through the token of a slot or none."""

    model: str | None
    token: str | None
    length: int
    metric: str | None
    source_model: str | None

    def dimension(self) -> int:
        """The length of the vectors on the server."""
        return DIMENSIONS[self.model] if self.model else self.length


@dataclass(frozen=True)
class Collection:
    """A collection, with vectors or without."""

    database: str
    vectors: Vectors | None
    indexing: Mapping[str, list[str]] | None
    default_id: str | None


@dataclass(frozen=True)
class Column:
    """A vector column; ``index`` is the index's name, "" for the default, None for no index."""

    vectors: Vectors
    index: str | None

    def named(self, slot: str) -> str:
        """A dropped column's name cannot come back with another type."""
        return f"{slot}_{self.vectors.dimension()}"


@dataclass(frozen=True)
class Table:
    """A table with its vector columns."""

    database: str
    columns: Mapping[str, Any]
    key: str
    vector_columns: Mapping[str, Column]


@dataclass(frozen=True)
class World:
    """What a program asks for: tokens, collections and tables, each in a slot by name."""

    tokens: Mapping[str, Token]
    collections: Mapping[str, Collection]
    tables: Mapping[str, Table]

    def token_for(self, vectors: Vectors, database: str) -> Token | None:
        """The token that may embed in a database: none where its scope lacks the database."""
        token = self.tokens.get(vectors.token or "")
        return token if token and database in token.databases else None


databases = st.sampled_from(DATABASES)
tokens = st.builds(
    Token,
    name=st.sampled_from(["search", "search-2"]),
    secret=st.sampled_from(
        ["hf_first_secret_value", "hf_second_secret_value", "hf_third_secret_value"]
    ),
    verify_secret=st.booleans(),
    rotation=st.sampled_from(["recreate", "in_place"]),
    databases=st.sets(databases).map(lambda names: tuple(sorted(names))),
    exclusive=st.booleans(),
)
vectors = st.builds(
    Vectors,
    model=st.sampled_from([*DIMENSIONS, None]),
    token=st.sampled_from(["first", "second", None]),
    length=st.sampled_from([3, 5]),
    metric=st.sampled_from(["cosine", "dot_product", "euclidean", None]),
    source_model=st.sampled_from(["bert", None]),
)
collections = st.builds(
    Collection,
    database=databases,
    vectors=vectors | st.none(),
    indexing=st.sampled_from([None, {"allow": ["title"]}, {"deny": ["a", "b"]}]),
    default_id=st.sampled_from([None, "uuid", "objectId"]),
)
columns = st.builds(
    Column,
    vectors=vectors,
    index=st.sampled_from(["", None]) | st.uuids().map(lambda name: f"by_{name.hex}"),
)
plain_columns = st.fixed_dictionaries(
    {"id": st.sampled_from(["text", "int"]), "title": st.just("text")},
    optional={
        "pages": st.just("int"),
        "tags": st.just({"type": "set", "value_type": "text"}),
        "notes": st.just({"type": "map", "key_type": "text", "value_type": "text"}),
    },
)
tables = st.builds(
    Table,
    database=databases,
    columns=plain_columns,
    key=st.sampled_from([*TABLE_KEYS]),
    vector_columns=st.dictionaries(st.sampled_from(["meaning", "other"]), columns, max_size=2),
)


def _slots(names: list[str], what: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, what))


PARTS = {
    "tokens": _slots(["first", "second"], tokens).map(
        # two tokens of one name in an integration would be refused
        lambda slots: {slot: replace(t, name=f"{t.name}-{slot}") for slot, t in slots.items()}
    ),
    "collections": _slots(["notes", "papers"], collections),
    "tables": _slots(["books"], tables),
}
worlds = st.builds(World, **PARTS)


@st.composite
def histories(draw: st.DrawFn, *, edits: int) -> list[World]:
    """A program and its edits: each redraws some parts, and within a part some slots."""
    history = [draw(worlds)]
    for _ in range(draw(st.integers(1, edits))):
        before = history[-1]
        part = draw(st.sampled_from([*PARTS]))
        slots = dict(getattr(before, part)) | draw(PARTS[part])
        gone = draw(st.sets(st.sampled_from(["first", "notes", "books", "papers"]), max_size=1))
        kept = {name: slot for name, slot in slots.items() if name not in gone}
        history.append(replace(before, **{part: kept}))
    return history


def program_of(world: World) -> Program:
    """The program that declares this world, each resource after those that it refers to."""
    integration = Declared(
        IntegrationProvider(), {"provider": "huggingface", "force_destroy": True}
    )
    program = {"hugging-face": integration}
    for slot, token in world.tokens.items():
        program |= _token(slot, token)
    for name, collection in world.collections.items():
        program[name] = Declared(CollectionProvider(), _collection(world, name, collection))
    for name, table in world.tables.items():
        program |= _table(world, name, table)
    return program


def _token(slot: str, token: Token) -> dict[str, Declared]:
    inputs: Inputs = {
        "integration": Reference("hugging-face", "provider"),
        "name": token.name,
        "secret": token.secret,
        "verify_secret": token.verify_secret,
        "rotation": token.rotation,
        "force_destroy": True,
    }
    declared = {slot: Declared(UserAccessTokenProvider(), inputs)}
    if token.databases:
        scope: Inputs = {
            "integration": Reference(slot, "integration"),
            "token": Reference(slot, "name"),
            "generation": Reference(slot, "generation"),
            "databases": list(token.databases),
            "exclusive": token.exclusive,
            "force_destroy": True,
        }
        declared[f"{slot}-scope"] = Declared(TokenScopeProvider(), scope)
    return declared


def _collection(world: World, name: str, collection: Collection) -> Inputs:
    vectors, chosen = collection.vectors, {}
    if vectors:
        chosen = {
            **_vectors(world, vectors, collection.database),
            "metric": vectors.metric,
            "source_model": vectors.source_model,
        }
    place = {"database": collection.database, "keyspace": "default_keyspace", "name": name}
    options = {"indexing": collection.indexing, "default_id": collection.default_id}
    return _written({**place, **chosen, **options})


def _table(world: World, name: str, table: Table) -> dict[str, Declared]:
    first, *rest = TABLE_KEYS[table.key]
    keys = {"partition_by": [first], "partition_sort": dict.fromkeys(rest, 1)} if rest else first
    key = primary_key_input(keys)
    place = {"database": table.database, "keyspace": "default_keyspace"}
    inputs = {
        **place,
        "name": name,
        "columns": table.columns,
        "primary_key": primary_key_input(key),
    }
    declared = {name: Declared(TableProvider(), inputs)}
    for column, wanted in table.vector_columns.items():
        address = {
            "table": Reference(name, "name"),
            "table_generation": Reference(name, "generation"),
            "name": wanted.named(column),
        }
        chosen = {**_vectors(world, wanted.vectors, table.database), "index": _index(wanted, name)}
        declared[f"{name}-{column}"] = Declared(
            VectorColumnProvider(), _written({**place, **address, **chosen})
        )
    return declared


def _vectors(world: World, vectors: Vectors, database: str) -> Inputs:
    if not vectors.model:
        return {"dimension": vectors.length}
    service: Inputs = {"provider": "huggingface", "model": vectors.model}
    if world.token_for(vectors, database):
        service["token"] = Reference(f"{vectors.token}-scope", "token")
    return {"service": service}


def _index(column: Column, table: str) -> Inputs | None:
    if column.index is None:
        return None
    own = f"{table}_{column.index}" if column.index else None
    # with a source model alone the server derives the metric
    source_model = column.vectors.source_model if column.vectors.metric else None
    return _written({"name": own, "metric": column.vectors.metric, "source_model": source_model})


def _written(inputs: Inputs) -> Inputs:
    return {name: value for name, value in inputs.items() if value is not None}


def tried(programs: int, group: int) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Hypothesis's settings for programs that cost many calls each; the same ones in every run."""
    trying = settings(
        max_examples=programs,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[*HealthCheck],  # pyright: ignore[reportArgumentType]
    )
    return lambda test: seed(group)(trying(test))
