"""The service through which a collection or vector column embeds: provider, model, token."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict, cast

import pulumi

from pulumi_astra_vectorize import catalog, rules
from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize.api.commands import (
    CREDENTIAL_MISSING,
    CREDENTIAL_REFUSED,
    DataApiError,
    JsonObject,
    member,
)
from pulumi_astra_vectorize.api.databases import Database
from pulumi_astra_vectorize.api.portal_steps import (
    add_database_steps,
    add_token_steps,
    numbered,
)
from pulumi_astra_vectorize.errors import AstraVectorizeError, NotFoundError, RefusedError
from pulumi_astra_vectorize.problems import Problem
from pulumi_astra_vectorize.resources._values import mapping, text, token_name
from pulumi_astra_vectorize.resources.token_scope import TokenScope
from pulumi_astra_vectorize.resources.user_access_token import UserAccessToken

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.target import Target

DEFAULT_KEY = "providerKey"


class EmbeddingServiceDict(TypedDict, total=False):
    """The same as ``EmbeddingService``, as a plain dictionary."""

    provider: pulumi.Input[str]
    model: pulumi.Input[str]
    token: pulumi.Input[str] | TokenScope | UserAccessToken
    parameters: pulumi.Input[Mapping[str, Any]]


@dataclass(frozen=True)
class EmbeddingService:
    """Which provider and model embed the text, and by which user access token.

    Attributes:
        provider: the provider's id, as findEmbeddingProviders lists it.
        model: a model of that provider.
        token: best the TokenScope that has the database; or the UserAccessToken, after its scopes:
            what embeds is created after them and deleted before them, and has their target. Or a
            token's name, where another stack owns it. None where the provider needs no token or
            applications send it with each request.
        parameters: further settings that some providers ask for.
    """

    provider: pulumi.Input[str]
    model: pulumi.Input[str]
    token: pulumi.Input[str] | TokenScope | UserAccessToken | None = None
    parameters: pulumi.Input[Mapping[str, Any]] | None = None


def service_input(service: EmbeddingService | EmbeddingServiceDict | None) -> Any:
    """What a program passed, as the resource's input property."""
    members = _members(service)
    if not members:
        return service
    token = members.get("token")
    if isinstance(token, UserAccessToken):
        token = token.name_after_scopes
    elif isinstance(token, TokenScope):
        token = token.token
    written = {**members, "token": token}
    return {name: value for name, value in written.items() if value is not None}


def token_of(service: EmbeddingService | EmbeddingServiceDict | None) -> object:
    """What a service was given as its token: a resource brings its target along."""
    return _members(service).get("token")


def _members(service: object) -> Mapping[str, Any]:
    """A service's members in either form; none of what is known later, or is no service."""
    if isinstance(service, EmbeddingService):
        return vars(service)
    return cast("Mapping[str, Any]", service) if isinstance(service, Mapping) else {}


class ServiceInputs(life.Inputs):
    """The service as it stands in a resource's inputs."""

    provider: str
    model: str
    token: str | None = None
    parameters: dict[str, Any] | None = None

    def to_wire(self) -> JsonObject:
        """The service in the Data API's words."""
        wire: JsonObject = {"provider": self.provider, "modelName": self.model}
        if self.token is not None:
            wire["authentication"] = {_token_key(self.provider): self.token}
        if self.parameters:
            wire["parameters"] = self.parameters
        return wire

    def as_user_wrote(self) -> dict[str, Any]:
        """For comparison: without what was not written."""
        return {k: v for k, v in self.model_dump(exclude_none=True).items() if v != {}}


