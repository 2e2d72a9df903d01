"""The adapter to dynamic providers: unknowns, numbers, errors, and what stands in users' states."""

from __future__ import annotations

import socket
import sys
from typing import Any, cast

import httpx
import pytest
from pulumi.output import Unknown as PulumiUnknown
from pulumi.runtime.rpc import UNKNOWN as SENTINEL

from pulumi_astra_vectorize import configuration as configuration_module
from pulumi_astra_vectorize.api import target as target_module
from pulumi_astra_vectorize.configuration import current_configuration
from pulumi_astra_vectorize.engine import Provider
from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.resources.collection import CollectionProvider
from pulumi_astra_vectorize.resources.integration import IntegrationProvider
from pulumi_astra_vectorize.resources.keyspace import KeyspaceProvider
from pulumi_astra_vectorize.resources.table import TableProvider
from pulumi_astra_vectorize.resources.token_scope import TokenScopeProvider
from pulumi_astra_vectorize.resources.user_access_token import UserAccessTokenProvider
from pulumi_astra_vectorize.resources.vector_column import VectorColumnProvider
from tests.unit.integrations_fake import Handler, IntegrationsFake, answering, refusal

UNKNOWN = cast(Any, PulumiUnknown)()  # its constructor is untyped
SERVICE = {"provider": "huggingface", "model": "BAAI/bge-small-en-v1.5", "token": "search"}
COLLECTION = {
    "__provider": "the provider, pickled",
    "database": "library",
    "keyspace": "default_keyspace",
    "name": "notes",
    "service": SERVICE,
}
INTEGRATION = {"provider": "huggingface", "active": False}
"""As it stands in the state."""
COLLECTION_STATE = {**COLLECTION, "database_id": "id-library", "database_name": "library"}

