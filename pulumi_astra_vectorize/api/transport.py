"""The one way out: pooled connections, time-outs, bounded retries, and nothing secret in a log."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, Literal, TypeVar, cast

import stamina
from pydantic import TypeAdapter, ValidationError

from pulumi_astra_vectorize.api.access import MAIN_ACCESS, Access
from pulumi_astra_vectorize.api.network import distrust, how_to_trust, proxy_to, shown
from pulumi_astra_vectorize.api.slim_httpx import httpx
from pulumi_astra_vectorize.errors import RefusedError, UnreachableError
from pulumi_astra_vectorize.settings import Settings, TargetName

ATTEMPTS = 4
LONGEST_RETRY_AFTER = 30.0
"""Seconds; a server that asks for more gets an error instead of a hanging `pulumi up`."""

LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes; an answer without end is refused there."""

REFUSED_FOR_NOW = frozenset({429, 503})
"""Statuses of a server that did nothing and may do it in a moment."""

LOST_BEHIND = frozenset({502, 504})
"""Statuses of a proxy that lost the answer: the work may have been done."""

NEVER_ARRIVED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
)
"""The request was not sent: repeating it is always safe."""

OURS = (httpx.LocalProtocolError, httpx.UnsupportedProtocol)
"""What is wrong with the request itself: it gets no better, and a log of the retry would show it,
the headers with their secret included."""

Method = Literal["GET", "POST", "PUT", "DELETE"]

T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What came back: status, body, and the header ``Retry-After`` if there was one."""

    status: int
    content: bytes
    retry_after: str | None = None

    def json(self, parse_float: Callable[[str], float] = float) -> Any:
        """The body as JSON, its fractions read by ``parse_float``.

        Raises:
            UnreachableError: ANSWER_NOT_JSON.
        """
        try:
            return json.loads(self.content, parse_float=parse_float)
        except (ValueError, RecursionError):
            raise self._of_another_server("ANSWER_NOT_JSON", "is not JSON") from None

    def parsed(self, kind: type[T], parse_float: Callable[[str], float] = float) -> T:
        """The body as a model, or as a list or dictionary of models.

        Raises:
            UnreachableError: ANSWER_NOT_JSON, ANSWER_NOT_UNDERSTOOD.
        """
        try:
            read: T = _reader(cast(Any, kind)).validate_python(self.json(parse_float))
        except ValidationError:
            raise self.not_understood() from None
        return read

    def not_understood(self) -> UnreachableError:
        """The error for JSON that says something else than it should; its content stays out."""
        return self._of_another_server("ANSWER_NOT_UNDERSTOOD", "is not what this service says")

    def _of_another_server(self, code: str, wrong: str) -> UnreachableError:
        return UnreachableError(
            code,
            f"the answer (HTTP {self.status}) {wrong}",
            fix="check that the endpoint is the server you mean, and nothing stands between",
            source="Astra DB",
        )


@cache
def _reader(kind: Any) -> TypeAdapter[Any]:
    """Made once for each kind: it costs more than reading with it."""
    return TypeAdapter(kind)


class _Busy(Exception):  # noqa: N818 - a state of the server, not an error of ours
    """The server asked to come back later."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


REACHED_BY: dict[TargetName, str] = {
    "local": "start it (`astra-vectorize serve`)",
    "self-hosted": "see that it runs",
    "astra": "see that this machine may call it (through a company's proxy: HTTPS_PROXY)",
}


