"""The integrations service: integrations, user access tokens, scopes, rotation's memory."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from pulumi_astra_vectorize.server.lookups.credentials import (
    CredentialError,
    credential_is_valid,
    resolve_secret,
)
from pulumi_astra_vectorize.wire import INTEGRATIONS
from tests.server.conftest import PROVIDER, SECRET, TOKEN_NAME, Server

TOKENS = f"{INTEGRATIONS}/{PROVIDER}/tokens"
CREDENTIAL = f"{TOKEN_NAME}.providerKey"
UNKNOWN_ID = "f3a1c7de-0000-4000-8000-000000000000"  # the same for every pytest worker


def refused(server: Server, method: str, path: str, **more: Any) -> tuple[int, str]:
    """The status and the code of an answer that is an error."""
    response = server.call(method, path, **more)
    (error,) = response.json()["errors"]
    assert error["message"]
    return response.status_code, error["code"]


def only_token(server: Server) -> dict[str, Any]:
    """The one token that the integration has."""
    (token,) = server.call("GET", TOKENS).json()
    assert isinstance(token, dict)
    return token


def remove(server: Server, token: dict[str, Any]) -> None:
    """Removes a token as a careful caller does: by its id, repeating its name."""
    path = f"{TOKENS}/{token['id']}"
    assert server.call("DELETE", path, params={"name": token["name"]}).status_code == 204


def test_integration_is_active_once_it_has_a_token(server: Server, integration: str) -> None:
    """An integration without tokens is there but not active; the first token makes it so."""
    path = f"{INTEGRATIONS}/{integration}"
    assert server.call("GET", path).json()["active"] is False
    server.call("POST", TOKENS, json={"name": "one", "secret": SECRET})
    assert server.call("GET", path).json()["active"] is True
    assert [one["provider"] for one in server.call("GET", INTEGRATIONS).json()] == [PROVIDER]


def test_integration_with_tokens_is_not_removed(server: Server, user_access_token: str) -> None:
    """All tokens have to go before the integration can."""
    answer = refused(server, "DELETE", f"{INTEGRATIONS}/{PROVIDER}")
    assert answer == (409, "INTEGRATION_HAS_TOKENS")


def test_integration_is_added_once(server: Server, integration: str) -> None:
    """Adding an integration that is there is a conflict, not a silent success."""
    answer = refused(server, "POST", INTEGRATIONS, json={"provider": integration})
    assert answer == (409, "INTEGRATION_EXISTS")


@pytest.mark.parametrize("provider", ["", "Huggingface", "my-own", "数据"])
def test_provider_is_of_the_catalogue(server: Server, provider: str) -> None:
    """Only providers that findEmbeddingProviders lists can be integrated."""
    answer = refused(server, "POST", INTEGRATIONS, json={"provider": provider})
    assert answer == (422, "UNKNOWN_PROVIDER")


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", f"{INTEGRATIONS}/openai", "INTEGRATION_NOT_FOUND"),
        ("DELETE", f"{INTEGRATIONS}/openai", "INTEGRATION_NOT_FOUND"),
        ("GET", f"{INTEGRATIONS}/openai/tokens", "INTEGRATION_NOT_FOUND"),
        ("GET", f"{TOKENS}/{UNKNOWN_ID}", "TOKEN_NOT_FOUND"),
        ("DELETE", f"{TOKENS}/{UNKNOWN_ID}?name=x", "TOKEN_NOT_FOUND"),
        ("GET", f"{TOKENS}/{UNKNOWN_ID}/scope", "TOKEN_NOT_FOUND"),
        ("GET", f"{TOKENS}/a/b/c/d", "NOT_FOUND"),
    ],
)
def test_what_is_not_there(
    server: Server, integration: str, method: str, path: str, code: str
) -> None:
    """What a path names and is not there is a 404 with the code of its kind."""
    assert refused(server, method, path) == (404, code)


def test_secret_is_never_returned(server: Server, user_access_token: str) -> None:
    """No answer about a token has its secret, in whatever form."""
    token = only_token(server)
    members = {"id", "provider", "name", "generation", "createdAt", "databases"}
    assert set(token) == members
    assert SECRET not in server.call("GET", f"{TOKENS}/{token['id']}").text


@pytest.mark.parametrize(
    "name", ["", "-a", "a-", "_a", "a b", "a.b", "x" * 51, "ключ", "a\n", "a/b"]
)
def test_bad_token_names(server: Server, integration: str, name: str) -> None:
    """Names break the vendor's rule: 1 to 50 of letters, digits, _ and -, none of these outside."""
    answer = refused(server, "POST", TOKENS, json={"name": name, "secret": SECRET})
    assert answer == (422, "TOKEN_NAME_INVALID")


