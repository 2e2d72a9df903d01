"""The databases that may use a user access token.

Vendor's page: "Manage scoped databases".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import pulumi

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize import rules
from pulumi_astra_vectorize.api.databases import Database, resolve
from pulumi_astra_vectorize.api.recent import SHOWN_SECONDS
from pulumi_astra_vectorize.engine import Provider, Resource, target_input
from pulumi_astra_vectorize.errors import NotFoundError
from pulumi_astra_vectorize.problems import Problem
from pulumi_astra_vectorize.resources._usage import refuse_while_used
from pulumi_astra_vectorize.resources._values import listed, provider_id, token_name
from pulumi_astra_vectorize.resources.integration import DEFAULT_PROVIDER
from pulumi_astra_vectorize.resources.user_access_token import UserAccessToken

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.target import Target
    from pulumi_astra_vectorize.settings import TargetName


class TokenScopeInputs(life.ResourceInputs):
    """What a user writes; ``generation`` is wired by the class when it is given the token."""

    integration: str = DEFAULT_PROVIDER
    token: str
    generation: str = ""
    databases: list[str]
    exclusive: bool = False
    force_destroy: bool = False


class TokenScopeOutputs(life.Outputs):
    """Which database each reference stood for: a list of ``written``, ``id`` and ``name``."""

    scoped_databases: list[dict[str, str]] = []


State = life.State[TokenScopeInputs, TokenScopeOutputs]


class TokenScopeLifecycle(life.Lifecycle[TokenScopeInputs, TokenScopeOutputs]):
    """A scope is a set of databases: added ten at most a call, removed one by one."""

    inputs_type: ClassVar[type[life.ResourceInputs]] = TokenScopeInputs
    outputs_type: ClassVar[type[life.Outputs]] = TokenScopeOutputs
    identifier: ClassVar[str] = "PROVIDER/NAME/scope"
    stamps: ClassVar[frozenset[str]] = frozenset({"generation"})

    def problems(self, known: life.Properties, target: TargetName) -> Iterable[Problem]:
        yield from token_name(known, "token")
        yield from provider_id(known, "integration")
        databases = listed(known, "databases")
        if databases == []:
            yield Problem("EMPTY_INPUT", ("databases",), "a scope needs at least one database")
        for position, wrong in rules.duplicate_problems(databases or []):
            yield Problem("DUPLICATE_ITEM", ("databases", position), wrong)
        for position, reference in enumerate(databases or []):
            if nameless := rules.database_reference_problem(reference):
                yield Problem("EMPTY_INPUT", ("databases", position), nameless)

    def diff(self, state: State, inputs: TokenScopeInputs) -> life.Change:
        replaces = {"target", "integration", "token"}
        change = life.compare(state.inputs, inputs, replaces=replaces, same_place=False)
        if _ids(state.outputs, state.inputs) == _ids(state.outputs, inputs):
            return life.Change(change.updates - {"databases"}, change.replaces, same_place=False)
        return change

    def create(self, inputs: TokenScopeInputs, target: Target) -> tuple[str, TokenScopeOutputs]:
        return f"{inputs.integration}/{inputs.token}/scope", _apply(inputs, target)

    def find(self, parts: Sequence[str], target: Target) -> State | None:
        integration, token, _ = parts
        there = target.integrations.token_to_scope(integration, token, SHOWN_SECONDS)
        served = there.databases if there else []
        found = [_described(db.name, db) for db in target.databases() if db.id in served]
        written = [item["written"] for item in found]
        inputs = TokenScopeInputs(integration=integration, token=token, databases=written)
        return life.State(inputs, TokenScopeOutputs(scoped_databases=found)) if found else None

    def read(self, state: State, target: Target) -> State | None:
        integration, token = state.inputs.integration, state.inputs.token
        service = target.integrations
        there = service.token_to_scope(integration, token, SHOWN_SECONDS)
        served = there.databases if there else service.outstanding_scope(integration, token)
        seen = service.unseen().union(served)
        kept = [item for item in state.outputs.scoped_databases if item["id"] in seen]
        if not kept:
            return None
        strangers = _strangers(served, state, target) if state.inputs.exclusive else []
        found = [*kept, *strangers]
        changes: dict[str, Any] = {"databases": [item["written"] for item in found]}
        if state.inputs.generation and there:
            changes["generation"] = there.generation
        outputs = TokenScopeOutputs(scoped_databases=found)
        return life.State(life.rewritten(state.inputs, changes), outputs)

    def update(self, state: State, inputs: TokenScopeInputs, target: Target) -> TokenScopeOutputs:
        return self.update_beside(list, state, inputs, target)

    def update_beside(
        self,
        others: Callable[[], Sequence[State]],
        state: State,
        inputs: TokenScopeInputs,
        target: Target,
    ) -> TokenScopeOutputs:
        outputs = _apply(inputs, target)
        staying = {item["id"] for item in outputs.scoped_databases}
        leaving = _not_held(state, others()) - staying
        _remove(inputs, leaving, target, force=inputs.force_destroy)
        return outputs

    def taken(self, state: State, before: State, after: TokenScopeInputs) -> bool:
        had = _ids(before.outputs, before.inputs)
        return not had.isdisjoint(_ids(state.outputs, state.inputs) - _ids(before.outputs, after))

    def leave_to(self, holders: Sequence[State], state: State, target: Target) -> None:
        leaving = _not_held(state, holders)
        _remove(state.inputs, leaving, target, force=state.inputs.force_destroy)

    def delete(self, state: State, target: Target) -> None:
        self.leave_to((), state, target)


class TokenScopeProvider(Provider):
    """Pickled by name into the state: never moves."""

    rules = TokenScopeLifecycle()


class TokenScope(Resource, module="astra-vectorize", name="TokenScope"):
    """Lets a user access token serve databases.

    Databases that other stacks added are left alone, unless ``exclusive`` is set. A database is
    not taken out while a collection or vector column in it uses the token.

    Args:
        resource_name: the resource's name in the stack.
        token: the UserAccessToken, or the name of one that another stack owns.
        databases: names or ids, at least one; a name that two databases have is refused.
        integration: the provider's id; only needed with a token's plain name.
        target: the name of the target in the stack's configuration, where it is not the one that
            needs no name; the token's if left out.
        exclusive: remove every database that is not listed here.
        force_destroy: take databases out even while something in them uses the token.
        opts: Pulumi's resource options.
    """

    provider_class = TokenScopeProvider

    token: pulumi.Output[str]
    """The token's name, for the services of collections and columns: they then wait for the
    scope."""
    integration: pulumi.Output[str]
    databases: pulumi.Output[Sequence[str]]
    scoped_databases: pulumi.Output[Sequence[Mapping[str, str]]]
    """The ``id`` and ``name`` that each database was found under."""

    def __init__(
        self,
        resource_name: str,
        *,
        token: pulumi.Input[str] | UserAccessToken,
        databases: pulumi.Input[Sequence[pulumi.Input[str]]],
        integration: pulumi.Input[str] | None = None,
        target: str | None = None,
        exclusive: pulumi.Input[bool] | None = None,
        force_destroy: pulumi.Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs: dict[str, Any] = {
            "integration": DEFAULT_PROVIDER if integration is None else integration,
            "token": token,
            "databases": databases,
            "target": target_input(target, token),
            "exclusive": exclusive,
            "force_destroy": force_destroy,
        }
        if isinstance(token, UserAccessToken):
            wired = {"integration": token.integration, "token": token.name}
            inputs |= {**wired, "generation": token.generation}
        super().__init__(resource_name, inputs, opts)
        if isinstance(token, UserAccessToken):
            token.completed_by = (*token.completed_by, self)


def _apply(inputs: TokenScopeInputs, target: Target) -> TokenScopeOutputs:
    """Adds what is missing, and with ``exclusive`` removes what is not listed."""
    service = target.integrations
    known = target.databases()
    databases = {written: resolve(known, written) for written in inputs.databases}
    there = service.token_to_scope(inputs.integration, inputs.token)
    if there is None:
        raise _token_not_found(inputs)
    wanted = list(dict.fromkeys(database.id for database in databases.values()))
    missing = [identifier for identifier in wanted if identifier not in there.databases]
    service.add_to_scope(inputs.integration, there.id, missing)
    if inputs.exclusive:
        strangers = set(there.databases).difference(wanted)
        _remove(inputs, strangers, target, force=inputs.force_destroy)
    return TokenScopeOutputs(
        scoped_databases=[_described(written, db) for written, db in databases.items()]
    )


def _not_held(state: State, others: Sequence[State]) -> set[str]:
    """The ids of a scope's databases that these scopes do not have, by id or by name."""
    held = {it for other in others for it in _ids(other.outputs, other.inputs)}
    had = state.outputs.scoped_databases
    return {item["id"] for item in had if held.isdisjoint((item["id"], item["name"]))}


