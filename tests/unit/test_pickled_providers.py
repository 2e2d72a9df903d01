"""What stands in users' states of our providers: their bytes, frozen (contract pulumi.md)."""

from __future__ import annotations

import base64
import pickle

import pytest

from pulumi_astra_vectorize.engine import Provider
from pulumi_astra_vectorize.resources.collection import CollectionProvider
from pulumi_astra_vectorize.resources.integration import IntegrationProvider
from pulumi_astra_vectorize.resources.keyspace import KeyspaceProvider
from pulumi_astra_vectorize.resources.table import TableProvider
from pulumi_astra_vectorize.resources.token_scope import TokenScopeProvider
from pulumi_astra_vectorize.resources.user_access_token import UserAccessTokenProvider
from pulumi_astra_vectorize.resources.vector_column import VectorColumnProvider

PICKLED = {
    IntegrationProvider: (
        "gASVSwAAAAAAAACMLHB1bHVtaV9hc3RyYV92ZWN0b3JpemUucmVzb3VyY2VzLmludGVncmF0aW9ulIwT"
        "SW50ZWdyYXRpb25Qcm92aWRlcpSTlCmBlC4="
    ),
    UserAccessTokenProvider: (
        "gASVVQAAAAAAAACMMnB1bHVtaV9hc3RyYV92ZWN0b3JpemUucmVzb3VyY2VzLnVzZXJfYWNjZXNzX3Rv"
        "a2VulIwXVXNlckFjY2Vzc1Rva2VuUHJvdmlkZXKUk5QpgZQu"
    ),
    TokenScopeProvider: (
        "gASVSgAAAAAAAACMLHB1bHVtaV9hc3RyYV92ZWN0b3JpemUucmVzb3VyY2VzLnRva2VuX3Njb3BllIwS"
        "VG9rZW5TY29wZVByb3ZpZGVylJOUKYGULg=="
    ),
    CollectionProvider: (
        "gASVSQAAAAAAAACMK3B1bHVtaV9hc3RyYV92ZWN0b3JpemUucmVzb3VyY2VzLmNvbGxlY3Rpb26UjBJD"
        "b2xsZWN0aW9uUHJvdmlkZXKUk5QpgZQu"
    ),
    KeyspaceProvider: (
        "gASVRQAAAAAAAACMKXB1bHVtaV9hc3RyYV92ZWN0b3JpemUucmVzb3VyY2VzLmtleXNwYWNllIwQS2V5"
        "c3BhY2VQcm92aWRlcpSTlCmBlC4="
    ),
    TableProvider: (
        "gASVPwAAAAAAAACMJnB1bHVtaV9hc3RyYV92ZWN0b3JpemUucmVzb3VyY2VzLnRhYmxllIwNVGFibGVQ"
        "cm92aWRlcpSTlCmBlC4="
    ),
    VectorColumnProvider: (
        "gASVTgAAAAAAAACMLnB1bHVtaV9hc3RyYV92ZWN0b3JpemUucmVzb3VyY2VzLnZlY3Rvcl9jb2x1bW6U"
        "jBRWZWN0b3JDb2x1bW5Qcm92aWRlcpSTlCmBlC4="
    ),
}
"""What stands in every user's state, in base64: protocol 4, class by module path and name."""


@pytest.mark.parametrize("provider", PICKLED)
def test_provider_is_pickled_by_its_name_alone(provider: type[Provider]) -> None:
    """A class that moves or gains attributes would break every state that was ever written."""
    bytes_in_states = base64.b64decode(PICKLED[provider])

    assert pickle.dumps(provider(), protocol=4) == bytes_in_states
    assert type(pickle.loads(bytes_in_states)) is provider
    assert vars(provider()) == {}
    assert provider.serialize_as_secret_always is False


def test_every_provider_is_frozen() -> None:
    """A new resource has to add its bytes."""
    assert set(PICKLED) == set(Provider.__subclasses__())
