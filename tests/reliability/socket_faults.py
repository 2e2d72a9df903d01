"""What a network and a server in trouble do to one request."""

from __future__ import annotations

import time

from tests.reliability.proxy import Behaviour, Request

JSON = {"content-type": "application/json"}
HTML = {"content-type": "text/html"}
PAGE = b"<html><body>Bad things happened.</body></html>"
TIMEOUT = 0.8
"""Seconds; what these tests let the provider wait."""


def refused(status: int, headers: dict[str, str], body: bytes) -> Behaviour:
    """An answer in place of the work."""
    return lambda request: request.send(status, headers, body)


def misanswered(status: int, headers: dict[str, str], body: bytes) -> Behaviour:
    """The work is done, and another answer sent."""

    def answer(request: Request) -> None:
        request.work()
        request.send(status, headers, body)

    return answer


def reset_before(request: Request) -> None:
    """The connection breaks before the server heard of it."""
    request.reset()


def reset_after(request: Request) -> None:
    """The connection breaks once the work is done."""
    request.work()
    request.reset()


def cut_body(request: Request) -> None:
    """Half of the answer arrives; the rest was promised."""
    body = request.work().content
    request.start(200, JSON | {"content-length": str(len(body) + 100)})
    request.wfile.write(body[: len(body) // 2])
    request.cut()


def slow_answer(request: Request) -> None:
    """The work is done, and the answer comes when nobody waits any more."""
    response = request.work()
    time.sleep(2 * TIMEOUT)
    request.pass_on(response)


def endless_body(request: Request) -> None:
    """The work is done, and the answer never ends."""
    request.work()
    request.start(200, JSON | {"transfer-encoding": "chunked"})
    while True:
        request.wfile.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")


def dripping_body(request: Request) -> None:
    """The work is done, and the answer comes byte by byte, each in time."""
    request.work()
    request.start(200, JSON | {"content-length": "100000"})
    give_up = time.monotonic() + 20
    while time.monotonic() < give_up:
        request.wfile.write(b" ")
        time.sleep(TIMEOUT / 4)


FAULTS: dict[str, Behaviour] = {
    "429": refused(429, HTML, PAGE),
    "429 with Retry-After": refused(429, {"retry-after": "0"}, b""),
    "500 before the work": refused(500, HTML, PAGE),
    "500 as JSON": refused(500, JSON, b'{"message": "Internal Server Error"}'),
    "500 after the work": misanswered(500, HTML, PAGE),
    "502 before the work": refused(502, HTML, PAGE),
    "502 after the work": misanswered(502, HTML, PAGE),
    "503": refused(503, HTML, PAGE),
    "reset before the work": reset_before,
    "reset after the work": reset_after,
    "cut body": cut_body,
    "slow answer": slow_answer,
    "wrong content type before the work": refused(200, HTML, PAGE),
    "wrong content type after the work": misanswered(200, HTML, PAGE),
    "another server's JSON": refused(200, JSON, b'{"hello": "world"}'),
    "a list of something else": refused(200, JSON, b'["hello"]'),
    "endless body": endless_body,
    "dripping body": dripping_body,
}

TAKING_TIME = {"slow answer", "endless body", "dripping body"}
"""Faults that only changes get: a read is repeated, and would wait for each of its attempts."""
