"""Looks at a target from its settings to each token's scope, and says what is wrong and how to
mend it."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pulumi_astra_vectorize import catalog
from pulumi_astra_vectorize.api.databases import AWAKE, Database
from pulumi_astra_vectorize.api.embedders import Embedder, embedders
from pulumi_astra_vectorize.api.integrations import Integrations
from pulumi_astra_vectorize.api.target import Target
from pulumi_astra_vectorize.errors import AstraVectorizeError
from pulumi_astra_vectorize.settings import Settings

PROVIDER = catalog.HUGGING_FACE

Level = Literal["ok", "warning", "error"]
Hear = Callable[["Finding"], None]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        code: stable, upper case.
        level: ``error`` where a `pulumi up` or an embedding fails by it.
        message: what was found; never a secret.
        fix: what to do; empty where nothing is.
    """

    code: str
    level: Level
    message: str
    fix: str = ""


@contextmanager
def told(hear: Hear) -> Generator[None, None, None]:
    """An error of ours is a finding."""
    try:
        yield
    except AstraVectorizeError as error:
        hear(Finding(error.code, "error", error.message, error.fix))


def examine(target: Target, tokens: Sequence[str], hear: Hear) -> None:
    """Looks at everything that can be looked at without changing anything.

    Args:
        target: an application's or a stack's.
        tokens: names of user access tokens to look for, beside those that are in use.
        hear: is told each finding as it is made.
    """
    _examine_spool(target.settings, hear)
    databases: list[Database] = []
    with told(hear):
        databases = target.databases()
        names = ", ".join(sorted(db.name for db in databases)) or "none"
        hear(Finding("DATABASES", "ok", f"the target answers; its databases: {names}"))
    users: list[Embedder] = []
    for database in databases:
        with told(hear):
            users += _examine_database(target, database, hear)
    with told(hear):
        _examine_integration(target, hear)
        _examine_tokens(target, tokens, users, hear)


def _examine_spool(settings: Settings, hear: Hear) -> None:
    """Whether documents and rotations can be kept; the folder is made when it is needed."""
    folder = settings.spool_folder
    there = _nearest(folder)
    if not (os.access(there, os.W_OK | os.X_OK) and there.is_dir()):
        hear(
            Finding(
                "SPOOL_NOT_WRITABLE",
                "warning",
                f"nothing can be written to {folder}: no reload and no rotation by hand can begin",
                f"give the right to write to {there}, or choose another folder: "
                f"{settings.how_to_set({'spool_folder': 'FOLDER'})}",
            )
        )


def _nearest(folder: Path) -> Path:
    """The last part of a path that is there; all of it where the system refuses to look."""
    try:
        return next(place for place in (folder, *folder.absolute().parents) if place.exists())
    except OSError:
        return folder


def _examine_database(target: Target, database: Database, hear: Hear) -> list[Embedder]:
    """The database's state, its Data API, and what embeds in it by which model."""
    if database.status not in AWAKE:
        hear(
            Finding(
                "DATABASE_NOT_ACTIVE",
                "warning",
                f"database {database.name!r} is {database.status}: it was not looked into",
                f"wake it, or set {target.settings.key_of('database_wait')}, before a program "
                "needs it",
            )
        )
        return []
    api = target.data_api(database)
    providers = catalog.parse(api.embedding_providers())
    users = list(embedders(api, database))
    count = f"collections and columns that embed in it: {len(users)}"
    hear(Finding("DATA_API", "ok", f"database {database.name!r} is {database.status}; {count}"))
    for finding in (*_of_provider(providers, database), *_of_models(providers, users)):
        hear(finding)
    return users


def _of_provider(providers: catalog.Providers, database: Database) -> Iterator[Finding]:
    known = providers.get(PROVIDER)
    if known is None or catalog.shared_secret_key(known) is None:
        yield Finding(
            "SHARED_SECRET_OFF",
            "error",
            f"the Data API of {database.name!r} does not let {PROVIDER!r} embed through user "
            "access tokens",
            "on a self-hosted Data API set STARGATE_JSONAPI_EMBEDDING_PROVIDERS_HUGGINGFACE_"
            "SUPPORTED_AUTHENTICATIONS_SHARED_SECRET_ENABLED=true and start it again",
        )


def _of_models(providers: catalog.Providers, users: Iterable[Embedder]) -> Iterator[Finding]:
    for user in users:
        known = providers.get(user.provider)
        model = known.model(user.model) if known else None
        status = model.api_model_support.status if model else "unknown to the Data API"
        if status != catalog.SUPPORTED:
            yield Finding(
                "MODEL_NOT_SUPPORTED",
                "warning",
                f"{user.place} embeds by {user.model!r} of {user.provider!r}, which is {status}",
                "move it to a supported model before this one ends; on_change='reload' keeps data",
            )


def _examine_integration(target: Target, hear: Hear) -> None:
    if target.integrations.by_hand:
        text = "this target has no API for integrations: tokens are proven database by database"
        hear(Finding("INTEGRATION", "ok", text))
        return
    there = target.integrations.integration(PROVIDER)
    if there is not None:
        state = "active" if there.active else "there, without a user access token"
        hear(Finding("INTEGRATION", "ok", f"the integration {PROVIDER!r} is {state}"))
        return
    hear(
        Finding(
            "INTEGRATION_NOT_FOUND",
            "warning",
            f"the organisation has no integration {PROVIDER!r}",
            f"add Integration(..., provider={PROVIDER!r}) to a program",
        )
    )


def _examine_tokens(
    target: Target, asked_for: Sequence[str], users: Sequence[Embedder], hear: Hear
) -> None:
    """Each token's scope, and whatever embeds through a token that its database may not use."""
    service = target.integrations
    listed = service.tokens(PROVIDER) if isinstance(service, Integrations) else []
    in_use = [name for user in users if user.provider == PROVIDER for name in user.tokens]
    names = {db.id: db.name for db in target.databases()}
    for name in dict.fromkeys([*asked_for, *(one.name for one in listed), *sorted(in_use)]):
        there = service.token(PROVIDER, name)
        scope = there.databases if there else []
        through = [user for user in users if name in user.tokens]
        wanting = [user.place for user in through if user.database_id not in scope]
        shown = [names.get(identifier, identifier) for identifier in scope]
        hear(_of_token(name, shown, wanting, is_there=there is not None))


def _of_token(
    name: str, scope: Sequence[str], wanting: Sequence[str], *, is_there: bool
) -> Finding:
    shown = f"user access token {name!r} serves: {', '.join(sorted(scope)) or 'no database'}"
    if wanting:
        return Finding(
            "TOKEN_NOT_USABLE",
            "error",
            f"{shown}; but these embed through it: {', '.join(wanting)}",
            "add their databases to the token's TokenScope and run `pulumi up`",
        )
    if not is_there:
        return Finding(
            "TOKEN_NOT_FOUND",
            "error",
            f"no database can use a user access token {name!r}",
            "correct the name, or create it with UserAccessToken and TokenScope",
        )
    if not scope:
        unused = "add databases to its TokenScope, or remove it if nobody needs it"
        return Finding("TOKEN_SCOPE", "warning", shown, unused)
    return Finding("TOKEN_SCOPE", "ok", shown)