def _remove(
    inputs: TokenScopeInputs, identifiers: set[str], target: Target, *, force: bool
) -> None:
    """Takes databases out of the scope; refused for all of them while one still uses the token."""
    if not identifiers:
        return
    service = target.integrations
    there = service.token_to_scope(inputs.integration, inputs.token)
    scoped = identifiers & service.unseen().union(there.databases if there else [])
    if there is None or not scoped:
        return
    databases = [database for database in target.databases() if database.id in scoped]
    if not force:
        names = ", ".join(database.name for database in databases)
        what = f"taking {names} out of the scope of user access token {inputs.token!r}"
        refuse_while_used(target, what, inputs.integration, databases, inputs.token)
    for db in databases:
        service.remove_from_scope(inputs.integration, there.id, db.id, db.name)


def _strangers(served: list[str], state: State, target: Target) -> list[dict[str, str]]:
    """Databases that somebody else scoped: an exclusive scope shows them as drift."""
    ours = {item["id"] for item in state.outputs.scoped_databases}
    added = set(served) - ours
    databases = target.databases() if added else []
    return [_described(db.name, db) for db in databases if db.id in added]


def _described(written: str, database: Database) -> dict[str, str]:
    return {"written": written, "id": database.id, "name": database.name}


def _ids(outputs: TokenScopeOutputs, inputs: TokenScopeInputs) -> set[str]:
    """The databases by id where it is known: a name and its id are the same database."""
    known = {item[key]: item["id"] for item in outputs.scoped_databases for key in item}
    return {known.get(reference, reference) for reference in inputs.databases}


def _token_not_found(inputs: TokenScopeInputs) -> NotFoundError:
    return NotFoundError(
        "TOKEN_NOT_FOUND",
        f"the integration {inputs.integration!r} has no user access token {inputs.token!r}",
        fix="create it before its scope: pass the UserAccessToken resource as `token`, or correct "
        "the name",
        source="Astra DB",
    )
