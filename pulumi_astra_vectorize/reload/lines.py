"""Documents as JSON lines: one a line, so that any number of them takes the memory of one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final, TextIO, cast

from pulumi_astra_vectorize.api.commands import JsonObject
from pulumi_astra_vectorize.errors import RefusedError

NOT_UTF8: Final = "surrogateescape"
"""How a file is opened for ``read_lines``, which refuses the line with such bytes in it."""


def write_lines(stream: TextIO, documents: Iterable[JsonObject]) -> int:
    """Writes the documents and answers how many there were."""
    count = 0
    for count, document in enumerate(documents, 1):  # noqa: B007 - it is the answer
        stream.write(json.dumps(document, separators=(",", ":")) + "\n")
    return count


def read_lines(stream: Iterable[str], name: str) -> Iterator[JsonObject]:
    """The documents of JSON lines; ``name`` says in errors where they come from.

    Raises:
        RefusedError: LINE_NOT_A_DOCUMENT, with the line's number and never its content; also for
            what Python reads and nobody can send: bytes that are not UTF-8, NaN, 1e999.
    """
    for number, line in enumerate(stream, 1):
        if line.strip():
            yield _document(line, f"line {number} of {name}")


def _document(line: str, where: str) -> JsonObject:
    try:
        value: Any = json.loads(line)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or "_id" not in value:
        raise RefusedError(
            "LINE_NOT_A_DOCUMENT",
            f"{where} is not a JSON object with an `_id`",
            fix="write one document a line, as `astra-vectorize export` does",
        )
    return cast(JsonObject, value)
