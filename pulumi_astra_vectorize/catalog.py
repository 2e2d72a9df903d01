"""Which embedding providers, models and dimensions there are: live, or a bundled copy.

The source of the facts is the answer of ``findEmbeddingProviders`` (contract data-api.md,
section 4). A running Data API is asked where there is one; the bundled copy holds the providers
that the public Data API ships as enabled, with ``SHARED_SECRET`` switched on as on Astra.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

HUGGING_FACE = "huggingface"
"""Hugging Face Serverless, the provider of the vendor's page."""

DIMENSION = "vectorDimension"
"""The parameter of a model that says which dimensions it supports."""

SUPPORTED = "SUPPORTED"
"""The status of models that new collections and columns may use."""


class _Fact(BaseModel):
    """Frozen, camelCase on the wire; members that a newer server adds are no error."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, defer_build=True
    )


class Validation(_Fact):
    """What a parameter's value is checked against; empty when anything of its type will do."""

    numeric_range: tuple[int, int] | None = None
    options: tuple[int | str, ...] | None = None


class Parameter(_Fact):
    """A setting of a provider or of a model."""

    name: str
    type: str
    required: bool = False
    default_value: str | None = None
    validation: Validation = Field(default_factory=Validation)


class Support(_Fact):
    """Whether new collections and columns may use a model."""

    status: str = SUPPORTED
    message: str | None = None


class Token(_Fact):
    """A credential: the key under which it is accepted, and where the provider gets it."""

    accepted: str
    forwarded: str


class Authentication(_Fact):
    """One way to authenticate: NONE, HEADER or SHARED_SECRET."""

    enabled: bool = False
    tokens: tuple[Token, ...] = ()


@dataclass(frozen=True)
class DimensionRule:
    """Which dimensions a model supports.

    ``allowed`` is a range (both ends of the server's range are in it), a tuple of values, or None
    when the model takes any. ``default`` is filled in where the dimension is left out; None means
    that it must be given.
    """

    allowed: range | tuple[int, ...] | None
    default: int | None

    def supports(self, dimension: int) -> bool:
        """True if vectors of this length fit the model."""
        return self.allowed is None or dimension in self.allowed

    def __str__(self) -> str:
        if self.allowed is None:
            return "any"
        if isinstance(self.allowed, range):
            return f"{self.allowed.start} to {self.allowed.stop - 1}"
        return " or ".join(map(str, self.allowed))


class Model(_Fact):
    """An embedding model as a provider offers it."""

    name: str
    vector_dimension: int | None = None
    parameters: tuple[Parameter, ...] = ()
    api_model_support: Support = Field(default_factory=Support)

    @property
    def dimension(self) -> DimensionRule:
        """The dimensions of this model's vectors."""
        if self.vector_dimension:
            return DimensionRule((self.vector_dimension,), self.vector_dimension)
        for parameter in self.parameters:
            if parameter.name == DIMENSION:
                return _adjustable_dimension(parameter)
        return DimensionRule(None, None)

    @property
    def settings(self) -> tuple[Parameter, ...]:
        """The parameters that go into a service's ``parameters``: all but the dimension."""
        return tuple(parameter for parameter in self.parameters if parameter.name != DIMENSION)


def _adjustable_dimension(parameter: Parameter) -> DimensionRule:
    default = int(parameter.default_value) if parameter.default_value else None
    if parameter.validation.numeric_range is not None:
        least, most = parameter.validation.numeric_range
        return DimensionRule(range(least, most + 1), default)
    options = parameter.validation.options
    return DimensionRule(None if options is None else tuple(map(int, options)), default)


class Provider(_Fact):
    """An embedding provider: how it authenticates, what it needs to know, its models."""

    display_name: str
    url: str | None = None
    supported_authentication: Mapping[str, Authentication] = Field(
        default_factory=dict[str, Authentication]
    )
    parameters: tuple[Parameter, ...] = ()
    models: tuple[Model, ...] = ()

    def model(self, name: str) -> Model | None:
        """The model of this name, or None."""
        return next((model for model in self.models if model.name == name), None)

    def accepts(self, way: str) -> bool:
        """True if ``way`` (NONE, HEADER or SHARED_SECRET) is switched on."""
        return way in self.supported_authentication and self.supported_authentication[way].enabled

    @property
    def shared_secret_keys(self) -> tuple[str, ...]:
        """The keys that ``service.authentication`` may have; none where secrets are not stored."""
        if not self.accepts("SHARED_SECRET"):
            return ()
        return tuple(
            token.accepted for token in self.supported_authentication["SHARED_SECRET"].tokens
        )


