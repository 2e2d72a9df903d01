"""A user access token of the embedding provider, stored in Astra DB under a name.

Vendor's page: "Add the Hugging Face Serverless integration to your organization" (names), "Remove
Hugging Face Serverless user access tokens" and "Rotate Hugging Face Serverless user access tokens".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

import pulumi
from pydantic import Field

from pulumi_astra_vectorize import catalog, rules
from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize.api.recent import SHOWN_SECONDS
from pulumi_astra_vectorize.api.service import IntegrationsService, TokenThere
from pulumi_astra_vectorize.creations import about_to_make, begun_before
from pulumi_astra_vectorize.engine import Provider, Resource, target_input
from pulumi_astra_vectorize.problems import Problem
from pulumi_astra_vectorize.resources._rotation import (
    Credential,
    Rotation,
    add_token,
    old_secret,
    recreate,
    rotate,
)
from pulumi_astra_vectorize.resources._token_problems import name_taken, token_problems
from pulumi_astra_vectorize.resources._usage import refuse_while_used
from pulumi_astra_vectorize.resources.integration import (
    DEFAULT_PROVIDER,
    Integration,
    require_integration,
)

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.target import Target
    from pulumi_astra_vectorize.settings import TargetName

VERIFIABLE = catalog.HUGGING_FACE
"""The provider whose secrets can be verified: it answers who a token belongs to."""


class UserAccessTokenInputs(life.ResourceInputs):
    """What a user writes."""

    integration: str = DEFAULT_PROVIDER
    name: str
    secret: str | None = Field(default=None, repr=False)
    secret_version: str = ""
    verify_secret: bool = True
    rotation: str = "recreate"
    adopt: bool = False
    force_destroy: bool = False

    @property
    def credential(self) -> Credential:
        """What is stored, and under which name; only a person at the Portal needs no secret."""
        return Credential(self.integration, self.name, self.secret or "")

    def rotates(self, before: UserAccessTokenInputs) -> bool:
        """Whether these inputs ask for another secret; one that is not written is no other."""
        secrets = {before.secret, self.secret} - {None}
        return len(secrets) > 1 or self.secret_version != before.secret_version


class UserAccessTokenOutputs(life.Outputs):
    """What the service said: which token of that name is ours; and how the last rotation went."""

    token_id: str = ""
    generation: str = ""
    predecessor_id: str | None = None
    rotated_at: str | None = None
    unavailable_seconds: float | None = None
    keep_old_secret_until: str | None = None
    keep_old_secret_because: str | None = None


State = life.State[UserAccessTokenInputs, UserAccessTokenOutputs]


class UserAccessTokenLifecycle(life.Lifecycle[UserAccessTokenInputs, UserAccessTokenOutputs]):
    """A token is its name; a new secret is a rotation in place, never a replacement."""

    inputs_type: ClassVar[type[life.ResourceInputs]] = UserAccessTokenInputs
    outputs_type: ClassVar[type[life.Outputs]] = UserAccessTokenOutputs
    hidden: ClassVar[frozenset[str]] = frozenset({"secret"})
    identifier: ClassVar[str] = "PROVIDER/NAME"

    def problems(self, known: life.Properties, target: TargetName) -> Iterable[Problem]:
        yield from token_problems(known, target)

    def stored(self, properties: life.Properties, target: TargetName) -> life.Properties:
        """On Astra a person enters the secret: the state needs it only to verify it."""
        if target == "astra" and properties.get("verify_secret") is False:
            return {name: value for name, value in properties.items() if name != "secret"}
        return properties

    def diff(self, state: State, inputs: UserAccessTokenInputs) -> life.Change:
        replaces = {"target", "integration", "name"}
        return life.compare(state.inputs, inputs, replaces=replaces, same_place=False)

    def create(
        self, inputs: UserAccessTokenInputs, target: Target
    ) -> tuple[str, UserAccessTokenOutputs]:
        service = target.integrations
        there = service.token(inputs.integration, inputs.name)
        if there is not None and not (inputs.adopt or begun_before() or service.by_hand):
            raise name_taken(inputs.integration, inputs.name)
        _verify(inputs, target)
        identifier = f"{inputs.integration}/{inputs.name}"
        service.finish_rotation(inputs.integration, inputs.name)  # of an earlier token
        if there is not None and service.by_hand:
            return identifier, _outputs(there)
        outstanding = service.outstanding_scope(inputs.integration, inputs.name)
        if there is None:
            require_integration(inputs.integration, service)
            about_to_make()
            return identifier, _outputs(add_token(service, inputs.credential, outstanding))
        scope = [*dict.fromkeys([*there.databases, *outstanding])]
        rotation = recreate(service, inputs.credential, there, scope)
        return identifier, _rotated(rotation, target)

    def find(self, parts: Sequence[str], target: Target) -> State | None:
        integration, name = parts
        there = target.integrations.token(integration, name, SHOWN_SECONDS)
        inputs = UserAccessTokenInputs(integration=integration, name=name)
        return None if there is None else life.State(inputs, _outputs(there))

    def read(self, state: State, target: Target) -> State | None:
        integration, name = state.inputs.integration, state.inputs.name
        there = target.integrations.token(integration, name, SHOWN_SECONDS)
        if there is None:
            return _not_there(state, target.integrations)
        if there.generation == state.outputs.generation:
            return state
        # Somebody else put another secret there, or a rotation died: forget ours, so that the next
        # `up` rotates, and keep the id that the service remembers the whole scope under.
        known = state.outputs.predecessor_id or state.outputs.token_id
        outputs = _outputs(there).model_copy(update={"predecessor_id": known})
        return life.State(life.rewritten(state.inputs, {"secret": ""}), outputs)

    def update(
        self, state: State, inputs: UserAccessTokenInputs, target: Target
    ) -> UserAccessTokenOutputs:
        if not inputs.rotates(state.inputs):
            return state.outputs
        _verify(inputs, target)
        rotation = rotate(
            target.integrations,
            inputs.credential,
            state.outputs.predecessor_id or state.outputs.token_id,
            in_place=inputs.rotation == "in_place",
        )
        return _rotated(rotation, target)

    def delete(self, state: State, target: Target) -> None:
        inputs, service = state.inputs, target.integrations
        there = service.token_to_scope(inputs.integration, inputs.name)
        if there is None:
            service.give_up_rotation(inputs.integration, inputs.name)
        if there is None or there.id != state.outputs.token_id:
            return  # gone, or a successor of the same name that is not ours to remove
        if not inputs.force_destroy:
            databases = [db for db in target.databases() if db.id in there.databases]
            what = f"removing user access token {inputs.name!r}"
            refuse_while_used(target, what, inputs.integration, databases, inputs.name)
        service.finish_rotation(inputs.integration, inputs.name)  # one that was given up
        service.remove_token(inputs.integration, there.id, inputs.name)
        service.finish_rotation(inputs.integration, inputs.name)


class UserAccessTokenProvider(Provider):
    """Pickled by name into the state: never moves."""

    rules = UserAccessTokenLifecycle()


class UserAccessToken(Resource, module="astra-vectorize", name="UserAccessToken"):
    """Stores a secret of the embedding provider under a name that cannot change.

    A new ``secret`` is one update in place: the token is removed and recreated under the same name
    with every database of its scope. A new ``name`` or ``integration`` replaces the token.

    Args:
        resource_name: the resource's name in the stack.
        integration: the integration, or its provider's id.
        name: 1 to 50 letters, numbers, ``_`` and ``-``, the first and last a letter or number;
            unique in the integration. The resource's own name if left out.
        secret: the provider's token. A Pulumi secret whatever is passed: encrypted in state.
            On target ``astra`` a person enters it in the Portal: leave it out, or set
            ``verify_secret=False``, and it is stored nowhere.
        secret_version: any text; another one rotates, also where no secret is stored.
        verify_secret: ask the provider whether the secret lives before anything is changed (on
            by default; Hugging Face only).
        rotation: ``recreate`` (the default) removes the token and adds it again, with a short
            gap; ``in_place`` replaces the secret at once, where the integrations service can.
        target: the name of the target in the stack's configuration, where it is not the one that
            needs no name; the Integration's if left out.
        adopt: take over a token of that name that is there already. Its secret cannot be read:
            the one given here takes its place, and its scope is kept.
        force_destroy: remove the token even while collections or vector columns use it. Has to
            be applied by a `pulumi up` of its own before.
        opts: Pulumi's resource options.
    """

    provider_class = UserAccessTokenProvider

    integration: pulumi.Output[str]
    name: pulumi.Output[str]
    token_id: pulumi.Output[str]
    """New with every creation and rotation."""
    generation: pulumi.Output[str]
    """New with every secret: what a TokenScope watches."""
    rotated_at: pulumi.Output[str | None]
    """When the last rotation was finished (UTC); None before the first."""
    unavailable_seconds: pulumi.Output[float | None]
    """How long `$vectorize` had no token during the last rotation."""
    keep_old_secret_until: pulumi.Output[str | None]
    """Until when (UTC) the old secret has to stay alive at the embedding provider."""
    keep_old_secret_because: pulumi.Output[str | None]
    """Why."""

    def __init__(
        self,
        resource_name: str,
        *,
        secret: pulumi.Input[str] | None = None,
        secret_version: pulumi.Input[str] | None = None,
        integration: pulumi.Input[str] | Integration = DEFAULT_PROVIDER,
        name: pulumi.Input[str] | None = None,
        verify_secret: pulumi.Input[bool] | None = None,
        rotation: pulumi.Input[rules.RotationWay] | None = None,
        target: str | None = None,
        adopt: pulumi.Input[bool] | None = None,
        force_destroy: pulumi.Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "integration": (
                integration.provider if isinstance(integration, Integration) else integration
            ),
            "name": resource_name if name is None else name,
            "secret": None if secret is None else pulumi.Output.secret(secret),
            "secret_version": secret_version,
            "verify_secret": verify_secret,
            "rotation": rotation,
            "target": target_input(target, integration),
            "adopt": adopt,
            "force_destroy": force_destroy,
        }
        hidden = pulumi.ResourceOptions(additional_secret_outputs=["secret"])
        super().__init__(resource_name, inputs, pulumi.ResourceOptions.merge(opts, hidden))

    @property
    def name_after_scopes(self) -> pulumi.Output[str]:
        """The name, for what is made after the token's scopes and deleted before them."""
        urns = (scope.urn for scope in self.completed_by)
        return pulumi.Output.all(self.name, *urns).apply(lambda values: values[0])


