"""Records are left out of a scan by a text only if they do not hold it anywhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_astra_vectorize.server.data_api.collections.filter_parsing import parse_filter
from pulumi_astra_vectorize.server.data_api.collections.filters import texts_held
from pulumi_astra_vectorize.server.data_api.collections.indexing import Indexing
from pulumi_astra_vectorize.server.data_api.records import (
    Draft,
    delete_all_records,
    insert_records,
    scan,
)
from pulumi_astra_vectorize.server.store.store import Store

WORDS = st.sampled_from(
    ['say "hi"', "a\\b", "a/b", "é", "e", "line\nbreak", "", "word", "wo", "%_"]
)
BODIES = st.recursive(
    WORDS | st.none() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner)
)


def texts_in(value: object) -> Iterator[str]:
    """Every text that is a value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for member in value.values() if isinstance(value, dict) else value:
            yield from texts_in(member)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(bodies=st.lists(BODIES, max_size=6), holding=st.lists(WORDS, max_size=2))
def test_what_holds_the_texts_is_read(
    store: Store, bodies: list[object], holding: list[str]
) -> None:
    """However it is escaped: quotes, backslashes, letters beyond ASCII."""
    drafts = [Draft(str(number), {"field": body}) for number, body in enumerate(bodies)]
    with store.write() as session:
        delete_all_records(session, 1)
        positions = insert_records(session, 1, drafts)
        read = [record.position for record in scan(session, 1, holding=holding)]
    needed = {
        position
        for position, body in zip(positions, bodies, strict=True)
        if set(holding) <= set(texts_in(body))
    }
    assert needed <= set(read)
    assert read == sorted(read)


def test_what_does_not_hold_them_is_not(store: Store) -> None:
    """A part of a text is another text, and a name is read rather than missed."""
    bodies: list[dict[str, object]] = [
        {"kind": "report"},
        {"kind": "reports"},
        {"report": 1},
        {"kind": ["a", "report"]},
    ]
    with store.write() as session:
        insert_records(session, 1, [Draft(str(n), body) for n, body in enumerate(bodies)])
        read = [record.body for record in scan(session, 1, holding=["report"])]
    assert read == [bodies[0], bodies[2], bodies[3]]


@pytest.mark.parametrize(
    ("wrapped", "bare"),
    [
        ({"$uuid": "6F1C9A3E-0000-4000-8000-00000000ABCD"}, "6f1c9a3e-0000-4000-8000-00000000abcd"),
        ({"$objectId": "65F1C9A3E0000400080000AB"}, "65f1c9a3e0000400080000ab"),
    ],
)
def test_bare_text_finds_a_wrapped_one(store: Store, wrapped: object, bare: str) -> None:
    """They are equal however the wrapped one is written, and it is kept as it was written."""
    expression = parse_filter({"ref": bare, "kind": "report"}, Indexing())
    with store.write() as session:
        insert_records(session, 1, [Draft("1", {"kind": "report", "ref": wrapped})])
        read = [record.body for record in scan(session, 1, holding=texts_held(expression))]
    assert [body for body in read if expression.field_tests().matches(body)] == read
    assert len(read) == 1