STATES: list[tuple[Provider, dict[str, Any]]] = [
    (IntegrationProvider(), {"provider": "huggingface", "active": True}),
    (UserAccessTokenProvider(), {"name": "search", "secret": "hf_secret", "token_id": "t"}),
    (
        TokenScopeProvider(),
        {"token": "search", "generation": "g", "databases": ["library"], "scoped_databases": []},
    ),
    (CollectionProvider(), COLLECTION_STATE),
    (KeyspaceProvider(), {"database": "d", "name": "k", "database_id": "id-d"}),
    (
        TableProvider(),
        {"database": "d", "name": "t", "columns": {"id": "text"}, "primary_key": "id"},
    ),
    (
        VectorColumnProvider(),
        {
            "database": "d",
            "table": "t",
            "table_generation": "g",
            "name": "v",
            "dimension": 3.0,
            "effective_dimension": 3.0,
        },
    ),
]


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a socket fails the test."""

    def refuse(*_arguments: object, **_options: object) -> None:
        pytest.fail("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


@pytest.mark.parametrize(("provider", "state"), STATES)
@pytest.mark.usefixtures("configured", "no_network")
def test_check_and_diff_ask_nobody(provider: Provider, state: dict[str, Any]) -> None:
    """A preview of what stays works without any server."""
    inputs = {n: v for n, v in state.items() if n in provider.rules.inputs_type.model_fields}

    assert provider.check({}, inputs).failures == []
    assert provider.diff("id", state, inputs).changes is False


@pytest.mark.parametrize("unknown", [UNKNOWN, SENTINEL])
@pytest.mark.usefixtures("configured", "no_network")
def test_both_marks_of_the_unknown_are_understood(unknown: object) -> None:
    """Of newer and of older SDKs; what is sent back is what the wire knows."""
    news = {**COLLECTION, "database": unknown, "service": {**SERVICE, "token": unknown}}

    checked = CollectionProvider().check({}, cast("dict[str, Any]", news))

    assert checked.failures == []
    assert checked.inputs["database"] == SENTINEL
    assert checked.inputs["service"]["token"] == SENTINEL
    assert checked.inputs["__provider"] == "the provider, pickled"
    assert CollectionProvider().diff("id", COLLECTION_STATE, news).changes is False


@pytest.mark.usefixtures("configured", "no_network")
def test_unknown_stamp_is_an_update_and_never_a_replacement() -> None:
    """A token that is recreated makes its scope be put back, not be replaced."""
    state = {"token": "search", "generation": "g", "databases": ["library"]}

    found = TokenScopeProvider().diff("id", state, {**state, "generation": UNKNOWN})

    assert found.changes is True
    assert found.replaces == []


@pytest.mark.usefixtures("configured", "no_network")
def test_whole_numbers_of_the_wire_are_integers() -> None:
    """The wire knows only floats: 384.0 is a dimension, 384.5 is none."""
    right = CollectionProvider().check({}, {**COLLECTION, "dimension": 384.0})
    wrong = CollectionProvider().check({}, {**COLLECTION, "dimension": 384.5})

    assert right.failures == []
    assert [failure.property for failure in wrong.failures] == ["dimension"]


@pytest.mark.usefixtures("configured", "no_network")
def test_all_failures_of_a_check_name_their_property() -> None:
    """Pulumi shows them together, before anything is changed."""
    news = {**COLLECTION, "name": "a-b", "service": {**SERVICE, "model": "gpt-9"}, "color": "red"}

    failures = CollectionProvider().check({}, news).failures

    assert {failure.property for failure in failures} == {"name", "service.model", "color"}


@pytest.mark.usefixtures("configured")
def test_replacement_is_decided_before_the_server_is_asked(network: list[Handler]) -> None:
    """Without a server the preview shows the plan: what is replaced, the old one first."""
    network.append(unreachable)

    found = CollectionProvider().diff("id", COLLECTION_STATE, {**COLLECTION, "metric": "euclidean"})

    assert (found.changes, found.replaces) == (True, ["metric"])
    assert found.delete_before_replace is True


def unreachable(_request: httpx.Request) -> httpx.Response:
    message = "refused"
    raise httpx.ConnectError(message)


@pytest.mark.usefixtures("no_network")
def test_hook_before_configure_is_an_error_with_its_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    """An SDK that is too old never calls `configure`."""
    monkeypatch.setattr(configuration_module, "_run", configuration_module._Run())

    with pytest.raises(ConfigurationError, match="NOT_CONFIGURED"):
        IntegrationProvider().check({}, {})


class Request:
    """What `configure` is given: config whose secrets are decrypted."""

    def __init__(self, **values: str) -> None:
        self.config = {f"astra-vectorize:{key}": value for key, value in values.items()}


@pytest.mark.usefixtures("configured")
def test_configure_reads_the_stack_s_config() -> None:
    """What `pulumi config set` wrote is what the run uses; errors are one line from then on."""
    IntegrationProvider().configure(
        cast(Any, Request(endpoint="http://other:1", applicationToken="t"))
    )

    assert current_configuration().default.endpoint == "http://other:1"
    assert sys.tracebacklimit == 0


def test_created_resource_keeps_what_was_written(network: list[Handler]) -> None:
    """Inputs that were left out stay out of the state; outputs stand beside the rest."""
    service = IntegrationsFake()
    network.append(service)
    props = {"name": "search", "secret": "hf_secret", "verify_secret": False, "__provider": "p"}

    created = UserAccessTokenProvider().create(props)

    assert created.id == "huggingface/search"
    assert created.outs == {
        "name": "search",
        "secret": "hf_secret",
        "verify_secret": False,
        "token_id": "token-1",
        "generation": "generation-1",
    }


def test_refresh_of_what_is_gone_answers_no_id(network: list[Handler]) -> None:
    """An empty id is how a dynamic provider says that a resource is gone."""
    network.append(answering(refusal(404, "INTEGRATION_NOT_FOUND")))

    found = IntegrationProvider().read("huggingface", INTEGRATION)

    assert (found.id, found.outs) == ("", {})


def test_refresh_answers_inputs_and_state(network: list[Handler]) -> None:
    """Without the inputs, drift would not show."""
    service = IntegrationsFake()
    service.add("search", "hf_secret", [])
    network.append(service)

    found = IntegrationProvider().read("huggingface", INTEGRATION)

    assert found.inputs == {"provider": "huggingface"}
    assert found.outs == {"provider": "huggingface", "active": True}


def test_mistake_of_the_user_is_one_line(
    network: list[Handler], capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback on the screen; a bug of ours would show where it happened."""
    network.append(answering(httpx.Response(401)))
    with pytest.raises(ConfigurationError) as caught:
        IntegrationProvider().create({})
    assert caught.value.__suppress_context__
    assert capsys.readouterr().err == ""

    network.append(cast(Handler, None))
    target_module._clients.targets = {}
    with pytest.raises(TypeError):
        IntegrationProvider().create({})
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.usefixtures("configured")
def test_state_that_cannot_be_read_shows_no_value(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither the error nor what is printed repeats a value: it may be the secret."""
    state = {"name": "search", "secret": ["hf_secret_value"]}

    with pytest.raises(ValueError, match="secret") as caught:
        UserAccessTokenProvider().diff("id", state, state)

    assert "hf_secret_value" not in f"{caught.value}{caught.value!r}{capsys.readouterr().err}"