def _not_there(state: State, service: IntegrationsService) -> State | None:
    """None for a token that is gone.

    One that a rotation has not brought back is not, nor one that only a sleeping database knows.
    A person's rotation goes on by itself; the next `up` begins ours again with its secret.
    """
    rotating = service.outstanding_scope(state.inputs.integration, state.inputs.name)
    if rotating and not service.by_hand:
        return life.State(life.rewritten(state.inputs, {"secret": ""}), state.outputs)
    return state if rotating or service.unseen() else None


def _verify(inputs: UserAccessTokenInputs, target: Target) -> None:
    if inputs.secret and inputs.verify_secret and inputs.integration == VERIFIABLE:
        target.verify_secret(inputs.secret, inputs.name)


def _outputs(view: TokenThere) -> UserAccessTokenOutputs:
    return UserAccessTokenOutputs(token_id=view.id, generation=view.generation)


def _rotated(rotation: Rotation, target: Target) -> UserAccessTokenOutputs:
    old = old_secret(target.settings)
    return UserAccessTokenOutputs(
        token_id=rotation.view.id,
        generation=rotation.view.generation,
        rotated_at=rotation.finished_at.isoformat(timespec="seconds"),
        unavailable_seconds=rotation.unavailable_seconds,
        keep_old_secret_until=rotation.old_secret_needed_until(old.seconds),
        keep_old_secret_because=old.because,
    )
