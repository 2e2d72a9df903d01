"""The integrations service keeps to its own OpenAPI document, whatever is sent to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from pydantic import SecretStr
from schemathesis import Case
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from pulumi_astra_vectorize.server.process import OpenServer, running_server
from pulumi_astra_vectorize.server.settings import ServerSettings
from pulumi_astra_vectorize.wire import INTEGRATIONS, Problems
from tools.describe_integrations_api import PAGE, openapi_document, page

TOKEN = "AstraCS:for-schemathesis"


@pytest.fixture(scope="module")
def opened() -> Iterator[OpenServer]:
    """A server of its own, for what the generated calls leave in it."""
    with running_server(ServerSettings(port=0, token=SecretStr(TOKEN))) as opened:
        yield opened


CALLS = [
    found.ok()
    for found in schemathesis.openapi.from_dict(openapi_document()).get_all_operations()
    if isinstance(found, Ok)
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.label)
def test_calls_answer_as_documented(call: Any, opened: OpenServer) -> None:
    """Statuses, types and bodies of all answers are those of the document; no call ends in 500.

    One test a call by its label: xdist runs tests that share an id only once.
    """
    headers = {"Authorization": f"Bearer {TOKEN}"}

    @settings(
        max_examples=15,
        deadline=None,
        # hypothesis' metaclass hides from pyright what the members are
        suppress_health_check=list(HealthCheck),  # pyright: ignore[reportArgumentType]
    )
    @given(case=call.as_strategy())
    def answers(case: Case[Any]) -> None:
        case.call_and_validate(
            base_url=opened.addresses.url,
            headers=headers,
            excluded_checks=[positive_data_acceptance],  # names have rules beyond their type: 422
        )

    answers()


def test_each_call_of_the_document_is_tried() -> None:
    """No call is left out because it could not be read."""
    calls = [call for methods in openapi_document()["paths"].values() for call in methods]
    assert len(CALLS) == len(calls)


def test_every_call_is_documented_with_its_refusals() -> None:
    """Each call names what it answers without a token and with a body or path that is wrong."""
    paths = openapi_document()["paths"]
    assert all(path.startswith(INTEGRATIONS) for path in paths)
    for methods in paths.values():
        for call in methods.values():
            assert {"401", "422"} <= set(call["responses"])
            reference = call["responses"]["401"]["content"]["application/json"]["schema"]["$ref"]
            assert reference.endswith(f"/{Problems.__name__}")


def test_page_is_current() -> None:
    """docs/integrations-api.md is what the tool makes of the service as it is."""
    assert PAGE.read_text() == page(openapi_document()), "run tools/describe_integrations_api.py"
