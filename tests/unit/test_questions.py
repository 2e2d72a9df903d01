"""Questions to the Data API that create nothing: of a token, and of a vector column."""

from __future__ import annotations

import pytest

from pulumi_astra_vectorize.api.commands import DataApiError
from pulumi_astra_vectorize.api.questions import NO_MODEL
from pulumi_astra_vectorize.errors import AstraVectorizeError
from tests.unit.data_api_fake import client, errors, status
from tests.unit.integrations_fake import Handler


@pytest.mark.parametrize(
    ("code", "usable"),
    [("VECTORIZE_CREDENTIAL_INVALID", False), ("INVALID_CREATE_COLLECTION_OPTIONS", True)],
)
def test_probe_of_a_token(code: str, *, usable: bool) -> None:
    """Contract credentials.md: a model that cannot exist tells whether the token is usable."""
    api = client(errors(code, message=f"there is no model {NO_MODEL}"))
    assert api.credential_is_usable("ks", "huggingface", "search") is usable


def ask_for_column(handler: Handler) -> None:
    """Asks what a vector column would be refused for."""
    client(handler).check_column("ks", "books", "v", {"type": "vector", "dimension": 3})


def test_column_that_nothing_is_wrong_with() -> None:
    """Contract data-api.md, section 7: that the name is taken is found out last."""
    ask_for_column(errors("CANNOT_ADD_EXISTING_TABLE"))


@pytest.mark.parametrize(
    ("handler", "code"),
    [
        (errors("VECTORIZE_CREDENTIAL_INVALID"), "VECTORIZE_CREDENTIAL_INVALID"),
        (status(ok=1), "TABLE_WAS_DROPPED"),
    ],
)
def test_column_that_is_refused(handler: Handler, code: str) -> None:
    """Also where the table is there no more, whose name keeps the question from having effect."""
    with pytest.raises(AstraVectorizeError, match=code):
        ask_for_column(handler)


@pytest.mark.parametrize("code", ["UNKNOWN_KEYSPACE", "INVALID_CREATE_COLLECTION_OPTIONS"])
def test_probe_that_says_neither(code: str) -> None:
    """Any other answer, or a refusal that is not about the model, is no knowledge of the token."""
    with pytest.raises(DataApiError, match=code):
        client(errors(code)).credential_is_usable("ks", "huggingface", "search")
