"""Collections: their definition commands and the commands on their documents.

Importing the package registers the commands.
"""

from pulumi_astra_vectorize.server.data_api.collections import (
    delete_commands,
    find_commands,
    insert_commands,
    schema_commands,
    update_commands,
)

__all__ = [
    "delete_commands",
    "find_commands",
    "insert_commands",
    "schema_commands",
    "update_commands",
]
