"""`astra-vectorize export` and `load`: a collection's documents to a file, and back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from pulumi_astra_vectorize.errors import ConflictError, NotFoundError
from pulumi_astra_vectorize.rules import DEFAULT_KEYSPACE

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.commands import JsonObject
    from pulumi_astra_vectorize.reload.documents import Documents

Shown = Callable[[int], None]
"""Hears how many documents are done."""

STANDARD = Path("-")
"""Stands for standard output and input."""

ENVIRONMENT = (
    "Endpoint and application token stand in the environment, as for the provider: "
    "ASTRA_VECTORIZE_ENDPOINT and ASTRA_DB_APPLICATION_TOKEN."
)

WITHOUT_VECTOR = (
    "had a vector and no text: what of these was loaded now has no vector. To keep the vectors "
    "(same provider, model and dimension), delete these documents, and load the file again with "
    "--keep-vectors"
)

DatabaseOption = Annotated[str, typer.Option(help="The database's name or id.")]
KeyspaceOption = Annotated[str, typer.Option(help="The collection's keyspace.")]
CollectionOption = Annotated[str, typer.Option(help="The collection's name.")]


def export(
    file: Annotated[Path, typer.Argument(help="Where to; `-` is standard output.")],
    database: DatabaseOption,
    collection: CollectionOption,
    keyspace: KeyspaceOption = DEFAULT_KEYSPACE,
) -> None:
    """Write every document of a collection to a file, one JSON object a line.

    What others write meanwhile may be missing.
    """
    from pulumi_astra_vectorize.files import explained_disk_errors, whole_file
    from pulumi_astra_vectorize.reload.lines import write_lines

    documents, _ = _collection(database, keyspace, collection)
    with _shown("exported") as shown:
        exported = _counted(documents.all(), shown)
        if file == STANDARD:
            count = write_lines(sys.stdout, exported)
        else:
            _refuse_to_overwrite(file)
            with explained_disk_errors(file), whole_file(file) as stream:
                count = write_lines(stream, exported)
    typer.echo(f"exported {count} documents", err=True)


def load(
    file: Annotated[Path, typer.Argument(help="What `export` wrote; `-` is standard input.")],
    database: DatabaseOption,
    collection: CollectionOption,
    keyspace: KeyspaceOption = DEFAULT_KEYSPACE,
    *,
    keep_vectors: Annotated[
        bool,
        typer.Option(
            "--keep-vectors",
            help="Keep the vectors of documents without text: for a collection of the same "
            "provider, model and dimension. One without a service always keeps them.",
        ),
    ] = False,
) -> None:
    """Load documents from a file into a collection that is there.

    Text in `$vectorize` is embedded anew. Documents whose `_id` is there already stay as they are,
    so a load that failed can be run again.
    """
    from pulumi_astra_vectorize.reload.documents import (
        brings_vectors,
        embeds,
        loses_its_vector,
        ready_to_load,
    )
    from pulumi_astra_vectorize.reload.lines import read_lines

    documents, options = _collection(database, keyspace, collection)
    keep_vectors = keep_vectors or brings_vectors(options)
    total = without = 0

    def ready(stream: TextIO) -> Generator[JsonObject]:
        nonlocal total, without
        for document in read_lines(stream, str(file)):
            total += 1
            without += not keep_vectors and loses_its_vector(document)
            yield ready_to_load(document, keep_vector=keep_vectors, keep_blank=embeds(options))

    with _shown("loaded") as shown, _opened(file) as stream:
        written = documents.load(ready(stream), ask_first=True, passed=shown)
    typer.echo(f"loaded {written} documents; {total - written} were there already", err=True)
    if without and written:
        typer.echo(f"{without} of the file {WITHOUT_VECTOR}", err=True)


def _collection(database: str, keyspace: str, name: str) -> tuple[Documents, JsonObject]:
    """A collection's documents, and its options.

    Raises:
        NotFoundError: DATABASE_NOT_FOUND, COLLECTION_NOT_FOUND.
    """
    from pulumi_astra_vectorize.api.retries import say_long_waits
    from pulumi_astra_vectorize.api.target import Target
    from pulumi_astra_vectorize.configuration import EnvironmentSettings
    from pulumi_astra_vectorize.reload.documents import Documents
    from pulumi_astra_vectorize.settings import validated

    say_long_waits()
    target = Target(validated(EnvironmentSettings, {}, ""))
    found = target.database(database)
    api = target.data_api(found)
    collections = api.collections(keyspace)
    if name not in collections:
        raise NotFoundError(
            "COLLECTION_NOT_FOUND",
            f"{found.name}/{keyspace} has no collection {name!r} (there are: "
            f"{', '.join(collections) or 'none'})",
            fix="correct the name, or create the collection first",
            source="Astra DB",
        )
    return Documents(api, keyspace, name), collections[name]


@contextmanager
def _shown(doing: str) -> Generator[Shown]:
    """Progress on stderr, as a line that changes where that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn(f"{doing} {{task.completed}}"), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(doing, total=None)

        yield lambda done: bars.update(task, completed=done)


def _counted(documents: Iterable[JsonObject], shown: Shown) -> Generator[JsonObject]:
    for count, document in enumerate(documents, 1):
        shown(count)
        yield document


def _refuse_to_overwrite(file: Path) -> None:
    if file.exists():
        raise ConflictError(
            "FILE_EXISTS", f"{file} is there already", fix="choose another name, or remove it"
        )


@contextmanager
def _opened(file: Path) -> Generator[TextIO]:
    from pulumi_astra_vectorize.reload.lines import NOT_UTF8

    if file == STANDARD:
        standard: TextIO = sys.stdin
        if isinstance(standard, TextIOWrapper):
            standard.reconfigure(encoding="utf-8", errors=NOT_UTF8)
        yield standard
        return
    try:
        stream = file.open(encoding="utf-8", errors=NOT_UTF8)
    except OSError as error:
        raise NotFoundError(
            "FILE_NOT_READABLE",
            f"{file} cannot be read: {error.strerror}",
            fix="write the name of a file that `astra-vectorize export` wrote",
        ) from None
    with stream:
        yield stream
