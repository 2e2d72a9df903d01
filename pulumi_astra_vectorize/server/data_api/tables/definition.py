"""A table's definition: its columns, its primary key and what listTables says of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pulumi_astra_vectorize.server.data_api.envelope import JsonObject
from pulumi_astra_vectorize.server.store.schema import Entity


@dataclass(frozen=True)
class Table:
    """An API table.

    ``columns`` are in the order of every reply: key columns first, the others alphabetically.
    ``dropped`` remembers the CQL type of each column that was dropped: the database refuses the
    same name with another type. Only ``explain`` is shown to clients.
    """

    keyspace: str
    name: str
    columns: dict[str, JsonObject]
    partition_by: tuple[str, ...]
    partition_sort: dict[str, int] = field(default_factory=dict[str, int])
    dropped: dict[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of(cls, entity: Entity) -> Table:
        """The table that an entity's row stands for."""
        definition = entity.definition
        key = definition["primaryKey"]
        return cls(
            entity.keyspace,
            entity.name,
            definition["columns"],
            tuple(key["partitionBy"]),
            key["partitionSort"],
            definition["dropped"],
        )

    @property
    def primary_key(self) -> tuple[str, ...]:
        """The key columns in key order."""
        return (*self.partition_by, *self.partition_sort)

    @property
    def vector_columns(self) -> list[str]:
        """The names of the columns that hold vectors."""
        return [name for name, column in self.columns.items() if column["type"] == "vector"]

    @property
    def full_name(self) -> str:
        """``keyspace.table``, as error messages name it."""
        return f"{self.keyspace}.{self.name}"

    def has_service(self, column: str) -> bool:
        """Whether text in this column is embedded."""
        return "service" in self.columns[column]

    def schema(self, columns: Iterable[str]) -> JsonObject:
        """What ``projectionSchema`` and ``primaryKeySchema`` say of these columns."""
        return {name: shown_column(self.columns[name]) for name in columns}

    def explain(self) -> JsonObject:
        """The definition as listTables explains it (contract data-api.md, section 7)."""
        return {
            "columns": self.schema(self.columns),
            "primaryKey": {
                "partitionBy": list(self.partition_by),
                "partitionSort": self.partition_sort,
            },
        }

    def stored(self) -> JsonObject:
        """The definition as the entity's row keeps it."""
        return {
            "columns": in_reply_order(self.columns, self.primary_key),
            "primaryKey": self.explain()["primaryKey"],
            "dropped": self.dropped,
        }

    def described(self) -> str:
        """The columns for error messages: ``id(text), title(text)``."""
        return ", ".join(f"{name}({column['type']})" for name, column in self.columns.items())


def in_reply_order(
    columns: Mapping[str, JsonObject], primary_key: tuple[str, ...]
) -> dict[str, JsonObject]:
    """Key columns first, the others alphabetically."""
    others = sorted(columns.keys() - set(primary_key))
    return {name: columns[name] for name in (*primary_key, *others)}


def shown_column(column: JsonObject) -> JsonObject:
    """A column's definition on the wire; only vectors have something that is not supported."""
    if column["type"] != "vector":
        return column
    support = {"createTable": True, "insert": True, "read": True, "filter": False}
    return {**column, "apiSupport": {**support, "cqlDefinition": cql_type(column)}}


def cql_type(column: JsonObject) -> str:
    """The column's type in CQL."""
    kind: str = column["type"]
    if kind == "vector":
        return f"vector<float, {column['dimension']}>"
    if kind == "map":
        return f"map<{column['keyType']}, {column['valueType']}>"
    if kind in {"list", "set"}:
        return f"{kind}<{column['valueType']}>"
    return kind
