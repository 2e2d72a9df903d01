"""The one way out: every fault of a network, and what becomes of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from itertools import repeat
from unittest.mock import Mock

import httpx
import pytest
import stamina
from stamina.instrumentation import RetryDetails

from pulumi_astra_vectorize.api import transport as module
from pulumi_astra_vectorize.api.transport import ATTEMPTS, Answer, Method, Transport
from pulumi_astra_vectorize.errors import (
    AstraVectorizeError,
    ConfigurationError,
    RefusedError,
    UnreachableError,
)
from pulumi_astra_vectorize.settings import Settings

SECRET = "app-token-value"
ADDRESS = "http://server:8181"


class Network:
    """A network that goes through its answers and faults, and remembers what it was sent."""

    def __init__(self, *outcomes: httpx.Response | Exception) -> None:
        self.outcomes = iter(outcomes)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        outcome = next(self.outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def transport(network: Callable[[httpx.Request], httpx.Response]) -> Transport:
    """A transport over this network, with a secret in its headers."""
    headers = {"Authorization": f"Bearer {SECRET}"}
    return Transport(
        ADDRESS, headers, Settings.model_construct(timeout_seconds=5), httpx.MockTransport(network)
    )


def call(
    network: Network, *, repeatable: bool = True, method: Method = "GET"
) -> Answer | AstraVectorizeError:
    """What a call comes to: an answer, or an error of ours."""
    try:
        return transport(network).call(method, "/path", repeatable=repeatable)
    except AstraVectorizeError as error:
        return error


def status(code: int, retry_after: str | None = None) -> httpx.Response:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return httpx.Response(code, headers=headers, json={"said": "busy"})


OK = 200


@pytest.mark.parametrize("busy", [429, 503])
@pytest.mark.parametrize("repeatable", [True, False])
def test_busy_server_is_asked_again(no_waiting: None, busy: int, *, repeatable: bool) -> None:
    """429 and 503 did nothing: any request may be sent again."""
    network = Network(status(busy), status(busy), status(OK))

    answer = call(network, repeatable=repeatable)

    assert isinstance(answer, Answer)
    assert answer.status == OK
    assert len(network.requests) == 3


@pytest.mark.parametrize("busy", [429, 502, 503, 504])
def test_server_that_stays_busy_is_given_up(no_waiting: None, busy: int) -> None:
    """After four attempts the user is told which address is busy."""
    network = Network(*[status(busy) for _ in range(ATTEMPTS)])

    error = call(network)

    assert isinstance(error, RefusedError)
    assert error.code == "TARGET_BUSY"
    assert ADDRESS in str(error)
    assert str(busy) in str(error)


@pytest.mark.parametrize("lost", [502, 504])
def test_answer_lost_behind_a_proxy(no_waiting: None, lost: int) -> None:
    """502 and 504 may hide work that was done: only a repeatable request is sent again."""
    again, once = Network(status(lost), status(OK)), Network(status(lost))

    assert isinstance(call(again, repeatable=True), Answer)
    assert isinstance(call(once, repeatable=False, method="POST"), RefusedError)
    assert len(once.requests) == 1


FAULTS: list[tuple[Exception, str, bool]] = [
    (httpx.ConnectError("refused"), "ENDPOINT_UNREACHABLE", True),
    (httpx.ConnectTimeout("slow"), "ENDPOINT_UNREACHABLE", True),
    (httpx.PoolTimeout("full"), "ENDPOINT_UNREACHABLE", True),
    (httpx.WriteError("reset while sending"), "ANSWER_LOST", False),
    (httpx.ReadError("reset while reading"), "ANSWER_LOST", False),
    (httpx.ReadTimeout("silence"), "ANSWER_LOST", False),
    (httpx.RemoteProtocolError("cut off"), "ANSWER_LOST", False),
]


@pytest.mark.parametrize(("fault", "code", "never_arrived"), FAULTS)
def test_fault_is_repeated_where_that_is_safe(
    no_waiting: None, fault: Exception, code: str, *, never_arrived: bool
) -> None:
    """What never arrived is sent again; what may have arrived only if it is repeatable."""
    change, read = Network(*repeat(fault, ATTEMPTS)), Network(*repeat(fault, ATTEMPTS))

    errors = [call(change, repeatable=False, method="POST"), call(read)]

    assert [error.code for error in errors if isinstance(error, UnreachableError)] == [code, code]
    assert len(change.requests) == (ATTEMPTS if never_arrived else 1)
    assert len(read.requests) == ATTEMPTS


@pytest.mark.parametrize(("fault", "_code", "_never_arrived"), FAULTS)
def test_network_that_recovers_is_no_error(
    no_waiting: None, fault: Exception, _code: str, *, _never_arrived: bool
) -> None:
    """A fault that passes is not seen by the user."""
    assert isinstance(call(Network(fault, fault, status(OK))), Answer)


def test_our_own_mistakes_are_not_repeated(no_waiting: None) -> None:
    """A request that cannot be sent at all will not get better."""
    network = Network(*repeat(httpx.LocalProtocolError(f"Illegal header {SECRET}"), ATTEMPTS))

    assert isinstance(call(network), UnreachableError)
    assert len(network.requests) == 1


@pytest.fixture
def pauses() -> Iterator[list[float]]:
    """How long each retry would have waited."""
    seen: list[float] = []

    def on_retry(details: RetryDetails) -> None:
        seen.append(details.wait_for)

    stamina.instrumentation.set_on_retry_hooks([on_retry])
    yield seen
    stamina.instrumentation.set_on_retry_hooks(None)


@pytest.fixture
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are counted, not slept."""
    monkeypatch.setattr("tenacity.nap.time", Mock())