def from_wire(service: JsonObject | None) -> dict[str, Any] | None:
    """A service as the Data API reports it, in the words of the inputs."""
    if not service:
        return None
    credentials = list(member(service, "authentication").values())
    found = {
        "provider": service.get("provider"),
        "model": service.get("modelName"),
        "token": rules.token_of_credential(str(credentials[0])) if credentials else None,
        "parameters": service.get("parameters") or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def default_dimension(service: ServiceInputs | None) -> int | None:
    """The dimension that the server fills in for a model; None where it cannot be known here."""
    if service is None:
        return None
    provider = catalog.bundled().get(service.provider)
    model = provider.model(service.model) if provider else None
    return model.dimension.default if model else None


def service_problems(known: life.Properties) -> Iterator[Problem]:
    """What is wrong with ``service`` and ``dimension``, as far as they are known."""
    service = mapping(known, "service")
    if service is None:
        return
    yield from token_name(service, "token", "service")
    name = text(service, "provider")
    if name is None:
        return
    if wrong := catalog.provider_problem(catalog.bundled(), name):
        yield Problem("UNKNOWN_PROVIDER", ("service", "provider"), wrong)
        return
    yield from _model_problems(known, service, catalog.bundled()[name], name)


def _model_problems(
    known: life.Properties, service: life.Properties, provider: catalog.Provider, name: str
) -> Iterator[Problem]:
    keys = [] if service.get("token") is None else [_token_key(name)]
    if keys and (wrong := catalog.authentication_problem(name, provider, keys)):
        yield Problem("INVALID_AUTHENTICATION", ("service", "token"), wrong)
    model_name = text(service, "model")
    if model_name is None:
        return
    if wrong := catalog.model_problem(name, provider, model_name):
        yield Problem("INVALID_MODEL", ("service", "model"), wrong)
    model = provider.model(model_name)
    if model is None:
        return
    if wrong := _dimension_problem(known, model):
        yield Problem("INVALID_DIMENSION", ("dimension",), wrong)
    for wrong in _parameter_problems(service, provider, model, name):
        yield Problem("INVALID_PARAMETERS", ("service", "parameters"), wrong)


def _dimension_problem(known: life.Properties, model: catalog.Model) -> str | None:
    dimension = known.get("dimension")
    if "dimension" in known:
        is_known = isinstance(dimension, int)
        return catalog.dimension_problem(model, dimension) if is_known else None
    takes_over = known.get("adopt") is True  # what is there already has its dimension
    return None if takes_over else catalog.dimension_problem(model, None)


def _parameter_problems(
    service: life.Properties, provider: catalog.Provider, model: catalog.Model, name: str
) -> list[str]:
    given = mapping(service, "parameters")
    if "parameters" in service and given is None:
        return []
    undecided = [parameter for parameter, value in (given or {}).items() if value is None]
    return catalog.parameter_problems(name, provider, model, given or {}, undecided=undecided)


def _token_key(provider: str) -> str:
    """The authentication key under which a provider accepts a stored token."""
    known = catalog.bundled().get(provider)
    return (catalog.shared_secret_key(known) if known else None) or DEFAULT_KEY


def explained(
    error: DataApiError, service: ServiceInputs | None, database: Database, target: Target
) -> AstraVectorizeError:
    """A refusal of the credential in terms of scopes; any other error as it is."""
    if error.code != CREDENTIAL_REFUSED or service is None or service.token is None:
        return error
    wrong = scope_problem(service.provider, service.token, database, target)
    return wrong or DataApiError(
        error.code,
        error.message,
        fix="the database is in the token's scope by now: run `pulumi up` again, and pass the "
        "TokenScope as the service's `token`, so that it comes first; where it is refused again, "
        f"{CREDENTIAL_MISSING}",
        source=error.source,
    )


def scope_problem(
    provider: str, token: str, database: Database, target: Target
) -> AstraVectorizeError | None:
    """Why a database may not use a user access token, if it may not."""
    there = target.integrations.token(provider, token)
    if there is not None and database.id in there.databases:
        return None
    if target.integrations.by_hand:
        return _steps_at_the_portal(provider, token, database, is_known=there is not None)
    if there is None:
        return NotFoundError(
            "TOKEN_NOT_FOUND",
            f"the integration {provider!r} has no user access token {token!r}",
            fix="create it with a UserAccessToken, and pass its TokenScope as the `token` of the "
            "service",
            source="Astra DB",
        )
    return _not_in_scope(
        provider,
        token,
        database,
        fix=f"add {database.name!r} to `databases` of the token's TokenScope, and pass that scope "
        "as the service's `token`, so that the scope comes first",
    )


def _steps_at_the_portal(
    provider: str, token: str, database: Database, *, is_known: bool
) -> RefusedError:
    """Whether the token is there at all can only be told by a database that can use it."""
    steps_for = add_database_steps if is_known else add_token_steps
    steps = numbered(steps_for(provider, token, [database.name]))
    return _not_in_scope(provider, token, database, fix=f"{steps}; then run `pulumi up` again")


def _not_in_scope(provider: str, token: str, database: Database, *, fix: str) -> RefusedError:
    return RefusedError(
        "DATABASE_NOT_IN_SCOPE",
        f"database {database.name!r} ({database.id}) is not in the scope of user access token "
        f"{token!r} of {provider!r}",
        fix=fix,
        source="Astra DB",
    )
