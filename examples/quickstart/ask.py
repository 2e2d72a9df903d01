"""Asks a question in plain words: `python examples/quickstart/ask.py "how do I ..."`."""

from __future__ import annotations

import sys

from application import Hit, ask_collection, ask_table, connect
from rich.console import Console
from rich.table import Table

SHOWN = 160
"""Characters of a passage."""


def show(console: Console, place: str, hits: list[Hit]) -> None:
    """Prints the passages that were found in one place."""
    table = Table(title=place, title_justify="left", box=None, pad_edge=False)
    table.add_column("similarity", width=10)
    table.add_column("topic", width=18)
    table.add_column("passage", overflow="fold")
    for hit in hits:
        similarity = "" if hit.similarity is None else f"{hit.similarity:.3f}"
        table.add_row(similarity, hit.topic, f"{hit.text[:SHOWN]} ...")
    console.print(table)


def ask(console: Console, question: str) -> None:
    """Prints the best passages of the collection and of the table."""
    database = connect()
    console.print(f"\n[bold]{question}[/bold]")
    show(console, "from the collection", ask_collection(database, question))
    show(
        console,
        "from the table, which answers a text sort without a similarity",
        ask_table(database, question),
    )


if __name__ == "__main__":
    ask(Console(), " ".join(sys.argv[1:]) or "how do I run something when a block ends?")
