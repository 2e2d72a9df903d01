"""How often the provider's rules ask the server, as the server counts it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from httpx import HTTPTransport

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize.api import target as target_module
from pulumi_astra_vectorize.api.target import Target
from pulumi_astra_vectorize.resources.collection import CollectionLifecycle
from pulumi_astra_vectorize.resources.integration import IntegrationLifecycle
from pulumi_astra_vectorize.resources.table import TableLifecycle
from pulumi_astra_vectorize.resources.token_scope import TokenScopeLifecycle
from pulumi_astra_vectorize.resources.user_access_token import UserAccessTokenLifecycle
from pulumi_astra_vectorize.resources.vector_column import VectorColumnLifecycle
from pulumi_astra_vectorize.server.process import running_server
from pulumi_astra_vectorize.server.settings import ServerSettings
from pulumi_astra_vectorize.settings import load_settings
from pulumi_astra_vectorize.testing import Control
from pulumi_astra_vectorize.wire import ServerAddresses

MANY = 20
THREADS = 4
"""With so many the dynamic provider answers the engine (contract pulumi.md)."""

SERVICE = {"provider": "huggingface", "model": "sentence-transformers/all-MiniLM-L6-v2"}
COLUMNS = {"id": "text", "title": "text"}
INTEGRATION = "/v1/integrations/huggingface"

Made = tuple[life.Lifecycle[Any, Any], life.State[Any, Any]]


class Provider:
    """The rules of all resources on a server that counts, each run with clients of its own."""

    def __init__(self, addresses: ServerAddresses, http: httpx.Client, closing: ExitStack) -> None:
        token = Path(addresses.token_file).read_text().strip()
        http.headers["Authorization"] = f"Bearer {token}"
        self.control = Control(http)
        config = {
            "astra-vectorize:endpoint": addresses.url,
            "astra-vectorize:applicationToken": token,
        }
        self._settings = load_settings(config.get)
        self._closing = closing
        self.target = self.another_run()

    def another_run(self) -> Target:
        """The clients of a process of its own, which has asked nothing yet."""
        with pytest.MonkeyPatch.context() as patch:
            opened = self._closing.enter_context(HTTPTransport(verify=False))
            patch.setattr(target_module, "connections", lambda **_: opened)
            self.target = Target(self._settings)
        self.control.forget_requests()
        return self.target

    def make(self, rules: life.Lifecycle[Any, Any], **written: Any) -> Made:
        """Creates a resource."""
        inputs = rules.inputs_type.model_validate(written)
        return rules, life.State(inputs, rules.create(inputs, self.target)[1])

    def read(self, made: Made) -> None:
        """Refreshes a resource, whose inputs are as they were."""
        rules, state = made
        found = rules.read(state, self.target)
        assert found is not None
        assert found.inputs == state.inputs

    def delete(self, made: Made) -> None:
        """Deletes a resource."""
        rules, state = made
        rules.delete(state, self.target)

    def asked(self) -> Counter[str]:
        """How often each command, or each path of the main port, was asked for."""
        counted: Counter[str] = Counter()
        for request in self.control.requests().requests:
            counted[request.command or f"{request.method} {request.path}"] += request.times
        return counted


@pytest.fixture(scope="module")
def counting() -> Iterator[Provider]:
    """A server with room for many collections, and nothing in it."""
    settings = ServerSettings(
        port=0, databases=("library", "archive"), control=True, collection_limit=1000
    )
    with running_server(settings) as opened, ExitStack() as closing:
        http = closing.enter_context(httpx.Client(base_url=opened.addresses.url, timeout=60))
        yield Provider(opened.addresses, http, closing)


@pytest.fixture
def provider(counting: Provider) -> Provider:
    """The same, emptied."""
    counting.control.reset()
    counting.another_run()
    return counting


def made_everything(provider: Provider, databases: tuple[str, ...]) -> list[Made]:
    """An integration, tokens with scopes, collections, tables with columns in each database."""
    made = [provider.make(IntegrationLifecycle())]
    for number in range(MANY):
        name, database = f"token{number}", databases[number % len(databases)]
        secret = f"hf_secret_value_{number}"
        service = {**SERVICE, "token": name}
        table = f"table{number}"
        made += [
            provider.make(UserAccessTokenLifecycle(), name=name, secret=secret),
            provider.make(TokenScopeLifecycle(), token=name, databases=[database]),
            provider.make(
                CollectionLifecycle(), database=database, name=f"text{number}", service=service
            ),
            provider.make(
                TableLifecycle(), database=database, name=table, columns=COLUMNS, primary_key="id"
            ),
            provider.make(
                VectorColumnLifecycle(),
                database=database,
                table=table,
                name="v",
                service=service,
                index={"metric": "cosine"},
            ),
        ]
    return made


def made_vector_columns(provider: Provider) -> list[Made]:
    """Many of one table, in a run that begins when the table is there."""
    provider.make(TableLifecycle(), database="library", name="t", columns=COLUMNS, primary_key="id")
    provider.another_run()
    place, index = {"database": "library", "table": "t"}, {"metric": "cosine"}
    return [
        provider.make(VectorColumnLifecycle(), name=f"v{it}", dimension=3, index=index, **place)
        for it in range(MANY)
    ]


@pytest.mark.parametrize("databases", [("library",), ("library", "archive")])
def test_refresh_lists_each_keyspace_once(provider: Provider, databases: tuple[str, ...]) -> None:
    """One list a database and keyspace for collections and for tables, however many there are.

    The index of a column is asked for by itself: no list has it.
    """
    made = made_everything(provider, databases)
    provider.another_run()
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(provider.read, made))
    assert provider.asked() == {
        "findCollections": len(databases),
        "listTables": len(databases),
        "listIndexes": MANY,
        "GET /v2/databases": 1,
        f"GET {INTEGRATION}": 1,
        f"GET {INTEGRATION}/tokens": 1,
    }
    assert provider.control.requests().connections <= THREADS * (1 + len(databases))


def test_creation_of_many_collections_is_that_many_calls(provider: Provider) -> None:
    """And a constant: one look at the keyspace, and one at what the first became."""
    provider.make(IntegrationLifecycle())
    provider.make(UserAccessTokenLifecycle(), name="search", secret="hf_secret_value")
    provider.make(TokenScopeLifecycle(), token="search", databases=["library"])
    provider.another_run()
    service = {**SERVICE, "token": "search"}
    for number in range(MANY):
        _, state = provider.make(
            CollectionLifecycle(), database="library", name=f"c{number}", service=service
        )
        assert state.outputs.effective["dimension"] == 384
    assert provider.asked() == {
        "createCollection": MANY,
        "findCollections": 2,
        "GET /v2/databases": 1,
    }


def test_creation_at_the_same_time_is_no_more_calls(provider: Provider) -> None:
    """Four threads, as the engine uses them: the looks stay a handful."""

    def create(number: int) -> None:
        provider.make(CollectionLifecycle(), database="library", name=f"c{number}", dimension=3)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(create, range(MANY)))
    asked = provider.asked()
    assert asked.pop("findCollections") <= 1 + THREADS
    assert asked == {"createCollection": MANY, "GET /v2/databases": 1}
    assert provider.control.requests().connections <= 2 * THREADS


def test_deletion_of_many_collections_counts_each_and_lists_once(provider: Provider) -> None:
    """The guard counts the documents of each; what is there is known from one list."""
    made = [
        provider.make(CollectionLifecycle(), database="library", name=f"c{number}", dimension=3)
        for number in range(MANY)
    ]
    provider.another_run()
    for one in made:
        provider.delete(one)
    assert provider.asked() == {
        "countDocuments": MANY,
        "deleteCollection": MANY,
        "findCollections": 1,
        "GET /v2/databases": 1,
    }


def test_creation_of_many_tokens_looks_at_their_integration_once(provider: Provider) -> None:
    """Each is looked for by name, verified, and asked whether a rotation of it is on its way."""
    provider.make(IntegrationLifecycle())
    provider.another_run()
    for number in range(MANY):
        name, secret = f"t{number}", f"hf_secret_value_{number}"
        provider.make(UserAccessTokenLifecycle(), name=name, secret=secret)
    asked = provider.asked()
    assert all(asked.pop(f"GET {INTEGRATION}/retired-scopes/t{it}") == 1 for it in range(MANY))
    assert asked == {
        f"GET {INTEGRATION}/tokens": MANY,
        "GET /api/whoami-v2": MANY,
        f"POST {INTEGRATION}/tokens": MANY,
        f"GET {INTEGRATION}": 1,
    }


def test_creation_of_many_vector_columns_is_twice_as_many_calls(provider: Provider) -> None:
    """The column and its index: one that was just added has none to look for."""
    made_vector_columns(provider)
    assert provider.asked() == {
        "alterTable": MANY,
        "createVectorIndex": MANY,
        "listTables": 2,
        "GET /v2/databases": 1,
    }


def test_refresh_lists_the_indexes_of_a_table_once(provider: Provider) -> None:
    """However many vector columns it has; an index that this run changes is looked at anew."""
    made = made_vector_columns(provider)
    provider.another_run()
    for one in made:
        provider.read(one)
    assert provider.asked()["listIndexes"] == 1
    provider.delete(made.pop())
    for one in made:
        provider.read(one)
    assert provider.asked()["listIndexes"] == 1 + 1 + 1
