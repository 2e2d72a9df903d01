"""Updates that change nothing: nothing is counted as modified, nothing is written."""

from __future__ import annotations

import pytest

from tests.server.collection_posts import collection, insert, vectorizing
from tests.server.conftest import PostCommand

UNCHANGED = {"status": {"matchedCount": 1, "modifiedCount": 0}}
CHANGED = {"status": {"matchedCount": 1, "modifiedCount": 1}}


@pytest.mark.parametrize("vector", [[1, 2], [0.1, 0.7], [1 / 3, 1e-30]])
def test_vector_that_stays_is_no_change(
    data_api: PostCommand, keyspace: str, vector: list[float]
) -> None:
    """What the document says already modifies nothing, however its vector was rounded."""
    post = collection(data_api, keyspace, {"vector": {"dimension": 2}})
    post(insert({"_id": 1, "$vector": vector, "y": 1}))
    for same in ({"y": 1}, {"$vector": vector}):
        update = {"filter": {"_id": 1}, "update": {"$set": same}}
        assert post({"updateOne": update}) == UNCHANGED
        assert post({"updateMany": update}) == UNCHANGED
    update = {"filter": {"_id": 1}, "update": {"$set": {"$vector": [vector[0], 0.5]}}}
    assert post({"updateOne": update}) == CHANGED


def test_text_that_stays_is_no_change(
    data_api: PostCommand, keyspace: str, user_access_token: str
) -> None:
    """A document keeps the vector that was made of its text."""
    post = collection(data_api, keyspace, vectorizing(user_access_token))
    post(insert({"_id": 1, "$vectorize": "A dog barks."}))
    update = {"filter": {"_id": 1}, "update": {"$set": {"$vectorize": "A dog barks."}}}
    assert post({"updateOne": update}) == UNCHANGED
