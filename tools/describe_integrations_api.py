"""Writes docs/integrations-api.md from the OpenAPI document of the integrations service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import SecretStr

from pulumi_astra_vectorize.server.admission import Admission
from pulumi_astra_vectorize.server.integrations.application import create_integrations_service
from pulumi_astra_vectorize.server.sealing import Sealer, new_key
from pulumi_astra_vectorize.server.store.engines import sqlite_engines
from pulumi_astra_vectorize.server.store.store import Store
from tools.markdown import row

PAGE = Path(__file__).parents[1] / "docs" / "integrations-api.md"

INTRODUCTION = """\
# The integrations service

<!-- Made by tools/describe_integrations_api.py from the OpenAPI document: change the routes. -->

Embedding provider integrations, user access tokens and their scopes, as the Astra Portal has them
and no public API of the vendor does. The embedded server serves it on its main port, and
`astra-vectorize serve --only integrations` serves it alone, beside a self-hosted Data API
(`examples/self-hosted/`); the OpenAPI document is at `/openapi.json`.

Every call carries the server's application token: `Authorization: Bearer TOKEN`. Bodies are JSON.
An answer that is not a success has a body of the form
`{"errors": [{"code": "TOKEN_NAME_TAKEN", "message": "..."}]}`; the codes are stable.
"""

Json = dict[str, Any]


@dataclass(frozen=True)
class LonelyVault:
    """All that the service needs to be described."""

    store: Store
    sealer: Sealer


def openapi_document() -> Json:
    """The service's own description of itself."""
    with TemporaryDirectory() as folder:
        store = Store(sqlite_engines(Path(folder)))
        vault = LonelyVault(store, Sealer([new_key()]))
        document = create_integrations_service(vault, Admission(SecretStr("unused"))).openapi()
        store.close()
        return document


def page(document: Json) -> str:
    """The whole page."""
    operations = [
        operation(method, path, described)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    ]
    schemas = document["components"]["schemas"].items()
    bodies = [body(name, schema) for name, schema in schemas]
    return "\n".join([INTRODUCTION, "## Calls\n", *operations, "## Bodies\n", *bodies])


def operation(method: str, path: str, described: Json) -> str:
    """One call: what it is for, its parameters, its body, its answers."""
    lines = [f"### `{method.upper()} {path}`\n", f"{described['summary']}.\n"]
    if "description" in described:
        lines.append(f"{described['description']}\n")
    if "requestBody" in described:
        lines.append(f"Body: {content(described['requestBody'])}\n")
    lines += parameters(described.get("parameters", []))
    lines += ["| answer | body | |", "| --- | --- | --- |"]
    for status, answer in sorted(described["responses"].items()):
        said = answer["description"].replace("Successful Response", "")
        lines.append(row(status, content(answer), said))
    return "\n".join([*lines, ""])


def parameters(described: list[Json]) -> Iterator[str]:
    """The query parameters; those of the path explain themselves."""
    for parameter in described:
        if parameter["in"] == "query":
            need = "required" if parameter["required"] else "optional"
            yield f"Query `{parameter['name']}` ({need}): {parameter['description']}\n"


def body(name: str, schema: Json) -> str:
    """One kind of body: its members."""
    required = schema.get("required", [])
    rows = [
        row(
            f"`{member}`",
            kind(described),
            "yes" if member in required else "no",
            described.get("description", ""),
        )
        for member, described in schema["properties"].items()
    ]
    return "\n".join(
        [
            f"### {name}\n",
            f"{schema.get('description', '')}\n",
            "| member | type | required | |",
            "| --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )


def content(described: Json) -> str:
    """What kind of body it has, as a link to it."""
    contents = described.get("content", {}).values()
    return ", ".join(kind(one["schema"]) for one in contents)


def kind(schema: Json) -> str:
    """A schema in a word or two."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if schema.get("type") == "array":
        return f"list of {kind(schema['items'])}"
    return str(schema.get("format", schema.get("type", "any")))


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(openapi_document()))
    print(f"wrote {PAGE}")