class Transport:
    """Calls one address.

    Args:
        base_url: scheme, host and port (a path is kept as a prefix).
        headers: sent with every call; this is where the application token is.
        settings: of the target: how long one attempt may take, and how its keys are written.
        handler: the pool of connections that it shares with others; in tests, a stand-in for the
            network.
        access: the settings that the address and the headers come from.
    """

    def __init__(
        self,
        base_url: str,
        headers: dict[str, str],
        settings: Settings,
        handler: httpx.BaseTransport | None = None,
        access: Access = MAIN_ACCESS,
    ) -> None:
        self._access = access
        self.base_url = base_url.rstrip("/")
        self.settings = settings
        patience = settings.timeout_seconds
        self._client = httpx.Client(
            base_url=self.base_url,
            headers=headers,
            timeout=httpx.Timeout(patience, connect=min(patience, 10)),
            transport=handler,
            trust_env=False,
        )

    def call(self, method: Method, path: str, body: Any = None, *, repeatable: bool) -> Answer:
        """Sends one request; ``repeatable`` says that doing it twice is the same as once.

        A busy server (429, 503) is asked again, after ``Retry-After`` if it says so; after a
        lost answer (also 502 and 504) only where the request is repeatable.

        Raises:
            UnreachableError: ENDPOINT_UNREACHABLE, CERTIFICATE_NOT_TRUSTED, ANSWER_LOST,
                ANSWER_TOO_LARGE.
            ConfigurationError: APPLICATION_TOKEN_REFUSED, CREDENTIALS_REFUSED.
            RefusedError: TARGET_BUSY.
        """
        try:
            for attempt in stamina.retry_context(
                on=lambda error: _wait(error, repeatable=repeatable),
                attempts=ATTEMPTS,
                timeout=None,
                wait_initial=0.2,
                wait_max=5,
            ):
                with attempt:
                    return self._once(method, path, body)
        except _Busy as busy:
            raise self._still_busy(busy.answer) from None
        except httpx.HTTPError as error:
            raise self._no_answer(error) from None
        raise AssertionError("stamina either returns or raises")

    def close(self) -> None:
        """Closes the pooled connections."""
        self._client.close()

    def _once(self, method: Method, path: str, body: Any) -> Answer:
        with self._client.stream(method, path, json=body) as response:
            content = self._read_within_limit(response)
        answer = Answer(response.status_code, content, response.headers.get("Retry-After"))
        if answer.status == 401:
            raise self._access.not_opened(self.base_url, self.settings)
        if answer.status in REFUSED_FOR_NOW | LOST_BEHIND:
            raise _Busy(answer)
        return answer

    def _read_within_limit(self, response: httpx.Response) -> bytes:
        chunks: list[bytes] = []
        size = 0
        give_up = time.monotonic() + self.settings.timeout_seconds
        for chunk in response.iter_bytes():
            size += len(chunk)
            if time.monotonic() > give_up:  # httpx only limits the time between two pieces
                raise httpx.ReadTimeout("the answer took too long")
            if size > LARGEST_ANSWER:
                raise UnreachableError(
                    "ANSWER_TOO_LARGE",
                    f"{self.base_url} answered with more than {LARGEST_ANSWER} bytes",
                    fix="check that the endpoint is the server you mean",
                    source="Astra DB",
                )
            chunks.append(chunk)
        return b"".join(chunks)

    def _still_busy(self, answer: Answer) -> RefusedError:
        return RefusedError(
            "TARGET_BUSY",
            f"{self.base_url} is busy: it answered HTTP {answer.status}",
            fix="run the same command again in a while",
            source="Astra DB",
        )

    def _no_answer(self, error: httpx.HTTPError) -> UnreachableError:
        if (problem := distrust(error)) is not None:
            return UnreachableError(
                "CERTIFICATE_NOT_TRUSTED",
                f"the certificate of {self.base_url} is not trusted: "
                f"{problem.verify_message.rstrip('.')}",
                fix=how_to_trust(problem),
                source="Astra DB",
            )
        if isinstance(error, NEVER_ARRIVED):
            return UnreachableError(
                "ENDPOINT_UNREACHABLE",
                f"{self.base_url} does not answer ({type(error).__name__})",
                fix=self._how_to_reach(),
                source="Astra DB",
            )
        return UnreachableError(
            "ANSWER_LOST",
            f"{self.base_url} was asked but its answer was lost ({type(error).__name__})",
            fix="run the same command again: it looks at what is there before it does anything",
            source="Astra DB",
        )

    def _how_to_reach(self) -> str:
        proxy = proxy_to(self.base_url)
        through = f"check the proxy {shown(proxy)} (HTTPS_PROXY or ALL_PROXY), " if proxy else ""
        return f"{through}{self._at_its_end()}"

    def _at_its_end(self) -> str:
        if self._access.address is None:
            told = f"{self.settings.endpoint} says that this is the database's address"
            return f"check that it is running and can be reached from this machine: {told}"
        correct = self.settings.how_to_set({self._access.address: "URL"})
        return f"{REACHED_BY[self.settings.target]}, or correct its address: {correct}"


def _wait(error: Exception, *, repeatable: bool) -> bool | float:
    """Whether to try again, or after how many seconds exactly."""
    if isinstance(error, _Busy):
        return (repeatable or error.answer.status in REFUSED_FOR_NOW) and _pause(error.answer)
    if isinstance(error, NEVER_ARRIVED):
        return distrust(error) is None
    return repeatable and isinstance(error, httpx.TransportError) and not isinstance(error, OURS)


def _pause(answer: Answer) -> bool | float:
    """Retry-After's seconds, or its date; True (the usual back-off) when it says nothing usable."""
    if answer.retry_after is None:
        return True
    try:
        seconds = float(answer.retry_after)
    except ValueError:
        seconds = _seconds_until(answer.retry_after)
    return seconds if 0 <= seconds <= LONGEST_RETRY_AFTER else seconds <= 0


def _seconds_until(date: str) -> float:
    try:
        return (parsedate_to_datetime(date) - datetime.now(timezone.utc)).total_seconds()
    except (TypeError, ValueError):
        return 0
