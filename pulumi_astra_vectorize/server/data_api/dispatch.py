"""Takes a request of the Data API to its command and the command's outcome to the reply.

The order of checks is the contract's (data-api.md, section 1): token present -> JSON and shape ->
token valid -> keyspace exists -> collection or table exists -> options.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy.orm import Session

from pulumi_astra_vectorize.server.data_api import collections, general, tables
from pulumi_astra_vectorize.server.data_api.authentication import authenticate, presented_token
from pulumi_astra_vectorize.server.data_api.collections.collection import VECTOR
from pulumi_astra_vectorize.server.data_api.commands import (
    REGISTRY,
    Call,
    ChangedMeanwhileError,
    Command,
    Kind,
    Level,
    Registration,
)
from pulumi_astra_vectorize.server.data_api.entities import entity_named
from pulumi_astra_vectorize.server.data_api.envelope import (
    Failure,
    JsonObject,
    Reply,
    schema_failure,
    unexpected_failure,
)
from pulumi_astra_vectorize.server.data_api.parsing import Envelope, parse_envelope, parse_request
from pulumi_astra_vectorize.server.data_api.tables.definition import Table
from pulumi_astra_vectorize.server.exact_json import dumps
from pulumi_astra_vectorize.server.state import ServerState
from pulumi_astra_vectorize.server.store.problems import StorageError
from pulumi_astra_vectorize.server.store.schema import Database, Entity, Keyspace
from pulumi_astra_vectorize.server.store.store import moment_of

COMMAND_PACKAGES = (general, collections, tables)
"""Where the commands are: importing them has put them into the registry."""

LOGGER = logging.getLogger(__name__)

EMBEDDING_KEY_HEADER = "x-embedding-api-key"

LEVELS: tuple[Level, ...] = ("general", "keyspace", "data")
"""The level of a command, by the number of path segments after ``/v1``."""


@dataclass(frozen=True)
class Target:
    """What a path names: the entity if there is one, or the refusal to come in its turn.

    ``segments`` are the path's names after ``/v1``: none, a keyspace, a keyspace and a collection
    or table. ``moment`` is when that was, see ``Store.is_as_seen``.
    """

    database: Database
    segments: Sequence[str]
    moment: int
    entity: Entity | None = None
    refusal: Failure | None = None


def find_target(session: Session, database: Database, segments: Sequence[str]) -> Target:
    """What a path of a database names now; ``session`` is one of ``Store.read``."""
    moment = moment_of(session)
    if not segments:
        return Target(database, segments, moment)
    keyspace, name = (*segments, "")[:2]
    entity = entity_named(session, database.id, keyspace, name)
    if entity is not None:
        return Target(database, segments, moment, entity)
    if session.get(Keyspace, (database.id, keyspace)) is None:
        return Target(database, segments, moment, refusal=_unknown_keyspace(keyspace))
    missing = _unknown_entity(keyspace, name) if name else None
    return Target(database, segments, moment, refusal=missing)


def dispatch(
    server: ServerState, target: Target, headers: Mapping[str, str], body: bytes
) -> tuple[int, bytes]:
    """Runs one request of the Data API.

    ``headers`` have lower-case names. Returns the HTTP status and the reply as JSON; raises
    StorageError only.
    """
    try:
        return 200, _written(_run(server, target, headers, body).as_object())
    except Failure as failure:
        return failure.http_status, _written(refusal(failure))
    except StorageError:
        raise  # the disk's trouble: the application answers it the same everywhere
    except Exception as problem:
        LOGGER.exception("a command failed: the server stays up whatever it does")
        unexpected = unexpected_failure(f"Error Class: {type(problem).__name__}")
        return 200, _written(refusal(unexpected))


def _written(reply: JsonObject) -> bytes:
    """Raises ValueError for what is no JSON, so it belongs where that is still answered."""
    return dumps(reply).encode()


def refusal(failure: Failure) -> JsonObject:
    """The reply that consists of one failure."""
    return Reply(status=failure.status, errors=[failure]).as_object()


def _run(server: ServerState, target: Target, headers: Mapping[str, str], body: bytes) -> Reply:
    """Runs the command against its target as it is: anew if that was altered on the way.

    Nothing of the earlier run has been written. Every further run is owed to one more alterTable
    that was carried out meanwhile.
    """
    while True:
        try:
            return _run_once(server, target, headers, body)
        except ChangedMeanwhileError:
            target = _as_it_is_now(server, target)


def _as_it_is_now(server: ServerState, before: Target) -> Target:
    """What was altered, as it is now.

    What was dropped is refused as unknown, even if something else has its name since: while the
    command was on its way there was a moment without it.
    """
    with server.store.read() as session:
        now = find_target(session, before.database, before.segments)
    if before.entity is None or (now.entity and now.entity.id == before.entity.id):
        return now
    server.vectors.forget(before.entity.id)  # a search may have come after the drop's own word
    raise now.refusal or _unknown_entity(*before.segments)


def _run_once(
    server: ServerState, target: Target, headers: Mapping[str, str], body: bytes
) -> Reply:
    token = presented_token(headers)
    envelope = parse_envelope(body, _vector_names(target.entity))
    registration = _find_registration(envelope.name, LEVELS[len(target.segments)], target)
    value, has_options = _without_refused_options(registration, envelope)
    request = parse_request(registration.request, value)
    authenticate(server, token)
    if target.refusal is not None:
        raise target.refusal
    _refuse_kind(registration, target)
    if has_options:
        raise _accepts_no_options(envelope.name)
    call = Call(
        server,
        target.database,
        keyspace=target.segments[0] if target.segments else "",
        entity=target.entity,
        embedding_key=headers.get(EMBEDDING_KEY_HEADER),
        token=token,
        moment=target.moment,
    )
    return _handled(registration, call, request)


def _handled(registration: Registration, call: Call, request: Command) -> Reply:
    """What the handler answers.

    What it read, or failed to, counts only if its target was there all the time. What it wrote has
    been settled in its transaction.
    """
    try:
        return registration.handler(call, request)
    finally:
        if registration.reads and not call.server.store.is_as_seen(call.moment):
            with call.server.store.read() as session:
                call.check_target(session)


def _vector_names(entity: Entity | None) -> Collection[str]:
    if entity is None:
        return ()
    return Table.of(entity).vector_columns if entity.kind == "table" else (VECTOR,)


def _find_registration(name: str, level: Level, target: Target) -> Registration:
    """The command as it runs against the target; against the other kind where that has none."""
    kinds: tuple[Kind | None, ...] = ("collection", "table") if level == "data" else (None,)
    candidates = [REGISTRY[name, kind] for kind in kinds if (name, kind) in REGISTRY]
    candidates = [candidate for candidate in candidates if candidate.level == level]
    if not candidates:
        raise _unknown_command(name, level)
    fitting = [it for it in candidates if target.entity and it.kind == target.entity.kind]
    return (fitting or candidates)[0]


def _without_refused_options(
    registration: Registration, envelope: Envelope
) -> tuple[JsonObject, bool]:
    if "options" in registration.request.model_fields:
        return envelope.value, False
    value = {name: member for name, member in envelope.value.items() if name != "options"}
    return value, bool(envelope.value.get("options"))


def _refuse_kind(registration: Registration, target: Target) -> None:
    if target.entity is None or registration.kind == target.entity.kind:
        return
    kind = cast("Kind", target.entity.kind)
    raise Failure(
        f"UNSUPPORTED_{kind.upper()}_COMMAND",
        f"The command '{registration.name}' is not supported by {kind}s. "
        f"The commands supported by {kind}s are: {_names('data', kind)}. "
        f"The unsupported command ran against '{target.entity.keyspace}.{target.entity.name}'.",
    )


def _names(level: Level, kind: Kind | None = None) -> str:
    fitting = {it.name for it in REGISTRY.values() if it.level == level and kind in (None, it.kind)}
    return ", ".join(sorted(fitting))


def _unknown_command(name: str, level: Level) -> Failure:
    return Failure(
        "COMMAND_UNKNOWN",
        f"Command '{name}' is not a {level} command recognized by Data API. "
        f"Data API supports following {level} commands: {_names(level)}.",
    )


def _unknown_keyspace(name: str) -> Failure:
    return schema_failure(
        "UNKNOWN_KEYSPACE", f"The keyspace used by the command does not exist: '{name}'."
    )


def _unknown_entity(keyspace: str, name: str) -> Failure:
    return schema_failure(
        "UNKNOWN_COLLECTION_OR_TABLE",
        f"No collection or table with the name '{name}' exists in keyspace '{keyspace}'.",
    )


def _accepts_no_options(name: str) -> Failure:
    return Failure(
        "COMMAND_ACCEPTS_NO_OPTIONS",
        f"Command '{name}' does not accept options but some were included.",
    )
