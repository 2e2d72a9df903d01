"""API tables: their definitions, indexes and rows (contract data-api.md, sections 7 and 8).

Importing the package registers the commands.
"""

from pulumi_astra_vectorize.server.data_api.tables import (
    alter_table,
    change_commands,
    find_commands,
    index_commands,
    insert_commands,
    table_commands,
)

__all__ = [
    "alter_table",
    "change_commands",
    "find_commands",
    "index_commands",
    "insert_commands",
    "table_commands",
]