@pytest.mark.parametrize(("retry_after", "seconds"), [("0", 0), ("7", 7), ("30", 30), ("1.5", 1.5)])
def test_pause_is_what_the_server_asks_for(
    no_sleep: None, pauses: list[float], retry_after: str, seconds: float
) -> None:
    """Retry-After in seconds is waited exactly."""
    assert isinstance(call(Network(status(429, retry_after), status(OK))), Answer)
    assert pauses == [seconds]


def test_pause_until_a_date(no_sleep: None, pauses: list[float]) -> None:
    """Retry-After as a date is waited for."""
    date = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=20), usegmt=True)

    assert isinstance(call(Network(status(503, date), status(OK))), Answer)
    assert 17 < pauses[0] <= 20


@pytest.mark.parametrize(
    "retry_after", [None, "soon", "-5", "Wed, 21 Oct 2015 07:28:00 GMT", "21 Oct 2015 07:28:00"]
)
def test_pause_without_a_usable_time(
    no_sleep: None, pauses: list[float], retry_after: str | None
) -> None:
    """Without a time, or with one that is over, the usual back-off is taken: at most 5 s."""
    assert isinstance(call(Network(status(429, retry_after), status(OK))), Answer)
    assert 0 <= pauses[0] <= 5


@pytest.mark.parametrize(
    "retry_after", ["31", "86400", "inf", "nan", "Fri, 31 Dec 9999 23:59:59 GMT"]
)
def test_too_long_a_pause_is_an_error_at_once(pauses: list[float], retry_after: str) -> None:
    """A server that asks for more than 30 seconds does not hang `pulumi up`."""
    error = call(Network(status(429, retry_after)))

    assert isinstance(error, RefusedError)
    assert error.code == "TARGET_BUSY"
    assert pauses == []


def test_refused_token_is_named_with_its_address() -> None:
    """401 says which endpoint refused the application token, and how to set another."""
    network = Network(status(401))

    error = call(network)

    assert isinstance(error, ConfigurationError)
    assert error.code == "APPLICATION_TOKEN_REFUSED"
    assert ADDRESS in str(error)
    assert "astra-vectorize:applicationToken" in str(error)
    assert len(network.requests) == 1


@pytest.mark.parametrize(
    "content", [b"<html>not found</html>", b"", b'{"cut": ', b"\xff\xfe", b"[" * 200_000]
)
def test_body_that_is_no_json(content: bytes) -> None:
    """HTML, nothing, a cut body, other bytes, a nest without end: one error, without the body."""
    answer = call(Network(httpx.Response(200, content=content)))

    assert isinstance(answer, Answer)
    with pytest.raises(UnreachableError, match="ANSWER_NOT_JSON") as caught:
        answer.json()
    assert "html" not in str(caught.value)


def test_body_that_does_not_decompress() -> None:
    """A body that is not what its headers say is lost."""
    broken = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=Endless(b"no gzip"))

    error = call(Network(broken))

    assert isinstance(error, UnreachableError)
    assert error.code == "ANSWER_LOST"


class Endless(httpx.SyncByteStream):
    """A body without end."""

    def __init__(self, chunk: bytes) -> None:
        self.chunk = chunk
        self.sent = 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.sent += len(self.chunk)
            yield self.chunk


def test_endless_body_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer without end is refused at the limit, not read into memory."""
    monkeypatch.setattr(module, "LARGEST_ANSWER", 10_000)
    body = Endless(b"x" * 1000)

    error = call(Network(httpx.Response(200, stream=body)))

    assert isinstance(error, UnreachableError)
    assert error.code == "ANSWER_TOO_LARGE"
    assert body.sent <= 11_000


@pytest.mark.parametrize(
    "outcome",
    [
        status(401),
        status(429),
        status(504),
        *[fault for fault, _, _ in FAULTS],
        httpx.LocalProtocolError(f"Illegal header value b'Bearer {SECRET}'"),
    ],
)
def test_secret_is_in_no_error_and_no_log(
    no_waiting: None, caplog: pytest.LogCaptureFixture, outcome: httpx.Response | Exception
) -> None:
    """Whatever fails: the headers stay out of what people read."""
    caplog.set_level(logging.DEBUG)

    error = call(Network(*repeat(outcome, ATTEMPTS)))

    assert isinstance(error, AstraVectorizeError)
    assert SECRET not in f"{error}{error!r}{error.__cause__}{caplog.text}"
    assert SECRET not in str([record.__dict__ for record in caplog.records])
