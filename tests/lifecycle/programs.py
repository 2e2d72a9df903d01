"""What the tests' programs share."""

from __future__ import annotations

import pulumi

import pulumi_astra_vectorize as astra

MODEL = "sentence-transformers/all-MiniLM-L6-v2"
SECRET = "hf_a_secret_that_must_not_leak"
TOKEN_NAME = "search-prod"


def minilm(token: pulumi.Input[str] | astra.UserAccessToken) -> astra.EmbeddingService:
    """The service that every test embeds with."""
    return astra.EmbeddingService("huggingface", MODEL, token)


def token_and_scope(
    *, secret: pulumi.Input[str] = SECRET, databases: pulumi.Input[list[str]] | None = None
) -> astra.TokenScope:
    """Integration, token and scope: the resources "hugging-face", "token" and "scope"."""
    integration = astra.Integration("hugging-face")
    token = astra.UserAccessToken("token", integration=integration, name=TOKEN_NAME, secret=secret)
    return astra.TokenScope("scope", token=token, databases=databases or ["library"])


def everything() -> None:
    """All six resources, as the package's first example has them."""
    service = minilm(token_and_scope().token)
    astra.Collection("notes", database="library", service=service)
    columns = {"id": "text", "title": "text"}
    books = astra.Table("books", database="library", columns=columns, primary_key="id")
    astra.VectorColumn("summary", database="library", table=books, service=service)
