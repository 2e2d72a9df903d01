"""Resources on several targets: which settings and clients their hooks use, and what a move is."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize.api import target as target_module
from pulumi_astra_vectorize.configuration import load_configuration, use_configuration
from pulumi_astra_vectorize.engine import Provider
from pulumi_astra_vectorize.errors import ConfigurationError, NotFoundError
from pulumi_astra_vectorize.resources.integration import IntegrationProvider
from pulumi_astra_vectorize.resources.token_scope import TokenScopeProvider
from pulumi_astra_vectorize.resources.user_access_token import UserAccessTokenProvider
from pulumi_astra_vectorize.this_run import this_run
from tests.unit.integrations_fake import Handler, IntegrationsFake
from tests.unit.test_engine import STATES, UNKNOWN, unreachable

TARGETS = {
    "eu": {"endpoint": "http://eu", "applicationToken": "token-of-eu"},
    "us": {"endpoint": "http://us", "applicationToken": "token-of-us"},
    "same": {"endpoint": "http://127.0.0.1:1/", "applicationToken": "another-token"},
    "wrong": {"endpoint": "http://eu/v1", "applicationToken": "token-of-eu"},
    "nobody": {"endpoint": "http://nobody"},
}


@pytest.fixture(autouse=True)
def _named_targets(configured: object) -> None:
    use(TARGETS)


def use(targets: dict[str, Any]) -> None:
    """A configuration with these named targets beside the default one."""
    config = {
        "astra-vectorize:endpoint": "http://127.0.0.1:1",
        "astra-vectorize:applicationToken": "app-token-value",
        "astra-vectorize:targets": json.dumps(targets),
    }
    use_configuration(load_configuration(config.get))


class Recording:
    """An integrations service for every address, and who was asked by which token."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.services = {host: IntegrationsFake() for host in ("127.0.0.1", "eu", "us")}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        self.asked.append((request.url.host, token))
        return self.services[request.url.host](request)


@pytest.fixture
def recording(network: list[Handler]) -> Recording:
    """The network of this run."""
    network.append(recorder := Recording())
    use(TARGETS)
    return recorder


def inputs_of(provider: Provider, state: dict[str, Any]) -> dict[str, Any]:
    return {n: v for n, v in state.items() if n in provider.rules.inputs_type.model_fields}


def test_each_resource_is_asked_for_at_its_own_target(recording: Recording) -> None:
    """With that target's token, and clients that are made once."""
    for target in (None, "eu", "us", "eu"):
        state = {"provider": "huggingface", "target": target}
        IntegrationProvider().read("huggingface", state)

    assert recording.asked == [
        ("127.0.0.1", "app-token-value"),
        ("eu", "token-of-eu"),
        ("us", "token-of-us"),
        ("eu", "token-of-eu"),
    ]
    assert target_module.current_target("eu") is target_module.current_target("eu")
    assert target_module.current_target("eu") is not target_module.current_target()


def test_the_target_is_kept_in_the_state(recording: Recording) -> None:
    """As an input: the next run finds the resource there."""
    props = {"name": "search", "secret": "hf", "verify_secret": False, "target": "eu"}
    props |= {"force_destroy": True}

    created = UserAccessTokenProvider().create(props)
    outs = dict(created.outs or {})
    deleted_from = len(recording.asked)
    this_run.clear()
    UserAccessTokenProvider().delete(created.id, outs)

    assert outs["target"] == "eu"
    assert {host for host, _ in recording.asked[deleted_from:]} == {"eu"}


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize(("provider", "state"), STATES)
def test_another_target_is_a_replacement(
    network: list[Handler], provider: Provider, state: dict[str, Any]
) -> None:
    """The new one may be made first: it is elsewhere; an old state is on the default target."""
    network.append(unreachable)
    inputs = inputs_of(provider, state)

    moved = provider.diff("id", state, {**inputs, "target": "eu"})
    back = provider.diff("id", {**state, "target": "us"}, inputs)

    assert (moved.replaces, moved.delete_before_replace) == (["target"], False)
    assert (back.replaces, back.delete_before_replace) == (["target"], False)