@pytest.mark.parametrize("name", ["a", "7", "x" * 50, "a-_b", "A1"])
def test_good_token_names(server: Server, integration: str, name: str) -> None:
    """Names at the edge of the vendor's rule are taken, and found again by name."""
    added = server.call("POST", TOKENS, json={"name": name, "secret": SECRET})
    assert added.status_code == 201
    assert server.call("GET", TOKENS, params={"name": name}).json() == [added.json()]


@pytest.mark.parametrize("secret", ["", " ", "hf_\n", "hf_sécret", "hf secret"])
def test_bad_secrets(server: Server, integration: str, secret: str) -> None:
    """A secret that is empty or fits no HTTP header is refused, and not quoted in the answer."""
    answer = refused(server, "POST", TOKENS, json={"name": "one", "secret": secret})
    assert answer == (422, "SECRET_INVALID")
    assert server.call("GET", TOKENS).json() == []


def test_token_names_are_unique(server: Server, user_access_token: str) -> None:
    """A second token of the same name is a conflict, and the first stays as it is."""
    before = only_token(server)
    new = {"name": user_access_token, "secret": "hf_other"}
    assert refused(server, "POST", TOKENS, json=new) == (409, "TOKEN_NAME_TAKEN")
    assert only_token(server) == before


def test_removal_repeats_the_name(server: Server, user_access_token: str) -> None:
    """A removal with another name, or with none, removes nothing."""
    path = f"{TOKENS}/{only_token(server)['id']}"
    assert refused(server, "DELETE", f"{path}?name=other") == (422, "NAME_MISMATCH")
    assert refused(server, "DELETE", path) == (422, "INVALID_REQUEST")
    assert only_token(server)["name"] == user_access_token


def test_removal_acts_on_the_id(server: Server, user_access_token: str) -> None:
    """A late removal of a token that was recreated meanwhile does not hit its successor."""
    removed = only_token(server)
    remove(server, removed)
    server.call("POST", TOKENS, json={"name": user_access_token, "secret": "hf_new"})
    path = f"{TOKENS}/{removed['id']}?name={user_access_token}"
    assert refused(server, "DELETE", path) == (404, "TOKEN_NOT_FOUND")
    assert only_token(server)["id"] != removed["id"]


def test_secret_is_replaced_in_place(server: Server, user_access_token: str) -> None:
    """A new secret works at once; id, name and scope stay, and the generation is new."""
    before = only_token(server)
    after = server.call("PUT", f"{TOKENS}/{before['id']}/secret", json={"secret": "hf_new"}).json()
    assert after["generation"] != before["generation"]
    assert after == {**before, "generation": after["generation"]}
    library = server.databases["library"].id
    assert resolve_secret(server.state, PROVIDER, CREDENTIAL, library) == "hf_new"


def test_scope_grows_and_shrinks(server: Server, user_access_token: str) -> None:
    """Databases are added (again is fine) and removed by id, with the database's name repeated."""
    library, archive = (server.databases[name].id for name in ("library", "archive"))
    scope = f"{TOKENS}/{only_token(server)['id']}/scope"
    grown = server.call("POST", scope, json={"databases": [archive, library, archive]})
    assert grown.json()["databases"] == sorted([library, archive])
    assert refused(server, "DELETE", f"{scope}/{archive}?name=library") == (422, "NAME_MISMATCH")
    assert server.call("DELETE", f"{scope}/{archive}?name=archive").status_code == 204
    assert server.call("GET", scope).json()["databases"] == [library]
    gone = refused(server, "DELETE", f"{scope}/{archive}?name=archive")
    assert gone == (404, "DATABASE_NOT_IN_SCOPE")


def test_scope_takes_ten_databases_a_call(server: Server, user_access_token: str) -> None:
    """Eleven at once are refused by their number, before anybody looks at them."""
    scope = f"{TOKENS}/{only_token(server)['id']}/scope"
    answer = refused(server, "POST", scope, json={"databases": [str(uuid4())] * 11})
    assert answer == (422, "TOO_MANY_DATABASES")


