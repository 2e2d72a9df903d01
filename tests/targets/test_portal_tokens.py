"""Integration, token and scope on Astra: steps for a person, proven by the probe."""

from __future__ import annotations

import pytest

from pulumi_astra_vectorize.resources.integration import IntegrationProvider
from pulumi_astra_vectorize.resources.token_scope import TokenScopeProvider
from pulumi_astra_vectorize.resources.user_access_token import UserAccessTokenProvider
from tests.lifecycle.servers import Server
from tests.targets.acts import add_key, refused
from tests.targets.hooks import Held, Hooks
from tests.targets.organisation import Organisation
from tests.targets.real import TOKEN


def token(hooks: Hooks, **more: object) -> Held:
    """The token's resource; no secret is needed here."""
    return hooks.create(UserAccessTokenProvider(), name=TOKEN, **more)


def scope(hooks: Hooks, *databases: str) -> Held:
    """The scope's resource."""
    return hooks.create(TokenScopeProvider(), token=TOKEN, databases=list(databases))


def test_an_integration_is_created_though_it_cannot_be_seen(astra: Hooks) -> None:
    """It comes with its first token: neither refused as there already, nor ever drifting."""
    held = astra.create(IntegrationProvider(), provider="huggingface")

    assert astra.is_unchanged(held)
    astra.delete(held)


def test_a_token_that_is_not_there_is_steps_with_the_names_filled_in(astra: Hooks) -> None:
    """The vendor's page, "Add the Hugging Face Serverless integration to your organization"."""
    with refused("PORTAL_STEPS_NEEDED") as said:
        token(astra)

    for step in ("Settings", "Integrations", "Hugging Face Serverless", f"name {TOKEN} exactly"):
        assert step in said[0]


def test_a_token_is_there_once_the_person_has_added_it(astra: Hooks, server: Server) -> None:
    """The next `up` proves it by a database that can use it; a refresh has nothing to say."""
    with refused("PORTAL_STEPS_NEEDED"):
        token(astra)
    add_key(server, "archive")

    assert astra.is_unchanged(token(astra))


def test_a_scope_lists_the_databases_that_are_missing(astra: Hooks, server: Server) -> None:
    """What the token serves already is not asked for again ("Manage scoped databases")."""
    add_key(server, "archive")
    with refused("PORTAL_STEPS_NEEDED") as said:
        scope(astra, "archive", "library")
    assert "missing is library." in said[0]
    assert f"More of {TOKEN} and choose Add database" in said[0]
    assert "one after the other: " in said[0]

    server.add_to_scope(TOKEN, "library")
    assert astra.is_unchanged(scope(astra, "archive", "library"))


def test_a_database_that_a_person_took_out_is_drift(astra: Hooks, server: Server) -> None:
    """A refresh shows the scope without it."""
    add_key(server, "archive", "library")
    held = scope(astra, "archive", "library")
    server.remove_from_scope(TOKEN, "archive")

    found = astra.read(held)

    assert found is not None
    assert found.inputs["databases"] == ["library"]


def test_taking_a_database_out_is_proven(astra: Hooks, server: Server) -> None:
    """Steps first; the scope is smaller once the database cannot use the token any more."""
    add_key(server, "archive", "library")
    held = scope(astra, "archive", "library")
    with refused("PORTAL_STEPS_NEEDED") as said:
        astra.update(held, databases=["library"])
    assert "Delete beside archive" in said[0]

    server.remove_from_scope(TOKEN, "archive")
    assert astra.is_unchanged(astra.update(held, databases=["library"]))


def test_a_removed_token_is_gone_at_the_next_refresh(astra: Hooks, server: Server) -> None:
    """Token and scope alike: no database can use it."""
    add_key(server, "library")
    held = [token(astra), scope(astra, "library")]
    server.remove_token(TOKEN)

    assert [astra.read(one) for one in held] == [None, None]


def test_deleting_a_token_is_proven(astra: Hooks, server: Server) -> None:
    """The vendor's page, "Remove Hugging Face Serverless user access tokens"."""
    add_key(server, "library")
    held = token(astra)
    with refused("PORTAL_STEPS_NEEDED") as said:
        astra.delete(held)
    assert f"enter {TOKEN} and choose Remove key" in said[0]

    server.remove_token(TOKEN)
    astra.delete(held)


def test_deleting_a_token_that_nothing_can_use_shows_the_steps(
    astra: Hooks, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """After its scope nothing is left to prove it by: the person is told, and `destroy` goes on."""
    add_key(server, "library")
    held = [token(astra), scope(astra, "library")]
    server.remove_from_scope(TOKEN, "library")
    for one in reversed(held):
        astra.delete(one)

    assert f"if user access token '{TOKEN}' is still there, remove it" in capsys.readouterr().err


def test_what_sleeps_is_not_taken_for_gone(
    astra: Hooks, server: Server, organisation: Organisation
) -> None:
    """Only a database itself tells what it can use: hibernated, its share of the state stays."""
    add_key(server, "library")
    held = [token(astra), scope(astra, "library")]
    organisation.set_status("library", "HIBERNATED")

    assert all(astra.is_unchanged(one) for one in held)


def test_a_database_in_maintenance_still_proves(
    astra: Hooks, server: Server, organisation: Organisation
) -> None:
    """While a keyspace is made beside it, a token neither vanishes nor has to be added again."""
    add_key(server, "library")
    organisation.set_status("library", "MAINTENANCE")

    assert astra.is_unchanged(scope(astra, "library"))


def test_a_scope_of_a_database_that_sleeps_is_refused(
    astra: Hooks, server: Server, organisation: Organisation
) -> None:
    """Steps would be of no use: nothing could prove them."""
    add_key(server, "archive")
    organisation.set_status("library", "PARKED")

    with refused("DATABASE_NOT_ACTIVE"):
        scope(astra, "archive", "library")


def test_a_secret_is_optional_and_not_stored_without_verification(astra: Hooks) -> None:
    """On Astra a person enters it: the state needs it only for `verify_secret`."""
    provider, secret = UserAccessTokenProvider(), "hf_a_secret_that_must_not_leak"

    unverified = provider.check({}, {"name": TOKEN, "secret": secret, "verify_secret": False})
    verified = provider.check({}, {"name": TOKEN, "secret": secret})

    assert astra.problems(provider, name=TOKEN) == {}
    assert (unverified.inputs.get("secret"), verified.inputs["secret"]) == (None, secret)


@pytest.mark.parametrize("target", ["local_config", "cluster_config"])
def test_elsewhere_a_secret_is_needed(target: str, request: pytest.FixtureRequest) -> None:
    """Our integrations service stores it."""
    hooks = Hooks(request.getfixturevalue(target))

    (problem,) = hooks.problems(UserAccessTokenProvider(), name=TOKEN).values()
    assert problem == "[MISSING_INPUT] `secret`: a secret is needed on every target but astra"
    assert hooks.problems(UserAccessTokenProvider(), name=TOKEN, secret="hf_secret") == {}