class _Status(_Fact):
    embedding_providers: dict[str, Provider]


Providers = Mapping[str, Provider]
"""Providers by the id that ``service.provider`` names."""


def parse(find_embedding_providers_status: object) -> Providers:
    """The catalogue of a running Data API.

    ``find_embedding_providers_status`` is the ``status`` of its findEmbeddingProviders answer.
    Raises pydantic's ValidationError when that is not one.
    """
    status = _Status.model_validate(find_embedding_providers_status)
    return MappingProxyType(status.embedding_providers)


def bundled_bytes() -> bytes:
    """The bundled copy as it stands: the ``status`` of a findEmbeddingProviders answer, as JSON."""
    return (files("pulumi_astra_vectorize") / "data" / "embedding_providers.json").read_bytes()


@cache
def bundled() -> Providers:
    """The catalogue for where no server is there to be asked."""
    return MappingProxyType(_Status.model_validate_json(bundled_bytes()).embedding_providers)


def shared_secret_key(provider: Provider) -> str | None:
    """The key of ``service.authentication`` that takes a user access token's name.

    None where the provider stores no secrets (nvidia) or needs several at once (bedrock).
    """
    keys = provider.shared_secret_keys
    return keys[0] if len(keys) == 1 else None


def provider_problem(providers: Providers, name: str | None) -> str | None:
    """What is wrong with a provider's id, in a sentence; None if nothing is."""
    if name is None:
        return f"A service needs an embedding provider; there are {_listed(providers)}."
    if name in providers:
        return None
    return f"There is no embedding provider '{name}'; the providers are {_listed(providers)}."


def authentication_problem(name: str, provider: Provider, keys: Iterable[str]) -> str | None:
    """What is wrong with the keys of ``service.authentication``; None if nothing is.

    No keys at all means that the secret comes in a header, or that none is needed.
    """
    given = list(keys)
    for key in given:
        if key not in provider.shared_secret_keys:
            return (
                f"The embedding provider '{name}' does not accept the authentication key '{key}'."
            )
    if given or provider.accepts("NONE") or provider.accepts("HEADER"):
        return None
    return f"The embedding provider '{name}' needs an authentication."


def model_problem(name: str, provider: Provider, model: str | None) -> str | None:
    """What is wrong with a model's name at a provider; None if nothing is."""
    if model is None:
        return f"The embedding provider '{name}' needs a model."
    found = provider.model(model)
    if found is None:
        models = _listed(known.name for known in provider.models)
        return f"The embedding provider '{name}' has no model '{model}'; its models are {models}."
    support = found.api_model_support
    if support.status != SUPPORTED:
        return f"The model '{model}' is {support.status} and takes no new collections or columns."
    return None


def dimension_problem(model: Model, dimension: int | None) -> str | None:
    """What is wrong with a vector's dimension for a model; None if nothing is.

    ``dimension`` None leaves it to the model, which some models refuse.
    """
    rule = model.dimension
    if dimension is None:
        missing = f"The model '{model.name}' needs a dimension ({rule})."
        return missing if rule.default is None else None
    if rule.supports(dimension):
        return None
    return f"The model '{model.name}' does not support dimension {dimension}, only {rule}."


def parameter_problems(
    name: str,
    provider: Provider,
    model: Model,
    given: Mapping[str, Any],
    *,
    undecided: Collection[str] = (),
) -> list[str]:
    """All that is wrong with ``service.parameters``: unknown, missing, of another type.

    ``undecided`` names those that are given a value which nobody knows yet.
    """
    known = {setting.name: setting for setting in (*provider.parameters, *model.settings)}
    unknown = [
        f"The embedding provider '{name}' has no parameter '{parameter}'."
        for parameter in given
        if parameter not in known
    ]
    missing = [
        f"The embedding provider '{name}' needs the parameter '{setting.name}'."
        for setting in known.values()
        if setting.required and setting.name not in given
    ]
    mistyped = [
        f"The parameter '{setting.name}' must be a {setting.type.lower()}."
        for setting in known.values()
        if setting.name in set(given).difference(undecided)
        and not _is_of_type(given[setting.name], setting.type)
    ]
    return unknown + missing + mistyped


def _is_of_type(value: object, wanted: str) -> bool:
    match wanted.lower():
        case "string":
            return isinstance(value, str)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case _:
            return True


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names, key=str.lower))