def test_scope_is_added_whole_or_not_at_all(server: Server, user_access_token: str) -> None:
    """One unknown database refuses the call, and the others of it are not added."""
    scope = f"{TOKENS}/{only_token(server)['id']}/scope"
    databases = [server.databases["archive"].id, str(uuid4())]
    answer = refused(server, "POST", scope, json={"databases": databases})
    assert answer == (404, "DATABASE_NOT_FOUND")
    assert server.call("GET", scope).json()["databases"] == [server.databases["library"].id]


def test_token_with_a_bad_scope_is_not_created(server: Server, integration: str) -> None:
    """A token is added with all its databases or not at all."""
    new = {"name": "one", "secret": SECRET, "databases": [str(uuid4())]}
    assert refused(server, "POST", TOKENS, json=new) == (404, "DATABASE_NOT_FOUND")
    assert server.call("GET", TOKENS).json() == []


def test_scope_of_a_removed_token_is_remembered(server: Server, user_access_token: str) -> None:
    """Each removal leaves the token's last scope, the latest first, for a rotation to put back."""
    first = only_token(server)
    remove(server, first)
    archive = server.databases["archive"].id
    new = {"name": user_access_token, "secret": SECRET, "databases": [archive]}
    second = server.call("POST", TOKENS, json=new).json()
    remove(server, second)
    path = f"{INTEGRATIONS}/{PROVIDER}/retired-scopes/{user_access_token}"
    latest, earlier = server.call("GET", path).json()[:2]
    assert (latest["tokenId"], latest["databases"]) == (second["id"], [archive])
    assert (earlier["tokenId"], earlier["databases"]) == (first["id"], first["databases"])


def test_credentials_follow_tokens_and_scopes(server: Server, user_access_token: str) -> None:
    """A credential works in the scope only, stops with the token and comes back with its name."""
    library, archive = (server.databases[name].id for name in ("library", "archive"))
    valid = [
        credential_is_valid(server.state, PROVIDER, CREDENTIAL, one) for one in (library, archive)
    ]
    assert valid == [True, False]
    assert resolve_secret(server.state, PROVIDER, CREDENTIAL, library) == SECRET
    remove(server, only_token(server))
    assert not credential_is_valid(server.state, PROVIDER, CREDENTIAL, library)
    new = {"name": user_access_token, "secret": "hf_new", "databases": [library]}
    server.call("POST", TOKENS, json=new)
    assert resolve_secret(server.state, PROVIDER, CREDENTIAL, library) == "hf_new"


def test_each_token_has_a_scope_of_its_own(server: Server, user_access_token: str) -> None:
    """A database may be in several scopes, and leaves one of them alone."""
    library, archive = (server.databases[name].id for name in ("library", "archive"))
    other = {"name": "other", "secret": "hf_other", "databases": [library, archive]}
    token_id = server.call("POST", TOKENS, json=other).json()["id"]
    server.call("DELETE", f"{TOKENS}/{token_id}/scope/{library}?name=library")
    scopes = {it["name"]: it["databases"] for it in server.call("GET", TOKENS).json()}
    assert scopes == {user_access_token: [library], "other": [archive]}


@pytest.mark.parametrize(
    ("provider", "credential", "database", "code"),
    [
        (PROVIDER, "unknown.providerKey", "library", "CREDENTIAL_NOT_FOUND"),
        ("openai", CREDENTIAL, "library", "CREDENTIAL_NOT_FOUND"),
        (PROVIDER, f"{TOKEN_NAME}.other.providerKey", "library", "CREDENTIAL_NOT_FOUND"),
        (PROVIDER, CREDENTIAL, "archive", "DATABASE_NOT_IN_SCOPE"),
    ],
)
def test_credentials_that_do_not_resolve(  # noqa: PLR0917 - a table of cases
    server: Server,
    user_access_token: str,
    provider: str,
    credential: str,
    database: str,
    code: str,
) -> None:
    """No secret is given for a credential that is not the database's to use."""
    with pytest.raises(CredentialError) as caught:
        resolve_secret(server.state, provider, credential, server.databases[database].id)
    assert caught.value.id == code


def test_secrets_are_encrypted_at_rest(server: Server, user_access_token: str) -> None:
    """The secret stands in no file of the data folder."""
    files = [path for path in server.folder.iterdir() if path.is_file()]
    assert {"store.sqlite3", "secrets.key"} <= {path.name for path in files}
    assert not [path.name for path in files if SECRET.encode() in path.read_bytes()]
