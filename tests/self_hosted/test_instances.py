"""Two instances on one PostgreSQL behave as one, also under concurrent writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import make_url

from pulumi_astra_vectorize.errors import ConfigurationError
from pulumi_astra_vectorize.server.sealing import new_key
from pulumi_astra_vectorize.server.service.rotation import rotate_keys
from pulumi_astra_vectorize.server.settings import StoreSettings
from pulumi_astra_vectorize.wire import SINGLE_TENANT
from tests.self_hosted.postgres import connected
from tests.self_hosted.services import NAME, PROVIDER, SECRET, Service, serving_service

CALLS = 24

Pair = tuple[Service, Service]


@pytest.fixture
def settings(postgres_url: str) -> dict[str, Any]:
    """What the instances of one service have in common."""
    return {"store": postgres_url, "token": "AstraCS:shared", "master_key": new_key()}


@pytest.fixture
def pair(settings: dict[str, Any]) -> Iterator[Pair]:
    """Two instances with the integration."""
    with serving_service(**settings) as first, serving_service(**settings) as second:
        first.add_integration()
        yield first, second


def at_once(pair: Pair, call: Callable[[Service, int], httpx.Response]) -> Counter[int]:
    """Many calls at the same time, in turn to both instances; counts of the HTTP statuses."""
    with ThreadPoolExecutor(CALLS) as pool:
        answers = pool.map(call, cycle(pair), range(CALLS))
        return Counter(answer.status_code for answer in answers)


def test_what_one_writes_the_other_has(pair: Pair) -> None:
    """A token added here is looked up there, its removal there is seen here, at once."""
    first, second = pair
    token_id = first.add_token()
    assert list(second.look_up().json()["credentials"].values()) == [SECRET]
    second.manage("DELETE", f"/{PROVIDER}/tokens/{token_id}?name={NAME}").raise_for_status()
    assert first.look_up().json()["errors"][0]["ID"] == "CREDENTIAL_NOT_FOUND"
    retired = first.manage("GET", f"/{PROVIDER}/retired-scopes/{NAME}").json()
    assert [one["databases"] for one in retired] == [[SINGLE_TENANT]]


def test_a_name_is_given_once(pair: Pair) -> None:
    """Of many creations of one name exactly one succeeds; the others hear of the conflict."""

    def add(service: Service, number: int) -> httpx.Response:
        new = {"name": NAME, "secret": f"hf_{number}", "databases": [SINGLE_TENANT]}
        return service.manage("POST", f"/{PROVIDER}/tokens", json=new)

    assert at_once(pair, add) == {201: 1, 409: CALLS - 1}


def test_scope_changes_do_not_lose_each_other(pair: Pair) -> None:
    """Many tokens made and scoped at the same time over both instances are all there, in scope."""

    def add_and_scope(service: Service, number: int) -> httpx.Response:
        tokens = f"/{PROVIDER}/tokens"
        new = {"name": f"token-{number}", "secret": "hf_secret"}
        token_id = service.manage("POST", tokens, json=new).raise_for_status().json()["id"]
        scope = {"databases": [SINGLE_TENANT]}
        return service.manage("POST", f"{tokens}/{token_id}/scope", json=scope)

    assert at_once(pair, add_and_scope) == {200: CALLS}
    found = pair[1].manage("GET", f"/{PROVIDER}/tokens").json()
    assert sorted(one["name"] for one in found) == sorted(f"token-{n}" for n in range(CALLS))
    assert all(one["databases"] == [SINGLE_TENANT] for one in found)


def test_rotation_under_look_ups_never_answers_empty(pair: Pair) -> None:
    """While a token is removed and made anew, look-ups get a secret or errors, nothing between."""
    first, second = pair
    seen: Counter[str] = Counter()

    def rotate_or_look(service: Service, number: int) -> httpx.Response:
        if number % 6:
            found = service.look_up()
            body = found.json()
            seen.update(body.get("credentials", {}).values() or [body["errors"][0]["ID"]])
            return found
        (token,) = first.manage("GET", f"/{PROVIDER}/tokens").json()
        path = f"/{PROVIDER}/tokens/{token['id']}/secret"
        return second.manage("PUT", path, json={"secret": f"hf_{number}"})

    first.add_token()
    assert at_once(pair, rotate_or_look) == {200: CALLS}
    assert set(seen) <= {SECRET, *(f"hf_{number}" for number in range(0, CALLS, 6))}


def test_instance_with_another_key_does_not_start(pair: Pair, settings: dict[str, Any]) -> None:
    """An instance with another master key ends in WRONG_KEY, before it could seal anything."""
    with (
        pytest.raises(ConfigurationError) as refused,
        serving_service(**{**settings, "master_key": SecretStr(new_key())}),
    ):
        pass
    assert refused.value.code == "WRONG_KEY"


def test_keys_are_rotated_under_running_instances(settings: dict[str, Any]) -> None:
    """Instances that know both keys answer before, during and after the rotation."""
    old, new = settings["master_key"], new_key()
    with serving_service(**settings) as instance:
        instance.add_integration()
        instance.add_token()
    both = {**settings, "master_key": f"{new} {old}"}
    with serving_service(**both) as first, serving_service(**both) as second:
        assert first.look_up().json()["credentials"]
        assert rotate_keys(StoreSettings(store=both["store"], master_key=both["master_key"])) == 1
        assert list(second.look_up().json()["credentials"].values()) == [SECRET]
    with serving_service(**{**settings, "master_key": new}) as instance:
        assert list(instance.look_up().json()["credentials"].values()) == [SECRET]


def cut_off(url: str, *, allow: bool) -> None:
    """Ends every connection to the database, and lets nobody in again unless ``allow``."""
    socket_folder = str(make_url(url).query["host"])
    with connected(socket_folder) as session:
        name = make_url(url).database
        session.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {allow}".encode())
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        session.execute(ended.encode(), (name,))


def test_connections_that_broke_are_made_anew(pair: Pair, postgres_url: str) -> None:
    """A PostgreSQL that was restarted costs no caller an error."""
    first, _ = pair
    first.add_token()
    cut_off(postgres_url, allow=True)
    assert list(first.look_up().json()["credentials"].values()) == [SECRET]


def test_postgres_that_is_gone(pair: Pair, postgres_url: str) -> None:
    """Meanwhile look-ups and management answer 503, and both work again as soon as it is back."""
    first, second = pair
    first.add_token()
    cut_off(postgres_url, allow=False)
    looked_up, managed = first.look_up(), second.manage("GET")
    cut_off(postgres_url, allow=True)
    assert (looked_up.status_code, managed.status_code) == (503, 503)
    assert looked_up.json()["errors"][0]["ID"] == "STORAGE_UNREACHABLE"
    assert managed.json()["errors"][0]["code"] == "STORAGE_UNREACHABLE"
    assert (first.look_up().status_code, second.manage("GET").status_code) == (200, 200)


def test_text_that_postgres_cannot_keep(pair: Pair) -> None:
    """A name with a NUL is refused as invalid, not as a failure of the store."""
    first, _ = pair
    refused = first.manage("GET", f"/{PROVIDER}/tokens?name=%00")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "INVALID_REQUEST")
