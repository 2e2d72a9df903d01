"""Integrations, user access tokens and their scopes, at our integrations service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pulumi_astra_vectorize import rules, wire
from pulumi_astra_vectorize.api.recent import Recent
from pulumi_astra_vectorize.errors import ConflictError, RefusedError

if TYPE_CHECKING:
    from pulumi_astra_vectorize.api.transport import Answer, Method, Transport


class Integrations:
    """The integrations service of the target.

    Reads answer None for what is not there; deletions of what is not there succeed. Creations are
    never repeated blindly: after a lost answer the caller looks at what is there.
    """

    by_hand = False

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._lists: Recent[list[wire.TokenView]] = Recent()
        self._integrations: Recent[wire.IntegrationView | None] = Recent()

    def integration(self, provider: str, within: float = 0) -> wire.IntegrationView | None:
        """The integration of a provider, if the organisation added it.

        ``within`` is how many seconds old its ``active`` may be; an absence is never remembered.
        """

        def ask() -> wire.IntegrationView | None:
            answer = self._call("GET", _path(provider), missing_is_fine=True)
            return None if answer is None else answer.parsed(wire.IntegrationView)

        return self._integrations.get(provider, ask, within)

    def add_integration(self, provider: str) -> None:
        """Adds a provider. Raises ConflictError INTEGRATION_EXISTS when it is there."""
        body = wire.NewIntegration(provider=provider).model_dump(mode="json", by_alias=True)
        answer = self._call("POST", wire.INTEGRATIONS, body)
        _present(answer).parsed(wire.IntegrationView)

    def remove_integration(self, provider: str) -> None:
        """Removes a provider; refused while it has tokens."""
        try:
            self._call("DELETE", _path(provider), missing_is_fine=True)
        finally:
            self._integrations.drop(provider)

    def token(self, provider: str, name: str, within: float = 0) -> wire.TokenView | None:
        """The user access token of that name, without its secret.

        Where an answer that is at most ``within`` seconds old will do, one list serves all.
        """
        if within:
            views = self._lists.get(provider, lambda: self.tokens(provider), within)
        else:
            views = self._tokens(provider, f"?name={quote(name, safe='')}")
        return next((view for view in views if view.name == name), None)

    def tokens(self, provider: str) -> list[wire.TokenView]:
        """All user access tokens of a provider."""
        return self._tokens(provider, "")

    def token_to_scope(self, provider: str, name: str, within: float = 0) -> wire.TokenView | None:
        """The token to which databases can be added: only one that is there."""
        return self.token(provider, name, within)

    def add_token(
        self, provider: str, name: str, secret: str, databases: Sequence[str]
    ) -> wire.TokenView:
        """Stores a secret under a name, with the first databases of its scope: ten at most."""
        body = wire.NewToken.model_validate(
            {"name": name, "secret": secret, "databases": [*databases]}
        ).model_dump(mode="json", by_alias=True)
        answer = self._call("POST", _path(provider, "tokens"), body)
        return _present(answer).parsed(wire.TokenView)

    def replace_secret(self, provider: str, token_id: str, secret: str) -> wire.TokenView:
        """Puts another secret in a token's place at once; name, id and scope stay."""
        body = wire.NewSecret.model_validate({"secret": secret}).model_dump(mode="json")
        path = _path(provider, "tokens", token_id, "secret")
        answer = self._call("PUT", path, body, repeatable=True)
        return _present(answer).parsed(wire.TokenView)

    def remove_token(
        self, provider: str, token_id: str, name: str, *, rotating: bool = False
    ) -> None:
        """Removes the token with this id; its successor of the same name is never touched.

        ``rotating`` lets the service keep the scope as one to be put back.
        """
        path = f"{_path(provider, 'tokens', token_id)}?name={quote(name, safe='')}"
        self._call("DELETE", path + "&rotating=true" * rotating, missing_is_fine=True)

    def retired_scope(self, provider: str, name: str, token_id: str) -> list[str]:
        """Ids of the databases that a removed token served, and its removed successors."""
        views = self._retired_scopes(provider, name)
        ids = [view.token_id for view in views]
        since = views[: ids.index(token_id) + 1] if token_id in ids else []
        return list(dict.fromkeys(database for view in since for database in view.databases))

    def outstanding_scope(self, provider: str, name: str) -> list[str]:
        """Ids of the databases that a rotation removed and nobody has put back yet."""
        views = self._retired_scopes(provider, name)
        return list(dict.fromkeys(database for view in views for database in view.outstanding))

    def give_up_rotation(self, provider: str, name: str) -> None:
        """Lets the service forget the scopes of the removed tokens of the name."""
        self._call("DELETE", _path(provider, "retired-scopes", name), missing_is_fine=True)

    def unseen(self) -> frozenset[str]:
        """None: the service knows every scope by itself."""
        return frozenset()

    def finish_rotation(self, provider: str, name: str) -> None:
        """Nothing to do: to the service a rotation is complete when the scope is."""

    def add_to_scope(self, provider: str, token_id: str, databases: Sequence[str]) -> None:
        """Lets the token serve these databases (ids); in calls of at most ten."""
        path = _path(provider, "tokens", token_id, "scope")
        for group in rules.in_calls(databases):
            body = wire.ScopeAddition(databases=group).model_dump(mode="json", by_alias=True)
            answer = self._call("POST", path, body, repeatable=True)
            _present(answer).parsed(wire.ScopeView)

    def remove_from_scope(
        self, provider: str, token_id: str, database_id: str, database_name: str
    ) -> None:
        """Takes one database out of the scope, repeating its name as the service asks."""
        path = _path(provider, "tokens", token_id, "scope", database_id)
        self._call("DELETE", f"{path}?name={quote(database_name, safe='')}", missing_is_fine=True)

    def _retired_scopes(self, provider: str, name: str) -> list[wire.RetiredScopeView]:
        answer = self._call("GET", _path(provider, "retired-scopes", name), missing_is_fine=True)
        return [] if answer is None else answer.parsed(list[wire.RetiredScopeView])

    def _tokens(self, provider: str, query: str) -> list[wire.TokenView]:
        answer = self._call("GET", _path(provider, "tokens") + query, missing_is_fine=True)
        return [] if answer is None else answer.parsed(list[wire.TokenView])

    def _call(
        self,
        method: Method,
        path: str,
        body: Any = None,
        *,
        missing_is_fine: bool = False,
        repeatable: bool = False,
    ) -> Answer | None:
        try:
            answer = self._transport.call(
                method, path, body, repeatable=repeatable or method in ("GET", "DELETE")
            )
        finally:
            if method != "GET":
                self._lists.forget()
        if method == "DELETE" and answer.status in (200, 202):
            raise answer.not_understood()  # the service says 204: something stands between
        if answer.status < 400:
            return answer
        refusal = _refusal(answer)
        if answer.status == 404 and missing_is_fine:
            return None
        raise refusal


def _path(*parts: str) -> str:
    return "/".join([wire.INTEGRATIONS, *(quote(part, safe="") for part in parts)])


def _present(answer: Answer | None) -> Answer:
    if answer is None:
        raise AssertionError("only reads and deletions may find nothing")
    return answer


def _refusal(answer: Answer) -> RefusedError | ConflictError:
    problems = answer.parsed(wire.Problems).errors
    if not problems:
        raise answer.not_understood()
    problem = problems[0]
    kind = ConflictError if answer.status == 409 else RefusedError
    return kind(
        problem.code,
        problem.message,
        fix="see what it names; `astra-vectorize serve` and the API's document explain each code",
        source="Astra DB",
    )
