"""An embedding provider integration of the organisation.

Vendor's page: "Add the Hugging Face Serverless integration to your organization" and "Remove the
Hugging Face Serverless integration from your organization".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

import pulumi

from pulumi_astra_vectorize import catalog
from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize.api.recent import ACTING_SECONDS
from pulumi_astra_vectorize.api.service import IntegrationsService
from pulumi_astra_vectorize.creations import about_to_make, begun_before
from pulumi_astra_vectorize.engine import Provider, Resource
from pulumi_astra_vectorize.errors import ConflictError, NotFoundError
from pulumi_astra_vectorize.problems import Problem
from pulumi_astra_vectorize.resources._data_guard import MADE_HERE, of_another_stack
from pulumi_astra_vectorize.resources._settle import settle
from pulumi_astra_vectorize.resources._usage import refuse_while_used
from pulumi_astra_vectorize.resources._values import provider_id

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.target import Target
    from pulumi_astra_vectorize.settings import TargetName

DEFAULT_PROVIDER = catalog.HUGGING_FACE


class IntegrationInputs(life.ResourceInputs):
    """What a user writes."""

    provider: str = DEFAULT_PROVIDER
    adopt: bool = False
    force_destroy: bool = False


class IntegrationOutputs(life.Outputs):
    """What the service said."""

    active: bool = False


State = life.State[IntegrationInputs, IntegrationOutputs]


class IntegrationLifecycle(life.Lifecycle[IntegrationInputs, IntegrationOutputs]):
    """An integration is there or not; it is active once it has a token."""

    inputs_type: ClassVar[type[life.ResourceInputs]] = IntegrationInputs
    outputs_type: ClassVar[type[life.Outputs]] = IntegrationOutputs
    identifier: ClassVar[str] = "PROVIDER"

    def problems(self, known: life.Properties, target: TargetName) -> Iterable[Problem]:
        yield from provider_id(known, "provider")

    def diff(self, state: State, inputs: IntegrationInputs) -> life.Change:
        return life.compare(state.inputs, inputs, replaces={"target", "provider"}, same_place=False)

    def create(self, inputs: IntegrationInputs, target: Target) -> tuple[str, IntegrationOutputs]:
        service = target.integrations
        there = service.integration(inputs.provider)
        if there is not None and not (inputs.adopt or begun_before() or service.by_hand):
            raise _exists(inputs.provider)
        if there is None:
            about_to_make()
            settle(
                lambda: service.add_integration(inputs.provider),
                lambda: service.integration(inputs.provider) is not None,
            )
        return inputs.provider, IntegrationOutputs(active=there is not None and there.active)

    def find(self, parts: Sequence[str], target: Target) -> State | None:
        inputs = IntegrationInputs(provider=parts[0])
        return self.read(life.State(inputs, IntegrationOutputs()), target)

    def read(self, state: State, target: Target) -> State | None:
        there = target.integrations.integration(state.inputs.provider)
        if there is None:
            return None
        return life.State(state.inputs, IntegrationOutputs(active=there.active))

    def update(self, state: State, inputs: IntegrationInputs, target: Target) -> IntegrationOutputs:
        return state.outputs  # only what is allowed has changed: adopt, force_destroy

    def delete(self, state: State, target: Target) -> None:
        provider = state.inputs.provider
        if not state.inputs.force_destroy:
            databases = target.databases()
            refuse_while_used(
                target, f"removing the integration {provider!r}", provider, databases, None
            )
        target.integrations.remove_integration(provider)


class IntegrationProvider(Provider):
    """Pickled by name into the state: never moves."""

    rules = IntegrationLifecycle()


class Integration(Resource, module="astra-vectorize", name="Integration"):
    """Adds an embedding provider to the organisation.

    Changing ``provider`` replaces the integration. It cannot be removed while it has user access
    tokens, nor while collections or vector columns use one (``force_destroy`` lifts the latter).

    Args:
        resource_name: the resource's name in the stack.
        provider: the provider's id, as findEmbeddingProviders lists it; ``huggingface`` is
            Hugging Face Serverless.
        target: the name of the target in the stack's configuration, where it is not the one that
            needs no name.
        adopt: take over an integration that is there already, instead of refusing it.
        force_destroy: remove it even while collections or vector columns embed through it. Has to
            be applied by a `pulumi up` of its own before.
        opts: Pulumi's resource options.
    """

    provider_class = IntegrationProvider

    provider: pulumi.Output[str]
    active: pulumi.Output[bool]
    """True once the integration has a user access token."""

    def __init__(
        self,
        resource_name: str,
        *,
        provider: pulumi.Input[str] = DEFAULT_PROVIDER,
        target: str | None = None,
        adopt: pulumi.Input[bool] | None = None,
        force_destroy: pulumi.Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "provider": provider,
            "target": target,
            "adopt": adopt,
            "force_destroy": force_destroy,
        }
        super().__init__(resource_name, inputs, opts)


def require_integration(provider: str, service: IntegrationsService) -> None:
    """Raises NotFoundError INTEGRATION_NOT_FOUND."""
    if service.integration(provider, ACTING_SECONDS) is None:
        raise NotFoundError(
            "INTEGRATION_NOT_FOUND",
            f"the organisation has no integration {provider!r}",
            fix=f'add `Integration("...", provider={provider!r})` to the program and pass it as '
            "`integration`",
            source="Astra DB",
        )


def _exists(provider: str) -> ConflictError:
    return ConflictError(
        "INTEGRATION_EXISTS",
        f"the organisation has the integration {provider!r} already",
        fix=f"{of_another_stack('Integration', provider)}; or add `adopt=True` to take it over "
        f"into this stack; {MADE_HERE}",
        source="Astra DB",
    )
