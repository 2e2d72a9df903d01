"""How a database explains definitions, learned from what it said of an equal one.

It fills in what a definition leaves out, and nothing but the definition decides how: whoever makes
a hundred collections alike need not ask a hundred times what became of them.
"""

from __future__ import annotations

import json
import threading
from typing import Any, cast

from pulumi_astra_vectorize import rules
from pulumi_astra_vectorize.api.commands import JsonObject

AUTHENTICATION = "authentication"
"""The member of a service that names its token: definitions that differ in it alone are equal."""


class Explanations:
    """What is known of one database. All methods may be called from any thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._known: dict[str, JsonObject] = {}

    def of(self, sent: JsonObject) -> JsonObject | None:
        """How the database explains this definition; None if none like it was explained yet."""
        with self._guard:
            explained = self._known.get(_key(sent))
        return None if explained is None else cast(JsonObject, _with_tokens_of(sent, explained))

    def learn(self, sent: JsonObject, explained: JsonObject) -> None:
        """Remembers what the database said of a definition that was sent to it."""
        with self._guard:
            self._known[_key(sent)] = explained


def _key(sent: JsonObject) -> str:
    return json.dumps(_without_tokens(sent), sort_keys=True)


def _without_tokens(value: Any) -> Any:
    """The definition with the kinds of its credentials, not their names."""
    if not isinstance(value, dict):
        return value
    items = cast(JsonObject, value).items()
    return {k: sorted(v) if k == AUTHENTICATION else _without_tokens(v) for k, v in items}


def _with_tokens_of(sent: Any, explained: Any) -> Any:
    """The explanation with the tokens that this definition names, as the database keeps them."""
    if not isinstance(sent, dict) or not isinstance(explained, dict):
        return explained
    named = cast(JsonObject, sent)
    merged = dict(cast(JsonObject, explained))
    for member in merged.keys() & named.keys():
        if member == AUTHENTICATION:
            tokens = cast("dict[str, str]", named[member])
            merged[member] = {key: rules.credential_of_token(tokens[key]) for key in tokens}
        else:
            merged[member] = _with_tokens_of(named[member], merged[member])
    return merged