@pytest.mark.parametrize(("provider", "state"), STATES)
def test_another_name_of_the_same_target_moves_nothing(
    provider: Provider, state: dict[str, Any]
) -> None:
    """Giving a name to the server that a stack is on only writes that name into the state."""
    found = provider.diff("id", state, {**inputs_of(provider, state), "target": "same"})

    assert (found.changes, found.replaces) == (True, [])


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("asia", "no target 'asia' is configured (configured: eu, nobody, same, us, wrong)"),
        ("e.u", "letters, digits"),
        ("", "letters, digits"),
        (UNKNOWN, "known beforehand"),
    ],
)
def test_an_unknown_name_is_refused_at_preview(target: object, reason: str) -> None:
    """By the property `target`, with those that there are."""
    failures = IntegrationProvider().check({}, {"target": target}).failures

    assert [failure.property for failure in failures] == ["target"]
    assert reason in failures[0].reason


def test_a_wrong_entry_is_an_error_of_the_resource_that_asks(recording: Recording) -> None:
    """Others go on."""
    with pytest.raises(ConfigurationError, match=r"astra-vectorize:targets\.wrong\.endpoint: "):
        IntegrationProvider().check({}, {"target": "wrong"})
    assert IntegrationProvider().check({}, {"target": "eu"}).failures == []


@pytest.mark.parametrize("hook", ["diff", "read", "update", "delete"])
def test_a_state_on_a_target_that_is_gone(hook: str) -> None:
    """Each hook stops with the line that brings the target back; nobody else is asked."""
    state = {"provider": "huggingface", "target": "asia"}
    news = {"provider": "huggingface"}
    provider = IntegrationProvider()
    calls: dict[str, Callable[[], object]] = {
        "diff": lambda: provider.diff("id", state, news),
        "read": lambda: provider.read("id", state),
        "update": lambda: provider.update("id", state, state),
        "delete": lambda: provider.delete("id", state),
    }

    with pytest.raises(ConfigurationError, match="TARGET_NOT_CONFIGURED") as caught:
        calls[hook]()

    assert "pulumi config set --path astra-vectorize:targets.asia.endpoint" in caught.value.fix


def test_an_error_says_on_which_target_it_is(recording: Recording) -> None:
    """The default's errors stay as they are."""
    props = {"token": "nobody", "databases": []}

    for name in (None, "eu"):
        with pytest.raises(NotFoundError) as caught:
            TokenScopeProvider().create({**props, "target": name})
        assert ("(on target 'eu')" in caught.value.message) == (name == "eu")


def test_a_missing_token_is_set_where_the_target_s_settings_are() -> None:
    """The line is the named target's own; its variable would not be read."""
    with pytest.raises(ConfigurationError, match="APPLICATION_TOKEN_MISSING") as caught:
        IntegrationProvider().create({"provider": "huggingface", "target": "nobody"})

    line = "pulumi config set --secret --path astra-vectorize:targets.nobody.applicationToken TOKEN"
    assert line in caught.value.fix
    assert "ASTRA_DB_APPLICATION_TOKEN" not in caught.value.fix


def test_rules_are_those_of_the_target_s_kind() -> None:
    """A token needs a secret on the default target, and none on one that is Astra."""
    use({"cloud": {"target": "astra", "applicationToken": "AstraCS:t"}})

    def problems(**more: str) -> list[str]:
        failures = UserAccessTokenProvider().check({}, {"name": "search", **more}).failures
        return [failure.reason for failure in failures]

    assert problems() == ["[MISSING_INPUT] `secret`: a secret is needed on every target but astra"]
    assert problems(target="cloud") == []


def test_all_resources_may_name_a_target() -> None:
    """A new resource cannot forget it."""
    assert all(issubclass(p.rules.inputs_type, life.ResourceInputs) for p, _ in STATES)
