"""What a person does at the Portal, and the resources that tests make."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from pulumi_astra_vectorize import wire
from pulumi_astra_vectorize.errors import AstraVectorizeError
from tests.lifecycle.programs import MODEL
from tests.lifecycle.servers import Server
from tests.targets.real import TOKEN

SERVICE = {"provider": "huggingface", "model": MODEL, "token": TOKEN}


def add_key(server: Server, *databases: str, name: str = TOKEN) -> None:
    """Portal: Add integration or Add API key, with the first databases of the scope."""
    if "huggingface" not in server.integrations():
        server.call("POST", wire.INTEGRATIONS, json={"provider": "huggingface"})
    server.add_token(name, "hf_entered_by_a_person", *databases)


@contextmanager
def refused(code: str) -> Iterator[list[str]]:
    """A step that has to fail with this code; what the user reads is put into the list."""
    said: list[str] = []
    with pytest.raises(AstraVectorizeError) as caught:
        yield said
    assert caught.value.code == code, caught.value
    said.append(str(caught.value))


@contextmanager
def meanwhile(*acts: Callable[[], Any], until: Callable[[], str], each: str) -> Iterator[None]:
    """A person who does one act after the other, each when the program has asked for it.

    ``until`` is what the program has said so far; the nth act waits for ``each`` n times.
    """

    def act() -> None:
        for number, one in enumerate(acts, start=1):
            while until().count(each) < number and not ended.wait(0.02):
                pass
            one()

    ended = threading.Event()
    person = threading.Thread(target=act)
    person.start()
    try:
        yield
    finally:
        ended.set()
        person.join()
