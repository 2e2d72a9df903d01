"""What a program's resources become: types, names, inputs, secrets, and the wires between them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, cast

import pulumi
import pytest
from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]
from pulumi.runtime import mocks as pulumi_mocks

import pulumi_astra_vectorize as astra

SECRET_SIGNATURE = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
"""How the wire marks a secret, in every SDK."""


class Echo(pulumi.runtime.Mocks):
    """An engine that gives a resource its inputs back, and what the service would say."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        said = {"generation": "generation-1", "token_id": "token-1"}
        return f"{args.name}-id", {**said, **args.inputs}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], None]:
        return {}, None


Registered = dict[str, Any]
Program = Callable[[], None]
Run = Callable[[Program], dict[str, Registered]]


@pytest.fixture
def loops(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Closes the event loops that the SDK makes in its threads and leaves open."""
    made: list[asyncio.AbstractEventLoop] = []
    new_event_loop = asyncio.new_event_loop

    def remembered() -> asyncio.AbstractEventLoop:
        made.append(new_event_loop())
        return made[-1]

    monkeypatch.setattr(asyncio, "new_event_loop", remembered)
    main = remembered()
    asyncio.set_event_loop(main)
    yield
    main.run_until_complete(main.shutdown_default_executor())
    asyncio.set_event_loop(None)
    for loop in made:
        loop.close()


@pytest.fixture
def run(loops: None, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a program against the echo; answers each registration by the resource's name."""
    seen: dict[str, Registered] = {}
    register = cast(Any, pulumi_mocks.MockMonitor).RegisterResource

    def recording(monitor: Any, request: Any) -> Any:
        seen[request.name] = MessageToDict(request)
        return register(monitor, request)

    def running(program: Program) -> dict[str, Registered]:
        pulumi.runtime.set_mocks(Echo())
        cast(Any, pulumi.runtime).test(program)()
        return seen

    monkeypatch.setattr(pulumi_mocks.MockMonitor, "RegisterResource", recording)
    return running


def whole_program() -> None:
    """The example of the design: every resource once."""
    hugging_face = astra.Integration("hugging-face", provider="huggingface")
    token = astra.UserAccessToken(
        "search", integration=hugging_face, name="search-prod", secret="hf_secret"
    )
    scope = astra.TokenScope("search-scope", token=token, databases=["library"])
    minilm = astra.EmbeddingService(
        provider="huggingface", model="sentence-transformers/all-MiniLM-L6-v2", token=scope.token
    )
    astra.Collection("notes", database="library", service=minilm, metric="cosine")
    shelves = astra.Keyspace("shelves", database="library")
    books = astra.Table(
        "books",
        database="library",
        keyspace=shelves.name,
        columns={"id": "text"},
        primary_key="id",
    )
    astra.VectorColumn("summary", database="library", table=books, service=minilm)


def inputs(registered: Registered) -> dict[str, Any]:
    """What was written: without the provider, and without what the engine is to fill in."""
    written: dict[str, Any] = registered["object"]
    return {name: value for name, value in written.items() if name != "__provider"}


@pytest.mark.parametrize(
    ("resource", "kind"),
    [
        ("hugging-face", "Integration"),
        ("search", "UserAccessToken"),
        ("search-scope", "TokenScope"),
        ("notes", "Collection"),
        ("shelves", "Keyspace"),
        ("books", "Table"),
        ("summary", "VectorColumn"),
    ],
)
def test_types_are_frozen(run: Run, resource: str, kind: str) -> None:
    """They stand in every URN of every state."""
    registered = run(whole_program)

    assert registered[resource]["type"] == f"pulumi-python:dynamic/astra-vectorize:{kind}"


def test_inputs_are_what_the_program_wrote(run: Run) -> None:
    """Names in the database are the resources' own, and every name is known in preview."""
    registered = run(whole_program)

    assert inputs(registered["notes"]) == {
        "database": "library",
        "keyspace": "default_keyspace",
        "name": "notes",
        "metric": "cosine",
        "service": {
            "provider": "huggingface",
            "model": "sentence-transformers/all-MiniLM-L6-v2",
            "token": "search-prod",
        },
    }
    assert inputs(registered["search-scope"]) == {
        "integration": "huggingface",
        "token": "search-prod",
        "generation": "generation-1",
        "databases": ["library"],
    }


def test_column_follows_its_table(run: Run) -> None:
    """Given the Table, the column takes its name, its keyspace and its generation."""
    column = inputs(run(whole_program)["summary"])

    assert (column["table"], column["keyspace"], column["table_generation"]) == (
        "books",
        "shelves",
        "generation-1",
    )
    assert column["index"] == {}


def test_secret_is_a_secret_whatever_the_program_passes(run: Run) -> None:
    """Plain text in a program is encrypted in its state, as input and as output."""
    registered = run(whole_program)["search"]

    assert registered["object"]["secret"] == {**SECRET_SIGNATURE, "value": "hf_secret"}
    assert registered["additionalSecretOutputs"] == ["secret"]
    assert "hf_secret" not in str(registered["object"]["__provider"])


def test_secret_option_of_the_user_is_kept(run: Run) -> None:
    """Options are merged, not replaced."""

    def program() -> None:
        options = pulumi.ResourceOptions(additional_secret_outputs=["name"], protect=True)
        astra.UserAccessToken("search", secret="hf_secret", opts=options)

    registered = run(program)["search"]

    assert sorted(registered["additionalSecretOutputs"]) == ["name", "secret"]
    assert registered["protect"] is True


def test_order_of_creation_follows_from_the_wires(run: Run) -> None:
    """A collection that takes `scope.token` waits for the scope; no `depends_on` is needed."""
    registered = run(whole_program)

    def waits_for(resource: str) -> str:
        return " ".join(registered[resource]["dependencies"])

    assert waits_for("search").endswith("Integration::hugging-face")
    assert waits_for("search-scope").endswith("UserAccessToken::search")
    assert waits_for("notes").endswith("TokenScope::search-scope")
    assert waits_for("books").endswith("Keyspace::shelves")
    assert "Table::books" in waits_for("summary")


def test_scope_of_a_token_that_another_stack_owns(run: Run) -> None:
    """A plain name is enough, and the integration is known all the same."""
    known: list[str] = []

    def program() -> None:
        scope = astra.TokenScope("scope", token="search-prod", databases=["library"])
        scope.integration.apply(known.append)

    registered = run(program)["scope"]

    assert inputs(registered) == {
        "integration": "huggingface",
        "token": "search-prod",
        "databases": ["library"],
    }
    assert known == ["huggingface"]


def test_keyspace_is_handed_over_as_it_is(run: Run) -> None:
    """What stands in it waits for it, and is on its target"""

    def program() -> None:
        shelves = astra.Keyspace("shelves", database="library", target="eu")
        astra.Collection("notes", database="library", keyspace=shelves)
        astra.Table(
            "books", database="library", keyspace=shelves, columns={"id": "text"}, primary_key="id"
        )
        astra.VectorColumn("v", database="library", table="books", keyspace=shelves, dimension=3)

    registered = run(program)

    for name in ("notes", "books", "v"):
        written = inputs(registered[name])
        assert (written["keyspace"], written["target"]) == ("shelves", "eu")
        assert "Keyspace::shelves" in " ".join(registered[name]["dependencies"])


def test_what_is_handed_over_brings_its_target_along(run: Run) -> None:
    """A token is where its integration is, unless the program says otherwise, and so on."""

    def program() -> None:
        integration = astra.Integration("there", target="eu")
        token = astra.UserAccessToken("token", integration=integration, secret="hf_secret")
        scope = astra.TokenScope("scope", token=token, databases=["library"])
        books = astra.Table(
            "books", database="library", columns={"id": "text"}, primary_key="id", target="eu"
        )
        astra.VectorColumn("summary", database="library", table=books, dimension=3)
        astra.VectorColumn("other", database="library", table=books, dimension=3, target="us")
        astra.Keyspace("shelves", database="library", target="eu")
        astra.Collection("notes", database="library", target="eu")
        astra.Collection("here", database="library")
        service = astra.EmbeddingService("huggingface", "a-model", scope)
        astra.Collection("embedded", database="library", service=service)
        astra.VectorColumn("v", database="library", table="books", service=cast(Any, vars(service)))

    registered = run(program)

    targets = {name: inputs(registered[name]).get("target") for name in registered}
    followers = ("there", "token", "scope", "books", "summary", "shelves", "notes", "embedded", "v")
    assert {name: targets[name] for name in followers} == dict.fromkeys(followers, "eu")
    assert (targets["other"], targets["here"]) == ("us", None)
    for name in ("embedded", "v"):
        assert inputs(registered[name])["service"]["token"] == "token"
        assert "TokenScope::scope" in " ".join(registered[name]["dependencies"])


@pytest.mark.parametrize("as_dict", [False, True])
def test_services_and_indexes_as_objects_or_dictionaries(run: Run, *, as_dict: bool) -> None:
    """Both forms of an argument mean the same."""
    service: Any = {"provider": "openai", "model": "text-embedding-3-small", "token": "search"}
    index: Any = {"name": "by_summary", "metric": "dot_product"}

    def program() -> None:
        astra.VectorColumn(
            "summary",
            database="library",
            table="books",
            service=service if as_dict else astra.EmbeddingService(**service),
            index=index if as_dict else astra.VectorIndex(**index),
        )

    registered = inputs(run(program)["summary"])

    assert (registered["service"], registered["index"]) == (service, index)


def test_no_index_is_no_input(run: Run) -> None:
    """`index=None` leaves the column without one."""

    def program() -> None:
        astra.VectorColumn("v", database="library", table="books", dimension=3, index=None)

    assert "index" not in inputs(run(program)["v"])


def test_a_resource_waits_for_its_declared_outputs_and_no_more(run: Run) -> None:
    """Pulumi looks through all that is waited for whenever something arrives (performance.md)."""
    waited_for: set[str] = set()

    def program() -> None:
        notes = astra.Collection("notes", database="library", dimension=3)
        outputs = {name: it for name, it in vars(notes).items() if isinstance(it, pulumi.Output)}
        waited_for.update(outputs)

    run(program)
    declared = {"database", "database_id", "database_name", "effective", "keyspace", "name"}
    assert waited_for - {"id", "urn", "__provider"} == declared | {"target", "dimension"}
