"""Documents on their way through a reload: what is kept, how they are grouped (data-api.md, 6)."""

from __future__ import annotations

import io
import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_astra_vectorize.api.data_api import DataApi
from pulumi_astra_vectorize.api.transport import Transport
from pulumi_astra_vectorize.errors import AstraVectorizeError
from pulumi_astra_vectorize.reload.documents import loses_its_vector, ready_to_load, vectors_fit
from pulumi_astra_vectorize.reload.lines import read_lines, write_lines
from pulumi_astra_vectorize.reload.loading import batches
from pulumi_astra_vectorize.settings import Settings

TEXT = {"$vectorize": "abc"}
VECTOR = {"$vector": [1.0, 0.5]}
BLANK = {"$vectorize": " "}


def options(dimension: int | None, model: str | None = None, token: str = "t") -> dict[str, Any]:
    """What findCollections explains."""
    service = {
        "provider": "huggingface",
        "modelName": model,
        "authentication": {"providerKey": token},
    }
    vector = {"dimension": dimension, "metric": "cosine"} | ({"service": service} if model else {})
    return {"vector": vector} if dimension else {}


@pytest.mark.parametrize(
    ("before", "after", "fit"),
    [
        (options(3, "a"), options(3, "a", "other"), True),
        (options(3, "a"), options(3, "b"), False),
        (options(3, "a"), options(5, "a"), False),
        (options(3), options(3), True),
        (options(3), options(3, "a"), True),
        (options(3, "a"), options(3), True),
        (options(3), options(5), False),
        (options(3), options(None), False),
        (options(None), options(None), False),
    ],
)
def test_vectors_fit_where_model_and_dimension_stay(
    before: dict[str, Any], after: dict[str, Any], *, fit: bool
) -> None:
    """Vendor's page: another provider, model or dimension, and the vectors have to go."""
    assert vectors_fit(before, after) is fit


@pytest.mark.parametrize(
    ("members", "keep_vector", "keep_blank", "loaded"),
    [
        ({**TEXT, **VECTOR}, True, True, TEXT),
        ({**TEXT, **VECTOR}, False, True, TEXT),
        (VECTOR, True, True, VECTOR),
        (VECTOR, False, True, {}),
        ({**BLANK, **VECTOR}, True, True, VECTOR),
        (BLANK, False, True, BLANK),
        (BLANK, False, False, {}),
        ({"$vectorize": None, "$vector": None}, True, True, {"$vectorize": None}),
        ({}, True, True, {}),
    ],
)
def test_document_is_loaded_with_its_text_or_its_vector(
    members: dict[str, Any], loaded: dict[str, Any], *, keep_vector: bool, keep_blank: bool
) -> None:
    """Both in one document are refused by the Data API; every other member stays."""
    document = {"_id": 1, "title": "t", **members}

    ready = ready_to_load(document, keep_vector=keep_vector, keep_blank=keep_blank)

    assert ready == {"_id": 1, "title": "t", **loaded}


@pytest.mark.parametrize(
    ("document", "loses"),
    [(VECTOR, True), ({**VECTOR, **BLANK}, True), ({**VECTOR, **TEXT}, False), ({}, False)],
)
def test_vector_is_lost_where_no_text_makes_it_again(
    document: dict[str, Any], *, loses: bool
) -> None:
    """These documents are counted for the user."""
    assert loses_its_vector(document) is loses


@given(st.lists(st.sampled_from([BLANK, TEXT, VECTOR]), max_size=250))
def test_batches_hold_everything_within_the_limits(given: list[dict[str, Any]]) -> None:
    """100 documents and 32 texts a call at most; nothing is lost, and the order stays."""
    grouped = list(batches(given, "$vectorize"))

    assert [document for batch in grouped for document in batch] == given
    for batch in grouped:
        assert 0 < len(batch) <= 100
        assert sum(document is TEXT for document in batch) <= 32


def test_large_documents_go_in_small_batches() -> None:
    """The Data API takes no body of more than 20 MB; one document alone may be large."""
    sizes = [1_500_000] * 5 + [6_000_000, 10]
    documents = [{"_id": number, "text": "x" * size} for number, size in enumerate(sizes)]

    grouped = [
        [document["_id"] for document in batch] for batch in batches(documents, "$vectorize")
    ]

    assert grouped == [[0, 1], [2, 3], [4], [5], [6]]


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.lists(st.dictionaries(st.text(), values)))
def test_lines_give_back_any_document(given: list[dict[str, Any]]) -> None:
    """One a line, whatever line ends their texts hold."""
    with_ids = [{**document, "_id": number} for number, document in enumerate(given)]
    stream = io.StringIO()

    assert write_lines(stream, with_ids) == len(with_ids)
    stream.seek(0)
    assert list(read_lines(stream, "file")) == with_ids


@pytest.mark.parametrize("line", ["{", "[]", '{"title": "t"}', "[" * 100_000])
def test_line_that_is_no_document_is_named_by_its_number(line: str) -> None:
    """Never by what it says."""
    lines = read_lines(['{"_id": 1}\n', "\n", line], "notes.jsonl")

    with pytest.raises(AstraVectorizeError, match=r"line 3 of notes\.jsonl") as caught:
        list(lines)
    assert caught.value.code == "LINE_NOT_A_DOCUMENT"
    assert len(str(caught.value)) < 300


def page_with(number: str) -> tuple[list[dict[str, Any]], str | None]:
    """What find reads of a document with this number, as it stands on the wire."""
    body = f'{{"data": {{"documents": [{{"_id": 1, "n": {number}}}], "nextPageState": null}}}}'
    answer = httpx.MockTransport(lambda _request: httpx.Response(200, text=body))
    transport = Transport("http://data.test", {}, Settings.model_construct(), answer)
    try:
        return DataApi(transport).find_page("ks", "notes", projection={"*": 1})
    finally:
        transport.close()


@pytest.mark.parametrize("number", ["0.1", "1.10", "12345678901234567890", "1e3", "-0.012345679"])
def test_numbers_are_read_exactly(number: str) -> None:
    """Integers of any length, and fractions that Python holds to the last digit."""
    ((document,), _) = page_with(number)

    assert document["n"] == json.loads(number)


@pytest.mark.parametrize("number", ["0.12345678901234567890", "1e400"])
def test_number_that_would_change_is_refused(number: str) -> None:
    """Better no export than another number."""
    with pytest.raises(AstraVectorizeError) as caught:
        page_with(number)

    assert caught.value.code == "NUMBER_TOO_PRECISE"
